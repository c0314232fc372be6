"""`lab/matrix`: every job of every tool in every place, the results kept as they come, and the reports made of them.

A place is entered once; its jobs run one after the other in it. Places run side by side, those that took longest first.
A result stays as long as nothing changes that it hangs on (`due.py`), so a second run does only what is new.
"""

from __future__ import annotations

import argparse
import os
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

from lab import (
    checkout,
    command,
    due,
    enter,
    fetch,
    jobs,
    make,
    needs,
    places,
    release,
    report_html,
    report_markdown,
    results,
    told,
)
from lab.failure import LabError
from lab.places import Place
from lab.results import Result
from lab.verdict import Verdict, judge

_TIMEOUT, _EMULATED_TIMEOUT = 240, 900
_telling = threading.Lock()


class Round(NamedTuple):
    """What holds for a whole run."""

    elfin: checkout.Checkout
    quick: bool
    again: bool
    """Run also what did not change."""
    on: str
    """The day."""
    releases: tuple[release.Release, ...] = ()


def main(arguments: list[str]) -> int:
    """0, or 1 when a job of elfin's is broken."""
    options = _parser().parse_args(arguments)
    chosen = command.chosen(options.place) or list(places.every().values())
    if options.quick and not options.place:
        chosen = [place for place in chosen if place.quick]
    if not options.report:
        needs.check_root()
        elfin = checkout.frozen()
        today = time.strftime("%Y-%m-%d", time.gmtime())
        this = Round(elfin, options.quick, options.again, today, releases(elfin, quick=options.quick))
        run_all(slowest_first(chosen, quick=options.quick), this, at_once=options.at_once)
    if options.out or not (options.quick or options.place):
        write(options.out or os.path.join(make.CHECKOUT, "docs"), quick=options.quick)
    broken = [one for place in chosen for one in results.of(place.name, quick=options.quick) if broken_by_elfin(one)]
    for one in broken:
        command.tell(f"broken: {one.place} {one.job}: {one.verdict.reason}")
    return 1 if broken else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("lab/matrix", description="Run elfin's jobs, and its peers', in every place.")
    parser.add_argument("place", nargs="*", help="these places only, and no reports unless --out says where")
    parser.add_argument("--quick", action="store_true", help="CI's subset: a few places and jobs, elfin only")
    parser.add_argument("--again", action="store_true", help="run also what did not change since it was run last")
    parser.add_argument("--report", action="store_true", help="run nothing: write the reports from what is known")
    parser.add_argument("--out", metavar="DIR", help="write the reports there (default: docs/)")
    parser.add_argument("--at-once", type=int, default=os.cpu_count() or 2, metavar="N", help="places at a time")
    return parser


def broken_by_elfin(one: Result) -> bool:
    """Whether a result is one nobody should see."""
    return one.tool == "elfin" and one.verdict.word == "broken"


def slowest_first(chosen: Sequence[Place], *, quick: bool) -> list[Place]:
    """Places by the seconds they took last time, so that no long one is left for the end alone."""

    def seconds(place: Place) -> float:
        known = sum(one.verdict.seconds for one in results.of(place.name, quick=quick))
        return known or (1000.0 if places.emulated(place, os.uname().machine) else 0.0)

    return sorted(chosen, key=seconds, reverse=True)


def releases(elfin: checkout.Checkout, *, quick: bool) -> tuple[release.Release, ...]:
    """What is installed by a script in every place, made now unless it is there. Raises LabError."""
    command.tell("making the releases to install, unless they are there")
    made = (release.hello(elfin, quick=quick), release.own(elfin, quick=quick))
    return tuple(one for one in made if one is not None)


def run_all(chosen: Sequence[Place], this: Round, *, at_once: int) -> None:
    """Make the places, one after the other, and run their jobs, several places at a time. Raises LabError."""
    with ThreadPoolExecutor(max_workers=max(1, at_once)) as pool:
        running: list[Future[None]] = []
        try:
            for place in chosen:
                command.up(place)
                running.append(pool.submit(run, place, this))
            failures = [error for one in running if (error := one.exception()) is not None]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            enter.end_all()
            raise
    if failures:
        raise failures[0]


def run(place: Place, this: Round) -> None:
    """Run the jobs of one place that are due, and keep the results."""
    emulated = places.emulated(place, os.uname().machine)
    wanted = jobs.jobs(place, emulated=emulated, quick=this.quick)
    versions, states = _tools(place, this)
    brought = {one.name: one.state for one in this.releases}
    keys = {
        (job.tool, job.name): due.key(place, job, states[job.tool] + brought.get(job.release, "")) for job in wanted
    }
    known = {(one.tool, one.job): one for one in results.of(place.name, quick=this.quick)}
    now = set(keys) if this.again else due.due(wanted, keys, known)
    if not now:
        return
    found: list[Result] = []
    more = [(one.folder, f"{release.INSIDE}/{one.name}") for one in this.releases]
    with enter.session(place, peers=not this.quick, checkout=this.elfin.folder, more=more) as session:
        for job in wanted:
            name = (job.tool, job.name)
            if name not in now:
                found.append(known[name])
                continue
            if job.release and job.release not in brought:
                verdict = Verdict("impossible", "there are no CPython builds to make this release of", 0.0)
            else:
                verdict = one(session, job, found, _EMULATED_TIMEOUT if emulated else _TIMEOUT)
            found.append(Result(place.name, *name, verdict, versions[job.tool], this.on, keys[name]))
            with _telling:
                mark = f"{job.tool} {job.name}: {verdict.word} ({verdict.seconds:.1f} s)"
                command.tell(f"{place.name}: {mark}{': ' if verdict.reason else ''}{verdict.reason[:300]}")
    results.keep(place.name, found, quick=this.quick)


def _tools(place: Place, this: Round) -> tuple[dict[str, str], dict[str, str]]:
    """Every tool's version as a reader wants it, and its state as a result hangs on it."""
    versions = {"elfin": this.elfin.sources}
    if not this.quick:
        for tool, folder in (("uv", fetch.uv(place.architecture)), ("pip", fetch.pip())):
            versions[tool] = os.path.basename(folder).split("-")[1]
    return versions, {**versions, "elfin": this.elfin.state}


def one(session: enter.Session, job: jobs.Job, before: Sequence[Result], timeout: float) -> Verdict:
    """Run one job, unless what it needs is not there."""
    if session.place.python is None and not job.bare:
        return Verdict("impossible", "there is no Python in this place", 0.0)
    if job.shell and not session.place.shell:
        return Verdict("impossible", "there is no shell in this place that could run the script", 0.0)
    if job.needs:
        needed = next(result for result in before if (result.tool, result.job) == (job.tool, job.needs))
        if needed.verdict.word != "works":
            return Verdict("impossible", f"needs {job.needs}, which is {needed.verdict.word}", 0.0)
    more = dict(job.environment)
    ended = []
    for words in job.commands:
        ended.append(session.run(words, timeout=timeout, **more))
        if ended[-1].code != 0:
            break
    if ended[-1].code == 0:
        return judge(ended, said=job.tell(ended))
    no = job.no(ended[-1])
    verdict = Verdict("refused", no, round(ended[-1].seconds, 2)) if no else judge(ended)
    if verdict.word != "refused" or not job.explain:
        return verdict
    for nearest in _explained(session, job, verdict.reason, timeout):
        return verdict._replace(reason=nearest, whole=verdict.reason)
    return verdict


def _explained(session: enter.Session, job: jobs.Job, reason: str, timeout: float) -> Iterator[str]:
    """What `elfin explain` says of the projects that a refusal is about; its time is not the job's."""
    for project in told.without(reason, job.name):
        said = told.no_wheel(session.run((*job.explain, project), timeout=timeout))
        if said:
            yield said if project == job.name else f"{project}: {said}"


def write(folder: str, *, quick: bool) -> None:
    """Write both reports of everything that is known, of the quick subset or of the whole."""
    known = results.every(quick=quick)
    if not known.results:
        raise LabError("nothing was run yet", "lab/matrix")
    os.makedirs(folder, exist_ok=True)
    for name, text in (("matrix.md", report_markdown.report(known)), ("matrix.html", report_html.report(known))):
        path = os.path.join(folder, name)
        with open(f"{path}.new", "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(f"{path}.new", path)
        command.tell(f"wrote {path}")
