"""entry_points.txt: which commands a distribution brings.

Follows the entry points specification: INI, case matters, `name = module:object [extras]`. Only the two groups that
installers turn into commands are read; other groups may hold anything. Refuses command names that are paths or have
blanks, objects that are not dotted names (they are pasted into a program), and one name for two objects.
"""

from __future__ import annotations

import re

from elfin.errors import MalformedWheel
from elfin.record import NamedTuple

_NAME = re.compile(r"[^\W.][\w.\-+]*")
_OBJECT = re.compile(r"\s*([\w.]+)\s*:\s*([\w.]+)\s*(?:\[[^\]]*\]\s*)?")

Pairs = tuple[tuple[str, str], ...]


class Scripts(NamedTuple):
    """Commands to make, as (name, "module:attribute") in the order of the file."""

    console: Pairs
    gui: Pairs


def parse(data: bytes) -> Scripts:
    """The commands of an entry_points.txt. Raises MalformedWheel."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MalformedWheel("entry_points.txt is not UTF-8") from error
    groups: dict[str, dict[str, str]] = {"console_scripts": {}, "gui_scripts": {}}
    group: dict[str, str] | None = None
    for raw in text.splitlines():
        line = raw.strip()
        if not line or line[0] in "#;":
            continue
        if line[0] == "[" and line[-1] == "]":
            group = groups.get(line[1:-1].strip())
        elif group is not None:
            name, value = _script(line)
            if group.setdefault(name, value) != value:
                raise MalformedWheel(f"entry_points.txt has two commands named {name!a}")
    console, gui = groups["console_scripts"], groups["gui_scripts"]
    if both := console.keys() & gui.keys():
        raise MalformedWheel(f"entry_points.txt has two commands named {min(both)!a}")
    return Scripts(tuple(console.items()), tuple(gui.items()))


def _script(line: str) -> tuple[str, str]:
    name, equals, value = line.partition("=")
    name = name.strip()
    if not equals or _NAME.fullmatch(name) is None or len(name) > 200:
        raise MalformedWheel(f"entry_points.txt has a command whose name cannot be used: {line[:80]!a}")
    match = _OBJECT.fullmatch(value)
    if match is None or not all(part.isidentifier() for part in (*match[1].split("."), *match[2].split("."))):
        raise MalformedWheel(f"the command {name!a} of entry_points.txt does not name a function: {value[:80]!a}")
    return name, f"{match[1]}:{match[2]}"
