"""Whether bytes are the ones an index promised.

PEP 503 and 691: any algorithm of hashlib that needs no extra arguments. Every listed hash has to match, not only the
best one. Pure. Refuses nothing itself: the answer is the first difference.
"""

from __future__ import annotations

from collections.abc import Mapping

from elfin.record import NamedTuple


class Difference(NamedTuple):
    """A hash that is not the promised one."""

    algorithm: str
    promised: str
    found: str


def checkable(promised: Mapping[str, str]) -> tuple[str, ...]:
    """The algorithms among the promised hashes that can be computed here."""
    import hashlib

    known = hashlib.algorithms_guaranteed
    return tuple(sorted(name for name in promised if name in known and not name.startswith("shake_")))


def difference(promised: Mapping[str, str], found: Mapping[str, str]) -> Difference | None:
    """The first promised hash that was computed and is another; None when all agree."""
    for name in sorted(promised):
        if name in found and found[name] != promised[name].lower():
            return Difference(name, promised[name], found[name])
    return None


def difference_of(promised: Mapping[str, str], data: bytes) -> Difference | None:
    """`difference` for bytes that are all there."""
    import hashlib

    return difference(promised, {name: hashlib.new(name, data).hexdigest() for name in checkable(promised)})
