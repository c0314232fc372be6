"""A wheel's archive to verified files in an empty folder: once per wheel, in threads.

Every member passes the checks of `formats.zipmember` and is hashed on the way to the disk. Files are written
read-only (0444, 0555): environments may share them by hard link, and an edit in place would reach every environment
at once. Nothing is written through a path that the archive chose: all folders are made first, from checked names,
below one open folder.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterable, Sequence

from elfin.edges.disk import make_folders, place_error
from elfin.edges.disk_act import act
from elfin.edges.disk_together import together
from elfin.errors import MalformedWheel
from elfin.formats import record, wheelfile
from elfin.formats.wheelfile import Directory, Entry
from elfin.wheels.model import StoredFile

_WORTH_THREADS = 4 << 20
"""Unpacked bytes below which a second thread brings nothing."""


class Archive:
    """A wheel's archive on a disk, mapped into memory. Use as a context manager."""

    def __init__(self, path: str) -> None:
        """Raises MalformedWheel for an empty file, PlaceError when it cannot be read."""
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                if os.fstat(descriptor).st_size == 0:
                    raise MalformedWheel("not a zip archive: the file is empty")
                self._map = mmap.mmap(descriptor, 0, prot=mmap.PROT_READ)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise place_error(error, path) from error
        self.view = memoryview(self._map)

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.view.release()
        try:
            self._map.close()
        except BufferError:  # an error on its way up still holds a piece; the map goes with it
            pass

    def directory(self) -> Directory:
        """The checked list of members. Raises MalformedWheel or UnsafeArchive."""
        listing = wheelfile.directory(self.view, len(self.view))
        if isinstance(listing, wheelfile.NeedMore):
            raise MalformedWheel("not a zip archive: it points before its own beginning")
        return listing

    def read(self, entry: Entry) -> bytes:
        """The content of one member. Raises MalformedWheel."""
        with self.view[entry.offset : entry.end] as raw:
            return wheelfile.read_member(raw, entry)

    def digest(self) -> str:
        """SHA-256 of the whole archive, in hex."""
        from hashlib import sha256

        return sha256(self.view).hexdigest()


def unpack(archive: Archive, listing: Directory, folder: str, *, threads: int) -> tuple[StoredFile, ...]:
    """Write all members below the empty folder `folder`; returns the files, sorted by path.

    Raises MalformedWheel or PlaceError; then `folder` holds a part and is to be thrown away.
    """
    files = [entry for entry in listing.entries if not entry.is_folder]
    make_folders(folder, folders_of(entry.name for entry in files))
    root = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        stored = _unpack_all(archive, files, root, threads if listing_size(files) > _WORTH_THREADS else 1)
    finally:
        os.close(root)
    return tuple(sorted(stored))


def listing_size(entries: Iterable[Entry]) -> int:
    """Bytes of all members together when unpacked."""
    return sum(entry.size for entry in entries)


def folders_of(paths: Iterable[str]) -> list[str]:
    """All folders that `paths` are in, parents before children."""
    folders = {path.rpartition("/")[0] for path in paths}
    for folder in list(folders):
        parent = folder.rpartition("/")[0]
        while parent and parent not in folders:
            folders.add(parent)
            parent = parent.rpartition("/")[0]
    folders.discard("")
    return sorted(folders)


def _unpack_all(archive: Archive, files: Sequence[Entry], root: int, threads: int) -> list[StoredFile]:
    if threads < 2:
        return [_unpack_one(archive, entry, root) for entry in files]
    waiting = sorted(files, key=lambda entry: entry.size)  # taken from the end: big ones first
    stored: list[StoredFile] = []

    def work(_: int) -> None:
        try:
            while (entry := _taken(waiting)) is not None:
                stored.append(_unpack_one(archive, entry, root))
        except BaseException:
            waiting.clear()  # there is no sense in going on
            raise

    together(work, range(threads))
    return stored


def _taken(waiting: list[Entry]) -> Entry | None:
    try:
        return waiting.pop()
    except IndexError:  # another thread took the last
        return None


def _unpack_one(archive: Archive, entry: Entry, root: int) -> StoredFile:
    from hashlib import sha256

    executable = entry.executable or ".data/scripts/" in entry.name  # scripts are to run, whatever the archive says
    hashed = sha256()
    try:
        act("create", entry.name)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        target = os.open(entry.name, flags, 0o555 if executable else 0o444, dir_fd=root)
        try:
            act("write", entry.name)
            with archive.view[entry.offset : entry.end] as raw:
                for piece in wheelfile.chunks(raw, entry):
                    hashed.update(piece)
                    rest = memoryview(piece)
                    while rest:
                        rest = rest[os.write(target, rest) :]
        finally:
            os.close(target)
    except OSError as error:
        raise place_error(error, entry.name) from error
    return StoredFile(entry.name, record.encode(hashed.digest()), entry.size, executable)
