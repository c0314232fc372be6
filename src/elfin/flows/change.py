"""From a difference to a changed environment: wheels collected first, then one transaction. Shared by what installs."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter

from elfin.envs import diff
from elfin.envs import disk as envs_disk
from elfin.envs.model import Environment, InstalledDistribution
from elfin.envs.state import State
from elfin.flows import places
from elfin.flows.asked import Where
from elfin.flows.context import Context
from elfin.flows.outcome import Changed, Outcome
from elfin.formats.urltext import without_credentials
from elfin.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from elfin.host.model import Host, Target
    from elfin.index.model import File
    from elfin.wheels.model import Install, StoredWheel


class Pinned(NamedTuple):
    """One distribution that is wanted: what to install, and how it is to be recorded."""

    name: str
    """Normalised."""
    version: str
    requested: bool
    reinstall: bool
    direct: bool
    """Asked for by path or URL rather than by name."""


class Task(NamedTuple):
    """One command's work on one environment."""

    context: Context
    environment: Environment
    state: State
    """What is installed, as the command found it."""
    where: Where
    dry_run: bool
    started: float
    host: Host | None = None
    """The place that the environment is for; None: this machine."""

    def target(self) -> Target:
        """What wheels are judged against."""
        return places.target(self.context, self.environment.interpreter, self.host)

    def words(self) -> str:
        """`places.words` for that."""
        where = self.where
        own = self.environment.interpreter.executable if where.system else None
        return places.words(where.platform, where.python or own, where.python_version)

    def seconds(self) -> float:
        """Since the command began."""
        return perf_counter() - self.started


Fetch = Callable[[Sequence[Pinned]], Sequence[tuple["StoredWheel", "File | None"]]]
"""Pins to their wheels in the store, fetching what is missing; the file is None where nobody asked an index for it."""


def begin(context: Context, where: Where, *, dry_run: bool) -> Task:
    """Find the environment, put right what an interrupted command left in it, and see what it holds.

    Raises UsageError, NoPython, PlaceError, Refused.
    """
    started = perf_counter()
    environment, host = places.site(context, where, writing=not dry_run)
    recover(environment)
    state = envs_disk.installed(envs_disk.scheme_folders(environment.scheme))
    task = Task(context, environment, state, where, dry_run, started, host)
    if state.distributions and (host is not None or environment.kind in ("target", "prefix")):
        from elfin.flows import misfits

        task = task._replace(state=misfits.set_aside(state, task.target()))
    return task


def recover(environment: Environment) -> None:
    """Finish or undo what an interrupted command left in the environment, before anybody looks at it."""
    site = environment.scheme.purelib
    # Two cheap looks, so that the room with the answer is imported only when there is something to do.
    if os.path.lexists(f"{site}/.elfin-transaction") or os.path.lexists(f"{site}/.elfin-transaction.gone"):
        from elfin.wheels import disk_install

        disk_install.recover(environment)


def carry_out(task: Task, difference: diff.Difference, pins: Mapping[str, Pinned], fetch: Fetch) -> Outcome:
    """Make the changes, none of them in a dry run; what is to be audited is fetched and audited in one as well.

    Raises what fetching and `wheels.disk_install.apply` raise; the environment is then as it was.
    """
    wanted = [pins[diff.change_name(change)] for change in difference.changes if not isinstance(change, diff.Remove)]
    removals = [one for change in difference.changes for one in _leaving(change)]
    origins: dict[str, str | None] = {}
    seconds = 0.0
    found = fetch(wanted) if wanted and (task.where.audit or not task.dry_run) else ()
    if found and task.where.audit:
        from elfin.flows import audit_installed

        audit_installed.refuse(task.context, task.where, task.environment, [wheel for wheel, _ in found])
    if not task.dry_run and (wanted or removals):
        installs = _installs(wanted, found)
        origins = {pin.name: one.direct_url.url for pin, one in zip(wanted, installs, strict=True) if one.direct_url}
        seconds = _apply(task, removals, installs)
    changes = tuple(_changed(change, origins) for change in difference.changes)
    return Outcome(changes, len(difference.unchanged), task.seconds(), apply_seconds=seconds, dry_run=task.dry_run)


def _installs(wanted: Sequence[Pinned], found: Sequence[tuple[StoredWheel, File | None]]) -> list[Install]:
    from elfin.wheels.model import DirectUrl, Install

    installs = []
    for pin, (wheel, file) in zip(wanted, found, strict=True):
        direct = None
        if pin.direct and file is not None:
            plain = without_credentials(file.url)[0]
            direct = DirectUrl(plain, tuple({**file.hashes, "sha256": wheel.digest}.items()))
        installs.append(Install(wheel, pin.requested, direct))
    return installs


def _apply(task: Task, removals: Sequence[InstalledDistribution], installs: Sequence[Install]) -> float:
    """Seconds that the transaction took."""
    from elfin.wheels import disk_install

    began = perf_counter()
    applied = disk_install.apply(
        task.environment,
        removals,
        installs,
        link_mode=task.where.link_mode or task.context.settings.link_mode.value,
        durable=task.where.durable,
        on_wait=task.context.tell,
    )
    if applied.files:
        task.context.explain(f"{applied.files} files by {applied.link_mode}")
    return perf_counter() - began


def _leaving(change: diff.Change) -> tuple[InstalledDistribution, ...]:
    if isinstance(change, diff.Remove):
        return (change.installed,)
    return change.installed if isinstance(change, diff.Replace) else ()


def _changed(change: diff.Change, origins: Mapping[str, str | None]) -> Changed:
    name = diff.change_name(change)
    before = tuple(one.version for one in _leaving(change))
    after = () if isinstance(change, diff.Remove) else (change.wanted.version,)
    return Changed(name, before, after, origins.get(name))
