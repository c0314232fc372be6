"""The dynamic section of an ELF file and the tables it leads to, as numbers and offsets.

Follows the System V gABI (chapter 5, "Dynamic Section"). Found by PT_DYNAMIC, addresses mapped through PT_LOAD: section
headers are never looked at. Refuses, with MalformedElf, whatever points outside the file or is absurdly large.
"""

from __future__ import annotations

import struct

from elfin.errors import MalformedElf
from elfin.formats.elf import PT_LOAD, Header, Source
from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Final

PT_DYNAMIC: Final = 2

DT_NEEDED: Final = 1
DT_STRTAB: Final = 5
DT_SYMTAB: Final = 6
DT_STRSZ: Final = 10
DT_SONAME: Final = 14
DT_RPATH: Final = 15
DT_TEXTREL: Final = 22
DT_RUNPATH: Final = 29
DT_FLAGS: Final = 30
DT_HASH: Final = 4
DT_GNU_HASH: Final = 0x6FFFFEF5
DT_VERSYM: Final = 0x6FFFFFF0
DT_FLAGS_1: Final = 0x6FFFFFFB
DT_VERNEED: Final = 0x6FFFFFFE
DT_VERNEEDNUM: Final = 0x6FFFFFFF
DF_TEXTREL: Final = 4
DF_1_PIE: Final = 0x08000000

# Entries whose value is an address: the nearest one behind a table bounds it.
_ADDRESSES = frozenset({3, 4, 5, 6, 7, 12, 13, 17, 23, 25, 26, 32, 36, 0x6FFFFEF5, 0x6FFFFFF0, 0x6FFFFFFC, 0x6FFFFFFE})
_MAX_DYNAMIC = 65536
_MAX_STRINGS = 256 << 20
_MAX_STRING = 4096
_MAX_OFFSET = 1 << 48


class Dynamic:
    """The entries, the string table, and bytes by address. The constructor and every method raise MalformedElf."""

    def __init__(self, source: Source, header: Header) -> None:
        self._source = source
        self.header = header
        self.order = "<" if header.little_endian else ">"
        self.entries = self._read_entries()
        self._values = dict(reversed(self.entries))  # the first of each tag
        self.strings = self._read_strings()

    def value(self, tag: int) -> int | None:
        """The value of the first entry of that kind, None without."""
        return self._values.get(tag)

    def some(self, offset: int, size: int) -> bytes:
        """Up to `size` bytes at an offset in the file."""
        if not 0 <= offset < _MAX_OFFSET or size <= 0:
            return b""
        if isinstance(self._source, bytes):
            return self._source[offset : offset + size]
        return self._source(offset, size)

    def exactly(self, offset: int, size: int, what: str) -> bytes:
        """Bytes at an offset in the file."""
        data = self.some(offset, size)
        if len(data) != size:
            raise MalformedElf(f"the {what} lies outside the ELF file")
        return data

    def offset(self, address: int) -> int:
        """Where in the file an address is."""
        for segment in self.header.segments:
            if segment.type == PT_LOAD and segment.address <= address < segment.address + segment.file_size:
                return address - segment.address + segment.offset
        raise MalformedElf("the ELF file has a dynamic entry that points outside its segments")

    def room(self, address: int) -> int:
        """Bytes from an address to the next table that the section names, or to the end of the segment."""
        ends = [
            segment.address + segment.file_size
            for segment in self.header.segments
            if segment.type == PT_LOAD and segment.address <= address < segment.address + segment.file_size
        ]
        ends += [value for tag, value in self.entries if tag in _ADDRESSES and value > address]
        return min(ends, default=address) - address

    def name(self, index: int) -> str:
        """A string of the string table."""
        return self.raw_name(index).decode("utf-8", "surrogateescape")

    def raw_name(self, index: int) -> bytes:
        """A string of the string table, as bytes."""
        end = self.strings.find(b"\0", index, index + _MAX_STRING) if index < len(self.strings) else -1
        if end < 0:
            raise MalformedElf("the ELF file has a name outside its string table, or one without end")
        return self.strings[index:end]

    def named(self, tag: int) -> str | None:
        """The string that an entry names, None without such an entry."""
        value = self.value(tag)
        return None if value is None else self.name(value)

    def _read_entries(self) -> list[tuple[int, int]]:
        segment = next((s for s in self.header.segments if s.type == PT_DYNAMIC and s.file_size), None)
        if segment is None:
            return []
        shape = self.order + ("II" if self.header.bits == 32 else "QQ")
        size = struct.calcsize(shape)
        count = segment.file_size // size
        if count > _MAX_DYNAMIC:
            raise MalformedElf("the dynamic section of the ELF file is impossibly large")
        entries: list[tuple[int, int]] = []
        data = self.exactly(segment.offset, count * size, "dynamic section")
        for tag, value in struct.iter_unpack(shape, data):
            if tag == 0:
                break
            entries.append((tag, value))
        return entries

    def _read_strings(self) -> bytes:
        table, size = self.value(DT_STRTAB), self.value(DT_STRSZ)
        if table is None or not size:
            return b""
        if size > _MAX_STRINGS:
            raise MalformedElf("the string table of the ELF file is impossibly large")
        return self.exactly(self.offset(table), size, "string table")
