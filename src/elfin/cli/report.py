"""Errors as text: `error:` cause, the state things are in, and `hint:` lines. The one place that renders them."""

from __future__ import annotations

import os

from elfin.edges.terminal import safe, styled, tell
from elfin.errors import ElfinError, UsageError

REPORT_VARIABLE = "ELFIN_TRACEBACK"
QUIETEST = -2
"""The level of what is told with -qq as well."""


def report(error: ElfinError) -> int:
    """Tell `error` on stderr; its exit code."""
    lines = [f"{styled('error', 'red')}: {safe(error.message)}"]
    if error.state:
        lines += ["", *(f"  {safe(line)}" for line in error.state.splitlines())]
    if error.hints:
        lines += ["", *(f"{styled('hint', 'cyan')}: {safe(hint)}" for hint in error.hints)]
    tell("\n".join(lines), QUIETEST)
    if os.environ.get(REPORT_VARIABLE):
        import traceback

        traceback.print_exception(error)
    return error.exit_code


def report_bug(error: Exception) -> int:
    """Tell of an exception nobody foresaw without drowning the user in it; 70."""
    if os.environ.get(REPORT_VARIABLE):
        import traceback

        traceback.print_exception(error)
    if isinstance(error, RecursionError | MemoryError):
        what = "the input is nested too deeply" if isinstance(error, RecursionError) else "memory ran out"
        return report(ElfinError(what)) and 70
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    report(
        ElfinError(
            f"elfin met something it did not expect: {text}",
            hints=(f"this is a bug of elfin; `{REPORT_VARIABLE}=1` in the environment shows where it happened",),
        )
    )
    return 70


def unknown_command(name: str, known: dict[str, object]) -> UsageError:
    """The error for a command that is not there, with the nearest that are."""
    import difflib

    near = difflib.get_close_matches(name, list(known), n=2) or [word for word in known if word.endswith(f" {name}")]
    hints = tuple(f"did you mean `elfin {word}`?" for word in near) or ("`elfin --help` lists the commands",)
    return UsageError(f"there is no command `{name}`", hints=hints)
