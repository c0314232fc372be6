"""Incompatibilities: sets of packages' versions that cannot all hold, and where each comes from.

PubGrub's central value. A clause {a: A, b: B} says: not (a in A and b in B), the sets being masks (`specifier.py`).
A clause is either a fact about the world or was derived from two others; the derivations are the proof of a conflict.
"""

from __future__ import annotations

from elfin.record import NamedTuple
from elfin.resolve.model import Ask, Unusable
from elfin.resolve.requirement import Requirement

ROOT = ""
"""The package that stands for the user; its mask is PRESENT."""
PRESENT = 2
PRESENCE = 3
"""The universe of a package that is only there or not: the root, and an extra."""


def extra_of(name: str, extra: str) -> str:
    """Name the presence of an extra as a package of its own: "name[extra]"."""
    return f"{name}[{extra}]"


class Asked(NamedTuple):
    """The user requires something."""

    ask: Ask


class Constrained(NamedTuple):
    """The user narrowed a package."""

    ask: Ask


class Depends(NamedTuple):
    """Versions of a package require something, with one of its extras or without."""

    name: str
    versions: int
    extra: str | None
    requirement: Requirement


class Unavailable(NamedTuple):
    """Versions of a package that cannot be taken."""

    name: str
    versions: int
    why: Unusable


class Derived(NamedTuple):
    """Follows from two clauses by resolution on one package."""

    left: Clause
    right: Clause
    package: str


Fact = Asked | Constrained | Depends | Unavailable


class Clause:
    """An incompatibility. Immutable but for `watched`, a note of the trail's; a class for identity and speed."""

    __slots__ = ("cause", "terms", "watched")

    def __init__(self, terms: dict[str, int], cause: Fact | Derived) -> None:
        self.terms = terms
        """Package to mask; none is empty, none is the package's whole universe."""
        self.cause = cause
        self.watched = ("", "")

    def __repr__(self) -> str:
        return f"Clause({self.terms}, {type(self.cause).__name__})"


def resolvent(left: Clause, right: Clause, package: str, universe: int) -> Clause:
    """Derive what follows from two clauses that both speak of `package`.

    If a in A with X is impossible, and a in B with Y, then a in A|B with X and Y is impossible.
    """
    terms = {name: mask for name, mask in left.terms.items() if name != package}
    for name, mask in right.terms.items():
        if name != package:
            terms[name] = terms[name] & mask if name in terms else mask
    either = left.terms[package] | right.terms[package]
    if either != universe:
        terms[package] = either
    return Clause(terms, Derived(left, right, package))
