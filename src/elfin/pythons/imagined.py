"""The Python that would run in a place: its facts and markers, when none is there to be asked.

Extension suffixes follow CPython's configure (`PLATFORM_TRIPLET`), PEP 3149 and PEP 720; markers PEP 508, with what
nobody can know of a foreign place (kernel release and version) empty, as uv and `pip --platform` have it. Refuses
nothing: a version is taken as it is written.
"""

from __future__ import annotations

import re

from elfin.host.model import Host, Interpreter
from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Final

DEFAULT_VERSIONS: Final = {"cpython": "3.14", "pypy": "3.11", "graalpy": "3.12"}
"""The version taken where nobody says one: the newest that has been out for a year, so that most wheels are there."""

_SYSTEMS = {"linux": "Linux", "macos": "Darwin", "windows": "Windows", "android": "Android", "emscripten": "Emscripten",
            "ios": "iOS", "ios-simulator": "iOS"}  # fmt: skip
_SYS_PLATFORMS = {"macos": "darwin", "windows": "win32", "ios-simulator": "ios"}
_MACHINES = {
    "linux": {"x32": "x86_64"},
    "macos": {"aarch64": "arm64", "i686": "i386"},
    "windows": {"x86_64": "AMD64", "aarch64": "ARM64", "i686": "x86"},
    "ios": {"aarch64": "arm64"},
    "ios-simulator": {"aarch64": "arm64"},
    "emscripten": {"wasm32": "wasm32"},
}
"""platform.machine() where it is not `Arch.name`."""
_TRIPLETS = {
    "i686": "i386-linux-{}", "ppc64le": "powerpc64le-linux-{}", "ppc64": "powerpc64-linux-{}",
    "ppc": "powerpc-linux-{}", "armv8l": "arm-linux-{}eabi", "armv7l": "arm-linux-{}eabi", "armv6l": "arm-linux-{}eabi",
    "armv5tel": "arm-linux-{}eabi", "mips64el": "mips64el-linux-{}abi64", "mips64": "mips64-linux-{}abi64",
    "parisc": "hppa-linux-{}", "x32": "x86_64-linux-{}x32",
}  # fmt: skip
_WINDOWS_TAGS = {"x86_64": "win_amd64", "aarch64": "win_arm64", "i686": "win32"}
_PYPY_VERSIONS = {(3, 8): "7.3.11", (3, 9): "7.3.16", (3, 10): "7.3.19", (3, 11): "7.3.20"}
_GRAALPY_VERSIONS = {(3, 10): "240", (3, 11): "242", (3, 12): "250"}
_NAMES = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalVM"}
_EXECUTABLES = {"pypy": "pypy", "graalpy": "graalpy"}


def imagined(
    host: Host, version: str, *, free_threaded: bool = False, debug: bool = False, implementation: str = "cpython"
) -> Interpreter:
    """The interpreter of that version on the host's native libc; a `host` that has none gets a static one.

    `version` is "3.13", "3.13.2" or "3.14.0rc1"; a patch number that is not written is 0, as uv takes it.
    """
    full, numbers = release(version)
    executable = f"{_EXECUTABLES.get(implementation, 'python')}{numbers[0]}.{numbers[1]}{'t' * free_threaded}"
    soabi = _soabi(host, implementation, numbers, "t" * free_threaded + "d" * debug)
    prefix = "C:\\Python" if host.os == "windows" else "/usr"
    lib = f"{prefix}/lib/python{numbers[0]}.{numbers[1]}{'t' * free_threaded}"
    return Interpreter(
        executable=f"{prefix}/bin/{executable}",
        implementation=implementation,
        version=full,
        version_info=numbers,
        free_threaded=free_threaded,
        debug=debug,
        arch=host.arch,
        os=host.os,
        os_version=host.os_version,
        libc=host.libc if host.os in ("linux", "android") else None,
        static=host.os == "linux" and not host.libcs and not host.libc_unknown,
        ext_suffix=f".{soabi}.pyd" if host.os == "windows" else f".{soabi}.so",
        soabi=soabi,
        prefix=prefix,
        base_prefix=prefix,
        stdlib=lib,
        markers=_markers(host, implementation, full, numbers),
        paths={
            "stdlib": lib,
            "platstdlib": lib,
            "purelib": f"{lib}/site-packages",
            "platlib": f"{lib}/site-packages",
            "include": f"{prefix}/include/python{numbers[0]}.{numbers[1]}",
            "platinclude": f"{prefix}/include/python{numbers[0]}.{numbers[1]}",
            "scripts": f"{prefix}/bin",
            "data": prefix,
        },
        externally_managed=None,
        manylinux=None,
    )


def release(text: str) -> tuple[str, tuple[int, int, int]]:
    """("3.13.0rc1", (3, 13, 0)) of "3.13rc1"."""
    match = re.fullmatch(r"(\d+)(?:\.(\d+))?(?:\.(\d+))?((?:a|b|rc)\d+)?", text)
    assert match is not None, text
    numbers = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    return "{}.{}.{}".format(*numbers) + (match[4] or ""), numbers


def _markers(host: Host, implementation: str, full: str, numbers: tuple[int, int, int]) -> Mapping[str, str]:
    return {
        "implementation_name": implementation,
        "implementation_version": implementation_version(implementation, full, numbers),
        "os_name": "nt" if host.os == "windows" else "posix",
        "platform_machine": _MACHINES.get(host.os, {}).get(host.arch.name, host.arch.name),
        "platform_python_implementation": _NAMES.get(implementation, implementation),
        "platform_release": "",
        "platform_system": _SYSTEMS.get(host.os, host.os),
        "platform_version": "",
        "python_full_version": full,
        "python_version": f"{numbers[0]}.{numbers[1]}",
        "sys_platform": _SYS_PLATFORMS.get(host.os, host.os),
    }


def implementation_version(implementation: str, full: str, numbers: tuple[int, int, int]) -> str:
    """sys.implementation.version of a Python of that version: CPython's own, PyPy's last release that had it."""
    return full if implementation != "pypy" else _PYPY_VERSIONS.get(numbers[:2], "7.3.20")


def _soabi(host: Host, implementation: str, numbers: tuple[int, int, int], flags: str) -> str:
    """SOABI: "cpython-313-x86_64-linux-musl", "cp313-win_amd64", "pypy311-pp73-x86_64-linux-gnu"."""
    short = f"{numbers[0]}{numbers[1]}"
    where = _triplet(host)
    if implementation == "pypy":
        return f"pypy{short}-pp73-{where}"
    if implementation == "graalpy":
        return f"graalpy{_GRAALPY_VERSIONS.get(numbers[:2], '250')}-{short}-native-{where.removesuffix('-gnu')}"
    if host.os == "windows":
        return f"cp{short}{flags}-{where}"
    return f"cpython-{short}{flags}-{where}"


def _triplet(host: Host) -> str:
    name = host.arch.name
    if host.os == "macos":
        return "darwin"
    if host.os == "windows":
        return _WINDOWS_TAGS.get(name, "win_amd64")
    if host.os.startswith("ios"):
        return "iphonesimulator" if host.os == "ios-simulator" else "iphoneos"
    if host.os == "emscripten":
        return "wasm32-emscripten"
    if host.os == "android":
        return {"armv7l": "arm-linux-androideabi", "i686": "i686-linux-android"}.get(name, f"{name}-linux-android")
    family = host.libc.family if host.libc else "musl"
    triplet = _TRIPLETS.get(name, f"{name}-linux-{{}}").format("musl" if family == "musl" else "gnu")
    return triplet + "hf" if triplet.endswith("eabi") and host.arch.float_abi == "hard" else triplet
