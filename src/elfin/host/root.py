"""A `Root`: a tree of files that is looked into without leaving it.

The protocol has four primitives over physical paths (no component of which is a link); following links, within the
root only, is done once, here. An absolute link starts again at the root, `..` stops there, and a circle or an
unreadable step is "not there". Nothing raises: a place that cannot be read is a place without the fact.
"""

from __future__ import annotations

from collections.abc import Callable

from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Protocol
else:
    Protocol = object  # at run time nobody asks what is a `Root`, and `typing` takes 4 ms to import

_MAX_LINKS = 40


class Root(Protocol):
    """Files below one folder: this machine, an unpacked image, or a dictionary in a test."""

    def kind(self, path: str) -> str | None:
        """ "file", "folder", "link" or None (not there, cannot be asked, or a device)."""

    def link(self, path: str) -> str:
        """Text of a link, "" when it cannot be read."""

    def some(self, path: str, offset: int, size: int) -> bytes:
        """Up to `size` bytes of a file at `offset`; fewer at its end, none when it cannot be read."""

    def names(self, path: str) -> tuple[str, ...]:
        """Sorted names in a folder, none when it cannot be read."""


class Remembering:
    """A `Root` that asks another one only once what a path is: for one look, during which nothing changes."""

    def __init__(self, place: Root) -> None:
        self.some, self.names = place.some, place.names
        self._place = place
        self._kinds: dict[str, str | None] = {}
        self._links: dict[str, str] = {}

    def kind(self, path: str) -> str | None:
        """As the protocol says."""
        if path not in self._kinds:
            self._kinds[path] = self._place.kind(path)
        return self._kinds[path]

    def link(self, path: str) -> str:
        """As the protocol says."""
        if path not in self._links:
            self._links[path] = self._place.link(path)
        return self._links[path]


def real(root: Root, path: str) -> str | None:
    """The physical path behind `path`, None where there is none."""
    pending = [part for part in path.split("/") if part not in ("", ".")][::-1]
    done: list[str] = []
    links = 0
    while pending:
        part = pending.pop()
        if part == "..":
            if done:
                done.pop()
            continue
        here = "/" + "/".join((*done, part))
        kind = root.kind(here)
        if kind is None or (kind == "file" and pending):
            return None
        if kind != "link":
            done.append(part)
            continue
        links += 1
        target = root.link(here)
        if links > _MAX_LINKS or not target:
            return None
        if target.startswith("/"):
            done = []
        pending += [step for step in target.split("/") if step not in ("", ".")][::-1]
    return "/" + "/".join(done)


def file(root: Root, path: str) -> str | None:
    """The physical path of a regular file, None for anything else."""
    found = real(root, path)
    return found if found is not None and root.kind(found) == "file" else None


def reader(root: Root, path: str) -> Callable[[int, int], bytes] | None:
    """A function (offset, size) -> bytes over a regular file, links followed; None where there is none."""
    found = file(root, path)
    if found is None:
        return None
    physical = found
    return lambda offset, size: root.some(physical, offset, size)


def text(root: Root, path: str, limit: int = 65536) -> str | None:
    """A small text file, None where there is none."""
    found = file(root, path)
    return None if found is None else root.some(found, 0, limit).decode("utf-8", "replace")
