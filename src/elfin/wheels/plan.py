"""What lands where when a stored wheel is put into an environment; decided before anything is written.

Follows the binary distribution format (PEP 427: roots, `.data`, `#!python`), recording installed projects (PEP 376,
PEP 627), entry points, and PEP 610. Refuses files that would replace what makes the environment one (interpreter,
`activate`, `pyvenv.cfg`), that would land in another distribution's dist-info, and two files for one place.

RECORD is made from what is going to be installed, never copied: the wheel's own may list what is not there.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from elfin.envs.model import Environment
from elfin.errors import UnsafeArchive
from elfin.formats import directurl, record
from elfin.record import NamedTuple
from elfin.wheels import launcher, removal
from elfin.wheels.model import Install, StoredFile, StoredWheel

Row = tuple[str, str, int | None]
"""A line of RECORD (`record.Row`, without the cost of making twenty thousand of them)."""

OURS = ".elfin-"
"""How names begin that elfin itself uses in an environment."""

_GENERATED = frozenset({"RECORD", "RECORD.jws", "RECORD.p7s", "INSTALLER", "REQUESTED", "direct_url.json"})
"""Members of a dist-info folder that an installer writes, whatever the wheel brought."""


class Written(NamedTuple):
    """A file whose content is made, not linked."""

    path: str
    """Below its root."""
    data: bytes
    executable: bool


class Part(NamedTuple):
    """All that one wheel puts below one root folder."""

    root: str
    links: list[tuple[str, str]]
    """(path in the store, path below the root)."""
    written: list[Written]
    digests: dict[str, str]
    """Path below the root to the digest of what lands there."""


class Plan(NamedTuple):
    """What one wheel brings to an environment."""

    wheel: StoredWheel
    parts: tuple[Part, ...]
    """Everything but the dist-info folder."""
    dist_info: str
    """Absolute path of the folder that makes it installed; it appears last."""
    dist_info_links: list[tuple[str, str]]
    """(path in the store, path below the dist-info folder)."""
    dist_info_written: list[Written]
    """INSTALLER, RECORD, and where they apply REQUESTED and direct_url.json."""


class _Draft(NamedTuple):
    """A plan in the making."""

    wheel: StoredWheel
    environment: Environment
    site: str
    """The folder that will hold the dist-info: RECORD's paths are relative to it."""
    scripts: Mapping[str, bytes]
    parts: dict[str, Part]
    own_links: list[tuple[str, str]]
    rows: list[Row]


def plan(install: Install, environment: Environment, scripts: Mapping[str, bytes]) -> Plan:
    """Where the files of one wheel go.

    `scripts`: content of those `.data/scripts` members that begin with "#!python", by member path.
    Raises UnsafeArchive, and Refused when scripts cannot name the environment's interpreter.
    """
    wheel = install.wheel
    site = environment.scheme.purelib if wheel.root_is_purelib else environment.scheme.platlib
    draft = _Draft(wheel, environment, site, scripts, {}, [], [])
    _place_members(draft)
    _place_launchers(draft)
    for part in draft.parts.values():
        _check(part, environment, wheel)
    rows = draft.rows
    written = _dist_info_files(install)
    rows += [_row(f"{wheel.dist_info}/{made.path}", made.data) for made in written]
    rows.append((f"{wheel.dist_info}/RECORD", "", None))
    written.append(Written("RECORD", record.render(rows), False))
    return Plan(wheel, tuple(draft.parts.values()), f"{site}/{wheel.dist_info}", draft.own_links, written)


def scripts_to_read(wheel: StoredWheel) -> list[str]:
    """Members whose content `plan` may have to rewrite."""
    return [file.path for file in wheel.files if ".data/scripts/" in file.path]


def _place_members(draft: _Draft) -> None:
    wheel, rows = draft.wheel, draft.rows
    own = wheel.dist_info + "/"
    top = _part(draft.parts, draft.site)
    links, digests = top.links, top.digests
    for file in wheel.files:
        path, digest, size, _ = file
        if path.startswith(own):
            name = path[len(own) :]
            if name not in _GENERATED:
                draft.own_links.append((path, name))
                rows.append((path, digest, size))
        elif ".data/" in path and path.partition("/")[0].endswith(".data"):
            _place_data(draft, file)
        elif path in digests:  # `.data/purelib` may say the same place
            raise _two(wheel, path)
        else:
            links.append((path, path))
            digests[path] = digest
            rows.append((path, digest, size))


def _place_data(draft: _Draft, file: StoredFile) -> None:
    environment, scripts = draft.environment, draft.scripts
    _, key, path = file.path.split("/", 2)
    root, path = _home(f"{_root(key, environment, draft.wheel)}/{path}", environment)
    part = _part(draft.parts, root)
    if path in part.digests:
        raise _two(draft.wheel, path)
    shown = _relative(root, path, draft.site)
    text = launcher.rewritten(scripts[file.path], environment.python) if file.path in scripts else None
    if text is None:
        part.links.append((file.path, path))
        part.digests[path] = file.digest
        draft.rows.append((shown, file.digest, file.size))
    else:
        _write(part, Written(path, text, True), shown, draft.rows)


def _place_launchers(draft: _Draft) -> None:
    wheel, environment = draft.wheel, draft.environment
    for name, target in (*wheel.console_scripts, *wheel.gui_scripts):
        part = _part(draft.parts, environment.scheme.scripts)
        if name in part.digests:
            continue  # a script of that name in `.data/scripts` is what the author wrote by hand
        made = Written(name, launcher.launcher(environment.python, target), True)
        _write(part, made, _relative(part.root, name, draft.site), draft.rows)


def _dist_info_files(install: Install) -> list[Written]:
    files = [Written("INSTALLER", b"elfin\n", False)]
    if install.requested:
        files.append(Written("REQUESTED", b"", False))
    if install.direct_url is not None:
        origin = directurl.render(install.direct_url.url, archive_hashes=install.direct_url.archive_hashes)
        files.append(Written("direct_url.json", origin, False))
    return files


def _part(parts: dict[str, Part], root: str) -> Part:
    part = parts.get(root)
    if part is None:
        part = parts[root] = Part(root, [], [], {})
    return part


def _root(key: str, environment: Environment, wheel: StoredWheel) -> str:
    scheme = environment.scheme
    if key == "headers":
        return f"{scheme.headers}/{wheel.name}"
    return {"purelib": scheme.purelib, "platlib": scheme.platlib, "scripts": scheme.scripts, "data": scheme.data}[key]


def _home(path: str, environment: Environment) -> tuple[str, str]:
    """An absolute path as (root, rest): `data` may reach into the other roots, and a place must have one name."""
    scheme = environment.scheme
    for root in (scheme.purelib, scheme.platlib, scheme.scripts, scheme.headers):
        if path.startswith(root + "/"):
            return root, path[len(root) + 1 :]
    return scheme.data, path[len(scheme.data) + 1 :]


def _write(part: Part, made: Written, shown: str, rows: list[Row]) -> None:
    row = _row(shown, made.data)
    part.written.append(made)
    part.digests[made.path] = row[1]
    rows.append(row)


def _row(path: str, data: bytes) -> Row:
    return (path, record.digest_of(data), len(data))


def _relative(root: str, path: str, site: str) -> str:
    """How RECORD names a file: relative to the folder that holds the dist-info."""
    return path if root == site else posixpath.relpath(f"{root}/{path}", site)


def _two(wheel: StoredWheel, path: str) -> UnsafeArchive:
    return UnsafeArchive(f"{wheel.name} {wheel.version} brings two files for one place: {path!a}")


def _check(part: Part, environment: Environment, wheel: StoredWheel) -> None:
    """Nothing may land on the environment's own files, or in a dist-info folder of another distribution."""
    if part.root in (environment.scheme.purelib, environment.scheme.platlib):
        for top in {path.partition("/")[0] for path in part.digests}:
            _check_top(top, wheel)
        return
    for path in part.digests:
        if removal.is_environment_file(f"{part.root}/{path}", environment):
            raise UnsafeArchive(f"{wheel.name} {wheel.version} would replace a part of the environment: {path!a}")


def _check_top(top: str, wheel: StoredWheel) -> None:
    if top.endswith((".dist-info", ".egg-info")) or top.startswith(OURS):
        raise UnsafeArchive(f"{wheel.name} {wheel.version} brings files for another distribution: {top!a}")
