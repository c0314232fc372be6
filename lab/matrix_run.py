"""`lab/matrix`: every job of every tool in every place, the results kept as they come, and the reports made of them.

A place is entered once; its jobs run one after the other in it. Places run side by side. Results of earlier runs stay
until their place is run again, so the whole can be made in parts.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor

from lab import command, enter, jobs, make, places, report_html, report_markdown, results
from lab.failure import LabError
from lab.places import Place
from lab.results import Result
from lab.verdict import Verdict, judge

_TIMEOUT, _EMULATED_TIMEOUT = 240, 900
_telling = threading.Lock()


def main(arguments: list[str]) -> int:
    """0, or 1 when a job of elfin's is broken."""
    parser = argparse.ArgumentParser("lab/matrix", description="Run elfin's jobs, and its peers', in every place.")
    parser.add_argument("place", nargs="*", help="these places only")
    parser.add_argument("--quick", action="store_true", help="CI's subset: a few places and jobs, elfin only")
    parser.add_argument("--report", action="store_true", help="run nothing: write the reports from what is known")
    parser.add_argument("--out", metavar="DIR", help="write the reports there (default: docs/)")
    parser.add_argument("--at-once", type=int, default=2, metavar="N", help="places at a time")
    options = parser.parse_args(arguments)
    chosen = command.chosen(options.place) or list(places.every().values())
    if options.quick and not options.place:
        chosen = [place for place in chosen if place.quick]
    if not options.report:
        run_all(chosen, quick=options.quick, at_once=options.at_once)
    if options.out or not options.quick:
        write(options.out or os.path.join(make.CHECKOUT, "docs"), quick=options.quick)
    broken = [one for place in chosen for one in results.of(place.name, quick=options.quick) if broken_by_elfin(one)]
    for one in broken:
        command.tell(f"broken: {one.place} {one.job}: {one.verdict.reason}")
    return 1 if broken else 0


def broken_by_elfin(one: Result) -> bool:
    """Whether a result is one nobody should see."""
    return one.tool == "elfin" and one.verdict.word == "broken"


def run_all(chosen: list[Place], *, quick: bool, at_once: int) -> None:
    """Make the places, one after the other, and run their jobs, several places at a time. Raises LabError."""
    with ThreadPoolExecutor(max_workers=max(1, at_once)) as pool:
        running: list[Future[None]] = []
        try:
            for place in chosen:
                command.up(place)
                running.append(pool.submit(run, place, quick=quick))
            failures = [error for one in running if (error := one.exception()) is not None]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            enter.end_all()
            raise
    if failures:
        raise failures[0]


def run(place: Place, *, quick: bool) -> None:
    """Run the jobs of one place and keep the results."""
    emulated = places.emulated(place, os.uname().machine)
    found: list[Result] = []
    with enter.session(place, peers=not quick) as session:
        for job in jobs.jobs(place, emulated=emulated, quick=quick):
            verdict = one(session, job, found, _EMULATED_TIMEOUT if emulated else _TIMEOUT)
            found.append(Result(place.name, job.tool, job.name, verdict))
            with _telling:
                mark = f"{job.tool} {job.name}: {verdict.word} ({verdict.seconds:.1f} s)"
                command.tell(f"{place.name}: {mark}{': ' if verdict.reason else ''}{verdict.reason[:300]}")
    results.keep(place.name, found, made_by=commit(), on=time.strftime("%Y-%m-%d", time.gmtime()), quick=quick)


def one(session: enter.Session, job: jobs.Job, before: list[Result], timeout: float) -> Verdict:
    """Run one job, unless what it needs is not there."""
    place = session.place
    if place.python is None and job.name != "host":
        return Verdict("impossible", "there is no Python in this place", 0.0)
    if job.needs:
        needed = next(result for result in before if (result.tool, result.job) == (job.tool, job.needs))
        if needed.verdict.word != "works":
            return Verdict("impossible", f"needs {job.needs}, which is {needed.verdict.word}", 0.0)
    ended = []
    for words in job.commands:
        ended.append(session.run(words, timeout=timeout))
        if ended[-1].code != 0:
            break
    if ended[-1].code == 0:
        return judge(ended, said=job.tell(ended[0]))
    no = job.no(ended[-1])
    return Verdict("refused", no, round(ended[-1].seconds, 2)) if no else judge(ended)


def commit() -> str:
    """The commit of the checkout, "" where git does not say."""
    asked = ["git", "-C", make.CHECKOUT, "rev-parse", "--short=12", "HEAD"]
    try:
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""


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
