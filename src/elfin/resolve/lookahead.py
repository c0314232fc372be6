"""What will probably be wanted next? Waiting on an index dominates a resolution, so it is asked early and together.

Follows the best candidates of everything required, and of what those require, and so on, as if there were no conflicts.
Nothing here takes part in a decision: what comes early saves time, and changes no answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from elfin.errors import Malformed
from elfin.resolve.package import Package
from elfin.resolve.requirement import Requirement
from elfin.resolve.specifier import Clauses

Requires = Callable[[str, int, str | None], tuple[Requirement, ...] | None]
"""(project, index, extra) to what it requires; None: its metadata is not here yet or of no use."""
MOST_AHEAD = 64


class Lookahead:
    """Requirements seen so far, and where following them had to stop for want of an answer."""

    def __init__(self, packages: Mapping[str, Package], requires: Requires) -> None:
        self._packages = packages
        self._requires = requires
        self._clauses: dict[str, dict[Clauses, None]] = {}
        self._extras: dict[str, dict[str, None]] = {}
        self._fresh: dict[str, None] = {}
        self._followed: set[tuple[str, int, str | None]] = set()
        self._listings: dict[str, None] = {}
        self._metadata: dict[str, int] = {}
        self._tries: dict[str, int] = {}
        self._last: dict[str, int] = {}
        self._windows: dict[str, list[int]] = {}

    def note(self, requirement: Requirement) -> None:
        """See a requirement that is, or probably will be, in force."""
        name = requirement.name
        seen = self._clauses.setdefault(name, {})
        extras = self._extras.setdefault(name, {})
        if requirement.clauses not in seen or not extras.keys() >= set(requirement.extras):
            seen[requirement.clauses] = None
            extras.update(dict.fromkeys(requirement.extras))
            self._fresh[name] = None

    def given(self, name: str) -> None:
        """See that an answer about a project came."""
        if name in self._clauses:
            self._fresh[name] = None

    def follow(self, state: Mapping[str, int], decided: Mapping[str, int]) -> None:
        """Go as far ahead as the answers at hand allow."""
        while self._fresh:
            name = next(iter(self._fresh))
            del self._fresh[name]
            self._listings.pop(name, None)
            self._metadata.pop(name, None)
            package = self._packages.get(name)
            if package is None:
                self._listings[name] = None
            elif name not in decided:
                self._follow_one(name, package, state.get(name, package.listing.every))

    def _follow_one(self, name: str, package: Package, allowed: int) -> None:
        for clauses in self._clauses[name]:
            # A requirement that leaves nothing is one that will not be in force together with the others.
            allowed = allowed & package.listing.mask(clauses) or allowed
        bit, _ = package.best(allowed)
        if not bit:
            return
        index = bit.bit_length() - 2
        for extra in (None, *self._extras[name]):
            if (name, index, extra) in self._followed:
                continue
            try:
                found = self._requires(name, index, extra)
            except Malformed:
                continue
            if found is None:
                self._metadata[name] = index
                return
            self._followed.add((name, index, extra))
            for requirement in found:
                self.note(requirement)

    @property
    def listings(self) -> tuple[str, ...]:
        """Projects whose listing stopped the way ahead."""
        return tuple(self._listings)

    @property
    def metadata(self) -> tuple[tuple[str, int], ...]:
        """Versions whose metadata stopped the way ahead."""
        return tuple(self._metadata.items())

    def window(self, name: str, package: Package, allowed: int, bit: int) -> list[int]:
        """Give the indexes after a candidate that are wanted too if it fails: none at first, more with every try."""
        if self._last.get(name) != bit:  # the same question again is no further failure
            self._last[name] = bit
            self._tries[name] = self._tries.get(name, 0) + 1
        tries = self._tries[name]
        if tries < 2:
            return []
        window = self._windows.get(name, [])
        window = window[window.index(bit) + 1 :] if bit in window else []
        size = min(2**tries, MOST_AHEAD)
        if len(window) <= size // 2:
            window = package.next_ones(allowed, bit, size)
        self._windows[name] = window
        return [each.bit_length() - 2 for each in window]
