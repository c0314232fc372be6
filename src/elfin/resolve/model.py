"""The values of the room: what is asked, what the solver wants to know, and what it found.

Names of projects and extras are normalised everywhere (PEP 503). Versions are `packaging` values.
"""

from __future__ import annotations

from collections.abc import Mapping

from packaging.version import Version

from elfin.record import NamedTuple
from elfin.resolve.requirement import Requirement


class Ask(NamedTuple):
    """A requirement with the place it was written at."""

    requirement: Requirement
    origin: str
    """For people: "-r requirements.txt (line 3)", "argument", "pyproject.toml (dependencies)"."""


class Problem(NamedTuple):
    """Everything that decides an answer, but for what indexes and metadata say."""

    asks: tuple[Ask, ...]
    environment: Mapping[str, str]
    """The PEP 508 variables of the target, all but `extra`."""
    python_version: Version
    """The target's, to the patch: Requires-Python may name one."""
    constraints: tuple[Ask, ...] = ()
    """Narrow a package if something requires it, ask for none themselves; their extras are ignored."""
    overrides: tuple[Ask, ...] = ()
    """Stand in for every requirement on the same name, wherever it is; extras of the original stay asked."""
    preferences: Mapping[str, Version] = {}
    """Versions to take before others where they are allowed: existing pins, what is installed."""
    prereleases: str = "if-necessary"
    """"if-necessary": a final release where one will do, otherwise a pre-release ("if-necessary-or-explicit" means
    the same); "allow": the highest, whatever it is; "disallow": never; "explicit": as "if-necessary" for packages whose
    ask, constraint or override names a pre-release, never for others."""
    resolution: str = "highest"
    """"highest", "lowest", or "lowest-direct": the lowest for what is asked for, the highest for the rest."""
    no_deps: bool = False
    """Take what is asked for and nothing else."""


class Unusable(NamedTuple):
    """Why a version cannot be taken. Neighbours with equal values are reported as one range."""

    kind: str
    """"python", "wheel", "sdist", "yanked", "prerelease", "metadata", "files" or "other"."""
    reason: str
    """A predicate: "needs Python >=3.12", "has no wheel for this target: its wheels are for macOS"."""


class Wanted(NamedTuple):
    """What to fetch before the next step. Nothing is asked again once it was given."""

    listings: tuple[str, ...]
    """Projects whose `Choices` the next step will want; those of `Solver.urls` have one candidate each."""
    metadata: tuple[tuple[str, int], ...]
    """(project, index in its listing) whose `Dependencies` the next step will want, the decisive one first."""


class Likely(NamedTuple):
    """What will probably be wanted soon. Giving any of it is optional and changes no answer, only time."""

    listings: tuple[str, ...]
    metadata: tuple[tuple[str, int], ...]
    """Found by looking ahead, and, while versions of a project fail one after the other, more and more of the next."""


class Pin(NamedTuple):
    """One package of a resolution."""

    name: str
    version: Version
    position: int
    """Index in the listing that was given."""
    extras: tuple[str, ...]
    """Those asked for, sorted, whether the version has them or not."""
    url: str | None


class Edge(NamedTuple):
    """Who required whom, for "via" notes."""

    parent: str | None
    """None: the user did."""
    extra: str | None
    """The parent's extra that brought it, None: a plain dependency."""
    child: str
    requirement: Requirement
    origin: str
    """The ask's origin, or "name version" of the parent."""


class Resolution(NamedTuple):
    """A set of versions that fit together."""

    pins: tuple[Pin, ...]
    """By name."""
    edges: tuple[Edge, ...]
    """The user's first in their order, then by parent."""
    warnings: tuple[str, ...]
    """Extras that a pinned version does not have."""
