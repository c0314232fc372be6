"""Edge: a path on this disk -> the files in it, each with a way to read it: ELF file, folder, zip, wheel, tar.

Follows no links. Nothing is unpacked to the disk: members are inflated in memory, large ones piece by piece. Refuses,
with PlaceError, what cannot be opened; archives that are not one thing raise Malformed* or UnsafeArchive.
"""

from __future__ import annotations

import mmap
import os
import stat
import zlib
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager

from elfin.edges.disk import place_error
from elfin.errors import MalformedArchive, MalformedElf, MalformedWheel, PlaceError
from elfin.formats import tar
from elfin.formats import zip as zips
from elfin.formats.compressed import Unpacked, plain
from elfin.formats.elf import Source
from elfin.formats.zip import Directory, Entry
from elfin.formats.zipmember import chunks
from elfin.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Any

_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
"""Without waiting for a writer, where it is a pipe's name."""
_WHOLE = 48 << 20
"""Members up to this size are inflated at once."""
MAGICS = (b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"MZ")
"""How ELF, Mach-O and PE files begin."""


class Archive(NamedTuple):
    """An open zip archive."""

    data: memoryview
    listing: Directory


@contextmanager
def mapped(path: str) -> Iterator[memoryview]:
    """A file's bytes, mapped. Raises PlaceError."""
    try:
        descriptor = os.open(path, _READ)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise PlaceError(f"{path} is no regular file")
            empty = os.fstat(descriptor).st_size == 0
            memory: Any = b"" if empty else mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)
        finally:
            os.close(descriptor)
    except (OSError, ValueError) as error:
        raise place_error(error if isinstance(error, OSError) else OSError(22, str(error)), path) from error
    yield memoryview(memory)  # unmapped when the last view is gone: an error's traceback may hold some


def kind_of(path: str) -> str:
    """ "folder", "wheel", "zip", "tar", "binary" or "other", by the first bytes. Raises PlaceError."""
    try:
        if os.path.isdir(path):
            return "folder"
        descriptor = os.open(path, _READ)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return "other"
            head = os.pread(descriptor, 512, 0)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise place_error(error, path) from error
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06") or path.endswith(".whl"):
        return "wheel" if path.endswith(".whl") else "zip"
    if head.startswith(MAGICS):
        return "binary"
    packed = head.startswith((b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"BZh", b"\xfd7zXZ\0"))
    return "tar" if packed or head[257:262] == b"ustar" else "other"


def in_folder(top: str) -> Iterator[tuple[str, Source]]:
    """Regular files below a folder that begin as machine code does, by their paths below it.

    Of what may not be looked into, reading raises MalformedElf: it is told, and not taken for nothing.
    """
    pending = [""]
    while pending:
        relative = pending.pop()
        try:
            with os.scandir(os.path.join(top, relative)) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            yield from _unreadable(error, f"{relative}/")
            continue
        for entry in found:
            path = f"{relative}/{entry.name}" if relative else entry.name
            if entry.is_dir(follow_symlinks=False):
                pending.append(path)
            elif entry.is_file(follow_symlinks=False):
                yield from in_file(entry.path, path)


def in_file(path: str, shown: str) -> Iterator[tuple[str, Source]]:
    """The file itself, if it begins as machine code does; of one that cannot be opened, reading raises MalformedElf."""
    try:
        descriptor = os.open(path, _READ)
    except OSError as error:
        yield from _unreadable(error, shown)
        return
    try:
        if os.pread(descriptor, 4, 0).startswith(MAGICS):
            yield shown, _source(descriptor)
    except OSError as error:
        yield from _unreadable(error, shown)
    finally:
        os.close(descriptor)


def _unreadable(error: OSError, shown: str) -> Iterator[tuple[str, Source]]:
    """Something that is there and cannot be read; what went away meanwhile is nothing."""
    why = os.strerror(error.errno or 0).lower()

    def read(_offset: int, _size: int) -> bytes:
        raise MalformedElf(why)

    if not isinstance(error, FileNotFoundError):
        yield shown, read


def _source(descriptor: int) -> Source:
    end = os.fstat(descriptor).st_size

    def read(offset: int, size: int) -> bytes:
        size = min(size, end - offset)
        return os.pread(descriptor, size, offset) if size > 0 else b""

    return read


def opened(data: memoryview) -> Archive:
    """The listing of a zip archive. Raises MalformedWheel, UnsafeArchive."""
    listing = zips.directory(data, len(data))
    if isinstance(listing, zips.NeedMore):
        raise MalformedWheel("the archive's directory points outside of it")
    return Archive(data, listing)


def in_zip(archive: Archive, *, whole: bool = True) -> Iterator[tuple[str, Source]]:
    """Members that begin as machine code does. Raises MalformedWheel.

    `whole`: they are inflated and their checksums compared, but for large ones; else each only as far as it is read,
    by whoever reads it.
    """
    for entry in archive.listing.entries:
        if entry.size < 4 or entry.is_folder:
            continue
        raw = archive.data[entry.offset : entry.end]
        if _first(raw, entry).startswith(MAGICS):
            yield entry.name, _member(raw, entry) if whole else Inflated(raw, entry)


def heads(archive: Archive, size: int) -> Iterator[bytes]:
    """The first bytes of every member that begins as an ELF file does, unchecked: enough for its headers."""
    for entry in archive.listing.entries:
        if entry.size >= 4 and not entry.is_folder:
            raw = archive.data[entry.offset : entry.end]
            if _first(raw, entry).startswith(b"\x7fELF"):
                yield _first(raw, entry, size)


def content(archive: Archive, name: str, limit: int) -> bytes | None:
    """A small member, None where there is none. Raises MalformedWheel, also for one above the limit."""
    for entry in archive.listing.entries:
        if entry.name == name:
            if entry.size > limit:
                raise MalformedWheel(f"{name!a} would be {entry.size} bytes, more than {limit}")
            return b"".join(chunks(archive.data[entry.offset : entry.end], entry))
    return None


def digests(archive: Archive) -> Iterator[tuple[str, str, int]]:
    """(path, RECORD's form of the hash, size) of every member that is no folder. Raises MalformedWheel."""
    from hashlib import sha256

    from elfin.formats.record import encode

    for entry in archive.listing.entries:
        if not entry.is_folder:
            digest = sha256()
            for piece in chunks(archive.data[entry.offset : entry.end], entry):
                digest.update(piece)
            yield entry.name, encode(digest.digest()), entry.size


def _first(raw: memoryview, entry: Entry, size: int = 4) -> bytes:
    """The first bytes, without the checks that come when the member is read."""
    if len(raw) < 30:
        return b""
    start = 30 + int.from_bytes(raw[26:28], "little") + int.from_bytes(raw[28:30], "little")
    if entry.method == zips.STORED:
        return bytes(raw[start : start + size])
    try:
        return zlib.decompressobj(-15).decompress(bytes(raw[start : start + size + 512]), size)
    except zlib.error:
        return b""


def _member(raw: memoryview, entry: Entry) -> Source:
    if entry.size <= _WHOLE:
        return b"".join(chunks(raw, entry))
    return Inflated(raw, entry)


class Inflated:
    """A `Source` over a large member, inflated as far as it is read: its head is kept, of the rest the last piece.

    Going back further begins anew.
    """

    _HEAD = 32 << 20

    def __init__(self, raw: memoryview, entry: Entry) -> None:
        self._raw, self._entry = raw, entry
        self._head: list[bytes] = []
        self._starts: list[int] = []
        self._kept = 0
        self._begin()

    def _begin(self) -> None:
        self._pieces = chunks(self._raw, self._entry)
        self._piece: bytes = b""
        self._at = 0  # where the piece begins

    def __call__(self, offset: int, size: int) -> bytes:
        """Up to `size` bytes, fewer at the end. Raises MalformedWheel, MalformedElf."""
        size = min(size, self._entry.size - offset)
        parts: list[bytes] = []
        while size > 0:
            piece, start = self._around(offset)
            part = piece[offset - start : offset - start + size]
            if len(part) == size and not parts:
                return part
            parts.append(part)
            offset, size = offset + len(part), size - len(part)
        return b"".join(parts)

    def _around(self, offset: int) -> tuple[bytes, int]:
        """The piece that has that byte, and where the piece begins."""
        if offset < self._kept:
            number = bisect_right(self._starts, offset) - 1
            return self._head[number], self._starts[number]
        if offset < self._at:
            self._begin()
        while not self._at <= offset < self._at + len(self._piece):
            piece = next(self._pieces, None)
            if piece is None:
                raise MalformedElf("the ELF file is shorter than its archive says")
            self._at += len(self._piece)
            self._piece = bytes(piece)
            if self._at == self._kept < self._HEAD:
                self._head.append(self._piece)
                self._starts.append(self._at)
                self._kept += len(self._piece)
        return self._piece, self._at


def in_tar(data: memoryview, alone: str = "") -> Iterator[tuple[str, Source]]:
    """Members of a tar archive, compressed or not; `alone`: how a single file that is compressed is shown.

    Raises MalformedArchive, PlaceError.
    """

    def raw(offset: int, size: int) -> bytes:
        return bytes(data[offset : offset + size])

    read = _unpacked(raw)
    if not tar.looks_like_tar(read):
        head = read(0, 4)
        if read is not raw and head.startswith(MAGICS):  # one file, compressed
            yield alone, read
            return
        raise MalformedArchive("it is neither a tar archive nor a compressed file of machine code")
    for member in tar.members(read):
        if member.kind == "file" and member.size >= 4 and read(member.offset, 4).startswith(MAGICS):
            yield member.name, _within(read, member.offset, member.size)


def unpacked(data: memoryview) -> tar.Source:
    """The bytes of an archive without their compression. Reading raises MalformedArchive, PlaceError."""
    found: tar.Source = _unpacked(lambda offset, size: bytes(data[offset : offset + size]))
    return found


def _within(read: Source, start: int, end: int) -> Source:
    assert not isinstance(read, bytes)
    whole = read
    if end <= _WHOLE:
        return whole(start, end)
    return lambda offset, size: whole(start + offset, max(0, min(size, end - offset)))


def _unpacked(raw: Any) -> Any:
    head = raw(0, 6)
    if head.startswith((b"BZh", b"\xfd7zXZ\0")):
        return Unpacked(lambda: _Other(raw, head.startswith(b"BZh")))
    return plain(raw)


class _Other:
    """bzip2 and xz, front to back."""

    def __init__(self, source: Any, bzip2: bool) -> None:
        import bz2
        import lzma

        self.taken = 0
        self._source, self._bzip2, self._input = source, bzip2, b""
        self._state: Any = bz2.BZ2Decompressor() if bzip2 else lzma.LZMADecompressor(lzma.FORMAT_XZ, 512 << 20)
        self._errors = (OSError, EOFError, ValueError, lzma.LZMAError)

    def more(self, size: int) -> bytes:
        """As `formats.compressed` asks of a decoder."""
        try:
            while not self._state.eof:
                if self._state.needs_input:
                    self._input = self._source(self.taken, 1 << 16)
                    self.taken += len(self._input)
                    if not self._input:
                        raise MalformedArchive("the compressed stream is cut off")
                    found: bytes = self._state.decompress(self._input, size)
                else:
                    found = self._state.decompress(b"", size)
                if found:
                    return found
        except self._errors as error:
            raise MalformedArchive("the compressed stream is broken") from error
        return b""

    def copy(self) -> None:
        """As `formats.compressed` asks of a decoder: never."""
