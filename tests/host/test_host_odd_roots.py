"""`elfin host root:DIR` over roots that are laid out as odd systems lay them out; nothing in them is started.

An audit hook in the child holds that no program is started and no file changed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from elfin.host.detect import Facts, detect
from elfin.host.model import Host
from kit import elfsmith, watched
from kit.elfsmith import GLIBC_LOADER, MUSL_LOADER, glibc, glibc_loader, musl, program
from kit.roots import DictRoot, Link

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads a Linux")
STORE = "/nix/store/" + "b" * 32
NIX_GLIBC, NIX_BASH = f"{STORE}-glibc-2.40-66", "/nix/store/" + "c" * 32 + "-bash-5.2"
STUB = "/nix/store/" + "d" * 32 + "-stub-ld-x86_64-unknown-linux-gnu/bin/stub-ld"
PREFIX = "/data/data/com.termux/files/usr"

ALPINE: dict[str, bytes | str] = {
    "/bin/sh": Link("/bin/busybox"),
    "/bin/busybox": program(MUSL_LOADER),
    MUSL_LOADER: musl("1.2.5"),
    "/lib/libc.musl-x86_64.so.1": Link("ld-musl-x86_64.so.1"),
    "/etc/os-release": 'ID=alpine\nPRETTY_NAME="Alpine Linux v3.20"\n',
    "/etc/apk/arch": "x86_64\n",
}
GCOMPAT: dict[str, bytes | str] = {
    **ALPINE,
    "/lib/ld-linux-x86-64.so.2": elfsmith.elf(interpreter=MUSL_LOADER, rodata=b"/lib/libgcompat.so.0\0"),
    "/lib64": Link("lib"),
    "/lib/libgcompat.so.0": elfsmith.elf(soname="libgcompat.so.0", needed=("libc.musl-x86_64.so.1",)),
    "/usr/lib/python3.12/os.py": "",
    "/usr/bin/python3.12": elfsmith.elf(interpreter=GLIBC_LOADER, rodata=b"\x003.12.4\x00"),
}
NIXOS: dict[str, bytes | str] = {
    "/bin/sh": Link(f"{NIX_BASH}/bin/sh"),
    f"{NIX_BASH}/bin/sh": program(f"{NIX_GLIBC}/lib/ld-linux-x86-64.so.2"),
    f"{NIX_GLIBC}/lib/ld-linux-x86-64.so.2": glibc_loader(),
    f"{NIX_GLIBC}/lib/libc.so.6": glibc("2.40"),
    GLIBC_LOADER: Link(STUB),
    STUB: program(None) + b"NixOS cannot run dynamically linked executables intended for generic linux\0",
    "/etc/os-release": 'ID=nixos\nPRETTY_NAME="NixOS 25.05 (Warbler)"\n',
}
TERMUX: dict[str, bytes | str] = {
    f"{PREFIX}/bin/sh": Link("dash"),
    f"{PREFIX}/bin/dash": program("/system/bin/linker64", "aarch64"),
    f"{PREFIX}/lib/libandroid-support.so": elfsmith.elf("aarch64", soname="libandroid-support.so"),
}
BUILDROOT: dict[str, bytes | str] = {
    "/bin/sh": Link("busybox"),
    "/bin/busybox": program("/lib/ld-uClibc.so.0", "mipsel"),
    "/lib/ld-uClibc.so.0": Link("ld-uClibc.so.1"),
    "/lib/ld-uClibc.so.1": Link("ld-uClibc-1.0.45.so"),
    "/lib/ld-uClibc-1.0.45.so": elfsmith.elf("mipsel", soname="ld-uClibc.so.1"),
    "/lib/libc.so.1": Link("libuClibc-1.0.45.so"),
    "/lib/libuClibc-1.0.45.so": elfsmith.elf("mipsel", soname="libc.so.1"),
    "/etc/os-release": "ID=buildroot\nPRETTY_NAME='Buildroot 2024.02'\n",
}


def told(folder: Path, files: Mapping[str, bytes | str]) -> dict[str, Any]:
    """What the command prints of these files, in a child that may start and change nothing."""
    for name, content in files.items():
        path = folder / name[1:]
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Link):
            path.symlink_to(str(content))
        else:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            path.chmod(0o755)
    done = watched.run(str(folder), "host", f"root:{folder}", "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("files", "os", "arch", "libcs", "noted"),
    [
        (ALPINE, "linux", "x86_64", [("musl", "1.2.5")], "/bin/sh: PT_INTERP /lib/ld-musl-x86_64.so.1"),
        (GCOMPAT, "linux", "x86_64", [("musl", "1.2.5")], "gcompat, glibc's loader imitated on musl"),
        (NIXOS, "linux", "x86_64", [("glibc", "2.40")], "NixOS's stub"),
        (TERMUX, "android", "aarch64", [("bionic", None)], "/system/bin/linker64"),
        (BUILDROOT, "linux", "mipsel", [("uclibc", "1.0.45")], "/bin/sh: PT_INTERP /lib/ld-uClibc.so.0"),
    ],
    ids=["alpine", "gcompat", "nixos", "termux", "buildroot with uclibc"],
)
def test_a_system_laid_out_its_own_way_is_known(
    files: dict[str, bytes | str], os: str, arch: str, libcs: list[tuple[str, str | None]], noted: str, tmp_path: Path
) -> None:
    found = told(tmp_path, files)
    assert (found["os"], found["arch"]["name"]) == (os, arch)
    assert [(libc["family"], libc["version"]) for libc in found["libcs"]] == libcs
    assert any(noted in fact["source"] for fact in found["evidence"])


def test_a_glibc_python_behind_gcompat_is_no_reason_to_call_the_place_glibc(tmp_path: Path) -> None:
    (python,) = told(tmp_path, GCOMPAT)["pythons"]
    assert python["libc"] is None and not any("manylinux" in tag for tag in python["platform_tags"])


# What a processor has says nothing of what userland was built for.
HARD = "half thumb fastmult vfp edsp neon vfpv3 tls vfpv4 idiva idivt vfpd32 lpae evtstrm"
ARM64 = "fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm"
SOFT = "swp half thumb fastmult edsp"
HALF = "asimd fphp asimdhp"


@pytest.mark.parametrize("features", [HARD, ARM64, SOFT, HALF, ""])
@pytest.mark.parametrize(
    ("loader", "machine", "float_abi"),
    [("/lib/ld-linux-armhf.so.3", "armhf", "hard"), ("/lib/ld-linux.so.3", "armel", "soft")],
)
def test_the_float_abi_is_userland_s_whatever_the_processor_has(
    features: str, loader: str, machine: str, float_abi: str
) -> None:
    files = {"/bin/sh": program(loader, machine), loader: glibc_loader(machine, loader.rpartition("/")[2])}
    facts = Facts("Linux", "armv7l", f"processor\t: 0\nFeatures\t: {features}\n")
    host: Host = detect(DictRoot(files), facts)
    assert (host.arch.name, host.arch.float_abi, host.cpu_level) == ("armv7l", float_abi, None)
