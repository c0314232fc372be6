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
    """Every tag a target takes, as what it is made of: a rank is reckoned, no list of all tags is ever made.

    A tag with a platform has the rank of its row plus the place of its platform; `any` tags come behind them all.
    """

    target: Target
    platforms: Mapping[str, int]
    """Platform tag -> its place, 0 the best; without "any"."""
    rows: Mapping[tuple[str, str], int]
    """(python tag, ABI tag) -> rank of its tag with the best platform; in order of rank."""
    pure: Mapping[str, int]
    """Python tag -> rank of PYTHON-none-any; in order of rank."""

    def rank(self, python: str, abi: str, platform: str) -> int | None:
        """The rank of a tag, 0 the best; None: the target does not take it."""
        if platform == "any":
            return self.pure.get(python) if abi == "none" else None
        place, row = self.platforms.get(platform), self.rows.get((python, abi))
        return None if place is None or row is None else row + place

    def tags(self) -> Iterator[Tag]:
        """The tags, best first."""
        for python, abi in self.rows:
            for platform in self.platforms:
                yield Tag(python, abi, platform)
        for python in self.pure:
            yield Tag(python, "none", "any")


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
    """What the target is: "CPython 3.11", "glibc 2.17"; "unknown": it cannot be told, so it may fit after all."""
    tag: Tag
    """The tag that came nearest."""
    distance: int
    """Of two mismatches the one with the lower distance came nearer: 1 for a libc too old, most for another OS."""

    @property
    def doubt(self) -> bool:
        """Whether it is no verdict: what the place has cannot be told."""
        return self.has == "unknown"
