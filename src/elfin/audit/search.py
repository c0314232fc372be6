"""Where a loader looks for the libraries of one file besides its usual folders: RPATH and RUNPATH.

Follows ld.so(8): RUNPATH makes it forget RPATH; $ORIGIN is the folder of the file. Refuses to guess what $LIB and
$PLATFORM stand for in a place.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from elfin.audit.model import FileFacts


def entries(file: FileFacts) -> tuple[str, ...]:
    """The folders that the file names, as they stand there."""
    said = file.rpath if file.runpath is None else file.runpath
    return tuple(entry for entry in (said or "").split(":") if entry)


def folders(file: FileFacts, files: Iterable[FileFacts], origin: str | None) -> tuple[tuple[str, ...], str]:
    """(absolute folders, the first entry of which nobody can tell where it leads, "" where all are known).

    `files`: everything that was audited with it: what leads to them is known. `origin`: the absolute folder of the
    file in the place, None where nobody knows where it will lie.
    """
    found = []
    unknown = ""
    for entry in entries(file):
        plain = entry.replace("${ORIGIN}", "$ORIGIN")
        rest = plain.removeprefix("$ORIGIN")
        if "$" in rest:
            unknown = unknown or entry
        elif rest == plain:
            found += [plain] if plain.startswith("/") else []
        elif origin is not None:
            found.append(posixpath.normpath(origin + rest))
        else:
            leads = posixpath.normpath(posixpath.join(posixpath.dirname(file.path), rest.lstrip("/")))
            inside = any((posixpath.dirname(one.path) or ".") == leads for one in files)
            unknown = unknown if inside else unknown or entry
    return tuple(found), unknown


def is_script(file: FileFacts) -> bool:
    """Whether it is a program that a wheel puts into the environment's folder of programs: it is started by itself."""
    top, _, rest = file.path.partition("/")
    return file.kind == "program" and top.endswith(".data") and rest.startswith("scripts/")


def alone(file: FileFacts) -> bool:
    """Whether it names no folder to look into either: what comes along in the wheel is not found."""
    return is_script(file) and not entries(file)
