"""Commands and how they ended -> a verdict with its reason. Pure.

works: every command of the job did what it should. refused: the tool said no, in a message of its own. impossible:
there is nothing to run the job with. broken: everything else, a traceback, a signal, an install that cannot be
imported. Only "works" needs no reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from lab.enter import Done

WORDS = {
    "works": "✓",
    "refused": "○",
    "impossible": "–",
    "broken": "✗",
}
"""Every verdict with its symbol."""
_TELLING = re.compile(r"^\s*(?:error:|ERROR:|\u00d7)")
_DECORATION = re.compile(r"^\s*(?:│|├─▶|╰─▶|\u00d7|error:|ERROR:)?\s*")
_ITEM = re.compile(r"  \S")
_AFTERWARDS = re.compile(r"\s*(hint|\[notice\])\b")
_TRACEBACK = "Traceback (most recent call last)"
_OWN_BUG = 70


class Verdict(NamedTuple):
    """What came of one job in one place."""

    word: str
    """One of WORDS."""
    reason: str
    """Why not, in the tool's own words; for "works" what it said, possibly ""."""
    seconds: float
    whole: str = ""
    """All that it said, where `reason` is the nearest miss only, as `elfin explain` tells it; else ""."""


def judge(ended: Sequence[Done], *, said: str = "") -> Verdict:
    """The verdict on a job's commands, in order; the last one is the first that failed, if one did.

    The first command is the tool's, later ones try what it did. `said` is what "works" is to tell.
    """
    seconds = round(sum(done.seconds for done in ended), 2)
    last = ended[-1]
    if last.timed_out:
        return Verdict("broken", f"no answer in {last.seconds:.0f} s", seconds)
    if last.code == 0:
        return Verdict("works", said, seconds)
    if last.code < 0:
        return Verdict("broken", f"killed by signal {-last.code}: {_last_line(last)}".rstrip(": "), seconds)
    if len(ended) > 1:
        return Verdict("broken", f"installed, but it does not work: {_last_line(last)}", seconds)
    said_itself, crash, _ = last.err.partition(_TRACEBACK)
    if last.code == _OWN_BUG or "panicked at" in last.err or (crash and message(said_itself) in ("", "Exception:")):
        return Verdict("broken", _last_line(last), seconds)
    reason = message(said_itself)
    if reason and crash:  # a tool shows another program's traceback
        reason += f" ... {_last_line(last)}"
    if not reason:
        return Verdict("broken", f"exit code {last.code}: {_last_line(last)}", seconds)
    return Verdict("refused", reason, seconds)


def message(text: str) -> str:
    """The refusal in what a tool wrote to standard error, its lines joined; "" where none is marked as one.

    It goes on over blank lines while lines are indented (the state that a message of elfin's tells), until a hint.
    Indented lines right below the message are a list, each line an item.
    """
    lines = text.splitlines()
    first = next((number for number, line in enumerate(lines) if _TELLING.match(line)), None)
    if first is None:
        return ""
    told, in_a_list, above = "", True, "-"
    for line in lines[first:]:
        a_new_paragraph = bool(line.strip()) and not above.strip()
        if _AFTERWARDS.match(line) or (a_new_paragraph and not line.startswith(" ")):
            break
        more = " ".join(_DECORATION.sub("", line).split())
        in_a_list = in_a_list and bool(line.strip())
        between = " "
        if a_new_paragraph and not told.endswith((":", ".")):
            between = ". " if more[:1].isupper() else ": "
        if in_a_list and _ITEM.match(line) and not told.endswith(":"):
            between = "; "
        told += f"{between}{more}" if told and more else more
        above = line
    return told


def _last_line(done: Done) -> str:
    lines = [line.strip() for line in (done.err.strip() or done.out.strip()).splitlines()]
    return lines[-1] if lines else "it said nothing"
