"""What the matrix saw: results as values, and the files they are kept in (one for each place)."""

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


class Known(NamedTuple):
    """Everything that was seen, in the order of the table of places."""

    results: tuple[Result, ...]
    made_by: tuple[str, ...]
    """The commits it was seen with."""
    on: tuple[str, ...]
    """The days it was seen on, ascending."""


def _path(place: str, *, quick: bool) -> str:
    return os.path.join(cache.folder(), "results-quick" if quick else "results", f"{place}.json")


def keep(place: str, found: Sequence[Result], *, made_by: str, on: str, quick: bool) -> None:
    """Keep the results of a place instead of those of an earlier run."""
    path = _path(place, quick=quick)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    told = {
        "commit": made_by,
        "on": on,
        "results": [[one.tool, one.job, *one.verdict] for one in found],
    }
    with open(f"{path}.new", "w", encoding="utf-8") as file:
        json.dump(told, file, indent=1)
    os.replace(f"{path}.new", path)


def _read(place: str, *, quick: bool) -> dict[str, object] | None:
    try:
        with open(_path(place, quick=quick), encoding="utf-8") as file:
            told = json.load(file)
    except OSError:
        return None
    return told if isinstance(told, dict) else None


def of(place: str, *, quick: bool) -> list[Result]:
    """The results of one place, of the quick subset or of the whole; none when it was never run."""
    told = _read(place, quick=quick)
    rows = [] if told is None else told["results"]
    return [Result(place, tool, job, Verdict(*verdict)) for tool, job, *verdict in rows]  # type: ignore[attr-defined]


def every(*, quick: bool) -> Known:
    """The results of all places that are in the table, of the quick subset or of the whole."""
    found: list[Result] = []
    commits, days = [], []
    for place in every_place():
        told = _read(place, quick=quick)
        if told is not None:
            found += of(place, quick=quick)
            commits.append(str(told["commit"]))
            days.append(str(told["on"]))
    return Known(tuple(found), tuple(dict.fromkeys(filter(None, commits))), tuple(sorted(set(days))))
