"""A file that grows piece by piece and can be begun anew: the sink of a download.

Part of `disk`: every change is announced through `act`, every failing system call becomes a PlaceError. Refuses a path
where something is already.
"""

from __future__ import annotations

import os

from elfin.edges.disk_act import act, place_error


class Writer:
    """A new file, open for writing. A context manager; the file stays where it is when the context ends."""

    def __init__(self, path: str, *, mode: int = 0o644) -> None:
        self._path = path
        try:
            act("create", path)
            self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
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
