"""Reads what is installed in an environment from the disk: one look per folder, then only the files that are asked for.

Answers: which distributions lie in these folders (names only: no metadata is read), and what the small files of one
of them hold. Changes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from elfin.edges.disk_act import place_error
from elfin.envs import state
from elfin.envs.model import InstalledDistribution, Scheme

_SUFFIXES = (".dist-info", ".egg-info", ".egg-link", ".egg")
_LARGEST = 64 * 1024 * 1024
"""Bytes of a METADATA or RECORD that are still read; more is damage or malice."""


def installed(folders: Iterable[str]) -> state.State:
    """What the site-packages folders hold; a folder that is not there holds nothing.

    A folder given twice (also through a link such as lib64) is read once. Raises PlaceError when one cannot be read.
    """
    seen: set[tuple[int, int]] = set()
    found: list[tuple[str, list[state.Entry]]] = []
    for folder in folders:
        try:
            about = os.stat(folder)
            key = (about.st_dev, about.st_ino)
            if key not in seen:
                seen.add(key)
                found.append((folder, _entries(folder)))
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise place_error(error, folder) from error
    return state.state(found)


def scheme_folders(scheme: Scheme) -> Sequence[str]:
    """The folders in which a scheme's distributions lie, without repetition."""
    return (scheme.purelib,) if scheme.purelib == scheme.platlib else (scheme.purelib, scheme.platlib)


def details(distribution: InstalledDistribution) -> state.Details:
    """The files of one installed distribution. Raises PlaceError for one that is there and cannot be read."""
    folder = distribution.dist_info
    installer = _read(folder, "INSTALLER")
    return state.Details(
        metadata=_read(folder, "METADATA"),
        record=_read(folder, "RECORD"),
        direct_url=_read(folder, "direct_url.json"),
        wheel=_read(folder, "WHEEL"),
        entry_points=_read(folder, "entry_points.txt"),
        installer=installer.decode("utf-8", "replace").strip().partition("\n")[0] if installer is not None else None,
        requested=os.path.lexists(os.path.join(folder, "REQUESTED")),
    )


def metadata(distribution: InstalledDistribution) -> bytes | None:
    """Only METADATA of one installed distribution; None: it is gone. Raises PlaceError."""
    return _read(distribution.dist_info, "METADATA")


def wheel(distribution: InstalledDistribution) -> bytes | None:
    """Only WHEEL of one installed distribution; None: there is none. Raises PlaceError."""
    return _read(distribution.dist_info, "WHEEL")


def _entries(folder: str) -> list[state.Entry]:
    entries = []
    with os.scandir(folder) as listing:
        names = [entry.name for entry in listing if entry.name.endswith(_SUFFIXES) or entry.name.startswith("~")]
    for name in names:
        # "~" leftovers are dist-info folders too, but whatever they hold, they are not installed.
        whole = name.endswith(".dist-info") and os.path.isfile(f"{folder}/{name}/METADATA")
        entries.append(state.Entry(name, whole))
    return entries


def _read(folder: str, name: str) -> bytes | None:
    path = os.path.join(folder, name)
    try:
        with open(path, "rb") as file:
            data = file.read(_LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise place_error(error, path) from error
    if len(data) > _LARGEST:
        raise place_error(OSError(27, "File too large"), path)  # EFBIG
    return data
