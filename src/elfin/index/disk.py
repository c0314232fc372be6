"""The room's share of the cache folder: digests of pages, and METADATA of files.

Below `pages-v1`, by index and project: one line of JSON (validators, status, length), then the digest. Below
`metadata-v1`, by file: one line of JSON (length, checksum), then the bytes; files of an index never change, so these
have no age. Whatever is missing, cut short or unreadable counts as not cached; a cache that cannot be written is no
error either: only slower.
"""

from __future__ import annotations

import json
import os
import re
import zlib
from typing import Any, NamedTuple

from elfin.errors import PlaceError
from elfin.index.freshness import Validators
from elfin.index.model import File

_SHA256 = re.compile(r"[0-9a-f]{64}")
_ODD = re.compile(r"[^A-Za-z0-9.-]")
_LONGEST_NAME = 200


class StoredPage(NamedTuple):
    """A page as the cache knows it."""

    validators: Validators
    digest: bytes | None
    """With `start`; None: the index does not have the project (404)."""
    body: str
    """sha256 of the page's body, "" where the index gives a validator or has no page: an equal body needs no new
    digest."""
    start: int = 0
    """Where in `digest` the digest begins: what is before it was not cut off, for that would copy a megabyte."""


def page_path(cache: str, index_url: str, project: str) -> str:
    """Where the page of a normalised project lies. `index_url` carries no credentials."""
    folder = _ODD.sub(lambda odd: f"%{ord(odd[0]):02x}", index_url.rstrip("/"))
    if len(folder) > _LONGEST_NAME:
        folder = _digest(folder)
    return os.path.join(cache, "pages-v1", folder, project)


def metadata_path(cache: str, file: File) -> str:
    """Where a file's METADATA lies: by the file's sha256, else by its address."""
    key = file.hashes.get("sha256", "")
    if _SHA256.fullmatch(key) is None:
        key = "url-" + _digest(file.url)
    return os.path.join(cache, "metadata-v1", key)


def read_page(path: str) -> StoredPage | None:
    """The stored page, None when there is none that can be trusted."""
    found = _read(path)
    if found is None:
        return None
    header, data, start = found
    try:
        fetched, lifetime, etag, last_modified = header["validators"]
        known = Validators(float(fetched), float(lifetime), etag, last_modified)
        absent, body = bool(header["absent"]), str(header["body"])
        if len(data) - start != header["length"]:
            return None
    except (KeyError, TypeError, ValueError):
        return None
    return StoredPage(known, None if absent else data, body, start)


def write_page(path: str, page: StoredPage) -> None:
    """Store a page; a cache that cannot be written is left as it is."""
    data = (page.digest or b"")[page.start :]
    header = {
        "validators": list(page.validators),
        "absent": page.digest is None,
        "body": page.body,
        "length": len(data),
    }
    _write(path, header, data)


def read_metadata(path: str) -> bytes | None:
    """The stored METADATA, None when there is none that can be trusted."""
    found = _read(path)
    if found is None:
        return None
    header, data, start = found
    metadata = data[start:]
    return metadata if (header.get("length"), header.get("crc32")) == (len(metadata), zlib.crc32(metadata)) else None


def write_metadata(path: str, metadata: bytes) -> None:
    """Store METADATA; a cache that cannot be written is left as it is."""
    _write(path, {"length": len(metadata), "crc32": zlib.crc32(metadata)}, metadata)


def _digest(text: str) -> str:
    import hashlib  # 3 ms, and seldom needed

    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _read(path: str) -> tuple[dict[str, Any], bytes, int] | None:
    """(header, the whole, where the rest begins) of a stored file."""
    try:
        with open(path, "rb", buffering=0) as file:
            data = file.readall()
    except OSError:
        return None
    start = data.find(b"\n") + 1
    try:
        header = json.loads(data[:start])
    except ValueError:
        return None
    return (header, data, start) if isinstance(header, dict) else None


def _write(path: str, header: dict[str, Any], data: bytes) -> None:
    from elfin.edges import disk

    content = b"".join((json.dumps(header).encode(), b"\n", data))
    try:
        folder = os.path.dirname(path)
        if not os.path.isdir(folder):
            disk.make_folder(folder)
        disk.write(path, content)
    except PlaceError:
        pass  # the answer is in memory; the next run asks again
