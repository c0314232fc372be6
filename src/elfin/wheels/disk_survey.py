"""What is already there where a wheel's files are to land, and whose it is.

Reads only. Looks at a place only if the folder above it exists, so a new environment costs one look per top-level name.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from elfin.edges.disk import place_error
from elfin.errors import MalformedWheel, PlaceError, Refused
from elfin.formats import record
from elfin.record import NamedTuple
from elfin.wheels import removal


class Survey(NamedTuple):
    """What was found below one root. Absolute paths."""

    new: list[str]
    """Files and folders that are not there; of a folder, only the topmost is listed."""
    taken: list[str]
    """Files that are there, and are not leaving."""


def survey(root: str, folders: Sequence[str], files: Iterable[str], leaving: Collection[str]) -> Survey:
    """Look where `folders` (parents first) and `files`, relative to `root`, would land.

    `leaving`: absolute paths that will be out of the way by then.
    Raises PlaceError when a file stands where a folder must be or the other way round, Refused when a link would lead
    out of the root.
    """
    result = Survey([], [])
    absent: set[str] = set()
    if not os.path.isdir(root):
        result.new.append(_topmost_absent(root))
        return result
    for folder in folders:
        if folder.rpartition("/")[0] in absent:
            absent.add(folder)
        elif not _is_folder(root, folder, leaving):
            absent.add(folder)
            result.new.append(f"{root}/{folder}")
    for file in files:
        if file.rpartition("/")[0] in absent:
            continue
        path = f"{root}/{file}"
        mode = _mode(path)
        if mode is None:
            result.new.append(path)
        elif stat.S_ISDIR(mode):
            raise PlaceError(f"a folder stands where a file is to be installed: {path}")
        elif path not in leaving:
            result.taken.append(path)
    return result


def present(paths: Iterable[str]) -> list[str]:
    """Those of `paths` that are files or links."""
    return [path for path in paths if (mode := _mode(path)) is not None and not stat.S_ISDIR(mode)]


def compiled(paths: Iterable[str]) -> list[str]:
    """The compiled files (PEP 3147) of those of `paths` that are Python modules."""
    modules: dict[str, set[str]] = {}
    for path in paths:
        if path.endswith(".py"):
            folder, _, name = path.rpartition("/")
            modules.setdefault(folder, set()).add(name[:-3])
    found = []
    for folder, names in modules.items():
        cache = f"{folder}/__pycache__"
        try:
            with os.scandir(cache) as entries:
                found += [f"{cache}/{entry.name}" for entry in entries if _module_of(entry.name) in names]
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise place_error(error, cache) from error
    return found


def has_content(path: str, digest: str) -> bool:
    """Whether the file at `path` is one with this RECORD digest."""
    try:
        with open(path, "rb") as stream:
            return record.digest_of(stream.read()) == digest
    except OSError:
        return False


def read_record(dist_info: str) -> list[record.Row] | None:
    """The rows of an installed RECORD, None where it is missing or damaged. Raises PlaceError."""
    path = f"{dist_info}/RECORD"
    try:
        with open(path, "rb") as stream:
            return record.parse(stream.read())
    except (FileNotFoundError, NotADirectoryError, MalformedWheel):
        return None
    except OSError as error:
        raise place_error(error, path) from error


def owners(sites: Collection[str], leaving: Collection[str]) -> Mapping[str, str]:
    """Which distribution lists which file, by absolute path; `leaving`: dist-info folders not to look at.

    Raises PlaceError.
    """
    result: dict[str, str] = {}
    for site in sites:
        for dist_info in _dist_infos(site):
            if dist_info not in leaving:
                name = os.path.basename(dist_info).removesuffix(".dist-info").rpartition("-")[0]
                for path in removal.listed(site, read_record(dist_info) or ()):
                    result.setdefault(path, name)
    return result


def _dist_infos(site: str) -> Iterator[str]:
    try:
        with os.scandir(site) as entries:
            yield from sorted(f"{site}/{entry.name}" for entry in entries if entry.name.endswith(".dist-info"))
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise place_error(error, site) from error


def _mode(path: str) -> int | None:
    try:
        return os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise place_error(error, path) from error


def _is_folder(root: str, folder: str, leaving: Collection[str]) -> bool:
    """False if there is nothing; a link to a folder is one only if it stays below the root."""
    path = f"{root}/{folder}"
    mode = _mode(path)
    if mode is None or path in leaving:
        return False
    if stat.S_ISDIR(mode):
        return True
    if stat.S_ISLNK(mode) and os.path.isdir(path):
        real = os.path.realpath(path)
        if real.startswith(os.path.realpath(root) + "/"):
            return True
        raise Refused(f"a link leads out of the environment: {path} -> {real}")
    raise PlaceError(f"a file stands where a folder is to be installed: {path}")


def _topmost_absent(path: str) -> str:
    while not os.path.lexists(parent := os.path.dirname(path)):
        path = parent
    return path


def _module_of(name: str) -> str:
    """ "spam" of "spam.cpython-313.opt-1.pyc"; "" for what is not compiled."""
    return name.partition(".")[0] if name.endswith(".pyc") else ""
