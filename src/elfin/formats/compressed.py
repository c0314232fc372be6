"""Compressed streams as if they were not: gzip (RFC 1952) and zstd (RFC 8878), read at any place.

The stream is unpacked window by window and mostly thrown away. For gzip the decoder's state is kept every so often, so
that going back is cheap; for zstd, whose decoder cannot be copied, going back begins anew. Memory is bounded: 64
windows and 64 states. Refuses, with MalformedArchive, a broken or cut-off stream, other compressions, and what
unpacks to absurdly much.
"""

from __future__ import annotations

from collections.abc import Callable

from elfin.errors import MalformedArchive, PlaceError
from elfin.formats.tar import Source
from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any, Protocol

    class _Decoder(Protocol):
        """Unpacks a stream from front to back."""

        taken: int
        """Compressed bytes taken so far."""

        def more(self, size: int) -> bytes:
            """Up to `size` further bytes, none at the end."""
            ...

        def copy(self) -> _Decoder | None:
            """The same decoder at the same place, None where that cannot be had."""
            ...


WINDOW = 256 * 1024
_KEPT = 64
_INPUT = 64 * 1024
_ALWAYS_ALLOWED = 1 << 30
_RATIO = 250
"""How much larger than its compressed form a stream may be beyond the first gibibyte: real layers are below 50."""


def plain(read: Source) -> Source:
    """The source itself, or what a gzip or zstd stream in it unpacks to. Raises MalformedArchive, PlaceError."""
    head = read(0, 6)
    if head[:2] == b"\x1f\x8b":
        return Unpacked(lambda: _Gzip(read))
    if head[:4] == b"\x28\xb5\x2f\xfd" or (head[1:4] == b"\x2a\x4d\x18" and head[0] & 0xF0 == 0x50):
        return Unpacked(lambda: _Zstd(read))
    for magic, name in ((b"BZh", "bzip2"), (b"\xfd7zXZ\0", "xz")):
        if head.startswith(magic):
            raise MalformedArchive(f"the archive is compressed with {name}, which images do not use")
    return read


class Unpacked:
    """A `Source` over what a decoder gives. Calls raise MalformedArchive at the broken place."""

    def __init__(self, begin: Callable[[], _Decoder]) -> None:
        self._begin = begin
        self._decoder = begin()
        self._next = 0  # the window that the decoder gives next
        self._end: int | None = None  # number of the last window, which is a short one
        self._windows: dict[int, bytes] = {}
        self._marks: dict[int, _Decoder] = {}
        self._spacing = 16

    def __call__(self, offset: int, size: int) -> bytes:
        """Up to `size` bytes at `offset`, fewer at the end."""
        if size <= 0:
            return b""
        parts: list[bytes] = []
        for number in range(offset // WINDOW, (offset + size - 1) // WINDOW + 1):
            window = self._window(number)
            parts.append(window)
            if len(window) < WINDOW:
                break
        start = offset % WINDOW
        return b"".join(parts)[start : start + size]

    def _window(self, number: int) -> bytes:
        if self._end is not None and number > self._end:
            return b""
        window = self._windows.pop(number, None)
        if window is None:
            self._go_to(number)
            window = b""
            while self._next <= number and (self._end is None or self._next <= self._end):
                window = self._unpack()
            if self._next != number + 1:
                return b""
        self._windows[number] = window  # what was asked for last goes last
        if len(self._windows) > _KEPT:
            del self._windows[next(iter(self._windows))]
        return window

    def _unpack(self) -> bytes:
        """The next window; the last one is short, maybe empty."""
        parts: list[bytes] = []
        missing = WINDOW
        while missing and (part := self._decoder.more(missing)):
            parts.append(part)
            missing -= len(part)
        if missing:
            self._end = self._next
        self._next += 1
        done = self._next * WINDOW
        if done > _ALWAYS_ALLOWED and done > _RATIO * self._decoder.taken:
            raise MalformedArchive("the archive unpacks to absurdly much")
        self._mark()
        return b"".join(parts)

    def _mark(self) -> None:
        if self._next % self._spacing or self._next in self._marks:
            return
        state = self._decoder.copy()
        if state is not None:
            self._marks[self._next] = state
        if len(self._marks) > _KEPT:  # every other one goes, so that memory does not grow with the stream
            self._spacing *= 2
            self._marks = {number: mark for number, mark in self._marks.items() if number % self._spacing == 0}

    def _go_to(self, number: int) -> None:
        """Set the decoder to the nearest place before a window, unless it stands well already."""
        best = max((mark for mark in self._marks if mark <= number), default=0)
        if best <= self._next <= number:
            return
        state = self._marks[best].copy() if best else None
        self._decoder, self._next = state or self._begin(), best if state else 0


class _Gzip:
    """Member after member; zeros behind the last one are padding."""

    def __init__(self, source: Source) -> None:
        from zlib import decompressobj

        self.taken = 0
        self._source = source
        self._input = b""
        self._new: Any = decompressobj
        self._state: Any = self._new(31)

    def more(self, size: int) -> bytes:
        """As the protocol says."""
        from zlib import error

        try:
            return self._more(size)
        except error as problem:
            raise MalformedArchive("the gzip stream is broken") from problem

    def _more(self, size: int) -> bytes:
        while True:
            fed = self._fill()
            if self._state.eof:
                self._input = self._input.lstrip(b"\0")
                if self._input:
                    self._state = self._new(31)
                elif not fed:
                    return b""
                else:
                    continue
            data: bytes = self._state.decompress(self._input, size)
            self._input = self._state.unused_data if self._state.eof else self._state.unconsumed_tail
            if data:
                return data
            if not fed and not self._input and not self._state.eof:
                raise MalformedArchive("the gzip stream is cut off")

    def _fill(self) -> bool:
        """Have input at hand; False at its end."""
        if not self._input:
            self._input = self._source(self.taken, _INPUT)
            self.taken += len(self._input)
        return bool(self._input)

    def copy(self) -> _Gzip | None:
        """As the protocol says."""
        other = _Gzip(self._source)
        other.taken, other._input = self.taken, self._input
        other._state = self._state.copy()
        return other


class _Zstd:
    """Frame after frame, skippable ones among them."""

    def __init__(self, source: Source) -> None:
        self.taken = 0
        self._source = source
        self._input = b""
        self._module = _zstd()
        self._state: Any = None

    def more(self, size: int) -> bytes:
        """As the protocol says."""
        try:
            return self._more(size)
        except self._module.ZstdError as problem:
            raise MalformedArchive("the zstd stream is broken") from problem

    def _more(self, size: int) -> bytes:
        while True:
            if not self._input and (self._state is None or self._state.eof or self._state.needs_input):
                self._input = self._source(self.taken, _INPUT)
                self.taken += len(self._input)
                if not self._input:
                    if self._state is None or self._state.eof:
                        return b""
                    raise MalformedArchive("the zstd stream is cut off")
            if self._state is None or self._state.eof:
                self._state = self._module.ZstdDecompressor()
            data: bytes = self._state.decompress(self._input, size)
            self._input = self._state.unused_data if self._state.eof else b""
            if data:
                return data

    def copy(self) -> None:
        """As the protocol says: never."""


def _zstd() -> Any:
    from importlib import import_module

    for name in ("compression.zstd", "backports.zstd"):  # Python 3.14's own, else the same for older ones
        try:
            return import_module(name)
        except ImportError:
            continue
    raise PlaceError("the image is compressed with zstd, which this Python cannot read")
