"""What an installation did, in uv's shape: counts with times, then a line for each change."""

from __future__ import annotations

from elfin.flows.context import Context
from elfin.flows.outcome import Outcome


def tell(context: Context, outcome: Outcome) -> None:
    """Tell the outcome on stderr, as quiet or verbose as asked."""
    for warning in outcome.warnings:
        context.warn(warning)
    would = "Would " if outcome.dry_run else ""
    if outcome.resolved is not None:
        context.tell(f"Resolved {_packages(outcome.resolved)} in {_time(outcome.resolve_seconds)}")
    if not outcome.changes and not outcome.removals_missing:
        context.tell(f"Audited {_packages(outcome.unchanged)} in {_time(outcome.seconds)}")
    gone = [change for change in outcome.changes if change.before]
    came = [change for change in outcome.changes if change.after]
    if gone:
        verb = "uninstall" if would else "Uninstalled"
        context.tell(
            f"{would}{verb} {_packages(len(gone))}"
            + ("" if would else f" in {_time(outcome.apply_seconds)}" if not came else "")
        )
    if came:
        verb = "install" if would else "Installed"
        context.tell(f"{would}{verb} {_packages(len(came))}" + ("" if would else f" in {_time(outcome.apply_seconds)}"))
    for change in outcome.changes:
        name = context.styled(change.name, "bold")
        if change.before and change.before == change.after:
            context.tell(f" {context.styled('~', 'yellow')} {name}{_version(change.after, change.origin)}")
            continue
        for version in change.before or ():
            context.tell(f" {context.styled('-', 'red')} {name}{_version((version,), None)}")
        if change.after:
            context.tell(f" {context.styled('+', 'green')} {name}{_version(change.after, change.origin)}")


def _version(versions: tuple[str, ...], origin: str | None) -> str:
    return f"=={versions[0]}" + (f" (from {origin})" if origin else "")


def _packages(count: int) -> str:
    return f"{count} package{'' if count == 1 else 's'}"


def _time(seconds: float) -> str:
    return f"{seconds:.2f}s" if seconds >= 1 else f"{seconds * 1000:.0f}ms"
