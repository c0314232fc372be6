"""Wheel platform tags as names of places: `manylinux_2_28_x86_64` is a Linux whose glibc is 2.28.

Open-ended in versions and architectures. A tag without architecture (`manylinux2014`, `musllinux_1_2`) means x86_64,
said out loud. Sources: PEP 425, 513, 571, 599, 600, 656, 730, 738, 783.
"""

from __future__ import annotations

import re

from elfin.host import arch as arches
from elfin.host import named_arch
from elfin.host.model import Arch, Host, Libc, dotted
from elfin.host.named_model import Named
from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Final

NAMES: Final = ("manylinux2014_x86_64", "manylinux2014_aarch64", "manylinux_2_28_aarch64", "manylinux_2_17_x86_64",
                "musllinux_1_2_x86_64", "musllinux_1_1_armv7l", "macosx_11_0_x86_64", "win32", "win_arm64",
                "android_21_x86_64", "ios_13_0_arm64_iphoneos", "pyemscripten_2025_0_wasm32")  # fmt: skip

_LEGACY = {"manylinux1": "2_5", "manylinux2010": "2_12", "manylinux2014": "2_17"}
_WINDOWS = {"win32": "i686", "win_amd64": "x86_64", "win_arm64": "aarch64"}
_ANDROID = {"arm64_v8a": "aarch64", "armeabi_v7a": "armv7l", "x86_64": "x86_64", "x86": "i686"}
# Bounded: whoever takes manylinux_9999_9999 takes half a million names below it.
_LIBC = re.compile(r"(manylinux|musllinux)_(\d{1,2})_(\d{1,3})(?:_(\w+))?", re.ASCII)
_MACOS = re.compile(r"macosx_(\d{1,2})_(\d{1,2})_(\w+)", re.ASCII)
_ANDROID_TAG = re.compile(r"android_(\d{1,3})_(\w+)", re.ASCII)
_IOS = re.compile(r"ios_(\d{1,2})_(\d{1,2})_(arm64|x86_64)_(iphoneos|iphonesimulator)", re.ASCII)
_WASM = re.compile(r"(?:pyemscripten|pyodide)_(\d{4})_(\d{1,4})_wasm32", re.ASCII)
# "Compatibility matrix" of pyodide-build's documentation, and abi_version of Pyodide's pyodide-lock.json.
_WASM_PYTHONS = {2024: "3.12", 2025: "3.13", 2026: "3.14"}
DEFAULT_GLIBC: Final = {"riscv64": (2, 39), "loongarch64": (2, 36)}
"""glibc taken where none is said, by architecture; (2, 28) for the rest. As uv has it (riscv64: `manylinux_2_39`);
loongarch64's first port is 2.36."""
DEFAULT_MUSL: Final = (1, 2)


def tag(word: str) -> Named | None:
    """The place of a platform tag, None for what is none."""
    word = _spelt_out(word)
    if match := _LIBC.fullmatch(word):
        return _libc(match[1], (int(match[2]), int(match[3])), match[4])
    if word.startswith("linux_"):
        return linux(word.removeprefix("linux_"), None, None)
    if word in _WINDOWS:
        return windows(_WINDOWS[word])
    if match := _MACOS.fullmatch(word):
        return macos(match[3], (int(match[1]), int(match[2])))
    if (match := _ANDROID_TAG.fullmatch(word)) and match[2] in _ANDROID:
        return android(_ANDROID[match[2]], int(match[1]))
    if match := _IOS.fullmatch(word):
        return ios(match[3], (int(match[1]), int(match[2])), match[4] == "iphonesimulator")
    match = _WASM.fullmatch(word)
    return wasm((int(match[1]), int(match[2]))) if match else None


def _spelt_out(word: str) -> str:
    """ "manylinux2014_x86_64" and uv's "x86_64-manylinux2014" -> "manylinux_2_17_x86_64"."""
    before, minus, behind = word.partition("-")
    if minus and behind.startswith(("manylinux", "musllinux")):
        word = f"{behind}_{before}"
    name, under, rest = word.partition("_")
    return f"manylinux_{_LEGACY[name]}{under}{rest}" if name in _LEGACY else word


def _libc(kind: str, version: tuple[int, int], arch: str | None) -> Named | None:
    family = "glibc" if kind == "manylinux" else "musl"
    found = linux(arch or "x86_64", family, version)
    if found is None or arch is not None:
        return found
    return found._replace(assumed=("no architecture was said: x86_64 is taken", *found.assumed))


def linux(arch: str, family: str | None, version: tuple[int, ...] | None, *, soft: bool = False) -> Named | None:
    """A Linux of that architecture and libc; None for an unknown architecture.

    `family` None: glibc is taken. `version` None: the default of the family. `soft`: 32-bit ARM without an FPU.
    """
    found = named_arch.machine(arch)
    if found is None or found[0].name == "wasm32":
        return None
    machine, level = found
    if soft:
        machine = machine._replace(float_abi="soft")
    assumed = []
    if family is None:
        family = "glibc"
        assumed.append(f"no libc was said: glibc is taken (musl would be musllinux_1_2_{machine.name})")
    if family == "uclibc":
        libc = Libc(family, version, None, machine.name)
        said = f"Linux on {named_arch.shown(machine, level)}: uClibc {dotted(version or ())}".rstrip()
        note = "for uClibc no compiled wheels are made"
        return Named(Host("linux", None, machine, (libc,), level, ()), said, (*assumed, note), None)
    if version is None:
        version = DEFAULT_MUSL if family == "musl" else DEFAULT_GLIBC.get(machine.name, (2, 28))
        assumed.append(f"no {family} version was said: {dotted(version)} is taken")
    host = Host("linux", None, machine, (Libc(family, version, None, machine.name),), level, ())
    return Named(host, f"Linux on {named_arch.shown(machine, level)}: {family} {dotted(version)}", tuple(assumed), None)


def windows(arch: str) -> Named:
    """A Windows of that architecture."""
    host = Host("windows", None, arches.named(arch), (), None, ())
    return Named(host, f"Windows on {arch}", (), None)


def macos(arch: str, version: tuple[int, int]) -> Named | None:
    """A macOS of that release; a fat binary's format stands for its newer machine."""
    assumed: tuple[str, ...] = ()
    if arch in ("universal2", "universal", "intel", "fat", "fat3", "fat64"):
        taken = "arm64" if arch == "universal2" else "x86_64"
        assumed = (f"{arch} is a format, not a machine: {taken} is taken",)
        arch = taken
    name = arches.canonical(arch)
    if name not in ("aarch64", "x86_64", "i686", "ppc", "ppc64"):
        return None
    host = Host("macos", f"macOS {dotted(version)}", arches.named(name), (), None, (), version)
    return Named(host, f"macOS {dotted(version)} on {'arm64' if name == 'aarch64' else name}", assumed, None)


def android(arch: str, level: int) -> Named:
    """An Android whose API level is `level`."""
    host = Host("android", None, arches.named(arch), (Libc("bionic", None, None, arch),), None, (), (level,))
    return Named(host, f"Android with API level {level} on {arch}", (), None)


def ios(arch: str, version: tuple[int, int], simulator: bool) -> Named:
    """An iOS of that release, or its simulator, which takes other wheels."""
    os, where = ("ios-simulator", "the iOS simulator") if simulator else ("ios", "iOS")
    host = Host(os, None, arches.named(arches.canonical(arch)), (), None, (), version)
    return Named(host, f"{where} {dotted(version)} on {arch}", (), None)


def wasm(version: tuple[int, int]) -> Named:
    """A Python in the browser: Emscripten with the platform of that year (PEP 783), each of which is for one Python."""
    platform = f"PyEmscripten {dotted(version)}"
    host = Host("emscripten", platform, Arch("wasm32", 32, True, None), (), None, (), version)
    return Named(host, f"{platform} on wasm32", (), _WASM_PYTHONS.get(version[0]))
