"""The store: wheels unpacked once, each under the SHA-256 of its archive, shared by all environments.

An entry is a folder `<digest>` with the members in `files/` and a manifest beside them; it appears by one rename, so
what is there is complete. Power cuts are the exception: an entry whose bytes were not flushed yet says so in the name
of its manifest, together with the boot it was made in, and is trusted during that boot only; `settle` flushes many at
once.

Members are read-only (0444, 0555). Where environments share them by hard link they are read-only there as well: an
edit in place fails instead of silently changing every environment and the store. Reflinks and copies are ordinary
files.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from hashlib import sha256

from elfin.edges import disk
from elfin.errors import HashMismatch, PlaceError
from elfin.formats import record, wheelfile
from elfin.wheels import manifest
from elfin.wheels.disk_unpack import Archive, unpack
from elfin.wheels.model import StoredFile, StoredWheel

_FILES = "files"
_MANIFEST = "manifest"
_UNSETTLED = "manifest-of-boot-"
_BAD = ".bad-"
_KEYS = "keys"

_Say = Callable[[str], None]


def get(folder: str, digest: str) -> StoredWheel | None:
    """The wheel whose archive has this SHA-256 (hex) from the store in `folder`; None if it is not there.

    An entry whose manifest is damaged, or that may have lost bytes in a power cut, is set aside, and None returned.
    Members are not looked at: see `verify`. Raises PlaceError.
    """
    entry = f"{folder}/{digest}"
    data = _read(f"{entry}/{_MANIFEST}")
    if data is None:
        if not os.path.isdir(entry):
            return None
        data = _read(f"{entry}/{_UNSETTLED}{_boot()}") or _read(f"{entry}/{_MANIFEST}")  # settled between the two looks
        if data is None:
            quarantine(folder, digest)
            return None
    wheel = manifest.parse(data, f"{entry}/{_FILES}")
    if wheel is None or wheel.digest != digest:
        quarantine(folder, digest)
        return None
    return wheel


def add(
    folder: str,
    archive_path: str,
    filename: str,
    expected_digest: str | None,
    *,
    threads: int = 2,
    settled: bool = True,
    on_warning: _Say | None = None,
) -> StoredWheel:
    """Unpack the wheel at `archive_path` into the store in `folder` (made if missing), unless it is there already.

    `filename`: the wheel's proper name, which says what it must contain. `expected_digest`: SHA-256 in hex that the
    archive must have, None to take any. `settled` False leaves flushing to a later `settle`. `on_warning` gets oddities
    one by one (RECORD rows that are wrong, a newer Wheel-Version).
    Several processes may add the same wheel: one wins, all get it.
    Raises HashMismatch, MalformedWheel, UnsafeArchive, PlaceError; then nothing was added.
    """
    if expected_digest is not None and (known := get(folder, expected_digest)) is not None:
        return known
    with Archive(archive_path) as archive:
        digest = archive.digest()
        if expected_digest not in (None, digest):
            raise HashMismatch(f"{filename} has the sha256 {digest}, not {expected_digest}")
        if expected_digest is None and (known := get(folder, digest)) is not None:
            return known
        listing = archive.directory()
        told = wheelfile.wheel(listing, filename, archive.read)
        disk.make_folder(folder)
        with disk.staging(folder) as staged:
            disk.make_folder(f"{staged}/{_FILES}")
            files = unpack(archive, listing, f"{staged}/{_FILES}", threads=threads)
            _publish(folder, staged, _stored(told, digest, files), settled=settled)
    if on_warning is not None:
        rows = (record.Row(file.path, file.digest, file.size) for file in files)
        for warning in (*told.warnings, *wheelfile.record_problems(told, rows)):
            on_warning(f"{filename}: {warning}")
    stored = get(folder, digest)
    if stored is None:
        raise PlaceError(f"the store lost {filename} while it was added: {folder}")
    return stored


def settle(folder: str, digests: Iterable[str]) -> None:
    """Make entries that were added with `settled=False` survive a power cut: one flush for all. Raises PlaceError."""
    boot = _boot()
    paths = [f"{folder}/{digest}/{_UNSETTLED}{boot}" for digest in digests]
    waiting = [path for path in paths if os.path.exists(path)]
    if waiting:
        disk.sync(folder)
        for path in waiting:
            try:
                disk.rename(path, os.path.join(os.path.dirname(path), _MANIFEST))
            except PlaceError:
                if os.path.exists(path):
                    raise  # otherwise somebody else settled it


def verify(stored: StoredWheel, *, content: bool = True) -> tuple[str, ...]:
    """What is wrong with the members of a stored wheel; empty: nothing.

    Looks at presence and size of each, and with `content` at its hash too.
    """
    problems = []
    for file in stored.files:
        problem = _problem(f"{stored.folder}/{file.path}", file, content)
        if problem is not None:
            problems.append(f"{file.path!a} {problem}")
    return tuple(problems)


def quarantine(folder: str, digest: str) -> None:
    """Set a bad entry aside so that the next `add` makes it anew; what was aside before is removed. Raises PlaceError.

    Environments that share its files by hard link keep them.
    """
    aside = f"{folder}/{_BAD}{digest}"
    disk.remove(aside)
    try:
        disk.rename(f"{folder}/{digest}", aside)
    except PlaceError:
        if os.path.exists(f"{folder}/{digest}"):
            raise  # otherwise somebody else was faster


def remember(folder: str, key: str, digest: str) -> None:
    """Note the archive digest behind a key (a URL, a file name with a weak hash). Raises PlaceError."""
    path = _key_path(folder, key)
    disk.make_folder(os.path.dirname(path))
    disk.write(path, f"{digest}\n{key}\n".encode("utf-8", "surrogateescape"))


def recall(folder: str, key: str) -> str | None:
    """The digest remembered for a key, None if there is none. Raises PlaceError."""
    data = _read(_key_path(folder, key))
    if data is None:
        return None
    digest, _, told = data.decode("utf-8", "surrogateescape").partition("\n")
    return digest if told == f"{key}\n" and len(digest) == 64 else None


def _key_path(folder: str, key: str) -> str:
    return f"{folder}/{_KEYS}/{sha256(key.encode('utf-8', 'surrogateescape')).hexdigest()}"


def _stored(told: wheelfile.Wheel, digest: str, files: tuple[StoredFile, ...]) -> StoredWheel:
    console, gui = told.scripts
    return StoredWheel("", digest, told.name, told.version, told.dist_info, told.root_is_purelib, files, console, gui)


def _publish(folder: str, staged: str, wheel: StoredWheel, *, settled: bool) -> None:
    boot = _boot()
    settled = settled or not boot
    name = _MANIFEST if settled else _UNSETTLED + boot
    disk.create(f"{staged}/{name}", manifest.render(wheel))
    if settled:
        disk.sync(staged)
    disk.publish(staged, f"{folder}/{wheel.digest}")


def _boot() -> str:
    """An identifier of this run of the kernel, "" where it cannot be told."""
    data = _read("/proc/sys/kernel/random/boot_id")
    return data.decode("ascii", "replace").strip() if data is not None else ""


def _read(path: str) -> bytes | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise disk.place_error(error, path) from error
    try:
        with open(descriptor, "rb", buffering=0) as stream:
            return stream.read()
    except OSError as error:
        raise disk.place_error(error, path) from error


def _problem(path: str, file: StoredFile, content: bool) -> str | None:
    try:
        found = os.lstat(path)
        if found.st_size != file.size:
            return f"has {found.st_size} bytes, not {file.size}"
        if content:
            hashed = sha256()
            with open(path, "rb") as stream:
                while piece := stream.read(1 << 20):
                    hashed.update(piece)
            if record.encode(hashed.digest()) != file.digest:
                return "has another content"
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return None
