"""What a user may write where a Python is asked for -> `PythonRequest`, and whether an interpreter satisfies it.

Versions (`3`, `3.12`, `312`, `3.12.3`, `3.13rc1`), specifiers (`>=3.11,<3.13`), variants (`3.13t`, `3.13+debug`),
implementations (`pypy`, `cpython@3.12`, `cp312`), executable names and paths. Refuses, with `UsageError`, what begins
like a version and is none.
"""

from __future__ import annotations

import re

from elfin.errors import UsageError
from elfin.host.model import Interpreter
from elfin.record import NamedTuple

OLDEST = (3, 8)
"""The oldest Python that elfin works with."""
_NEWEST_MINOR = 20  # how far names are tried for an open range

IMPLEMENTATIONS = {"cpython": "cpython", "cp": "cpython", "pypy": "pypy", "pp": "pypy", "graalpy": "graalpy",
                   "gp": "graalpy"}  # fmt: skip
_IMPLEMENTATION = re.compile(r"(cpython|cp|pypy|pp|graalpy|gp)(?:[@-]?(.*))?", re.IGNORECASE)
_DOTTED = re.compile(r"(\d+)(?:\.(\d{1,3}))?(?:\.(\d{1,3}))?((?:a|b|rc)\d{1,3})?(t?d?)((?:\+\w+)*)")
_COMPACT = re.compile(r"(\d)(\d{1,3})((?:a|b|rc)\d{1,3})?(t?d?)((?:\+\w+)*)")
_OPERATOR = re.compile(r"\s*(~=|===?|!=|<=?|>=?)")
_VARIANTS = {"+freethreaded": (True, None), "+gil": (False, None), "+debug": (None, True)}

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


def parse(text: str) -> PythonRequest:
    """The request that `text` spells. Raises UsageError for a version or specifier that is none."""
    stripped = text.strip()
    if stripped.lower() in ("", "any", "default", "python"):
        return PythonRequest(text)
    if "/" in stripped or "\\" in stripped or stripped.startswith(("~/", ".")) or stripped == "~":
        return PythonRequest(text, path=stripped)
    if stripped[0].isdigit() or _OPERATOR.match(stripped):
        return _version(PythonRequest(text), stripped)
    match = _IMPLEMENTATION.fullmatch(stripped)
    if match is not None and (not match[2] or match[2][0].isdigit() or _OPERATOR.match(match[2])):
        request = PythonRequest(text, implementation=IMPLEMENTATIONS[match[1].lower()])
        return _version(request, match[2]) if match[2] else request
    return PythonRequest(text, name=stripped)


def _version(request: PythonRequest, text: str) -> PythonRequest:
    if _OPERATOR.match(text):
        return _specifier(request, text)
    match = _DOTTED.fullmatch(text) if "." in text or len(text.rstrip("td")) == 1 or "+" in text[:2] else None
    if match is not None and len(match[1]) == 1:
        release = tuple(int(part) for part in match.group(1, 2, 3) if part is not None)
        pre, flags, variants = match.group(4, 5, 6)
        if pre and len(release) < 2:
            match = None
    else:
        match = _COMPACT.fullmatch(text)
        if match is not None:
            release = int(match[1]), int(match[2])
            pre, flags, variants = match.group(3, 4, 5)
    if match is None:
        raise UsageError(f"{request.text!r} is not a Python version", hints=(HOW,))
    free_threaded, debug = _variants(request.text, flags or "", variants or "")
    return request._replace(release=release, pre=pre or "", free_threaded=free_threaded, debug=debug)


def _variants(text: str, flags: str, words: str) -> tuple[bool | None, bool | None]:
    free_threaded = True if "t" in flags else None
    debug = True if "d" in flags else None
    for word in re.findall(r"\+\w+", words):
        if word not in _VARIANTS:
            raise UsageError(f"{text!r} names an unknown variant {word!r}", hints=("one of " + ", ".join(_VARIANTS),))
        threads, debugging = _VARIANTS[word]
        free_threaded = threads if threads is not None else free_threaded
        debug = debugging if debugging is not None else debug
    return free_threaded, debug


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
    return None


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
