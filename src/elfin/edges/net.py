"""The one HTTP client: whole bodies, ranges, and downloads that go on after a broken stream.

RFC 9110 (semantics, conditional and range requests), RFC 7617 (Basic). Answers with values; a status that is no
success is either a value the caller asked for (304, 404, 410, 416) or an error. Refuses: more than 10 redirects, a
redirect to anything but http(s) or from https to http, credentials for another origin than theirs, too large bodies.
Threads share one `Client`. No message ever holds a credential: URLs go through `redacted`.
"""

from __future__ import annotations

import time
from _thread import allocate_lock
from collections.abc import Callable, Iterable, Mapping

from elfin.edges.net_body import PIECE, AttemptError, pieces, too_large, whole
from elfin.edges.net_pool import Network, Pools, broken
from elfin.edges.net_status import content_range, redirected, refusal, status_words, strong_validator, unauthorized
from elfin.edges.net_url import origin
from elfin.errors import Unreachable
from elfin.formats.urltext import Credentials, redacted, without_credentials
from elfin.record import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from typing import Any

    from urllib3 import BaseHTTPResponse

__all__ = ["Client", "Credentials", "Network", "Received", "Response", "content_range", "origin", "redacted"]

BODY_LIMIT = 64 << 20
DOWNLOAD_LIMIT = 16 << 30
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_VALUES = frozenset((200, 203, 206, 304, 404, 410, 416))
_MAX_REDIRECTS = 10
_MAX_WAIT = 60.0
_PROGRESS_THAT_COUNTS = 1 << 20
"""A download that got this far since the last break has its attempts back."""

_T = TypeVar("_T")


class Response(NamedTuple):
    """One answer with its whole body."""

    url: str
    """After redirects, without userinfo."""
    status: int
    """200, 203, 206, 304, 404, 410 or 416."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


class Received(NamedTuple):
    """A finished download."""

    url: str
    """After redirects, without userinfo."""
    size: int
    digests: Mapping[str, str]
    """Algorithm to lower-case hex digest, for every algorithm asked for."""


class Client:
    """A shared HTTP client. `keyring` is asked (url, user or None) after a 401; it gives None where it knows none."""

    def __init__(
        self,
        settings: Network | None = None,
        *,
        keyring: Callable[[str, str | None], Credentials | None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings if settings is not None else Network()
        self._pools = Pools(self._settings)
        self._keyring = keyring
        self._sleep = sleep
        self._clock = clock
        self._lock = allocate_lock()
        self._credentials: dict[str, Credentials | None] = {}
        self._asked_keyring: set[str] = set()
        self._netrc: Any = None

    def close(self) -> None:
        """Close idle connections."""
        self._pools.close()

    def leave_connections(self) -> None:
        """Open new ones from now on: a forked process shares the sockets of its parent."""
        self._pools = Pools(self._settings)

    def get(self, url: str, *, headers: Mapping[str, str] | None = None, limit: int = BODY_LIMIT) -> Response:
        """The whole body, at most `limit` bytes decoded. Raises Unreachable, Unauthorized."""
        wanted = {"accept-encoding": "gzip", **(headers or {})}
        url = self.learn(url)

        def once() -> Response:
            final, raw = self._open(url, wanted)
            try:
                return Response(final, raw.status, _headers(raw), whole(raw, self._clock, limit))
            finally:
                _release(raw)

        return self._persist(url, once)

    def get_range(self, url: str, first: int | None, length: int) -> Response | None:
        """`length` bytes from offset `first` on, or the last `length` bytes when `first` is None.

        The status is 206 with `content-range`, 404, 410, or 416. None: the server sends the whole file instead.
        Raises Unreachable, Unauthorized.
        """
        asked = f"bytes=-{length}" if first is None else f"bytes={first}-{first + length - 1}"
        url = self.learn(url)

        def once() -> Response | None:
            final, raw = self._open(url, {"accept-encoding": "identity", "range": asked})
            try:
                if raw.status == 200:
                    return None
                # A server may send more than was asked for, but not without end.
                return Response(final, raw.status, _headers(raw), whole(raw, self._clock, 2 * length + PIECE))
            finally:
                _release(raw)

        return self._persist(url, once)

    def stream(
        self,
        url: str,
        sink: Callable[[bytes], object],
        *,
        restart: Callable[[], object],
        algorithms: tuple[str, ...] = ("sha256",),
        verified: bool = False,
        held: Iterable[bytes] = (),
        limit: int = DOWNLOAD_LIMIT,
        progress: Callable[[int, int | None], object] | None = None,
    ) -> Received:
        """Download into `sink`; after a broken stream go on where it broke, if the file is surely the same one.

        `restart` empties the sink. `verified` says that the caller knows a hash of the file and compares it, so that
        going on is safe without a validator; then `held` may be what the sink already has of the file, in pieces.
        `progress` gets (bytes so far, bytes in all or None).
        Raises Unreachable, Unauthorized; what `sink` raises passes through.
        """
        download = _Download(
            sink, restart=restart, algorithms=algorithms, verified=verified, limit=limit, progress=progress
        )
        download.hold(held)
        url = self.learn(url)

        def once() -> Received:
            final, raw = self._open(url, download.request())
            try:
                download.take(raw, self._clock)
            finally:
                _release(raw)
            return Received(final, download.size, download.digests())

        return self._persist(url, once, download.advanced)

    def _persist(self, url: str, once: Callable[[], _T], advanced: Callable[[], bool] = lambda: False) -> _T:
        """Try until it works, or until trying again makes no sense."""
        failures = 0
        while True:
            try:
                try:
                    return once()
                except Exception as error:
                    if isinstance(error, AttemptError) or not _is_network_error(error):
                        raise
                    raise broken(error) from error
            except AttemptError as failure:
                failures = 1 if advanced() else failures + 1
                wait = failure.wait if failure.wait is not None else 0.2 * 3 ** (failures - 1)
                if not failure.transient or failures > self._settings.retries:
                    tries = f" ({failures} attempts)" if failures > 1 else ""
                    hints = (failure.hint,) if failure.hint else ()
                    raise Unreachable(f"{failure.cause}: {redacted(url)}{tries}", hints=hints) from failure
                if wait > _MAX_WAIT:
                    cause = f"the server asks to wait {wait:.0f} s before trying again: {redacted(url)}"
                    raise Unreachable(cause, hints=("try again later",)) from failure
                self._sleep(wait)

    def _open(self, url: str, headers: Mapping[str, str]) -> tuple[str, BaseHTTPResponse]:
        """Follow redirects to an answer whose status is one of `_VALUES`. Raises AttemptError, Unauthorized."""
        for _ in range(_MAX_REDIRECTS + 1):
            raw = self._ask(url, headers)
            if raw.status not in _REDIRECTS:
                if raw.status in _VALUES:
                    return url, raw
                _release(raw)
                raise refusal(raw.status, raw.headers)
            target = raw.headers.get("location", "")
            _release(raw)
            url = redirected(url, target)
        raise AttemptError(f"more than {_MAX_REDIRECTS} redirects", transient=False)

    def _ask(self, url: str, headers: Mapping[str, str]) -> BaseHTTPResponse:
        """One request; on 401 or 403 once more with what the keyring knows. Raises AttemptError, Unauthorized."""
        used = self._credentials_for(url)
        raw = self._request(url, headers, used)
        if raw.status not in (401, 403):
            return raw
        _release(raw)
        found = self._from_keyring(url, used)
        if found is not None:
            raw = self._request(url, headers, found)
            if raw.status not in (401, 403):
                return raw
            _release(raw)
        raise unauthorized(url, raw.status, (found or used) is not None)

    def _request(self, url: str, headers: Mapping[str, str], credentials: Credentials | None) -> BaseHTTPResponse:
        sent = {"user-agent": self._settings.user_agent, **headers}
        if credentials is not None:
            sent["authorization"] = credentials.header()
        return self._pools.request(url, sent)

    def learn(self, url: str) -> str:
        """Take the userinfo out of a URL and keep it for its origin. Raises Unreachable for other than http(s)."""
        clean, credentials = without_credentials(url)
        if not clean.lower().startswith(("http://", "https://")):
            raise Unreachable(f"only http and https addresses can be fetched, not {redacted(url)}")
        if credentials is not None:
            with self._lock:
                self._credentials[origin(clean)] = credentials
        return clean

    def _credentials_for(self, url: str) -> Credentials | None:
        """From a URL seen before on this origin, else from netrc."""
        place = origin(url)
        with self._lock:
            if place not in self._credentials:
                self._credentials[place] = self._from_netrc(place)
            return self._credentials[place]

    def _from_netrc(self, place: str) -> Credentials | None:
        if self._settings.netrc is None:
            return None
        if self._netrc is None:
            self._netrc = _netrc(self._settings.netrc)
        host = place.partition("://")[2].rpartition(":")[0].strip("[]")
        found = self._netrc.get(host) or self._netrc.get("default")
        return Credentials(found[0] or found[1] or "", found[2] or "") if found else None

    def _from_keyring(self, url: str, used: Credentials | None) -> Credentials | None:
        """What the keyring knows, asked once per origin; None where what was used is as good."""
        place = origin(url)
        if self._keyring is None:
            return None
        with self._lock:
            if place not in self._asked_keyring:
                self._asked_keyring.add(place)
                found = self._keyring(url, used.user if used else None)
                if found is not None:
                    self._credentials[place] = found
            known = self._credentials.get(place)
        return known if known != used else None


def _hashers(algorithms: Iterable[str]) -> list[Any]:
    import hashlib

    return [hashlib.new(name) for name in algorithms]


class _Download:
    """The state of one download across its attempts."""

    def __init__(
        self,
        sink: Callable[[bytes], object],
        *,
        restart: Callable[[], object],
        algorithms: tuple[str, ...],
        verified: bool,
        limit: int,
        progress: Callable[[int, int | None], object] | None,
    ) -> None:
        self._sink, self._restart, self._progress = sink, restart, progress
        self._algorithms, self._verified, self._limit = algorithms, verified, limit
        self._validator: str | None = None
        self._total: int | None = None
        self._mark = 0
        self.size = 0
        self._hashers = _hashers(algorithms)

    def hold(self, pieces: Iterable[bytes]) -> None:
        """Count pieces that the sink already has."""
        for piece in pieces:
            self.size += len(piece)
            for hasher in self._hashers:
                hasher.update(piece)
        self._mark = self.size

    def request(self) -> dict[str, str]:
        """The headers of the next attempt."""
        headers = {"accept-encoding": "identity"}
        if self.size and (self._verified or self._validator):
            headers["range"] = f"bytes={self.size}-"
            if self._validator:
                headers["if-range"] = self._validator
        return headers

    def advanced(self) -> bool:
        """Whether much has arrived since this was asked last."""
        moved = self.size - self._mark >= _PROGRESS_THAT_COUNTS
        self._mark = self.size
        return moved

    def digests(self) -> dict[str, str]:
        """Of everything that went into the sink."""
        return {name: hasher.hexdigest() for name, hasher in zip(self._algorithms, self._hashers, strict=True)}

    def take(self, raw: BaseHTTPResponse, clock: Callable[[], float]) -> None:
        """Move one answer into the sink. Raises AttemptError."""
        if raw.status not in (200, 206):
            if raw.status == 416:  # what was there before is no prefix of what is there now
                self._begin_again()
                raise AttemptError("the file changed while it was downloaded", transient=True)
            raise AttemptError(status_words(raw.status), transient=False)
        if raw.status == 206 and self.size:
            first, total = content_range(raw.headers.get("content-range", ""))
            if first != self.size or (total is not None and self._total not in (None, total)):
                self._begin_again()
                raise AttemptError("the server sent another part of the file than was asked for", transient=True)
            self._total = self._total if total is None else total
        else:
            if self.size:
                self._begin_again()
            length = raw.headers.get("content-length", "")
            self._total = int(length) if length.isdigit() else None
            self._validator = strong_validator(raw.headers)
        for piece in pieces(raw, clock):
            self.size += len(piece)
            if self.size > self._limit:
                raise too_large(self._limit)
            for hasher in self._hashers:
                hasher.update(piece)
            self._sink(piece)
            if self._progress is not None:
                self._progress(self.size, self._total)
        if self._total is not None and self.size != self._total:
            raise AttemptError("the connection was closed in the middle of the file", transient=True)

    def _begin_again(self) -> None:
        self._restart()
        self.size = self._mark = 0
        self._hashers = _hashers(self._algorithms)


def _headers(raw: BaseHTTPResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in raw.headers.items()}


def _release(raw: BaseHTTPResponse) -> None:
    """Give the connection back; one with a body still on the wire is closed unless little is left."""
    try:
        if not raw.closed and int(raw.headers.get("content-length") or PIECE + 1) <= PIECE:
            raw.drain_conn()
    except (ValueError, OSError):
        pass
    if not raw.closed:
        raw.close()
    raw.release_conn()


def _is_network_error(error: Exception) -> bool:
    from urllib3.exceptions import HTTPError

    return isinstance(error, HTTPError)


def _netrc(path: str) -> Mapping[str, tuple[str, str, str]]:
    """Host to (login, account, password). A file that is missing or cannot be read as netrc knows nobody."""
    import netrc

    try:
        return netrc.netrc(path).hosts
    except (OSError, netrc.NetrcParseError, UnicodeDecodeError):
        return {}
