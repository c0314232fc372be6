"""Windows' PE files: for which machine, and the lowest Windows.

Follows Microsoft's "PE Format" (COFF file header, optional header). Refuses what points outside the file or is no PE
file (a DOS program begins the same): the answer is None.
"""

from __future__ import annotations

import struct

from elfin.formats.elf import Source
from elfin.record import NamedTuple

_MACHINES = {0x14C: "i686", 0x8664: "x86_64", 0xAA64: "aarch64", 0x1C4: "armv7l"}


class Pe(NamedTuple):
    """One file."""

    arch: str
    least: tuple[int, int]
    """MajorSubsystemVersion and its minor: (6, 0) is Windows Vista, (10, 0) Windows 10."""


def read(source: Source) -> Pe | None:
    """What the headers tell, None for what is no PE file."""

    def some(offset: int, size: int) -> bytes:
        return source[offset : offset + size] if isinstance(source, bytes) else source(offset, size)

    head = some(0, 64)
    if len(head) != 64 or head[:2] != b"MZ":
        return None
    (start,) = struct.unpack_from("<I", head, 60)
    data = some(start, 24 + 52)
    if len(data) != 76 or data[:4] != b"PE\0\0":
        return None
    (machine,) = struct.unpack_from("<H", data, 4)
    (magic,) = struct.unpack_from("<H", data, 24)
    if magic not in (0x10B, 0x20B):
        return None
    major, minor = struct.unpack_from("<2H", data, 24 + 48)
    return Pe(_MACHINES.get(machine, f"pe-machine-{machine:#x}"), (major, minor))
