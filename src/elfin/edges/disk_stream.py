"""Files that grow: piece by piece, to be begun anew (the sink of a download), or in places, with holes between.

Part of `disk`: every change is announced through `act`, every failing system call becomes a PlaceError. Refuses a path
where something is already, unless it is to go on with that, and then a link.
"""

from __future__ import annotations

import os

from elfin.edges.disk_act import act, place_error


class Writer:
    """A file, open for writing. A context manager; the file stays where it is when the context ends.

    A new one, or with `onward` one that may be there, written on at its end.
    """

    def __init__(self, path: str, *, mode: int = 0o644, onward: bool = False) -> None:
        self._path = path
        flags = os.O_APPEND if onward else os.O_EXCL
        try:
            act("create", path)
            self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | flags, mode)
        except OSError as error:
            raise place_error(error, path) from error

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def write(self, data: bytes) -> None:
        """Append. Raises PlaceError."""
        try:
            act("write", self._path)
            written = os.write(self._descriptor, data)
            while written < len(data):
                written += os.write(self._descriptor, memoryview(data)[written:])
        except OSError as error:
            raise place_error(error, self._path) from error

    def restart(self) -> None:
        """Empty the file again. Raises PlaceError."""
        try:
            act("truncate", self._path)
            os.ftruncate(self._descriptor, 0)
            os.lseek(self._descriptor, 0, os.SEEK_SET)
        except OSError as error:
            raise place_error(error, self._path) from error


class Patches:
    """A new file into which pieces are put at their places, holes between them. A context manager, as `Writer`."""

    def __init__(self, path: str) -> None:
        self._path = path
        try:
            act("create", path)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            self._descriptor = os.open(path, flags, 0o600)
        except OSError as error:
            raise place_error(error, path) from error

    def __enter__(self) -> Patches:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def put(self, offset: int, data: bytes) -> None:
        """Write a piece; the file ends where the last one does. Raises PlaceError."""
        try:
            act("write", self._path)
            written = 0
            while written < len(data):
                written += os.pwrite(self._descriptor, memoryview(data)[written:], offset + written)
        except OSError as error:
            raise place_error(error, self._path) from error
