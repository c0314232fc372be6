"""Target triples and names of release files -> which system, machine and libc are declared.

Triples are Rust's (`x86_64-unknown-linux-musl`, `armv7-unknown-linux-gnueabihf`, `universal2-apple-darwin`), with a
libc version behind a point where one is declared, as cargo-zigbuild writes it. Names of files are also read word by
word, as Go's and hand-made releases spell them (`hello_1.0_linux_amd64`). Refuses nothing: a text that declares no
machine or system is None; one that declares a system the scripts do not serve (FreeBSD) says so in `os`.
"""

from __future__ import annotations

import re

from elfin.host import arch as arches
from elfin.host import named_arch
from elfin.host.model import Needs
from elfin.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

SERVED: Final = ("linux", "macos", "windows", "android")
"""Systems that install.sh and install.ps1 know."""


class Declared(NamedTuple):
    """What a triple or a file name says. A field that is None says nothing."""

    os: str | None
    """As `Host.os`, or the name of a system that is not served: "freebsd"."""
    arch: str | None
    """An `Arch.name`, or "universal" for both machines of macOS."""
    float_abi: str | None
    libc: str | None
    """"glibc", "musl", "static" where the name says so without naming a libc, or "gnu" (MinGW) on Windows."""
    libc_floor: tuple[int, ...] | None
    cpu_level: int | None
    os_floor: tuple[int, ...] | None
    """Of Android: the API level that may stand behind the triple."""


FORMATS: Final = {
    ".tar.gz": "tar.gz", ".tgz": "tar.gz", ".tar.xz": "tar.xz", ".txz": "tar.xz", ".tar.zst": "tar.zst",
    ".tzst": "tar.zst", ".tar": "tar", ".zip": "zip",
}  # fmt: skip
"""How names of archives end, and the format that says."""
KINDS: Final = ("tar.gz", "tar.xz", "tar.zst", "tar", "zip", "binary")
"""Formats of release files; on other systems than Windows, the ones that more places can unpack first."""

# Rust's names of 32-bit ARM: `arm` is ARMv6; without `hf` behind the libc it is soft-float.
_RUST_ARM = {"arm": "armv6l", "armv5te": "armv5tel", "armv7": "armv7l", "thumbv7neon": "armv7l", "armv7a": "armv7l"}
_SPELT_ARM = {"armv6l": "arm", "armv5tel": "armv5te", "armv7l": "armv7", "armv8l": "armv7"}
_SPELT = {"ppc64le": "powerpc64le", "ppc64": "powerpc64", "ppc": "powerpc", "riscv64": "riscv64gc"}
_UNIVERSAL = ("universal2", "universal", "fat", "all")

_TRIPLE = (
    r"(?P<arch>x86_64(?:[_-]?v[1-4])?|x86-64(?:[_-]?v[1-4])?|[a-z][a-z0-9]*(?:_be)?)-"
    r"(?:(?P<vendor>unknown|pc|apple|uwp|alpine|linux)-)?"
    r"(?:(?P<linux>linux)(?:-(?P<family>gnu|musl)(?P<abi>eabihf|eabi|sf|abi64|x32|llvm)?"
    r"(?:\.(?P<floor>\d{1,3}\.\d{1,3}(?:\.\d{1,3})?))?|-(?P<bionic>android)(?:eabi)?(?P<level>\d{1,3})?)?"
    r"|(?P<darwin>darwin|macosx?)(?:\d[\d.]*)?|(?P<windows>windows)(?:-(?:msvc|(?P<mingw>gnullvm|gnu)))?"
    r"|(?P<other>freebsd|netbsd|openbsd|dragonfly|illumos|solaris|redox|haiku|fuchsia|wasip?\d?|emscripten|ios|none)"
    r"(?:-\w+)?)"
)
_OTHER_SYSTEMS = ("freebsd", "netbsd", "openbsd", "dragonfly", "illumos", "solaris", "redox", "haiku", "plan9", "aix",
                  "wasi", "wasm", "wasm32", "ios", "ohos", "gnux32", "muslx32")  # fmt: skip
_SYSTEMS = {
    "linux": "linux", "linux64": "linux", "linux32": "linux", "darwin": "macos", "macos": "macos", "osx": "macos",
    "mac": "macos", "macosx": "macos", "windows": "windows", "win": "windows", "win64": "windows",
    "win32": "windows", "android": "android",
}  # fmt: skip
_IMPLIED = {"linux64": "x86_64", "linux32": "i686", "win64": "x86_64", "win32": "i686"}
_MACHINES = {"x64": "x86_64", "64bit": "x86_64", "32bit": "i686", "intel": "x86_64", "armhf": "armv6l", "arm": "armv6l",
             "armv6hf": "armv6l", "armv7hf": "armv7l"}  # fmt: skip
_FAMILIES = {"gnu": "glibc", "glibc": "glibc", "musl": "musl", "static": "static", "alpine": "musl",
             "gnueabihf": "glibc", "gnueabi": "glibc", "musleabihf": "musl", "musleabi": "musl"}  # fmt: skip


def parse(triple: str) -> Declared | None:
    """What a triple declares, None for a text that is none."""
    match = re.fullmatch(_TRIPLE, triple.lower(), re.ASCII)
    return _of_match(match) if match else None


def of_name(filename: str) -> Declared | None:
    """What the name of a file declares: its triple, else its words; None where it names neither machine nor system."""
    stem = stem_of(filename).lower()
    for match in _triples(stem):
        found = _of_match(match)
        if found is not None:
            return found
    return _of_words(stem)


def before_target(filename: str) -> str:
    """The part of a name before what it declares: "hello-1.0" of "hello-1.0-linux-x64.tar.gz"; all without any."""
    stem = stem_of(filename)
    ends = [match.start() for match in _triples(stem.lower()) if _of_match(match) is not None]
    for match in re.finditer(r"x86[_-]64|[^-_.+ ]+", stem.lower()):
        word = match[0].replace("x86-64", "x64").replace("x86_64", "x64")
        if match.start() and (
            word in _SYSTEMS or word in _OTHER_SYSTEMS or word in _FAMILIES or word == "dynamic" or _machine(word)
        ):
            ends.append(match.start())
    return stem[: min(ends, default=len(stem))].rstrip("-_.+ ")


def says_armhf(filename: str) -> bool:
    """Whether a name says "armhf" and no triple: ARMv6 on Raspbian, ARMv7 in Debian, so it tells neither for sure."""
    stem = stem_of(filename).lower()
    return re.search(r"(?<![a-z0-9])armhf(?![a-z0-9])", stem) is not None and not any(map(_of_match, _triples(stem)))


def _triples(stem: str) -> Iterator[re.Match[str]]:
    unlike = r"(?!-?[a-z0-9]*x32|-ohos|-uclibc|[a-z0-9])"
    return re.finditer(r"(?<![a-z0-9])(?=" + _TRIPLE + unlike + ")", stem, re.ASCII)


def stem_of(filename: str) -> str:
    """A file name without what tells its format."""
    for ending in (*FORMATS, ".exe"):
        if filename.lower().endswith(ending):
            return filename[: -len(ending)]
    return filename


def format_of(filename: str) -> str:
    """ "tar.gz", ..., "binary" for a name that ends like no archive."""
    lower = filename.lower()
    return next((name for ending, name in FORMATS.items() if lower.endswith(ending)), "binary")


def needs_of(declared: Declared) -> tuple[Needs, ...]:
    """The needs as far as a name tells them, for a file that nobody has measured.

    "musl" is taken for a static build, which such archives are with hardly an exception.
    """
    machines = ("aarch64", "x86_64") if declared.arch == "universal" else (declared.arch,)
    glibc = declared.libc == "glibc"
    return tuple(
        Needs(
            declared.os, machine, declared.float_abi if glibc else None, "glibc" if glibc else None,
            declared.libc_floor if glibc else None, declared.cpu_level, declared.os_floor,
        )
        for machine in machines
    )  # fmt: skip


def spelled(os: str, arch: str, float_abi: str | None, libc: str | None) -> str:
    """The triple of a system, machine and libc; "x86_64-unknown-linux" where no libc is declared."""
    if os == "macos":
        return f"{'universal2' if arch == 'universal' else arch}-apple-darwin"
    if os == "windows":
        return f"{arch}-pc-windows-{'gnu' if libc == 'gnu' else 'msvc'}"
    machine = _SPELT_ARM.get(arch) or _SPELT.get(arch, arch)
    if os == "android":
        return f"{machine}-linux-android" + ("eabi" if arches.is_arm(arch) else "")
    family = {"glibc": "gnu", "musl": "musl"}.get(libc or "")
    if family is None:
        return f"{machine}-unknown-linux"
    abi = ("eabihf" if float_abi == "hard" else "eabi") if arches.is_arm(arch) else ""
    return f"{machine}-unknown-linux-{family}{abi}"


def triple_of(declared: Declared) -> str | None:
    """The triple of what is declared, None where the system is not served, or system or machine are not said."""
    if declared.os not in SERVED or declared.arch is None:
        return None
    return spelled(declared.os, declared.arch, declared.float_abi, declared.libc)


def _of_match(match: re.Match[str]) -> Declared | None:
    word = match["arch"].replace("x86-64", "x86_64")
    if word in _UNIVERSAL and match["darwin"]:
        return Declared("macos", "universal", None, None, None, None, None)
    known = named_arch.machine(_RUST_ARM.get(word, word))
    if known is None or match["abi"] == "x32":
        return None
    if match["other"]:
        return Declared(match["other"], None, None, None, None, None, None)
    if known[0].name not in arches.TAGGED:
        return None
    machine, level = known
    if match["darwin"] or match["windows"]:
        system, mingw = ("macos", None) if match["darwin"] else ("windows", match["mingw"] and "gnu")
        return Declared(system, machine.name, None, mingw, None, level, None)
    if match["bionic"]:
        api = (int(match["level"]),) if match["level"] else None
        name = "armv7l" if machine.name == "armv6l" else machine.name
        return Declared("android", name, None, None, None, None, api)
    float_abi = None
    if arches.is_arm(machine.name):
        float_abi = "soft" if match["abi"] in ("eabi", None) and match["family"] else machine.float_abi
    floor = tuple(map(int, match["floor"].split("."))) if match["floor"] else None
    family = {"gnu": "glibc", "musl": "musl", None: None}[match["family"]]
    return Declared("linux", machine.name, float_abi, family, floor, level, None)


def _of_words(stem: str) -> Declared | None:
    text = re.sub(r"x86[_-]64", "x64", stem)
    words = [word for word in re.split(r"[-_.+ ]+", text) if word]
    # Two words of a machine that is written with a line between: "arm_v7", "x64_v3".
    words = [
        f"{word}{words[at + 1]}" if word in ("arm", "x64", "amd64") and words[at + 1 : at + 2] and
        re.fullmatch(r"v[1-8]", words[at + 1]) else word
        for at, word in enumerate(words)
    ]  # fmt: skip
    other = next((word for word in words if word in _OTHER_SYSTEMS), None)
    if other is not None:
        return Declared(other, None, None, None, None, None, None)
    # The last word of a kind counts: "windows-terminal-linux-x64" is a program's name before a target.
    os = next((_SYSTEMS[word] for word in reversed(words) if word in _SYSTEMS), None)
    libc = next((_FAMILIES[word] for word in words if word in _FAMILIES), None) if os in ("linux", None) else None
    if libc is not None and os is None and any(_machine(word) for word in words):
        os = "linux"
    if os == "macos" and any(word in _UNIVERSAL for word in words):
        return Declared("macos", "universal", None, None, None, None, None)
    machine = next((found for word in reversed(words) if (found := _machine(word)) is not None), None)
    arch, level = machine if machine else (None, None)
    if arch is None:
        arch = next((_IMPLIED[word] for word in words if word in _IMPLIED), None)
    if arch is None and (os is None or words[-1] not in _SYSTEMS):
        return None
    hard = None
    if arch is not None and arches.is_arm(arch) and os == "linux":
        soft = any(word in ("gnueabi", "musleabi", "armel", "softfloat") for word in words)
        hard = "soft" if soft or arch == "armv5tel" else "hard"
    return Declared(os, arch, hard, libc, None, level, None)


def _machine(word: str) -> tuple[str, int | None] | None:
    if match := re.fullmatch(r"(?:x64|amd64)v([1-4])", word):
        return "x86_64", int(match[1])
    if match := re.fullmatch(r"armv([5-8])(?:l|hf|te|a)?", word):
        return {"5": "armv5tel", "6": "armv6l", "7": "armv7l", "8": "aarch64"}[match[1]], None
    if word in _MACHINES:
        return _MACHINES[word], None
    found = named_arch.machine(word)
    return None if found is None or found[0].name not in arches.TAGGED else (found[0].name, found[1])
