"""The `.python-version` of a folder: what it says, and writing it."""

from __future__ import annotations

import os

from elfin.edges import disk
from elfin.errors import NoAnswer, UsageError
from elfin.flows import python_find
from elfin.flows.context import Context
from elfin.pythons import request as requests


def shown(context: Context) -> tuple[str, str]:
    """(what is asked for, the file that says so). Raises NoAnswer without one."""
    path = python_find.pin_file(context)
    if path is None:
        raise NoAnswer("no Python is pinned here", hints=("`elfin python pin 3.13` pins one",))
    return python_find.first_word(path), path


def pin(context: Context, text: str, *, resolved: bool) -> tuple[str, str | None, str]:
    """Write it; (what is asked for now, what was before, the file). `resolved`: the path of the one found.

    Raises UsageError for a request that is none, NoPython with `resolved` where nothing answers.
    """
    request = requests.parse_named(text)
    word = text.strip()
    if resolved:
        word = python_find.located(context, text, inside=False).executable
    elif request.name not in (None, "system"):  # whoever reads it would pass over it
        hint = "write a version (3.12), a range (>=3.11,<3.13), an implementation (pypy@3.10) or a path (./python3)"
        raise UsageError(f"{word!r} is no version of Python to pin", state="nothing was changed", hints=(hint,))
    elif request.path is None:
        word = "".join(text.split())  # a pin ends at the first space
    elif word.split() != [word]:  # but for an absolute path
        word = os.path.join(context.folder, os.path.expanduser(word))
    path = os.path.join(context.folder, python_find.PIN)
    before = python_find.first_word(path) or None
    disk.write(path, f"{word}\n".encode())
    return word, before, path


def remove(context: Context) -> str:
    """Remove the file that counts here; its path. Raises NoAnswer without one."""
    path = python_find.pin_file(context)
    if path is None:
        raise NoAnswer("no Python is pinned here")
    disk.remove_file(path)
    return path
