"""A few words -> the bytes of a tiny valid ELF file: header, PT_LOAD, PT_INTERP, PT_DYNAMIC, symbol versions."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

MACHINES: dict[str, tuple[int, int, bool, int]] = {
    # name: (e_machine, bits, little endian, e_flags)
    "x86_64": (62, 64, True, 0),
    "x32": (62, 32, True, 0),
    "i686": (3, 32, True, 0),
    "aarch64": (183, 64, True, 0),
    "aarch64_be": (183, 64, False, 0),
    "armhf": (40, 32, True, 0x05000400),
    "armel": (40, 32, True, 0x05000200),
    "arm_oabi": (40, 32, True, 0x02000400),
    "ppc64": (21, 64, False, 1),
    "ppc64le": (21, 64, True, 2),
    "s390x": (22, 64, False, 0),
    "riscv64": (243, 64, True, 5),
    "loongarch64": (258, 64, True, 0x43),
    "mips": (8, 32, False, 0x70001000),
    "mipsel": (8, 32, True, 0x70001000),
    "mips64el": (8, 64, True, 0x80000007),
    "mipsn32el": (8, 32, True, 0x80000027),
    "armeb": (40, 32, False, 0x05800400),
    "riscv64 soft": (243, 64, True, 1),
    "loongarch64 soft": (258, 64, True, 0x41),
    "s390": (22, 32, False, 0),
    "sparc64": (43, 64, False, 0),
    "unheard of": (9999, 64, True, 0),
}

GLIBC_LOADER = "/lib64/ld-linux-x86-64.so.2"
MUSL_LOADER = "/lib/ld-musl-x86_64.so.1"
_BASE = 0x10000


class _Strings:
    def __init__(self) -> None:
        self.data = bytearray(b"\0")

    def __call__(self, text: str) -> int:
        offset = len(self.data)
        self.data += text.encode() + b"\0"
        return offset


def _definitions(names: Sequence[str], strings: _Strings, order: str) -> bytes:
    out = b""
    for index, name in enumerate(names):
        following = 28 if index + 1 < len(names) else 0
        out += struct.pack(order + "HHHHIII", 1, int(index == 0), index + 1, 1, 0, 20, following)
        out += struct.pack(order + "II", strings(name), 0)
    return out


def _requirements(wants: Mapping[str, Sequence[str]], strings: _Strings, order: str) -> bytes:
    out = b""
    for index, (library, versions) in enumerate(wants.items()):
        size = 16 + 16 * len(versions)
        following = size if index + 1 < len(wants) else 0
        out += struct.pack(order + "HHIII", 1, len(versions), strings(library), 16, following)
        for number, version in enumerate(versions):
            out += struct.pack(order + "IHHII", 0, 0, 2, strings(version), 16 if number + 1 < len(versions) else 0)
    return out


def elf(
    machine: str = "x86_64",
    *,
    interpreter: str | None = None,
    needed: Sequence[str] = (),
    soname: str | None = None,
    rpath: str | None = None,
    runpath: str | None = None,
    offers: Sequence[str] = (),
    wants: Mapping[str, Sequence[str]] | None = None,
    rodata: bytes = b"",
    dynamic: bool | None = None,
    kind: int = 3,
) -> bytes:
    """A file of that shape; `offers` are symbol versions it defines, `wants` {library: versions} it needs."""
    number, bits, little, flags = MACHINES[machine]
    order = "<" if little else ">"
    strings = _Strings()
    entries: list[tuple[int, int]] = [(1, strings(name)) for name in needed]
    entries += [(tag, strings(text)) for tag, text in ((14, soname), (15, rpath), (29, runpath)) if text is not None]
    verdef = _definitions((soname or "base", *offers), strings, order) if offers else b""
    verneed = _requirements(wants, strings, order) if wants else b""
    if dynamic is None:
        dynamic = bool(entries or verdef or verneed or interpreter)

    header_size, entry_size = (52, 32) if bits == 32 else (64, 56)
    count = 1 + (interpreter is not None) + dynamic
    body = header_size + entry_size * count
    parts: list[bytes] = []

    def place(data: bytes) -> int:
        offset = body + sum(map(len, parts))
        parts.append(data + b"\0" * (-len(data) % 8))
        return offset

    segments: list[tuple[int, int, int]] = []
    if interpreter is not None:
        data = interpreter.encode() + b"\0"
        segments.append((3, place(data), len(data)))
    place(b"\0" + rodata + b"\0")
    if dynamic:
        entries += [(5, _BASE + place(bytes(strings.data))), (10, len(strings.data))]
        if verdef:
            entries += [(0x6FFFFFFC, _BASE + place(verdef)), (0x6FFFFFFD, len(offers) + 1)]
        if verneed:
            entries += [(0x6FFFFFFE, _BASE + place(verneed)), (0x6FFFFFFF, len(wants or ()))]
        shape = order + ("iI" if bits == 32 else "qQ")
        table = b"".join(struct.pack(shape, tag, value) for tag, value in (*entries, (0, 0)))
        segments.append((2, place(table), len(table)))
    size = body + sum(map(len, parts))
    segments.insert(0, (1, 0, size))

    headers = b""
    for segment, offset, length in segments:
        if bits == 32:
            headers += struct.pack(order + "8I", segment, offset, _BASE + offset, 0, length, length, 4, 8)
        else:
            headers += struct.pack(order + "IIQQQQQQ", segment, 4, offset, _BASE + offset, 0, length, length, 8)
    ident = b"\x7fELF" + bytes([1 if bits == 32 else 2, 1 if little else 2, 1, 0]) + bytes(8)
    shape = order + ("HHIIIIIHHHHHH" if bits == 32 else "HHIQQQIHHHHHH")
    head = struct.pack(shape, kind, number, 1, 0, header_size, 0, flags, header_size, entry_size, count, 0, 0, 0)
    return ident + head + headers + b"".join(parts)


def program(loader: str | None = GLIBC_LOADER, machine: str = "x86_64", needed: Sequence[str] = ()) -> bytes:
    """A dynamic program with that loader, or a static one (None)."""
    return elf(machine, interpreter=loader, needed=needed)


def glibc_loader(machine: str = "x86_64", name: str = "ld-linux-x86-64.so.2") -> bytes:
    """A glibc dynamic loader, as its versions show."""
    return elf(machine, soname=name, offers=("GLIBC_2.2.5", "GLIBC_2.3", "GLIBC_PRIVATE"))


def glibc(version: str, machine: str = "x86_64", *, banner: bool = True) -> bytes:
    """libc.so.6 of that release."""
    minor = int(version.split(".")[1])
    offers = [f"GLIBC_2.{number}" for number in range(2, minor + 1)]
    text = f"GNU C Library (Test 1) stable release version {version}.\nCopyright".encode() if banner else b""
    return elf(machine, soname="libc.so.6", offers=(*offers, "GLIBC_PRIVATE"), rodata=text)


def musl(version: str, machine: str = "x86_64") -> bytes:
    """musl's libc.so, which is its loader as well."""
    text = f"musl libc ({machine})\nVersion %s\nDynamic Program Loader\n\0/proc/self/fd/\0{version}\0%d".encode()
    return elf(machine, soname="libc.so", rodata=text)


def arm_attributes(data: bytes, cpu_arch: int, vfp_arguments: int | None = None) -> bytes:
    """A 32-bit little-endian ARM file of `elf`, with the section that tells what it was compiled for."""
    pairs = b"\57-A\0" + bytes([6, cpu_arch, 7, 0x41]) + (b"" if vfp_arguments is None else bytes([28, vfp_arguments]))
    block = b"\1" + struct.pack("<I", 5 + len(pairs)) + pairs
    vendor = b"aeabi\0" + block
    section = b"A" + struct.pack("<I", 4 + len(vendor)) + vendor
    table = len(data)
    rows = struct.pack("<10I", *([0] * 10)) + struct.pack(
        "<10I", 0, 0x70000003, 0, 0, table + 80, len(section), 0, 0, 1, 0
    )
    head = data[:32] + struct.pack("<I", table) + data[36:46] + struct.pack("<HH", 40, 2) + data[50:]
    return head + rows + section
