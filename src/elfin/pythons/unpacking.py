"""Which members of a Python's archive land where. Pure: every member is judged before anything of it is written.

Refuses, with UnsafeArchive, what would land or point outside (`..`, absolute names, links that leave, also by way of
other links, writing through a link, devices), and with MalformedArchive what means no one thing (a name twice, two
top folders, doubtful names, sparse files, absurd numbers and sizes). A link is judged when all members are known.
"""

from __future__ import annotations

import posixpath

from elfin.errors import MalformedArchive, MalformedWheel, UnsafeArchive
from elfin.formats import membername
from elfin.formats.tar import Member

MOST_MEMBERS = 50_000
MOST_BYTES = 4 << 30
_LONGEST_TARGET = 1024
_MOST_LINKS = 40


class Landing:
    """Judges the members of one archive, in order."""

    def __init__(self, inner: str = "") -> None:
        """`inner` is the folder within the top one that is wanted ("install" of a full archive), "" all of it."""
        self._inner = inner
        self._top: str | None = None
        self._bytes = 0
        self._count = 0
        self._kinds: dict[str, str] = {}
        self._parents: set[str] = set()
        self.links: dict[str, str] = {}
        """Path to target's text, of symbolic links."""

    def path(self, member: Member) -> str | None:
        """The relative path of a member below the installation; None: it is not wanted there, or a folder's entry."""
        self._count += 1
        self._bytes += member.size if member.kind == "file" else 0
        if self._count > MOST_MEMBERS or self._bytes > MOST_BYTES:
            raise MalformedArchive("the archive holds absurdly much")
        name = member.name.removeprefix("./").rstrip("/") if member.kind == "folder" else member.name.removeprefix("./")
        if name in ("", ".") and member.kind == "folder":
            return None
        self._check(name)
        top, _, rest = name.partition("/")
        if self._top is None:
            self._top = top
        if top != self._top:
            raise MalformedArchive(f"the archive has two top folders, {self._top!a} and {top!a}")
        if not rest:
            if member.kind != "folder":
                raise MalformedArchive(f"{top!a} at the top of the archive is no folder")
            return None
        self._claim(rest, member)
        return self._wanted(rest, member)

    def _check(self, name: str) -> None:
        try:
            membername.check(name)
        except MalformedWheel as error:
            raise MalformedArchive(error.message) from error

    def _claim(self, name: str, member: Member) -> None:
        """Give a path to a member: nobody else's, and with real folders only above it."""
        if member.kind in ("other", "sparse file"):
            raise UnsafeArchive(f"{name[:200]!a} is neither file, folder nor link")
        before = self._kinds.get(name)
        if before is not None and not (before == "folder" and member.kind == "folder"):
            raise MalformedArchive(f"the archive has two entries named {name[:200]!a}")
        if member.kind != "folder" and name in self._parents:
            raise MalformedArchive(f"{name[:200]!a} is both a file and a folder")
        self._kinds[name] = member.kind
        parent = posixpath.dirname(name)
        while parent and parent not in self._parents:
            if self._kinds.get(parent, "folder") != "folder":
                kind = self._kinds[parent]
                raise UnsafeArchive(f"{name[:200]!a} would be written through the {kind} {parent[:200]!a}")
            self._parents.add(parent)
            parent = posixpath.dirname(parent)
        if member.kind == "link":
            if not member.target or len(member.target) > _LONGEST_TARGET or not member.target.isprintable():
                raise MalformedArchive(f"the link {name[:200]!a} leads nowhere")
            self.links[name] = member.target

    def _wanted(self, name: str, member: Member) -> str | None:
        if not self._inner:
            return None if member.kind == "folder" else name
        prefix = self._inner + "/"
        return name[len(prefix) :] if name.startswith(prefix) and member.kind != "folder" else None

    def linked(self, member: Member) -> str:
        """The path below the installation of the file that a hard link is another name of."""
        target = member.target.removeprefix("./")
        self._check(target)
        top, _, rest = target.partition("/")
        if top != self._top or self._kinds.get(rest) != "file":
            raise UnsafeArchive(f"the hard link {member.name[:200]!a} leads to no file before it in the archive")
        if self._inner and not rest.startswith(self._inner + "/"):
            raise UnsafeArchive(f"the hard link {member.name[:200]!a} leads out of the Python")
        return rest[len(self._inner) + 1 :] if self._inner else rest

    def finish(self) -> None:
        """All members are known: follow every link, as the kernel would, and see that none leaves the installation."""
        for name in self.links:
            self._follow(name)

    def _follow(self, name: str) -> None:
        inner = self._inner.split("/") if self._inner else []
        pending = name.split("/")[::-1]
        done: list[str] = []
        steps = 0
        while pending:
            part = pending.pop()
            if part in ("", "."):
                continue
            if part == "..":
                if done[: len(inner)] == inner and len(done) <= len(inner):
                    raise UnsafeArchive(f"the link {name[:200]!a} leads outside")
                done.pop()
                continue
            target = self.links.get("/".join((*done, part)))
            if target is None:
                done.append(part)
                continue
            steps += 1
            if target.startswith("/"):
                raise UnsafeArchive(f"the link {name[:200]!a} leads to an absolute path")
            if steps > _MOST_LINKS or len(pending) > _LONGEST_TARGET:
                raise UnsafeArchive(f"the link {name[:200]!a} leads in a circle")
            pending += target.split("/")[::-1]
