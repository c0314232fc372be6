"""Pythons as text of at most 80 columns where a terminal shows no more, and as JSON."""

from __future__ import annotations

import os
from collections.abc import Sequence

from elfin.edges.terminal import safe
from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    from elfin.flows.python_catalogue import Built
    from elfin.flows.python_install import Outcome
    from elfin.flows.python_list import Row
    from elfin.flows.python_remove import Check, Upgrade

SCHEMA = 1
_WIDTH = 80


def listing(rows: Sequence[Row], home: str | None, *, urls: bool) -> str:
    """One Python a line: its key, and where it is or what it is."""
    width = min(max((len(row.key) for row in rows), default=0), 52)
    return "\n".join(_line(row, width, home, urls=urls) for row in rows)


def _line(row: Row, width: int, home: str | None, *, urls: bool) -> str:
    if row.build is not None and urls and row.path is None:
        return f"{safe(row.key)}\n  {safe(row.build.url)}"
    if row.kind == "available":
        told = f"<{row.note or 'download available'}>"
        return safe(f"{row.key:{width}}  {told}")
    path = str(row.path)
    if home and path.startswith(home.rstrip("/") + "/"):
        path = "~" + path[len(home.rstrip("/")) :]
    text = f"{row.key:{width}}  "
    note = f" ({row.note})" if row.note else ""
    if len(text) + len(path) + len(note) <= _WIDTH:
        return safe(text + path + note)
    # Too long for one line: the path stands below, whole, so that it can be copied.
    below = f"  {path}{note}"
    if len(below) > _WIDTH and note:
        below = f"  {path}\n   {note}"
    return safe(row.key) + "\n" + "\n".join(safe(line) for line in below.split("\n"))


def as_json(rows: Sequence[Row]) -> dict[str, Any]:
    """An object whose `pythons` has one object a row."""
    return {"schema": SCHEMA, "pythons": [_object(row) for row in rows]}


def _object(row: Row) -> dict[str, Any]:
    told: dict[str, Any] = {
        "kind": row.kind, "key": row.key, "implementation": row.implementation or None, "version": row.version or None,
        "path": row.path, "note": row.note or None,
    }  # fmt: skip
    build, known = row.build, row.interpreter
    if build is not None:
        told |= {
            "os": build.os, "arch": build.arch, "libc": build.libc, "float_abi": build.float_abi,
            "linkage": build.linkage, "level": build.level, "free_threaded": build.free_threaded,
            "debug": build.debug, "tag": build.tag, "flavour": build.flavour, "faults": list(build.faults),
            "url": build.url, "sha256": build.sha256,
        }  # fmt: skip
    elif known is not None:
        told |= {
            "os": known.os, "arch": known.arch.name, "libc": None if known.libc is None else known.libc.family,
            "float_abi": known.arch.float_abi, "linkage": "static" if known.static else "dynamic",
            "free_threaded": known.free_threaded, "debug": known.debug,
        }  # fmt: skip
    return told


def installed(outcomes: Sequence[Outcome]) -> str:
    """What an installation did."""
    signs = {"installed": "+", "reinstalled": "~"}
    lines = []
    for outcome in outcomes:
        name = f" ({os.path.basename(outcome.link)})" if outcome.link else ""
        if outcome.how in signs:
            lines.append(safe(f" {signs[outcome.how]} {outcome.one.key}{name}"))
            if not outcome.one.ran:
                lines += [f"   in {safe(outcome.one.prefix)}", f"   {safe(outcome.one.said)}"]
        else:
            lines += _about(outcome.one.key, f"is already installed{name}")
        lines += [f"   {safe(note)}" for note in outcome.notes]
    return "\n".join(lines)


def _about(key: str, words: str) -> list[str]:
    """A key and a clause about it: one line, or two where one would be too long."""
    lines = [f"{key} {words}"] if len(key) + len(words) < _WIDTH else [key, f"   {words}"]
    return [safe(line) for line in lines]


def removed(keys: Sequence[str]) -> str:
    """What was uninstalled."""
    return "\n".join(f" - {safe(key)}" for key in keys) or "No Python is installed"


def upgraded(upgrades: Sequence[Upgrade]) -> str:
    """What an upgrade did."""
    lines = []
    for one in upgrades:
        if one.new is None:
            lines += _about(one.old.key, "is the newest of its kind")
        else:
            lines += [*_about(one.old.key, "stays for the environments made from it"), installed([one.new])]
    return "\n".join(lines) or "No Python is installed"


def checked(checks: Sequence[Check]) -> str:
    """What a look at every file found."""
    lines = []
    for check in checks:
        if not check.faults:
            lines += _about(f"{check.key}:", "as it was installed" + ("" if check.ran else ", not run here"))
            continue
        count = len(check.faults)
        lines.append(safe(f"{check.key}: {count} {'fault' if count == 1 else 'faults'}"))
        lines += [f"  {safe(fault)}" for fault in check.faults[:10]]
        if len(check.faults) > 10:
            lines.append(f"  and {len(check.faults) - 10} more")
    return "\n".join(lines) or "No Python is installed"


def built(made: Built, path: str) -> str:
    """What a catalogue was made of."""
    newest = safe(made.newest) or "no known day"
    lines = [f"{made.kept} of {made.rows} Pythons are in {safe(path)}, the newest of {newest}"]
    lines += [f"  flagged {count}: {safe(reason)}" for reason, count in sorted(made.flagged.items())]
    lines += [f"  dropped {count}: {safe(reason)}" for reason, count in sorted(made.dropped.items())]
    return "\n".join(lines)
