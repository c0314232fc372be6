from __future__ import annotations

import threading

from elfin.edges.workers import Workers


def collect(workers: Workers[str], count: int) -> dict[str, object]:
    ended: dict[str, object] = {}
    while len(ended) < count:
        ended |= {one.key: one.error or one.value for one in workers.finished()}
    return ended


def test_every_call_comes_back_with_its_value_or_its_error() -> None:
    workers: Workers[str] = Workers(3)
    for number in range(20):
        workers.submit(str(number), lambda number=number: 10 // number)
    ended = collect(workers, 20)
    assert isinstance(ended.pop("0"), ZeroDivisionError)
    assert ended == {str(number): 10 // number for number in range(1, 20)}


def test_a_key_is_called_once() -> None:
    workers: Workers[str] = Workers(2)
    calls: list[int] = []
    for _ in range(5):
        workers.submit("same", lambda: calls.append(1))
    collect(workers, 1)
    assert calls == [1]
    assert workers.finished(block=False) == []


def test_an_urgent_call_overtakes_those_that_wait() -> None:
    workers: Workers[str] = Workers(1)
    begun, gate, order = threading.Event(), threading.Event(), list[str]()
    workers.submit("first", lambda: begun.set() or gate.wait())  # type: ignore[func-returns-value]
    begun.wait()
    for key in ("a", "b"):
        workers.submit(key, lambda key=key: order.append(key))
    workers.submit("b", lambda: None, urgent=True)
    workers.submit("c", lambda: order.append("c"), urgent=True)
    gate.set()
    collect(workers, 4)
    assert order == ["c", "b", "a"]


def test_no_more_threads_than_asked_for() -> None:
    workers: Workers[str] = Workers(4)
    before = threading.active_count()
    gate = threading.Event()
    for number in range(12):
        workers.submit(str(number), gate.wait)
    assert threading.active_count() - before <= 4
    gate.set()
    collect(workers, 12)
    workers.close()
