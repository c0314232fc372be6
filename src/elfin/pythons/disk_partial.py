"""Edge: archives on their way in, kept by the hash they are to have: the next download goes on where one was cut off.

    <root>/.downloads/<key>.<sha256>.part

Whoever holds the lock of the key writes and removes it (`disk_managed.working`). What is in it is worth nothing until
its whole hash was seen: a power failure may have holed it, or a server sent nonsense.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator

from elfin.edges import disk
from elfin.edges.disk_stream import Writer
from elfin.errors import PlaceError
from elfin.record import TypeVar

Made = TypeVar("Made")

FOLDER = ".downloads"
_ENDING = ".part"
_PIECE = 1 << 20
_ATTEMPTS = 20
_STALE_AFTER = 7 * 24 * 3600.0
"""Seconds after which nobody is expected to come back for one."""


def begin(root: str, key: str, sha256: str, *, anew: bool = False) -> str:
    """The file where this archive is gathered: there from now on, maybe empty, and no other archive of the key.

    `anew`: without what came before. Raises PlaceError.
    """
    folder = os.path.join(root, FOLDER)
    path = os.path.join(folder, f"{key}.{sha256}{_ENDING}")
    for other in _of_key(root, key):
        if other != path or anew:
            disk.remove_file(other)
    with within(folder, lambda: Writer(path, onward=True)):
        return path


def within(folder: str, make: Callable[[], Made]) -> Made:
    """What `make` makes in a folder that is made for it, again if who left it last has just removed it meanwhile."""
    left = _ATTEMPTS
    while True:
        left -= 1
        try:
            disk.make_folder(folder)
            return make()
        except PlaceError as error:
            # Between two calls: it was there and then it was not, or the other way round.
            if not left or not isinstance(error.__cause__, FileNotFoundError | FileExistsError):
                raise


def pieces(path: str) -> Iterator[bytes]:
    """What is there already, nothing where there is no such file. Raises PlaceError."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    except OSError as error:
        raise disk.place_error(error, path) from error
    with open(descriptor, "rb", buffering=0) as file:
        while piece := file.read(_PIECE):
            yield piece


def digest(path: str) -> str | None:
    """The SHA-256 of what is there already, None where nothing is. Raises PlaceError."""
    from hashlib import sha256

    hasher = None
    for piece in pieces(path):
        hasher = hasher or sha256()
        hasher.update(piece)
    return None if hasher is None else hasher.hexdigest()


def drop(path: str, *, empty_only: bool = False) -> None:
    """Remove it, and its folder with the last one; what cannot be removed is left. `empty_only`: if nothing came."""
    try:
        if not (empty_only and os.path.isfile(path) and os.path.getsize(path)):
            disk.remove_file(path)
            disk.remove_folder_if_empty(os.path.dirname(path))
    except (PlaceError, OSError):
        pass  # it is in nobody's way, and something else is to be told


def keys(root: str, *, every: bool) -> set[str]:
    """The keys that have an archive here; only those nobody came back for in a week unless `every`."""
    limit = time.time() - _STALE_AFTER
    found = set()
    for name in _names(root):
        try:
            stale = os.lstat(os.path.join(root, FOLDER, name)).st_mtime < limit
        except OSError:
            continue
        if stale or every:
            found.add(_key_of(name))
    return found


def clear(root: str, key: str) -> None:
    """Remove what is here of a key, as far as that can be done."""
    for path in _of_key(root, key):
        drop(path)


def _of_key(root: str, key: str) -> list[str]:
    return [os.path.join(root, FOLDER, name) for name in _names(root) if _key_of(name) == key]


def _names(root: str) -> list[str]:
    try:
        return [name for name in os.listdir(os.path.join(root, FOLDER)) if name.endswith(_ENDING)]
    except OSError:
        return []


def _key_of(name: str) -> str:
    return name.removesuffix(_ENDING).rpartition(".")[0]
