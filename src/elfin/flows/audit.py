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
from elfin.errors import Malformed, PlaceError, UnsafeArchive, UsageError
from elfin.flows import audit_reports
from elfin.flows.audit_places import Site
from elfin.flows.context import Context
from elfin.flows.place import Place
from elfin.formats.urltext import redacted
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

    Of several things one that cannot be read as a whole is an answer too (`unread`), and so is a malformed one that is
    checked. Raises PlaceError and Malformed* for one that was asked about alone, and what `place` raises; for what is
    elsewhere Unreachable, HashMismatch, NoAnswer.
    """
    sites = [Site(context, text) for text in platforms]
    nothing: list[audit_reports.NoCode] = []
    told = audit_reports.NOT_READ if len(paths) > 1 else (Malformed, UnsafeArchive) if hashes else ()

    def found() -> Iterator[Report]:
        for path in paths:
            try:
                yield from reports(context, path, platforms, hashes=hashes, python=python)
            except told as error:
                yield audit_reports.unreadable(redacted(path), error)
            except audit_reports.NoCode as error:  # `dist/*` names checksums, too
                nothing.append(error)
                if len(nothing) == len(paths):
                    raise
                context.warn(f"passed over: {error}")

    return judged(found(), sites, most)


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
    group: str
    """What they are wheels of: "tool 1.0 for cp312-cp312"; where the place's own Python chooses, "tool 1.0"."""
    among: tuple[str, ...]
    """All that might."""
    wheels: tuple[str, ...]


def serving(answer: Answer) -> tuple[Serving, ...]:
    """For each place and each group of two or more wheels those that serve it."""
    wheels = [one for one in answer.audited if one.report.claim is not None]
    by_path = {one.report.path: one for one in wheels}
    found = []
    for number, judged in enumerate(wheels[0].judged if wheels else ()):
        chosen = judged.place.root is not None or judged.place.interpreter is not None
        for group in releases.groups([one.report for one in wheels], by_python=not chosen):
            if len(group.paths) > 1:
                serve = tuple(path for path in group.paths if _serves(by_path[path].judged[number].verdict))
                found.append(Serving(judged.place, group.name, group.paths, serve))
    return tuple(found)


def _serves(verdict: places.Verdict) -> bool:
    return verdict.runs is not False and verdict.installers == ""


def stopped(answer: Answer) -> bool:
    """Whether something does not run in a place that was named.

    Of several wheels of one thing each place has to be served by one; one that does not run there only counts if
    installers there take it all the same.
    """
    served = serving(answer)
    weighed = {(one.place.text, path) for one in served for path in one.among}
    for one in answer.audited:
        for judged in one.judged:
            passed_over = bool(judged.verdict.installers) and (judged.place.text, one.report.path) in weighed
            if judged.verdict.runs is False and not passed_over:
                return True
    return any(not one.wheels for one in served)


def unread(answer: Answer) -> bool:
    """Whether something could not be read as a whole."""
    return any(path == "" for one in answer.audited for path, _ in one.report.broken)
