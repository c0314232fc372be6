"""Changes to a disk: the only module (with its `disk_*` parts) through which elfin writes, renames or deletes.

Answers: how bytes reach a path so that a reader sees all of them or nothing, how a finished tree is published, how a
tree is removed, and how everything written becomes durable with one call. Locks are in `disk_lock`, links in
`disk_link`; both are offered here too, so callers import only this module.

Every failing system call becomes a `PlaceError` that names the path. Nothing here knows what is being written.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager

from elfin.edges.disk_act import act, place_error
from elfin.edges.disk_link import Batch, link, link_many, make_folders
from elfin.edges.disk_lock import locked

__all__ = [
    "Batch", "create", "link", "link_many", "locked", "make_folder", "make_folders", "make_private_folder",
    "place_error", "publish", "remove", "remove_file", "remove_folder_if_empty", "rename", "staging", "sweep",
    "symlink", "sync", "sync_file", "write",
]  # fmt: skip

_STAGING = ".elfin-staging-"
_STALE_AFTER = 600.0
"""Seconds after which a staging folder that nobody holds may be swept: a new one is locked long before."""


def write(path: str, data: bytes, *, mode: int = 0o644, durable: bool = False) -> None:
    """Put `data` at `path` atomically: a reader sees the old file or the whole new one.

    A temporary file in the same folder is renamed over `path`; the folder must exist. `mode` is narrowed by the umask.
    With `durable`, file and folder are flushed, so a power cut after the return cannot lose it.
    Raises PlaceError.
    """
    folder, name = os.path.split(path)
    temporary = os.path.join(folder, f".{name[:100]}.{_token()}.tmp")
    try:
        try:
            _put(temporary, data, mode, durable)
            act("rename", path)
            os.rename(temporary, path)
        except BaseException:
            _discard(temporary)
            raise
        if durable:
            _flush(folder or ".")
    except OSError as error:
        raise place_error(error, path) from error


def create(path: str, data: bytes, *, mode: int = 0o644) -> None:
    """Write a file that must not exist yet, without the rename: for folders nobody else can see.

    `mode` is narrowed by the umask. Raises PlaceError, also when something is there.
    """
    try:
        _put(path, data, mode, durable=False)
    except OSError as error:
        raise place_error(error, path) from error


def make_folder(path: str) -> None:
    """Make a folder and its parents; fine if it is there. Raises PlaceError."""
    try:
        _make_folder(path)
    except OSError as error:
        raise place_error(error, path) from error


def make_private_folder(path: str) -> None:
    """Make a new folder that only this user may enter; its parent must exist. Raises PlaceError, if it is there too."""
    try:
        act("mkdir", path)
        os.mkdir(path, 0o700)
    except OSError as error:
        raise place_error(error, path) from error


def symlink(text: str, path: str) -> bool:
    """Make a symbolic link with this text; False where the file system has none (FAT, some network shares).

    Raises PlaceError.
    """
    try:
        act("symlink", path)
        os.symlink(text, path)
    except OSError as error:
        if error.errno in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS):
            return False
        raise place_error(error, path) from error
    return True


def rename(source: str, target: str) -> None:
    """Rename; replaces a file at `target`, never a folder with something in it. Raises PlaceError."""
    try:
        act("rename", target)
        os.rename(source, target)
    except OSError as error:
        raise place_error(error, target if error.errno != errno.ENOENT else source) from error


def publish(staged: str, final: str) -> bool:
    """Give a finished file or folder its final name; False if somebody else already has published there.

    On False the staged one stays where it is (its `staging` removes it). The parent of `final` must exist. Never
    replaces anything. Raises PlaceError.
    """
    try:
        if stat.S_ISDIR(os.lstat(staged).st_mode):
            return _publish_folder(staged, final)
        return _publish_file(staged, final)
    except OSError as error:
        raise place_error(error, final) from error


def remove(path: str) -> None:
    """Remove a file, a link (never what it points to) or a whole tree; missing is fine. Raises PlaceError.

    A tree is renamed aside first, so that from the first moment nobody meets half of it under its name.
    """
    try:
        _remove(path)
    except OSError as error:
        raise place_error(error, path) from error


def remove_file(path: str) -> bool:
    """Remove one file or link; False if it was missing. Raises PlaceError, also for a folder."""
    try:
        act("unlink", path)
        os.unlink(path)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise place_error(error, path) from error
    return True


def remove_folder_if_empty(path: str) -> bool:
    """Remove a folder that has nothing in it; False if it has, or is missing. Raises PlaceError otherwise."""
    try:
        act("rmdir", path)
        os.rmdir(path)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT, errno.ENOTDIR):
            return False
        raise place_error(error, path) from error
    return True


@contextmanager
def staging(near: str) -> Iterator[str]:
    """A new folder below the existing folder `near`, hence on its file system; removed at exit if still there.

    Its mode is that of an ordinary new folder, so it can itself be published by rename. While it is in use it is held
    with a shared lock, by which `sweep` tells it from one whose process was killed. Raises PlaceError.
    """
    path = os.path.join(near, _STAGING + _token())
    descriptor = None
    try:
        try:
            act("mkdir", path)
            os.mkdir(path)
            descriptor = _hold(path)
        except OSError as error:
            raise place_error(error, path) from error
        yield path
    finally:
        if descriptor is not None:
            os.close(descriptor)
        remove(path)


def sweep(near: str) -> None:
    """Remove staging folders below `near` that were left by killed processes. Raises PlaceError."""
    try:
        with os.scandir(near) as entries:
            left = [entry.path for entry in entries if entry.name.startswith(_STAGING)]
    except FileNotFoundError:
        return
    except OSError as error:
        raise place_error(error, near) from error
    for path in left:
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            continue  # gone, or not ours to look at
        try:
            if time.time() - os.fstat(descriptor).st_mtime < _STALE_AFTER:
                continue
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            continue  # in use, or a file system that cannot tell
        finally:
            os.close(descriptor)
        remove(path)


def sync(path: str) -> None:
    """Make everything written so far on the file system that holds `path` durable: one syncfs(2).

    Where libc has no syncfs, all file systems are flushed (sync(2)). Raises PlaceError when the disk failed meanwhile.
    """
    try:
        act("sync", path)
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            _sync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise place_error(error, path) from error


def sync_file(path: str) -> None:
    """Make one file, or one folder's list of names, durable: fsync(2). Raises PlaceError."""
    try:
        _flush(path)
    except OSError as error:
        raise place_error(error, path) from error


def _token() -> str:
    return f"{os.getpid():x}-{os.urandom(6).hex()}"


def _put(path: str, data: bytes, mode: int, durable: bool) -> None:
    act("create", path)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
    try:
        act("write", path)
        written = os.write(descriptor, data)
        while written < len(data):  # one write(2) takes 2 GiB at most, and less when the disk fills up
            written += os.write(descriptor, memoryview(data)[written:])
        if durable:
            act("fsync", path)
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _flush(path: str) -> None:
    act("fsync", path)
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some file systems cannot flush a folder; then there is nothing to flush
            raise
    finally:
        os.close(descriptor)


def _discard(path: str) -> None:
    try:
        act("unlink", path)
        os.unlink(path)
    except OSError:
        pass  # the first error is the one worth telling


def _make_folder(path: str) -> None:
    try:
        act("mkdir", path)
        os.mkdir(path)
    except FileExistsError:
        if not os.path.isdir(path):
            raise
    except FileNotFoundError:
        parent = os.path.dirname(path)
        if parent in ("", path):
            raise
        _make_folder(parent)
        # Once more and no oftener: a folder may be there and yet take nothing (/proc).
        try:
            act("mkdir", path)
            os.mkdir(path)
        except FileExistsError:
            if not os.path.isdir(path):
                raise


def _publish_folder(staged: str, final: str) -> bool:
    try:
        act("rename", final)
        os.rename(staged, final)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
            return False
        raise
    return True


def _publish_file(staged: str, final: str) -> bool:
    try:
        act("link", final)
        os.link(staged, final, follow_symlinks=False)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS, errno.EXDEV):
            raise
        if os.path.lexists(final):  # no hard links here: the gap between look and rename is the price
            return False
        act("rename", final)
        os.rename(staged, final)
        return True
    _discard(staged)
    return True


def _remove(path: str) -> None:
    try:
        found = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return
    if not stat.S_ISDIR(found.st_mode):
        act("unlink", path)
        os.unlink(path)
        return
    folder, name = os.path.split(path.rstrip("/"))
    doomed = os.path.join(folder, f".{name[:100]}.{_token()}.gone") if not name.endswith(".gone") else path
    if doomed != path:
        act("rename", path)
        os.rename(path, doomed)
    _remove_tree(doomed, doomed, None)


def _remove_tree(name: str, path: str, parent: int | None) -> None:
    """Remove the folder `name` of the open folder `parent`; `path` is for messages. Links are not followed."""
    folder = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)
    try:
        with os.scandir(folder) as entries:
            inside = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
        if inside and os.fstat(folder).st_mode & 0o300 != 0o300:  # a read-only folder would keep its files
            act("chmod", path)
            os.fchmod(folder, 0o700)
        for inner, is_folder in inside:
            if is_folder:
                _remove_tree(inner, f"{path}/{inner}", folder)
            else:
                act("unlink", path)
                os.unlink(inner, dir_fd=folder)
    finally:
        os.close(folder)
    act("rmdir", path)
    os.rmdir(name, dir_fd=parent)


def _hold(path: str) -> int | None:
    """A descriptor of the folder with a shared lock on it; None where the file system has no locks."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _sync(descriptor: int) -> None:
    try:
        import ctypes  # 5 ms, and missing from some builds

        syncfs = ctypes.CDLL(None, use_errno=True).syncfs
    except (ImportError, OSError, AttributeError):  # no ctypes; a static interpreter; a libc without syncfs
        os.sync()
        return
    if syncfs(descriptor) != 0:
        number = ctypes.get_errno()
        if number == errno.ENOSYS:
            os.sync()
        else:
            raise OSError(number, os.strerror(number))
