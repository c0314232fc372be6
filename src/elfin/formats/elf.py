"""ELF files by their program headers: what kind of machine code, which loader, which libraries and symbol versions.

Follows the System V gABI (chapters 4 and 5) and the GNU symbol versioning extension (LSB 3.1, 10.7). Section headers
are never looked at: a stripped file has none and runs all the same. Refuses, with `MalformedElf`, whatever points
outside the file, is absurdly large, or is not ELF at all. Only the blocks that are needed are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from elfin.errors import MalformedElf
from elfin.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Final, Literal

    Order = Literal["little", "big"]


Source = bytes | Callable[[int, int], bytes]
"""A whole file, or a function (offset, size) -> at most `size` bytes, fewer only at the end of the file."""

ET_REL: Final = 1
ET_EXEC: Final = 2
ET_DYN: Final = 3

PT_LOAD: Final = 1
PF_X: Final = 1
"""A segment's flag: it holds code."""

_PT_DYNAMIC, _PT_INTERP = 2, 3
_DT_NULL, _DT_NEEDED, _DT_STRTAB, _DT_STRSZ, _DT_SONAME, _DT_RPATH, _DT_RUNPATH = 0, 1, 5, 10, 14, 15, 29
_DT_VERDEF, _DT_VERDEFNUM, _DT_VERNEED, _DT_VERNEEDNUM = 0x6FFFFFFC, 0x6FFFFFFD, 0x6FFFFFFE, 0x6FFFFFFF

# Bounds far above any real file: they keep a hostile one from costing time or memory.
_MAX_SEGMENTS = 4096
_MAX_DYNAMIC = 65536
_MAX_VERSIONS = 65536
_MAX_STRING = 4096
_MAX_OFFSET = 1 << 48
_BLOCK = 4096


class Segment(NamedTuple):
    """One program header."""

    type: int
    flags: int
    offset: int
    address: int
    file_size: int
    memory_size: int


class Header(NamedTuple):
    """What the first kilobyte tells."""

    bits: int
    """32 or 64 (EI_CLASS)."""
    little_endian: bool
    os_abi: int
    """EI_OSABI: 0 System V, 3 GNU."""
    type: int
    """e_type: `ET_EXEC`, `ET_DYN`, ..."""
    machine: int
    """e_machine (EM_*)."""
    flags: int
    """e_flags, whose meaning depends on the machine."""
    interpreter: str | None
    """Path of the loader (PT_INTERP), None: static, or a library."""
    segments: tuple[Segment, ...]

    @property
    def dynamic(self) -> bool:
        """Whether there is a dynamic section; a static-pie program has one too."""
        return any(segment.type == _PT_DYNAMIC and segment.file_size for segment in self.segments)


class Elf(NamedTuple):
    """A file with its dynamic section."""

    header: Header
    needed: tuple[str, ...]
    """DT_NEEDED in order."""
    soname: str | None
    rpath: str | None
    runpath: str | None
    offers: tuple[str, ...]
    """Versions this file defines (verdef), its own base name left out."""
    wants: tuple[tuple[str, tuple[str, ...]], ...]
    """(library, versions needed of it) pairs (verneed)."""


def read_header(source: Source) -> Header:
    """The file header, its segments and the loader's path.

    Raises MalformedElf for anything that is not a well-formed ELF file.
    """
    return _header(_Blocks(source))


def read(source: Source) -> Elf:
    """Header and dynamic section. Raises MalformedElf."""
    blocks = _Blocks(source)
    header = _header(blocks)
    return _Dynamic(blocks, header).elf()


class _Blocks:
    """Random access in blocks, each asked for once."""

    def __init__(self, source: Source) -> None:
        self._bytes = source if isinstance(source, bytes) else None
        self._read = None if isinstance(source, bytes) else source
        self._blocks: dict[int, bytes] = {}

    def _block(self, number: int) -> bytes:
        block = self._blocks.get(number)
        if block is None:
            assert self._read is not None
            block = self._blocks[number] = self._read(number * _BLOCK, _BLOCK)
        return block

    def some(self, offset: int, size: int) -> bytes:
        """Up to `size` bytes, fewer at the end of the file."""
        if offset >= _MAX_OFFSET:
            return b""
        if self._bytes is not None:
            return self._bytes[offset : offset + size]
        first, last = offset // _BLOCK, (offset + size - 1) // _BLOCK
        parts: list[bytes] = []
        for number in range(first, last + 1):
            block = self._block(number)
            parts.append(block)
            if len(block) < _BLOCK:
                break
        start = offset - first * _BLOCK
        return b"".join(parts)[start : start + size]

    def exactly(self, offset: int, size: int, what: str) -> bytes:
        data = self.some(offset, size)
        if len(data) != size:
            raise MalformedElf(f"the {what} lies outside the ELF file")
        return data

    def text(self, offset: int, limit: int, what: str) -> str:
        """A NUL-terminated string of at most `limit` bytes."""
        data = self.some(offset, min(limit, _MAX_STRING))
        end = data.find(b"\0")
        if end < 0:
            raise MalformedElf(f"the {what} of the ELF file has no end")
        return data[:end].decode("utf-8", "surrogateescape")


def _header(blocks: _Blocks) -> Header:
    ident = blocks.some(0, 16)
    if ident[:4] != b"\x7fELF":
        raise MalformedElf("not an ELF file")
    if len(ident) < 16 or ident[4] not in (1, 2) or ident[5] not in (1, 2) or ident[6] != 1:
        raise MalformedElf("the ELF file has an unknown class, byte order or version")
    bits, order = (32, 64)[ident[4] - 1], _ORDERS[ident[5] - 1]
    word = bits // 8
    shape = (2, 2, 4, word, word, word, 4, 2, 2, 2)
    (fields,) = _numbers(shape, order, blocks.exactly(16, sum(shape), "header"))
    kind, machine, _, _, table, _, flags, _, entry_size, count = fields
    segments = _segments(blocks, order, table, entry_size, count) if count else ()
    return Header(bits, order == "little", ident[7], kind, machine, flags, _interpreter(blocks, segments), segments)


_ORDERS: tuple[Order, Order] = ("little", "big")


def _numbers(shape: tuple[int, ...], order: Order, data: bytes) -> Iterator[list[int]]:
    """Rows of unsigned numbers that are so many bytes wide. By hand: importing `struct` takes longer than reading."""
    cuts, size = _cuts.get(shape) or _cut(shape)
    number = int.from_bytes
    for start in range(0, len(data) - size + 1, size):
        row = data[start : start + size]
        yield [number(row[cut], order) for cut in cuts]


_cuts: dict[tuple[int, ...], tuple[list[slice], int]] = {}


def _cut(shape: tuple[int, ...]) -> tuple[list[slice], int]:
    """Where the numbers of a row lie, and how long it is."""
    cuts, size = [], 0
    for width in shape:
        cuts.append(slice(size, size + width))
        size += width
    _cuts[shape] = cuts, size
    return cuts, size


def _segments(blocks: _Blocks, order: Order, table: int, entry_size: int, count: int) -> tuple[Segment, ...]:
    wide = blocks.some(4, 1) == b"\2"
    shape = (4, 4, 8, 8, 8, 8, 8, 8) if wide else (4,) * 8
    if entry_size != sum(shape) or count > _MAX_SEGMENTS:
        raise MalformedElf("the ELF file has an impossible table of program headers")
    data = blocks.exactly(table, entry_size * count, "table of program headers")
    if wide:  # p_type, p_flags, p_offset, p_vaddr, p_paddr, p_filesz, p_memsz, p_align
        rows = ((e[0], e[1], e[2], e[3], e[5], e[6]) for e in _numbers(shape, order, data))
    else:  # p_type, p_offset, p_vaddr, p_paddr, p_filesz, p_memsz, p_flags, p_align
        rows = ((e[0], e[6], e[1], e[2], e[4], e[5]) for e in _numbers(shape, order, data))
    return tuple(Segment(*row) for row in rows)


def _interpreter(blocks: _Blocks, segments: tuple[Segment, ...]) -> str | None:
    for segment in segments:  # the kernel takes the first
        if segment.type == _PT_INTERP:
            path = blocks.text(segment.offset, segment.file_size, "loader's path") if segment.file_size else ""
            if not path:
                raise MalformedElf("the ELF file names an empty loader")
            return path
    return None


class _Dynamic:
    """Reader of the dynamic section; every address goes through PT_LOAD to a file offset."""

    def __init__(self, blocks: _Blocks, header: Header) -> None:
        self._blocks = blocks
        self._header = header
        self._order: Order = "little" if header.little_endian else "big"
        self._entries = self._read_entries()
        self._strings = 0
        self._strings_size = 0
        self._budget = _MAX_VERSIONS

    def elf(self) -> Elf:
        table, size = self._value(_DT_STRTAB), self._value(_DT_STRSZ)
        if table is not None and size is not None:
            self._strings, self._strings_size = self._offset(table), size
        return Elf(
            self._header,
            tuple(self._name(value) for tag, value in self._entries if tag == _DT_NEEDED),
            self._named(_DT_SONAME),
            self._named(_DT_RPATH),
            self._named(_DT_RUNPATH),
            self._offers(),
            self._wants(),
        )

    def _read_entries(self) -> list[tuple[int, int]]:
        segment = next((s for s in self._header.segments if s.type == _PT_DYNAMIC and s.file_size), None)
        if segment is None:
            return []
        shape = (self._header.bits // 8,) * 2
        size = sum(shape)
        count = segment.file_size // size
        if count > _MAX_DYNAMIC:
            raise MalformedElf("the dynamic section of the ELF file is impossibly large")
        entries: list[tuple[int, int]] = []
        data = self._blocks.exactly(segment.offset, count * size, "dynamic section")
        for tag, value in _numbers(shape, self._order, data):
            if tag == _DT_NULL:
                break
            entries.append((tag, value))
        return entries

    def _value(self, wanted: int) -> int | None:
        return next((value for tag, value in self._entries if tag == wanted), None)

    def _offset(self, address: int) -> int:
        for segment in self._header.segments:
            if segment.type == PT_LOAD and segment.address <= address < segment.address + segment.file_size:
                return address - segment.address + segment.offset
        raise MalformedElf("the ELF file has a dynamic entry that points outside its segments")

    def _name(self, index: int) -> str:
        if index >= self._strings_size:
            raise MalformedElf("the ELF file has a name outside its string table")
        return self._blocks.text(self._strings + index, self._strings_size - index, "name in the string table")

    def _named(self, tag: int) -> str | None:
        value = self._value(tag)
        return None if value is None else self._name(value)

    def _table(self, tag: int, count_tag: int) -> tuple[int, int]:
        address, count = self._value(tag), self._value(count_tag)
        if address is None or not count:
            return 0, 0
        if count > _MAX_VERSIONS:
            raise MalformedElf("the ELF file has impossibly many versions")
        return self._offset(address), count

    def _unpack(self, shape: tuple[int, ...], offset: int) -> list[int]:
        self._budget -= 1
        if self._budget < 0:
            raise MalformedElf("the ELF file has impossibly many versions")
        return next(_numbers(shape, self._order, self._blocks.exactly(offset, sum(shape), "version table")))

    def _offers(self) -> tuple[str, ...]:
        offset, count = self._table(_DT_VERDEF, _DT_VERDEFNUM)
        names: list[str] = []
        for _ in range(count):
            # Verdef: vd_version, vd_flags, vd_ndx, vd_cnt, vd_hash, vd_aux, vd_next; Verdaux: vda_name, vda_next
            _, flags, _, _, _, auxiliary, following = self._unpack((2, 2, 2, 2, 4, 4, 4), offset)
            name, _ = self._unpack((4, 4), offset + auxiliary)
            if not flags & 1:  # VER_FLG_BASE names the file itself
                names.append(self._name(name))
            if not following:
                break
            offset += following
        return tuple(names)

    def _wants(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        offset, count = self._table(_DT_VERNEED, _DT_VERNEEDNUM)
        rows: list[tuple[str, tuple[str, ...]]] = []
        for _ in range(count):
            # Verneed: vn_version, vn_cnt, vn_file, vn_aux, vn_next
            _, versions, library, auxiliary, following = self._unpack((2, 2, 4, 4, 4), offset)
            rows.append((self._name(library), self._wanted_versions(offset + auxiliary, versions)))
            if not following:
                break
            offset += following
        return tuple(rows)

    def _wanted_versions(self, offset: int, count: int) -> tuple[str, ...]:
        names: list[str] = []
        for _ in range(count):
            # Vernaux: vna_hash, vna_flags, vna_other, vna_name, vna_next
            _, _, _, name, following = self._unpack((4, 2, 2, 4, 4), offset)
            names.append(self._name(name))
            if not following:
                break
            offset += following
        return tuple(names)
