"""The content of one member of a ZIP archive.

Follows PKWARE's APPNOTE 6.3.10, 4.3.7 to 4.3.9. Refuses a local header or data descriptor that contradicts the
directory's entry, damaged or surplus compressed data, a wrong size, a wrong CRC.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from elfin.errors import MalformedWheel
from elfin.formats.zip import DESCRIPTOR, STORED, Buffer, Entry, extras, zip64
from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any


_LOCAL = struct.Struct("<4s5H3L2H")  # 4.3.7


def read_member(raw: Buffer, entry: Entry, *, limit: int | None = None) -> bytes:
    """The content of a member, from the bytes `entry.offset` to `entry.end` of its archive.

    Checks the local header, the data descriptor, the size and the CRC. `limit`: most bytes the content may have.
    Raises MalformedWheel.
    """
    if limit is not None and entry.size > limit:
        raise MalformedWheel(f"{entry.name!a} would be {entry.size} bytes, more than {limit}")
    return b"".join(chunks(raw, entry))


def chunks(raw: Buffer, entry: Entry) -> Iterator[Buffer]:
    """The content of a member in pieces, checked as in `read_member`; the last check comes after the last piece."""
    view = memoryview(raw)
    data = view[_data_start(view, entry) :][: entry.packed]
    module = codec()
    crc = 0
    size = 0
    for piece in _pieces(data, entry, module):
        crc = module.crc32(piece, crc)
        size += len(piece)
        if size > entry.size:
            raise MalformedWheel(f"{entry.name!a} is longer than its entry says")
        yield piece
    if size != entry.size:
        raise MalformedWheel(f"{entry.name!a} is shorter than its entry says")
    if crc != entry.crc:
        raise MalformedWheel(f"{entry.name!a} is damaged: its checksum is wrong")


def codec() -> Any:
    """The module that inflates: isal (twice as fast) where it is installed, else zlib. Same functions in both."""
    try:
        from isal import isal_zlib
    except ImportError:
        import zlib

        return zlib
    return isal_zlib


_SLICE = 256 << 10
"""Compressed bytes given to the codec at once: it copies what it did not use, so it never gets a whole member."""
_PIECE = 4 << 20


def _pieces(data: memoryview, entry: Entry, module: Any) -> Iterator[Buffer]:
    if entry.method == STORED:
        for start in range(0, len(data), _PIECE):
            yield data[start : start + _PIECE]
        return
    stream = module.decompressobj(-15)
    cap = min(_PIECE, entry.size + 1)  # one more than promised shows a member that is too long
    try:
        for start in range(0, len(data), _SLICE):
            rest: Buffer = data[start : start + _SLICE]
            while rest and not stream.eof:
                piece = stream.decompress(rest, cap)
                rest = stream.unconsumed_tail
                if piece:
                    yield piece
            if stream.eof and (stream.unused_data or start + _SLICE < len(data)):
                raise MalformedWheel(f"{entry.name!a} has bytes after its compressed data")
        while not stream.eof and (piece := stream.decompress(b"", cap)):
            yield piece
    except module.error as error:
        raise MalformedWheel(f"{entry.name!a} is damaged: {error}") from error
    if not stream.eof:
        raise MalformedWheel(f"{entry.name!a} is damaged: its compressed data is cut off")


def _data_start(view: memoryview, entry: Entry) -> int:
    """Index of a member's data in its raw bytes, after comparing the local header and descriptor with the entry."""
    if len(view) != entry.end - entry.offset:
        raise MalformedWheel(f"{entry.name!a} is cut off")
    signature, _, flags, method, _, _, crc, packed, size, name_length, extra_length = _LOCAL.unpack_from(view)
    start: int = _LOCAL.size + name_length + extra_length
    if signature != b"PK\x03\x04" or start + entry.packed > len(view):
        raise MalformedWheel(f"the local header of {entry.name!a} is damaged")
    raw_name = bytes(view[_LOCAL.size :][:name_length])
    if (raw_name, flags, method) != (entry.raw_name, entry.flags, entry.method):
        raise MalformedWheel(f"{entry.name!a} is described in two ways")
    blocks = extras(bytes(view[start - extra_length : start]), raw_name, entry.name)
    if 1 in blocks:
        size, packed, _ = zip64(blocks[1], entry.name, size, packed, 0)
    deferred = bool(flags & DESCRIPTOR)
    for value, told in ((crc, entry.crc), (packed, entry.packed), (size, entry.size)):
        if value != told and not (deferred and value == 0):
            raise MalformedWheel(f"{entry.name!a} is described in two ways")
    rest = bytes(view[start + entry.packed :][:32])
    if deferred:
        if len(view) - start - entry.packed not in (12, 16, 20, 24) or rest not in _descriptors(entry):
            raise MalformedWheel(f"the data descriptor of {entry.name!a} is wrong")
    elif rest:
        raise MalformedWheel(f"there are bytes after {entry.name!a}")
    return start


def _descriptors(entry: Entry) -> tuple[bytes, ...]:
    """4.3.9: CRC and sizes after the data, in 4 or 8 bytes each, with or without a signature."""
    plain = [struct.pack("<L2Q", entry.crc, entry.packed, entry.size)]
    if max(entry.packed, entry.size) < 0xFFFFFFFF:
        plain.append(struct.pack("<3L", entry.crc, entry.packed, entry.size))
    return (*plain, *(b"PK\x07\x08" + form for form in plain))
