"""Results arranged for readers: tables, counts, reasons, differences. Pure; both reports are made of this."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from lab import jobs
from lab.places import Place, every
from lab.results import Known, Result
from lab.variants import SETUPS, Setup
from lab.verdict import WORDS

ORDER = ("host", "venv", *jobs.PACKAGES, "run")


class Table(NamedTuple):
    """Places and tools against jobs."""

    jobs: tuple[str, ...]
    rows: tuple[tuple[Place, str, Mapping[str, Result]], ...]
    """A place, a tool, and its results by job; places stand together."""


class Answer(NamedTuple):
    """One set-up of the study of uv, and what was seen in it now; None where it was not run."""

    setup: Setup
    elfin: Result | None
    uv: Result | None


def table(known: Known, *, all_jobs: bool) -> Table:
    """The table of the places for all jobs, or of those for detection only."""
    wanted = [place for place in every().values() if (place.jobs == "all") == all_jobs]
    rows = []
    for place in wanted:
        for tool in jobs.TOOLS:
            cells = {one.job: one for one in known.results if (one.place, one.tool) == (place.name, tool)}
            if cells:
                rows.append((place, tool, cells))
    seen = {job for _, _, cells in rows for job in cells}
    return Table(tuple(sorted(seen, key=_position)), tuple(rows))


def _position(job: str) -> tuple[int, str]:
    return (ORDER.index(job) if job in ORDER else len(ORDER), job)


def counted(known: Known) -> dict[str, dict[str, int]]:
    """How many verdicts of each word, for each tool that ran."""
    found: dict[str, dict[str, int]] = {}
    for one in known.results:
        words = found.setdefault(one.tool, dict.fromkeys(WORDS, 0))
        words[one.verdict.word] += 1
    return found


def setups(known: Known) -> list[Answer]:
    """Every set-up of the study, in its order."""
    found = {(one.place, one.job, one.tool): one for one in known.results}
    return [Answer(one, *(found.get((one.place, one.job, tool)) for tool in ("elfin", "uv"))) for one in SETUPS]


def differences(known: Known, *, elfin_works: bool) -> list[tuple[str, str, list[str]]]:
    """(place, peer, jobs) where one of elfin and the peer works and the other does not."""
    mine = {(one.place, one.job): one for one in known.results if one.tool == "elfin"}
    found: dict[tuple[str, str], list[str]] = {}
    for theirs in known.results:
        ours = mine.get((theirs.place, theirs.job))
        if theirs.tool == "elfin" or ours is None:
            continue
        words = (ours.verdict.word == "works", theirs.verdict.word == "works")
        if words == (elfin_works, not elfin_works):
            found.setdefault((theirs.place, theirs.tool), []).append(theirs.job)
    return [(place, tool, names) for (place, tool), names in found.items()]


def explained(known: Known) -> list[tuple[str, str, str, list[str]]]:
    """(word, tool, reason, ["place job", ...]) of everything that does not work, the worst and elfin's first."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for one in known.results:
        if one.verdict.word != "works":
            key = (one.verdict.word, one.tool, one.verdict.reason)
            found.setdefault(key, []).append(f"{one.place} {one.job}")
    worst = ["broken", "refused", "impossible"]
    keys = sorted(found, key=lambda key: (worst.index(key[0]), jobs.TOOLS.index(key[1])))
    return [(*key, found[key]) for key in keys]
