"""Parts of a wheel that is somewhere else, read without the rest: METADATA, or some of its members.

The directory of a zip archive is at its end, and builders put the dist-info folder last, so one range usually holds all
that METADATA needs. Refuses a wheel whose size the server does not tell, and servers that change the file meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable

from elfin.errors import MalformedWheel, Unreachable
from elfin.formats import wheelfile
from elfin.formats.wheelfile import Directory, Entry
from elfin.record import NamedTuple

_SMALLEST, _LARGEST = 32 << 10, 256 << 10
_BEFORE_DIRECTORY = 64 << 10
"""Fetched along with a directory that was out of reach: METADATA mostly lies right before it."""
_GAP = 64 << 10
"""Members this near to each other are fetched together: asking again would cost more."""
_AT_ONCE = 8 << 20


class Part(NamedTuple):
    """Some bytes of a file."""

    first: int
    data: bytes
    total: int
    """Bytes of the whole file."""


Read = Callable[[int | None, int], Part | None]
"""(first offset or None for the end, length) to the bytes; None: only the whole file can be had."""


def tail_length(size: int | None) -> int:
    """How many bytes to ask for first: enough for most wheels of this size, 64 KiB when it is unknown."""
    if size is None:
        return wheelfile.TAIL
    return min(size, max(_SMALLEST, min(size >> 6, _LARGEST)))


def metadata(filename: str, size: int | None, read: Read) -> bytes | None:
    """METADATA by ranges; None when `read` cannot. Raises MalformedWheel, UnsafeArchive, Unreachable."""
    listed = _listed(filename, size, read)
    if listed is None:
        return None
    part, listing = listed
    entry = wheelfile.metadata_entry(listing, filename)
    if entry.end - entry.offset > wheelfile.MAX_METADATA:
        raise MalformedWheel(f"METADATA of {filename} is too large")
    if entry.offset < part.first:
        found = read(entry.offset, entry.end - entry.offset)
        if found is None:
            return None
        part = _same_file(part, found)
    start = entry.offset - part.first
    return wheelfile.read_member(part.data[start : start + entry.end - entry.offset], entry)


def members(
    filename: str, size: int | None, read: Read, wanted: Callable[[Entry], bool], put: Callable[[Part], object]
) -> bool:
    """Hand the directory and the members that are `wanted` to `put`, with what lies between near ones.

    The first part is the end of the file. False when `read` cannot, and then nothing was put. Raises as `metadata`.
    """
    found = _listed(filename, size, read)
    if found is None:
        return False
    tail, listing = found
    put(tail)
    spans: list[tuple[int, int]] = []
    for entry in sorted(filter(wanted, listing.entries), key=lambda entry: entry.offset):
        end = min(entry.end, tail.first)
        if spans and entry.offset - spans[-1][1] <= _GAP:
            spans[-1] = (spans[-1][0], end)
        elif entry.offset < end:
            spans.append((entry.offset, end))
    for first, end in spans:
        for start in range(first, end, _AT_ONCE):
            part = read(start, min(_AT_ONCE, end - start))
            if part is None:
                raise Unreachable("the server stopped answering for parts of the file")
            put(_same_file(tail, part))
    return True


def _listed(filename: str, size: int | None, read: Read) -> tuple[Part, Directory] | None:
    """(the end of the file, the directory in it), None when `read` cannot."""
    part = read(None, max(tail_length(size), 1))
    if part is None:
        return None
    listing = wheelfile.directory(part.data, part.total)
    while isinstance(listing, wheelfile.NeedMore):
        if listing.offset >= part.first:
            raise MalformedWheel(f"the directory of {filename} points outside of it")
        part = _extended(part, max(0, listing.offset - _BEFORE_DIRECTORY), read)
        if part is None:
            return None
        listing = wheelfile.directory(part.data, part.total)
    return part, listing


def whole(filename: str, data: bytes) -> bytes:
    """METADATA of a wheel that is all there. Raises MalformedWheel, UnsafeArchive."""
    listing = wheelfile.directory(data, len(data))
    if isinstance(listing, wheelfile.NeedMore):
        raise MalformedWheel(f"the directory of {filename} points outside of it")
    entry = wheelfile.metadata_entry(listing, filename)
    return wheelfile.read_member(data[entry.offset : entry.end], entry)


def _extended(part: Part, first: int, read: Read) -> Part | None:
    """The part with what lies before it, from `first` on."""
    found = read(first, part.first - first)
    if found is None:
        return None
    return Part(first, _same_file(part, found).data + part.data, part.total)


def _same_file(part: Part, found: Part) -> Part:
    if found.total != part.total:
        raise Unreachable("the file changed while it was read")
    return found
