"""`pip install`: what is asked for, resolved against an index and installed; what is there already stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import TYPE_CHECKING

from elfin.envs import diff
from elfin.envs import disk as envs_disk
from elfin.envs.model import Environment
from elfin.envs.state import State, canonical_name, direct_url
from elfin.errors import UsageError
from elfin.flows import change, places, requirements
from elfin.flows.asked import Requests, Where
from elfin.flows.context import Context
from elfin.flows.outcome import Outcome
from elfin.flows.requirements import Gathered
from elfin.formats.urltext import without_credentials

if TYPE_CHECKING:
    from elfin.flows.solution import Solved
    from elfin.host.model import Interpreter
    from elfin.index.model import File
    from elfin.wheels.model import StoredWheel


def install(
    context: Context, requests: Requests, where: Where, *, reinstall: bool = False, dry_run: bool = False
) -> Outcome:
    """Install into the environment that is meant.

    Raises UsageError, NoPython, Conflict, NoWheel, Unreachable, Refused, PlaceError; the environment is then as before.
    """
    started = perf_counter()
    environment = places.environment(context, where, writing=not dry_run)
    change.recover(environment)
    gathered = requirements.gather(context, requests, environment.interpreter)
    if not gathered.asks:
        if not (requests.packages or requests.files):
            hint = "`elfin pip install flask`, or `-r requirements.txt`"
            raise UsageError("nothing to install was named", hints=(hint,))
        # Empty files, and markers that do not hold here, ask for nothing, which is there already.
        return Outcome((), 0, perf_counter() - started, warnings=gathered.notes)
    state = envs_disk.installed(envs_disk.scheme_folders(environment.scheme))
    choice = requests.choice
    if not (reinstall or choice.upgrade or choice.upgrade_packages or gathered.references):
        from elfin.flows.satisfied import satisfied

        count = satisfied(state, gathered, environment.interpreter, no_deps=choice.no_deps)
        if count is not None:
            return Outcome((), count, perf_counter() - started)
    return _resolved(
        context, gathered, requests, environment, state, where, started, reinstall=reinstall, dry_run=dry_run
    )


def _resolved(
    context: Context,
    gathered: Gathered,
    requests: Requests,
    environment: Environment,
    state: State,
    where: Where,
    started: float,
    *,
    reinstall: bool,
    dry_run: bool,
) -> Outcome:
    from elfin.flows import solution

    kept = {} if requests.choice.upgrade else {one.canonical_name: one.version for one in state.distributions}
    for name in requests.choice.upgrade_packages:
        kept.pop(canonical_name(name), None)
    solved = solution.solve(context, gathered, environment.interpreter, requests.choice, kept)
    resolve_seconds = perf_counter() - started
    wanted = pins(solved, gathered, state, reinstall=reinstall)
    difference = diff.for_install(state, [diff.Wanted(pin.name, pin.version, pin.reinstall) for pin in wanted.values()])
    outcome = change.carry_out(
        context,
        environment,
        difference,
        wanted,
        fetcher(context, solved, environment.interpreter),
        where,
        started=started,
        dry_run=dry_run,
    )
    return outcome._replace(
        resolved=len(wanted), resolve_seconds=resolve_seconds, warnings=(*gathered.notes, *solved.resolution.warnings)
    )


def pins(solved: Solved, gathered: Gathered, state: State, *, reinstall: bool) -> dict[str, change.Pinned]:
    """What is to be installed, by name, with how it is to be recorded and whether it replaces an equal version."""
    named = {ask.requirement.name for ask in gathered.asks}
    found = {}
    for pin in solved.resolution.pins:
        reference = gathered.references.get(pin.name)
        again = reinstall or _differs(state, pin.name, reference)
        found[pin.name] = change.Pinned(pin.name, str(pin.version), pin.name in named, again, reference is not None)
    return found


def fetcher(
    context: Context, solved: Solved, interpreter: Interpreter
) -> Callable[[Sequence[change.Pinned]], list[tuple[StoredWheel, File]]]:
    """A function from pins to their wheels in the store, fetching what is missing."""
    from elfin.flows import known_pins
    from elfin.flows.wheels import collect

    def stored(missing: Sequence[change.Pinned]) -> list[tuple[StoredWheel, File]]:
        files = [solved.files[pin.name] for pin in missing]
        doubted = [solved.files[pin.name].filename for pin in missing if pin.reinstall]
        wheels = collect(context, files, solved.hashes_of(files), doubted=doubted)
        from_index = {(p.name, p.version): wheel for p, wheel in zip(missing, wheels, strict=True) if not p.direct}
        known_pins.remember(context, interpreter, from_index)
        return list(zip(wheels, files, strict=True))

    return stored


def _differs(state: State, name: str, reference: File | None) -> bool:
    """Whether what is installed under a name came from somewhere else than is asked for now.

    `reference` None: an index is asked for. A local wheel whose hash is not known is installed again: it may be new.
    """
    for one in state.distributions:
        if one.canonical_name == name:
            told = direct_url(envs_disk.details(one).direct_url)
            if told is None or reference is None:
                return (told is None) != (reference is None)
            archive = told.get("archive_info")
            hashes = archive.get("hashes") if isinstance(archive, dict) else None
            same = isinstance(hashes, dict) and all(hashes.get(key) == value for key, value in reference.hashes.items())
            return told.get("url") != without_credentials(reference.url)[0] or not same or not reference.hashes
    return False
