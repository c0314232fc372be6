"""os-release(5): which distribution a root holds. Shell-like quoting, no expansion; bad lines are skipped.

Older and smaller roots have a file of their own instead: what it says stands for PRETTY_NAME.
"""

from __future__ import annotations

import re

from elfin.host.root import Root, text

PATHS = ("/etc/os-release", "/usr/lib/os-release")
_OTHERS = (
    ("/etc/redhat-release", ""),  # RHEL and CentOS 6
    ("/etc/alpine-release", "Alpine Linux "),
    ("/etc/debian_version", "Debian GNU/Linux "),
    ("/etc/slackware-version", ""),
)


def parse(content: str) -> dict[str, str]:
    """The assignments of the file, quotes removed."""
    values: dict[str, str] = {}
    for line in content.splitlines():
        key, equals, value = line.strip().partition("=")
        if not (equals and key.isascii() and key.isidentifier() and key.upper() == key):
            continue
        if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        values[key] = re.sub(r"\\(.)", r"\1", value) if "\\" in value else value
    return values


def read(root: Root) -> tuple[dict[str, str], str | None]:
    """(assignments, path they came from); ({}, None) where there is no such file."""
    for path in PATHS:
        content = text(root, path)
        if content is not None:
            return parse(content), path
    for path, name in _OTHERS:
        lines = (text(root, path, 200) or "").split("\n")
        if lines[0].strip():
            return {"PRETTY_NAME": name + lines[0].strip()}, path
    properties = text(root, "/system/build.prop") or ""
    release = re.search(r"(?m)^ro\.build\.version\.release=([\w. ]{1,40})$", properties)
    return ({}, None) if release is None else ({"PRETTY_NAME": f"Android {release[1]}"}, "/system/build.prop")


def pretty(values: dict[str, str]) -> str | None:
    """PRETTY_NAME, else NAME and VERSION, else None."""
    if values.get("PRETTY_NAME"):
        return values["PRETTY_NAME"]
    return " ".join(filter(None, (values.get("NAME"), values.get("VERSION")))) or None
