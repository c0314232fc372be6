"""Edge: the folder of installed Pythons: what is in it, how one gets in and out, and links to them on PATH.

    <root>/cpython-3.13.15-linux-x86_64-gnu/    one Python, with its record and its list of files
    <root>/.work/<key>/                         one on its way in or out, under the lock of its key
    <root>/.downloads/                          its archive on its way in (`disk_partial`)
    <root>/.locks/<key>.lock

A Python gets its name when it is whole; whoever holds a key's lock removes what a killed process left of it. Locks and
these folders are there only while somebody needs them, so each is made in the face of its being removed (`within`).
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

from elfin.edges import disk
from elfin.errors import Malformed, PlaceError
from elfin.pythons import disk_partial, manifest
from elfin.pythons.catalogue import order
from elfin.pythons.manifest import Entry, Installed

_WORK, _LOCKS = ".work", ".locks"
_UNFINISHED = ".new"
"""Ending of a link that has not got its name yet."""


def installed(root: str) -> list[Installed]:
    """Every whole Python below `root`, the newest first; none where there is no such folder.

    One whose successor never came, its install having been killed, is put back first.
    """
    names = _names(root)
    if _WORK in names and _put_back(root):
        names = _names(root)
    found = []
    for name in names:
        one = None if name.startswith(".") else at(os.path.join(root, name))
        if one is not None:
            found.append(one)
    found.sort(key=lambda one: (one.build.implementation == "cpython", order(one.build.version), one.key), reverse=True)
    return found


def at(prefix: str) -> Installed | None:
    """The Python that elfin installed in `prefix`, None where there is none."""
    try:
        with open(os.path.join(prefix, manifest.RECORD), encoding="utf-8") as file:
            return manifest.record(file.read(1 << 20), prefix)
    except (OSError, UnicodeDecodeError, Malformed):
        return None


def unreadable(root: str) -> dict[str, str]:
    """Names below `root` of Pythons that elfin installed and can no longer tell of; each with a clause on why."""
    found = {}
    for name in sorted(_names(root)):
        prefix = os.path.join(root, name)
        if not name.startswith(".") and at(prefix) is None:
            try:
                os.lstat(os.path.join(prefix, manifest.RECORD))
            except (FileNotFoundError, NotADirectoryError):
                continue  # somebody else's
            except OSError as error:
                found[name] = f"it cannot be looked into: {(error.strerror or str(error)).lower()}"
            else:
                found[name] = f"its record, {manifest.RECORD}, is broken or cannot be read"
    return found


def has_program(one: Installed) -> bool:
    """Whether its executable is still there: what somebody took apart by hand is to be installed anew."""
    return os.path.isfile(os.path.join(one.prefix, one.executable))


@contextmanager
def working(root: str, key: str, on_wait: Callable[[str], None] | None = None) -> Iterator[str]:
    """Hold the lock of `key` and give an empty folder to work in; what is left in it at the end is removed.

    Waits for whoever holds it. Raises PlaceError.
    """
    work = os.path.join(root, _WORK)
    with _held(root, key, on_wait=on_wait):
        try:
            _clear(root, key)
            folder = os.path.join(work, key)
            disk_partial.within(work, lambda: disk.make_folder(folder))
            yield folder
        finally:
            _clear(root, key)
            disk.remove_folder_if_empty(work)


@contextmanager
def _held(
    root: str, key: str, *, timeout: float | None = None, on_wait: Callable[[str], None] | None = None
) -> Iterator[None]:
    """Hold the lock of `key`, and leave nothing of it behind. Raises PlaceError."""
    locks = os.path.join(root, _LOCKS)
    path = os.path.join(locks, f"{key}.lock")
    with ExitStack() as stack:
        disk_partial.within(locks, lambda: stack.enter_context(disk.locked(path, timeout=timeout, on_wait=on_wait)))
        try:
            yield
        finally:
            # Who waits for it sees that its name is gone, and makes it anew.
            with suppress(PlaceError):  # it is in nobody's way
                disk.remove_file(path)
                disk.remove_folder_if_empty(locks)


def sweep(root: str, *, archives: bool = False) -> None:
    """Remove what killed processes left of any Python; what is in use is left alone.

    `archives`: also those on their way in that somebody might still go on with.
    """
    left = disk_partial.keys(root, every=archives)
    locks = {name.removesuffix(".lock") for name in _names(os.path.join(root, _LOCKS)) if name.endswith(".lock")}
    for key in {_key_of(name) for name in _names(os.path.join(root, _WORK))} | locks | left:
        try:
            with _held(root, key, timeout=0):
                _clear(root, key)
                if key in left:
                    disk_partial.clear(root, key)
        except PlaceError:
            continue  # held, or not ours to remove
    for folder in (os.path.join(root, name) for name in (_WORK, _LOCKS, disk_partial.FOLDER)):
        if os.path.isdir(folder):  # on a read-only disk, to remove what is not there fails too
            disk.remove_folder_if_empty(folder)


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _key_of(name: str) -> str:
    """Of "cpython-..." and of what `disk.remove` renames it to, ".cpython-....<token>.gone"."""
    return name[1:].rpartition(".gone")[0].rpartition(".")[0] if name.startswith(".") else name


def _put_back(root: str) -> bool:
    """Put back old Pythons whose successors never came; whether there was one. What is in use is left alone."""
    left = [key for key in _names(os.path.join(root, _WORK)) if _is_orphan(root, key)]
    for key in left:
        with suppress(PlaceError), _held(root, key, timeout=0):
            _clear(root, key)
            disk.remove_folder_if_empty(os.path.join(root, _WORK))
    return bool(left)


def _is_orphan(root: str, key: str) -> bool:
    return os.path.isdir(os.path.join(root, _WORK, key, "old")) and not os.path.lexists(os.path.join(root, key))


def _clear(root: str, key: str) -> None:
    """Put back an old Python whose successor never came, then remove everything in the key's work folders."""
    work = os.path.join(root, _WORK)
    if _is_orphan(root, key):
        disk.rename(os.path.join(work, key, "old"), os.path.join(root, key))
    try:
        names = [name for name in os.listdir(work) if _key_of(name) == key]
    except FileNotFoundError:
        return
    except OSError as error:
        raise disk.place_error(error, work) from error
    for name in names:
        disk.remove(os.path.join(work, name))


def finish(staged: str, entries: list[Entry], one: Installed) -> None:
    """Complete a staged Python with its record and its list of files. Raises PlaceError."""
    disk.create(os.path.join(staged, manifest.FILES), manifest.files_text(entries).encode("utf-8", "surrogateescape"))
    disk.create(os.path.join(staged, manifest.RECORD), manifest.record_text(one).encode())


def publish(work: str, staged: str, final: str, *, anyway: bool = False) -> None:
    """Give a complete Python its name, in place of one that may be there. Raises PlaceError.

    Everything is made durable first. `anyway`: see `refuse_foreign`.
    """
    disk.sync(staged)
    refuse_foreign(final, anyway=anyway)
    if os.path.lexists(final):
        disk.rename(final, os.path.join(work, "old"))
    if not disk.publish(staged, final):
        raise PlaceError(f"{final} has appeared meanwhile, and elfin did not put it there")
    disk.sync_file(os.path.dirname(final))


def refuse_foreign(final: str, *, anyway: bool = False) -> None:
    """Raise PlaceError when something has this name that elfin did not install, or no longer knows unless `anyway`."""
    if not os.path.lexists(final) or at(final) is not None:
        return
    why = unreadable(os.path.dirname(final)).get(os.path.basename(final))
    if why is None:
        raise PlaceError(f"{final} is there, and elfin did not install it", hints=("move it away",))
    _refuse_closed(final)
    if not anyway:
        raise PlaceError(f"{final} is there, and {why}", hints=("`--reinstall` puts a whole one in its place",))


def _refuse_closed(prefix: str) -> None:
    """Raise PlaceError for a folder that this user may not rename or look into."""
    if os.path.isdir(prefix) and not os.access(prefix, os.R_OK | os.W_OK | os.X_OK):
        raise PlaceError(f"{prefix} is closed to this user", hints=(f"`chmod u+rwx {prefix}` opens it",))


def take_out(work: str, prefix: str) -> None:
    """Remove an installed Python: from its name at once, then its files. Raises PlaceError."""
    _refuse_closed(prefix)
    # Not called "old": that one would be put back.
    aside = os.path.join(work, "removed")
    disk.rename(prefix, aside)
    disk.remove(aside)


def faults(one: Installed) -> list[str]:
    """Clauses about files that are not as they were installed; what was added (bytecode, packages) is no fault.

    Raises PlaceError when the list of files cannot be read.
    """
    path = os.path.join(one.prefix, manifest.FILES)
    try:
        with open(path, encoding="utf-8", errors="surrogateescape", newline="\n") as file:
            entries = manifest.files(file.read())
    except OSError as error:
        raise disk.place_error(error, path) from error
    wrong = []
    for entry in entries:
        reason = _fault(os.path.join(one.prefix, entry.path), entry)
        if reason is not None:
            wrong.append(f"{entry.path} {reason}")
    return wrong


def _fault(path: str, entry: Entry) -> str | None:
    try:
        if entry.target is not None:
            return None if os.readlink(path) == entry.target else "leads elsewhere"
        if os.path.islink(path) or not os.path.isfile(path):
            return "is no file" if os.path.lexists(path) else "is missing"
        check = size = 0
        with open(path, "rb", buffering=0) as file:
            while piece := file.read(1 << 20):
                check, size = zlib.crc32(piece, check), size + len(piece)
            mode = os.fstat(file.fileno()).st_mode
    except OSError as error:
        return f"cannot be read: {(error.strerror or str(error)).lower()}" if os.path.lexists(path) else "is missing"
    if (check, size) != (entry.crc, entry.size):
        return "was changed"
    return "may not be executed any more" if entry.mode & 0o100 and not mode & 0o100 else None


@contextmanager
def linking(root: str) -> Iterator[None]:
    """Hold the lock of all links into `root`. Raises PlaceError."""
    with _held(root, "links"):
        yield


def dead_links(folder: str, root: str) -> list[str]:
    """Links in `folder` into a Python below `root` that is gone; what a killed `set_link` left there is removed.

    Whoever asks holds `linking`. Raises PlaceError.
    """
    dead = []
    for name in sorted(_names(folder)):
        path = os.path.join(folder, name)
        if owner_of_link(path, root) is None:
            continue
        if name.startswith(".") and name.endswith(_UNFINISHED):
            disk.remove_file(path)
        elif not os.path.exists(path):
            dead.append(path)
    return dead


def owner_of_link(path: str, root: str) -> str | None:
    """The installed prefix below `root` that a link on PATH leads into; None for anything else that is there."""
    try:
        target = os.readlink(path)
    except OSError:
        return None
    target = os.path.normpath(os.path.join(os.path.dirname(path), target))
    inside = os.path.normpath(root) + os.sep
    return inside + target[len(inside) :].split(os.sep)[0] if target.startswith(inside) else None


def set_link(path: str, target: str) -> bool:
    """Have `path` lead to `target`, in place of a link of ours that may be there; False without symbolic links.

    Whoever asks holds `linking`. Raises PlaceError.
    """
    folder, name = os.path.split(path)
    disk.make_folder(folder)
    temporary = os.path.join(folder, f".{name}{_UNFINISHED}")
    disk.remove_file(temporary)
    if not disk.symlink(target, temporary):
        return False
    disk.rename(temporary, path)
    return True


def remove_link(path: str) -> None:
    """Remove a link."""
    disk.remove_file(path)
