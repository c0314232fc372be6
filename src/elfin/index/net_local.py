"""Indexes and folders of files on this machine: `file:` addresses and plain paths.

PEP 503's "repository" as a tree of folders (`project/index.html` or the files themselves), and pip's `--find-links`
with a folder. Answers as the network does. Refuses to read what a page of the web points to: such links never get here.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence

from elfin.errors import Unreachable
from elfin.formats import simplepage
from elfin.index import net_wheel, urls
from elfin.index.listing import Listing, digest, from_digest
from elfin.index.model import File

_PIECE = 1 << 20


def listing(index: str, project: str) -> Listing | None:
    """What a local index has of a normalised project name; None when it has no such folder. Raises MalformedPage."""
    folder = os.path.join(urls.local_path(index) or "", project)
    if not os.path.isdir(folder):
        return None
    return from_digest(digest(project, base(folder), links(folder)), index)


def links(place: str) -> simplepage.Page:
    """The files in a folder, or the links of an HTML or JSON page. Raises Unreachable, MalformedPage."""
    path = urls.local_path(place) or ""
    try:
        if not os.path.isdir(path):
            return simplepage.page(_content(path))
        for name in ("index.json", "index.html"):
            inner = os.path.join(path, name)
            if os.path.isfile(inner):
                return simplepage.page(_content(inner))
        names = sorted(entry.name for entry in os.scandir(path) if entry.is_file())
    except OSError as error:
        raise _unreadable(path, error) from error
    return simplepage.Page(
        "json", None, None, None, names, [{"filename": name, "url": _quoted(name)} for name in names]
    )


def base(place: str) -> str:
    """Where the relative links of a place start: its own address, with a slash for a folder."""
    path = urls.local_path(place)
    if path is None:
        return place
    address = "file://" + _quoted(os.path.abspath(path))
    return address + "/" if os.path.isdir(path) else address


def metadata(file: File) -> bytes | None:
    """METADATA of a local wheel, None for an sdist. Raises Unreachable, MalformedWheel, UnsafeArchive."""
    if not file.filename.endswith(".whl"):
        return None
    path = urls.local_path(file.url) or ""
    try:
        with open(path, "rb", buffering=0) as opened:
            descriptor = opened.fileno()
            total = os.fstat(descriptor).st_size

            def read(first: int | None, length: int) -> net_wheel.Part:
                start = max(0, total - length) if first is None else first
                return net_wheel.Part(start, os.pread(descriptor, length, start), total)

            return net_wheel.metadata(file.filename, total, read)
    except OSError as error:
        raise _unreadable(path, error) from error


def copy(file: File, sink: Callable[[bytes], object], algorithms: Sequence[str]) -> dict[str, str]:
    """Move a local file into `sink`, and give its digests. Raises Unreachable; what `sink` raises passes through."""
    path = urls.local_path(file.url) or ""
    hashers = {name: hashlib.new(name) for name in algorithms}
    try:
        with open(path, "rb", buffering=0) as opened:
            while piece := opened.read(_PIECE):
                for hasher in hashers.values():
                    hasher.update(piece)
                sink(piece)
    except OSError as error:
        raise _unreadable(path, error) from error
    return {name: hasher.hexdigest() for name, hasher in hashers.items()}


def _content(path: str) -> bytes:
    with open(path, "rb") as opened:
        return opened.read()


def _quoted(path: str) -> str:
    from urllib.parse import quote

    return quote(path)


def _unreadable(path: str, error: OSError) -> Unreachable:
    reason = os.strerror(error.errno).lower() if error.errno else "not readable"
    return Unreachable(f"{reason}: {path}")
