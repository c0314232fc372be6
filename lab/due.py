"""Which jobs have to be run again: those whose commands, place or tool changed, and those they cannot be run without.

Pure. What a result hangs on is a key; a key that is the same means that nothing the lab knows of changed. The package
index is not among it: `lab/matrix --again` runs everything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from lab.jobs import Job
from lab.places import Place, recipe
from lab.results import Result

_JUDGES = 2
"""Counted up when results are judged or told in another way."""


def key(place: Place, job: Job, state: str) -> str:
    """A digest of what a result hangs on: the job, the place and how it is entered, the state of the tool."""
    entered = (place.python, place.build, place.mounts, place.shell, place.environment)
    job_itself = (job.tool, job.name, job.commands, job.needs, job.after, job.environment, job.explain, job.release)
    return hashlib.sha256(repr((_JUDGES, recipe(place), entered, job_itself, state)).encode()).hexdigest()[:16]


def due(
    wanted: Sequence[Job], keys: Mapping[tuple[str, str], str], known: Mapping[tuple[str, str], Result]
) -> set[tuple[str, str]]:
    """(tool, job) of what has to be run: what was never run, changed or was broken, and what comes before it.

    A session starts from a clean place: a job needs the jobs before it in the same session.
    """
    now = set()
    for job in wanted:
        name = (job.tool, job.name)
        before = known.get(name)
        if before is None or before.key != keys[name] or before.verdict.word == "broken":
            now.add(name)
    for job in reversed(wanted):
        if (job.tool, job.name) in now:
            now |= {(job.tool, other) for other in (job.needs, *job.after) if other}
    return now & set(keys)
