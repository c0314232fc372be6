"""An index whose wheels and markers are for several places, and the root file system of another machine."""

from __future__ import annotations

from collections.abc import Mapping

from kit import elfsmith, images
from kit.commandline import HELLO, release
from kit.elfsmith import glibc, glibc_loader, program

LOADER = "/lib/ld-linux-aarch64.so.1"
ROOT: dict[str, bytes] = {
    "bin/sh": program(LOADER, "aarch64"),
    LOADER[1:]: glibc_loader("aarch64", "ld-linux-aarch64.so.1"),
    "lib/libc.so.6": glibc("2.36", "aarch64"),
    "etc/os-release": b'PRETTY_NAME="Made 7"\n',
    "usr/bin/python3.12": elfsmith.elf("aarch64", interpreter=LOADER, rodata=b"\0" + b"3.12.4\0"),
    "usr/lib/python3.12/os.py": b"",
    "usr/lib/python3.12/lib-dynload/_x.cpython-312-aarch64-linux-gnu.so": b"",
}
"""A Debian-like aarch64 with a Python 3.12 that cannot be started on any machine."""

NATIVE = ("manylinux_2_17_aarch64", "musllinux_1_2_aarch64", "manylinux_2_28_x86_64", "win_amd64")


def root(folder: str, more: Mapping[str, bytes] | None = None) -> str:
    """The root in a folder that is made."""
    return images.write(folder, {**ROOT, **(more or {})})


def projects() -> dict[str, dict[str, bytes]]:
    """`wants` needs `native` and, by markers, others; `native` 2.0 asks for a newer glibc and has a source."""
    needs = [
        "native",
        "winonly; sys_platform == 'win32'",
        "armonly; platform_machine == 'aarch64'",
        "old; python_version < '3.12'",
    ]
    native = {}
    for platform in NATIVE:
        native.update(_native("1.0", f"cp312-cp312-{platform}"))
    native.update(_native("1.0", "cp311-cp311-manylinux_2_17_x86_64"))
    for tag in ("cp312-cp312-manylinux_2_38_aarch64", "cp312-cp312-win_amd64", "cp311-cp311-win_amd64"):
        native.update(_native("2.0", tag))
    native["native-2.0.tar.gz"] = b"source"
    return {
        "wants": release("wants", "1.0", requires=needs, scripts={"wants": "wants:main"}, files={"wants.py": HELLO}),
        "native": native,
        **{name: release(name, "1.0") for name in ("winonly", "armonly", "old")},
    }


def _native(version: str, tag: str) -> dict[str, bytes]:
    suffix = ".pyd" if "win" in tag else ".so"
    return release("native", version, tag=tag, files={f"native/_core{suffix}": tag.encode()})
