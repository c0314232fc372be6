"""Only what changed is run again, with what it cannot be run without."""

from __future__ import annotations

from lab.due import due, key
from lab.jobs import Job, jobs
from lab.places import every
from lab.results import Result
from lab.verdict import Verdict

ALPINE = every()["alpine"]
JOBS = [
    Job("host", "elfin", (("elfin", "host"),)),
    Job("venv", "elfin", (("elfin", "venv"),)),
    Job("numpy", "elfin", (("elfin", "numpy"),), "venv"),
    Job("audit", "elfin", (("elfin", "audit"),), "venv", ("numpy",)),
    Job("venv", "uv", (("uv", "venv"),)),
]
STATES = {"elfin": "1", "uv": "1", "pip": "1"}


def keys(wanted: list[Job], states: dict[str, str]) -> dict[tuple[str, str], str]:
    return {(job.tool, job.name): key(ALPINE, job, states[job.tool]) for job in wanted}


def known(word: str = "works") -> dict[tuple[str, str], Result]:
    return {
        name: Result("alpine", *name, Verdict(word, "", 1.0), "v", "2026-01-01", one)
        for name, one in keys(JOBS, STATES).items()
    }


def test_what_was_never_run_is_due_and_what_did_not_change_is_not() -> None:
    assert due(JOBS, keys(JOBS, STATES), {}) == {(job.tool, job.name) for job in JOBS}
    assert due(JOBS, keys(JOBS, STATES), known()) == set()


def test_another_elfin_leaves_the_results_of_its_peers() -> None:
    changed = keys(JOBS, STATES | {"elfin": "2"})
    assert due(JOBS, changed, known()) == {("elfin", name) for name in ("host", "venv", "numpy", "audit")}


def test_a_new_job_brings_along_what_it_comes_after_and_needs() -> None:
    before = known()
    del before["elfin", "audit"]
    assert due(JOBS, keys(JOBS, STATES), before) == {("elfin", name) for name in ("venv", "numpy", "audit")}
    changed = [job._replace(commands=(("elfin", "other"),)) if job.name == "numpy" else job for job in JOBS]
    assert due(changed, keys(changed, STATES), known()) == {("elfin", "venv"), ("elfin", "numpy")}


def test_what_was_broken_is_tried_again() -> None:
    before = known() | {("uv", "venv"): known("broken")["uv", "venv"]}
    assert due(JOBS, keys(JOBS, STATES), before) == {("uv", "venv")}


def test_a_key_hangs_on_the_place_and_how_it_is_entered() -> None:
    job = JOBS[0]
    assert key(ALPINE, job, "1") == key(ALPINE._replace(note="another", quick=False), job, "1")
    for changed in (ALPINE._replace(mounts=()), ALPINE._replace(steps=(("remove", "x"),)), every()["empty"]):
        assert key(changed, job, "1") != key(ALPINE, job, "1")


def test_keys_of_the_table_are_the_same_every_time() -> None:
    first, again = (keys(jobs(ALPINE, emulated=False), STATES) for _ in range(2))
    assert first == again and len(set(first.values())) == len(first)
