"""Target triples and OCI platforms as names of places.

Triples are Rust's (`aarch64-unknown-linux-gnu`), with a libc version behind a point if one is meant
(`....linux-gnu.2.17`, as cargo-zigbuild writes it), and those of uv's `--python-platform`. OCI platforms are
`os/architecture[/variant]` with a libc behind them if one is meant: `linux/arm64/v8/musl`, `linux/amd64/glibc2.17`.
What was not said is assumed out loud: without a version glibc is 2.28 to uv, 2.17 to Rust.
"""

from __future__ import annotations

import re

from elfin.host import named_arch, named_tag
from elfin.host.model import dotted
from elfin.host.named_model import Named
from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Final

NAMES: Final = ("aarch64-unknown-linux-gnu", "x86_64-unknown-linux-musl", "aarch64-apple-darwin",
                "x86_64-apple-darwin", "armv7-unknown-linux-gnueabihf", "i686-unknown-linux-gnu",
                "x86_64-pc-windows-msvc", "aarch64-pc-windows-msvc", "riscv64-unknown-linux",
                "powerpc64le-unknown-linux-gnu", "s390x-unknown-linux-gnu", "aarch64-linux-android",
                "x86_64-linux-android", "wasm32-pyodide2025", "arm64-apple-ios", "x86_64-manylinux_2_28",
                "aarch64-manylinux2014", "linux/amd64", "linux/arm64/v8", "linux/arm/v7", "linux/386",
                "windows/amd64", "darwin/arm64")  # fmt: skip

_LINUX = re.compile(
    r"(?P<arch>\w+)-(?P<vendor>\w+-)?linux(?:-(?P<family>gnu|musl|uclibc)(?P<abi>eabihf|eabi|sf|abi64|x32)?"
    r"(?:\.(?P<version>\d{1,2}\.\d{1,3}(?:\.\d{1,3})?))?)?"
)
_APPLE = re.compile(r"(\w+)-apple-(darwin|macos|ios)(\d{1,2}(?:\.\d{1,2})?)?(-simulator|-sim)?", re.ASCII)
_WINDOWS = re.compile(r"(\w+)-(?:pc|uwp)-windows-(?:msvc|gnu|gnullvm)", re.ASCII)
_ANDROID = re.compile(r"(\w+)-linux-android(?:eabi)?(\d{1,3})?", re.ASCII)
# uv's and python-build-standalone's keys: os-architecture-libc.
_KEY = re.compile(r"(linux|macos|darwin|windows)-(\w+)-(gnu|gnueabi|gnueabihf|musl|musleabi|musleabihf|none)", re.ASCII)
_PYODIDE = re.compile(r"wasm32-(?:pyodide|pyemscripten)(\d{4})", re.ASCII)
_OCI_LIBC = re.compile(r"(.+?)/(glibc|gnu|musl)[-_]?(\d{1,2}[._]\d{1,3}(?:[._]\d{1,3})?)?", re.ASCII)
# Rust's names of 32-bit ARM: `arm` is ARMv6, and without `hf` it is soft-float.
_RUST_ARM = {"arm": "armv6l", "armv5te": "armv5tel", "armv7": "armv7l", "thumbv7neon": "armv7l", "armv7a": "armv7l"}

# Debian's names of the same, without a vendor.
_DEBIAN_ARM = {"eabihf": "armv7l", "eabi": "armv5tel"}
_FAMILIES = {"gnu": "glibc", "musl": "musl", "uclibc": "uclibc"}

# Darwin counts its own releases: macOS 11 is Darwin 20, macOS 26 is Darwin 25.
_DARWIN = {
    **{number: (10, number - 4) for number in range(8, 20)},
    **{number: (number - 9, 0) for number in range(20, 25)},
}
_MACOS_DEFAULT = _IOS_DEFAULT = (13, 0)
_ANDROID_DEFAULT = 24
_GLIBC_SAID = "no glibc version was said: {} is taken, as uv does (Rust means 2.17); {}.2.17 would say so"


def triple(word: str) -> Named | None:
    """The place of a triple, None for what is none."""
    if match := _PYODIDE.fullmatch(word):
        return named_tag.wasm((int(match[1]), 0))
    if word == "wasm32-unknown-emscripten":
        assumed = "no platform was said: PyEmscripten 2025.0 is taken"
        return named_tag.wasm((2025, 0))._replace(assumed=(assumed,))
    if match := _KEY.fullmatch(word):
        word = _spelt_out(match[1], match[2], match[3]) or word
    if match := _ANDROID.fullmatch(word):
        return _android(match[1], match[2])
    if match := _LINUX.fullmatch(word):
        return _linux(word, match)
    if match := _APPLE.fullmatch(word):
        return _apple(match[1], match[2], match[3], bool(match[4]))
    match = _WINDOWS.fullmatch(word)
    found = named_arch.machine(match[1]) if match else None
    return named_tag.windows(found[0].name) if found else None


def _spelt_out(os: str, arch: str, libc: str) -> str | None:
    """The triple of a key; None where its libc is not its system's."""
    if (os == "linux") == (libc == "none"):
        return None
    if os == "linux":
        return f"{arch}-unknown-linux-{libc}"
    return f"{arch}-pc-windows-msvc" if os == "windows" else f"{arch}-apple-darwin"


def _linux(word: str, match: re.Match[str]) -> Named | None:
    arch, odd = _machine(match)
    if (arch == "x32") != (match["abi"] == "x32"):
        return None
    soft = arch.startswith("arm") and match["abi"] in ("eabi", None) and match["family"] is not None
    if arch == "armv7l" and match["abi"] is None:
        soft = False  # uv's `armv7-unknown-linux-gnu` means hard float, the only one that distributions have
    version = tuple(map(int, match["version"].split("."))) if match["version"] else None
    found = named_tag.linux(arch, _FAMILIES.get(match["family"]), version, soft=soft)
    if found is None:
        return None
    if version is None and match["family"] == "gnu":
        libc = found.host.libcs[0].version or ()
        found = found._replace(assumed=(_GLIBC_SAID.format(dotted(libc), word),))
    return found._replace(assumed=(*odd, *found.assumed))


def _machine(match: re.Match[str]) -> tuple[str, tuple[str, ...]]:
    """The architecture of a triple, and a note where others mean another one by it."""
    arch = match["arch"]
    if match["abi"] == "x32" and arch == "x86_64":
        return "x32", ()
    if arch == "arm" and match["family"] == "gnu" and not match["vendor"] and match["abi"] in _DEBIAN_ARM:
        taken = _DEBIAN_ARM[match["abi"]]
        return taken, (f"arm is taken for {taken}, as Debian means it; Rust's arm-unknown-linux is armv6l",)
    if arch == "arm" and match["family"]:
        return "armv6l", ("arm is taken for armv6l, as Rust means it; armv7-... would say ARMv7",)
    return _RUST_ARM.get(arch, arch), ()


def _apple(arch: str, system: str, version: str | None, simulator: bool) -> Named | None:
    numbers = tuple(map(int, f"{version}.0".split(".")[:2])) if version else None
    release = (numbers[0], numbers[1]) if numbers else (_IOS_DEFAULT if system == "ios" else _MACOS_DEFAULT)
    assumed = () if numbers else (f"no release was said: {dotted(release)} is taken, as uv does",)
    if system == "ios":
        name = "arm64" if arch == "aarch64" else arch
        found = named_tag.ios(name, release, simulator) if name in ("arm64", "x86_64") else None
    else:
        found = named_tag.macos(arch, _macos(release) if numbers and system == "darwin" else release)
    return found._replace(assumed=(*found.assumed, *assumed)) if found else None


def _macos(darwin: tuple[int, int]) -> tuple[int, int]:
    """The release of macOS that a release of Darwin is the kernel of."""
    return _DARWIN.get(darwin[0], (darwin[0] + 1, 0))


def _android(arch: str, level: str | None) -> Named | None:
    found = named_arch.machine(_RUST_ARM.get(arch, arch).replace("armv6l", "armv7l"))
    if found is None or found[0].name not in ("aarch64", "armv7l", "x86_64", "i686"):
        return None
    named = named_tag.android(found[0].name, int(level or _ANDROID_DEFAULT))
    if level:
        return named
    return named._replace(assumed=(f"no API level was said: {_ANDROID_DEFAULT} is taken, as uv does",))


def oci(os: str, rest: str) -> Named | None:
    """The place of an OCI platform; a Linux without a libc gets glibc, out loud."""
    family, version = None, None
    if match := _OCI_LIBC.fullmatch(rest):
        rest, family = match[1], "musl" if match[2] == "musl" else "glibc"
        version = tuple(map(int, re.split(r"[._]", match[3]))) if match[3] else None
    found = named_arch.machine(rest)
    if found is None:
        return None
    machine, level = found
    if os == "linux":
        word = machine.name if level is None else f"{machine.name}_v{level}"
        named = named_tag.linux(word, family, version)
        odd = named_arch.ambiguous(rest, machine)
        return named._replace(assumed=(*((odd,) if odd else ()), *named.assumed)) if named else None
    if family is not None:
        return None
    if os in ("darwin", "ios"):
        return _apple(machine.name, os, None, False)
    if os == "windows":
        return named_tag.windows(machine.name) if machine.name in ("x86_64", "aarch64", "i686") else None
    return _android(machine.name, None) if os == "android" else None
