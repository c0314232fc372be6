"""The listing of a project: versions ascending, files of a version made when they are asked for.

A listing is read from a *digest*: the page, sorted by version once, of which only the first line is read at once. A
digest of 4000 files loads in a millisecond, so it is what the cache keeps. Pure. Refuses a digest of another schema or
one cut short (MalformedPage).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from elfin.errors import MalformedPage
from elfin.formats import simplepage
from elfin.index.model import File
from elfin.index.urls import joined
from elfin.index.versions import Versions, grouped

if TYPE_CHECKING:
    from packaging.version import Version

SCHEMA = 1


class Listing:
    """What one index (or several together) offers of a project."""

    __slots__ = ("_files", "_read", "_versions", "index_url", "name", "reason", "status", "texts")

    def __init__(
        self,
        name: str,
        index_url: str,
        texts: Sequence[str],
        read: Callable[[int], tuple[File, ...]],
        *,
        versions: list[Version] | None = None,
        status: str | None = None,
        reason: str | None = None,
    ) -> None:
        self.name = name
        """Normalised (PEP 503)."""
        self.index_url = index_url
        """Where it comes from, without credentials; of the first, where several were joined."""
        self.texts = texts
        """The versions as the files spell them, in the order of `versions`."""
        self.status = status
        """PEP 792: "archived", "quarantined", "deprecated"; None: active."""
        self.reason = reason
        self._read = read
        self._versions = Versions(texts, versions)
        self._files: dict[int, tuple[File, ...]] = {}

    def __len__(self) -> int:
        return len(self.texts)

    def __repr__(self) -> str:
        return f"Listing({self.name!r}, {len(self.texts)} versions)"

    @property
    def versions(self) -> Versions:
        """All versions, ascending, none twice."""
        return self._versions

    def files(self, position: int) -> tuple[File, ...]:
        """The wheels and sdists of `versions[position]`, in the page's order. May be empty: links may be unusable."""
        files = self._files.get(position)
        if files is None:
            files = self._files[position] = self._read(position)
        return files


def digest(name: str, page_url: str, page: simplepage.Page) -> bytes:
    """The digest of a page; `name` is normalised, `page_url` is where relative links start."""
    groups = grouped(name, page.names)
    rows = page.rows
    lines = simplepage.packed([[rows[position] for position in positions] for _, positions in groups])
    header = {
        "schema": SCHEMA,
        "name": name,
        "base": (joined(page_url, page.base) or page_url) if page.base else page_url,
        "form": page.form,
        "status": page.status,
        "reason": page.reason,
        "versions": [text for text, _ in groups],
        "lengths": list(map(len, lines)),
    }
    return b"".join((json.dumps(header, separators=(",", ":")).encode(), b"\n", *lines))


def from_digest(data: bytes, index_url: str, *, start: int = 0) -> Listing:
    """The listing of the digest that begins at `start` in `data`. Raises MalformedPage."""
    try:
        end = data.index(b"\n", start) + 1
        header = json.loads(data[start:end])
        texts, name, base, form = header["versions"], header["name"], header["base"], header["form"]
        ends = list(accumulate(header["lengths"], initial=end))
        if header["schema"] != SCHEMA or len(ends) != len(texts) + 1 or ends[-1] != len(data):
            raise MalformedPage("the stored page is cut short or of another version of elfin")
    except (ValueError, KeyError, TypeError) as error:
        raise MalformedPage("the stored page cannot be read") from error

    def read(position: int) -> tuple[File, ...]:
        entries = (
            simplepage.entry(form, row) for row in simplepage.unpacked(data[ends[position] : ends[position + 1]])
        )
        files = (_file(entry, base) for entry in entries if entry is not None)
        return tuple(file for file in files if file is not None)

    return Listing(name, index_url, texts, read, status=header.get("status"), reason=header.get("reason"))


def merged(listings: Sequence[Listing]) -> Listing:
    """One listing of all versions of several listings of a project; files of the earlier ones come first."""
    if len(listings) == 1:
        return listings[0]
    places: dict[Version, list[tuple[Listing, int]]] = {}
    for listing in listings:
        for position, version in enumerate(listing.versions):
            places.setdefault(version, []).append((listing, position))
    versions = sorted(places)

    def read(position: int) -> tuple[File, ...]:
        return tuple(file for listing, inner in places[versions[position]] for file in listing.files(inner))

    first = listings[0]
    status = next((listing for listing in listings if listing.status is not None), first)
    texts = [places[version][0][0].texts[places[version][0][1]] for version in versions]
    return Listing(
        first.name, first.index_url, texts, read, versions=versions, status=status.status, reason=status.reason
    )


def _file(entry: simplepage.Entry, base: str) -> File | None:
    url = joined(base, entry.url)
    return None if url is None else File(entry.filename, url, *entry[2:])
