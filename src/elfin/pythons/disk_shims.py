"""Edge: pyenv's shims, seen through without starting their shell script.

A shim `<root>/shims/python3` stands for `<root>/versions/<chosen>/bin/python3`. What is chosen follows pyenv's order:
PYENV_VERSION, the `.python-version` of the folder or one above it, `<root>/version`; a prefix such as 3.12 stands for
the newest 3.12.x. What pyenv has but does not choose is offered after all else.
"""

from __future__ import annotations

import os
import re


def versions_folder(path: str) -> str | None:
    """`<root>/versions` when `path` is a shim of a pyenv, None otherwise."""
    folder = os.path.dirname(path)
    if os.path.basename(folder) != "shims":
        return None
    versions = os.path.join(os.path.dirname(folder), "versions")
    return versions if os.path.isdir(versions) else None


def chosen(shim: str, versions: str, working_folder: str) -> str | None:
    """The executable that a shim stands for here; None when pyenv chooses no version that has it."""
    for wanted in _wanted(versions, working_folder):
        for version in _installed(versions):
            if version == wanted or version.startswith(wanted + "."):
                path = os.path.join(versions, version, "bin", os.path.basename(shim))
                if os.access(path, os.X_OK):
                    return path
    return None


def others(shim: str, versions: str) -> list[str]:
    """Executables of the shim's name in every version of the pyenv, newest first."""
    name = os.path.basename(shim)
    paths = (os.path.join(versions, version, "bin", name) for version in _installed(versions))
    return [path for path in paths if os.access(path, os.X_OK)]


def _wanted(versions: str, working_folder: str) -> list[str]:
    variable = os.environ.get("PYENV_VERSION", "")
    if variable:
        return variable.split(":")
    folder = working_folder
    while True:
        words = _words(os.path.join(folder, ".python-version"))
        if words:
            return words
        if os.path.dirname(folder) == folder:
            return _words(os.path.join(os.path.dirname(versions), "version"))
        folder = os.path.dirname(folder)


def _words(path: str) -> list[str]:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read(65536).splitlines()
    except OSError:
        return []
    return [word for line in lines for word in line.partition("#")[0].split()]


def _installed(versions: str) -> list[str]:
    """Names of the installed versions, newest first, names without a number last."""
    try:
        names = os.listdir(versions)
    except OSError:
        return []

    def newest(name: str) -> tuple[bool, list[int], str]:
        return name[:1].isdigit(), [int(number) for number in re.findall(r"\d{1,9}", name)], name

    return sorted(names, key=newest, reverse=True)
