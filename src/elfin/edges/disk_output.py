"""Files that a user named as a place for output: shells' rules hold for them, not those of our own files.

Refuses nothing: a link is followed, a device or a pipe is written into, and `/dev/stdout` and its like mean the open
stream, wherever it stands. Replacing any of these by a file, as an atomic write would, breaks the machine.
"""

from __future__ import annotations

import os
import stat

from elfin.edges import disk
from elfin.edges.disk_act import act, place_error

_STREAMS = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}


def write_out(path: str, data: bytes) -> None:
    """Put `data` into the file at `path`: whole or not at all where it is a file (whose mode it keeps) or missing.

    Raises PlaceError.
    """
    try:
        stream = _stream(path)
        mode = _mode(path)
        if stream is None and (mode is None or stat.S_ISREG(mode)):
            disk.write(os.path.realpath(path), data, mode=0o644 if mode is None else stat.S_IMODE(mode))
            return
        act("write", path)
        descriptor = os.open(path, os.O_WRONLY) if stream is None else os.dup(stream)
        try:
            while data:
                data = data[os.write(descriptor, data) :]
        finally:
            os.close(descriptor)
    except OSError as error:
        raise place_error(error, path) from error


def is_file(path: str) -> bool:
    """Whether `path` is a file that can be read again and again: no stream, pipe or device."""
    mode = _mode(path)
    return _stream(path) is None and mode is not None and stat.S_ISREG(mode)


def _mode(path: str) -> int | None:
    try:
        return os.stat(path).st_mode
    except OSError:
        return None


def _stream(path: str) -> int | None:
    """The descriptor that a path means, None for a path that means a file."""
    folder, name = os.path.split(path)
    if folder in ("/dev/fd", "/proc/self/fd", f"/proc/{os.getpid()}/fd") and name.isdigit():
        return int(name)
    return _STREAMS.get(path)
