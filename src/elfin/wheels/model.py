"""The values of the room: a wheel in the store, and what is to be done to an environment."""

from __future__ import annotations

from elfin.record import NamedTuple


class StoredFile(NamedTuple):
    """One member of an unpacked wheel."""

    path: str
    """As in the archive, with `/`."""
    digest: str
    """RECORD's form: sha256=<urlsafe base64 without padding>."""
    size: int
    executable: bool


class StoredWheel(NamedTuple):
    """A wheel that was verified and unpacked once into the store."""

    folder: str
    """Absolute; the members lie below it at their archive paths."""
    digest: str
    """sha256 hex of the archive."""
    name: str
    """As METADATA spells it."""
    version: str
    dist_info: str
    """Folder name inside the archive."""
    root_is_purelib: bool
    files: tuple[StoredFile, ...]
    console_scripts: tuple[tuple[str, str], ...]
    """(name, "module:attribute") pairs of entry_points.txt."""
    gui_scripts: tuple[tuple[str, str], ...]


class DirectUrl(NamedTuple):
    """Where a directly referenced distribution came from (PEP 610)."""

    url: str
    archive_hashes: tuple[tuple[str, str], ...] = ()


class Install(NamedTuple):
    """One distribution to put into an environment."""

    wheel: StoredWheel
    requested: bool
    """The user asked for it by name (PEP 376 REQUESTED)."""
    direct_url: DirectUrl | None = None
