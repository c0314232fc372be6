"""The layers of an image, merged into one `Root` without being unpacked.

Follows the OCI image spec's "Applying Changesets": a whiteout (`.wh.NAME`) hides what lower layers had, an opaque one
(`.wh..wh..opq`) the whole folder's content, and neither touches its own layer. A member below a link lands where the
link leads, within the root. Refuses, with UnsafeArchive, names with `..`, and with MalformedArchive what contradicts
itself: a member below a file, a hard link to nothing, a circle of links, absurdly many members.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from elfin.errors import MalformedArchive, UnsafeArchive
from elfin.formats.tar import Member
from elfin.host import root

Source = Callable[[int, int], bytes]

_WHITEOUT = ".wh."
_OPAQUE = ".wh..wh..opq"
_MOST_MEMBERS = 2_000_000
_DEEPEST = 256
_LONGEST = 4096
_MAX_LINKS = 40


class _Node:
    """A file, link, folder or device of the merged tree."""

    __slots__ = ("children", "kind", "offset", "size", "source", "target")

    def __init__(
        self, kind: str, source: Source | None = None, offset: int = 0, size: int = 0, target: str = ""
    ) -> None:
        self.kind = kind
        self.source = source
        self.offset = offset
        self.size = size
        self.target = target
        self.children: dict[str, _Node] | None = {} if kind == "folder" else None


class LayeredRoot:
    """A tree of files over tar archives (host.root.Root). Starts empty; `add` puts a layer on top."""

    def __init__(self) -> None:
        self._top = _Node("folder")
        self._members = 0

    def add(self, members: Iterable[Member], source: Source) -> None:
        """Apply a layer; `source` reads its plain tar archive. Raises MalformedArchive, UnsafeArchive."""
        added: list[tuple[tuple[str, ...], Member]] = []
        hidden: list[tuple[str, ...]] = []
        for member in members:
            self._members += 1
            if self._members > _MOST_MEMBERS:
                raise MalformedArchive("the image has impossibly many files")
            parts = _parts(member.name)
            if not parts:
                continue
            if parts[-1].startswith(_WHITEOUT):
                hidden.append(parts)
            else:
                added.append((parts, member))
        own = {parts for parts, member in added if member.kind == "folder"}
        for parts in hidden:
            self._hide(parts, own)
        for parts, member in added:
            self._put(parts, member, source)

    def kind(self, path: str) -> str | None:
        """As the protocol says."""
        node = self._at(path)
        return None if node is None or node.kind in ("other", "sparse file") else node.kind

    def link(self, path: str) -> str:
        """As the protocol says."""
        node = self._at(path)
        return "" if node is None else node.target

    def some(self, path: str, offset: int, size: int) -> bytes:
        """As the protocol says."""
        node = self._at(path)
        if node is None or node.source is None or offset >= node.size or offset < 0:
            return b""
        try:
            return node.source(node.offset + offset, min(size, node.size - offset))
        except MalformedArchive:
            return b""

    def names(self, path: str) -> tuple[str, ...]:
        """As the protocol says."""
        node = self._at(path)
        return tuple(sorted((node.children if node is not None else None) or ()))

    def _at(self, path: str) -> _Node | None:
        node: _Node | None = self._top
        for part in path.split("/"):
            if part in ("", "."):
                continue
            node = None if node is None or node.children is None else node.children.get(part)
        return node

    def _hide(self, parts: tuple[str, ...], own: set[tuple[str, ...]]) -> None:
        """Take away what lower layers had under a whiteout's name, or in an opaque one's folder.

        `own`: the folders that the layer brings. Where one stands in place of a lower layer's link, nothing shows
        through that could be hidden, and the link's target is none of the whiteout's business.
        """
        for depth in range(1, len(parts)):
            if parts[:depth] in own:
                above = root.real(self, "/" + "/".join(parts[: depth - 1])) or ""
                if self.kind(f"{above}/{parts[depth - 1]}") == "link":
                    return
        folder = root.real(self, "/" + "/".join(parts[:-1]))
        node = None if folder is None else self._at(folder)
        if node is None or node.children is None:
            return
        if parts[-1] == _OPAQUE:
            node.children = {}
        else:
            node.children.pop(parts[-1].removeprefix(_WHITEOUT), None)

    def _put(self, parts: tuple[str, ...], member: Member, source: Source) -> None:
        folder = self._folder(parts[:-1])
        name = parts[-1]
        there = folder.get(name)
        if member.kind == "folder":
            if there is None or there.kind != "folder":
                folder[name] = _Node("folder")
        elif member.kind == "hard link":
            linked = self._at("/" + "/".join(_parts(member.target)))
            if linked is None or linked.kind == "folder":
                raise MalformedArchive(f"the image has a hard link to a file that is not there: {member.target}")
            folder[name] = linked
        else:
            reads = source if member.kind == "file" else None
            folder[name] = _Node(member.kind, reads, member.offset, member.size, member.target)

    def _folder(self, parts: tuple[str, ...]) -> dict[str, _Node]:
        """The folder where a member of that path lands, made as far as it is missing; links are followed."""
        stack = [self._top]
        pending = list(parts[::-1])
        links = 0
        while pending:
            part = pending.pop()
            if part == "..":
                stack[1:] = stack[1:-1]
                continue
            here = stack[-1].children
            assert here is not None
            node = here.get(part)
            if node is None:
                node = here[part] = _Node("folder")
            if node.kind == "link":
                links += 1
                if links > _MAX_LINKS:
                    raise MalformedArchive("the image has a circle of links where a file should land")
                if node.target.startswith("/"):
                    del stack[1:]
                pending += [step for step in node.target.split("/") if step not in ("", ".")][::-1]
            elif node.kind == "folder":
                stack.append(node)
            else:
                raise MalformedArchive("the image has a file where another member needs a folder")
            if len(stack) > _DEEPEST:
                raise MalformedArchive("the image has impossibly deep folders")
        children = stack[-1].children
        assert children is not None
        return children


def _parts(name: str) -> tuple[str, ...]:
    """The components of a member's name. Raises UnsafeArchive, MalformedArchive."""
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    if ".." in parts:
        raise UnsafeArchive(f"the archive has a member that points outside of it: {name}")
    if len(name) > _LONGEST or len(parts) > _DEEPEST:
        raise MalformedArchive("the image has an impossibly long name")
    return parts
