"""A gzip stream (RFC 1952) read from front to back, a little way back allowed: for archives that are unpacked whole.

Faster than `compressed`, which goes anywhere: one buffer, and isal's inflate where there is one. Refuses, with
MalformedArchive, a broken or cut-off stream and what unpacks to absurdly much.
"""

from __future__ import annotations

from elfin.errors import MalformedArchive
from elfin.formats.tar import Source
from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

_INPUT = 128 * 1024
_BACK = 4096
_ALWAYS_ALLOWED = 1 << 30
_RATIO = 250


def is_gzip(read: Source) -> bool:
    """Whether the source begins like a gzip stream."""
    return read(0, 2) == b"\x1f\x8b"


class Forward:
    """A `Source` over what a gzip stream unpacks to; each offset at least the one before, less 4096."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._new, self._errors = _inflate()
        self._state: Any = self._new(31)
        self._taken = 0
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
        held, start = self._held, self._start
        have = start + len(held)
        parts = [held]
        while have < end and not self._ended:
            piece = self._more()
            if have + len(piece) <= offset - _BACK:  # passed over: nobody will ask for it
                parts, start = [], have + len(piece)
            else:
                parts.append(piece)
            have += len(piece)
        whole = b"".join(parts)
        drop = max(0, offset - _BACK - start)
        self._held, self._start = whole[drop:], start + drop

    def _more(self) -> bytes:
        data = self._source(self._taken, _INPUT)
        self._taken += len(data)
        try:
            return self._inflated(data)
        except self._errors as error:
            raise MalformedArchive("the gzip stream is broken") from error

    def _inflated(self, data: bytes) -> bytes:
        if not data:
            if not self._state.eof:
                raise MalformedArchive("the gzip stream is cut off")
            self._ended = True
            return b""
        out = []
        while data:
            if self._state.eof:
                data = data.lstrip(b"\0")  # padding behind a member
                if not data:
                    break
                self._state = self._new(31)
            # A piece at a time, so that no bomb unpacks at once.
            piece = self._state.decompress(data, 16 << 20)
            out.append(piece)
            self._check(len(piece))
            data = self._state.unused_data if self._state.eof else self._state.unconsumed_tail
        return out[0] if len(out) == 1 else b"".join(out)

    def _check(self, more: int) -> None:
        done = self._start + len(self._held) + more
        if done > _ALWAYS_ALLOWED and done > _RATIO * self._taken:
            raise MalformedArchive("the archive unpacks to absurdly much")


def _inflate() -> tuple[Any, Any]:
    """(maker of decompressors, their errors)."""
    import zlib

    try:
        from isal import isal_zlib
    except ImportError:
        return zlib.decompressobj, (zlib.error,)
    return isal_zlib.decompressobj, (isal_zlib.error, zlib.error)
