"""A `Host` -> the files and tools that make a script see it: ELF heads, libraries, /proc/cpuinfo, `uname`."""

from __future__ import annotations

import os
import struct

from elfin.host import arch as arches
from elfin.host.model import Host, Libc
from kit import elfsmith, shells
from kit.choice_vectors import LOADERS

LOADER = "/lib64/ld-linux-x86-64.so.2"
GLIBC_228 = Host("linux", None, arches.named("x86_64"), (Libc("glibc", (2, 28), None, "x86_64"),), 2, ())
"""RHEL 8, for one."""

_SMITH = {"armv8l": "armhf", "armv7l": "armhf", "armv6l": "armhf", "armv5tel": "armel"}
_FLAGS = (
    "fpu cx8 cmov mmx fxsr sse sse2 syscall lm",
    "cx16 lahf_lm popcnt pni sse4_1 sse4_2 ssse3",
    "avx avx2 bmi1 bmi2 f16c fma abm movbe xsave",
    "avx512f avx512bw avx512cd avx512dq avx512vl",
)
_UNAME = {"macos": "Darwin", "windows": "MINGW64_NT-10.0"}


def write(path: str, data: bytes, mode: int = 0o644) -> None:
    """A file, with its folders."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)
    os.chmod(path, mode)


def root(folder: str, host: Host) -> str:
    """The files of a Linux place: programs' heads, every libc with its loader, the processor. Returns the folder."""
    machine = _SMITH.get(host.arch.name, host.arch.name)
    loaders = [libc.loader or LOADERS[libc.family, libc.arch or host.arch.name] for libc in host.libcs]
    write(f"{folder}/bin/sh", elfsmith.program(loaders[0] if loaders else None, machine))
    for libc, loader in zip(host.libcs, loaders, strict=True):
        _libc(folder, libc, loader, libc.arch or host.arch.name)
    if host.cpu_level is not None:
        flags = " ".join(_FLAGS[: host.cpu_level])
        write(f"{folder}/proc/cpuinfo", f"processor\t: 0\nmodel name\t: A\nflags\t\t: {flags}\n".encode())
    return folder


def _libc(folder: str, libc: Libc, loader: str, arch: str) -> None:
    machine = _SMITH.get(arch, arch)
    version = ".".join(map(str, libc.version or ()))
    if libc.family == "glibc":
        write(folder + loader, elfsmith.glibc_loader(machine, os.path.basename(loader)))
        if version:
            triple = f"{arch}-linux-gnu"
            write(f"{folder}/usr/lib/{triple}/libc.so.6", elfsmith.glibc(version, machine))
    elif libc.family == "musl":
        write(folder + loader, elfsmith.musl(version or "?", machine))
    else:
        write(folder + loader, elfsmith.program(None, machine))


def place(folder: str, host: Host) -> dict[str, str]:
    """Makes a root and a PATH for a host. Returns the variables a script runs with, for an app called "hello"."""
    tools = shells.tools(f"{folder}/tools")
    kernel = "aarch64" if host.arch.name == "armv8l" else host.arch.name
    if host.os == "macos" and host.arch.name == "aarch64":
        kernel = "arm64"
    system = _UNAME.get(host.os, "Linux")
    shells.stub(tools, "uname", f"case $1 in (-s) echo {system} ;; (-m) echo {kernel} ;; esac")
    if host.os_version is not None:
        shells.stub(tools, "sw_vers", f"echo {'.'.join(map(str, host.os_version))}")
    if host.os == "macos":
        shells.stub(tools, "sysctl", f"echo {int(host.arch.name == 'aarch64')}")
    if host.os in ("linux", "android"):
        root(f"{folder}/root", host)
    os.makedirs(f"{folder}/home", exist_ok=True)
    variables = {"PATH": tools, "HOME": f"{folder}/home", "HELLO_INSTALLER_ROOT": f"{folder}/root"}
    if host.libc is not None and host.libc.family == "musl" and len(host.libc.version or ()) == 2:
        variables["HELLO_LIBC"] = "musl:" + ".".join(map(str, host.libc.version or ()))  # only a user says that much
    return variables


def head(machine: int, bits: int, little: bool, flags: int = 0) -> bytes:
    """The first bytes of an ELF program for any machine, which names no loader."""
    order = "<" if little else ">"
    ident = b"\x7fELF" + bytes([bits // 32, 1 if little else 2, 1]) + bytes(9)
    shape = order + ("HHIIIIIHHHHHH" if bits == 32 else "HHIQQQIHHHHHH")
    size = 52 if bits == 32 else 64
    return (ident + struct.pack(shape, 2, machine, 1, 0, 0, 0, flags, size, 0, 0, 0, 0, 0)).ljust(64, b"\0")


def printing(text: str, more: bytes = b"") -> bytes:
    """A program for x86_64 Linux that really prints a text; `more` are bytes that lie in it besides."""
    message = text.encode()
    code = (
        b"\xb8\x01\0\0\0\xbf\x01\0\0\0\x48\x8d\x35" + struct.pack("<i", 16)
        + b"\xba" + struct.pack("<i", len(message)) + b"\x0f\x05\xb8\x3c\0\0\0\x31\xff\x0f\x05"
    )  # fmt: skip
    size = 64 + 56 + len(code) + len(message) + len(more)
    head = struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0x400078, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, 0x400000, 0x400000, size, size, 4096)
    return b"\x7fELF\2\1\1" + bytes(9) + head + segment + code + message + more
