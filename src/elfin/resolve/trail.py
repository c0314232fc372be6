"""The partial solution: what is known of every package so far, why, and what follows from it.

PubGrub's unit propagation and conflict analysis over masks. Knows names and integers only, no versions, no metadata.
Rules: every narrowing is on the trail with its cause; after `settle` nothing more follows from the clauses.
Because a package's mask only shrinks along the trail, "when did this term begin to hold" is a bisection.
"""

from __future__ import annotations

from elfin.errors import Bug
from elfin.record import NamedTuple
from elfin.resolve.clause import PRESENCE, PRESENT, ROOT, Clause, resolvent
from elfin.resolve.specifier import ABSENT


class Step(NamedTuple):
    """One narrowing of one package."""

    package: str
    before: int
    level: int
    cause: Clause | None
    """None: decided, not derived."""


class _Watch(NamedTuple):
    """A clause as one of its packages sees it."""

    mask: int
    clause: Clause
    other: str
    """With two terms the other package, otherwise ""."""
    other_mask: int


class Trail:
    """The state of the search."""

    def __init__(self) -> None:
        self.level = 0
        """How many decisions stand."""
        self.universe: dict[str, int] = {ROOT: PRESENCE}
        self.state: dict[str, int] = {ROOT: PRESENT}
        """Package to what it may still be; ABSENT cleared: it is required."""
        self.required: dict[str, None] = {}
        """The packages that must be present, in the order they came to be."""
        self.decided: dict[str, int] = {}
        """Package to the mask with its one version."""
        self._steps: list[Step] = [Step(ROOT, PRESENCE, 0, None)]
        self._history: dict[str, list[tuple[int, int]]] = {ROOT: [(0, PRESENT)]}
        self._watch: dict[str, list[_Watch]] = {ROOT: []}
        self._watch_one: dict[str, dict[int, list[Clause]]] = {ROOT: {}}
        self._pairs: dict[str, list[Clause]] = {ROOT: []}
        """Clauses of three terms and more, under two of their packages: nothing follows while both are open."""
        self._recent: list[tuple[int, Clause]] = []
        """Clauses added above level 0, with the level down to which they have been looked at."""
        self._changed: dict[str, None] = {}
        """Packages narrowed since what follows from them was derived."""
        self._conflict: Clause | None = None

    def add_package(self, name: str, universe: int) -> None:
        """Make a package known: every version, or absent."""
        if name not in self.universe:
            self.universe[name] = self.state[name] = universe
            self._history[name] = []
            self._watch[name] = []
            self._watch_one[name] = {}
            self._pairs[name] = []

    def add(self, clause: Clause, instead_of: Clause | None = None) -> None:
        """Take a clause into account, or let it stand for one it implies. Its packages must be known.

        What follows is derived by `settle`.
        """
        if instead_of is not None:
            self._forget(instead_of)
        if len(clause.terms) > 2:
            first, second, *_ = sorted(clause.terms, key=lambda name: self._closed_since(name, clause), reverse=True)
            clause.watched = (first, second)
            self._pairs[first].append(clause)
            self._pairs[second].append(clause)
        else:
            names = list(clause.terms)
            for name, mask in clause.terms.items():
                # A term of one version begins to hold only when the package is exactly that.
                if not mask & (mask - 1):
                    self._watch_one[name].setdefault(mask, []).append(clause)
                    continue
                other = (names[1] if name == names[0] else names[0]) if len(names) == 2 else ""
                self._watch[name].append(_Watch(mask, clause, other, clause.terms.get(other, 0)))
        if self.level:
            self._recent.append((self.level, clause))
        self._look_at(clause)

    def decide(self, name: str, version: int) -> None:
        """Choose one version (a mask of one bit) of a required package."""
        self.level += 1
        self.decided[name] = version
        self._narrow(name, version, None)

    def settle(self) -> Clause | None:
        """Derive all that follows, learning from conflicts. Gives the clause that proves there is no solution."""
        while True:
            while self._conflict is None and self._changed:
                name = next(iter(self._changed))
                del self._changed[name]
                self._propagate(name)
            if self._conflict is None:
                return None
            conflict, self._conflict = self._conflict, None
            learned, level = self._analyse(conflict)
            if level < 0:
                return learned
            self.back_to(level)
            if learned is conflict:
                self._look_at(learned)
            else:
                self.add(learned)

    def back_to(self, level: int) -> None:
        """Undo every decision above a level."""
        self._changed.clear()
        while self._steps[-1].level > level:
            name, before, _, cause = self._steps.pop()
            if before & ABSENT and not self.state[name] & ABSENT:
                del self.required[name]
            self.state[name] = before
            self._history[name].pop()
            if cause is None:
                del self.decided[name]
        self.level = level
        # Clauses learned above this level were never looked at from here: some may have something to say.
        again = []
        while self._recent and self._recent[-1][0] > level:
            again.append(self._recent.pop()[1])
        for clause in reversed(again):
            if level:
                self._recent.append((level, clause))
            self._look_at(clause)

    def level_of(self, name: str, mask: int) -> int:
        """Give the level at which a package came to be within a mask; it must be by now."""
        return self._steps[self._since(name, mask)].level

    def decision_against(self, name: str, version: int) -> str | None:
        """Give the package whose choice made a version of another impossible; None: nothing chosen is needed for it."""
        for since, state in self._history[name]:
            if not state & version:
                step = self._steps[since]
                break
        else:
            return None
        if step.cause is None or not step.level:
            return None
        level = max((self.level_of(n, mask) for n, mask in step.cause.terms.items() if n != name), default=0)
        for decided, mask in self.decided.items():
            if level and self.level_of(decided, mask) == level:
                return decided
        return None

    def _propagate(self, name: str) -> None:
        state = self.state[name]
        if not state & (state - 1):
            for clause in self._watch_one[name].get(state, ()):
                self._look_at(clause)
        # The rest is the inner loop of every search: two terms, the common case, are looked at on the spot.
        states = self.state
        for mask, clause, other, other_mask in self._watch[name]:
            if state & ~mask:
                continue
            if other:
                others = states[other]
                if not others & other_mask:
                    continue
                if others & ~other_mask:
                    self._narrow(other, others & ~other_mask, clause)
                    continue
                self._conflict = clause
            else:
                self._look_at(clause)
            if self._conflict is not None:
                return
        self._propagate_pairs(name, state)

    def _propagate_pairs(self, name: str, state: int) -> None:
        """Derive from long clauses: when a watched term begins to hold, watch another that does not, if there is one.

        Going back needs no care: a term that is open stays so when decisions are undone.
        """
        states = self.state
        clauses = self._pairs[name]
        kept = self._pairs[name] = []
        for index, clause in enumerate(clauses):
            terms = clause.terms
            first, second = clause.watched
            other = second if first == name else first
            others, other_mask = states[other], terms[other]
            if state & ~terms[name] or not others & other_mask:
                kept.append(clause)
                continue
            for candidate, mask in terms.items():
                if candidate not in (name, other) and states[candidate] & ~mask:
                    clause.watched = (other, candidate)
                    self._pairs[candidate].append(clause)
                    break
            else:
                kept.append(clause)
                if not others & ~other_mask:
                    self._conflict = clause
                    kept += clauses[index + 1 :]
                    return
                self._narrow(other, others & ~other_mask, clause)

    def _closed_since(self, name: str, clause: Clause) -> int:
        """Give the step at which a term began to hold; one beyond all steps while it does not."""
        mask = clause.terms[name]
        return len(self._steps) if self.state[name] & ~mask else self._since(name, mask)

    def _forget(self, clause: Clause) -> None:
        if len(clause.terms) > 2:
            for name in clause.watched:
                self._pairs[name].remove(clause)
            return
        for name, mask in clause.terms.items():
            if not mask & (mask - 1):
                self._watch_one[name][mask].remove(clause)
                continue
            watch = self._watch[name]
            index = len(watch) - 1
            while watch[index].clause is not clause:  # mostly among the last
                index -= 1
            del watch[index]

    def _look_at(self, clause: Clause) -> None:
        """Derive what a clause forces: with all terms but one holding, the last must not hold."""
        state = self.state
        open_name = None
        for name, mask in clause.terms.items():
            if state[name] & ~mask:
                if open_name is not None or not state[name] & mask:
                    return
                open_name = name
        if open_name is None:
            if self._conflict is None:
                self._conflict = clause
            return
        self._narrow(open_name, state[open_name] & ~clause.terms[open_name], clause)

    def _narrow(self, name: str, state: int, cause: Clause | None) -> None:
        before = self.state[name]
        self._history[name].append((len(self._steps), state))
        self._steps.append(Step(name, before, self.level, cause))
        self.state[name] = state
        if before & ABSENT and not state & ABSENT:
            self.required[name] = None
        self._changed[name] = None

    def _since(self, name: str, mask: int) -> int:
        """Give the first step after which a package was within a mask."""
        history = self._history[name]
        low, high = 0, len(history) - 1
        while low < high:
            middle = (low + high) // 2
            if history[middle][1] & ~mask:
                low = middle + 1
            else:
                high = middle
        return history[low][0]

    def _analyse(self, conflict: Clause) -> tuple[Clause, int]:
        """Find what a clause that is violated teaches, and the level to go back to; level -1: there is no solution."""
        clause = conflict
        while True:
            last = before_last = -1
            latest = ROOT
            for name, mask in clause.terms.items():
                since = self._since(name, mask)
                if since > last:
                    last, before_last, latest = since, last, name
                else:
                    before_last = max(before_last, since)
            if last <= 0:
                return clause, -1
            step = self._steps[last]
            below = self._steps[before_last].level if before_last >= 0 else 0
            if step.level and below < step.level:
                return clause, below
            if step.cause is None:
                raise Bug("two terms of one clause began to hold with one decision")
            clause = resolvent(clause, step.cause, latest, self.universe[latest])
