"""Forked helpers: orders, errors, and helpers that die."""

from __future__ import annotations

import os
import resource
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from elfin import errors
from elfin.edges import processes
from elfin.edges.processes import NotDone, Processes

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")


@pytest.fixture
def helpers() -> Iterator[Callable[[Callable[[object], object]], Processes[str]]]:
    made: list[Processes[str]] = []

    def make(work: Callable[[object], object], count: int = 2, threads: int = 4, **more: Any) -> Processes[str]:
        made.append(Processes(count, threads, work, **{"begin": int, **more}))
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


def test_an_urgent_order_overtakes_and_a_key_is_ordered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A helper's life led by a thread of this process, so that it is known when it has taken all its orders."""
    begun, gate, taken = threading.Event(), threading.Event(), threading.Event()
    keys, done = list[object](), list[object]()

    class Counted(processes.Workers[object]):
        def submit(self, key: object, call: Callable[[], object], *, urgent: bool = False) -> None:
            super().submit(key, call, urgent=urgent)
            keys.append(key)
            if len(keys) == 6:
                taken.set()

    def work(order: str) -> None:
        if order == "gate":
            begun.set()
            gate.wait()
        done.append(order)

    monkeypatch.setattr(processes, "Workers", Counted)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    (theirs, orders), (answers_to, told) = os.pipe(), os.pipe()
    helper = threading.Thread(target=processes._serve, args=(theirs, told, 1, work))
    helper.start()
    processes._send(orders, ("gate", "gate", False))
    begun.wait()
    for key, urgent in (("a", False), ("b", False), ("c", False), ("c", True), ("d", True)):
        processes._send(orders, (key, key, urgent))
    taken.wait()
    gate.set()
    unread, answered = bytearray(), list[object]()
    while len(answered) < 5:
        unread += os.read(answers_to, 65536)
        answered += [key for key, _ in processes._received(unread)]
    assert done == answered == ["gate", "d", "c", "a", "b"]
    os.close(orders)
    helper.join()
    for end in (theirs, answers_to, told):
        os.close(end)


def test_descriptors_above_a_thousand_will_do(helpers: Callable[..., Processes[str]]) -> None:
    low, high = resource.getrlimit(resource.RLIMIT_NOFILE)
    if high != resource.RLIM_INFINITY and high < 2100:
        pytest.skip("so many files may not be opened here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (2100, high))
    opened = [os.open(os.curdir, os.O_RDONLY) for _ in range(1100)]
    try:
        crew = helpers(lambda order: order)
        crew.submit("a", "a")
        assert answers(crew, 1) == {"a": None}
        crew.close(wait=True)
    finally:
        for descriptor in opened:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (low, high))


def test_whoever_ignores_the_end_of_children_loses_nothing(helpers: Callable[..., Processes[str]]) -> None:
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        crew = helpers(lambda order: os.kill(os.getpid(), signal.SIGKILL) if order == "die" else None, count=1)
        crew.submit("die", "die")
        assert isinstance(answers(crew, 1)["die"], NotDone)
        crew.close(wait=True)
    finally:
        signal.signal(signal.SIGCHLD, before)


def test_a_silent_helper_holds_no_stream_of_the_command(helpers: Callable[..., Processes[str]], tmp_path: Path) -> None:
    def work(order: str) -> None:
        streams = [os.fstat(descriptor) for descriptor in (0, 1, 2)]
        (tmp_path / "same").write_text(str([(one.st_dev, one.st_ino) in own for one in streams]))

    own = {(one.st_dev, one.st_ino) for one in map(os.fstat, (0, 1, 2))}
    crew = helpers(work, silent=True)
    crew.submit("look", "look")
    assert answers(crew, 1) == {"look": None}
    assert (tmp_path / "same").read_text() == "[False, False, False]"


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
    assert set(asked) >= set(pids)  # and others that earlier tests let go
    assert {os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids} == {0}


def test_nobody_forks_beside_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    gate, frames = threading.Event(), sys._current_frames
    monkeypatch.setattr("sys._current_frames", lambda: {1: None})
    assert processes.possible()
    monkeypatch.setattr("sys._current_frames", frames)
    thread = threading.Thread(target=gate.wait)
    thread.start()
    assert not processes.possible()
    gate.set()
    thread.join()
