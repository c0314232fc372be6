"""What an installed Python consists of, and how that is kept beside it: a list of files, and a record. Pure.

The record (`elfin-python.json`) says which build it is and how it answered when it was run; the list
(`elfin-files.tsv`) every file with mode, size and CRC-32. Refuses, with MalformedPage, what it did not write.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from elfin.errors import MalformedPage
from elfin.pythons.catalogue import PythonBuild, order
from elfin.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Any

RECORD, FILES = "elfin-python.json", "elfin-files.tsv"
_SCHEMA = 1
_WORDS = ("implementation", "version", "tag", "os", "arch", "linkage", "flavour", "url")
"""Fields of a build that are text."""


class Entry(NamedTuple):
    """One file or link."""

    path: str
    mode: int
    size: int
    crc: int
    target: str | None
    """Text of a symbolic link, None for a file."""


class Installed(NamedTuple):
    """One Python that elfin put somewhere."""

    key: str
    build: PythonBuild
    prefix: str
    """Where it is, absolute."""
    executable: str
    """Path below the prefix."""
    ran: bool
    """It was run once where it is, and answered as it should; False: it is for another place."""
    said: str
    """What it said of itself, or why it was not run."""


def files_text(entries: Iterable[Entry]) -> str:
    """The list of files."""
    return "".join(
        f"{entry.mode:o}\t{entry.size}\t{entry.crc:08x}\t{entry.path}"
        + ("\n" if entry.target is None else f"\t{entry.target}\n")
        for entry in sorted(entries)
    )


def files(text: str) -> list[Entry]:
    """The entries of a list of files."""
    try:
        rows = [[*line.split("\t"), None] for line in text.split("\n") if line]
        return [
            Entry(str(row[3]), int(row[0] or "", 8), int(row[1] or ""), int(row[2] or "", 16), row[4]) for row in rows
        ]
    except (ValueError, IndexError, TypeError) as error:
        raise MalformedPage("the list of a Python's files is broken") from error


def record_text(installed: Installed) -> str:
    """The record; where it lies is where the Python is."""
    build = {**installed.build._asdict(), "floor": installed.build.floor, "faults": list(installed.build.faults)}
    told = {"schema": _SCHEMA, "key": installed.key, "executable": installed.executable, "ran": installed.ran,
            "said": installed.said, "build": build}  # fmt: skip
    return json.dumps(told, indent=1) + "\n"


def record(text: str, prefix: str) -> Installed:
    """The Python that a record in `prefix` is of."""
    try:
        told: dict[str, Any] = json.loads(text)
        fields = told["build"]
        floor = None if fields["floor"] is None else tuple(map(int, fields["floor"]))
        build = PythonBuild(**{**fields, "floor": floor, "faults": tuple(map(str, fields["faults"]))})
        words = [told["key"], told["executable"], told["said"], *(getattr(build, field) for field in _WORDS)]
        if told["schema"] != _SCHEMA or not all(isinstance(word, str) and "\0" not in word for word in words):
            raise ValueError
        if not isinstance(fields["level"], int | None) or not order(build.version)[0]:
            raise ValueError
        return Installed(told["key"], build, prefix, told["executable"], bool(told["ran"]), told["said"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MalformedPage(f"the record of the Python in {prefix} is broken") from error


def is_upgrade(new: PythonBuild, old: PythonBuild) -> bool:
    """Whether `new` takes the place of `old`: of the same kind and minor version, and later."""
    kind = ("implementation", "os", "arch", "float_abi", "libc", "linkage", "level", "free_threaded", "debug")
    if any(getattr(new, field) != getattr(old, field) for field in kind):
        return False
    (new_release, *_), (old_release, *_) = order(new.version), order(old.version)
    if new_release[:2] != old_release[:2]:
        return False
    return (order(new.version), new.tag) > (order(old.version), old.tag)


def command_name(build: PythonBuild) -> str | None:
    """The name of its link among a user's programs: "python3.13t"; None: it gets none."""
    if build.linkage == "static" or (build.level or 1) > 1:
        return None
    short = ".".join(map(str, order(build.version)[0][:2]))
    prefix = {"cpython": "python", "pypy": "pypy", "graalpy": "graalpy"}.get(build.implementation)
    return None if prefix is None else f"{prefix}{short}{'t' * build.free_threaded}{'d' * build.debug}"


def executables(build: PythonBuild) -> tuple[str, ...]:
    """Where its executable may be below the prefix, the likeliest first."""
    if build.os == "windows":
        return ("python.exe", "pypy.exe", "bin/graalpy.exe")
    short = ".".join(map(str, order(build.version)[0][:2]))
    threads, debug = "t" * build.free_threaded, "d" * build.debug
    names = (f"python{short}{threads}{debug}", f"python{short}{threads}", f"pypy{short}", "pypy3", "graalpy",
             f"python{short}", "python3", "python")  # fmt: skip
    return tuple(f"bin/{name}" for name in dict.fromkeys(names))
