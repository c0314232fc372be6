"""`pip sync`: an environment that holds exactly what files list (and pip, setuptools and wheel, if they are there).

Dependencies are not followed: whoever made the list did that. When everything is there already, nothing but the list
and the names in the environment is read.
"""

from __future__ import annotations

from elfin.envs import diff
from elfin.errors import UsageError
from elfin.flows import change, lines
from elfin.flows.asked import Requests, Where
from elfin.flows.context import Context
from elfin.flows.outcome import Outcome
from elfin.formats.projectname import canonical
from elfin.formats.requirementsfile import PinnedLine
from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from elfin.wheels.model import StoredWheel


def sync(
    context: Context, requests: Requests, where: Where, *, reinstall: bool, dry_run: bool, allow_empty: bool
) -> Outcome:
    """Make the environment hold what the files list and nothing else.

    Raises UsageError, NoWheel, Unreachable, Refused, PlaceError; the environment is then as before.
    """
    task = change.begin(context, where, dry_run=dry_run)
    read = lines.read(context, requests)
    if not read.requirements and not allow_empty:
        raise _would_empty(requests)
    plain = _plain_pins(read)
    if plain is not None and not reinstall:
        wanted = [diff.Wanted(name, version) for name, version in plain.items()]
        difference = diff.for_sync(task.state, wanted, keep=diff.SEED_PACKAGES)
        if not _from_elsewhere(difference):
            if not difference.changes:
                return Outcome((), len(difference.unchanged), task.seconds())
            known = _known(task, read, difference)
            if known is not None:
                pins = {name: change.Pinned(name, plain[name], True, False, False) for name in known}
                return change.carry_out(
                    task, difference, pins, lambda missing: [(known[pin.name], None) for pin in missing]
                )
    return _changed(task, read, requests, reinstall=reinstall, allow_empty=allow_empty)


def _would_empty(requests: Requests) -> UsageError:
    return UsageError(
        f"{' and '.join(requests.files)} list nothing for this interpreter, and a sync would empty the environment",
        hints=("`--allow-empty-requirements` does that",),
    )


def _plain_pins(read: lines.Lines) -> dict[str, str] | None:
    """Version by name when there is nothing but plain pins, without markers; None otherwise."""
    pins: dict[str, str] = {}
    for one in read.requirements:
        line = one.line
        if not isinstance(line, PinnedLine) or line.marker is not None or read.constraints:
            return None
        if pins.setdefault(canonical(line.name), line.version) != line.version:
            return None
    return pins


def _known(task: change.Task, read: lines.Lines, difference: diff.Difference) -> dict[str, StoredWheel] | None:
    """The wheels that are missing, when all of them are in the store and known to be the ones; None otherwise."""
    from elfin.flows import known_pins

    missing = [diff.change_name(one) for one in difference.changes if not isinstance(one, diff.Remove)]
    return known_pins.stored(task.context, task.environment.interpreter, read, missing)


def _from_elsewhere(difference: diff.Difference) -> bool:
    """Whether something that is to come from an index was installed by path or URL: it is replaced then."""
    import os

    return any(os.path.exists(f"{one.dist_info}/direct_url.json") for one in difference.unchanged)


def _changed(
    task: change.Task, read: lines.Lines, requests: Requests, *, reinstall: bool, allow_empty: bool
) -> Outcome:
    from elfin.flows import install, requirements, solution

    interpreter = task.environment.interpreter
    gathered = requirements.from_lines(read, interpreter)
    if not gathered.asks and not allow_empty:
        raise _would_empty(requests)
    choice = requests.choice._replace(no_deps=True)
    solved = solution.solve(task.context, gathered, task.target(), choice, {}, asked=task.words())
    seconds = task.seconds()
    pins = install.pins(solved, gathered, task.state, reinstall=reinstall)
    wanted = [diff.Wanted(pin.name, pin.version, pin.reinstall) for pin in pins.values()]
    difference = diff.for_sync(task.state, wanted, keep=diff.SEED_PACKAGES)
    outcome = change.carry_out(task, difference, pins, install.fetcher(task, solved))
    warnings = (*gathered.notes, *solved.resolution.warnings)
    return outcome._replace(resolved=len(pins), resolve_seconds=seconds, warnings=warnings)
