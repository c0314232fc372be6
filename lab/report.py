"""Results arranged for readers: tables, counts, reasons, differences. Pure; both reports are made of this."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from lab import jobs
from lab.places import Place, every
from lab.results import Known, Result
from lab.variants import SETUPS, Setup
from lab.verdict import WORDS, Verdict

_LONG = 230
"""Characters of a reason that are shown at once."""


class Table(NamedTuple):
    """Places and tools against jobs."""

    jobs: tuple[str, ...]
    rows: tuple[tuple[Place, str, Mapping[str, Result]], ...]
    """A place, a tool, and its results by job; places stand together."""


class Answer(NamedTuple):
    """One set-up of the study of uv, and what was seen in it now: for each of its jobs, None where it was not run."""

    setup: Setup
    elfin: tuple[Result | None, ...]
    uv: tuple[Result | None, ...]


def table(known: Known, *, all_jobs: bool) -> Table:
    """The table of the places for all jobs, or of those for detection only; a column for every job they have."""
    wanted = [place for place in every().values() if (place.jobs == "all") == all_jobs]
    rows = []
    for place in wanted:
        for tool in jobs.TOOLS:
            cells = {one.job: one for one in known.results if (one.place, one.tool) == (place.name, tool)}
            if cells:
                rows.append((place, tool, cells))
    asked = {job.name for place in wanted for job in jobs.jobs(place, emulated=False)}
    return Table(tuple(job for job in jobs.ORDER if job in asked), tuple(rows))


def made(known: Known) -> str:
    """What was tried, and when: the git tree of elfin's sources and its peers' versions."""
    parts = []
    for tool in jobs.TOOLS:
        versions = known.versions(tool)
        if tool == "elfin" and versions:
            trees = ", ".join(one[:12] for one in versions)
            parts.append(f"elfin with the sources {trees} (`git rev-parse COMMIT:src`)")
        elif versions:
            parts.append(f"{tool} {', '.join(versions)}")
    days = known.days()
    when = "" if not days else f", {days[0]}" if len(days) == 1 else f", {days[0]} to {days[-1]}"
    return " · ".join(parts) + when


def short(verdict: Verdict) -> tuple[str, str]:
    """A reason as it is shown at once, and all of it where that is more, else ""."""
    reason, whole = verdict.reason, verdict.whole
    if len(reason) <= _LONG:
        return reason, whole
    return reason[:_LONG].rpartition(" ")[0].rstrip(",.;: ") + " …", whole or reason


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
    return [
        Answer(one, *(tuple(found.get((one.place, job, tool)) for job in one.jobs) for tool in ("elfin", "uv")))
        for one in SETUPS
    ]


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


def explained(known: Known) -> list[tuple[Verdict, str, list[str]]]:
    """(a verdict, its tool, ["place job", ...]) of everything that does not work, the worst and elfin's first.

    Verdicts that are told alike are one, with the first's time.
    """
    found: dict[tuple[str, str, str], tuple[Verdict, list[str]]] = {}
    for one in known.results:
        if one.verdict.word != "works":
            key = (one.verdict.word, one.tool, one.verdict.reason)
            found.setdefault(key, (one.verdict, []))[1].append(f"{one.place} {one.job}")
    worst = ["broken", "refused", "impossible"]
    keys = sorted(found, key=lambda key: (worst.index(key[0]), jobs.TOOLS.index(key[1])))
    return [(found[key][0], key[1], found[key][1]) for key in keys]
