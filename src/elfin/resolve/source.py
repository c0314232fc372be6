"""What the solver has to be told about packages: the port that flows implement over an index, files and builds.

Everything is per version and lazy: the solver asks about a version only when it is about to take it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from packaging.version import Version

from elfin.resolve.model import Unusable


class Choices(Protocol):
    """The versions of one project that a source offers.

    Answers must not change while a solver runs. `choose.FileChoices` is one made of an index's files.
    """

    @property
    def versions(self) -> Sequence[Version]:
        """All versions, ascending, each once, usable or not."""

    def usable(self, index: int) -> Unusable | None:
        """Say why a version cannot be taken (no wheel for the target, another Python, ...); None: it can.

        Yanked is not a reason here. Asked at most once for each version.
        """

    def yanked(self, index: int) -> str | None:
        """Give the reason a version was yanked for ("": none given); None: it was not (PEP 592)."""


class Missing(NamedTuple):
    """There is no listing of a project."""

    reason: str = "is not in the index"
    """A predicate for the project's name."""


class Dependencies(NamedTuple):
    """What the metadata of one version says. Requirements are texts; they are read when needed."""

    requires: tuple[str, ...]
    """Requires-Dist, in order."""
    requires_python: str | None
    """None: not said, or said by the index too, so that `Choices.usable` has judged it already."""
    extras: tuple[str, ...]
    """Provides-Extra as written."""
