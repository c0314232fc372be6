"""The difference between what is installed and what is wanted, as a list of changes.

Answers: what has to be removed, added or replaced so that an environment holds the wanted pins; `for_install` touches
only what is needed, `for_sync` makes the environment hold nothing else. Refuses to decide what is wanted: it gets pins.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from elfin.envs.model import InstalledDistribution
from elfin.envs.state import State
from elfin.formats.projectname import canonical
from elfin.record import NamedTuple

SEED_PACKAGES = frozenset({"pip", "setuptools", "wheel"})
"""What `venv --seed` (and virtualenv) put into an environment; a sync may be told to keep them."""


class Wanted(NamedTuple):
    """One pin."""

    name: str
    """Any spelling."""
    version: str
    reinstall: bool = False
    """Replace it even if this version is there (`--reinstall`; a direct reference whose origin differs)."""


class Remove(NamedTuple):
    """A distribution that is to go."""

    installed: InstalledDistribution


class Add(NamedTuple):
    """A distribution that is not there yet."""

    wanted: Wanted


class Replace(NamedTuple):
    """A distribution that is there in another version, or damaged, or more than once."""

    installed: tuple[InstalledDistribution, ...]
    """Everything of that name, all of which goes."""
    wanted: Wanted


Change = Remove | Add | Replace


class Difference(NamedTuple):
    """What to do, sorted by name, and what may stay as it is."""

    changes: tuple[Change, ...]
    unchanged: tuple[InstalledDistribution, ...]
    """The wanted ones that are there already."""


def for_install(state: State, wanted: Iterable[Wanted]) -> Difference:
    """The changes after which every wanted pin is there; nothing else is touched."""
    there = _by_name(state)
    changes: list[tuple[str, Change]] = []
    unchanged: list[InstalledDistribution] = []
    for pin in wanted:
        name = canonical(pin.name)
        found = there.get(name, ())
        if not found:
            changes.append((name, Add(pin)))
        elif (
            len(found) > 1
            or pin.reinstall
            or found[0] in _damaged(state)
            or not same_version(found[0].version, pin.version)
        ):
            changes.append((name, Replace(found, pin)))
        else:
            unchanged.append(found[0])
    changes.sort(key=lambda change: change[0])
    return Difference(
        tuple(change for _, change in changes), tuple(sorted(unchanged, key=lambda one: one.canonical_name))
    )


def for_sync(state: State, wanted: Iterable[Wanted], *, keep: Collection[str] = ()) -> Difference:
    """The changes after which the environment holds the wanted pins and nothing else, but for the names in `keep`."""
    pins = tuple(wanted)
    needed = for_install(state, pins)
    spared = {canonical(pin.name) for pin in pins} | {canonical(name) for name in keep}
    gone = [(name, Remove(one)) for name, found in _by_name(state).items() if name not in spared for one in found]
    return Difference(
        tuple(sorted((*(change for _, change in gone), *needed.changes), key=change_name)), needed.unchanged
    )


def for_removal(state: State, names: Iterable[str]) -> tuple[tuple[Remove, ...], tuple[str, ...]]:
    """(the removals of these names, the names that are not installed), as `pip uninstall` needs them."""
    there = _by_name(state)
    removals: list[Remove] = []
    missing: list[str] = []
    for name in dict.fromkeys(names):
        found = there.get(canonical(name), ())
        removals += [Remove(one) for one in found]
        if not found:
            missing.append(name)
    return tuple(sorted(set(removals), key=change_name)), tuple(missing)


def change_name(change: Change) -> str:
    """The canonical name of the distribution that a change is about."""
    return change.installed.canonical_name if isinstance(change, Remove) else canonical(change.wanted.name)


def same_version(one: str, other: str) -> bool:
    """Whether two versions are equal by PEP 440 (`1.0` and `1.0.0`); text that is no version equals only itself."""
    if one == other:
        return True
    if _RELEASE.fullmatch(one) and _RELEASE.fullmatch(other):  # the usual case, without an import
        return _release(one) == _release(other)
    from packaging.version import InvalidVersion, Version

    try:
        return Version(one) == Version(other)
    except InvalidVersion:
        return False


_RELEASE = re.compile(r"[0-9]+(?:\.[0-9]+)*")


def _release(version: str) -> list[int]:
    numbers = [int(part) for part in version.split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return numbers


def _by_name(state: State) -> dict[str, tuple[InstalledDistribution, ...]]:
    """Everything there is of each name, damaged remains included: they go when the name is changed."""
    there: dict[str, tuple[InstalledDistribution, ...]] = {}
    for one in (*state.distributions, *_damaged(state)):
        there[one.canonical_name] = (*there.get(one.canonical_name, ()), one)
    return there


def _damaged(state: State) -> tuple[InstalledDistribution, ...]:
    return tuple(problem.distribution for problem in state.problems if problem.distribution is not None)
