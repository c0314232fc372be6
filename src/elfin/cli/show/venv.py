"""A new environment as text."""

from __future__ import annotations

import shlex

from elfin.flows.venv import Made


def made(made: Made) -> str:
    """Which Python, where, and how to step in."""
    python = made.environment.interpreter
    kind = " free-threaded" * python.free_threaded + " static" * python.static + " debug" * python.debug
    lines = [
        f"Using {python.implementation.replace('cpython', 'CPython')} {python.version}{kind} at {python.executable}"
    ]
    lines.append(
        f"Made the virtual environment {made.path}" + (f", with {', '.join(made.seeded)}" if made.seeded else "")
    )
    activate = f"{made.path.rstrip('/')}/bin/activate"
    lines.append(f"Step in with: . {shlex.quote(activate if '/' in activate else './' + activate)}")
    return "\n".join(lines)
