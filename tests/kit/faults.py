"""A disk that fails, or a process that dies, at the Nth change: stands in the gate of `elfin.edges.disk_act`."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from elfin.edges import disk_act


class Killed(BaseException):
    """The process is dead: nothing it does from now on reaches the disk."""


class Fault:
    """Counts changes; `at` is the first that does not happen."""

    def __init__(self, at: int, number: int | None) -> None:
        self.at = at
        self.number = number
        self.seen = 0
        self.calls: list[tuple[str, str]] = []

    def __call__(self, name: str, path: str) -> None:
        self.seen += 1
        self.calls.append((name, path))
        if self.number is None:
            if self.seen >= self.at:
                raise Killed(f"{name} {path}")
        elif self.seen == self.at:
            raise OSError(self.number, os.strerror(self.number), path)

    @property
    def struck(self) -> bool:
        """Whether it came to the fault."""
        return self.seen >= self.at


@contextmanager
def fault(at: int, number: int | None = errno.ENOSPC) -> Iterator[Fault]:
    """Fail the change `at` (from 1) with an errno, or with None die there: all later changes fail as well."""
    made = Fault(at, number)
    previous = disk_act.before
    disk_act.before = made
    try:
        yield made
    finally:
        disk_act.before = previous
