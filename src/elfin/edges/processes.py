"""Helpers on other cores: forked processes that do one kind of work, named by small orders, and say when it is done.

Answers: how fetching and reading a hundred pages uses more than one core, which threads of one interpreter cannot. What
a helper works out it leaves where everybody finds it (the cache); over the pipe come only orders and the word that one
is done, or why not. Refuses to fork where that is not safe: beside other threads, and on macOS, whose libraries forbid
it. A helper ends when its pipe closes, however its parent came to an end.
"""

from __future__ import annotations

import marshal
import os
import sys
from collections.abc import Callable, Hashable, Sequence

from elfin import errors
from elfin.edges.workers import QUICKLY, Finished, Workers
from elfin.record import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from typing import Any

_LENGTH = 4
_PATIENCE = 0.25
"""Seconds a helper gives its calls to end when nobody listens any more: one that writes is not to be cut off."""

Key = TypeVar("Key", bound=Hashable)


class NotDone(Exception):
    """A helper could not do it, for a reason that is not told here."""


def possible() -> bool:
    """Whether this process may fork and would gain by it: one thread, more than one core, an OS that allows it."""
    if not sys.platform.startswith("linux") or len(sys._current_frames()) != 1:  # noqa: SLF001
        return False
    return cores() > 1


def cores() -> int:
    """How many cores this process may use; 1 where that cannot be told."""
    try:
        return len(os.sched_getaffinity(0))
    except (AttributeError, OSError):
        return 1


class _Helper(NamedTuple):
    process: int
    orders: int
    """Descriptor to write orders to."""
    answers: int
    """Descriptor to read answers from."""
    unread: bytearray
    owed: dict[Any, int]
    """Keys that were ordered and not answered, with the weight of each."""


class Processes(Generic[Key]):
    """`Workers`, but for the form of a call: an order, a value that `marshal` writes, for `work`, the same for all."""

    def __init__(
        self,
        count: int,
        threads: int,
        work: Callable[[Any], object],
        *,
        begin: Callable[[], object],
        silent: bool = False,
    ) -> None:
        """`count` processes with `threads` threads in all; each calls `begin` before all work.

        `silent`: they have nothing to say, so whoever reads the command's output need not wait for their end.

        Raises OSError where a process cannot be had.
        """
        self._helpers: list[_Helper] = []
        self._failed: list[Finished[Key]] = []
        try:
            for _ in range(count):
                self._helpers.append(self._forked(max(1, threads // count), work, begin, silent))
        except OSError:
            self.close()
            raise

    def _forked(
        self, threads: int, work: Callable[[Any], object], begin: Callable[[], object], silent: bool
    ) -> _Helper:
        orders, answers = os.pipe(), os.pipe()
        process = os.fork()
        if process == 0:
            try:
                for mine in (orders[1], answers[0], *(end for other in self._helpers for end in other[1:3])):
                    os.close(mine)  # or the others would never see their pipes close
                _leave_streams(silent)
                begin()
                _serve(orders[0], answers[1], threads, work)
            finally:
                os._exit(0)  # not a step up the parent's stack
        os.close(orders[0])
        os.close(answers[1])
        return _Helper(process, orders[1], answers[0], bytearray(), {})

    def submit(self, key: Key, order: object, *, urgent: bool = False, weight: int = 1) -> None:
        """Have an order carried out once, by whoever has least to do; an urgent one before those that are not."""
        helper = next((helper for helper in self._helpers if key in helper.owed), None)
        if helper is None:
            if not self._helpers:
                self._failed.append(Finished(key, None, NotDone()))
                return
            helper = min(self._helpers, key=lambda helper: sum(helper.owed.values()))
            helper.owed[key] = weight
        try:
            _send(helper.orders, (key, order, urgent))
        except OSError:
            pass  # it was killed, which `finished` finds out

    def finished(self, *, block: bool = True) -> list[Finished[Key]]:
        """What ended since the last question, without values; waits for one at least unless `block` is False.

        An error is the `ElfinError` the work raised, or `NotDone`.
        """
        ended, self._failed = self._failed, []
        owing = [helper for helper in self._helpers if helper.owed]
        while owing:
            ready = _readable([helper.answers for helper in owing], 0 if ended or not block else None)
            for helper in owing:
                if helper.answers in ready:
                    ended += self._answers(helper)
            if ended or not block:
                break
        return ended

    def _answers(self, helper: _Helper) -> list[Finished[Key]]:
        data = os.read(helper.answers, 1 << 16)
        if not data:  # it was killed
            lost = [Finished(key, None, NotDone()) for key in helper.owed]
            self._helpers.remove(helper)
            _part(helper)
            return lost
        helper.unread.extend(data)
        told = []
        for key, error in _received(helper.unread):
            helper.owed.pop(key, None)
            told.append(Finished(key, None, _error(error)))
        return told

    def close(self, *, wait: bool = False) -> None:
        """Let the helpers go. They end by themselves, soon; `wait` until they have."""
        while self._helpers:
            _part(self._helpers.pop())
        if wait:
            reap()


_left: set[int] = set()
"""Helpers that were let go and had not ended yet."""


def _part(helper: _Helper) -> None:
    os.close(helper.orders)
    os.close(helper.answers)
    _left.add(helper.process)
    reap(wait=False)


def reap(*, wait: bool = True) -> None:
    """Take note of the ends of helpers that were let go, before this process becomes another program."""
    for process in list(_left):
        try:
            if os.waitpid(process, 0 if wait else os.WNOHANG)[0] == 0:
                continue
        except ChildProcessError:  # somebody else did: whoever ignores SIGCHLD, the system
            pass
        _left.discard(process)


def _leave_streams(silent: bool) -> None:
    """Let go of the command's streams: who reads them is not to wait for a helper."""
    reader, writer = os.pipe()  # there may be no /dev/null
    os.close(writer)
    for stream in (0, 1, 2) if silent else (0, 1):
        os.dup2(reader, stream)
    if reader > 2:
        os.close(reader)


def _serve(orders: int, answers: int, threads: int, work: Callable[[Any], object]) -> None:
    """The helper's life: take orders until the pipe closes."""
    import signal
    from functools import partial
    from threading import Lock

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears it, and closes the pipe
    workers: Workers[Any] = Workers(threads)
    unread, lock = bytearray(), Lock()

    def carry_out(key: Any, order: Any) -> None:
        said = None
        try:
            work(order)
        except errors.ElfinError as error:
            said = (type(error).__name__, error.message, error.state, error.hints)
        except BaseException as error:  # the parent does it itself, and meets the same where it is reported
            said = (type(error).__name__, "", None, ())
        with lock:
            _send(answers, (key, said))

    while True:
        if not _readable([orders], QUICKLY if workers.waiting else None):
            workers.more()
            continue
        data = os.read(orders, 1 << 16)
        if not data:
            workers.close(_PATIENCE)
            return
        unread.extend(data)
        for key, order, urgent in _received(unread):
            workers.submit(key, partial(carry_out, key, order), urgent=urgent)


def _readable(descriptors: Sequence[int], seconds: float | None) -> set[int]:
    """Those that can be read, or have ended; waits so long for one (None: without end)."""
    import select

    poll = select.poll()  # `select` knows no descriptor above 1023
    for descriptor in descriptors:
        poll.register(descriptor, select.POLLIN)
    return {descriptor for descriptor, _ in poll.poll(None if seconds is None else seconds * 1000)}


def _send(descriptor: int, value: Any) -> None:
    data = marshal.dumps(value)
    data = len(data).to_bytes(_LENGTH, "little") + data
    while data:
        data = data[os.write(descriptor, data) :]


def _received(unread: bytearray) -> list[Any]:
    """The values that have arrived whole; they are taken out of `unread`."""
    values = []
    while len(unread) >= _LENGTH:
        end = _LENGTH + int.from_bytes(unread[:_LENGTH], "little")
        if len(unread) < end:
            break
        values.append(marshal.loads(bytes(unread[_LENGTH:end])))  # noqa: S302 from our own helper
        del unread[:end]
    return values


def _error(said: tuple[str, str, str | None, tuple[str, ...]] | None) -> Exception | None:
    if said is None:
        return None
    kind = getattr(errors, said[0], None)
    if kind is None or not issubclass(kind, errors.ElfinError):
        return NotDone()
    made: errors.ElfinError = kind(said[1], state=said[2], hints=said[3])
    return made
