"""Edge: a Python that was just unpacked is looked at, and run once where it is, before it counts as installed."""

from __future__ import annotations

import os
from collections.abc import Callable

from elfin.errors import ElfinError, NoPython, PlaceError
from elfin.host import libc as libcs
from elfin.host import root as roots
from elfin.pythons import child_ask, proof
from elfin.pythons.catalogue import PythonBuild
from elfin.pythons.manifest import executables
from elfin.pythons.proof import Answer


def executable(build: PythonBuild, prefix: str) -> str:
    """The path below `prefix` of the build's executable. Raises NoPython when it has none."""
    for path in executables(build):
        if os.path.isfile(os.path.join(prefix, path)):
            return path
    raise NoPython(f"the archive of {build.key} holds no {executables(build)[0]}")


def look(build: PythonBuild, path: str, here: roots.Root, place: roots.Root | None) -> None:
    """See by the ELF header that it can start in `place` (None: nobody can look there). Raises PlaceError.

    `here` is this machine's root, in which `path` is.
    """
    header = libcs.header_of(here, path)
    there = None
    if header is not None and header.interpreter is not None and place is not None:
        there = roots.file(place, header.interpreter) is not None
    wrong = proof.of_header(build, header, there)
    if wrong is not None:
        raise _useless(build, wrong, None)


def run(build: PythonBuild, path: str, place: roots.Root, meanwhile: Callable[[], object] | None = None) -> Answer:
    """Start it, and see that it is what was promised. Raises PlaceError with the cause in words.

    `meanwhile` is done while it starts; what it raises is raised when the Python has answered.
    """
    script = os.path.join(os.path.dirname(__file__), "_first.py")
    failures: list[ElfinError] = []

    def tried() -> None:
        try:
            if meanwhile is not None:
                meanwhile()
        except ElfinError as error:
            failures.append(error)

    try:
        known = proof.answer(child_ask.said(path, place, tried, script))
    except ElfinError as error:
        cause, hint = proof.translated(error.message)
        raise _useless(build, cause, hint) from error
    if failures:  # a disk tells only once what it could not keep
        raise failures[0]
    wrong = "it does not answer as a Python" if known is None else proof.of_answer(build, known)
    if known is None or wrong is not None:
        raise _useless(build, str(wrong), None)
    return known


def _useless(build: PythonBuild, cause: str, hint: str | None) -> PlaceError:
    return PlaceError(
        f"{build.key} was not installed: {cause}",
        state="Nothing was changed; what was unpacked has been removed",
        hints=(hint,) if hint else (),
    )
