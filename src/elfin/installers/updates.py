"""Where the installer of another version lies, and what a fetched install.sh says of itself. Pure.

A release is hosted in a folder. Where the folder has the version in its name, another version's has that one's;
a version that nobody named is the newest, for which GitHub has an address. Refuses (MalformedRelease) a text that is no
install.sh, is part of one, or installs something else.
"""

from __future__ import annotations

import re

from elfin.errors import MalformedRelease
from elfin.installers.shell import LAST_LINE


def place(base_url: str, installed: str, wanted: str | None) -> str | None:
    """The folder that has install.sh of a version (None: the newest); None where nothing tells it.

    `base_url` is where the installed version came from, or a folder that the user named.
    """
    base = base_url.rstrip("/")
    if "{version}" in base:
        return base.replace("{version}", wanted) if wanted is not None else _latest(base, "{version}")
    path = re.match(r"(?:\w+://[^/]*)?", base)
    assert path is not None
    named = re.compile(rf"(?<![0-9A-Za-z.])v?({re.escape(installed)})(?![0-9A-Za-z]|\.[0-9])").search(base, path.end())
    if named is None:
        return base
    if wanted is not None:
        return base[: named.start(1)] + wanted + base[named.end(1) :]
    return _latest(base, installed)


def _latest(base: str, version: str) -> str | None:
    """GitHub's address of the newest release, for the folder of one of its releases."""
    match = re.fullmatch(rf"(https?://[^/]+/[^/]+/[^/]+/releases)/download/v?{re.escape(version)}", base)
    return f"{match[1]}/latest/download" if match else None


def version_of(script: str, app: str) -> str:
    """The version that an install.sh installs. Raises MalformedRelease."""
    if not script.startswith("#!/bin/sh\n") or not script.endswith(f"\n{LAST_LINE}\n"):
        raise MalformedRelease("it is no install.sh, or not all of one")
    told = re.search(r"^\s*app='([^'\n]+)' version='([A-Za-z0-9.+!_-]+)' ", script, re.MULTILINE)
    if told is None or told[1] != app:
        raise MalformedRelease(f"it installs {told[1] if told else 'something unknown'}, not {app}")
    return told[2]


def is_older(version: str, than: str) -> bool:
    """Whether a version is older than another; False where either is none that PEP 440 orders."""
    from packaging.version import InvalidVersion, Version

    try:
        return Version(version) < Version(than)
    except InvalidVersion:
        return False
