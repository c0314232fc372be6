"""Rarely needed parts of a context: a cache that lives as long as the run, passwords out of `keyring`."""

from __future__ import annotations

import atexit
import os

from elfin.edges import disk
from elfin.formats.urltext import Credentials


def folder_of_this_run() -> str:
    """A private folder that goes with the process (`--no-cache`, or no home to keep a cache in)."""
    from tempfile import mkdtemp

    folder = mkdtemp(prefix="elfin-")
    atexit.register(disk.remove, folder)
    return os.path.realpath(folder)


def keyring(url: str, user: str | None) -> Credentials | None:
    """What the `keyring` program knows for a URL, None where it is missing, knows nothing or takes too long."""
    from elfin.edges import child

    names = [user] if user else ["oauth2accesstoken", "token"]
    for name in names:
        found = child.run(["keyring", "get", url, name], timeout=30.0)
        password = found.out.decode("utf-8", "replace").strip() if found.code == 0 else ""
        if password:
            return Credentials(name, password)
    return None
