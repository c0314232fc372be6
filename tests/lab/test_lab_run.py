"""The matrix's runner: what is run, what is kept, what is reported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from lab.checkout import Checkout
from lab.enter import Done
from lab.jobs import Job
from lab.places import Place, every
from lab.results import Result
from lab.verdict import Verdict

from lab import cache, enter, jobs, matrix_run, results

ALPINE = every()["alpine"]
NO = Done(1, 1.0, "", "error: no wheels of it\n\n  Because a has no wheel for this target: a, b\n")


class FakeSession:
    """Answers commands by their last word, and remembers what it was asked."""

    def __init__(self, answers: dict[str, Done], place: Place = ALPINE) -> None:
        self.place, self.answers = place, answers
        self.asked: list[str] = []
        self.environments: list[dict[str, str]] = []

    def run(self, command: Sequence[str], *, timeout: float, **more: str) -> Done:
        self.asked.append(" ".join(command))
        self.environments.append(more)
        return self.answers.get(command[-1], Done(0, 1.0, "", ""))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ELFIN_LAB", str(tmp_path))
    return tmp_path


def one(session: Any, job: Job, *before: Result) -> Verdict:
    return matrix_run.one(session, job, before, 10)


def test_the_first_command_that_fails_ends_a_job() -> None:
    session = FakeSession({"b": Done(1, 1.0, "", "error: broken\n")})
    job = Job("x", "elfin", (("a",), ("b",), ("c",)), environment=(("A", "1"),))
    assert one(session, job).word == "broken"
    assert session.asked == ["a", "b"] and session.environments == [{"A": "1"}] * 2


def test_without_a_python_only_what_needs_none_is_run() -> None:
    session = FakeSession({}, ALPINE._replace(python=None))
    assert one(session, Job("venv", "elfin", (("a",),))).word == "impossible"
    assert one(session, Job("host", "elfin", (("a",),), bare=True)).word == "works"
    assert session.asked == ["a"]


def test_a_job_whose_need_does_not_work_is_not_run() -> None:
    session = FakeSession({})
    venv = Result("alpine", "elfin", "venv", Verdict("refused", "why", 1.0))
    assert one(session, Job("a", "elfin", (("a",),), "venv"), venv).reason == "needs venv, which is refused"
    assert session.asked == []


def test_a_refusal_is_told_by_the_nearest_miss_with_all_of_it_kept() -> None:
    told = "b 1\n  No wheel fits: its wheels are for x86_64.\n  All of them:\n"
    session = FakeSession({"install": NO, "a": Done(1, 1.0, told, "")})
    verdict = one(session, Job("b", "elfin", (("install",),), explain=("elfin", "explain")))
    assert session.asked == ["install", "elfin explain b", "elfin explain a"]
    assert verdict.reason == "a: No wheel fits: its wheels are for x86_64."
    assert verdict.whole.startswith("no wheels of it. Because a") and verdict.seconds == 1.0


def test_a_refusal_that_nobody_explains_stays_as_it_was() -> None:
    verdict = one(FakeSession({"install": NO}), Job("b", "elfin", (("install",),), explain=("elfin", "explain")))
    assert verdict.reason.startswith("no wheels of it") and verdict.whole == ""


@pytest.fixture
def entered(monkeypatch: pytest.MonkeyPatch) -> FakeSession:
    session = FakeSession({})

    @contextmanager
    def enters(place: Place, **_: object) -> Iterator[FakeSession]:
        yield session

    monkeypatch.setattr(enter, "session", enters)
    table = [Job("host", "elfin", (("host",),)), Job("venv", "elfin", (("venv",),)), Job("run", "elfin", (("run",),))]
    monkeypatch.setattr(jobs, "jobs", lambda *_, **__: table)
    return session


def a_round(state: str = "1", *, again: bool = False) -> matrix_run.Round:
    return matrix_run.Round(Checkout("/frozen", f"tree{state}", state), True, again, "2026-01-02")


def test_a_second_run_does_only_what_changed(entered: FakeSession) -> None:
    matrix_run.run(ALPINE, a_round())
    assert entered.asked == ["host", "venv", "run"]
    entered.asked.clear()
    matrix_run.run(ALPINE, a_round())
    assert entered.asked == []
    matrix_run.run(ALPINE, a_round(again=True))
    assert entered.asked == ["host", "venv", "run"]
    matrix_run.run(ALPINE, a_round("2"))
    assert len(entered.asked) == 6
    assert {one.version for one in results.of("alpine", quick=True)} == {"tree2"}


def test_results_come_back_as_they_were_kept(entered: FakeSession) -> None:
    kept = [Result("alpine", "uv", "host", Verdict("refused", "é", 1.5, "whole"), "0.1", "2026-01-02", "key")]
    results.keep("alpine", kept, quick=False)
    assert results.of("alpine", quick=False) == kept == list(results.every(quick=False).results)
    assert results.of("alpine", quick=True) == []


@pytest.mark.parametrize("text", ["", "[", '{"results": [["elfin", "host", "works", "", 1.0]]}', "[[1]]"])
def test_what_another_lab_left_is_as_if_it_were_never_run(folder: Path, text: str) -> None:
    (folder / "results").mkdir()
    (folder / "results" / "alpine.json").write_text(text)
    assert results.of("alpine", quick=False) == []


def test_places_that_take_long_come_first() -> None:
    for name, seconds in (("alpine", 5.0), ("empty", 1.0), ("debian-trixie", 9.0)):
        results.keep(name, [Result(name, "elfin", "host", Verdict("works", "", seconds))], quick=False)
    names = ("alpine", "empty", "debian-arm64", "debian-trixie", "ubuntu")
    found = matrix_run.slowest_first([every()[name] for name in names], quick=False)
    assert [place.name for place in found if place.name != "debian-arm64"] == [
        "debian-trixie",
        "alpine",
        "empty",
        "ubuntu",
    ]


def test_a_broken_job_of_elfins_alone_is_an_error() -> None:
    for tool, word, expected in (("elfin", "broken", True), ("uv", "broken", False), ("elfin", "refused", False)):
        assert matrix_run.broken_by_elfin(Result("alpine", tool, "host", Verdict(word, "", 1.0))) is expected


def test_everything_kept_is_known_to_down(entered: FakeSession, folder: Path) -> None:
    matrix_run.run(ALPINE, a_round())
    assert set(folder.iterdir()) <= {folder / name for name in cache.KEPT}
