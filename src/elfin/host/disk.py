"""Edge: a `Root` over a folder of this machine's disk; "/" is the machine itself. Reads only, never raises."""

from __future__ import annotations

import os
import stat


class FolderRoot:
    """The tree below a folder (host.root.Root)."""

    def __init__(self, folder: str = "/") -> None:
        self._folder = os.path.realpath(folder).rstrip("/")

    def _path(self, path: str) -> str:
        return self._folder + path if path.startswith("/") else f"{self._folder}/{path}"

    def kind(self, path: str) -> str | None:
        """As the protocol says."""
        try:
            mode = os.lstat(self._path(path)).st_mode
        except (OSError, ValueError):
            return None
        if stat.S_ISLNK(mode):
            return "link"
        if stat.S_ISDIR(mode):
            return "folder"
        return "file" if stat.S_ISREG(mode) else None

    def link(self, path: str) -> str:
        """As the protocol says."""
        try:
            return os.readlink(self._path(path))
        except (OSError, ValueError):
            return ""

    def some(self, path: str, offset: int, size: int) -> bytes:
        """As the protocol says."""
        try:
            file = os.open(self._path(path), os.O_RDONLY | os.O_CLOEXEC)
        except (OSError, ValueError):
            return b""
        try:
            if size > 1 << 20:  # as much memory is taken as is asked for
                size = min(size, os.fstat(file).st_size)
            data = os.pread(file, size, offset)
            while data and len(data) < size and (more := os.pread(file, size - len(data), offset + len(data))):
                data += more  # files of /proc come a page at a time
            return data
        except (OSError, ValueError, OverflowError):
            return b""
        finally:
            os.close(file)

    def names(self, path: str) -> tuple[str, ...]:
        """As the protocol says."""
        try:
            return tuple(sorted(os.listdir(self._path(path))))
        except (OSError, ValueError):
            return ()
