"""Notes of an ELF file: the CPU level it declares, the kernel it asks for, the tool chain that left a mark.

Follows the gABI ("Note Section"), the x86-64 psABI's Linux extensions (GNU properties) and the LSB (NT_GNU_ABI_TAG).
Found by PT_NOTE and PT_GNU_PROPERTY. Refuses, with MalformedElf, notes of absurd size; a broken note ends the list.
"""

from __future__ import annotations

import struct

from elfin.errors import MalformedElf
from elfin.formats.elf import Header, Source
from elfin.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Final

_PT_NOTE: Final = 4
_PT_GNU_PROPERTY: Final = 0x6474E553
_NT_GNU_ABI_TAG, _NT_GNU_PROPERTY = 1, 5
_X86_ISA_1_NEEDED, _X86_ISA_1_USED = 0xC0008002, 0xC0010002
_EM_X86 = (3, 62)
_MOST_NOTES = 4096
_LARGEST = 1 << 20


class Notes(NamedTuple):
    """What the notes say; None and False where they say nothing."""

    cpu_needed: int | None
    """x86-64 level 1 to 4 without which the file must not be started (GNU_PROPERTY_X86_ISA_1_NEEDED)."""
    cpu_used: int | None
    """The highest level whose instructions are somewhere in it, maybe behind a check."""
    kernel: tuple[int, int, int] | None
    """Lowest Linux (NT_GNU_ABI_TAG); only glibc's start files leave one."""
    android: int | None
    """API level it was built for."""
    go: bool
    """Made by the Go linker."""


def read(source: Source, header: Header) -> Notes:
    """The notes of a file. Raises MalformedElf."""
    needed = used = 0
    kernel: tuple[int, int, int] | None = None
    android: int | None = None
    go = False
    for owner, kind, data in _notes(source, header):
        if owner == b"GNU" and kind == _NT_GNU_PROPERTY and header.machine in _EM_X86:
            masks = _properties(data, header)
            needed |= masks.get(_X86_ISA_1_NEEDED, 0)
            used |= masks.get(_X86_ISA_1_USED, 0)
        elif owner == b"GNU" and kind == _NT_GNU_ABI_TAG and len(data) >= 16:
            system, *version = struct.unpack_from(("<" if header.little_endian else ">") + "4I", data)
            kernel = (version[0], version[1], version[2]) if system == 0 else kernel
        elif owner == b"Android" and kind == 1 and len(data) >= 4:
            (android,) = struct.unpack_from("<I", data)
        go = go or owner == b"Go"
    return Notes(_level(needed), _level(used), kernel, android, go)


def _level(mask: int) -> int | None:
    """Bit 0 is the baseline, bit 3 x86-64-v4."""
    known = mask & 0b1111
    return known.bit_length() or None


def _notes(source: Source, header: Header) -> list[tuple[bytes, int, bytes]]:
    found: list[tuple[bytes, int, bytes]] = []
    order = "<" if header.little_endian else ">"
    seen: set[tuple[int, int]] = set()
    for segment in header.segments:
        place = (segment.offset, segment.file_size)
        if segment.type not in (_PT_NOTE, _PT_GNU_PROPERTY) or place in seen:
            continue
        seen.add(place)
        if segment.file_size > _LARGEST or len(seen) > _MOST_NOTES:
            raise MalformedElf("the ELF file has impossibly large notes")
        data = _some(source, *place)
        # 64-bit property notes are padded to 8 bytes; PT_NOTEs are split by padding, so the first note tells.
        wide = header.bits == 64 and segment.type == _PT_GNU_PROPERTY
        found += _split(data, order, 8 if wide or _looks_wide(data, order, header) else 4)
        if len(found) > _MOST_NOTES:
            raise MalformedElf("the ELF file has impossibly many notes")
    return found


def _some(source: Source, offset: int, size: int) -> bytes:
    if offset >= 1 << 48:
        return b""
    return source[offset : offset + size] if isinstance(source, bytes) else source(offset, size)


def _looks_wide(data: bytes, order: str, header: Header) -> bool:
    if header.bits != 64 or len(data) < 12:
        return False
    kind: int = struct.unpack_from(order + "I", data, 8)[0]
    return kind == _NT_GNU_PROPERTY and data[12:16] == b"GNU\0"


def _split(data: bytes, order: str, align: int) -> list[tuple[bytes, int, bytes]]:
    found: list[tuple[bytes, int, bytes]] = []
    at = 0
    while at + 12 <= len(data):
        name_size, size, kind = struct.unpack_from(order + "3I", data, at)
        content = at + 12 + -(-name_size // 4) * 4
        if content + size > len(data):
            break
        found.append((data[at + 12 : at + 12 + name_size].rstrip(b"\0"), kind, data[content : content + size]))
        at = content + -(-size // align) * align
    return found


def _properties(data: bytes, header: Header) -> dict[int, int]:
    order, align = "<" if header.little_endian else ">", 8 if header.bits == 64 else 4
    found: dict[int, int] = {}
    at = 0
    while at + 8 <= len(data):
        kind, size = struct.unpack_from(order + "2I", data, at)
        if size == 4 and at + 12 <= len(data):
            (found[kind],) = struct.unpack_from(order + "I", data, at + 8)
        at += 8 + -(-size // align) * align
    return found
