"""What the matrix saw: results as values, and the files they are kept in (one for each place).

A result is kept with a digest of everything it hangs on (`key`), so that a later run does only what changed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import NamedTuple

from lab import cache
from lab.places import every as every_place
from lab.verdict import Verdict


class Result(NamedTuple):
    """The verdict on one job of one tool in one place."""

    place: str
    tool: str
    job: str
    verdict: Verdict
    version: str = ""
    """Of the tool: for elfin the git tree of its sources."""
    on: str = ""
    """The day, as 2026-11-21."""
    key: str = ""
    """A digest of what the result hangs on."""


class Known(NamedTuple):
    """Everything that was seen, in the order of the table of places."""

    results: tuple[Result, ...]

    def versions(self, tool: str) -> tuple[str, ...]:
        """The versions of a tool that results are of; one, unless the whole was made in parts."""
        return tuple(dict.fromkeys(one.version for one in self.results if one.tool == tool and one.version))

    def days(self) -> tuple[str, ...]:
        """The days of the results, ascending."""
        return tuple(sorted({one.on for one in self.results if one.on}))


def _path(place: str, *, quick: bool) -> str:
    return os.path.join(cache.folder(), "results-quick" if quick else "results", f"{place}.json")


def keep(place: str, found: Sequence[Result], *, quick: bool) -> None:
    """Keep the results of a place instead of those of an earlier run."""
    path = _path(place, quick=quick)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    told = [{"tool": one.tool, "job": one.job, **one.verdict._asdict(), "version": one.version, "on": one.on,
             "key": one.key} for one in found]  # fmt: skip
    with open(f"{path}.new", "w", encoding="utf-8") as file:
        json.dump(told, file, indent=1)
    os.replace(f"{path}.new", path)


def of(place: str, *, quick: bool) -> list[Result]:
    """The results of one place, of the quick subset or of the whole; none when it was never run, or by an older lab."""
    try:
        with open(_path(place, quick=quick), encoding="utf-8") as file:
            rows = json.load(file)
        return [
            Result(
                place, row["tool"], row["job"], Verdict(*(row[name] for name in Verdict._fields)),
                row["version"], row["on"], row["key"],
            )
            for row in rows
        ]  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError):
        return []


def every(*, quick: bool) -> Known:
    """The results of all places that are in the table, of the quick subset or of the whole."""
    return Known(tuple(one for place in every_place() for one in of(place, quick=quick)))
