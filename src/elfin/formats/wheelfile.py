"""Wheels: what the archive must contain, and what it says about itself.

Follows the binary distribution format (PEP 427) and recording installed projects (PEP 376, PEP 627). Refuses an archive
without exactly one dist-info folder of the name and version in its file name, without METADATA, WHEEL or RECORD, of
another major Wheel-Version, with a METADATA of another project, and with a `.data` folder that cannot be spread. The
`Tag` lines of WHEEL are not read: real wheels disagree with their names there. Hashes in RECORD that do not match are
warnings, for real wheels have those too: the archive's own hash is what vouches for it.

Pure: members are read through a function, so a wheel may be on a disk, in memory or behind a network. For a remote one:
`directory(tail, total)`, then `metadata_entry`, then the bytes `entry.offset` to `entry.end` into `read_member`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from elfin.errors import MalformedWheel
from elfin.formats import entrypoints, record, wheelname
from elfin.formats.projectname import canonical
from elfin.formats.zip import TAIL, Directory, Entry, NeedMore, directory
from elfin.formats.zipmember import chunks, read_member
from elfin.record import NamedTuple

__all__ = [
    "MAX_METADATA",
    "TAIL",
    "Directory",
    "Entry",
    "NeedMore",
    "Wheel",
    "chunks",
    "directory",
    "dist_info",
    "metadata_entry",
    "read_member",
    "record_oddities",
    "record_problems",
    "same_name",
    "same_version",
    "wheel",
]  # fmt: skip

MAX_METADATA = 16 << 20
_MAX_WHEEL = 64 << 10
_MAX_ENTRY_POINTS = 4 << 20
_MAX_RECORD = 64 << 20

_SCHEMES = ("purelib", "platlib", "headers", "scripts", "data")
_SIGNATURES = ("RECORD.jws", "RECORD.p7s")
_LINE = re.compile(rb"([A-Za-z0-9-]+)[ \t]*:[ \t]*([^\r\n]*)")


class Wheel(NamedTuple):
    """What a wheel says about itself, checked."""

    name: str
    """As METADATA spells it."""
    version: str
    """As METADATA spells it."""
    dist_info: str
    """Folder name inside the archive."""
    data: str | None
    """Name of the `.data` folder, None without."""
    root_is_purelib: bool
    scripts: entrypoints.Scripts
    record: Mapping[str, record.Row]
    """By path."""
    repeated: tuple[str, ...]
    """Paths that RECORD lists more than once."""
    warnings: tuple[str, ...]
    """What is odd, but no reason to refuse."""


def dist_info(listing: Directory, filename: str) -> str:
    """The name of the dist-info folder, which must be the only one and fit the file name. Raises MalformedWheel."""
    told = wheelname.parse(filename)
    return _folder(listing, told.name, told.version, ".dist-info") or _missing(".dist-info folder")


def metadata_entry(listing: Directory, filename: str) -> Entry:
    """The METADATA member of the wheel named `filename`. Raises MalformedWheel."""
    return _member(listing, f"{dist_info(listing, filename)}/METADATA", MAX_METADATA)


def wheel(listing: Directory, filename: str, read: Callable[[Entry], bytes]) -> Wheel:
    """Check the structure of the wheel named `filename`; `read` gives the content of a member.

    Raises MalformedWheel.
    """
    told = wheelname.parse(filename)
    folder = _folder(listing, told.name, told.version, ".dist-info") or _missing(".dist-info folder")
    data = _folder(listing, told.name, told.version, ".data")
    metadata = _fields(read(_member(listing, f"{folder}/METADATA", MAX_METADATA)), "METADATA", ("name", "version"))
    name, version = metadata.get("name", ""), metadata.get("version", "")
    if not same_name(name, told.name):
        raise MalformedWheel(f"the file is named for {told.name}, but its METADATA is of {name[:100]!a}")
    if not same_version(version, told.version):
        raise MalformedWheel(f"the file is named for version {told.version}, but its METADATA says {version[:100]!a}")
    purelib, warnings = _wheel_fields(read(_member(listing, f"{folder}/WHEEL", _MAX_WHEEL)))
    rows = record.parse(read(_member(listing, f"{folder}/RECORD", _MAX_RECORD)))
    points = [entry for entry in listing.entries if entry.name == f"{folder}/entry_points.txt"]
    if points:
        _check_size(points[0], _MAX_ENTRY_POINTS)
    scripts = entrypoints.parse(read(points[0])) if points else entrypoints.Scripts((), ())
    _check_data(listing, data)
    by_path = {row.path: row for row in rows}
    repeated = () if len(by_path) == len(rows) else _repeated(rows)
    return Wheel(name, version, folder, data, purelib, scripts, by_path, repeated, warnings)


def record_problems(told: Wheel, members: Iterable[record.Row]) -> tuple[str, ...]:
    """Where RECORD does not describe the members of its archive; their true rows are given. Empty: all is well."""
    problems = []
    unseen = dict(told.record)
    exempt = {f"{told.dist_info}/{name}" for name in ("RECORD", *_SIGNATURES)}
    for path, digest, size in members:
        row = unseen.pop(path, None)
        if path in exempt:
            continue
        if row is None:
            problems.append(f"RECORD does not list {path!a}")
        elif not row.digest.startswith("sha256="):
            problems.append(f"RECORD gives no sha256 of {path!a}")
        elif (row.digest.rstrip("="), row.size) not in ((digest, size), (digest, None)):
            problems.append(f"RECORD gives another hash or size of {path!a}")
    problems.extend(f"RECORD lists {path!a}, which is not there" for path in unseen if path not in exempt)
    return tuple(problems)


def record_oddities(told: Wheel) -> tuple[str, ...]:
    """What is not in order in RECORD itself, and harms nobody who installs the wheel."""
    own = () if f"{told.dist_info}/RECORD" in told.record else ("RECORD does not list itself",)
    return (*own, *(f"RECORD lists {path!a} more than once" for path in told.repeated))


def _repeated(rows: Iterable[record.Row]) -> tuple[str, ...]:
    from collections import Counter

    return tuple(path for path, count in Counter(row.path for row in rows).items() if count > 1)


def same_name(one: str, other: str) -> bool:
    """Whether two spellings name one project (PEP 503)."""
    return one == other or canonical(one) == canonical(other)


def same_version(one: str, other: str) -> bool:
    """Whether two spellings are one version (PEP 440), also when escaped as in file names."""
    return one == other or _version_key(one) == _version_key(other)


def _version_key(text: str) -> object:
    from packaging.version import InvalidVersion, Version

    for spelled in (text, text.replace("_", "-"), text.replace("_", "+", 1)):
        try:
            return Version(spelled)
        except InvalidVersion:
            continue
    return text


def _folder(listing: Directory, name: str, version: str, ending: str) -> str | None:
    """The one top folder with that ending, None without. Raises MalformedWheel for several or another's."""
    tops = {entry.name.partition("/")[0] for entry in listing.entries if "/" in entry.name}
    found = sorted(top for top in tops if top.endswith(ending))
    if not found:
        return None
    if len(found) > 1:
        raise MalformedWheel(f"the archive has {len(found)} {ending} folders, not one")
    found_name, _, found_version = found[0].removesuffix(ending).rpartition("-")
    if not same_name(found_name, name) or not same_version(found_version, version):
        raise MalformedWheel(f"the folder {found[0]!a} does not belong to {name} {version}")
    return found[0]


def _missing(what: str) -> str:
    raise MalformedWheel(f"not a wheel: it has no {what}")


def _member(listing: Directory, name: str, limit: int) -> Entry:
    for entry in listing.entries:
        if entry.name == name:
            _check_size(entry, limit)
            return entry
    raise MalformedWheel(f"not a wheel: it has no {name!a}")


def _check_size(entry: Entry, limit: int) -> None:
    if entry.size > limit:
        raise MalformedWheel(f"{entry.name!a} would be {entry.size} bytes, more than {limit}")


def _fields(data: bytes, what: str, wanted: tuple[str, ...]) -> dict[str, str]:
    """The single-line fields `wanted` of a header block, names in lower case."""
    fields: dict[str, str] = {}
    for line in data.split(b"\n"):
        if not line.strip():
            break  # the description follows
        match = _LINE.match(line)
        if match is None:
            continue  # a continued line
        name = match[1].decode("ascii").lower()
        if name not in wanted:
            continue
        try:
            value = match[2].strip().decode("ascii")
        except UnicodeDecodeError as error:
            raise MalformedWheel(f"{what} gives a {name} that is not ASCII") from error
        if fields.setdefault(name, value) != value:  # that it says the same twice is seen on the index
            raise MalformedWheel(f"{what} gives {name} twice: {fields[name]!a} and {value!a}")
    return fields


def _wheel_fields(data: bytes) -> tuple[bool, tuple[str, ...]]:
    """(root is purelib, warnings) of a WHEEL file."""
    fields = _fields(data, "WHEEL", ("wheel-version", "root-is-purelib"))
    version = fields.get("wheel-version", "")
    match = re.fullmatch(r"([0-9]{1,4})\.([0-9]{1,4})", version)
    if match is None:
        raise MalformedWheel(f"WHEEL gives no usable Wheel-Version: {version[:40]!a}")
    if int(match[1]) != 1:
        raise MalformedWheel(f"the wheel is of format {version}, and only formats 1.x are known")
    warnings = () if int(match[2]) == 0 else (f"the wheel is of format {version}, newer than 1.0",)
    return fields.get("root-is-purelib", "").lower() == "true", warnings


def _check_data(listing: Directory, data: str | None) -> None:
    """PEP 427: below `.data`, each folder is a key of the install scheme; scripts are not nested."""
    if data is None:
        return
    for entry in listing.entries:
        parts = entry.name.removesuffix("/").split("/")
        if parts[0] != data or (len(parts) == 1 and entry.is_folder):
            continue
        if parts[1] not in _SCHEMES or (len(parts) == 2 and not entry.is_folder):
            raise MalformedWheel(f"{entry.name!a} has no place in an environment")
        if parts[1] == "scripts" and (len(parts) > 3 or (len(parts) == 3 and entry.is_folder)):
            raise MalformedWheel(f"{entry.name!a} is a folder among the scripts")
