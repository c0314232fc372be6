"""A wheel with other tags: its new name, WHEEL and RECORD, and the zip archive in which nothing else changes.

Follows PEP 425 (sorted sets, expanded Tag lines), PEP 427 (WHEEL, RECORD, the dist-info folder last), PEP 815
(signatures are not carried over: they would be wrong). Every other member keeps its compressed bytes. Refuses what is
too large for plain zip.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence

from elfin.errors import MalformedWheel
from elfin.formats import record
from elfin.formats.zip import DEFLATED, Buffer, Directory, Entry
from elfin.record import NamedTuple

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_UTF8 = 1 << 11
_REGULAR = 0o100644 << 16
_LARGEST = 0xFFFFFFFE
_SIGNATURES = ("RECORD.jws", "RECORD.p7s")


class Changed(NamedTuple):
    """A member with new content."""

    name: str
    data: bytes


def wheel_file(text: bytes, tags: Sequence[str], build: str) -> bytes:
    """WHEEL with these Tag lines and build number; every other line stays as it is."""
    ending = b"\r\n" if b"\r\n" in text else b"\n"
    kept: list[bytes] = []
    dropping = False
    for line in text.splitlines():
        if line[:1] in (b" ", b"\t") and dropping:
            continue  # a Tag line that went on
        dropping = line.partition(b":")[0].strip().lower() in (b"tag", b"build")
        if not dropping:
            kept.append(line)
    while kept and not kept[-1].strip():
        kept.pop()
    kept += [f"Tag: {tag}".encode() for tag in tags]
    kept += [f"Build: {build}".encode()] if build else []
    return ending.join(kept) + ending


def record_file(text: bytes, dist_info: str, changed: Sequence[Changed]) -> bytes:
    """RECORD with the rows of the changed files renewed, one row a file, without signatures. Raises MalformedWheel."""
    fresh = {one.name: (one.name, record.digest_of(one.data), len(one.data)) for one in changed}
    own = f"{dist_info}/RECORD"
    rows: list[tuple[str, str, int | None]] = []
    for row in {row.path: row for row in record.parse(text)}.values():
        if row.path in fresh:
            rows.append(fresh.pop(row.path))
        elif row.path != own and row.path not in [f"{dist_info}/{name}" for name in _SIGNATURES]:
            rows.append((row.path, row.digest, row.size))
    return record.render([*rows, *fresh.values(), (own, "", None)])


def archive(data: Buffer, listing: Directory, dist_info: str, changed: Sequence[Changed]) -> Iterator[Buffer]:
    """The new archive in pieces. Members keep their bytes and order, the dist-info folder goes last, RECORD very last.

    Raises MalformedWheel.
    """
    view = memoryview(data)
    fresh = {one.name: one.data for one in changed}
    gone = {f"{dist_info}/{name}" for name in _SIGNATURES}
    entries = sorted(listing.entries, key=lambda entry: entry.offset)
    info = [entry for entry in entries if entry.name.startswith(f"{dist_info}/") and entry.name not in gone]
    info.sort(key=lambda entry: entry.name == f"{dist_info}/RECORD")
    order = [entry for entry in entries if not entry.name.startswith(f"{dist_info}/")] + info
    headers = _central_headers(view, listing)
    position, directory = 0, []
    kept = (0, 0)  # from where to where members that lie side by side are yielded together
    for entry in order:
        header = headers[entry.name]
        if entry.name in fresh:
            local, packed, header = _fresh(entry, header, fresh[entry.name])
            yield view[kept[0] : kept[1]]
            kept = (0, 0)
            yield local
            yield packed
            size = len(local) + len(packed)
        else:
            if entry.offset != kept[1]:
                yield view[kept[0] : kept[1]]
                kept = (entry.offset, entry.offset)
            kept = (kept[0], entry.end)
            size = entry.end - entry.offset
        directory.append(_moved(header, position))
        position += size
        if position > _LARGEST or len(directory) > 0xFFFF:
            raise MalformedWheel("the wheel is too large for a plain zip archive")
    yield view[kept[0] : kept[1]]
    count = len(directory)
    tail = b"".join(directory)
    yield tail
    yield _END.pack(b"PK\x05\x06", 0, 0, count, count, len(tail), position, 0)


def _central_headers(view: memoryview, listing: Directory) -> dict[str, bytes]:
    """The bytes of each central header, in the order `formats.zip` read them."""
    found = {}
    position = listing.start
    for entry in listing.entries:
        fields = _CENTRAL.unpack_from(view, position)
        size = _CENTRAL.size + fields[10] + fields[11] + fields[12]
        found[entry.name] = bytes(view[position : position + size])
        position += size
    return found


def _moved(header: bytes, offset: int) -> bytes:
    """A central header with another place for its member; an offset in a zip64 block is refused."""
    if header[42:46] == b"\xff\xff\xff\xff":
        raise MalformedWheel("the wheel is too large for a plain zip archive")
    return header[:42] + struct.pack("<L", offset) + header[46:]


def _fresh(entry: Entry, header: bytes, data: bytes) -> tuple[bytes, bytes, bytes]:
    """(local header and name, compressed data, central header) of a member with new content; its date stays."""
    stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = stream.compress(data) + stream.flush()
    time, date = struct.unpack_from("<2H", header, 12)
    made_by, attributes = struct.unpack_from("<H", header, 4)[0], struct.unpack_from("<L", header, 38)[0]
    flags = entry.flags & _UTF8
    sizes = (zlib.crc32(data), len(packed), len(data))
    name = entry.raw_name
    local = _LOCAL.pack(b"PK\x03\x04", 20, flags, DEFLATED, time, date, *sizes, len(name), 0) + name
    central = _CENTRAL.pack(
        b"PK\x01\x02", made_by, 20, flags, DEFLATED, time, date, *sizes, len(name), 0, 0, 0, 0,
        attributes or _REGULAR, 0,
    )  # fmt: skip
    return local, packed, central + name
