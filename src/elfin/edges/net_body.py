"""Bodies of HTTP answers: read in pieces, never slower than a floor, never larger than a cap, and ungzipped here.

RFC 9112 (framing, done by urllib3), RFC 1952 (gzip). Refuses a body that trickles (less than 1 KiB/s over 30 s), one
that outgrows its cap on the wire or decoded, and content codings nobody asked for.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any


PIECE = 1 << 16
"""Bytes asked of the socket at once."""

_WINDOW = 30.0
_FLOOR = 1024.0
"""Bytes a second, over each window of `_WINDOW` seconds."""


class AttemptError(Exception):
    """One attempt failed: the cause in words, whether another attempt may help, and how long to wait before it."""

    def __init__(self, cause: str, *, transient: bool, wait: float | None = None, hint: str | None = None) -> None:
        super().__init__(cause)
        self.cause = cause
        self.transient = transient
        self.wait = wait
        self.hint = hint


class Raw(Protocol):
    """The part of urllib3's response that is read here."""

    @property
    def headers(self) -> Mapping[str, str]: ...

    def read1(self, amt: int | None = None, decode_content: bool | None = None) -> bytes: ...


def pieces(raw: Raw, clock: Callable[[], float]) -> Iterator[bytes]:
    """The body as it arrives. Raises AttemptError when it trickles; urllib3's errors and OSErrors pass through."""
    begun, received = clock(), 0
    while piece := raw.read1(PIECE, decode_content=False):
        yield piece
        received += len(piece)
        elapsed = clock() - begun
        if elapsed >= _WINDOW:
            if received < _FLOOR * elapsed:
                raise AttemptError(f"the server sent only {received} bytes in {elapsed:.0f} s", transient=True)
            begun, received = clock(), 0


def whole(raw: Raw, clock: Callable[[], float], limit: int) -> bytes:
    """The decoded body, at most `limit` bytes. Raises AttemptError when it is larger, trickles or is badly encoded."""
    parts: list[bytes] = []
    size = 0
    for piece in pieces(raw, clock):
        size += len(piece)
        if size > limit:
            raise too_large(limit)
        parts.append(piece)
    body = b"".join(parts)
    encoding = raw.headers.get("content-encoding", "").strip().lower()
    if encoding in ("", "identity"):
        return body
    if encoding in ("gzip", "x-gzip"):
        return ungzipped(body, limit)
    raise AttemptError(f"the server used the content coding {encoding!r}, which was not asked for", transient=False)


def ungzipped(data: bytes, limit: int) -> bytes:
    """All members of a gzip stream, decoded to at most `limit` bytes. Raises AttemptError."""
    inflate, errors = _inflater()
    out: list[bytes] = []
    room = limit
    while data:
        member = inflate(31)
        try:
            piece = member.decompress(data, room + 1)
        except errors as error:
            raise AttemptError("the body is not the gzip stream it claims to be", transient=False) from error
        if len(piece) > room:
            raise too_large(limit)
        if not member.eof:
            raise AttemptError("the gzip stream ends too early", transient=True)
        out.append(piece)
        room -= len(piece)
        data = member.unused_data
    return out[0] if len(out) == 1 else b"".join(out)


def _inflater() -> tuple[Any, Any]:
    """(maker of decompressors, their errors): isal's, twice as fast, or the standard library's."""
    try:
        from isal import isal_zlib
    except ImportError:
        return zlib.decompressobj, (zlib.error,)
    return isal_zlib.decompressobj, (isal_zlib.error,)


def too_large(limit: int) -> AttemptError:
    """The body went over its cap."""
    return AttemptError(f"the body is larger than the {limit >> 20} MiB that are allowed here", transient=False)
