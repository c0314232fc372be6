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


class Workers(Generic[Key]):
    """At most `count` threads over one list of calls; every key is called once, whoever asks again."""

    def __init__(self, count: int = 16) -> None:
        self._count = count
        self._threads = 0
        self._idle = 0
        self._waiting: deque[tuple[Key, Callable[[], Any]]] = deque()
        self._done: deque[Finished[Key]] = deque()
        self._known: set[Key] = set()
        from threading import Condition

        self._state = Condition()
        self._closed = False

    def __contains__(self, key: Key) -> bool:
        return key in self._known

    def submit(self, key: Key, call: Callable[[], Any], *, urgent: bool = False) -> None:
        """Have `call` made, before everything that waits when it is urgent; nothing happens for a known key."""
        from threading import Thread

        with self._state:
            if key in self._known:
                if urgent:
                    self._hurry(key)
                return
            self._known.add(key)
            if urgent:
                self._waiting.appendleft((key, call))
            else:
                self._waiting.append((key, call))
            if self._idle == 0 and self._threads < self._count:
                self._threads += 1
                Thread(target=self._work, daemon=True).start()
            self._state.notify_all()

    def finished(self, *, block: bool = True) -> list[Finished[Key]]:
        """Everything that ended since the last question; waits for at least one unless `block` is False."""
        with self._state:
            while block and not self._done:
                self._state.wait()
            ended = list(self._done)
            self._done.clear()
        return ended

    def close(self, patience: float = 0.0) -> None:
        """Forget what has not begun; threads end when their present call does, which is waited for `patience` seconds.

        Whoever ends the process next lets calls that write something finish first; one that waits for a slow server
        is not worth the wait.
        """
        with self._state:
            self._closed = True
            self._waiting.clear()
            self._state.notify_all()
            self._state.wait_for(lambda: self._threads == 0, patience)

    def _hurry(self, key: Key) -> None:
        for position, (waiting, call) in enumerate(self._waiting):
            if waiting == key:
                del self._waiting[position]
                self._waiting.appendleft((waiting, call))
                return

    def _work(self) -> None:
        while True:
            with self._state:
                self._idle += 1
                while not self._waiting and not self._closed:
                    self._state.wait()
                self._idle -= 1
                if self._closed:
                    self._threads -= 1
                    self._state.notify_all()
                    return
                key, call = self._waiting.popleft()
            try:
                ended = Finished(key, call(), None)
            except BaseException as error:  # handed to whoever waits for it
                ended = Finished(key, None, error)
            with self._state:
                self._done.append(ended)
                self._state.notify_all()
