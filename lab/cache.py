"""The lab's cache folder: what is kept between runs, made in a staging folder and published by one rename.

    places/NAME/root, places/NAME/made   a root file system, and the digest of the recipe it was made by
    pythons/BUILD                        an unpacked CPython build
    wheels/FILE                          wheels from the package index, checked against its hashes
    peers/NAME                           programs elfin is compared with
    checkouts/STATE                      elfin as the matrix runs it
    releases/NAME, zig/                  what is installed by a script, and the compiler's cache
    jobs/                                the package managers' own caches, shared by all places
    results/PLACE.json                   what the matrix saw

A lock for each place: runs share it, making and removing have it alone.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from lab.failure import LabError

KEPT = (
    "places", "pythons", "wheels", "files", "peers", "checkouts", "releases", "zig", "jobs", "scratch", "results",
    "results-quick", "locks",
)  # fmt: skip
"""Everything there is in the cache folder, which may be a folder that holds other things."""


def folder() -> str:
    """The cache folder, absolute; ELFIN_LAB, else below XDG_CACHE_HOME or the home folder."""
    said = os.environ.get("ELFIN_LAB")
    if said:
        return os.path.abspath(said)
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(home, "elfin-lab")


def place_folder(name: str) -> str:
    """Where a place is kept, made or not."""
    return os.path.join(folder(), "places", name)


def root_of(name: str) -> str:
    """The root file system of a place, made or not."""
    return os.path.join(place_folder(name), "root")


@contextmanager
def locked(name: str, *, alone: bool) -> Iterator[None]:
    """Hold the lock of a place: `alone` for making and removing, shared for running in it."""
    above = os.path.join(folder(), "locks")
    os.makedirs(above, exist_ok=True)
    with open(os.path.join(above, name), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield


def is_made(name: str, recipe: str) -> bool:
    """Whether a place is there as its recipe says, and still holds what it held when it was made."""
    try:
        with open(os.path.join(place_folder(name), "made"), encoding="utf-8") as file:
            made = json.load(file)
        return bool(made["recipe"] == recipe and made["holds"] == holds(root_of(name)))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def holds(root: str) -> list[str]:
    """The names in a root's upper two floors: enough to see that somebody removed part of it."""
    names = []
    for name in sorted(os.listdir(root)):
        path = os.path.join(root, name)
        inner = os.listdir(path) if os.path.isdir(path) and not os.path.islink(path) else []
        names += [name, *(f"{name}/{one}" for one in sorted(inner))]
    return names


def publish(name: str, recipe: str, make: Callable[[str], None]) -> float:
    """Make a place by `make(root)`, in place of what was there before; the seconds that took. The lock is held."""
    begun = time.monotonic()

    def whole(staged: str) -> None:
        root = os.path.join(staged, "root")
        os.mkdir(root)
        make(root)
        with open(os.path.join(staged, "made"), "w", encoding="utf-8") as file:
            json.dump({"recipe": recipe, "holds": holds(root)}, file)

    replace(place_folder(name), whole)
    return time.monotonic() - begun


def replace(path: str, make: Callable[[str], None]) -> None:
    """Make the folder `path` in a staging folder beside it and rename it there; nothing half-made is ever at `path`."""
    staged, old = f"{path}.staging", f"{path}.old"
    os.makedirs(os.path.dirname(path), exist_ok=True)
    for rest in (staged, old):
        remove(rest)
    os.mkdir(staged)
    try:
        make(staged)
        if os.path.lexists(path):
            os.rename(path, old)
        os.rename(staged, path)
    finally:
        remove(staged)
    remove(old)


def keep_newest(above: str, begins: str, number: int) -> None:
    """Remove all but the newest few of the folders whose names begin so: sessions may still have an older one bound."""
    there = [os.path.join(above, name) for name in os.listdir(above) if name.startswith(begins)]
    for path in sorted(there, key=os.path.getmtime)[:-number]:
        shutil.rmtree(path, ignore_errors=True)


def remove(path: str) -> None:
    """Remove a file, or a folder with all it holds, if it is there. Raises LabError when something is mounted in it."""
    if not os.path.lexists(path):
        return
    if os.path.islink(path) or not os.path.isdir(path):
        os.unlink(path)
        return
    inside = mounted(path)
    if inside:
        raise LabError(f"something is mounted at {inside[0]}", *(f"umount {one}" for one in reversed(inside)))
    shutil.rmtree(path)


def mounted(path: str) -> list[str]:
    """What is mounted at or below a folder on this machine, in the order it was mounted."""
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as file:
            points = [line.split(" ")[4] for line in file]
    except OSError:
        return []
    above = os.path.realpath(path)
    return [one for one in points if one == above or one.startswith(f"{above}/")]


def size(path: str) -> int:
    """Bytes on the disk below a folder; links to the same file count once."""
    total, seen = 0, set()
    for above, _, files in os.walk(path):
        for name in files:
            about = os.lstat(os.path.join(above, name))
            if about.st_ino not in seen:
                seen.add(about.st_ino)
                total += about.st_blocks * 512
    return total
