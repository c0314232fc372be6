"""What became of a command that changes an environment, as values to tell."""

from __future__ import annotations

from elfin.record import NamedTuple


class Changed(NamedTuple):
    """One distribution that came, went, or was replaced."""

    name: str
    before: tuple[str, ...]
    """Versions that were there (several: a damaged environment); empty: none."""
    after: tuple[str, ...]
    """The one version that is there now; empty: removed."""
    origin: str | None = None
    """The URL of a direct reference, without credentials; None: from an index."""


class Outcome(NamedTuple):
    """The whole of it."""

    changes: tuple[Changed, ...]
    unchanged: int
    """Wanted distributions that were there already."""
    seconds: float
    """From the start of the flow."""
    apply_seconds: float = 0.0
    """Of changing the environment alone."""
    resolved: int | None = None
    """How many packages the resolution has; None: nothing had to be resolved."""
    resolve_seconds: float = 0.0
    warnings: tuple[str, ...] = ()
    removals_missing: tuple[str, ...] = ()
    """Names to uninstall that were not installed."""
    dry_run: bool = False
