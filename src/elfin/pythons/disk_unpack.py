"""Edge: a Python's archive -> files in a new folder, read once from front to back.

The SHA-256 of the compressed file is taken on the way, and compared before the caller gets anything to publish. Each
file's CRC-32 goes into a manifest. Links are made last, when all are known to stay inside.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from elfin.edges import disk
from elfin.edges.disk_stream import Writer
from elfin.errors import HashMismatch, MalformedArchive, PlaceError, Refused
from elfin.formats import compressed, forward, tar
from elfin.pythons import relocation
from elfin.pythons.manifest import Entry
from elfin.pythons.unpacking import Landing
from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

_PIECE = 1 << 20
_TEXT_AT_MOST = 8 << 20


class _Archive:
    """A `tar.Source` over a file: hashes what is read for the first time, in order."""

    def __init__(self, path: str, hashing: bool) -> None:
        try:
            self._file = open(path, "rb", buffering=0)  # noqa: SIM115 closed by `close`
        except OSError as error:
            raise disk.place_error(error, path) from error
        self._path = path
        self._hasher: Any = None
        if hashing:
            import hashlib

            self._hasher = hashlib.sha256()
        self._seen = 0

    def __call__(self, offset: int, size: int) -> bytes:
        try:
            if offset != self._file.tell():
                self._file.seek(offset)
            data = self._file.read(size)
        except OSError as error:
            raise disk.place_error(error, self._path) from error
        if offset <= self._seen < offset + len(data):
            if self._hasher is not None:
                self._hasher.update(data[self._seen - offset :])
            self._seen = offset + len(data)
        return data

    def digest(self) -> str | None:
        """Of the whole file; None where nobody wants it."""
        if self._hasher is None:
            return None
        while self(self._seen, _PIECE):
            pass
        return str(self._hasher.hexdigest())

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def unpack(
    archive: str, folder: str, prefix: str, *, inner: str, sha256: str | None, relocate: bool,
    progress: Callable[[int], object] | None = None,
) -> list[Entry]:  # fmt: skip
    """Write the Python in `archive` into the new folder `folder`, rewritten for `prefix`; what was written.

    `inner`: see `Landing`. `sha256`: what the file's must be, None where that was seen to already. Raises HashMismatch,
    UnsafeArchive, MalformedArchive, PlaceError; `folder` is then the caller's to remove.
    """
    source = _Archive(archive, sha256 is not None)
    try:
        try:
            entries = _written(source, folder, prefix if relocate else None, inner, progress)
        except (MalformedArchive, Refused):
            # Other bytes than were promised break the archive as well, and that is the cause worth telling.
            _compare(source, sha256)
            raise
        _compare(source, sha256)
    finally:
        source.close()
    return entries


def _compare(source: _Archive, sha256: str | None) -> None:
    digest = source.digest()
    if digest is not None and digest != sha256:
        raise HashMismatch(
            "the archive is not the one that the catalogue promises",
            state=f"expected sha256 {sha256}\ngot             {digest}",
        )


def _written(
    source: _Archive, folder: str, prefix: str | None, inner: str, progress: Callable[[int], object] | None
) -> list[Entry]:
    read = forward.Forward(source) if forward.is_gzip(source) else compressed.plain(source)
    if read is source and not tar.looks_like_tar(source):
        raise MalformedArchive("the file is no archive")
    landing, writing = Landing(inner), _Writing(read, folder, prefix)
    end = 0
    for member in tar.members(read):
        path = landing.path(member)
        end = member.offset + (member.size if member.kind == "file" else 0)
        if path is None:
            continue
        if member.kind == "file":
            writing.file(member, path)
        elif member.kind == "hard link":
            writing.hard_link(landing.linked(member), path)
        if progress is not None:
            progress(end)
    landing.finish()
    _nothing_behind(read, end)
    for name, target in landing.links.items():
        if not inner or name.startswith(inner + "/"):
            writing.link(name[len(inner) + 1 :] if inner else name, target)
    if not writing.entries:
        raise MalformedArchive("the archive holds no Python")
    return writing.entries


def _nothing_behind(read: tar.Source, end: int) -> None:
    """Behind the last member there are zeros only."""
    at = -(-end // tar.BLOCK) * tar.BLOCK
    while piece := read(at, 1 << 16):
        if piece.strip(b"\0"):
            raise MalformedArchive("there is something behind the end of the archive")
        at += len(piece)


class _Writing:
    """Puts members below a folder."""

    def __init__(self, read: tar.Source, folder: str, prefix: str | None) -> None:
        self._read, self._folder, self._prefix = read, folder, prefix
        self._made = {""}
        self._crc = _crc32()
        self.entries: list[Entry] = []

    def _place(self, path: str) -> str:
        parent = path.rpartition("/")[0]
        if parent not in self._made:
            disk.make_folder(f"{self._folder}/{parent}")
            while parent not in self._made:
                self._made.add(parent)
                parent = parent.rpartition("/")[0]
        return f"{self._folder}/{path}"

    def file(self, member: tar.Member, path: str) -> None:
        """One file; whoever may run it is all that is taken of its mode."""
        target = self._place(path)
        mode = (
            0o755 if self._read(member.offset - tar.BLOCK, tar.BLOCK)[100:108].strip(b" \0")[-3:-2] in _ODD else 0o644
        )
        rewrite = self._prefix is not None and relocation.concerns(path) and member.size <= _TEXT_AT_MOST
        if member.size <= _PIECE or rewrite:
            data = self._content(member.offset, member.size)
            if rewrite and self._prefix is not None:
                data = relocation.rewritten(path, data, self._prefix)
            disk.create(target, data, mode=mode)
            self.entries.append(Entry(path, mode, len(data), self._crc(data), None))
            return
        check = 0
        with Writer(target, mode=mode) as writer:
            for at in range(0, member.size, _PIECE):
                data = self._content(member.offset + at, min(_PIECE, member.size - at))
                check = self._crc(data, check)
                writer.write(data)
        self.entries.append(Entry(path, mode, member.size, check, None))

    def _content(self, offset: int, size: int) -> bytes:
        data = self._read(offset, size)
        if len(data) != size:
            raise MalformedArchive("the archive is cut off within a member")
        return data

    def hard_link(self, source: str, path: str) -> None:
        """Another name of a file written before."""
        disk.link(f"{self._folder}/{source}", self._place(path), "hardlink")
        first = next(entry for entry in self.entries if entry.path == source)
        self.entries.append(first._replace(path=path))

    def link(self, path: str, target: str) -> None:
        """A symbolic link."""
        place = self._place(path)
        if not disk.symlink(target, place):
            raise PlaceError(f"the file system of {os.path.dirname(place)} has no symbolic links")
        self.entries.append(Entry(path, 0, 0, 0, target))


def _crc32() -> Callable[..., int]:
    """isal's, three times as fast, or the standard library's."""
    try:
        from isal import isal_zlib
    except ImportError:
        from zlib import crc32

        return crc32
    return isal_zlib.crc32


_ODD = (b"1", b"3", b"5", b"7")
"""The owner's digit of a mode in octal that may run the file."""
