"""Every file of a `Root` that may hold machine code, as (path, source). Pure: the root does the reading.

Follows no links: each file comes once, under its own name. Skips what a kernel invents (/proc, /sys, /dev, /run).
"""

from __future__ import annotations

from collections.abc import Iterator

from elfin.formats.elf import Source
from elfin.host.root import Root

_SKIPPED = frozenset({"/proc", "/sys", "/dev", "/run"})
_DEEPEST = 64


def files(root: Root, top: str = "/") -> Iterator[tuple[str, Source]]:
    """Regular files below `top`, in order of their names."""
    pending = [(top, 0)]
    while pending:
        folder, depth = pending.pop()
        below = []
        for name in root.names(folder):
            path = f"{folder.rstrip('/')}/{name}"
            kind = root.kind(path)
            if kind == "file":
                yield path, _source(root, path)
            elif kind == "folder" and path not in _SKIPPED and depth < _DEEPEST:
                below.append((path, depth + 1))
        pending += reversed(below)


def _source(root: Root, path: str) -> Source:
    return lambda offset, size: root.some(path, offset, size)
