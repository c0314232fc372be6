"""One release file as it was read: its members, and its machine code with what that asks of a place.

Values alone: `flows.installer_read` makes them of a file, `installers.measured` decides by them.
"""

from __future__ import annotations

from elfin.record import NamedTuple

_LONGEST_CHAIN = 8
"""Of links that lead to links."""


class Want(NamedTuple):
    """One thing that code asks of the libc, and the version that first had it."""

    version: tuple[int, ...]
    clause: str
    """ "clock_gettime@GLIBC_2.17 of libc.so.6"."""


class Code(NamedTuple):
    """One file of machine code, or one machine's part of a universal one."""

    path: str
    """In the archive, with its top folder; "" for a bare binary."""
    program: bool
    """It can be started: no library, no object file."""
    os: str
    arch: str
    float_abi: str | None
    libc: str | None
    """A family; "any": static, or it takes nothing of one; None: it takes something and does not say of which."""
    why: str
    """What told the libc."""
    wants: tuple[Want, ...]
    cpu_level: int | None
    os_floor: tuple[int, ...] | None
    loader: str | None
    libraries: tuple[str, ...]
    """DT_NEEDED that are not the libc's."""


class Found(NamedTuple):
    """One file of a release as it was read."""

    name: str
    size: int
    sha256: str
    members: tuple[str, ...]
    """Paths of its files and links, () for a bare binary."""
    code: tuple[Code, ...]
    links: tuple[tuple[str, str], ...] = ()
    """Members that are links or second names, each with the path in the archive that it leads to."""

    def behind(self, member: str) -> str:
        """The member that a link leads to in the end, itself for any other."""
        leads = dict(self.links)
        for _ in range(_LONGEST_CHAIN):
            member = leads.get(member, member)
        return member
