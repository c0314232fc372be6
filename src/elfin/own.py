"""elfin's own dependencies, when it runs from a checkout: fetched once, hash-pinned, into a private place.

The lock (`own.lock`, made by `tools/relock.py`) names every wheel by file name and sha256. A bare Debian Python has
neither pip nor ensurepip, so the standard library fetches, and elfin's own tags, reader and disk module do the rest.
A place is keyed by lock, interpreter ABI and libc, made in a staging folder and published by one rename: first runs
may race. Accelerators without a wheel for this interpreter are left out.
"""

from __future__ import annotations

import os
import stat
import sys

from elfin.errors import HashMismatch, MalformedElf, NoWheel, PlaceError, Unreachable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LOCK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "own.lock")
"""First line `# lock ID`; then `NAME==VERSION FILENAME sha256:HEX`, with ` optional` behind accelerators."""
_LIMIT = 64 << 20
_TIMEOUT = 60


def loader_of(executable: str) -> str | None:
    """The ELF loader `executable` names (PT_INTERP), None for a static program or one that is no ELF file."""
    from elfin.formats import elf

    try:
        with open(executable, "rb") as file:
            return elf.read_header(file.read(1 << 16)).interpreter
    except (OSError, MalformedElf):
        return None


def place() -> str:
    """The folder with elfin's dependencies for this interpreter, made now if it is not there yet.

    Raises Unreachable, HashMismatch or PlaceError, with nothing half-made left behind.
    """
    with open(LOCK, encoding="utf-8") as file:
        lock_id = file.readline().split()[-1]
    folder = os.path.join(_data_folder(), "own", f"{lock_id}-{_abi()}")
    if not os.path.isdir(folder):
        _make(folder)
    return folder


def _data_folder() -> str:
    """Where the private place lives: XDG's data folder, or a folder of this user's own where there is no home."""
    home = os.environ.get("XDG_DATA_HOME") or ""
    if not os.path.isabs(home):
        user = os.path.expanduser("~")
        if not os.path.isabs(user) or not os.path.isdir(user):
            return _folder_without_home()
        home = os.path.join(user, ".local", "share")
    return os.path.join(home, "elfin")


def _folder_without_home() -> str:
    """A folder of this user's own where there is no home (`docker run --user 1234`).

    Code is run from it, so it has to be nobody else's. Raises PlaceError where somebody has taken the name.
    """
    from elfin.edges import disk

    folder = os.path.join(os.environ.get("TMPDIR") or "/tmp", f"elfin-{os.getuid()}")  # noqa: S108 - looked at below
    if not os.path.lexists(folder):
        disk.make_private_folder(folder)
    about = os.lstat(folder)
    if about.st_uid != os.getuid() or about.st_mode & 0o077 or not stat.S_ISDIR(about.st_mode):
        hint = "set HOME or XDG_DATA_HOME to a folder of your own"
        raise PlaceError(f"{folder} is not a private folder of this user", hints=(hint,))
    return folder


def _abi() -> str:
    """What compiled dependencies hang on: interpreter ABI, word size and float ABI (its suffix), libc and version."""
    import _imp

    suffix = _imp.extension_suffixes()[0].strip(".").removesuffix(".so")
    try:
        libc = (os.confstr("CS_GNU_LIBC_VERSION") or "").replace(" ", "-")
    except (AttributeError, ValueError, OSError):  # musl: EINVAL
        libc = ""
    if not libc:
        libc = "musl" if "musl" in (loader_of(os.path.realpath(sys.executable)) or "") else sys.platform
    return f"{suffix}-{libc}"


def _make(folder: str) -> None:
    from elfin.edges import disk

    above = os.path.dirname(folder)
    try:
        disk.make_folder(above)
    except PlaceError as error:
        error.hints = ("elfin keeps its own dependencies there: set XDG_DATA_HOME to a folder you may write to",)
        raise
    with disk.locked(f"{folder}.lock"):
        if os.path.isdir(folder):
            return
        sys.stderr.write("elfin: fetching its own dependencies, once\n")
        with disk.staging(above) as staged:
            made = os.path.join(staged, "place")
            disk.make_folder(made)
            for filename, digest in _wanted():
                _unpack(_fetched(filename, digest), filename, made)
            disk.sync(made)
            disk.publish(made, folder)


def _wanted() -> list[tuple[str, str]]:
    """(file name, sha256) of the locked wheels for this interpreter, the best of each project."""
    from elfin.formats import wheelname
    from elfin.host import live
    from elfin.host.disk import FolderRoot
    from elfin.pythons import child
    from elfin.tags import expand, match

    with open(LOCK, encoding="utf-8") as file:
        rows = [line.split() for line in file if line.strip() and not line.startswith("#")]
    projects: dict[str, list[tuple[int, str, str]]] = {}
    needed = set()
    tags: Any = None
    for requirement, filename, digest, *optional in rows:
        if not optional:
            needed.add(requirement)
        if filename.endswith("-none-any.whl"):
            projects.setdefault(requirement, []).append((0, filename, digest[7:]))
            continue
        if tags is None:
            own = child.probe(sys.executable, child.Asking(FolderRoot("/")))
            tags = expand.tag_set(live.target(own))
        verdict = match.match(tags, wheelname.parse(filename))
        if verdict is not None:
            projects.setdefault(requirement, []).append((verdict.rank, filename, digest[7:]))
    missing = sorted(needed - set(projects))
    if missing:
        raise NoWheel(f"elfin's lock has no wheel of {', '.join(missing)} for this Python")
    return [min(choices)[1:] for choices in projects.values()]


def _fetched(filename: str, digest: str) -> bytes:
    """The bytes of a locked wheel from the package index, checked."""
    import hashlib
    import html
    import re
    from urllib.parse import urljoin

    project = filename.split("-", maxsplit=1)[0].replace("_", "-").lower()
    base = _index_url().rstrip("/") + "/"
    page_url = f"{base}{project}/"
    page = _get(page_url).decode("utf-8", "replace")
    link = re.search(rf"""["']([^"'\s]*/{re.escape(filename)})(?:#[^"']*)?["']""", page)
    if not link:
        raise Unreachable(
            f"the package index does not list {filename}, which elfin itself needs",
            hints=("point ELFIN_INDEX_URL at an index or mirror that has it",),
        )
    data = _get(urljoin(page_url, html.unescape(link[1])))
    actual = hashlib.sha256(data).hexdigest()
    if actual != digest:
        raise HashMismatch(
            f"{filename} is not the file that elfin's lock names",
            state=f"expected sha256 {digest}\nreceived sha256 {actual}\nnothing was installed",
        )
    return data


def _index_url() -> str:
    from elfin.settings import disk, ladder

    return ladder.settings({}, os.environ, disk.read_files(os.environ)).index_url.value


def _get(url: str) -> bytes:
    import ssl
    import urllib.error
    import urllib.request

    from elfin.formats.urltext import redacted, without_credentials

    plain, credentials = without_credentials(url)
    request = urllib.request.Request(plain, headers={"Accept": "text/html, */*;q=0.1", "User-Agent": "elfin"})  # noqa: S310
    if credentials:
        request.add_header("Authorization", credentials.header())
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:  # noqa: S310
            data: bytes = answer.read(_LIMIT)
    except urllib.error.HTTPError as error:
        raise Unreachable(f"{redacted(url)} answered {error.code} {error.reason}", hints=_HINTS) from error
    except (OSError, ssl.SSLError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise Unreachable(f"cannot reach {redacted(url)}: {reason}", hints=_HINTS) from error
    return data


_HINTS = (
    (
        "elfin needs the network once, for its own dependencies; behind a proxy set HTTPS_PROXY, with a mirror "
        "ELFIN_INDEX_URL"
    ),
)


def _unpack(data: bytes, filename: str, folder: str) -> None:
    """Put a wheel's modules into `folder`, by the reader and unpacker that every wheel goes through."""
    from elfin.edges import disk
    from elfin.formats import wheelfile
    from elfin.wheels.disk_unpack import Archive, unpack

    path = f"{folder}.{filename}"
    disk.create(path, data)
    try:
        with Archive(path) as archive:
            listing = archive.directory()
            wheelfile.wheel(listing, filename, archive.read)
            unpack(archive, listing, folder, threads=1)
    finally:
        disk.remove_file(path)
