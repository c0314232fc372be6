"""Many audits, one after the other or by an `Executor`: processes of this machine, Dask or Ray over an index.

What goes to a worker and what comes back are values that pickle; a worker opens what it needs itself. An audit that
fails is an answer too. Judging for places stays with the caller: it is cheap, and a place may be a folder here.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator

from elfin.audit.model import Report
from elfin.errors import ElfinError
from elfin.flows import audit_reports
from elfin.flows.context import Context
from elfin.formats.urltext import redacted
from elfin.index.model import File
from elfin.record import TYPE_CHECKING, NamedTuple
from elfin.settings.model import Settings

if TYPE_CHECKING:
    from concurrent.futures import Executor

_AHEAD = 256
"""Audits that are handed to an executor before the first of them is waited for: enough for every core of a cluster
node, few enough that the names of a whole index need not fit into its queue."""


class Order(NamedTuple):
    """One audit."""

    what: str | File
    """A path, a URL, or a file on an index."""
    hashes: bool
    settings: Settings
    folder: str
    cache: str


class Done(NamedTuple):
    """What became of it."""

    path: str
    """What was asked for, as it was given; of a file on an index, its name."""
    reports: tuple[Report, ...]
    """Several for a folder of wheels; () where it failed."""
    error: str | None
    """Why it failed, as one clause."""


def audit_many(
    context: Context, paths: Iterable[str | File], executor: Executor | None = None, *, hashes: bool = False
) -> Iterator[Done]:
    """The answer for each path, in their order; `executor` does the work, this process where there is none.

    `paths`: as `elfin audit` takes them, URLs included, or files of `context.index.listing(...)`. Only a few are taken
    before their answers are. An executor's own failures (a worker that was killed) pass through.
    """
    orders = (Order(what, hashes, context.settings, context.folder, context.cache) for what in paths)
    if executor is None:
        yield from (_done(context, order) for order in orders)
        return
    pending: deque[object] = deque()
    for order in orders:
        pending.append(executor.submit(one, order))
        if len(pending) >= _AHEAD:
            yield pending.popleft().result()  # type: ignore[attr-defined]
    while pending:
        yield pending.popleft().result()  # type: ignore[attr-defined]


def one(order: Order) -> Done:
    """One audit, wherever this runs. Raises nothing that the thing itself is to blame for."""
    return _done(_context(order), order)


def _done(context: Context, order: Order) -> Done:
    shown = redacted(order.what) if isinstance(order.what, str) else order.what.filename
    try:
        return Done(shown, tuple(audit_reports.of(context, order.what, hashes=order.hashes)), None)
    except ElfinError as error:
        return Done(shown, (), error.message)


_Run = tuple[int, Settings, str, str]
_latest: tuple[_Run, Context] | None = None
"""What a worker made last: the next order's connections to servers are there already, if it is of the same run."""


def _context(order: Order) -> Context:
    global _latest
    run = (os.getpid(), order.settings, order.folder, order.cache)  # a fork's connections are its parent's
    found = _latest
    if found is None or found[0] != run:
        context = Context(order.settings, os.environ, order.folder, order.cache, refresh=False)
        found = _latest = (run, context)
    return found[1]
