"""What a user may write where a Python is asked for -> `PythonRequest`, and whether an interpreter satisfies it.

Versions (`3`, `3.12`, `312`, `3.12.3`, `3.13rc1`), specifiers (`>=3.11,<3.13`), variants (`3.13t`, `3.13+debug`),
kinds of a build (`3.13+musl`, `>=3.13+static`, `+v3`), implementations (`pypy`, `cpython@3.12`, `cp312`), whole keys
(`cpython-3.13-linux-x86_64-musl`), executable names and paths. Refuses, with `UsageError`, what begins like a version
and is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from elfin.errors import UsageError
from elfin.host import arch as arches
from elfin.host.model import Interpreter
from elfin.record import NamedTuple

OLDEST = (3, 8)
"""The oldest Python that elfin works with."""
_NEWEST_MINOR = 20  # how far names are tried for an open range

IMPLEMENTATIONS = {"cpython": "cpython", "cp": "cpython", "pypy": "pypy", "pp": "pypy", "graalpy": "graalpy",
                   "gp": "graalpy"}  # fmt: skip
_IMPLEMENTATION = r"(?i:(cpython|cp|pypy|pp|graalpy|gp)(?:[@-]?(.*))?)"
_DOTTED = r"(\d+)(?:\.(\d{1,3}))?(?:\.(\d{1,3}))?((?:a|b|rc)\d{1,3})?(t?d?)"
_COMPACT = r"(\d)(\d{1,3})((?:a|b|rc)\d{1,3})?(t?d?)"
_OPERATORS = ("~=", "==", "!=", "<", ">")
_KINDS: dict[str, tuple[str, str | int | bool]] = {
    "+freethreaded": ("free_threaded", True), "+gil": ("free_threaded", False), "+debug": ("debug", True),
    "+musl": ("libc", "musl"), "+glibc": ("libc", "glibc"), "+gnu": ("libc", "glibc"), "+static": ("static", True),
    "+dynamic": ("static", False), "+v1": ("level", 1), "+v2": ("level", 2), "+v3": ("level", 3), "+v4": ("level", 4),
}  # fmt: skip
"""Words behind any request: what they ask of the build."""

HOW = "write a version (3.12), a range (>=3.11,<3.13), an implementation (pypy@3.10), a name (python3.12) or a path"


class PythonRequest(NamedTuple):
    """What is asked for; a field that is None or empty asks for nothing."""

    text: str
    implementation: str | None = None
    release: tuple[int, ...] = ()
    """(3,), (3, 12) or (3, 12, 4): as many parts as were written."""
    pre: str = ""
    """"rc1", "b2": only that pre-release."""
    specifier: str = ""
    """PEP 440 specifiers."""
    free_threaded: bool | None = None
    debug: bool | None = None
    name: str | None = None
    """Name of an executable to look for; anything of that name will do."""
    path: str | None = None
    """A file or folder."""
    os: str | None = None
    """As `host.model.Host.os`."""
    arch: str | None = None
    """As `host.model.Arch.name`."""
    libc: str | None = None
    """"glibc" or "musl"."""
    float_abi: str | None = None
    """"hard" or "soft", for 32-bit ARM."""
    static: bool | None = None
    """A Python that is linked statically, or one that is not."""
    level: int | None = None
    """Of x86-64: what the build is optimized for. An interpreter does not tell it."""


def parse(text: str) -> PythonRequest:
    """The request that `text` spells. Raises UsageError for a version or specifier that is none."""
    stripped = text.strip()
    if stripped.startswith(("root:", "image:")):
        hint = f"`elfin host {stripped}` tells which Pythons it has"
        raise UsageError(f"{stripped} is a place, and a Python of this machine is asked for here", hints=(hint,))
    if "/" in stripped or "\\" in stripped or stripped.startswith(("~/", ".")) or stripped == "~":
        return PythonRequest(text, path=stripped)
    stem, words = _split(stripped)
    request = _stem(text, stem)
    return PythonRequest(text, name=stripped) if request.name is not None else _of_kind(request, words)


def parse_named(text: str) -> PythonRequest:
    """As `parse`, for a command that changes something: there an empty word (`"$VERSION"`) is a mistake."""
    if not text.strip():
        raise UsageError("an empty word names no Python", hints=(HOW,))
    return parse(text)


def _split(text: str) -> tuple[str, str]:
    """(what stands before the `+word`s at the end, these)."""
    match = re.fullmatch(r"(.*?)\s*((?:\+\w+)*)", text, re.DOTALL)
    return (match[1], match[2]) if match is not None else (text, "")


def _stem(text: str, stem: str) -> PythonRequest:
    """The request `text`, as far as what stands before its `+word`s tells it."""
    if stem.lower() in ("", "any", "default", "python"):
        return PythonRequest(text)
    key = _key(text, stem) if "-" in stem and not stem.startswith(_OPERATORS) else None
    if key is not None:
        return key
    if stem[0].isdigit() or stem.startswith(_OPERATORS):
        return _version(PythonRequest(text), stem)
    match = re.fullmatch(_IMPLEMENTATION, stem)
    if match is not None and (not match[2] or match[2][0].isdigit() or match[2].lstrip().startswith(_OPERATORS)):
        request = PythonRequest(text, implementation=IMPLEMENTATIONS[match[1].lower()])
        return _version(request, match[2]) if match[2] else request
    return PythonRequest(text, name=stem)


def _version(request: PythonRequest, text: str) -> PythonRequest:
    if text.lstrip().startswith(_OPERATORS):
        exact = re.fullmatch(r"==\s*(\d+\.\d+(?:\.\d+)?t?)", text.strip())
        # As uv reads it: PEP 440 would make ==3.13 the very first 3.13, which nobody means.
        return _specifier(request, text) if exact is None else _version(request, exact[1])
    match = re.fullmatch(_DOTTED, text) if "." in text or len(text.rstrip("td")) == 1 else None
    if match is not None and len(match[1]) == 1:
        release = tuple(int(part) for part in match.group(1, 2, 3) if part is not None)
        pre, flags = match.group(4, 5)
        if pre and len(release) < 2:
            match = None
    else:
        match = re.fullmatch(_COMPACT, text)
        if match is not None:
            release = int(match[1]), int(match[2])
            pre, flags = match.group(3, 4)
    if match is None:
        raise UsageError(f"{request.text!r} is not a Python version", hints=(HOW,))
    threads, debug = True if "t" in flags else None, True if "d" in flags else None
    return request._replace(release=release, pre=pre or "", free_threaded=threads, debug=debug)


def _of_kind(request: PythonRequest, words: str) -> PythonRequest:
    """The request with the kind of build that `+word`s name. Raises UsageError for an unknown one."""
    for word in re.findall(r"\+\w+", words):
        if word not in _KINDS:
            raise UsageError(f"{request.text!r} names an unknown variant {word!r}",
                             hints=("one of " + ", ".join(_KINDS),))  # fmt: skip
        field, value = _KINDS[word]
        request = request._replace(**{field: value})  # type: ignore[arg-type]
    return request


_SYSTEMS = {"linux": "linux", "macos": "macos", "darwin": "macos", "windows": "windows"}
_ENVIRONMENTS: dict[str, tuple[str | None, str | None]] = {
    "gnu": ("glibc", None), "glibc": ("glibc", None), "gnueabi": ("glibc", "soft"), "gnueabihf": ("glibc", "hard"),
    "musl": ("musl", None), "none": (None, None),
}  # fmt: skip
_MACHINES = frozenset(
    ("x86_64", "i686", "aarch64", "armv7l", "armv6l", "ppc64le", "ppc64", "riscv64", "s390x", "loongarch64")
)


def _key(text: str, stripped: str) -> PythonRequest | None:
    """A key `implementation-version-os-arch-libc`, parts left out or `any`; None for what is none.

    Raises UsageError for one part too many.
    """
    request, place, platform = PythonRequest(text), 0, False
    parts = stripped.lower().split("-")
    for at, part in enumerate(parts):
        while place < len(_PARTS):
            read = _PARTS[place](request, part)
            place += 1
            if read is not None:
                request, platform = read, platform or (place > 2 and part != "any")
                break
        else:
            if (platform or "any" in parts[:at]) and len(parts) > len(_PARTS):
                raise UsageError(f"{text!r} has too many parts", hints=("IMPLEMENTATION-VERSION-OS-ARCH-LIBC",))
            return None
    return request if platform or "any" in parts else None


def _key_implementation(request: PythonRequest, part: str) -> PythonRequest | None:
    known = IMPLEMENTATIONS.get(part)
    return request._replace(implementation=known) if known else request if part == "any" else None


def _key_version(request: PythonRequest, part: str) -> PythonRequest | None:
    stem, words = _split(part)
    if not stem[:1].isdigit():
        return _of_kind(request, words) if stem == "any" else None
    return _of_kind(_version(request, stem), words)


def _key_os(request: PythonRequest, part: str) -> PythonRequest | None:
    return request._replace(os=_SYSTEMS[part]) if part in _SYSTEMS else request if part == "any" else None


def _key_arch(request: PythonRequest, part: str) -> PythonRequest | None:
    machine, _, level = part.partition("_v")
    name = arches.canonical(machine)
    if name not in _MACHINES or (level and (name != "x86_64" or level not in ("1", "2", "3", "4"))):
        return request if part == "any" else None
    return request._replace(arch=name, level=int(level) if level else request.level)


def _key_libc(request: PythonRequest, part: str) -> PythonRequest | None:
    if part not in _ENVIRONMENTS:
        return request if part == "any" else None
    libc, float_abi = _ENVIRONMENTS[part]
    return request._replace(libc=libc, float_abi=float_abi)


_PARTS = (_key_implementation, _key_version, _key_os, _key_arch, _key_libc)


def _specifier(request: PythonRequest, text: str) -> PythonRequest:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    plain = text[:-1] if text.endswith("t") else text
    try:
        specifier = str(SpecifierSet(plain))
    except InvalidSpecifier:
        raise UsageError(f"{request.text!r} is not a range of Python versions", hints=(HOW,)) from None
    return request._replace(specifier=specifier, free_threaded=True if plain != text else None)


def satisfied_by(request: PythonRequest, interpreter: Interpreter) -> bool:
    """Whether the interpreter is one that was asked for.

    A free-threaded build is taken unasked from 3.14 on, where it left its experiment. A path or an executable's name
    takes what is there.
    """
    return shortfall(request, interpreter) is None


def shortfall(request: PythonRequest, interpreter: Interpreter) -> str | None:
    """What keeps the interpreter from being the one asked for, in words; None when nothing does."""
    if request.path is not None or request.name is not None:
        return None
    version = interpreter.version
    if request.implementation not in (None, interpreter.implementation):
        return f"is {interpreter.implementation} {version}"
    if request.release != interpreter.version_info[: len(request.release)]:
        return f"is {version}"
    if request.pre and not version.endswith(request.pre):
        return f"is {version}"
    if request.specifier and not _in_range(request.specifier, version):
        return f"is {version}"
    if request.free_threaded is None:
        unwanted = interpreter.free_threaded and bool(request.release) and interpreter.version_info < (3, 14)
    else:
        unwanted = interpreter.free_threaded != request.free_threaded
    if unwanted:
        return f"is {version} " + ("without the GIL" if interpreter.free_threaded else "with the GIL")
    if request.debug and not interpreter.debug:
        return f"is {version} and no debug build"
    return _other_kind(request, interpreter)


def _other_kind(request: PythonRequest, interpreter: Interpreter) -> str | None:
    """What keeps it from being the kind of build that was named."""
    if request.os not in (None, interpreter.os):
        return f"is for {interpreter.os}"
    if request.arch not in (None, interpreter.arch.name):
        return f"is for {interpreter.arch.name}"
    if request.static is not None and request.static != interpreter.static:
        return "is linked statically" if interpreter.static else "is no static build"
    if (request.level or 1) > 1:  # no interpreter tells; of those that elfin installed, the build does
        return f"does not tell that it is built for x86-64-v{request.level}"
    family = None if interpreter.libc is None else interpreter.libc.family
    if request.libc is not None and not interpreter.static and family != request.libc:
        return f"is built for {family}" if family else f"is not built for {request.libc}"
    return None


def version_test(request: PythonRequest) -> Callable[[str], bool]:
    """Whether a version alone ("3.13.0rc1") is one that was asked for."""
    if request.specifier:
        from packaging.specifiers import SpecifierSet

        contains = SpecifierSet(request.specifier).contains
        return lambda version: contains(version, prereleases=True)

    def fits(version: str) -> bool:
        release = re.match(r"\d+(?:\.\d+)*", version)
        numbers = tuple(map(int, release[0].split("."))) if release else ()
        return request.release == numbers[: len(request.release)] and version.endswith(request.pre)

    return fits


def _in_range(specifier: str, version: str) -> bool:
    from packaging.specifiers import SpecifierSet

    # An installed pre-release is there on purpose: >=3.13 takes 3.14.0rc1.
    return SpecifierSet(specifier).contains(version, prereleases=True)


def choose(request: PythonRequest, default: str) -> str | None:
    """The version to imagine for a request that names no file: `default` if it may be, else the newest in range.

    None when no version that elfin serves is what is asked for.
    """
    if len(request.release) >= 2:
        return ".".join(map(str, request.release)) + request.pre if request.release >= OLDEST else None
    if request.release and request.release[0] != int(default.partition(".")[0]):
        return None
    if not request.specifier:
        return default
    minors = [int(default.partition(".")[2]), *range(_NEWEST_MINOR, OLDEST[1] - 1, -1)]
    for minor in minors:
        micro = next((micro for micro in (*range(30), 99) if _in_range(request.specifier, f"3.{minor}.{micro}")), None)
        if micro is not None:
            return f"3.{minor}.{micro}"
    return None


def names(request: PythonRequest) -> tuple[str, ...]:
    """Executable names to look for in each folder of PATH, best first; () for a path."""
    if request.path is not None:
        return ()
    if request.name is not None:
        return (request.name,)
    if request.specifier:
        ranged = [
            f"python3.{minor}" for minor in range(_NEWEST_MINOR, OLDEST[1] - 1, -1) if _minor_fits(request, minor)
        ]
        return ("python3", "python", *ranged)
    versions = _versions(request)
    if not versions and request.implementation in (None, "cpython") and not request.free_threaded:
        return ("python", "python3")
    suffixes = ("t", "") if request.free_threaded else ("",)
    prefixes = ["python"] if request.implementation in (None, "cpython") else [request.implementation or "", "python"]
    return tuple(
        f"{prefix}{version}{suffix}" for prefix in prefixes for version in (*versions, "") for suffix in suffixes
    )


def _versions(request: PythonRequest) -> list[str]:
    """ "3.13.2", "3.13", "3": the written version and its shortenings."""
    dotted = [".".join(map(str, request.release[:count])) for count in range(len(request.release), 0, -1)]
    return [dotted[0] + request.pre, *dotted] if request.pre else dotted


def _minor_fits(request: PythonRequest, minor: int) -> bool:
    """Whether any 3.minor may lie in the range: its first, a middle or a very late release does."""
    return any(_in_range(request.specifier, f"3.{minor}.{micro}") for micro in (*range(30), 99))
