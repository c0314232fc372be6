"""Locks between processes: who may change a folder now, and who is being waited for.

flock(2) on a small file that is never deleted while in use; the kernel drops it when its holder dies, so there are no
stale locks. Where the file system has no flock (some Lustre and NFS mounts), an exclusively created file takes its
place, with a warning. Locks of two threads of one process exclude each other like those of two processes.
"""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from elfin.edges.disk_act import act, place_error
from elfin.errors import PlaceError

_UNSUPPORTED = (errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOLCK, errno.EBADF, errno.EINVAL)
_Say = Callable[[str], None]


@contextmanager
def locked(
    path: str,
    *,
    shared: bool = False,
    timeout: float | None = None,
    notice_after: float = 1.0,
    on_wait: _Say | None = None,
    on_warning: _Say | None = None,
) -> Iterator[None]:
    """Hold the lock file `path` (made if missing, its folder must exist) while the block runs.

    `timeout` in seconds, None waits for ever, 0 tries once. After `notice_after` seconds `on_wait` is told once who
    holds it ("process 4711"). `on_warning` is told when the file system has no locks and a weaker one is used.
    The file is readable by others only if the umask lets the group write: whoever can open it could hold it.
    Raises PlaceError when the time is over or the file cannot be opened.
    """
    turn = _Turn(path, timeout, notice_after, on_wait)
    while True:
        descriptor = _open(path)
        try:
            exclusive_file = _take(descriptor, shared, turn, on_warning)
            if exclusive_file is not None or _still_named(path, descriptor):
                break
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)  # the file was replaced while we waited: its new self is the lock
    try:
        if not shared:
            _sign(descriptor, path)
        yield
    finally:
        if exclusive_file is not None:
            _drop(exclusive_file)
        os.close(descriptor)


class _Turn:
    """Waiting in line: short sleeps that grow, one notice, an end."""

    def __init__(self, path: str, timeout: float | None, notice_after: float, on_wait: _Say | None) -> None:
        self.path = path
        self._timeout = timeout
        self._notice_after = notice_after
        self._on_wait = on_wait
        self._started: float | None = None
        self._pause = 0.001

    def wait(self, holder_path: str) -> None:
        now = time.monotonic()
        if self._started is None:
            self._started = now
        waited = now - self._started
        if self._timeout is not None and waited >= self._timeout:
            raise PlaceError(
                f"{self.path} is locked by {_holder(holder_path)}",
                hints=("wait until it has finished, or end it",),
            )
        if self._on_wait is not None and waited >= self._notice_after:
            self._on_wait(_holder(holder_path))
            self._on_wait = None
        time.sleep(self._pause)
        self._pause = min(self._pause * 2, 0.1)


def _open(path: str) -> int:
    try:
        act("open", path)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o660)
        mode = os.fstat(descriptor).st_mode
        if mode & 0o060 == 0o040:  # a group that may not write need not be able to hold the lock
            act("chmod", path)
            os.fchmod(descriptor, 0o600)
    except OSError as error:
        raise place_error(error, path) from error
    return descriptor


def _take(descriptor: int, shared: bool, turn: _Turn, on_warning: _Say | None) -> str | None:
    """Wait for the lock. None: flock has it; otherwise the path of the exclusive file that stands for it."""
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    path = turn.path
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            return None
        except BlockingIOError:
            turn.wait(path)
        except OSError as error:
            if error.errno not in _UNSUPPORTED:
                raise place_error(error, path) from error
            if on_warning is not None:
                on_warning(f"the file system of {path} has no locks: using a file created exclusively instead")
            return _take_exclusive_file(path + ".held", turn)


def _take_exclusive_file(path: str, turn: _Turn) -> str:
    while True:
        try:
            act("create", path)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except FileExistsError:
            if _holder_died(path):
                _drop(path)
            else:
                turn.wait(path)
        except OSError as error:
            raise place_error(error, path) from error
        else:
            _sign(descriptor, path)
            os.close(descriptor)
            return path


def _still_named(path: str, descriptor: int) -> bool:
    try:
        named = os.stat(path)
    except OSError:
        return False
    return os.path.samestat(named, os.fstat(descriptor))


def _sign(descriptor: int, path: str) -> None:
    """Leave word of who holds the lock; a full disk must not keep anybody from holding it."""
    try:
        act("write", path)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()} {os.uname().nodename}\n".encode(), 0)
    except OSError:
        pass


def _drop(path: str) -> None:
    try:
        act("unlink", path)
        os.unlink(path)
    except OSError:
        pass


def _signature(path: str) -> tuple[int, str] | None:
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            process, _, machine = stream.read(300).strip().partition(" ")
    except OSError:
        return None
    return (int(process), machine) if process.isascii() and process.isdigit() else None


def _holder(path: str) -> str:
    signature = _signature(path)
    if signature is None:
        return "another process"
    process, machine = signature
    return f"process {process}" if machine == os.uname().nodename else f"process {process} on {machine}"


def _holder_died(path: str) -> bool:
    signature = _signature(path)
    if signature is None or signature[1] != os.uname().nodename:
        return False
    try:
        os.kill(signature[0], 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
