"""From a difference to a changed environment: wheels collected first, then one transaction. Shared by what installs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from elfin.envs import diff
from elfin.envs.model import Environment, InstalledDistribution
from elfin.flows.asked import Where
from elfin.flows.context import Context
from elfin.flows.outcome import Changed, Outcome
from elfin.formats.urltext import without_credentials

if TYPE_CHECKING:
    from elfin.index.model import File
    from elfin.wheels.model import StoredWheel


class Pinned(NamedTuple):
    """One distribution that is wanted: what to install, and how it is to be recorded."""

    name: str
    """Normalised."""
    version: str
    requested: bool
    reinstall: bool
    direct: bool
    """Asked for by path or URL rather than by name."""


def recover(environment: Environment) -> None:
    """Finish or undo what an interrupted command left in the environment, before anybody looks at it."""
    import os

    site = environment.scheme.purelib
    # Two cheap looks, so that the room with the answer is imported only when there is something to do.
    if os.path.lexists(f"{site}/.elfin-transaction") or os.path.lexists(f"{site}/.elfin-transaction.gone"):
        from elfin.wheels import disk_install

        disk_install.recover(environment)


def carry_out(
    context: Context,
    environment: Environment,
    difference: diff.Difference,
    pins: Mapping[str, Pinned],
    stored: Callable[[Sequence[Pinned]], Sequence[tuple[StoredWheel, File | None]]],
    where: Where,
    *,
    started: float,
    dry_run: bool,
) -> Outcome:
    """Make the changes (none with `dry_run`). `stored` gives the wheels of pins, fetching what is missing.

    Raises what fetching and `wheels.disk_install.apply` raise; the environment is then as it was.
    """
    wanted = [pins[diff.change_name(change)] for change in difference.changes if not isinstance(change, diff.Remove)]
    removals = [one for change in difference.changes for one in _leaving(change)]
    origins: dict[str, str | None] = {}
    seconds = 0.0
    if not dry_run and (wanted or removals):
        seconds = _apply(context, environment, wanted, removals, stored, where, origins)
    changes = tuple(_changed(change, origins) for change in difference.changes)
    return Outcome(changes, len(difference.unchanged), perf_counter() - started, apply_seconds=seconds, dry_run=dry_run)


def _apply(
    context: Context,
    environment: Environment,
    wanted: Sequence[Pinned],
    removals: Sequence[InstalledDistribution],
    stored: Callable[[Sequence[Pinned]], Sequence[tuple[StoredWheel, File | None]]],
    where: Where,
    origins: dict[str, str | None],
) -> float:
    from elfin.wheels import disk_install
    from elfin.wheels.model import DirectUrl, Install

    installs = []
    for pin, (wheel, file) in zip(wanted, stored(wanted) if wanted else (), strict=True):
        direct = None
        if pin.direct and file is not None:
            plain = without_credentials(file.url)[0]
            direct = DirectUrl(plain, tuple({**file.hashes, "sha256": wheel.digest}.items()))
        installs.append(Install(wheel, pin.requested, direct))
        origins[pin.name] = direct.url if direct else None
    began = perf_counter()
    applied = disk_install.apply(
        environment,
        removals,
        installs,
        link_mode=where.link_mode or context.settings.link_mode.value,
        durable=where.durable,
        on_wait=context.tell,
    )
    if applied.files:
        context.explain(f"{applied.files} files by {applied.link_mode}")
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
