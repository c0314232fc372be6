"""Build attributes of 32-bit ARM ELF files: which generation of the architecture a file was compiled for.

Follows "ABI for the Arm Architecture: Addenda" (IHI 0045), the `.ARM.attributes` section. It is the one thing that only
a section header leads to, so a file stripped of those says nothing. Refuses, with MalformedElf, what points outside.
"""

from __future__ import annotations

import struct

from elfin.errors import MalformedElf
from elfin.formats.elf import Source
from elfin.record import NamedTuple

_SHT_ARM_ATTRIBUTES = 0x70000003
_MOST_SECTIONS = 1024
_LARGEST = 65536
_TAG_CPU_NAMES = (4, 5, 67)  # strings though they are below 32, or odd
_TAG_COMPATIBILITY = 32
_TAG_CPU_ARCH, _TAG_ABI_VFP_ARGS = 6, 28


class Attributes(NamedTuple):
    """What a file says of itself; None for what it leaves out."""

    cpu_arch: int | None
    """Tag_CPU_arch: 4 is ARMv5TE, 6 ARMv6, 7 ARMv6KZ, 10 ARMv7, 14 ARMv8-A."""
    vfp_arguments: int | None
    """Tag_ABI_VFP_args: 0 base standard (soft), 1 VFP registers (hard)."""


def read(source: Source) -> Attributes:
    """The attributes of a 32-bit ARM file. Raises MalformedElf; a file without them has None for each."""

    def some(offset: int, size: int) -> bytes:
        return source[offset : offset + size] if isinstance(source, bytes) else source(offset, size)

    head = some(0, 52)
    if len(head) < 52 or head[:4] != b"\x7fELF" or head[4] != 1 or head[5] not in (1, 2):
        raise MalformedElf("not a 32-bit ELF file")
    order = "<>"[head[5] - 1]
    (table,) = struct.unpack_from(order + "I", head, 32)
    entry_size, count = struct.unpack_from(order + "HH", head, 46)
    if not count or not table:
        return Attributes(None, None)
    if entry_size != 40 or count > _MOST_SECTIONS:
        raise MalformedElf("the ELF file has an impossible table of sections")
    for row in struct.iter_unpack(order + "10I", _exactly(some(table, 40 * count), 40 * count)):
        if row[1] == _SHT_ARM_ATTRIBUTES:
            if row[5] > _LARGEST:
                raise MalformedElf("the ELF file has impossibly many attributes")
            return _attributes(_exactly(some(row[4], row[5]), row[5]), order)
    return Attributes(None, None)


def _exactly(data: bytes, size: int) -> bytes:
    if len(data) != size:
        raise MalformedElf("a section lies outside the ELF file")
    return data


def _attributes(data: bytes, order: str) -> Attributes:
    """'A', then per vendor: length, name, and blocks of tag, length, attributes; those of the whole file count."""
    found: dict[int, int] = {}
    at = 1
    while data[:1] == b"A" and at + 4 <= len(data):
        (size,) = struct.unpack_from(order + "I", data, at)
        part = data[at + 4 : at + size]
        if size < 5:
            break
        at += size
        vendor, _, blocks = part.partition(b"\0")
        if vendor == b"aeabi" and len(blocks) > 5 and blocks[0] == 1:
            (block_size,) = struct.unpack_from(order + "I", blocks, 1)
            found.update(_pairs(blocks[5:block_size]))
    return Attributes(found.get(_TAG_CPU_ARCH), found.get(_TAG_ABI_VFP_ARGS))


def _pairs(data: bytes) -> dict[int, int]:
    """Attributes that are numbers; strings are passed over."""
    found: dict[int, int] = {}
    at = 0
    while at < len(data):
        tag, at = _uleb(data, at)
        text = tag in _TAG_CPU_NAMES or (tag > _TAG_COMPATIBILITY and tag % 2 == 1)
        if not text:
            found[tag], at = _uleb(data, at)
        if text or tag == _TAG_COMPATIBILITY:
            end = data.find(b"\0", at)
            at = len(data) if end < 0 else end + 1
    return found


def _uleb(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data) and shift < 64:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
    return value, at
