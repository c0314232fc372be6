"""A world of packages in memory, a driver that feeds a solver from it, and a brute-force oracle."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from packaging.version import Version

from elfin.formats.projectname import canonical
from elfin.resolve.conflict import Conflict
from elfin.resolve.model import Ask, Likely, Problem, Resolution, Unusable, Wanted
from elfin.resolve.requirement import requirement
from elfin.resolve.solver import Solver
from elfin.resolve.source import Choices, Dependencies, Missing

LINUX = {
    "implementation_name": "cpython",
    "implementation_version": "3.11.7",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_release": "6.1.0",
    "platform_system": "Linux",
    "platform_version": "#1 SMP",
    "python_full_version": "3.11.7",
    "python_version": "3.11",
    "sys_platform": "linux",
}


class Release(NamedTuple):
    """One version of a package in the world."""

    requires: tuple[str, ...] = ()
    requires_python: str | None = None
    extras: tuple[str, ...] = ()
    yanked: str | None = None
    unusable: Unusable | None = None


class Shelf:
    """The `Choices` of one project of a world."""

    def __init__(self, releases: Mapping[str, Release]) -> None:
        ordered = sorted(releases.items(), key=lambda item: Version(item[0]))
        self.texts = [text for text, _ in ordered]
        self.releases = [release for _, release in ordered]
        self._versions = [Version(text) for text in self.texts]
        self.asked: list[int] = []

    @property
    def versions(self) -> Sequence[Version]:
        return self._versions

    def usable(self, index: int) -> Unusable | None:
        self.asked.append(index)
        return self.releases[index].unusable

    def yanked(self, index: int) -> str | None:
        return self.releases[index].yanked


class World:
    """Projects by name. Plain lists of requirements stand for a release with nothing else to say."""

    def __init__(self, packages: Mapping[str, Mapping[str, Release | Sequence[str]]]) -> None:
        self.shelves = {
            canonical(name): Shelf(
                {text: one if isinstance(one, Release) else Release(tuple(one)) for text, one in versions.items()}
            )
            for name, versions in packages.items()
        }

    def listing(self, name: str) -> Choices | Missing:
        return self.shelves.get(name) or Missing()

    def metadata(self, name: str, index: int) -> Dependencies:
        release = self.shelves[name].releases[index]
        return Dependencies(release.requires, release.requires_python, release.extras)


def asks(*texts: str) -> tuple[Ask, ...]:
    return tuple(Ask(requirement(text), "argument") for text in texts)


def problem(*texts: str, python: str = "3.11.7", **options: object) -> Problem:
    environment = {
        **LINUX,
        "python_full_version": python,
        "implementation_version": python,
        "python_version": ".".join(python.split(".")[:2]),
    }
    return Problem(asks(*texts), environment, Version(python), **options)  # type: ignore[arg-type]


class Run(NamedTuple):
    outcome: Resolution | Conflict
    rounds: int
    likely: list[Likely]

    @property
    def pins(self) -> dict[str, str]:
        assert isinstance(self.outcome, Resolution), self.outcome
        return {pin.name: str(pin.version) for pin in self.outcome.pins}


def run(world: World, asked: Problem, *, likely: bool = True) -> Run:
    """Drive a solver to its end, giving what it likely wants as well or not."""
    solver = Solver(asked)
    rounds, every = 0, list[Likely]()
    while isinstance(outcome := solver.step(), Wanted):
        rounds += 1
        assert outcome.listings or outcome.metadata, "the solver stands still and wants nothing"
        ahead = solver.likely(outcome) if likely else Likely((), ())
        every.append(ahead)
        for name in outcome.listings + ahead.listings:
            solver.give_listing(name, world.listing(name))
        for name, index in outcome.metadata + ahead.metadata:
            solver.give_metadata(name, index, world.metadata(name, index))
    return Run(outcome, rounds, every)


Packages = dict[str, dict[str, list[str]]]


def random_problem(seed: int) -> tuple[Packages, list[str]]:
    """Make a small problem, as often with a solution as without; one package in ten is required but does not exist."""
    chance = random.Random(seed)
    names = "abcdef"[: chance.randint(2, 6)]
    packages: Packages = {}
    for name in names:
        packages[name] = {}
        for version in range(1, chance.randint(1, 5) + 1):
            others = [other for other in names + ("z" if chance.random() < 0.1 else "") if other != name]
            packages[name][str(version)] = [
                f"{other}{chance.choice(['>=', '<=', '==', '<', '>', '!='])}{chance.randint(1, 5)}"
                for other in others
                if chance.random() < chance.choice([0.2, 0.5])
            ]
    wanted = [f"{name}{chance.choice(['>=1', '>=2', '<4', '!=3', ''])}" for name in names if chance.random() < 0.5]
    return packages, wanted or [names[0]]


def solutions_exist(packages: Mapping[str, Mapping[str, Sequence[str]]], wanted: Sequence[str]) -> bool:
    """Brute force: is there a set of versions that meets every requirement? For plain requirements without extras."""
    needs = {(n, v): [requirement(t) for t in ts] for n, versions in packages.items() for v, ts in versions.items()}

    def meets(version: str, text: str) -> bool:
        from packaging.specifiers import SpecifierSet

        return SpecifierSet(text).contains(version, prereleases=True)

    def extend(chosen: dict[str, str], open_: list[tuple[str, str]]) -> bool:
        if not open_:
            return True
        (name, specifier), rest = open_[0], open_[1:]
        if name in chosen:
            return meets(chosen[name], specifier) and extend(chosen, rest)
        for version in packages.get(name, {}):
            if meets(version, specifier):
                more = [(r.name, "".join(f"{o}{v}," for o, v in r.clauses).rstrip(",")) for r in needs[name, version]]
                if extend({**chosen, name: version}, rest + more):
                    return True
        return False

    start = [requirement(text) for text in wanted]
    return extend({}, [(r.name, ",".join(o + v for o, v in r.clauses)) for r in start])


def faults(resolution: Resolution, world: World, wanted: Sequence[str]) -> list[str]:
    """Check a resolution from scratch; extras are followed, markers must be absent."""
    found = []
    pins = {pin.name: pin for pin in resolution.pins}
    needed: set[tuple[str, str | None]] = set()
    stack = [("", requirement(text)) for text in wanted]
    from packaging.specifiers import SpecifierSet

    while stack:
        parent, one = stack.pop()
        pin = pins.get(one.name)
        if pin is None:
            found.append(f"{parent} needs {one.text()}, which is not there")
            continue
        if not SpecifierSet(",".join(o + v for o, v in one.clauses)).contains(pin.version, prereleases=True):
            found.append(f"{parent} needs {one.text()}, there is {pin.version}")
        if (one.name, None) not in needed:
            needed.add((one.name, None))
            metadata = world.metadata(one.name, pin.position)
            stack += [(one.name, requirement(text)) for text in metadata.requires]
    found += [f"{name} is there for nothing" for name in pins if (name, None) not in needed]
    return found
