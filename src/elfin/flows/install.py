"""`pip install`: what is asked for, resolved against an index and installed; what is there already stays."""

from __future__ import annotations

from collections.abc import Sequence

from elfin.envs import diff
from elfin.envs import disk as envs_disk
from elfin.envs.state import State, direct_url
from elfin.errors import UsageError
from elfin.flows import change, requirements
from elfin.flows.asked import Choice, Requests, Where
from elfin.flows.context import Context
from elfin.flows.outcome import Outcome
from elfin.flows.requirements import Gathered
from elfin.formats.projectname import canonical
from elfin.formats.urltext import without_credentials
from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from elfin.flows.solution import Solved
    from elfin.index.model import File
    from elfin.wheels.model import StoredWheel


def install(
    context: Context, requests: Requests, where: Where, *, reinstall: bool = False, dry_run: bool = False
) -> Outcome:
    """Install into the environment that is meant.

    Raises UsageError, NoPython, Conflict, NoWheel, Unreachable, Refused, PlaceError; the environment is then as before.
    """
    context.expect_index()
    task = change.begin(context, where, dry_run=dry_run)
    gathered = requirements.gather(context, requests, task.environment.interpreter)
    if not gathered.asks:
        if not (requests.packages or requests.files):
            hint = "`elfin pip install flask`, or `-r requirements.txt`"
            raise UsageError("nothing to install was named", hints=(hint,))
        # Empty files, and markers that do not hold here, ask for nothing, which is there already.
        return Outcome((), 0, task.seconds(), warnings=gathered.notes)
    choice = requests.choice
    if not (reinstall or choice.upgrade or choice.upgrade_packages or gathered.references):
        from elfin.flows.satisfied import satisfied

        count = satisfied(task.state, gathered, task.environment.interpreter, no_deps=choice.no_deps)
        if count is not None:
            return Outcome((), count, task.seconds())
    return _resolved(task, gathered, choice, reinstall=reinstall)


def _resolved(task: change.Task, gathered: Gathered, choice: Choice, *, reinstall: bool) -> Outcome:
    from elfin.flows import solution

    kept = {} if choice.upgrade else {one.canonical_name: one.version for one in task.state.distributions}
    for name in choice.upgrade_packages:
        kept.pop(canonical(name), None)
    solved = solution.solve(task.context, gathered, task.target(), choice, kept, asked=task.words())
    seconds = task.seconds()
    wanted = pins(solved, gathered, task.state, reinstall=reinstall)
    difference = diff.for_install(
        task.state, [diff.Wanted(pin.name, pin.version, pin.reinstall) for pin in wanted.values()]
    )
    outcome = change.carry_out(task, difference, wanted, fetcher(task, solved))
    warnings = (*gathered.notes, *solved.resolution.warnings)
    return outcome._replace(resolved=len(wanted), resolve_seconds=seconds, warnings=warnings)


def pins(solved: Solved, gathered: Gathered, state: State, *, reinstall: bool) -> dict[str, change.Pinned]:
    """What is to be installed, by name, with how it is to be recorded and whether it replaces an equal version."""
    named = {ask.requirement.name for ask in gathered.asks}
    found = {}
    for pin in solved.resolution.pins:
        reference = gathered.references.get(pin.name)
        again = reinstall or _differs(state, pin.name, reference)
        found[pin.name] = change.Pinned(pin.name, str(pin.version), pin.name in named, again, reference is not None)
    return found


def fetcher(task: change.Task, solved: Solved) -> change.Fetch:
    """A function from pins of a resolution to their wheels in the store, fetching what is missing."""
    from elfin.flows import known_pins
    from elfin.flows.wheels import collect

    def fetch(missing: Sequence[change.Pinned]) -> list[tuple[StoredWheel, File | None]]:
        files = [solved.files[pin.name] for pin in missing]
        doubted = [solved.files[pin.name].filename for pin in missing if pin.reinstall]
        wheels = collect(task.context, files, solved.hashes_of(files), doubted=doubted)
        from_index = {(p.name, p.version): wheel for p, wheel in zip(missing, wheels, strict=True) if not p.direct}
        known_pins.remember(task.context, task.environment.interpreter, from_index)
        return list(zip(wheels, files, strict=True))

    return fetch


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
