"""Edge: starts interpreters to ask them about themselves, and finds the one that was asked for.

One child per interpreter, once: the answer is cached (`disk`). The child gets no /dev/null, so it can be asked where
there is none. Broken, foreign and old interpreters on PATH are passed over; their reasons are kept for the end.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from elfin.errors import ElfinError, NoPython, PlaceError
from elfin.host import root
from elfin.host.model import Interpreter
from elfin.pythons import disk, disk_shims
from elfin.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from elfin.pythons.request import PythonRequest

BY_PATH = "give the path of an interpreter with --python"
"""A hint for commands that take it."""


class Rejected(NamedTuple):
    """A candidate that will not do."""

    path: str
    reason: str


class Asking(NamedTuple):
    """How interpreters are asked about themselves."""

    place: root.Root
    """This machine's root, for loaders and libcs."""
    cache_folder: str | None = None
    """Where answers are remembered; None: they are not."""
    meanwhile: Callable[[], object] | None = None
    """What to do while a child thinks of its answer."""


def probe(executable: str, asking: Asking) -> Interpreter:
    """The interpreter behind a path: for an environment's python, its base.

    A script (a shim, a wrapper) is described by the executable it leads to.
    Raises NoPython (not there, not a Python, too old) and PlaceError (its loader is missing, foreign, may not run).
    """
    path = disk.absolute(executable)
    if not os.path.lexists(path):
        from elfin.pythons import trouble

        raise trouble.missing(path)
    environment = disk.environment_of(path)
    if environment is not None:
        base = probe(disk.base_executable(path), asking)
        disk.check_version(environment, base)
        return base
    versions = disk_shims.versions_folder(path)
    if versions is not None:
        path = disk_shims.chosen(path, versions, os.getcwd()) or path
    extra = disk.manylinux_modules(os.environ.get("PYTHONPATH", ""))
    if asking.cache_folder is not None:
        known = disk.recall(path, asking.cache_folder, extra)
        if isinstance(known, str):
            raise NoPython(known)
        if known is not None:
            return known
    from elfin.pythons import child_ask  # the rare case: nobody has asked this Python yet

    try:
        answer = child_ask.ask(path, asking.place, asking.meanwhile)
    except NoPython as error:
        child_ask.remember_refusal(path, error.message, asking.cache_folder, extra)
        raise
    led_to = answer["executable"]
    if led_to and answer["real_executable"] != os.path.realpath(path):
        # A shim or wrapper: where it leads depends on the folder and the environment, and cannot be remembered.
        return child_ask.describe(disk.base_executable(led_to), answer, asking.place, None, extra)
    return child_ask.describe(path, answer, asking.place, asking.cache_folder, extra)


def candidates(request: PythonRequest, path_variable: str, asking: Asking) -> Iterator[Interpreter | Rejected]:
    """Every Python on a PATH whose name fits the request, best folder first; those that will not do with the reason.

    What a pyenv has, but does not choose here, comes last.
    """
    from elfin.pythons.request import names

    shims: list[tuple[str, str]] = []
    seen: set[str] = set()
    for path in disk.on_path(names(request), path_variable):
        versions = disk_shims.versions_folder(path)
        if versions is not None:
            shims.append((path, versions))
            if disk_shims.chosen(path, versions, os.getcwd()) is None:
                continue
        candidate = _candidate(request, path, asking)
        seen.add(os.path.realpath(candidate.executable if isinstance(candidate, Interpreter) else candidate.path))
        yield candidate
    for shim, versions in shims:
        for path in disk_shims.others(shim, versions):
            if os.path.realpath(path) not in seen:
                seen.add(os.path.realpath(path))
                yield _candidate(request, path, asking)


def _candidate(request: PythonRequest, path: str, asking: Asking) -> Interpreter | Rejected:
    from elfin.pythons.request import shortfall

    try:
        known = probe(path, asking)
    except (NoPython, PlaceError) as error:
        return Rejected(path, error.message)
    reason = shortfall(request, known)
    return known if reason is None else Rejected(known.executable, f"{known.executable} {reason}")


def find(request: PythonRequest, path_variable: str, asking: Asking) -> Interpreter:
    """The first interpreter that satisfies the request: the path it names, else the first on PATH.

    Raises NoPython with what was passed over and why; for a path, what `probe` raises.
    """
    path = _written_path(request)
    if path is not None:
        return probe(path, asking)
    reasons: list[str] = []
    for candidate in candidates(request, path_variable, asking):
        if isinstance(candidate, Interpreter):
            return candidate
        reasons.append(candidate.reason)
    raise _none(request, reasons)


def _written_path(request: PythonRequest) -> str | None:
    """The file that a request names; a bare word counts as a path where a folder of that name is."""
    path = request.path
    if path is None and request.name is not None and os.path.isdir(request.name):
        path = request.name
    if path is None:
        return None
    path = disk.absolute(path)
    if not os.path.isdir(path):
        return path
    python = disk.inside(path)
    if python is None:
        raise NoPython(f"{path} is a folder without a Python", hints=("name an environment or an interpreter",))
    return python


def _none(request: PythonRequest, reasons: list[str]) -> ElfinError:
    wanted = request.text.strip()
    message = f"no Python for {wanted!r} on PATH" if wanted else "no Python on PATH"
    return NoPython(message, state="passed over: " + "; ".join(reasons) if reasons else None, hints=(BY_PATH,))
