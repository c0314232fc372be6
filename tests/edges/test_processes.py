"""Forked helpers: orders, errors, and helpers that die."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from elfin import errors
from elfin.edges import processes
from elfin.edges.processes import NotDone, Processes

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")


@pytest.fixture
def helpers() -> Iterator[Callable[[Callable[[object], object]], Processes[str]]]:
    made: list[Processes[str]] = []

    def make(
        work: Callable[[object], object], count: int = 2, threads: int = 4, begin: Callable[[], object] = int
    ) -> Processes[str]:
        made.append(Processes(count, threads, work, begin=begin))
        return made[-1]

    yield make  # type: ignore[misc]
    for one in made:
        one.close()


def answers(helpers: Processes[str], count: int) -> dict[str, BaseException | None]:
    ended: dict[str, BaseException | None] = {}
    while len(ended) < count:
        ended |= {one.key: one.error for one in helpers.finished()}
    return ended


def test_other_processes_do_the_work(helpers: Callable[..., Processes[str]], tmp_path: Path) -> None:
    def work(order: str) -> None:
        (tmp_path / order).write_text(str(os.getpid()))

    crew = helpers(work, begin=lambda: (tmp_path / f"begun-{os.getpid()}").touch())  # noqa: PLW0108
    for number in range(20):
        crew.submit(f"key {number}", str(number))
    assert set(answers(crew, 20).values()) == {None}
    workers = {(tmp_path / str(number)).read_text() for number in range(20)}
    assert os.getpid() not in map(int, workers)
    assert workers <= {path.name.partition("-")[2] for path in tmp_path.glob("begun-*")}
    assert crew.finished(block=False) == []


def test_an_error_of_ours_comes_back_whole_and_any_other_as_not_done(helpers: Callable[..., Processes[str]]) -> None:
    def work(order: str) -> None:
        if order == "ours":
            raise errors.Unreachable("no way", state="as before", hints=("go on foot",))
        raise ZeroDivisionError(order)

    crew = helpers(work)
    crew.submit("ours", "ours")
    crew.submit("theirs", "theirs")
    told = answers(crew, 2)
    ours = told["ours"]
    assert isinstance(ours, errors.Unreachable)
    assert (ours.message, ours.state, ours.hints) == ("no way", "as before", ("go on foot",))
    assert isinstance(told["theirs"], NotDone)


def test_what_a_killed_helper_owes_is_not_done(helpers: Callable[..., Processes[str]]) -> None:
    crew = helpers(lambda order: os.kill(os.getpid(), signal.SIGKILL) if order == "die" else None, count=1)
    crew.submit("die", "die")
    assert isinstance(answers(crew, 1)["die"], NotDone)
    crew.submit("late", "late")
    assert isinstance(answers(crew, 1)["late"], NotDone)


def test_an_urgent_order_overtakes_and_a_key_is_ordered_once(
    helpers: Callable[..., Processes[str]], tmp_path: Path
) -> None:
    gate = str(tmp_path / "gate")
    os.mkfifo(gate)

    def work(order: str) -> None:
        if order == "gate":
            Path(gate).read_text()
        with (tmp_path / "order").open("a") as file:
            file.write(order)

    crew = helpers(work, count=1, threads=1)
    crew.submit("gate", "gate")
    with Path(gate).open("w"):  # opens when the helper has begun to read
        for name in "abc":
            crew.submit(name, name)
        crew.submit("c", "c", urgent=True)
        crew.submit("d", "d", urgent=True)
    assert answers(crew, 5) == dict.fromkeys(["gate", *"abcd"])
    order = (tmp_path / "order").read_text()
    assert order.startswith("gate") and sorted(order[4:]) == ["a", "b", "c", "d"]


def test_helpers_end_when_their_pipe_closes(helpers: Callable[..., Processes[str]], tmp_path: Path) -> None:
    made: Processes[str] = Processes(2, 2, lambda order: (tmp_path / str(os.getpid())).touch(), begin=int)
    for number in range(8):
        made.submit(str(number), number)
    answers(made, 8)
    pids = [helper.process for helper in made._helpers]
    real, asked = os.waitpid, list[int]()
    try:
        os.waitpid = lambda pid, options: asked.append(pid) or (0, 0)  # type: ignore[assignment,func-returns-value]
        made.close()
    finally:
        os.waitpid = real
    assert sorted(asked) == sorted(pids)
    assert {os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids} == {0}


def test_nobody_forks_beside_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    gate = threading.Event()
    monkeypatch.setattr("sys._current_frames", lambda: {1: None})
    assert processes.possible()
    monkeypatch.undo()
    thread = threading.Thread(target=gate.wait)
    thread.start()
    assert not processes.possible()
    gate.set()
    thread.join()
