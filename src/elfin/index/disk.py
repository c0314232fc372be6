"""The room's share of the cache folder: digests of pages, and what files depend on.

Below `pages-v2`, by index and project: one line of JSON (validators, status), the digest's head, the digest's rows.
Below `metadata-v2`, by file: a checksum, then one line of JSON; files of an index never change, so these have no age.
Whatever is missing, cut short or unreadable counts as not cached; a cache that cannot be written is no error either:
only slower.
"""

from __future__ import annotations

import errno
import json
import os
import re
import zlib

from elfin.errors import MalformedPage, PlaceError
from elfin.formats.metadata import Dependencies
from elfin.index.freshness import Validators
from elfin.index.listing import Digest
from elfin.index.model import File
from elfin.record import NamedTuple

_SHA256 = re.compile(r"[0-9a-f]{64}")
_ODD = re.compile(r"[^A-Za-z0-9.-]")
_LONGEST_NAME = 200
_FIRST_BYTES = 64 << 10
"""Read of a page at once. The newest versions come first, so that of megabytes no more is read, mostly."""
_MANY_OPEN = min(200, os.sysconf("SC_OPEN_MAX") // 4)
"""Descriptors from which on no file is held open, but read whole; macOS gives a process 256."""


class StoredPage(NamedTuple):
    """A page as the cache knows it."""

    validators: Validators
    digest: Digest | None
    """None: the index does not have the project (404)."""
    body: str
    """sha256 of the page's body, "" where the index gives a validator or has no page: an equal body needs no new
    digest."""


def page_path(cache: str, index_url: str, project: str) -> str:
    """Where the page of a normalised project lies. `index_url` carries no credentials."""
    folder = _ODD.sub(lambda odd: f"%{ord(odd[0]):02x}", index_url.rstrip("/"))
    if len(folder) > _LONGEST_NAME:
        folder = _digest(folder)
    return os.path.join(cache, "pages-v2", folder, project)


def metadata_path(cache: str, file: File) -> str:
    """Where what a file depends on lies: by the file's sha256, else by its address."""
    key = file.hashes.get("sha256", "")
    if _SHA256.fullmatch(key) is None:
        key = "url-" + _digest(file.url)
    return os.path.join(cache, "metadata-v2", key)


def read_page(path: str) -> StoredPage | None:
    """The stored page, None when there is none that can be trusted."""
    try:
        file = _Open(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE):  # it may well be there
            raise PlaceError(f"too many open files at {path}") from error
        return None
    try:
        size = file.size()
        data = file.read(0, size if file.descriptor > _MANY_OPEN else min(size, _FIRST_BYTES))
        lines = data.split(b"\n", 2)
        if len(lines) < 3:  # thousands of versions
            data = file.read(0, size)
            lines = data.split(b"\n", 2)
        stored, head, newest = lines
        told = json.loads(stored)
        fetched, lifetime, etag, last_modified = told["validators"]
        known = Validators(float(fetched), float(lifetime), etag, last_modified)
        body = str(told["body"])
    except (OSError, MalformedPage, KeyError, TypeError, ValueError):
        return None
    if not head:
        return StoredPage(known, None, body)
    start = len(data) - len(newest)

    def every(first: int, last: int) -> bytes:
        return newest[first:last]

    def some(first: int, last: int) -> bytes:
        return newest[first:last] if last <= len(newest) else file.read(start + first, last - first)

    rows = every if len(data) == size else some  # `every` lets the file go
    return StoredPage(known, Digest(head, size - start, rows), body)


def write_page(path: str, page: StoredPage) -> None:
    """Store a page; a cache that cannot be written is left as it is."""
    digest = page.digest
    stored = json.dumps({"validators": list(page.validators), "body": page.body}).encode()
    try:
        rest = (b"", b"") if digest is None else (digest.head, digest.rows(0, digest.size))
    except MalformedPage:
        return  # it was read from this very cache, which is failing
    _write(path, b"\n".join((stored, *rest)))


def read_dependencies(path: str) -> Dependencies | None:
    """What is stored of a file's METADATA, None when there is nothing that can be trusted."""
    try:
        with open(path, "rb", buffering=0) as file:
            checksum, _, line = file.readall().partition(b"\n")
        if int(checksum, 16) != zlib.crc32(line):
            return None
        requires, requires_python, extras = json.loads(line)
    except (OSError, ValueError):
        return None
    return Dependencies(tuple(requires), requires_python, tuple(extras))


def write_dependencies(path: str, dependencies: Dependencies) -> None:
    """Store them; a cache that cannot be written is left as it is."""
    line = json.dumps(dependencies).encode()
    _write(path, b"%x\n%b" % (zlib.crc32(line), line))


def _digest(text: str) -> str:
    import hashlib  # 3 ms, and seldom needed

    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


class _Open:
    """A file, open while somebody may ask for more of it: whoever replaces it does not change what is read."""

    __slots__ = ("descriptor",)

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def __del__(self) -> None:
        os.close(self.descriptor)

    def size(self) -> int:
        return os.fstat(self.descriptor).st_size

    def read(self, offset: int, length: int) -> bytes:
        """Raises MalformedPage when the file is shorter or cannot be read any more."""
        try:
            data = os.pread(self.descriptor, length, offset)
        except OSError as error:
            raise MalformedPage("a page in the cache cannot be read any more") from error
        if len(data) != length:
            raise MalformedPage("a page in the cache was cut short")
        return data


def _write(path: str, content: bytes) -> None:
    from elfin.edges import disk

    try:
        folder = os.path.dirname(path)
        if not os.path.isdir(folder):
            disk.make_folder(folder)
        disk.write(path, content)
    except PlaceError:
        pass  # the answer is in memory; the next run asks again
