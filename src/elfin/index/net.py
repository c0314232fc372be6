"""Package indexes, asked: listings, dependencies and files, with the cache between.

PEP 503, 658/714, 691 over `edges.net`. One `Index` stands for all the indexes and link sources of a run and is shared
by its threads. The first index that has a project is the only one asked for it (so that a public project cannot stand
in for a private one of its name), unless the strategy is "all". Refuses bytes whose hashes are not the listed ones.
"""

from __future__ import annotations

import time
from _thread import LockType, allocate_lock
from collections.abc import Callable, Collection, Sequence

from elfin.edges.net import Client, Response, content_range, origin
from elfin.errors import HashMismatch, MalformedPage, MalformedWheel, Unreachable, UnsafeArchive
from elfin.formats import metadata, simplepage
from elfin.formats.metadata import Dependencies
from elfin.formats.projectname import canonical
from elfin.formats.urltext import redacted, without_credentials
from elfin.index import disk, freshness, hashes, urls
from elfin.index.listing import Listing, digest, from_digest, intact, merged
from elfin.index.model import File
from elfin.record import TYPE_CHECKING, Generic, NamedTuple, TypeVar

_METADATA_LIMIT = 16 << 20
_WHOLE_WHEEL_LIMIT = 1 << 30
_ABSENT = (404, 410)

_T = TypeVar("_T")

if TYPE_CHECKING:
    from elfin.index import net_wheel


class Index:
    """All the places of one run that offer files.

    `indexes`: addresses of simple indexes (http, https or file), the first ones first; empty is pip's `--no-index`.
    `find_links`: folders of wheels, or addresses of HTML pages with links. Both may carry credentials.
    `cache`: folder to keep things in, None for none. `strategy`: "first-index" or "all".
    `refresh`: ask again whatever the cache holds: True, or the projects (any spelling) for which to.
    """

    def __init__(
        self,
        client: Client,
        indexes: Sequence[str],
        *,
        find_links: Sequence[str] = (),
        cache: str | None = None,
        strategy: str = "first-index",
        offline: bool = False,
        refresh: bool | Collection[str] = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        for place in (*indexes, *find_links):
            if urls.is_web(place):
                client.learn(place)  # a page in the cache leads to files that want them
        self._client = client
        self._indexes = tuple(indexes)
        self._links = tuple(find_links)
        self._cache = cache
        self._all = strategy == "all"
        self._offline = offline
        self._refresh = refresh if isinstance(refresh, bool) else frozenset(map(canonical, refresh))
        self._clock = clock
        self._began = clock()
        self._listings: _Once[Listing | None] = _Once()
        self._link_pages: _Once[simplepage.Page] = _Once()
        self._without_ranges: set[str] = set()

    def listing(self, name: str) -> Listing | None:
        """What is offered of a project, None when no index knows it. Asked once a run, whoever asks.

        Raises Unreachable (also for "offline and not cached"), Unauthorized, MalformedPage.
        """
        project = canonical(name)
        if not urls.is_name(project):
            return None
        return self._listings.get(project, lambda: self._find(project))

    def at_hand(self, name: str) -> Known | None:
        """`listing` if it can be told without the network, None otherwise."""
        project = canonical(name)
        if not urls.is_name(project):
            return Known(None)
        try:
            return Known(self._listings.get(project, lambda: self._find(project, network=False)))
        except _NotAtHandError:
            return None

    def dependencies_at_hand(self, file: File) -> Dependencies | None:
        """`dependencies` if they can be told without the network, None otherwise."""
        if not urls.is_web(file.url):
            return self._read_dependencies(file)
        return None if self._cache is None else disk.read_dependencies(disk.metadata_path(self._cache, file))

    def dependencies(self, file: File) -> Dependencies | None:
        """What METADATA says of dependencies: kept for ever, else served beside the file, else read out of the wheel.

        None for an sdist without METADATA beside it: somebody has to build it. Raises Unreachable, Unauthorized,
        HashMismatch, MalformedWheel, UnsafeArchive, MalformedMetadata.
        """
        if not urls.is_web(file.url):
            return self._read_dependencies(file)
        found = self.dependencies_at_hand(file)
        if found is None:
            found = self._read_dependencies(file)
            if found is not None and self._cache is not None:
                disk.write_dependencies(disk.metadata_path(self._cache, file), found)
        return found

    @property
    def kept(self) -> bool:
        """Whether all that the network answers is kept in the cache, where other processes find it."""
        return self._cache is not None and not any(map(urls.is_web, self._links))

    def keep(self, order: str | Sequence[object] | None) -> None:
        """Have the page of a project (its name) or the dependencies of a file (its fields) in the cache.

        For other processes that use the same cache. Raises what `listing` and `dependencies` raise.
        """
        if isinstance(order, str):
            self.listing(order)
        elif order is not None:
            self.dependencies(File._make(order))

    def leave_connections(self) -> None:
        """Open new ones from now on: the present ones are another process's."""
        self._client.leave_connections()

    def _read_dependencies(self, file: File) -> Dependencies | None:
        found = self._fetched_metadata(file)
        return None if found is None else metadata.dependencies(found)

    def download(self, file: File, path: str, progress: Callable[[int, int | None], object] | None = None) -> str:
        """Put a file at `path`, where nothing may be yet, and give its sha256 in hex; every listed hash is compared.

        `progress` gets (bytes so far, bytes in all or None). What is at `path` after an error is of no use.
        Raises HashMismatch, Unreachable, Unauthorized, PlaceError.
        """
        from elfin.edges.disk_stream import Writer
        from elfin.index import net_local

        algorithms = tuple(sorted({"sha256", *hashes.checkable(file.hashes)}))
        verified = bool(hashes.checkable(file.hashes))
        with Writer(path) as writer:
            if not urls.is_web(file.url):
                digests = net_local.copy(file, writer.write, algorithms)
            else:
                self._refuse_offline(f"{file.filename} is not cached")
                received = self._client.stream(
                    file.url, writer.write, restart=writer.restart, algorithms=algorithms, verified=verified,
                    progress=progress,
                )  # fmt: skip
                digests = dict(received.digests)
        _compare(file.filename, hashes.difference(file.hashes, digests))
        return digests["sha256"]

    def _find(self, project: str, *, network: bool = True) -> Listing | None:
        found = [one for links in self._links if len(one := self._from_links(links, project, network=network))]
        for index in self._indexes:
            if urls.is_web(index):
                listing = self._from_index(index, project, network=network)
            else:
                from elfin.index import net_local

                listing = net_local.listing(index, project)
            if listing is not None:
                found.append(listing)
                if not self._all:
                    break
        return merged(found) if found else None

    def _from_index(self, index: str, project: str, *, network: bool) -> Listing | None:
        """One index's listing, from the cache while that is fresh. The network is asked with credentials."""
        clean = without_credentials(index)[0]
        path = disk.page_path(self._cache, clean, project) if self._cache is not None else None
        stored = disk.read_page(path) if path is not None else None
        if stored is not None and (self._offline or not self._due(project, stored)):
            try:
                return _known(stored, clean)
            except MalformedPage:  # written by another version of elfin, or damaged: fetched again
                stored = None
        if not network:
            raise _NotAtHandError
        self._refuse_offline(f"the page of {project} is not cached")
        page, listing = self._asked(index, project, stored)
        if path is not None:
            disk.write_page(path, page)
        return listing

    def _asked(
        self, index: str, project: str, stored: disk.StoredPage | None
    ) -> tuple[disk.StoredPage, Listing | None]:
        """What the index says now; `stored` is what it said before."""
        clean = without_credentials(index)[0]
        if stored is not None and not _readable(stored, thoroughly=bool(self._refresh)):
            stored = None
        headers = {"accept": urls.ACCEPT, **(freshness.conditions(stored.validators) if stored else {})}
        response = self._client.get(urls.project_url(index, project), headers=headers)
        now = self._clock()
        if response.status == 304 and stored is not None:
            stored = stored._replace(validators=freshness.renewed(stored.validators, response.headers, now))
            return stored, _known(stored, clean)
        known = freshness.validators(response.headers, now)
        if response.status in _ABSENT:
            return disk.StoredPage(known, None, ""), None
        if response.status not in (200, 203):
            raise Unreachable(f"the index answered {response.status}, which was not asked for: {redacted(clean)}")
        # Only an index that gives no validator can send the very same page again.
        body = "" if freshness.conditions(known) else _sha256(response.body)
        if body and stored is not None and stored.digest is not None and stored.body == body:
            stored = stored._replace(validators=known)
            return stored, _known(stored, clean)
        data = digest(project, response.url, _page(response))
        return disk.StoredPage(known, data, body), from_digest(data, clean)

    def _from_links(self, links: str, project: str, *, network: bool) -> Listing:
        """What a folder or page of links has of a project."""
        from elfin.index import net_local

        clean = without_credentials(links)[0]
        if not network and urls.is_web(links) and not self._link_pages.has(links):
            raise _NotAtHandError
        page = self._link_pages.get(links, lambda: self._link_page(links))
        return from_digest(digest(project, net_local.base(clean), page), clean)

    def _link_page(self, links: str) -> simplepage.Page:
        from elfin.index import net_local

        if not urls.is_web(links):
            return net_local.links(links)
        self._refuse_offline(f"the links at {redacted(links)} are not cached")
        response = self._client.get(links, headers={"accept": "text/html"})
        if response.status not in (200, 203):
            raise Unreachable(f"the page of links answered {response.status}: {redacted(links)}")
        return _page(response)

    def _fetched_metadata(self, file: File) -> bytes | None:
        if urls.is_web(file.url):
            self._refuse_offline(f"the metadata of {file.filename} is not cached")
            if file.metadata is not None:
                response = self._client.get(urls.metadata_url(file.url), limit=_METADATA_LIMIT)
                if response.status not in _ABSENT:
                    _compare(f"the metadata of {file.filename}", hashes.difference_of(file.metadata, response.body))
                    return response.body
            if not file.filename.endswith(".whl"):
                return None
        try:
            return self._metadata_inside(file)
        except (MalformedWheel, UnsafeArchive) as error:
            raise type(error)(f"{error.message}: {redacted(file.url)}", hints=error.hints) from error

    def _metadata_inside(self, file: File) -> bytes | None:
        """METADATA read out of the file itself: of a remote wheel by ranges where the server knows them."""
        from elfin.index import net_local, net_wheel

        if not urls.is_web(file.url):
            return net_local.metadata(file)
        found = net_wheel.metadata(file.filename, file.size, lambda first, length: self.part(file, first, length))
        return found if found is not None else net_wheel.whole(file.filename, self._whole_wheel(file))

    def part(self, file: File, first: int | None, length: int) -> net_wheel.Part | None:
        """Some bytes of a remote file, from `first` on or the last ones; None when the server gives it only whole.

        Raises Unreachable, Unauthorized.
        """
        self._refuse_offline(f"{file.filename} is not cached")
        place = origin(file.url)
        if place in self._without_ranges:
            return None
        part = self._range(file, first, length)
        if part is None and first is None and file.size and file.size > length:
            part = self._range(file, file.size - length, length)  # some servers know no ranges from the end
        if part is None:
            self._without_ranges.add(place)
        return part

    def _range(self, file: File, first: int | None, length: int) -> net_wheel.Part | None:
        from elfin.index import net_wheel

        response = self._client.get_range(file.url, first, length)
        if response is not None and response.status in _ABSENT:
            raise Unreachable(f"the server has no such file: {redacted(file.url)}")
        if response is None or response.status != 206:
            return None
        start, total = content_range(response.headers.get("content-range", ""))
        expected = max(0, (total or 0) - length) if first is None else first
        if total is None or start != expected or len(response.body) != min(length, total - expected):
            return None
        return net_wheel.Part(start, response.body, total)

    def _whole_wheel(self, file: File) -> bytes:
        data = bytearray()
        algorithms = hashes.checkable(file.hashes)
        received = self._client.stream(
            file.url, data.extend, restart=data.clear, algorithms=algorithms, verified=bool(algorithms),
            limit=_WHOLE_WHEEL_LIMIT,
        )  # fmt: skip
        _compare(file.filename, hashes.difference(file.hashes, received.digests))
        return bytes(data)

    def _due(self, project: str, stored: disk.StoredPage) -> bool:
        """Whether the index has to be asked although something is stored: not if that was in this very run."""
        if self._began < stored.validators.fetched <= self._clock():
            return False
        refresh = self._refresh if isinstance(self._refresh, bool) else project in self._refresh
        return refresh or not freshness.fresh(stored.validators, self._clock())

    def _refuse_offline(self, what: str) -> None:
        if self._offline:
            raise Unreachable(f"offline and {what}", hints=("run it once without --offline",))


class Known(NamedTuple):
    """An answer that is at hand."""

    listing: Listing | None
    """None: no index has the project."""


class _NotAtHandError(Exception):
    """The network would have to be asked."""


class _Once(Generic[_T]):
    """Answers that are worked out once, while whoever else wants the same waits. An error is not kept."""

    def __init__(self) -> None:
        self._lock = allocate_lock()
        self._locks: dict[str, LockType] = {}
        self._answers: dict[str, _T] = {}

    def has(self, key: str) -> bool:
        """Whether the answer is there already."""
        return key in self._answers

    def get(self, key: str, work: Callable[[], _T]) -> _T:
        with self._lock:
            if key in self._answers:
                return self._answers[key]
            lock = self._locks.setdefault(key, allocate_lock())
        with lock:
            if key not in self._answers:
                self._answers[key] = work()
            return self._answers[key]


def _sha256(data: bytes) -> str:
    import hashlib

    return hashlib.sha256(data).hexdigest()


def _page(response: Response) -> simplepage.Page:
    try:
        return simplepage.page(response.body)
    except MalformedPage as error:
        kind = response.headers.get("content-type", "of no type").partition(";")[0]
        hints = ("is this the address of a simple index, and does nothing stand between?",)
        raise MalformedPage(f"{error.message} ({kind}): {redacted(response.url)}", hints=hints) from error


def _readable(stored: disk.StoredPage, *, thoroughly: bool) -> bool:
    """Whether an answer of "not modified" would be of use. `thoroughly`: whoever refreshes may know of damage."""
    try:
        listing = _known(stored, "")
        return listing is None or stored.digest is None or not thoroughly or intact(stored.digest)
    except MalformedPage:
        return False


def _known(stored: disk.StoredPage, index_url: str) -> Listing | None:
    """The listing of a stored page, None for one that was absent. Raises MalformedPage."""
    return from_digest(stored.digest, index_url) if stored.digest is not None else None


def _compare(what: str, difference: hashes.Difference | None) -> None:
    if difference is not None:
        raise HashMismatch(
            f"{what} has {difference.algorithm} {difference.found}, but the index promises {difference.promised}",
            state="nothing of it was installed",
            hints=("the file or the index was tampered with, or a proxy changed it: try another network",),
        )
