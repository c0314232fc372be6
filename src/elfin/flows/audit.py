"""What files and wheels really need, whether they run in given places, and what is wrong with them.

A path may be an ELF file, a folder, an environment, a wheel, an archive, a folder of wheels, a place (`root:DIR`,
`image:FILE`), a URL, or `PROJECT==VERSION` for the wheels that installers take in the places named. Results are the
same on every machine: only what is named is read.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence

from elfin.audit import places, problems, releases
from elfin.audit.model import Report
from elfin.errors import PlaceError, UsageError
from elfin.flows import audit_reports
from elfin.flows.audit_places import Site
from elfin.flows.context import Context
from elfin.flows.place import Place
from elfin.index.model import File
from elfin.record import NamedTuple


class Judged(NamedTuple):
    """One place, and whether it runs there."""

    place: Place
    verdict: places.Verdict


class Audited(NamedTuple):
    """One thing, judged."""

    report: Report
    judged: tuple[Judged, ...]
    served: tuple[places.Served, ...]
    problems: tuple[problems.Problem, ...]


class Answer(NamedTuple):
    """Everything that was asked about."""

    audited: tuple[Audited, ...]
    advice: tuple[releases.Advice, ...]


def audit(
    context: Context,
    paths: Sequence[str],
    platforms: Sequence[str] = (),
    most: Sequence[tuple[str, tuple[int, ...]]] = (),
    *,
    hashes: bool = False,
    python: str | None = None,
) -> Answer:
    """An answer for each path, in order. `hashes`: compare RECORD with the bytes as well. `python`: see `reports`.

    Raises PlaceError and Malformed* for what cannot be read as a whole, and what `place` raises; for what is elsewhere
    Unreachable, HashMismatch, NoAnswer.
    """
    sites = [Site(context, text) for text in platforms]
    found = (report for path in paths for report in reports(context, path, platforms, hashes=hashes, python=python))
    return judged(found, sites, most)


def judged(
    found: Iterable[Report], sites: Sequence[Site] = (), most: Sequence[tuple[str, tuple[int, ...]]] = ()
) -> Answer:
    """Reports, judged for places and held to floors: of `audit_many`, say."""
    audited = []
    for report in found:
        at_sites = tuple(Judged(site.place, site.judge(report)) for site in sites)
        audited.append(Audited(report, at_sites, places.served(report), problems.find(report, most)))
    return Answer(tuple(audited), releases.advise([one.report for one in audited]))


def reports(
    context: Context, path: str, platforms: Sequence[str] = (), *, hashes: bool = False, python: str | None = None
) -> Iterator[Report]:
    """The reports of one path, as typed. `platforms` and `python` tell which wheels of a project are meant."""
    for what in _meant(context, path, platforms, python):
        yield from audit_reports.of(context, what, hashes=hashes)


def _meant(context: Context, path: str, platforms: Sequence[str], python: str | None) -> Sequence[str | File]:
    if not path:
        raise UsageError("an empty path names nothing", hints=("for the working folder write `.`",))
    if "://" in path:
        return [path]
    there = os.path.lexists(os.path.join(context.folder, os.path.expanduser(path)))
    pinned = re.fullmatch(r"[\w.-]+(?:\[[\w.,-]*\])?\s*(?:[=<>~!]=|[<>]).+", path)
    if pinned is not None and not there:
        from elfin.flows import audit_remote

        return audit_remote.taken(context, path, platforms, python)
    if not there and re.fullmatch(r"[\w-]+", path):
        hint = f"`elfin audit {path}==VERSION` asks the index for its wheels"
        raise PlaceError(f"no such file or folder: {path}", hints=(hint,))
    return [path]


class Serving(NamedTuple):
    """Which wheels of several a place can use: they run there, and installers take them by their names."""

    place: Place
    wheels: tuple[str, ...]


def serving(answer: Answer) -> tuple[Serving, ...]:
    """For each place the wheels that serve it; () where fewer than two wheels were judged."""
    wheels = [one for one in answer.audited if one.report.claim is not None]
    if len(wheels) < 2:
        return ()
    return tuple(
        Serving(judged.place, tuple(
            one.report.path for one in wheels
            if one.judged[number].verdict.runs is not False and one.judged[number].verdict.installers == ""
        ))
        for number, judged in enumerate(wheels[0].judged)
    )  # fmt: skip


def stopped(answer: Answer) -> bool:
    """Whether something does not run in a place that was named.

    Of several wheels each place has to be served by one; one that does not run there only counts if installers there
    take it all the same.
    """
    served = serving(answer)
    for one in answer.audited:
        for judged in one.judged:
            passed_over = bool(served) and one.report.claim is not None and bool(judged.verdict.installers)
            if judged.verdict.runs is False and not passed_over:
                return True
    return any(not one.wheels for one in served)
