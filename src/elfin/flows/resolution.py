"""A problem to a resolution: the solver steps, this feeds it.

What the cache has is given at once and by this thread. What it has not is fetched side by side, the solver's own wishes
first and its guesses behind them, and every answer is given as soon as it comes.
"""

from __future__ import annotations

from collections.abc import Callable

from elfin.errors import Conflict as NoSolution
from elfin.flows.projects import Key, Projects
from elfin.record import TYPE_CHECKING
from elfin.resolve.conflict import Conflict
from elfin.resolve.model import Problem, Resolution, Wanted
from elfin.resolve.solver import Solver

if TYPE_CHECKING:
    from elfin.flows.fetching import ByProcesses, ByThreads


def resolve(
    problem: Problem,
    projects: Projects,
    *,
    threads: int = 16,
    forking: bool = False,
    progress: Callable[[str], None] | None = None,
    asked: str = "",
) -> Resolution:
    """The versions that meet `problem`. `forking`: helpers may be forked, as the cache keeps what they find.

    `asked`: the options by which the target was named, for hints.

    Raises errors.Conflict with the reasons in sentences, Unreachable, ...
    """
    solver = Solver(problem)
    feed = _Feed(solver, projects, threads, forking, progress)
    try:
        while True:
            outcome = solver.step()
            if isinstance(outcome, Resolution):
                return outcome
            if isinstance(outcome, Conflict):
                raise _told(outcome, projects, asked)
            feed.satisfy(outcome)
    finally:
        feed.close()


def _told(conflict: Conflict, projects: Projects, asked: str) -> NoSolution:
    """The conflict as an error: its last sentence is the cause, the chain of reasons the state."""
    from elfin.resolve import report
    from elfin.resolve.hints import hints

    reasons = "\n".join(f"{one}." for one in report.sentences(conflict))
    found = hints(conflict, another_python=projects.other_pythons(), asked=asked)
    return NoSolution("the requirements cannot be met together", state=reasons, hints=found)


class _Feed:
    """Between solver and projects: who was asked for, who was given."""

    def __init__(
        self,
        solver: Solver,
        projects: Projects,
        threads: int,
        forking: bool,
        progress: Callable[[str], None] | None,
    ) -> None:
        self.solver, self.projects, self.progress = solver, projects, progress
        self._threads, self._forking = threads, forking
        self.given: set[Key] = set()
        self.failed: dict[Key, BaseException] = {}
        self._asked: set[Key] = set()
        self._hurried: set[Key] = set()
        self._fetching: ByThreads | ByProcesses | None = None

    @property
    def fetching(self) -> ByThreads | ByProcesses:
        """Those who fetch, from the first question on that only the network can answer."""
        if self._fetching is None:
            from elfin.flows.fetching import fetching

            self._fetching = fetching(self.projects, self._threads, forking=self._forking)
        return self._fetching

    def close(self) -> None:
        """Let them go."""
        if self._fetching is not None:
            self._fetching.close()

    def satisfy(self, wanted: Wanted) -> None:
        """Give everything at hand and fetch the rest; return as soon as something that is wanted was given."""
        keys: list[Key] = [*((name, None) for name in wanted.listings), *wanted.metadata]
        advanced = self._give_cached(keys)
        missing = [key for key in keys if key not in self.given]
        for key in reversed(missing):
            self._submit(key, urgent=True)
        while missing:  # with everything at hand there is no time to win by looking ahead
            likely = self.solver.likely(wanted)
            for key in [*((name, None) for name in likely.listings), *likely.metadata]:
                if key not in self._asked:
                    self._submit(key, urgent=False)
            self._give_finished(block=not advanced)
            for key in missing:
                if key in self.failed:
                    raise self.failed[key]
            if advanced or not self.given.isdisjoint(missing):
                return

    def _submit(self, key: Key, *, urgent: bool) -> None:
        """Have a key fetched, once; hurried once as well: each wake-up would else go through hundreds of them."""
        asked = self._hurried if urgent else self._asked
        if key not in asked:
            asked.add(key)
            self._asked.add(key)
            self.fetching.submit(key, urgent=urgent)

    def _give_cached(self, keys: list[Key]) -> bool:
        advanced = False
        for key in keys:
            if key in self.given or key in self._asked:
                continue
            found = self.projects.at_hand(key)
            if found is not None:
                self._give(key, found)
                advanced = True
        return advanced

    def _give_finished(self, *, block: bool) -> None:
        for ended in self.fetching.finished(block=block):
            if ended.error is not None:
                self.failed[ended.key] = ended.error  # of no matter unless it turns out to be really wanted
                continue
            self._give(ended.key, ended.value)
            if self.progress:
                self.progress(ended.key[0])

    def _give(self, key: Key, found: object) -> None:
        name, index = key
        self.given.add(key)
        if index is None:
            self.solver.give_listing(name, found)  # type: ignore[arg-type]
        else:
            self.solver.give_metadata(name, index, found)  # type: ignore[arg-type]
