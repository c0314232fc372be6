"""What is elsewhere, audited: a wheel or archive by its URL, `PROJECT==VERSION` on an index.

Of a wheel only its directory, its own texts and the members that may be machine code are fetched, by ranges, into a
file with holes, which is then read as any other. What has to be whole is downloaded: other archives, wheels whose
RECORD is compared with their bytes, wheels on a server that knows no ranges. Nothing is kept.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator, Sequence

from elfin.audit.model import Report
from elfin.edges import disk
from elfin.edges.disk_stream import Patches
from elfin.errors import NoAnswer, UsageError
from elfin.flows import audit_reports
from elfin.flows.context import Context
from elfin.formats.urltext import redacted, without_credentials
from elfin.formats.zip import Entry
from elfin.index import net_wheel, urls
from elfin.index.model import File

# Endings that no program or library has. What else a wheel has is looked at.
_TEXTS = frozenset({
    ".py", ".pyi", ".pyc", ".pyx", ".pxd", ".pth", ".typed", ".txt", ".md", ".rst", ".html", ".css", ".js", ".ts",
    ".map", ".json", ".toml", ".yaml", ".yml", ".cfg", ".ini", ".csv", ".xml", ".svg", ".png", ".jpg", ".gif",
    ".ico", ".ttf", ".woff", ".woff2", ".h", ".hpp", ".hh", ".inc", ".c", ".cc", ".cpp", ".cxx", ".cu", ".cuh", ".f",
    ".f90", ".cmake", ".pc", ".in", ".npy", ".npz", ".parquet", ".pem", ".po", ".mo", ".sh", ".bat", ".ps1", ".tcl",
    ".msg", ".ipynb",
})  # fmt: skip


def reports(context: Context, what: str | File, *, hashes: bool = False) -> Iterator[Report]:
    """The report of a URL or of a file on an index; `hashes`: compare RECORD with the bytes as well.

    A hash that was typed with a URL is compared, which takes the whole file. Raises UsageError, Unreachable,
    Unauthorized, HashMismatch, Malformed*, UnsafeArchive, PlaceError.
    """
    file = by_url(what) if isinstance(what, str) else what
    promised = isinstance(what, str) and bool(file.hashes)
    shown = redacted(without_credentials(file.url)[0])
    local = urls.local_path(file.url)
    if local is not None and not promised:
        yield from audit_reports.at(local, local, hashes=hashes)
        return
    name = file.filename
    if name != posixpath.basename(name) or name in ("", ".", "..") or not name.isprintable():
        raise UsageError(f"{shown} names no file", hints=("a URL of a wheel ends with the wheel's name",))
    disk.make_folder(context.wheels)
    disk.sweep(context.wheels)
    with disk.staging(context.wheels) as staged, audit_reports.naming(shown):
        path = os.path.join(staged, name)
        if hashes or promised or not name.endswith(".whl") or not _parts(context, file, path):
            context.explain(f"{name} is downloaded whole")
            disk.remove_file(path)
            context.index.download(file, path)
        yield from audit_reports.at(path, shown, hashes=hashes)


def _parts(context: Context, file: File, path: str) -> bool:
    """Have what is needed of a wheel at `path`; False where only the whole can be had."""
    fetched = 0

    def put(part: net_wheel.Part) -> None:
        nonlocal fetched
        fetched += len(part.data)
        patches.put(part.first, part.data)

    with Patches(path) as patches:
        found = net_wheel.members(
            file.filename, file.size, lambda first, length: context.index.part(file, first, length), _wanted, put
        )
    if found:
        context.explain(f"{fetched} of {os.path.getsize(path)} bytes of {file.filename} were fetched")
    return found


def _wanted(entry: Entry) -> bool:
    """Whether a member may be machine code, or is one of the wheel's own texts."""
    if entry.is_folder:
        return False
    top = entry.name.partition("/")[0]
    return top.endswith(".dist-info") or posixpath.splitext(entry.name)[1].lower() not in _TEXTS


def by_url(url: str) -> File:
    """A URL as typed, as a file of an index; its fragment may hold a hash. Raises UsageError."""
    from urllib.parse import unquote

    plain, _, fragment = url.partition("#")
    if not urls.is_web(plain) and urls.local_path(plain) is None:
        raise UsageError(
            f"{redacted(url)} is no address that elfin reads", hints=("https://, http:// and file:// are",)
        )
    name = unquote(plain.partition("?")[0].rstrip("/").rpartition("/")[2])
    algorithm, _, digest = fragment.partition("&")[0].partition("=")
    hashes = {algorithm: digest.lower()} if algorithm in ("sha256", "sha384", "sha512") else {}
    return File(name, plain, hashes, None, None, None, None, None)


def taken(context: Context, text: str, platforms: Sequence[str], python: str | None) -> list[File]:
    """The wheels of `PROJECT==VERSION` that installers take in the places; none named: on this machine.

    A place that takes none is told where another does. Raises NoAnswer where none takes any, and what
    `explain.explained` raises.
    """
    from elfin.flows import explain

    found = explain.explained(context, text, platforms, python)
    names: list[str] = []
    for answer in found.answers:
        if answer.fitting:
            names.append(answer.fitting[0].filename)
            continue
        where = answer.platform or "this machine"
        asked = ["`elfin explain", f"{found.project}=={found.version}"]
        asked += [f"--platform {answer.platform}"] if answer.platform else []
        asked += [f"--python {python}"] if python else []
        said, hint = f"no wheel of {found.project} {found.version} is for {where}", f"{' '.join(asked)}` tells why"
        if not any(one.fitting for one in found.answers):
            raise NoAnswer(said, hints=(hint,))
        context.warn(f"{said}: {hint}")
    listing = context.index.listing(found.project)
    wanted = set(names)
    files = [] if listing is None else [
        file
        for number, version in enumerate(listing.versions) if str(version) == found.version
        for file in listing.files(number) if file.filename in wanted
    ]  # fmt: skip
    return sorted(files, key=lambda file: names.index(file.filename))
