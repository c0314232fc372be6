"""Which versions fit together? PubGrub as a stepper: it never fetches, it says what it wants to know.

    solver = Solver(problem)
    while isinstance(outcome := solver.step(), Wanted):
        ...fetch, then solver.give_listing(...) and solver.give_metadata(...)

The answer depends on what was given, never on the order or the time it came in: a package is chosen only from what the
search itself asked for. Order of choice, as uv's: a direct reference or a single candidate first, then packages that
others kept failing on, then in the order they were met. https://nex3.medium.com/pubgrub-2fb6470504f (the algorithm).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from elfin.errors import Malformed
from elfin.resolve.answer import resolution
from elfin.resolve.clause import (
    PRESENCE,
    PRESENT,
    ROOT,
    Asked,
    Clause,
    Constrained,
    Depends,
    Fact,
    Unavailable,
    extra_of,
)
from elfin.resolve.conflict import Conflict
from elfin.resolve.lookahead import Lookahead
from elfin.resolve.model import Likely, Problem, Resolution, Unusable, Wanted
from elfin.resolve.package import Package
from elfin.resolve.reader import Reader
from elfin.resolve.requirement import Requirement
from elfin.resolve.source import Choices, Dependencies, Missing
from elfin.resolve.specifier import ABSENT, admits, clauses_of
from elfin.resolve.trail import Trail

CLASHES_BEFORE_SWAP = 5
"""After so many versions of a package failed on the same earlier choice, that choice is made after the package."""


class Solver:
    """One resolution, from a problem to a `Resolution` or a `Conflict`."""

    def __init__(self, problem: Problem) -> None:
        """Raises Malformed where a marker of the user's own requirements cannot be answered."""
        self._problem = problem
        self._reader = Reader(problem)
        self._trail = Trail()
        self._packages: dict[str, Package] = {}
        self._metadata: dict[tuple[str, int], Dependencies | Unusable] = {}
        self._read: dict[tuple[str, int, str | None], tuple[Requirement, ...]] = {}
        self._lookahead = Lookahead(self._packages, self._requires)
        self._met: dict[str, int] = {}
        """Packages in the order the search met them."""
        self._rank: dict[str, int] = {}
        self._extras: dict[str, dict[str, None]] = {}
        self._stated: set[tuple[str, int, str | None]] = set()
        """(project, index, extra) whose requirements are clauses by now."""
        self._dependences: dict[tuple[str, str | None, Requirement, str], Clause] = {}
        """The clause for all versions of a package met so far that depend on the same, by what it requires."""
        self._reported: dict[str, int] = {}
        """Masks of unusable versions that are clauses by now."""
        self._tried: tuple[str, int, int] | None = None
        self._clashes: dict[tuple[str, str], int] = {}
        self._started = False
        self._stuck: tuple[str, int] | None = None
        """The candidate whose metadata the last step stood still for."""
        for ask in self._reader.asks:
            self._lookahead.note(ask.requirement)

    @property
    def urls(self) -> Mapping[str, str]:
        """Projects that are direct references: their `Choices` has to be the one archive or folder at this URL."""
        return self._reader.urls

    def give_listing(self, name: str, choices: Choices | Missing) -> None:
        """Tell what there is of a project. A second listing of the same project is ignored."""
        if name in self._packages:
            return
        mode, resolving = self._problem.prereleases, self._problem.resolution
        package = Package(
            choices,
            lowest=resolving == "lowest" or (resolving == "lowest-direct" and name in self._reader.direct),
            plain_order=mode == "allow",
            preference=self._problem.preferences.get(name),
        )
        for pin in self._reader.exact:
            if pin.name == name:
                package.allow_yanked(package.listing.mask(pin.clauses))
        self._packages[name] = package
        self._lookahead.given(name)

    def give_metadata(self, name: str, index: int, found: Dependencies | Unusable) -> None:
        """Tell what one version requires, or why that cannot be known. The first answer counts."""
        self._metadata.setdefault((name, index), found)
        self._lookahead.given(name)

    def step(self) -> Wanted | Resolution | Conflict:
        """Search until something is unknown, everything is chosen, or nothing fits. May be called at any time."""
        if not self._started:
            if unknown := self._unknown(ask.requirement for ask in self._reader.asks):
                return self._wanted(unknown)
            self._started = True
            for ask in self._reader.asks:
                self._state({ROOT: PRESENT}, ask.requirement, Asked(ask))
        while True:
            proof = self._trail.settle()
            if proof is not None:
                return Conflict(proof, self._problem, self._packages, self._reader.urls)
            if self._swap_after_clash():
                continue
            name = self._next()
            if name is None:
                return resolution(self._reader, self._packages, self._metadata, self._trail.decided, self._extras_of)
            wanted = self._try(name)
            if wanted is not None:
                return wanted

    def _next(self) -> str | None:
        """Choose the package to go on with: one whose extras are not stated yet, or the first undecided one."""
        trail = self._trail
        state, decided, packages, met = trail.state, trail.decided, self._packages, self._met
        for name in self._extras:
            if name in decided and not self._stated.issuperset(self._keys(name, decided[name])):
                return name
        best, chosen = (9, 0), None
        for name in trail.required:
            if name not in decided and name in packages:  # the presence of an extra is not a choice
                alone = state[name].bit_count() == 1 or name in self._reader.urls
                order = (0 if alone else self._rank.get(name, 2), met[name])
                if order < best:
                    best, chosen = order, name
        return chosen

    def _keys(self, name: str, bit: int) -> list[tuple[str, int, str | None]]:
        """Give the keys of all that a version requires at this point of the search: by itself, and by its extras."""
        index = bit.bit_length() - 2
        return [(name, index, extra) for extra in (None, *self._extras_of(name))]

    def _try(self, name: str) -> Wanted | None:
        """Go one step further with a package: find its best candidate, state its facts, decide it. None: go on."""
        trail, package = self._trail, self._packages[name]
        bit, passed = package.best(trail.state[name])
        if self._report(name, package, passed):
            return None
        index = bit.bit_length() - 2
        found = self._metadata.get((name, index))
        if found is None:
            return self._wanted((), name, bit)
        if isinstance(found, Dependencies):
            found = self._unusable(name, index, found) or found
        if isinstance(found, Unusable):
            package.spoil(bit, found)
            return None
        new = [key for key in self._keys(name, bit) if key not in self._stated]
        requirements = [(key[2], one) for key in new for one in self._read[key]]
        if unknown := self._unknown(one for _, one in requirements):
            return self._wanted(unknown, name)
        if not new:
            trail.decide(name, bit)
            return None
        for extra, one in requirements:
            terms = {name: bit} if extra is None else {name: bit, extra_of(name, extra): PRESENT}
            self._state(terms, one, Depends(name, bit, extra, one))
        self._stated.update(new)
        if name not in trail.decided:
            self._tried = (name, bit, trail.level)
        return None

    def _unusable(self, name: str, index: int, found: Dependencies) -> Unusable | None:
        """Say what in the metadata of a version stands against it; with nothing, it is read."""
        try:
            if found.requires_python and not admits(clauses_of(found.requires_python), self._problem.python_version):
                return Unusable("python", f"needs Python {found.requires_python}")
            for extra in (None, *self._extras_of(name)):
                self._requires(name, index, extra)
        except Malformed as bad:
            return Unusable("metadata", f"has metadata that cannot be used: {bad.message}")
        return None

    def _requires(self, name: str, index: int, extra: str | None) -> tuple[Requirement, ...] | None:
        key = (name, index, extra)
        if key not in self._read:
            found = self._metadata.get((name, index))
            if not isinstance(found, Dependencies):
                return None if found is None else ()
            self._read[key] = self._reader.requires(found, extra)
        return self._read[key]

    def _report(self, name: str, package: Package, passed: int) -> bool:
        """Make clauses of versions that were passed over. Says whether there were new ones."""
        passed &= ~self._reported.get(name, 0)
        if not passed:
            return False
        self._reported[name] = self._reported.get(name, 0) | passed
        groups: dict[Unusable, int] = {}
        while passed:
            bit = passed & -passed
            why = package.reasons[bit]
            groups[why] = groups.get(why, 0) | bit
            passed ^= bit
        for why, mask in groups.items():
            self._trail.add(Clause({name: mask}, Unavailable(name, mask, why)))
        return True

    def _state(self, terms: dict[str, int], requirement: Requirement, fact: Fact) -> None:
        """Make the clauses of one requirement: whoever meets `terms` needs it."""
        name = requirement.name
        package = self._know(name)
        universe = package.listing.every | ABSENT
        outside = universe & ~self._mask(requirement)
        own = terms.get(name, universe) & outside
        if own:
            without = {key: mask for key, mask in terms.items() if key != name}
            self._add(Clause(without if own == universe else {**without, name: own}, fact), name)
        for extra in requirement.extras:
            presence = extra_of(name, extra)
            self._trail.add_package(presence, PRESENCE)
            self._extras.setdefault(name, {})[extra] = None
            if presence not in terms:
                self._add(Clause({**terms, presence: ABSENT}, fact), presence)

    def _add(self, clause: Clause, required: str) -> None:
        """Add a clause about `required`. Versions that require the same of it share one: what is learned of one of
        them is learned of all."""
        fact = clause.cause
        if not isinstance(fact, Depends) or fact.name == fact.requirement.name:
            self._trail.add(clause)
            return
        key = (fact.name, fact.extra, fact.requirement, required)
        known = self._dependences.get(key)
        if known is not None and isinstance(known.cause, Depends):
            versions = clause.terms[fact.name] | known.terms[fact.name]
            clause = Clause({**clause.terms, fact.name: versions}, fact._replace(versions=versions))
        self._dependences[key] = clause
        self._trail.add(clause, known)

    def _mask(self, requirement: Requirement) -> int:
        if requirement.url is not None and requirement.url != self._reader.urls.get(requirement.name):
            return 0  # another archive of the same name, or one the user did not agree to
        return self._packages[requirement.name].listing.mask(requirement.clauses)

    def _know(self, name: str) -> Package:
        """Bring a package into the search, with what the user said of it."""
        package = self._packages[name]
        if name in self._met:
            return package
        self._met[name] = len(self._met)
        every = package.listing.every
        self._trail.add_package(name, every | ABSENT)
        for ask in self._reader.constraints.get(name, ()):
            if outside := every & ~self._mask(ask.requirement):
                self._trail.add(Clause({name: outside}, Constrained(ask)))
        mode = self._problem.prereleases
        unwanted = every & ~package.finals
        if unwanted and (mode == "disallow" or (mode == "explicit" and name not in self._reader.opted_in)):
            why = Unusable("prerelease", "is a pre-release")
            self._trail.add(Clause({name: unwanted}, Unavailable(name, unwanted, why)))
        return package

    def _extras_of(self, name: str) -> tuple[str, ...]:
        """Give the extras of a package that are asked for at this point of the search."""
        required = self._trail.required
        return tuple(extra for extra in self._extras.get(name, ()) if extra_of(name, extra) in required)

    def _swap_after_clash(self) -> bool:
        """Note a candidate that what was chosen before rules out; when that happens often, go back and turn it round.

        Choosing `b` before the `a` it pins finds the newest of both, where the other order walks down all of `b`.
        """
        tried, self._tried = self._tried, None
        trail = self._trail
        if tried is None or tried[2] != trail.level or trail.state[tried[0]] & tried[1]:
            return False
        culprit = trail.decision_against(tried[0], tried[1])
        if culprit is None:
            return False
        pair = (tried[0], culprit)
        self._clashes[pair] = self._clashes.get(pair, 0) + 1
        if self._clashes[pair] != CLASHES_BEFORE_SWAP:  # once for each pair, so that it ends
            return False
        self._rank[tried[0]], self._rank[culprit] = 1, 3
        trail.back_to(trail.level_of(culprit, trail.decided[culprit]) - 1)
        return True

    def _unknown(self, requirements: Iterable[Requirement]) -> tuple[str, ...]:
        """Give the projects whose listing has to come first."""
        return tuple(dict.fromkeys(one.name for one in requirements if one.name not in self._packages))

    def likely(self, wanted: Wanted) -> Likely:
        """Say what will probably be wanted after `wanted`, by looking ahead. Worth its time only while others fetch."""
        trail, packages, known = self._trail, self._packages, self._metadata
        metadata: dict[tuple[str, int], None] = {}
        if self._stuck is not None:
            name, bit = self._stuck
            ahead = self._lookahead.window(name, packages[name], trail.state[name], bit)
            metadata.update(((name, index), None) for index in ahead)
        self._lookahead.follow(trail.state, trail.decided)
        metadata.update(dict.fromkeys(self._lookahead.metadata))
        return Likely(
            tuple(each for each in self._lookahead.listings if each not in wanted.listings),
            tuple(each for each in metadata if each not in wanted.metadata and each not in known),
        )

    def _wanted(self, listings: tuple[str, ...], name: str | None = None, bit: int = 0) -> Wanted:
        """Say what the search stands still for, with all else it is sure to ask."""
        trail, packages = self._trail, self._packages
        metadata: dict[tuple[str, int], None] = {}
        self._stuck = (name, bit) if name is not None and bit else None
        if name is not None and bit:
            metadata[name, bit.bit_length() - 2] = None
        for other in trail.required:
            if other in packages and other not in trail.decided:
                best, _ = packages[other].best(trail.state[other])
                if best:
                    metadata[other, best.bit_length() - 2] = None
        return Wanted(listings, tuple(each for each in metadata if each not in self._metadata))
