"""Remove distributions from an environment."""

from __future__ import annotations

from elfin.envs import diff
from elfin.errors import UsageError
from elfin.flows import change
from elfin.flows.asked import Requests, Where
from elfin.flows.context import Context
from elfin.flows.outcome import Outcome


def uninstall(context: Context, requests: Requests, where: Where, *, dry_run: bool) -> Outcome:
    """Remove what is named; what is not installed is told as a warning. Raises UsageError, PlaceError, Refused."""
    from elfin.flows import requirements

    task = change.begin(context, where, dry_run=dry_run)
    names = requirements.names(context, requests)
    if not names:
        raise UsageError("nothing to uninstall was named", hints=("`elfin pip uninstall NAME`",))
    removals, missing = diff.for_removal(task.state, names)
    outcome = change.carry_out(task, diff.Difference(removals, ()), {}, lambda _: ())
    warnings = tuple(f"{name} is not installed" for name in missing)
    return outcome._replace(warnings=warnings, removals_missing=missing)
