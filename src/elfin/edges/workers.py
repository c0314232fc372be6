"""A few threads that make calls and hand back what became of each, in the order they finish.

Answers: how waiting for many slow things (pages, files) overlaps. Refuses to know what the calls do. Threads start with
the first call that needs one and are daemons: an interrupt does not wait for a slow server. `concurrent.futures` would
do, for 18 ms of import.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable

from elfin.record import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from typing import Any


Key = TypeVar("Key", bound=Hashable)


class Finished(NamedTuple, Generic[Key]):
    """One call that ended: with a value, or with an exception."""

    key: Key
    value: Any
    error: BaseException | None


FEW = 2
"""Threads while answers come quickly: from a near index each is mostly work, and threads that work only wait for each
other."""
QUICKLY = 0.004
"""Seconds. When nothing ended for so long although calls wait, it is the other side that is slow: threads double."""


class Workers(Generic[Key]):
    """At most `count` threads over one list of calls; every key is called once, whoever asks again."""

    def __init__(self, count: int = 16) -> None:
        self._count = count
        self._threads = 0
        self._idle = 0
        self._waiting: deque[tuple[Key, Callable[[], Any]]] = deque()
        self._done: deque[Finished[Key]] = deque()
        self._known: set[Key] = set()
        from threading import Condition, RLock

        state = RLock()  # taking it again after a wait cannot be interrupted, unlike a Lock: Ctrl-C left that half-done
        self._work_there = Condition(state)
        """One thread is woken for one call: sixteen that wake for each would fight for the interpreter."""
        self._ended = Condition(state)
        self._moved = False
        """Whether a call ended lately."""
        self._closed = False

    def __contains__(self, key: Key) -> bool:
        return key in self._known

    def submit(self, key: Key, call: Callable[[], Any], *, urgent: bool = False) -> None:
        """Have `call` made, before everything that waits when it is urgent; nothing happens for a known key."""
        with self._work_there:
            if key in self._known:
                if urgent:
                    self._hurry(key)
                return
            self._known.add(key)
            if urgent:
                self._waiting.appendleft((key, call))
            else:
                self._waiting.append((key, call))
            if self._idle == 0 and self._threads < FEW:
                self._start(1)
            self._work_there.notify()

    def finished(self, *, block: bool = True) -> list[Finished[Key]]:
        """Everything that ended since the last question; waits for at least one unless `block` is False."""
        with self._ended:
            while block and not self._done:
                if not self._ended.wait(QUICKLY if self._waiting else None):
                    self._double()
            ended = list(self._done)
            self._done.clear()
        return ended

    @property
    def waiting(self) -> bool:
        """Whether a call has not begun."""
        return bool(self._waiting)

    def more(self) -> None:
        """Double the threads if none ended a call since the last question; for one who waits elsewhere."""
        with self._work_there:
            if not self._moved:
                self._double()
            self._moved = False

    def _double(self) -> None:
        self._start(min(self._threads, len(self._waiting)))

    def _start(self, count: int) -> None:
        from threading import Thread

        for _ in range(min(count, self._count - self._threads)):
            self._threads += 1
            Thread(target=self._work, daemon=True).start()

    def close(self, patience: float = 0.0) -> None:
        """Forget what has not begun; threads end when their present call does, which is waited for `patience` seconds.

        Whoever ends the process next lets calls that write something finish first; one that waits for a slow server
        is not worth the wait.
        """
        with self._ended:
            self._closed = True
            self._waiting.clear()
            self._work_there.notify_all()
            self._ended.wait_for(lambda: self._threads == 0, patience)

    def _hurry(self, key: Key) -> None:
        for position, (waiting, call) in enumerate(self._waiting):
            if waiting == key:
                del self._waiting[position]
                self._waiting.appendleft((waiting, call))
                return

    def _work(self) -> None:
        while True:
            with self._work_there:
                self._idle += 1
                while not self._waiting and not self._closed:
                    self._work_there.wait()
                self._idle -= 1
                if self._closed:
                    self._threads -= 1
                    self._ended.notify_all()
                    return
                key, call = self._waiting.popleft()
            try:
                ended = Finished(key, call(), None)
            except BaseException as error:  # handed to whoever waits for it
                ended = Finished(key, None, error)
            with self._ended:
                self._moved = True
                self._done.append(ended)
                self._ended.notify()
