"""A gzip stream (RFC 1952) read from front to back, a little way back allowed: for archives that are unpacked whole.

Faster than `compressed`, which goes anywhere: one buffer, and isal's inflate where there is one. Refuses, with
MalformedArchive, a broken or cut-off stream and what unpacks to absurdly much.
"""

from __future__ import annotations

from collections.abc import Iterator

from elfin.errors import MalformedArchive
from elfin.formats.tar import Source
from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

_INPUT = 128 * 1024
_BACK = 4096
_AT_ONCE = 16 << 20
"""Bytes unpacked in one go, so that no bomb unpacks at once."""
_ALWAYS_ALLOWED = 1 << 30
_RATIO = 250


def is_gzip(read: Source) -> bool:
    """Whether the source begins like a gzip stream."""
    return read(0, 2) == b"\x1f\x8b"


class Forward:
    """A `Source` over what a gzip stream unpacks to; each offset at least the one before, less 4096."""

    def __init__(self, source: Source) -> None:
        self._pieces = _pieces(source)
        self._held = b""
        self._start = 0
        self._ended = False

    def __call__(self, offset: int, size: int) -> bytes:
        """Up to `size` bytes at `offset`, fewer at the end. Raises MalformedArchive."""
        if offset < self._start:
            raise ValueError("a stream that is read forward was asked to go back")
        end = offset + size
        if end > self._start + len(self._held) and not self._ended:
            self._extend(offset, end)
        return self._held[offset - self._start : end - self._start]

    def _extend(self, offset: int, end: int) -> None:
        have = self._start + len(self._held)
        drop = max(0, offset - _BACK - self._start)
        parts, start = [self._held[drop:]], min(self._start + drop, have)
        while have < end:
            piece = next(self._pieces, None)
            if piece is None:
                self._ended = True
                break
            have += len(piece)
            if have <= offset - _BACK:  # passed over: nobody will ask for it
                parts, start = [], have
            else:
                parts.append(piece)
        self._held, self._start = b"".join(parts), start


def _pieces(source: Source) -> Iterator[bytes]:
    """What a gzip stream unpacks to, from front to back. Raises MalformedArchive."""
    new, errors = _inflate()
    state: Any = new(31)
    taken = done = 0
    while data := source(taken, _INPUT):
        taken += len(data)
        while data:
            if state.eof:
                data = data.lstrip(b"\0")  # padding behind a member
                if not data:
                    break
                state = new(31)
            try:
                piece = state.decompress(data, _AT_ONCE)
            except errors as error:
                raise MalformedArchive("the gzip stream is broken") from error
            done += len(piece)
            if done > _ALWAYS_ALLOWED and done > _RATIO * taken:
                raise MalformedArchive("the archive unpacks to absurdly much")
            yield piece
            data = state.unused_data if state.eof else state.unconsumed_tail
    if not state.eof:
        raise MalformedArchive("the gzip stream is cut off")


def _inflate() -> tuple[Any, Any]:
    """(maker of decompressors, their errors)."""
    import zlib

    try:
        from isal import isal_zlib
    except ImportError:
        return zlib.decompressobj, (zlib.error,)
    return isal_zlib.decompressobj, (isal_zlib.error, zlib.error)
