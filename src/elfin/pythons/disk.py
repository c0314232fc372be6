"""Edge: what the disk says of interpreters without starting one: environments' bases, PATH, and the cache of answers.

A cached answer is good while the executable, the file behind it, its loader and libc, and the folders that a packager
would change (site-packages, PEP 668's marker, `_manylinux`) are the ones that were there. Reading never raises; a cache
that cannot be written is no error.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator

from elfin.errors import NoPython, PlaceError
from elfin.formats import pyvenvcfg
from elfin.host.model import Interpreter
from elfin.pythons import probe
from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any


_SCHEMA = 2
Stamp = tuple[int, int, int]
"""(mtime in nanoseconds, size, inode); zeros for what is not there."""


def absolute(path: str) -> str:
    """The path as written, made absolute and without `.` and `..`; links are kept."""
    return os.path.abspath(os.path.expanduser(path))


def is_program(path: str) -> bool:
    """Whether there is a file that may be executed."""
    return os.path.isfile(path) and os.access(path, os.X_OK)


def stamp(path: str) -> Stamp:
    """What changes when a file or folder is changed."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return 0, 0, 0
    return found.st_mtime_ns, found.st_size, found.st_ino


def head(path: str, size: int = 256) -> bytes:
    """The first bytes of a file, none when it cannot be read."""
    try:
        # Without waiting for a writer, where it is a pipe's name.
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
            return file.read(size) or b""
    except (OSError, ValueError):
        return b""


def environment_of(path: str) -> str | None:
    """The folder with the pyvenv.cfg that makes `path` an environment's python; None for a base interpreter."""
    folder = os.path.dirname(path)
    for candidate in (folder, os.path.dirname(folder)):  # CPython looks beside the executable, then one above
        if os.path.isfile(os.path.join(candidate, "pyvenv.cfg")):
            return candidate
    return None


def base_executable(path: str) -> str:
    """The executable of the base interpreter behind an environment's python; `path` itself for a base interpreter.

    Raises NoPython when the base is gone, PlaceError when the environment does not say where it is.
    """
    current = absolute(path)
    for _ in range(8):  # an environment made from an environment names the first one's python
        environment = environment_of(current)
        if environment is None:
            return current
        current = _base_of(environment, current)
    raise PlaceError(f"{path} belongs to environments that name each other as their base")


def _base_of(environment: str, python: str) -> str:
    configuration = _configuration(environment)
    home = configuration.get("home")
    if not home:
        raise PlaceError(f"{environment} does not say which Python it was made from: pyvenv.cfg has no home")
    version = _short_version(configuration)
    names = [f"python{version}"] * bool(version) + [os.path.basename(python), "python3", "python", "pypy3"]
    written = (configuration.get(key, "") for key in ("executable", "base-executable"))  # venv's and virtualenv's
    candidates = [*written, *(os.path.join(home, name) for name in names)]
    for candidate in candidates:
        if candidate and is_program(candidate) and environment_of(candidate) != environment:
            return absolute(candidate)
    raise NoPython(f"the environment {environment} was made from a Python in {home}, which is gone")


def _configuration(environment: str) -> dict[str, str]:
    return pyvenvcfg.parse(head(os.path.join(environment, "pyvenv.cfg"), 65536).decode("utf-8", "replace"))


def _short_version(configuration: dict[str, str]) -> str:
    return ".".join((configuration.get("version") or configuration.get("version_info") or "").split(".")[:2])


def check_version(environment: str, base: Interpreter) -> None:
    """Raise PlaceError when an environment was made for another version than its base has by now."""
    made = _short_version(_configuration(environment))
    found = "{}.{}".format(*base.version_info)
    if made and made != found:
        message = (
            f"the environment {environment} was made for Python {made}, but {base.executable} is {base.version} now"
        )
        raise PlaceError(message, hints=("make the environment anew",))


def inside(folder: str) -> str | None:
    """The python of an environment or installation prefix, None where it has none."""
    for name in ("bin/python3", "bin/python", "Scripts/python.exe", "python.exe"):
        path = os.path.join(folder, name)
        if is_program(path):
            return path
    return None


def on_path(names: tuple[str, ...], path_variable: str) -> Iterator[str]:
    """Every program of these names in the folders of a PATH, folder by folder, each real file once."""
    seen: set[str] = set()
    for folder in dict.fromkeys(path_variable.split(os.pathsep)):
        if not folder or not os.path.isdir(folder):
            continue
        for name in names:
            path = absolute(os.path.join(folder, name))
            if not is_program(path):
                continue
            # pyenv's shims are links to one script that answers by the name it is called by.
            identity = path if head(path, 2) == b"#!" else os.path.realpath(path) + (environment_of(path) or "")
            if identity not in seen:
                seen.add(identity)
                yield path


def manylinux_modules(search: str) -> list[str]:
    """The `_manylinux` files that PYTHONPATH's text leads to."""
    folders = [folder for folder in search.split(os.pathsep) if folder]
    return [path for folder in folders if os.path.isfile(path := os.path.join(folder, "_manylinux.py"))]


def recall(executable: str, cache_folder: str, extra: list[str]) -> Interpreter | str | None:
    """The cached interpreter of an executable, or why it was found to be none that will do.

    None when nothing is cached or anything about it has changed. `extra` are further files that count (PYTHONPATH's
    `_manylinux`).
    """
    data = head(_cache_file(executable, cache_folder), 1 << 20)
    if not data:
        return None
    try:
        entry = json.loads(data)
        if entry["schema"] != _SCHEMA or entry["executable"] != executable or entry["extra"] != extra:
            return None
        if entry["real"] != os.path.realpath(executable):
            return None
        if any(stamp(path) != tuple(before) for path, *before in entry["watched"]):
            return None
        refused = entry["refused"]
        return probe.from_json(entry["interpreter"]) if refused is None else str(refused)
    except (KeyError, TypeError, ValueError):
        return None


def remember(
    executable: str, cache_folder: str, known: Interpreter | str, watched: list[str], extra: list[str]
) -> None:
    """Cache an interpreter, or why it will not do; a cache that cannot be written is passed over."""
    from elfin.edges.disk import make_folder, write

    entry: dict[str, Any] = {
        "schema": _SCHEMA,
        "executable": executable,
        "real": os.path.realpath(executable),
        "extra": extra,
        "watched": [[path, *stamp(path)] for path in dict.fromkeys([executable, *watched, *extra])],
        "refused": known if isinstance(known, str) else None,
        "interpreter": None if isinstance(known, str) else probe.to_json(known),
    }
    try:
        make_folder(cache_folder)
        write(_cache_file(executable, cache_folder), json.dumps(entry).encode())
    except PlaceError:
        pass


def _cache_file(executable: str, cache_folder: str) -> str:
    # The entry names its executable: two paths of one checksum only take turns.
    name = os.path.basename(executable)[:80]
    return os.path.join(cache_folder, f"{name}-{zlib.crc32(os.fsencode(executable)):08x}.json")
