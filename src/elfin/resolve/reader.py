"""What does a text mean for this problem? Markers answered, overrides put in, direct references looked up.

The one place that knows the user's rules about requirements; the solver and the look-ahead only see its answers.
"""

from __future__ import annotations

from collections.abc import Iterable

from elfin.formats.projectname import canonical
from elfin.resolve.markers import Markers
from elfin.resolve.model import Ask, Problem
from elfin.resolve.requirement import Requirement, requirement
from elfin.resolve.source import Dependencies
from elfin.resolve.specifier import names_prerelease, pins_exactly


class Reader:
    """The reading rules of one problem. Raises Malformed for a marker of the user's that cannot be answered."""

    def __init__(self, problem: Problem) -> None:
        self._markers = Markers(problem.environment)
        self._no_deps = problem.no_deps
        self._overridden = {ask.requirement.name for ask in problem.overrides}
        overrides = self._that_hold(problem.overrides)
        self._overrides: dict[str, list[Ask]] = {}
        for ask in overrides:
            self._overrides.setdefault(ask.requirement.name, []).append(ask)
        self.asks = tuple(stand_in for ask in self._that_hold(problem.asks) for stand_in in self._stand_ins(ask))
        self.constraints: dict[str, list[Ask]] = {}
        for ask in self._that_hold(problem.constraints):
            self.constraints.setdefault(ask.requirement.name, []).append(ask)
        users = [*self.asks, *overrides, *(ask for asks in self.constraints.values() for ask in asks)]
        self.urls = _urls(users)
        """Projects that are a direct reference, with its URL: the first one that the user wrote."""
        self.direct = frozenset(ask.requirement.name for ask in self.asks)
        self.opted_in = frozenset(ask.requirement.name for ask in users if names_prerelease(ask.requirement.clauses))
        """Projects for which the user mentioned a pre-release."""
        self.exact = [ask.requirement for ask in users if pins_exactly(ask.requirement.clauses)]
        """What the user pinned, which admits yanked versions."""

    def requires(self, dependencies: Dependencies, extra: str | None) -> tuple[Requirement, ...]:
        """Give what a version requires: without any extra (None), or what one extra adds. Raises Malformed."""
        if self._no_deps:
            return ()
        hold = self._markers.hold
        found = []
        for text in dependencies.requires:
            if extra is not None and "extra" not in text:
                continue
            one = requirement(text)
            plain = hold(one.marker)
            if plain if extra is None else not plain and hold(one.marker, extra):
                found += self._stand_ins(Ask(one, ""))
        return tuple(dict.fromkeys(ask.requirement for ask in found))

    def offers(self, dependencies: Dependencies, extra: str) -> bool:
        """Say whether a version has an extra, by its own word or because a requirement is marked with it."""
        if any(canonical(offered) == extra for offered in dependencies.extras):
            return True
        return any(
            self._markers.hold(requirement(text).marker, extra) for text in dependencies.requires if "extra" in text
        )

    def _that_hold(self, asks: Iterable[Ask]) -> list[Ask]:
        return [ask for ask in asks if self._markers.hold(ask.requirement.marker)]

    def _stand_ins(self, ask: Ask) -> list[Ask]:
        """Put the overrides of a name in the place of a requirement; it keeps its extras."""
        name = ask.requirement.name
        if name not in self._overridden:
            return [ask]
        return [
            Ask(
                override.requirement._replace(
                    extras=tuple(sorted({*override.requirement.extras, *ask.requirement.extras}))
                ),
                override.origin,
            )
            for override in self._overrides.get(name, ())
        ]


def _urls(asks: Iterable[Ask]) -> dict[str, str]:
    found: dict[str, str] = {}
    for ask in asks:
        if ask.requirement.url is not None:
            found.setdefault(ask.requirement.name, ask.requirement.url)
    return found
