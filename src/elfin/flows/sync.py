"""`pip sync`: an environment that holds exactly what files list (and pip, setuptools and wheel, if they are there).

Dependencies are not followed: whoever made the list did that. When everything is there already, nothing but the list and
the names in the environment is read.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from elfin.envs import diff
from elfin.envs import disk as envs_disk
from elfin.envs.state import State, canonical_name
from elfin.errors import UsageError
from elfin.flows import change, lines, places
from elfin.flows.asked import Requests, Where
from elfin.flows.context import Context
from elfin.flows.outcome import Outcome
from elfin.formats.requirementsfile import PinnedLine

if TYPE_CHECKING:
    from elfin.envs.model import Environment
    from elfin.wheels.model import StoredWheel


def sync(
    context: Context, requests: Requests, where: Where, *, reinstall: bool, dry_run: bool, allow_empty: bool
) -> Outcome:
    """Make the environment hold what the files list and nothing else.

    Raises UsageError, NoWheel, Unreachable, Refused, PlaceError; the environment is then as before.
    """
    started = perf_counter()
    environment = places.environment(context, where, writing=not dry_run)
    change.recover(environment)
    read = lines.read(context, requests)
    if not read.requirements and not allow_empty:
        raise _would_empty(requests)
    state = envs_disk.installed(envs_disk.scheme_folders(environment.scheme))
    plain = _plain_pins(read)
    if plain is not None and not reinstall:
        difference = diff.for_sync(
            state, [diff.Wanted(name, version) for name, version in plain.items()], keep=diff.SEED_PACKAGES
        )
        if not difference.changes and not _from_elsewhere(difference):
            return Outcome((), len(difference.unchanged), perf_counter() - started)
        known = None if _from_elsewhere(difference) else _known(context, environment, read, difference)
        if known is not None:
            pins = {name: change.Pinned(name, plain[name], True, False, False) for name in known}
            fetch = lambda wanted: [(known[pin.name], None) for pin in wanted]  # noqa: E731
            return change.carry_out(
                context, environment, difference, pins, fetch, where, started=started, dry_run=dry_run
            )
    return _changed(
        context, read, requests, environment, state, where, started,
        reinstall=reinstall, dry_run=dry_run, allow_empty=allow_empty,
    )  # fmt: skip


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
        if pins.setdefault(canonical_name(line.name), line.version) != line.version:
            return None
    return pins


def _known(
    context: Context, environment: Environment, read: lines.Lines, difference: diff.Difference
) -> dict[str, StoredWheel] | None:
    """The wheels that are missing, when all of them are in the store and known to be the ones; None otherwise."""
    from elfin.flows import known_pins

    missing = [diff.change_name(one) for one in difference.changes if not isinstance(one, diff.Remove)]
    return known_pins.stored(context, environment.interpreter, read, missing)


def _from_elsewhere(difference: diff.Difference) -> bool:
    """Whether something that is to come from an index was installed by path or URL: it is replaced then."""
    import os

    return any(os.path.exists(f"{one.dist_info}/direct_url.json") for one in difference.unchanged)


def _changed(
    context: Context,
    read: lines.Lines,
    requests: Requests,
    environment: Environment,
    state: State,
    where: Where,
    started: float,
    *,
    reinstall: bool,
    dry_run: bool,
    allow_empty: bool,
) -> Outcome:
    from elfin.flows import install, requirements, solution

    gathered = requirements.from_lines(context, read, environment.interpreter)
    if not gathered.asks and not allow_empty:
        raise _would_empty(requests)
    choice = requests.choice._replace(no_deps=True)
    solved = solution.solve(context, gathered, environment.interpreter, choice, {})
    resolve_seconds = perf_counter() - started
    pins = install.pins(solved, gathered, state, reinstall=reinstall)
    wanted = [diff.Wanted(pin.name, pin.version, pin.reinstall) for pin in pins.values()]
    difference = diff.for_sync(state, wanted, keep=diff.SEED_PACKAGES)
    fetch = install.fetcher(context, solved, environment.interpreter)
    outcome = change.carry_out(context, environment, difference, pins, fetch, where, started=started, dry_run=dry_run)
    warnings = (*gathered.notes, *solved.resolution.warnings)
    return outcome._replace(resolved=len(pins), resolve_seconds=resolve_seconds, warnings=warnings)
