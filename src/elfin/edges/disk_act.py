"""The one gate before every system call that changes a disk, and the words for its failures.

Answers: what to do before a change (nothing, unless a test stands in the way), and what an `OSError` means to a person.
Refuses to know what is being written, or why.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable

from elfin.errors import PlaceError

before: Callable[[str, str], None] | None = None
"""Called with (name of the system call, path) before each change. Tests set it to fail or "kill" at the Nth call;
None, the rule, does nothing."""

_WORDS = {
    errno.ENOSPC: "no space left on the disk that holds {path}",
    errno.EDQUOT: "the disk quota is used up at {path}",
    errno.EROFS: "read-only file system at {path}",
    errno.EACCES: "permission denied at {path}",
    errno.EPERM: "not permitted at {path}",
    errno.EIO: "the disk reported an input/output error at {path}",
    errno.ENOENT: "no such file or folder: {path}",
    errno.EEXIST: "something is already there: {path}",
    errno.ENOTDIR: "part of the path is not a folder: {path}",
    errno.EISDIR: "a folder stands where a file is expected: {path}",
    errno.ENOTEMPTY: "the folder is not empty: {path}",
    errno.ENAMETOOLONG: "the name is too long for this file system: {path}",
    errno.EMFILE: "too many open files at {path}",
    errno.ENFILE: "too many open files on this machine at {path}",
    errno.EXDEV: "source and target are on different file systems: {path}",
    errno.EMLINK: "too many hard links at {path}",
    errno.ELOOP: "too many symbolic links at {path}",
    errno.EBUSY: "in use: {path}",
    errno.ETXTBSY: "a running program is using {path}",
    errno.ESTALE: "the network file system lost {path}",
    errno.EFBIG: "the file is too large for this file system: {path}",
}


def act(name: str, path: str) -> None:
    """Announce the system call `name` that is about to change `path`. Every change goes through here."""
    if before is not None:
        before(name, path)


def place_error(error: OSError, path: str) -> PlaceError:
    """The error to raise `from` an OSError met at `path`: cause in words, naming the path."""
    if isinstance(error, UnicodeError) or error.errno is None:
        return PlaceError(f"{error} at {path}")
    words = _WORDS.get(error.errno)
    if words is None:
        return PlaceError(f"{os.strerror(error.errno).lower()} at {path}")
    return PlaceError(words.format(path=path))
