"""What is in an environment, read from names: `*.dist-info` folders (PEP 376, PEP 427) and older forms.

Answers: which distribution a folder name tells of, and what the small files in it say. Pure: `disk` reads names and
bytes and hands them over. Refuses nothing: an odd name becomes a `Problem`, since an environment is often not of
elfin's making.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from elfin.envs.model import InstalledDistribution
from elfin.formats.projectname import canonical
from elfin.record import NamedTuple


class Legacy(NamedTuple):
    """A distribution installed in a form older than dist-info: it can be shown, never changed."""

    name: str
    canonical_name: str
    version: str | None
    """None where the name does not tell (`.egg-link`, `name.egg-info`)."""
    path: str
    form: str
    """"egg-info", "egg-link" or "egg"."""


class Problem(NamedTuple):
    """Something in an environment that is not as it should be."""

    path: str
    reason: str
    """One clause, without full stop."""
    distribution: InstalledDistribution | None
    """What is left of a distribution there, so that it can be replaced; None where no name can be told."""


class State(NamedTuple):
    """Everything in an environment's folders, each part sorted by name."""

    distributions: tuple[InstalledDistribution, ...]
    legacy: tuple[Legacy, ...]
    problems: tuple[Problem, ...]


class Details(NamedTuple):
    """The files of one dist-info folder, as bytes; None: not there."""

    metadata: bytes | None
    record: bytes | None
    direct_url: bytes | None
    wheel: bytes | None
    entry_points: bytes | None
    installer: str | None
    """First line of INSTALLER."""
    requested: bool


class Entry(NamedTuple):
    """One name in a site-packages folder."""

    name: str
    whole: bool
    """It holds METADATA (only asked of `*.dist-info`)."""


def state(folders: Iterable[tuple[str, Iterable[Entry]]]) -> State:
    """The state of an environment from its (folder, entries) pairs; entries of another kind are passed over.

    The first folder wins a name, as on `sys.path`; a second dist-info of the same name in one folder is a problem.
    """
    distributions: dict[str, InstalledDistribution] = {}
    legacy: list[Legacy] = []
    problems: list[Problem] = []
    for folder, entries in folders:
        here: set[str] = set()
        for entry in sorted(entries):
            path = f"{folder.rstrip('/')}/{entry.name}"
            if entry.name.startswith("~"):
                problems.append(Problem(path, "left behind by an interrupted pip", None))
            elif not entry.name.endswith(".dist-info"):
                old = _legacy(entry.name, path)
                if old is not None:
                    legacy.append(old)
            else:
                _sort_in(entry, path, distributions, here, problems)
    return State(
        tuple(sorted(distributions.values(), key=_by_name)),
        tuple(sorted(legacy, key=lambda old: (old.canonical_name, old.path))),
        tuple(sorted(problems, key=lambda problem: problem.path)),
    )


def distribution(name: str, path: str) -> InstalledDistribution | None:
    """The distribution that a folder called `name` (`foo_bar-1.0.dist-info`) at `path` tells of; None: no such form."""
    stem, dash, version = name.removesuffix(".dist-info").rpartition("-")
    if not dash or not version or _NAME.fullmatch(stem) is None:
        return None
    return InstalledDistribution(stem, canonical(stem), version, path)


def direct_url(data: bytes | None) -> Mapping[str, object] | None:
    """The object in a `direct_url.json` (PEP 610); None when there is none, or it is not one."""
    if data is None:
        return None
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def is_editable(data: bytes | None) -> bool:
    """Whether a `direct_url.json` tells of an editable install (PEP 610 `dir_info.editable`)."""
    value = direct_url(data)
    folder = value.get("dir_info") if value else None
    return isinstance(folder, dict) and folder.get("editable") is True


_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_EGG = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9._]*?)(?:-(?P<version>[^-]+))?(?:-py[0-9.]+(?:-.+)?)?\.(?P<form>egg-info|egg-link|egg)"
)


def _sort_in(
    entry: Entry,
    path: str,
    distributions: dict[str, InstalledDistribution],
    here: set[str],
    problems: list[Problem],
) -> None:
    found = distribution(entry.name, path)
    if found is None:
        problems.append(Problem(path, "the folder's name is not NAME-VERSION.dist-info", None))
    elif not entry.whole:
        problems.append(Problem(path, "half installed: METADATA is missing", found))
    elif found.canonical_name in here:
        problems.append(Problem(path, f"{found.name} is installed twice in one folder", found))
    elif found.canonical_name not in distributions:
        distributions[found.canonical_name] = found
        here.add(found.canonical_name)


def _legacy(name: str, path: str) -> Legacy | None:
    match = _EGG.fullmatch(name)
    if match is None:
        return None
    return Legacy(match["name"], canonical(match["name"]), match["version"], path, match["form"])


def _by_name(found: InstalledDistribution) -> tuple[str, str]:
    return found.canonical_name, found.version
