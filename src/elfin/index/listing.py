"""The listing of a project: versions ascending, files of a version made when they are asked for.

A listing is read from a *digest*: the page, sorted by version once, of which only the head is read at once and then the
rows of the versions somebody asks about. A digest of 4000 files loads in a millisecond, so it is what the cache keeps.
Pure. Refuses a digest of another schema or one cut short (MalformedPage).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import accumulate
from zlib import crc32

from elfin.errors import MalformedPage
from elfin.formats import simplepage
from elfin.index.model import File, Offer
from elfin.index.urls import joined
from elfin.index.versions import Versions, early, grouped
from elfin.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from packaging.version import Version

SCHEMA = 3


class Digest(NamedTuple):
    """A page, sorted."""

    head: bytes
    """One line of JSON: everything but the files."""
    size: int
    """Bytes of the rows."""
    rows: Callable[[int, int], bytes]
    """From one offset to another: a line of JSON a version, the newest first, for those are asked about."""


class Listing:
    """What one index (or several together) offers of a project."""

    __slots__ = ("_offers", "_read", "_versions", "index_url", "name", "reason", "status", "texts")

    def __init__(
        self,
        name: str,
        index_url: str,
        texts: Sequence[str],
        read: Callable[[int], Offer],
        *,
        versions: Sequence[Version],
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
        self._versions = versions
        self._offers: dict[int, Offer] = {}

    def __len__(self) -> int:
        return len(self.texts)

    def __repr__(self) -> str:
        return f"Listing({self.name!r}, {len(self.texts)} versions)"

    @property
    def versions(self) -> Sequence[Version]:
        """All versions, ascending, none twice."""
        return self._versions

    def offer(self, position: int) -> Offer:
        """The wheels and sdists of `versions[position]`, in the page's order. May be empty: links may be unusable."""
        offer = self._offers.get(position)
        if offer is None:
            offer = self._offers[position] = self._read(position)
        return offer

    def files(self, position: int) -> tuple[File, ...]:
        """All that `offer` holds."""
        return self.offer(position).files()


def digest(name: str, page_url: str, page: simplepage.Page) -> Digest:
    """The digest of a page; `name` is normalised, `page_url` is where relative links start."""
    groups = grouped(name, page.names)
    rows = page.rows
    lines = simplepage.packed([[rows[position] for position in positions] for _, positions in groups])
    texts = [text for text, _ in groups]
    data = b"".join(reversed(lines))
    head = {
        "schema": SCHEMA,
        "name": name,
        "base": (joined(page_url, page.base) or page_url) if page.base else page_url,
        "form": page.form,
        "status": page.status,
        "reason": page.reason,
        "versions": texts,
        "early": early(texts),
        "lengths": list(map(len, lines)),
        "crc32": crc32(data),
    }
    return Digest(json.dumps(head, separators=(",", ":")).encode(), len(data), lambda first, last: data[first:last])


def intact(digest: Digest) -> bool:
    """Whether the rows are those the head was written for. Reads all of them."""
    return bool(json.loads(digest.head)["crc32"] == crc32(digest.rows(0, digest.size)))


def from_digest(digest: Digest, index_url: str) -> Listing:
    """The listing that a digest holds. Raises MalformedPage."""
    try:
        head = json.loads(digest.head)
        texts, name, base, form = head["versions"], head["name"], head["base"], head["form"]
        ends = list(accumulate(reversed(head["lengths"]), initial=0))
        if head["schema"] != SCHEMA or len(ends) != len(texts) + 1 or ends[-1] != digest.size:
            raise MalformedPage("the stored page is cut short or of another version of elfin")
        versions = Versions(texts, head["early"])
    except (ValueError, KeyError, TypeError) as error:
        raise MalformedPage("the stored page cannot be read") from error
    newest, take = len(texts) - 1, digest.rows

    def locate(link: str) -> str | None:
        return joined(base, link)

    def read(position: int) -> Offer:
        place = newest - position
        try:
            rows = simplepage.unpacked(take(ends[place], ends[place + 1]))
            names = simplepage.names(form, rows)
        except MalformedPage as error:
            hint = "`--refresh` fetches it again"
            raise MalformedPage(f"the cached page of {name} is damaged: {error.message}", hints=(hint,)) from error
        return Offer(names, lambda inner: simplepage.file(form, rows[inner], locate))

    return Listing(name, index_url, texts, read, versions=versions, status=head["status"], reason=head["reason"])


def merged(listings: Sequence[Listing]) -> Listing:
    """One listing of all versions of several listings of a project; files of the earlier ones come first."""
    if len(listings) == 1:
        return listings[0]
    places: dict[Version, list[tuple[Listing, int]]] = {}
    for listing in listings:
        for position, version in enumerate(listing.versions):
            places.setdefault(version, []).append((listing, position))
    versions = sorted(places)

    def read(position: int) -> Offer:
        offers = [listing.offer(inner) for listing, inner in places[versions[position]]]
        every = [(offer, inner) for offer in offers for inner in range(len(offer.names))]
        names = [name for offer in offers for name in offer.names]
        return Offer(names, lambda inner: every[inner][0].read(every[inner][1]))

    first = listings[0]
    status = next((listing for listing in listings if listing.status is not None), first)
    texts = [places[version][0][0].texts[places[version][0][1]] for version in versions]
    return Listing(
        first.name, first.index_url, texts, read, versions=versions, status=status.status, reason=status.reason
    )
