"""Remove distributions from an environment."""

from __future__ import annotations

from time import perf_counter

from elfin.envs import diff
from elfin.envs import disk as envs_disk
from elfin.errors import UsageError
from elfin.flows import change, places
from elfin.flows.asked import Requests, Where
from elfin.flows.context import Context
from elfin.flows.outcome import Outcome


def uninstall(context: Context, requests: Requests, where: Where, *, dry_run: bool) -> Outcome:
    """Remove what is named; what is not installed is told as a warning. Raises UsageError, PlaceError, Refused."""
    from elfin.flows import requirements

    started = perf_counter()
    environment = places.environment(context, where, writing=not dry_run)
    change.recover(environment)
    names = requirements.names(context, requests)
    if not names:
        raise UsageError("nothing to uninstall was named", hints=("`elfin pip uninstall NAME`",))
    state = envs_disk.installed(envs_disk.scheme_folders(environment.scheme))
    removals, missing = diff.for_removal(state, names)
    outcome = change.carry_out(
        context, environment, diff.Difference(removals, ()), {}, lambda _: (), where, started=started, dry_run=dry_run
    )
    warnings = tuple(f"{name} is not installed" for name in missing)
    return outcome._replace(warnings=warnings, removals_missing=missing)
