"""The values an index speaks in: files, and what a version offers of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from elfin.formats.simplepage import File
from elfin.record import NamedTuple

__all__ = ["File", "Offer", "offer_of"]


class Offer(NamedTuple):
    """The files of one version: their names at once, each of them when it is asked for. Most never are."""

    names: Sequence[str]
    read: Callable[[int], File | None]
    """The file at a place of `names`; None: the index says nothing usable about it."""

    def files(self) -> tuple[File, ...]:
        """All of them, in the order of `names`."""
        found = map(self.read, range(len(self.names)))
        return tuple(file for file in found if file is not None)


def offer_of(files: Sequence[File]) -> Offer:
    """An offer of files that are there already."""
    return Offer([file.filename for file in files], files.__getitem__)
