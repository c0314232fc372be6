"""Platform tags <-> `Needs`, and the platforms a target takes.

Follows PEP 425 (linux_*), 513/571/599 (manylinux1, 2010, 2014), 600 (manylinux_X_Y), 656 (musllinux), 730 (iOS), 738
(Android), 783 (PyEmscripten) and the order and floors of `packaging` 26.3; docs/tags.md names the differences. An
unknown or misspelt tag is no platform: it fits nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from elfin.host.arch import DOUBLE, TAGGED
from elfin.host.model import Interpreter, Needs
from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Final


LEGACY: Final = {"manylinux1": (2, 5), "manylinux2010": (2, 12), "manylinux2014": (2, 17)}
"""Names older than PEP 600, which are aliases of glibc floors."""
_LEGACY_NAMES = {floor: name for name, floor in LEGACY.items()}

GLIBC_FLOORS: Final = {"x86_64": (2, 5), "i686": (2, 5)}
"""Lowest glibc that `packaging` lists for an architecture; (2, 17) for every other."""
DEFAULT_GLIBC_FLOOR: Final = (2, 17)
# Should there ever be a glibc 3, 2.x is listed from here down (packaging's guess).
_LAST_GLIBC_MINOR = 50

# Architectures with manylinux tags whatever their ELF flags say; armv7l and i686 have a check of their own.
_MANYLINUX = frozenset({"x86_64", "aarch64", "ppc64", "ppc64le", "s390x", "loongarch64", "riscv64", "armv7l", "i686"})

_MACOS_TAG = r"macosx_(\d{1,4})_(\d{1,4})_(\w+)"
_ANDROID_TAG = r"android_(\d{1,4})_(\w+)"
_IOS_TAG = r"ios_(\d{1,4})_(\d{1,4})_(\w+)"
_WASM_TAG = r"\w+?((?:_\d{1,4}){2,3})_wasm32"

_WINDOWS = {"win32": "i686", "win_amd64": "x86_64", "win_arm64": "aarch64", "win_arm32": "armv7l"}
_ANDROID = {"arm64_v8a": "aarch64", "armeabi_v7a": "armv7l", "x86_64": "x86_64", "x86": "i686"}
_ANDROID_FLOOR = 16
_IOS = {"arm64_iphoneos": ("ios", "aarch64"), "arm64_iphonesimulator": ("ios-simulator", "aarch64"),
        "x86_64_iphonesimulator": ("ios-simulator", "x86_64")}  # fmt: skip
_IOS_FLOOR, _LAST_IOS_MINOR = 12, 9
# Systems whose wheels are known to be for them, and no more: no index takes such wheels.
_OTHERS = frozenset({"freebsd", "netbsd", "openbsd", "dragonfly", "solaris", "illumos", "aix", "haiku", "cygwin"})
# What a macOS binary format holds, of the machines that still matter.
_MACOS_FORMATS: dict[str, tuple[str, ...]] = {
    "x86_64": ("x86_64",),
    "arm64": ("aarch64",),
    "universal2": ("aarch64", "x86_64"),
    "universal": ("x86_64", "i686", "ppc64", "ppc"),
    "intel": ("x86_64", "i686"),
    "fat64": ("x86_64", "ppc64"),
    "fat3": ("x86_64", "i686", "ppc"),
    "fat": ("i686", "ppc"),
    "i386": ("i686",),
    "ppc64": ("ppc64",),
    "ppc": ("ppc",),
}


def needs(tag: str) -> tuple[Needs, ...]:
    """What a platform tag asks of a place: any one of the alternatives. () for a tag nothing is known of."""
    kind, _, rest = tag.partition("_")
    reader = _READERS.get(kind)
    if reader is not None:
        return reader(tag)
    if kind in LEGACY:
        return _linux(rest, "glibc", LEGACY[kind])
    return (Needs(kind),) if kind in _OTHERS and rest and tag.isidentifier() and tag.isascii() else ()


def _any(tag: str) -> tuple[Needs, ...]:
    return (Needs(),) if tag == "any" else ()


def _plain_linux(tag: str) -> tuple[Needs, ...]:
    return _linux(tag.removeprefix("linux_"), None, None)


def _with_libc(tag: str) -> tuple[Needs, ...]:
    # By hand: judging a hundred thousand wheels comes here for each of them.
    _, major, minor, arch = (*tag.split("_", 3), "", "", "")[:4]
    if not (major + minor).isdecimal() or not tag.isascii() or not 0 < len(major) < 5 > len(minor) > 0:
        return ()
    return _linux(arch, "musl" if tag.startswith("musl") else "glibc", (int(major), int(minor)))


def _windows_tag(tag: str) -> tuple[Needs, ...]:
    return (Needs("windows", _WINDOWS[tag]),) if tag in _WINDOWS else ()


def _macos_tag(tag: str) -> tuple[Needs, ...]:
    match = re.fullmatch(_MACOS_TAG, tag, re.ASCII)
    if match is None:
        return ()
    floor = int(match[1]), int(match[2])
    return tuple(Needs("macos", arch, os_floor=floor) for arch in _MACOS_FORMATS.get(match[3], ()))


def _android_tag(tag: str) -> tuple[Needs, ...]:
    match = re.fullmatch(_ANDROID_TAG, tag, re.ASCII)
    arch = _ANDROID.get(match[2]) if match else None
    return (Needs("android", arch, os_floor=(int(match[1]),)),) if match and arch else ()


def _ios_tag(tag: str) -> tuple[Needs, ...]:
    match = re.fullmatch(_IOS_TAG, tag, re.ASCII)
    if match is None or match[3] not in _IOS:
        return ()
    os, arch = _IOS[match[3]]
    return (Needs(os, arch, os_floor=(int(match[1]), int(match[2]))),)


def _wasm_tag(tag: str) -> tuple[Needs, ...]:
    """PEP 783: each platform version is an ABI of its own (host.fit asks for that very one)."""
    match = re.fullmatch(_WASM_TAG, tag, re.ASCII)
    if match is None:
        return ()
    return (Needs("emscripten", "wasm32", os_floor=tuple(map(int, match[1].split("_")[1:]))),)


_READERS = {
    "any": _any,
    "linux": _plain_linux,
    "manylinux": _with_libc,
    "musllinux": _with_libc,
    "win": _windows_tag,
    "win32": _windows_tag,
    "macosx": _macos_tag,
    "android": _android_tag,
    "ios": _ios_tag,
    "pyemscripten": _wasm_tag,
    "pyodide": _wasm_tag,
    "emscripten": _wasm_tag,
}


def _linux(arch: str, libc: str | None, floor: tuple[int, int] | None) -> tuple[Needs, ...]:
    if arch not in TAGGED:
        return ()
    # PEP 599: manylinux on armv7l is hard-float. musllinux and linux say nothing of it.
    float_abi = "hard" if libc == "glibc" and arch in ("armv7l", "armv8l") else None
    return (Needs("linux", arch, float_abi, libc, floor),)


def names(wanted: Needs) -> tuple[str, ...]:
    """The platform tags that say `wanted`: PEP 600's before its older alias; () where none can.

    CPU level and the libc's patch number have no place in a tag. A linux need without libc is `linux_<arch>`.
    """
    if wanted.os is None:
        return ("any",) if wanted == Needs() else ()
    if wanted.arch is None:
        return ()
    if wanted.os == "windows":
        return tuple(tag for tag, arch in _WINDOWS.items() if arch == wanted.arch)
    if wanted.os == "macos" and wanted.os_floor is not None:
        major, minor = (*wanted.os_floor, 0)[:2]
        return (f"macosx_{major}_{minor}_{_macos_arch(wanted.arch)}",)
    if wanted.os == "android" and wanted.os_floor is not None:
        return tuple(f"android_{wanted.os_floor[0]}_{abi}" for abi, arch in _ANDROID.items() if arch == wanted.arch)
    if wanted.os == "emscripten" and wanted.os_floor is not None:
        return _wasm_names(wanted.os_floor)
    if wanted.os.startswith("ios") and wanted.os_floor is not None:
        major, minor = (*wanted.os_floor, 0)[:2]
        return tuple(f"ios_{major}_{minor}_{abi}" for abi, kind in _IOS.items() if kind == (wanted.os, wanted.arch))
    if wanted.os != "linux" or wanted.arch not in TAGGED:
        return ()
    if wanted.libc is None:
        return (f"linux_{wanted.arch}",)
    return _libc_names(wanted.arch, wanted.libc, wanted.libc_floor)


def _libc_names(arch: str, family: str, floor: tuple[int, ...] | None) -> tuple[str, ...]:
    if floor is None or family not in ("glibc", "musl"):
        return ()
    major, minor = (*floor, 0)[:2]
    if family == "musl":
        return (f"musllinux_{major}_{minor}_{arch}",)
    legacy = _LEGACY_NAMES.get((major, minor))
    return (f"manylinux_{major}_{minor}_{arch}",) + (() if legacy is None else (f"{legacy}_{arch}",))


def supported(interpreter: Interpreter, *, linux_last: bool = False) -> list[str]:
    """The platform tags an interpreter takes, best first, in the order of `packaging` 26.3.

    That order has `linux_*` first; `linux_last` puts it behind manylinux and musllinux, as uv and older pips have it.
    A static interpreter takes none: it loads no library (`packaging` lists `linux_*` for it, which cannot work).
    """
    if interpreter.os == "macos":
        return list(_macos(interpreter.os_version or (10, 0), _macos_arch(interpreter.arch.name)))
    if interpreter.os == "windows":
        return [tag for tag, arch in _WINDOWS.items() if arch == interpreter.arch.name]
    if interpreter.os == "android":
        level = (interpreter.os_version or (0,))[0]
        abis = [abi for abi, arch in _ANDROID.items() if arch == interpreter.arch.name]
        return [f"android_{number}_{abi}" for abi in abis for number in range(level, _ANDROID_FLOOR - 1, -1)]
    if interpreter.os == "emscripten":
        return list(_wasm_names(interpreter.os_version or ()))
    if interpreter.os in ("ios", "ios-simulator"):
        abis = [abi for abi, kind in _IOS.items() if kind == (interpreter.os, interpreter.arch.name)]
        return [tag for abi in abis for tag in _ios(interpreter.os_version or (0,), abi)]
    if interpreter.static or interpreter.os != "linux":
        return []
    name = interpreter.arch.name
    # 32-bit code on these kernels: as packaging has it, x32 passes for i686 but gets no manylinux.
    arches = {"armv8l": ["armv8l", "armv7l"], "x32": ["i686"]}.get(name, [name])
    plain = [f"linux_{arch}" for arch in arches]
    libc = [*_manylinux(interpreter, arches), *_musllinux(interpreter, arches)]
    return libc + plain if linux_last else plain + libc


def _manylinux(interpreter: Interpreter, arches: list[str]) -> Iterator[str]:
    libc = interpreter.libc
    if libc is None or libc.family != "glibc" or libc.version is None or not _abi_fits(interpreter, arches):
        return
    answers = interpreter.manylinux or {}
    # packaging takes one floor for all of a process's architectures; they never differ within a process.
    lowest = GLIBC_FLOORS.get(arches[0], DEFAULT_GLIBC_FLOOR)
    major, minor = libc.version[:2]
    tops = [(major, minor), *((older, _LAST_GLIBC_MINOR) for older in range(major - 1, 1, -1))]
    for arch in arches:
        for top_major, top_minor in tops:
            bottom = lowest[1] if top_major == lowest[0] else 0
            for number in range(top_minor, bottom - 1, -1):
                legacy = _LEGACY_NAMES.get((top_major, number))
                if _allowed(answers, top_major, number, legacy):
                    yield f"manylinux_{top_major}_{number}_{arch}"
                    if legacy is not None:
                        yield f"{legacy}_{arch}"


def _abi_fits(interpreter: Interpreter, arches: list[str]) -> bool:
    """packaging's `_have_compatible_abi`: the interpreter's own ELF must be of the ABI that the tags promise."""
    if "armv7l" in arches:
        return interpreter.arch.float_abi == "hard"
    return interpreter.arch.name in _MANYLINUX and _usual_floats(interpreter)


def _usual_floats(interpreter: Interpreter) -> bool:
    """Wheels of riscv64 and loongarch64 are for double floats in registers, as `host.fit` has it."""
    return interpreter.arch.name not in DOUBLE or interpreter.arch.float_abi in (None, "double")


def _allowed(answers: Mapping[str, bool], major: int, minor: int, legacy: str | None) -> bool:
    """PEP 600: the distributor's `_manylinux` module may refuse; what it does not answer is allowed."""
    answer = answers.get(f"{major}_{minor}")
    if answer is None and legacy is not None:
        answer = answers.get(legacy)
    return answer is not False


def _musllinux(interpreter: Interpreter, arches: list[str]) -> Iterator[str]:
    libc = interpreter.libc
    if libc is None or libc.family != "musl" or libc.version is None or not _usual_floats(interpreter):
        return
    major, minor = libc.version[:2]
    for arch in arches:
        for number in range(minor, -1, -1):
            yield f"musllinux_{major}_{number}_{arch}"


def _wasm_names(version: tuple[int, ...]) -> tuple[str, ...]:
    """PEP 783's name and the one that Pyodide's tools gave such wheels before; () for a version that is no year's."""
    if len(version) != 2:
        return ()
    return tuple(f"{kind}_{version[0]}_{version[1]}_wasm32" for kind in ("pyemscripten", "pyodide"))


def _ios(version: tuple[int, ...], abi: str) -> Iterator[str]:
    major, minor = (*version, 0)[:2]
    for number in range(minor, -1, -1) if major >= _IOS_FLOOR else ():
        yield f"ios_{major}_{number}_{abi}"
    for older in range(major - 1, _IOS_FLOOR - 1, -1):
        for number in range(_LAST_IOS_MINOR, -1, -1):
            yield f"ios_{older}_{number}_{abi}"


def _macos_arch(name: str) -> str:
    return {"aarch64": "arm64", "i686": "i386"}.get(name, name)


def _macos(version: tuple[int, ...], arch: str) -> Iterator[str]:
    major, minor = (*version, 0)[:2]
    if major == 10:
        for number in range(minor, -1, -1):
            yield from (f"macosx_10_{number}_{kind}" for kind in _macos_formats((10, number), arch))
    for number in range(major, 10, -1):
        yield from (f"macosx_{number}_0_{kind}" for kind in _macos_formats((number, 0), arch))
    if major >= 11:
        for number in range(16, 3, -1):
            kinds = _macos_formats((10, number), arch) if arch == "x86_64" else ["universal2"]
            yield from (f"macosx_10_{number}_{kind}" for kind in kinds)


def _macos_formats(version: tuple[int, int], arch: str) -> list[str]:
    if arch == "x86_64":
        return [] if version < (10, 4) else ["x86_64", "intel", "fat64", "fat3", "universal2", "universal"]
    if arch == "i386":
        return [] if version < (10, 4) else ["i386", "intel", "fat3", "fat", "universal"]
    if arch == "ppc64":
        return ["ppc64", "fat64", "universal"] if (10, 4) <= version <= (10, 5) else []
    if arch == "ppc":
        return ["ppc", "fat3", "fat", "universal"] if version <= (10, 6) else []
    return [arch, "universal2"] if arch == "arm64" else [arch]
