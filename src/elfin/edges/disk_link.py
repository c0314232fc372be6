"""Files brought from one folder to another without copying bytes where the file systems allow it.

Answers: which way works between two places (reflink, hard link, copy) and does it, for one file or twenty thousand. A
way that a pair of file systems does not offer is remembered for the life of the process, so it is not tried per file.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Sequence

from elfin.edges.disk_act import act, place_error
from elfin.edges.disk_together import together
from elfin.record import NamedTuple

REFLINK, HARDLINK, COPY, SYMLINK = "reflink", "hardlink", "copy", "symlink"
_ORDER = (REFLINK, HARDLINK, COPY)

_FICLONE = 0x40049409
"""ioctl of linux/fs.h: share the blocks of another file (btrfs, XFS, bcachefs, overlays of them)."""

_NOT_OFFERED = frozenset({
    errno.EXDEV, errno.EPERM, errno.EMLINK, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.ENOTTY, errno.EINVAL,
    errno.EACCES,
})  # fmt: skip
"""What a system call answers when this way does not exist here. EACCES: protected_hardlinks forbids linking a file of
another user; a copy may still be fine, and if not it says so itself."""

_ways: dict[tuple[int, int], tuple[str, ...]] = {}
"""(device of source, device of target) to the ways that are still worth a try."""

_THREAD_FROM = 1024
"""Below this many files a second thread costs more than it brings; it also keeps small jobs deterministic."""


class Batch(NamedTuple):
    """Files of one source folder for one target folder."""

    source: str
    target: str
    pairs: Sequence[tuple[str, str]]
    """(relative source, relative target)."""


class _Open(NamedTuple):
    """The two folders of a batch, opened."""

    source: int
    target: int
    folder: str
    """Path of the source: what a symbolic link has to name."""


def link(source: str, target: str, mode: str | None = None) -> str:
    """Bring the file `source` to the new path `target`; returns how: "reflink", "hardlink", "copy" or "symlink".

    `mode` None tries reflink, hard link and copy in this order; a named mode falls through to copy when it does not
    work here ("symlink" never does). Copies and reflinks are writable by their owner. Raises PlaceError, also when the
    target exists.
    """
    folder, name = os.path.split(source)
    return link_many([Batch(folder or ".", os.path.dirname(target) or ".", [(name, os.path.basename(target))])], mode)


def link_many(batches: Sequence[Batch], mode: str | None = None, *, threads: int = 1) -> str:
    """Bring all files of `batches` to their targets; folders must exist, targets must not. Returns the way used.

    When ways differ (an odd file had too many links), the one used for most of the batches last is returned.
    `threads` > 1 is used for large jobs only. Raises PlaceError at the first file that fails.
    """
    if threads < 2 or sum(len(batch.pairs) for batch in batches) < _THREAD_FROM:
        return _link_batches(batches, mode)
    used: list[str] = []
    together(lambda part: used.append(_link_batches(part, mode)), _split(batches, threads))
    return used[0]


def make_folders(root: str, relative: Sequence[str], *, threads: int = 1) -> None:
    """Make the folders `relative` (sorted, so that parents come first) below the existing folder `root`.

    Fine if they are there. `threads` > 1 is used for large jobs only. Raises PlaceError.
    """
    if threads < 2 or len(relative) < _THREAD_FROM:
        _make_folders(root, relative)
        return
    starts = [0]
    for number in range(1, threads):
        cut = max(starts[-1], number * len(relative) // threads)
        while cut < len(relative) and "/" in relative[cut]:  # a part begins where nothing needs the one before
            cut += 1
        starts.append(cut)
    together(
        lambda part: _make_folders(root, part),
        [relative[start:end] for start, end in zip(starts, [*starts[1:], len(relative)], strict=True)],
    )


def _make_folders(root: str, relative: Sequence[str]) -> None:
    path = root
    try:
        descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for path in relative:
                try:
                    act("mkdir", path)
                    os.mkdir(path, dir_fd=descriptor)
                except FileExistsError:
                    if not stat.S_ISDIR(os.stat(path, dir_fd=descriptor).st_mode):
                        raise
        finally:
            os.close(descriptor)
    except OSError as error:
        raise place_error(error, os.path.join(root, path)) from error


def _split(batches: Sequence[Batch], parts: int) -> list[list[Batch]]:
    """Contiguous parts of about equal numbers of files: neighbours share folders, which the kernel locks."""
    total = sum(len(batch.pairs) for batch in batches)
    share = -(-total // parts)
    result: list[list[Batch]] = [[]]
    room = share
    for batch in batches:
        start = 0
        while start < len(batch.pairs):
            taken = batch.pairs[start : start + room]
            result[-1].append(Batch(batch.source, batch.target, taken))
            start += len(taken)
            room -= len(taken)
            if room == 0:
                result.append([])
                room = share
    return [part for part in result if part]


def _link_batches(batches: Sequence[Batch], mode: str | None) -> str:
    used = mode or COPY
    for batch in batches:
        path = batch.source
        try:
            source = os.open(batch.source, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                path = batch.target
                target = os.open(batch.target, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
                try:
                    used = _link_batch(batch.pairs, _Open(source, target, batch.source), mode)
                finally:
                    os.close(target)
            finally:
                os.close(source)
        except OSError as error:
            name = getattr(error, "elfin_target", None)
            where = os.path.join(batch.target, name) if isinstance(name, str) else path
            raise place_error(error, where) from error
    return used


def _link_batch(pairs: Sequence[tuple[str, str]], at: _Open, mode: str | None) -> str:
    source, target, _ = at
    devices = (os.fstat(source).st_dev, os.fstat(target).st_dev)
    ways = _ways_between(devices, mode)
    if not pairs:
        return ways[0]
    remaining = pairs
    while ways[0] == HARDLINK:  # the hot loop: nothing but the system call and its gate
        done = 0
        name = ""
        try:
            for inner, name in remaining:
                act("link", name)
                os.link(inner, name, src_dir_fd=source, dst_dir_fd=target, follow_symlinks=False)
                done += 1
            return HARDLINK
        except OSError as error:
            if error.errno not in _NOT_OFFERED:
                error.elfin_target = name  # type: ignore[attr-defined]
                raise
            if error.errno == errno.EMLINK:  # this one inode is full: copy it, go on linking
                inner, name = remaining[done]
                _one(COPY, inner, name, at)
                remaining = remaining[done + 1 :]
                continue
            ways = _forget(devices, HARDLINK, ways)
            remaining = remaining[done:]
    for inner, name in remaining:
        ways = _first_that_works(ways, devices, inner, name, at)
    return ways[0]


def _first_that_works(
    ways: tuple[str, ...], devices: tuple[int, int], inner: str, name: str, at: _Open
) -> tuple[str, ...]:
    """Try the ways in order for one file; returns those still worth trying for the next."""
    while True:
        try:
            _one(ways[0], inner, name, at)
            return ways
        except OSError as error:
            if error.errno not in _NOT_OFFERED or ways[0] in (COPY, SYMLINK):
                error.elfin_target = name  # type: ignore[attr-defined]
                raise
            if error.errno == errno.EMLINK:
                _one(COPY, inner, name, at)
                return ways
            ways = _forget(devices, ways[0], ways)


def _ways_between(devices: tuple[int, int], mode: str | None) -> tuple[str, ...]:
    if mode == SYMLINK:
        return (SYMLINK,)
    known = _ways.get(devices, _ORDER)
    if mode is None:
        return known
    return (mode, COPY) if mode in known and mode != COPY else (COPY,)


def _forget(devices: tuple[int, int], way: str, ways: tuple[str, ...]) -> tuple[str, ...]:
    _ways[devices] = tuple(known for known in _ways.get(devices, _ORDER) if known != way)
    return tuple(other for other in ways if other != way)


def _one(way: str, inner: str, name: str, at: _Open) -> None:
    if way == HARDLINK:
        act("link", name)
        os.link(inner, name, src_dir_fd=at.source, dst_dir_fd=at.target, follow_symlinks=False)
    elif way == SYMLINK:
        act("symlink", name)
        os.symlink(os.path.join(os.path.abspath(at.folder), inner), name, dir_fd=at.target)
    else:
        _copy(inner, name, at, clone=way == REFLINK)


def _copy(inner: str, name: str, at: _Open, *, clone: bool) -> None:
    origin = os.open(inner, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=at.source)
    try:
        found = os.fstat(origin)
        mode = 0o755 if found.st_mode & 0o111 else 0o644
        act("create", name)
        copy = os.open(
            name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode, dir_fd=at.target
        )
        try:
            act("clone" if clone else "write", name)
            if clone:
                fcntl.ioctl(copy, _FICLONE, origin)
            else:
                _copy_bytes(origin, copy, found.st_size)
        except BaseException:
            try:
                act("unlink", name)
                os.unlink(name, dir_fd=at.target)
            except OSError:
                pass  # the first error is the one worth telling
            raise
        finally:
            os.close(copy)
    finally:
        os.close(origin)


def _copy_bytes(origin: int, copy: int, size: int) -> None:
    if hasattr(os, "copy_file_range"):
        try:
            left = size
            while left > 0:
                moved = os.copy_file_range(origin, copy, left)
                if moved == 0:
                    break
                left -= moved
            if left <= 0:
                return
        except OSError as error:
            if error.errno not in _NOT_OFFERED:
                raise
        os.lseek(origin, 0, os.SEEK_SET)
        os.lseek(copy, 0, os.SEEK_SET)
    while chunk := os.read(origin, 1 << 20):
        rest = memoryview(chunk)
        while rest:
            rest = rest[os.write(copy, rest) :]
