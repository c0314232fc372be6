"""The values of the room: a compatibility tag, the ranked set of a target, and the two answers about a wheel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from elfin.host.model import Target
from elfin.record import NamedTuple


class Tag(NamedTuple):
    """One compatibility tag (PEP 425); equal to the plain tuple of its parts."""

    python: str
    abi: str
    platform: str

    def __str__(self) -> str:
        return f"{self.python}-{self.abi}-{self.platform}"


class TagSet(NamedTuple):
    """Every tag a target takes, best first."""

    target: Target
    ranks: Mapping[tuple[str, str, str], int]
    """Tag -> rank, 0 the best; in order of rank."""

    def tags(self) -> Iterator[Tag]:
        """The tags, best first."""
        return (Tag(*parts) for parts in self.ranks)


class Match(NamedTuple):
    """The wheel can be used."""

    rank: int
    """Of its best tag: the lower of two is the better wheel (then the higher build tag)."""


class Mismatch(NamedTuple):
    """The wheel cannot be used: the nearest miss among its tags."""

    axis: str
    """"python", "implementation", "abi", "free-threading", or a reason of `host.model.Misfit`; "unknown" for a
    platform tag that no specification knows."""
    needs: str
    """What the wheel asks for: "CPython 3.12", "glibc 2.28", "aarch64"."""
    has: str
    """What the target is: "CPython 3.11", "glibc 2.17"."""
    tag: Tag
    """The tag that came nearest."""
    distance: int
    """Of two mismatches the one with the lower distance came nearer: 1 for a libc too old, most for another OS."""
