"""What `pip download` fetched: counts with times, then a line for each file."""

from __future__ import annotations

import os

from elfin.cli.session import show_size
from elfin.flows.context import Context
from elfin.flows.download import Downloaded


def tell(context: Context, fetched: Downloaded) -> None:
    """Tell the outcome on stderr, as quiet or verbose as asked."""
    for warning in fetched.warnings:
        context.warn(warning)
    files = fetched.files
    context.tell(f"Resolved {_count(len(files), 'package')} in {_time(fetched.resolve_seconds)}")
    new = [file for file in files if not file.kept]
    shown = context.styled(os.path.relpath(fetched.folder, context.folder), "bold")
    if new:
        size = show_size(sum(file.size for file in new))
        context.tell(f"Saved {_count(len(new), 'file')} ({size}) to {shown} in {_time(fetched.seconds)}")
    if len(new) < len(files):
        context.tell(f"Kept {_count(len(files) - len(new), 'file')} that {shown} had already")
    for file in files:
        sign = context.styled("=", "dim") if file.kept else context.styled("+", "green")
        context.tell(f" {sign} {context.styled(file.filename, 'bold')}")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _time(seconds: float) -> str:
    return f"{seconds:.2f}s" if seconds >= 1 else f"{seconds * 1000:.0f}ms"
