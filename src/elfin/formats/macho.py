"""Mach-O files: for which machines, and the lowest system of each.

Follows Apple's loader.h and fat.h (LC_BUILD_VERSION, LC_VERSION_MIN_*). What points outside the file, or is none, gives
None: Java's class files begin like a universal binary.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from elfin.formats.elf import Source
from elfin.record import NamedTuple

_MACHINES = {7: "i686", 0x01000007: "x86_64", 12: "armv7l", 0x0100000C: "aarch64", 18: "ppc", 0x01000012: "ppc64"}
_SYSTEMS = {1: "macos", 2: "ios", 7: "ios-simulator"}
_LC_VERSION_MIN = {0x24: "macos", 0x25: "ios"}
_LC_BUILD_VERSION = 0x32
_OBJECT, _SYMBOLS = 1, 10  # MH_OBJECT, MH_DSYM
_MOST_SLICES, _MOST_COMMANDS, _LARGEST = 16, 4096, 1 << 20


class Slice(NamedTuple):
    """The code for one machine."""

    arch: str
    os: str | None
    """As `Host.os`, "platform-6" for one that elfin does not know; None where no load command tells."""
    least: tuple[int, int] | None
    """Lowest release of that system."""
    loaded: bool
    """It is a program or library, neither an object file nor debug symbols."""


def read(source: Source) -> tuple[Slice, ...] | None:
    """The slices of a file, one for a plain binary; None for what is no Mach-O file."""

    def some(offset: int, size: int) -> bytes:
        return source[offset : offset + size] if isinstance(source, bytes) else source(offset, size)

    head = some(0, 8)
    if head[:4] != b"\xca\xfe\xba\xbe":
        one = _slice(some, 0)
        return None if one is None else (one,)
    count = int.from_bytes(head[4:8], "big")
    rows = some(8, 20 * count) if count <= _MOST_SLICES else b""
    if not count or len(rows) != 20 * count:
        return None
    found = []
    for _, _, offset, _, _ in struct.iter_unpack(">5I", rows):
        one = _slice(some, offset)
        if one is None:
            return None
        found.append(one)
    return tuple(found)


def _slice(some: Callable[[int, int], bytes], offset: int) -> Slice | None:
    head = some(offset, 32)
    order = {b"\xcf\xfa\xed\xfe": "<", b"\xce\xfa\xed\xfe": "<"}.get(head[:4])
    if order is None or len(head) < 32:
        return None
    machine, _, kind, count, size = struct.unpack_from(order + "5I", head, 4)
    start = 32 if head[0] == 0xCF else 28
    if count > _MOST_COMMANDS or size > _LARGEST:
        return None
    data = some(offset, start + size)
    if len(data) != start + size:
        return None
    os, least = None, None
    at = start
    for _ in range(count):
        if at + 8 > len(data):
            return None
        command, length = struct.unpack_from(order + "2I", data, at)
        if length < 8 or at + length > len(data):
            return None
        if command in _LC_VERSION_MIN and length >= 12:
            os, least = _LC_VERSION_MIN[command], _version(struct.unpack_from(order + "I", data, at + 8)[0])
        elif command == _LC_BUILD_VERSION and length >= 16:
            system, version = struct.unpack_from(order + "2I", data, at + 8)
            os, least = _SYSTEMS.get(system, f"platform-{system}"), _version(version)
        at += length
    arch = _MACHINES.get(machine, f"mach-machine-{machine}")
    return Slice(arch, os, least, kind not in (_OBJECT, _SYMBOLS))


def _version(packed: int) -> tuple[int, int]:
    return packed >> 16, packed >> 8 & 0xFF
