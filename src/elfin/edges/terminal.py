"""The program's words to a person: lines on stdout and stderr, colour, and one progress line.

Answers: how text from outside (names, reasons, paths, replies of servers) is shown without a control character of it
reaching the terminal, when colour is used, and how long work shows that it is alive. Nothing here knows what is told.
`safe` makes text fit to be shown; `tell`, `warn`, `output` print finished lines and do not change them.
"""

from __future__ import annotations

import os
import sys
from _thread import allocate_lock  # what threading.Lock is, without the import of threading
from collections.abc import Callable
from time import monotonic

from elfin.errors import PlaceError
from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO


_STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
_NAMES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_CLEAR = "\r\x1b[2K"


class _Manner:
    """How this process talks; set once by `set_manner`."""

    color = "auto"
    verbosity = 0
    progress = True
    line: Progress | None = None
    """The progress line that is on the screen now."""


def set_manner(*, color: str = "auto", verbosity: int = 0, progress: bool = True) -> None:
    """Say how to talk: `color` "auto", "always" or "never"; `verbosity` -2 to 2; whether progress may be shown."""
    _Manner.color, _Manner.verbosity, _Manner.progress = color, verbosity, progress


def safe(text: str) -> str:
    """The text with everything that is no printable character written as an escape: `\\x1b`, `\\n`, `\\u202e`.

    That covers C0 and C1 controls, bidirectional overrides, zero-width characters, and bytes of file names that are no
    text. Ordinary letters of all scripts stay.
    """
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _escape(character) for character in text)


def styled(text: str, style: str, stream: TextIO | None = None) -> str:
    """The text in a style ("bold", "dim", "red", "green", "yellow", "cyan") if `stream` (None: stderr) shows colour."""
    if not shows_color(sys.stderr if stream is None else stream):
        return text
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m"


def shows_color(stream: TextIO | None) -> bool:
    """Whether this stream gets colour: as `set_manner` said, else a terminal does unless NO_COLOR forbids it."""
    if _Manner.color != "auto":
        return _Manner.color == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return is_terminal(stream) and os.environ.get("TERM", "dumb") != "dumb"


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a stream is a terminal; a closed or missing one is not."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def output(text: str) -> None:
    """Print the answer of a command on stdout, whatever the verbosity.

    Raises BrokenPipeError when nobody reads, PlaceError where it cannot be written.
    """
    _beside_progress(lambda: _write(sys.stdout, text))


def tell(text: str, level: int = 0) -> None:
    """Print a line about the work on stderr if the verbosity is at least `level` (1: with -v, 2: with -vv)."""
    if _Manner.verbosity >= level:
        _beside_progress(lambda: _write_quietly(text))


def warn(text: str) -> None:
    """Print a warning on stderr, unless only errors are wanted (-qq)."""
    if _Manner.verbosity > -2:
        _beside_progress(lambda: _write_quietly(f"{styled('warning', 'yellow')}: {text}"))


class Progress:
    """One line on a terminal that tells of long work, rewritten in place at most ten times a second.

    On anything but a terminal, or where progress is not wanted, it does nothing. A context manager: at its end the
    line is gone. May be fed from several threads.
    """

    def __init__(
        self,
        what: str,
        *,
        total: int | None = None,
        unit: str = "",
        stream: TextIO | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """`what` is the first word ("Downloading"); `unit` "bytes" shows sizes; `total` None: not known.

        `stream` None: stderr; `clock` counts seconds.
        """
        self.what, self.total, self.unit = what, total, unit
        self.done = 0
        self.name = ""
        self._stream = sys.stderr if stream is None else stream
        self._alive = _Manner.progress and _Manner.verbosity >= 0 and is_terminal(self._stream) and _can_rewrite()
        self._next = 0.0
        self._shown = False
        self._clock = clock
        self._lock = allocate_lock()

    def __enter__(self) -> Progress:
        if self._alive:
            _Manner.line = self
        return self

    def __exit__(self, *problem: object) -> None:
        with self._lock:
            self._hide()
            self._alive = False
        if _Manner.line is self:
            _Manner.line = None

    def add(self, count: int = 1, name: str = "") -> None:
        """`count` more is done; `name` says of what."""
        with self._lock:
            self.done += count
            self.name = name or self.name
            if self._alive:
                self._show()

    def expect(self, count: int) -> None:
        """The total is `count` more than was known."""
        with self._lock:
            self.total = (self.total or 0) + count

    def beside(self, write: Callable[[], None]) -> None:
        """Call `write` while the line is off the screen; the next `add` that is due brings it back."""
        with self._lock:
            self._hide()
            write()

    def _hide(self) -> None:
        if self._shown:
            self._shown = False
            _write_raw(self._stream, _CLEAR)

    def _show(self) -> None:
        now = self._clock()
        if now < self._next:
            return
        self._next = now + 0.1
        self._shown = _write_raw(self._stream, _CLEAR + self.text(_columns(self._stream)))

    def text(self, columns: int) -> str:
        """The line as it stands now, cut to fit."""
        done, total = (
            (_size(self.done), _size(self.total or 0)) if self.unit == "bytes" else (str(self.done), str(self.total))
        )
        amount = f"{done}/{total}" if self.total else done
        unit = f" {self.unit}" if self.unit not in ("", "bytes") else ""
        line = f"{self.what} {amount}{unit}  {safe(self.name)}".rstrip()
        return line if len(line) < columns else line[: max(0, columns - 4)] + "..."


def _escape(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is no UTF-8, as Python carries it
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x100:
        return _NAMES.get(character, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _size(count: int) -> str:
    size = float(count)
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"


def _can_rewrite() -> bool:
    return os.environ.get("TERM", "dumb") != "dumb"


def _columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def _beside_progress(write: Callable[[], None]) -> None:
    if _Manner.line is None:
        write()
    else:
        _Manner.line.beside(write)


def _write(stream: TextIO | None, text: str) -> None:
    """Write a line; what the stream's encoding cannot say (LC_ALL=C, stray bytes in names) is escaped."""
    if stream is None:  # started with the descriptor closed
        return
    line = text if text.endswith("\n") else f"{text}\n"
    try:
        stream.write(line)
    except UnicodeEncodeError:
        encoding = stream.encoding or "ascii"
        stream.write(line.encode(encoding, "backslashreplace").decode(encoding))
    except BrokenPipeError:
        raise
    except OSError as error:  # a full disk behind `> file`
        raise PlaceError(f"the output could not be written: {(error.strerror or str(error)).lower()}") from error


def _write_quietly(text: str) -> None:
    try:
        if sys.stdout is not None:
            sys.stdout.flush()  # so that lines of both streams stand in their order
    except (OSError, ValueError):  # told when the command ends, if it matters
        pass
    try:
        _write(sys.stderr, text)
    except (BrokenPipeError, PlaceError, ValueError):  # nobody listens; the work itself is not worse for it
        pass


def _write_raw(stream: TextIO, text: str) -> bool:
    try:
        _write_part(stream, text)
    except (OSError, ValueError):
        return False
    return True


def _write_part(stream: TextIO, text: str) -> None:
    encoding = stream.encoding or "ascii"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
    stream.flush()
