"""os-release(5): which distribution a root holds. Shell-like quoting, no expansion; bad lines are skipped."""

from __future__ import annotations

import re

from elfin.host.root import Root, text

PATHS = ("/etc/os-release", "/usr/lib/os-release")
_LINE = re.compile(r"([A-Z_][A-Z0-9_]*)=(.*)")


def parse(content: str) -> dict[str, str]:
    """The assignments of the file, quotes removed."""
    values: dict[str, str] = {}
    for line in content.splitlines():
        match = _LINE.fullmatch(line.strip())
        if match is None:
            continue
        value = match[2]
        if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        values[match[1]] = re.sub(r"\\(.)", r"\1", value)
    return values


def read(root: Root) -> tuple[dict[str, str], str | None]:
    """(assignments, path they came from); ({}, None) where there is no such file."""
    for path in PATHS:
        content = text(root, path)
        if content is not None:
            return parse(content), path
    return {}, None


def pretty(values: dict[str, str]) -> str | None:
    """PRETTY_NAME, else NAME and VERSION, else None."""
    if values.get("PRETTY_NAME"):
        return values["PRETTY_NAME"]
    return " ".join(filter(None, (values.get("NAME"), values.get("VERSION")))) or None
