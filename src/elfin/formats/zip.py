"""ZIP archives, read so that they mean one thing: the one reader for every source (file, network, store).

Follows PKWARE's APPNOTE 6.3.10 (numbers of its sections below) as far as wheels use it: stored and deflated files,
data descriptors, zip64. Refuses what another reader could understand differently: bytes before, between or after the
entries, a local header that contradicts the central one, two entries of one name, links and special files, names that
leave the folder, encryption, comments that hide records, and archives that unpack to absurd sizes.

Pure: `directory` takes the end of an archive, so a remote archive can be read by ranges; `NeedMore` says what is
missing. What a member contains is read by `zipmember`.
"""

from __future__ import annotations

import struct

from elfin.errors import MalformedWheel, UnsafeArchive
from elfin.formats import membername
from elfin.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Any


Buffer = bytes | bytearray | memoryview

STORED, DEFLATED = 0, 8

MAX_MEMBERS = 200_000
MAX_TOTAL = 512 << 20
MAX_RATIO = 20
"""All members together may have `MAX_TOTAL` bytes, or `MAX_RATIO` times the archive's where that is more: the largest
wheels are gigabytes of code that hardly compresses."""
TAIL = 64 << 10
"""A first range of this many bytes holds the directory of most wheels."""

_END = struct.Struct("<4s4H2LH")  # 4.3.16
_END64 = struct.Struct("<4sQ2H2L4Q")  # 4.3.14
_LOCATOR64 = struct.Struct("<4sLQL")  # 4.3.15
_CENTRAL = struct.Struct("<4s6H3L5H2L")  # 4.3.12
_LOCAL = struct.Struct("<4s5H3L2H")  # 4.3.7

_ENCRYPTED = 1 << 0
DESCRIPTOR = 1 << 3
_UTF8 = 1 << 11
_NEWEST = 63
"""4.4.3: ten times the format's version."""

_KNOWN_FLAGS = 0b110 | DESCRIPTOR | _UTF8
"""4.4.4. Bits 1 and 2 tell how hard deflate tried; all others change what the bytes mean."""


class Entry(NamedTuple):
    """One member, as the central directory describes it."""

    name: str
    """With `/`; a folder ends in one."""
    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    """Bytes in the archive."""
    size: int
    """Bytes when unpacked."""
    offset: int
    """Of the local header, from the start of the archive."""
    end: int
    """Where the next entry begins: `offset` to `end` is what `read_member` wants."""
    executable: bool

    @property
    def is_folder(self) -> bool:
        """A folder: it has a name and nothing else."""
        return self.name.endswith("/")


class Directory(NamedTuple):
    """The checked list of members of one archive, in the order of the central directory."""

    entries: tuple[Entry, ...]
    start: int
    """Offset of the central directory."""
    total: int
    """Bytes of the archive."""


class NeedMore(NamedTuple):
    """The tail that was given is too short."""

    offset: int
    """Give all bytes from here to the end of the archive."""


class _Bounds(NamedTuple):
    members: int
    size: int
    start: int


def directory(tail: Buffer, total: int) -> Directory | NeedMore:
    """The members of an archive of `total` bytes that ends with `tail`; NeedMore when the tail is too short.

    A whole archive is a tail as well. Raises MalformedWheel, or UnsafeArchive for names and kinds of members that would
    land or point outside. Local headers are checked when a member is read.
    """
    base = total - len(tail)
    bounds = _bounds(tail, total)
    if isinstance(bounds, NeedMore):
        return bounds
    if bounds.members > MAX_MEMBERS:
        raise MalformedWheel(f"the archive lists {bounds.members} files, more than {MAX_MEMBERS}")
    if bounds.start < base:
        return NeedMore(bounds.start)
    found = _central(bytes(tail[bounds.start - base : bounds.start - base + bounds.size]), bounds)
    entries = _placed(found, bounds.start)
    membername.check_all(entry.name for entry in entries)
    _check_sizes(entries, total)
    return Directory(entries, bounds.start, total)


def _bounds(tail: Buffer, total: int) -> _Bounds | NeedMore:
    if total < _END.size:
        raise MalformedWheel("not a zip archive: too short")
    if len(tail) < _END.size:
        return NeedMore(max(0, total - TAIL))
    position = _end_position(tail, total)
    if isinstance(position, NeedMore):
        return position
    _, disk, start_disk, count_here, count, size, start, _ = _END.unpack_from(tail, position)
    end = total - len(tail) + position  # absolute offset of the first byte after the directory
    if position >= _LOCATOR64.size:
        if bytes(tail[position - _LOCATOR64.size :][:4]) == b"PK\x06\x07":
            return _bounds64(tail, total, position)
    elif len(tail) < total:  # the tail begins inside or after a possible locator
        return NeedMore(max(0, total - TAIL))
    if disk or start_disk or count_here != count:
        raise MalformedWheel("the archive is spread over several files, or its end record is inconsistent")
    if start + size != end:
        raise MalformedWheel("the archive has bytes before or after its entries")
    return _Bounds(count, size, start)


def _end_position(tail: Buffer, total: int) -> int | NeedMore:
    """Index of the end record in `tail`. A comment is allowed if nothing in it looks like a record."""
    plain = len(tail) - _END.size
    if bytes(tail[plain:][:4]) == b"PK\x05\x06" and bytes(tail[-2:]) == b"\0\0":
        return plain
    longest = min(total, _END.size + 0xFFFF)
    if len(tail) < longest:
        return NeedMore(total - longest)
    window = bytes(tail[len(tail) - longest :])
    position = window.find(b"PK\x05\x06")
    if position < 0:
        raise MalformedWheel("not a zip archive: it has no end record (cut off, or something else)")
    while position >= 0:
        comment = window[position + _END.size :]
        if len(window) - position >= _END.size and len(comment) == _END.unpack_from(window, position)[7]:
            if b"PK" in comment:
                raise MalformedWheel("the archive's comment looks like part of an archive")
            return len(tail) - longest + position
        position = window.find(b"PK\x05\x06", position + 1)
    raise MalformedWheel("the archive has bytes after its end")


def _bounds64(tail: Buffer, total: int, position: int) -> _Bounds | NeedMore:
    """4.3.14, 4.3.15: the zip64 record lies directly before its locator, and carries no extension."""
    base = total - len(tail)
    locator = position - _LOCATOR64.size
    _, disk, record_offset, disks = _LOCATOR64.unpack_from(tail, locator)
    if disk or disks > 1 or record_offset + _END64.size != base + locator:
        raise MalformedWheel("the archive's zip64 end record is not where its locator says")
    if record_offset < base:
        return NeedMore(record_offset)
    fields = _END64.unpack_from(tail, record_offset - base)
    signature, length, _, _, disk, start_disk, count_here, count, size, start = fields
    if signature != b"PK\x06\x06" or length != _END64.size - 12 or disk or start_disk or count_here != count:
        raise MalformedWheel("the archive's zip64 end record is inconsistent")
    plain = _END.unpack_from(tail, position)[1:7]
    for value, small, saturated in zip(
        (0, 0, count, count, size, start), plain, (0xFFFF,) * 4 + (0xFFFFFFFF,) * 2, strict=True
    ):
        if small not in (value, saturated):
            raise MalformedWheel("the archive's two end records contradict each other")
    if start + size != record_offset:
        raise MalformedWheel("the archive has bytes before or after its entries")
    return _Bounds(count, size, start)


# The central directory.


def _central(data: bytes, bounds: _Bounds) -> list[Entry]:
    entries = []
    position = 0
    for _ in range(bounds.members):
        if position + _CENTRAL.size > len(data):
            raise MalformedWheel("the archive's directory is shorter than its end record says")
        fields = _CENTRAL.unpack_from(data, position)
        name_length, extra_length, comment_length = fields[10:13]
        after = position + _CENTRAL.size + name_length + extra_length
        if fields[0] != b"PK\x01\x02" or after > len(data):
            raise MalformedWheel("the archive's directory is damaged")
        raw_name = data[position + _CENTRAL.size :][:name_length]
        if comment_length:
            raise MalformedWheel(f"the entry of {_shown(raw_name)} has a comment")
        entries.append(_entry(fields, raw_name, data[after - extra_length : after]))
        position = after
    if position != len(data):
        raise MalformedWheel("the archive's directory is longer than its end record says")
    return entries


def _entry(fields: tuple[Any, ...], raw_name: bytes, extra: bytes) -> Entry:
    _, made_by, needed, flags, method, _, _, crc, packed, size, _, _, _, disk, _, attributes, offset = fields
    name = _name(raw_name, flags)
    if flags & _ENCRYPTED:
        raise MalformedWheel(f"{name!a} is encrypted")
    if needed > _NEWEST:
        raise MalformedWheel(f"the entry of {name!a} asks for an unknown version of the format")
    if flags & ~_KNOWN_FLAGS:
        raise MalformedWheel(f"the entry of {name!a} has unknown flags")
    if method not in (STORED, DEFLATED):
        known = {9: "deflate64", 12: "bzip2", 14: "lzma", 93: "zstd", 95: "xz"}.get(method, f"method {method}")
        raise MalformedWheel(f"{name!a} is compressed with {known} instead of deflate")
    blocks = extras(extra, raw_name, name)
    if 1 in blocks:
        size, packed, offset = zip64(blocks[1], name, size, packed, offset)
    elif 0xFFFFFFFF in (size, packed, offset):
        raise MalformedWheel(f"the entry of {name!a} lacks its zip64 sizes")
    if disk not in (0, 0xFFFF):
        raise MalformedWheel(f"{name!a} is in another file of a divided archive")
    if method == STORED and size != packed:
        raise MalformedWheel(f"the two sizes of {name!a} contradict each other")
    mode = attributes >> 16
    _check_kind(name, mode, made_by >> 8, attributes)
    if name.endswith("/") and (size or packed > 2):  # an empty deflate stream has two bytes
        raise MalformedWheel(f"the folder {name!a} has content")
    return Entry(name, raw_name, flags, method, crc, packed, size, offset, 0, bool(mode & 0o111))


def _check_kind(name: str, mode: int, system: int, attributes: int) -> None:
    """4.4.15: the upper half is Unix's st_mode where the maker is Unix (3) or OS X (19); a link is refused anyway."""
    kind = mode & 0o170000
    if kind == 0o120000:
        raise UnsafeArchive(f"{name!a} is a symbolic link")
    if kind not in (0, 0o100000, 0o040000) and system in (3, 19):
        raise UnsafeArchive(f"{name!a} is a special file")
    is_folder = kind == 0o040000 if system in (3, 19) else bool(attributes & 0x10)
    if is_folder and not name.endswith("/"):
        raise MalformedWheel(f"{name!a} is marked as a folder, but named like a file")
    if kind == 0o100000 and system in (3, 19) and name.endswith("/"):
        raise MalformedWheel(f"{name!a} is marked as a file, but named like a folder")


def extras(extra: bytes, raw_name: bytes, name: str) -> dict[int, bytes]:
    """The extra fields of a header by id (4.5). Raises MalformedWheel, also for a second name that differs."""
    blocks: dict[int, bytes] = {}
    position = 0
    while position < len(extra):
        if position + 4 > len(extra):
            raise MalformedWheel(f"the extra fields of {name!a} are damaged")
        kind, length = struct.unpack_from("<2H", extra, position)
        position += 4 + length
        if position > len(extra) or kind in blocks:
            raise MalformedWheel(f"the extra fields of {name!a} are damaged")
        blocks[kind] = extra[position - length : position]
    if 0x7075 in blocks and blocks[0x7075][5:] != raw_name:  # 4.6.9: a second name, in Unicode
        raise MalformedWheel(f"the entry of {name!a} has a second name")
    return blocks


def zip64(block: bytes, name: str, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """The true values of three header fields: those that are saturated stand in the zip64 block, in this order (4.5.3).

    Raises MalformedWheel when the block has others, or contradicts a field that is not saturated.
    """
    fields = [size, packed, offset]
    wanted = [index for index, value in enumerate(fields) if value == 0xFFFFFFFF]
    if len(block) % 8 or len(block) > 24:
        raise MalformedWheel(f"the zip64 sizes of {name!a} are damaged")
    values = struct.unpack(f"<{len(block) // 8}Q", block)
    if not wanted:  # needless, but harmless if it repeats what was said
        if list(values) != fields[: len(values)]:
            raise MalformedWheel(f"the two kinds of sizes of {name!a} contradict each other")
        return size, packed, offset
    if len(values) != len(wanted):
        raise MalformedWheel(f"the zip64 sizes of {name!a} do not fit its entry")
    for index, value in zip(wanted, values, strict=True):
        fields[index] = value
    return fields[0], fields[1], fields[2]


def _placed(entries: list[Entry], start: int) -> tuple[Entry, ...]:
    """The entries with their ends. They must fill the archive up to the directory, without gap or overlap."""
    order = sorted(range(len(entries)), key=lambda index: entries[index].offset)
    previous = 0
    for rank, index in enumerate(order):
        entry = entries[index]
        end = entries[order[rank + 1]].offset if rank + 1 < len(order) else start
        least = entry.offset + _LOCAL.size + len(entry.raw_name) + entry.packed
        if entry.offset != previous or least > end:
            raise MalformedWheel(f"{entry.name!a} overlaps another entry, or there are bytes between entries")
        entries[index] = entry._replace(end=end)
        previous = end
    if not entries and start != 0:
        raise MalformedWheel("the archive has bytes before its entries")
    return tuple(entries)


# Names and sizes.


def _name(raw: bytes, flags: int) -> str:
    """Appendix D: UTF-8 where flag bit 11 says so, else IBM code page 437."""
    if raw.isascii():
        return raw.decode("ascii")
    try:
        return raw.decode("utf-8" if flags & _UTF8 else "cp437")
    except UnicodeDecodeError as error:
        raise MalformedWheel(f"the name {_shown(raw)} is not the UTF-8 that it claims to be") from error


def _shown(raw: bytes) -> str:
    return ascii(raw[:100].decode("utf-8", "replace"))


def _check_sizes(entries: tuple[Entry, ...], total: int) -> None:
    allowed = max(MAX_TOTAL, MAX_RATIO * total)
    if sum(entry.size for entry in entries) > allowed:
        raise MalformedWheel(f"the archive would unpack to more than {allowed >> 20} MiB")
