"""Listings and dependencies that only the network can tell, fetched side by side: by threads, or on other cores.

Both forms take keys and give back each with what the solver is to be told. Forked helpers fetch and read pages into the
cache, where this process finds them; what a helper could not do, or a cache could not keep, is asked here again.
"""

from __future__ import annotations

from elfin.edges.workers import Finished, Workers
from elfin.errors import MalformedMetadata
from elfin.flows.projects import Key, Projects
from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from elfin.edges.processes import Processes

_HELPERS = 2
"""The solver is quicker than what feeds it, but not by much: a third helper has nothing to do."""


def fetching(projects: Projects, threads: int, *, forking: bool) -> ByThreads | ByProcesses:
    """The form that suits. `forking`: other processes find what they need in the cache."""
    if forking and projects.index.kept:
        from elfin.edges import net_pool, processes

        if processes.possible():
            net_pool.prepare()  # once for all helpers
            try:
                return ByProcesses(projects, threads)
            except OSError:  # no more processes for this user
                pass
    return ByThreads(projects, threads)


class ByThreads:
    """Every key is a call of a thread."""

    def __init__(self, projects: Projects, threads: int) -> None:
        self._projects = projects
        self._workers: Workers[Key] = Workers(threads)

    def submit(self, key: Key, *, urgent: bool) -> None:
        """Have a key fetched, once; an urgent one before those that are not."""
        self._workers.submit(key, lambda: self._projects.answer(key), urgent=urgent)

    def finished(self, *, block: bool) -> list[Finished[Key]]:
        """What was fetched since the last question; waits for one at least unless `block` is False."""
        return self._workers.finished(block=block)

    def close(self) -> None:
        """Forget the rest."""
        self._workers.close()


class ByProcesses:
    """Every key is an order to a helper, which leaves the answer in the cache."""

    def __init__(self, projects: Projects, threads: int) -> None:
        """Raises OSError where no process can be had."""
        from elfin.edges.processes import Processes

        self._projects = projects
        index = projects.index
        self._processes: Processes[Key] = Processes(
            _HELPERS, threads, index.keep, begin=index.leave_connections, silent=True
        )

    def submit(self, key: Key, *, urgent: bool) -> None:
        """As `ByThreads.submit`."""
        self._processes.submit(key, self._projects.order(key), urgent=urgent)

    def finished(self, *, block: bool) -> list[Finished[Key]]:
        """As `ByThreads.finished`."""
        return [self._read(ended) for ended in self._processes.finished(block=block)]

    def close(self) -> None:
        """Let the helpers go."""
        self._processes.close()

    def _read(self, ended: Finished[Key]) -> Finished[Key]:
        from elfin.edges.processes import NotDone

        # What METADATA that cannot be read means for its version is not a helper's to say.
        if ended.error is not None and not isinstance(ended.error, NotDone | MalformedMetadata):
            return ended
        found = self._projects.at_hand(ended.key)
        try:
            return ended._replace(value=self._projects.answer(ended.key) if found is None else found, error=None)
        except Exception as error:
            return ended._replace(error=error)
