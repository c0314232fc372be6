"""What the solver has to be told about packages: the port that flows implement over an index, files and builds.

Everything is per version and lazy: the solver asks about a version only when it is about to take it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from packaging.version import Version

from elfin.formats.metadata import Dependencies
from elfin.record import NamedTuple
from elfin.resolve.model import Unusable

__all__ = ["Choices", "Dependencies", "Missing"]


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
