"""What `elfin self` has done, in words."""

from __future__ import annotations

import shlex

from elfin.flows.self_uninstall import Uninstalled
from elfin.flows.self_update import Updated


def updated(done: Updated) -> str:
    """What changed, or why nothing did."""
    return done.note or f"elfin {done.before} -> {done.now}"


def uninstalled(done: Uninstalled) -> str:
    """What is gone, and what to type to be rid of the rest."""
    lines = [f" - {path}" for path in done.removed]
    lines.append(f"elfin {done.version} is uninstalled")
    lines += [f"{path} is left: `rm -r {shlex.quote(path)}`" for path in done.kept]
    return "\n".join(lines)
