"""The cache as a whole: how much it holds, and emptying it."""

from __future__ import annotations

import os

from elfin.edges import disk

BUCKETS = ("pages-v", "metadata-v", "wheels-v", "interpreters-v", "environments-v", "pins-v")
"""How the folders of the cache begin; nothing else in it is elfin's to delete."""


def size(folder: str) -> tuple[int, int]:
    """(bytes, files) of the cache; files that environments share by hard links count once."""
    seen: set[tuple[int, int]] = set()
    total = 0
    for above, _, names in os.walk(folder):
        for name in names:
            try:
                about = os.lstat(os.path.join(above, name))
            except OSError:
                continue
            if (about.st_dev, about.st_ino) not in seen:
                seen.add((about.st_dev, about.st_ino))
                total += about.st_size
    return total, len(seen)


def clean(folder: str) -> tuple[int, int]:
    """Delete every bucket; the (bytes, files) there were. Raises PlaceError where something cannot be deleted."""
    total, files = 0, 0
    try:
        names = os.listdir(folder)
    except OSError:
        return 0, 0
    for name in names:
        if name.startswith(BUCKETS):
            path = os.path.join(folder, name)
            some, count = size(path)
            total, files = total + some, files + count
            disk.remove(path)
    return total, files
