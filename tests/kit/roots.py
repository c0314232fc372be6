"""A dictionary -> a `Root` in memory: bytes or text are files, `Link("...")` links, folders come by themselves."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping


class Link(str):
    """Text of a symbolic link."""

    __slots__ = ()


class DictRoot:
    """The tree that {absolute path: content} spells (host.root.Root)."""

    def __init__(self, files: Mapping[str, bytes | str] | None = None) -> None:
        self.files: dict[str, bytes | Link] = {}
        self.folders: dict[str, set[str]] = {"/": set()}
        for path, content in (files or {}).items():
            if isinstance(content, bytes | Link):
                self.files[path] = content
            else:
                self.files[path] = content.encode()
            below = path
            while below != "/":
                parent, name = posixpath.split(below)
                self.folders.setdefault(parent, set()).add(name)
                below = parent

    def kind(self, path: str) -> str | None:
        if path in self.folders:
            return "folder"
        content = self.files.get(path)
        if content is None:
            return None
        return "link" if isinstance(content, Link) else "file"

    def link(self, path: str) -> str:
        content = self.files.get(path)
        return str(content) if isinstance(content, Link) else ""

    def some(self, path: str, offset: int, size: int) -> bytes:
        content = self.files.get(path)
        return content[offset : offset + size] if isinstance(content, bytes) else b""

    def names(self, path: str) -> tuple[str, ...]:
        return tuple(sorted(self.folders.get(path, ())))
