"""Nothing from outside reaches a terminal as a control character; colour and progress know when to keep quiet."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elfin.edges import terminal


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        raise OSError


@pytest.fixture(autouse=True)
def plain_manner(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    yield
    terminal.set_manner()


class Clock:
    """A clock that stands still until it is moved."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ünï 漢字 אב 🙂", "plain ünï 漢字 אב 🙂"),
        ("\x1b[31mred\x1b]0;title\x07", "\\x1b[31mred\\x1b]0;title\\x07"),
        ("a\nb\rc\td", "a\\nb\\rc\\td"),
        ("\x9b31m\x7f\x00", "\\x9b31m\\x7f\\x00"),
        ("user\u202etxt.exe\u2066", "user\\u202etxt.exe\\u2066"),
        ("zero\u200bwidth\ufeff\u2028", "zero\\u200bwidth\\ufeff\\u2028"),
        ("\U000e0041tag", "\\U000e0041tag"),
        (os.fsdecode(b"caf\xe9"), "caf\\xe9"),
    ],
)
def test_what_is_no_text_is_shown_as_an_escape(text: str, shown: str) -> None:
    assert terminal.safe(text) == shown


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.text())
def test_what_is_safe_is_printable_and_stays_so(text: str) -> None:
    shown = terminal.safe(text)
    assert shown.isprintable()
    assert terminal.safe(shown) == shown


@pytest.mark.parametrize(
    ("color", "environ", "stream", "colored"),
    [
        ("auto", {}, Screen, True),
        ("auto", {}, io.StringIO, False),
        ("auto", {"NO_COLOR": "1"}, Screen, False),
        ("auto", {"NO_COLOR": ""}, Screen, True),
        ("auto", {"TERM": "dumb"}, Screen, False),
        ("auto", {"FORCE_COLOR": "1"}, io.StringIO, True),
        ("auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, Screen, False),
        ("always", {"NO_COLOR": "1"}, io.StringIO, True),
        ("never", {"FORCE_COLOR": "1"}, Screen, False),
    ],
)
def test_colour(
    color: str, environ: dict[str, str], stream: type[io.StringIO], colored: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    terminal.set_manner(color=color)
    assert terminal.styled("x", "red", stream()) == ("\x1b[31mx\x1b[0m" if colored else "x")


def test_a_closed_or_missing_stream_shows_no_colour() -> None:
    closed = io.StringIO()
    closed.close()
    assert not terminal.shows_color(closed)
    assert not terminal.shows_color(None)


@pytest.mark.parametrize(("verbosity", "heard"), [(-2, ""), (-1, "w"), (0, "w0"), (1, "w01"), (2, "w012")])
def test_verbosity(verbosity: int, heard: str, capsys: pytest.CaptureFixture[str]) -> None:
    terminal.set_manner(verbosity=verbosity)
    terminal.warn("w")
    for level in (0, 1, 2):
        terminal.tell(str(level), level)
    terminal.output("answer")
    captured = capsys.readouterr()
    assert captured.err.replace("warning: ", "").replace("\n", "") == heard
    assert captured.out == "answer\n"


def test_text_beyond_the_encoding_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, "ascii"))
    terminal.output("naïve")
    sys.stdout.flush()
    assert raw.getvalue() == b"na\\xefve\n"


def test_a_missing_stream_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    terminal.output("x")
    terminal.tell("x")
    terminal.warn("x")
    with terminal.Progress("Working"):
        pass


def test_nobody_reading_stderr_is_no_error_and_nobody_reading_stdout_is(tmp_path: Path) -> None:
    code = (
        "import sys, os; sys.path.insert(0, 'src')\n"
        "from elfin.edges import terminal\n"
        "terminal.tell('x'); terminal.tell('y')\n"
        "try:\n    terminal.output('x' * 10); sys.stdout.flush()\n"
        "except BrokenPipeError:\n    os._exit(7)\n"
    )
    reader, writer = os.pipe()
    os.close(reader)
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, stdout=writer, stderr=writer, check=False)
    os.close(writer)
    assert done.returncode == 7


def test_progress_is_one_line_that_is_gone_at_the_end() -> None:
    screen, clock = Screen(), Clock()
    with terminal.Progress("Downloading", total=3, stream=screen, clock=clock) as progress:
        progress.add(1, "numpy\x1b[2J")
        progress.add(1, "too soon")
        clock.now += 0.2
        progress.add(1, "scipy")
    assert screen.getvalue() == ("\r\x1b[2KDownloading 1/3  numpy\\x1b[2J\r\x1b[2KDownloading 3/3  scipy\r\x1b[2K")


def test_progress_in_bytes() -> None:
    screen = Screen()
    with terminal.Progress("Downloading", unit="bytes", stream=screen) as progress:
        progress.expect(3 << 20)
        progress.add(1536, "x")
        assert progress.text(80) == "Downloading 1.5 KiB/3.0 MiB  x"
        assert progress.text(20) == "Downloading 1.5 ..."
        assert len(progress.text(20)) < 20


@pytest.mark.parametrize("why", ["not a terminal", "not wanted", "quiet", "dumb"])
def test_progress_does_nothing_where_it_has_no_place(why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO() if why == "not a terminal" else Screen()
    terminal.set_manner(progress=why != "not wanted", verbosity=-1 if why == "quiet" else 0)
    if why == "dumb":
        monkeypatch.setenv("TERM", "dumb")
    with terminal.Progress("Working", stream=stream) as progress:
        progress.add(1, "x")
        progress.expect(1)
    assert stream.getvalue() == ""


def test_other_lines_take_the_progress_off_the_screen_first(monkeypatch: pytest.MonkeyPatch) -> None:
    screen, clock = Screen(), Clock()
    monkeypatch.setattr(sys, "stderr", screen)
    terminal.set_manner(color="never")
    with terminal.Progress("Working", stream=screen, clock=clock) as progress:
        progress.add(1)
        terminal.warn("look")
        terminal.tell("line")
        clock.now += 1
        progress.add(1)
    assert screen.getvalue() == "\r\x1b[2KWorking 1\r\x1b[2Kwarning: look\nline\n\r\x1b[2KWorking 2\r\x1b[2K"


def test_progress_may_be_fed_from_threads() -> None:
    with terminal.Progress("Working", stream=Screen()) as progress:
        threads = [threading.Thread(target=lambda: [progress.add() for _ in range(500)]) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert progress.done == 2000


def test_a_screen_that_breaks_does_not_stop_the_work() -> None:
    class Broken(Screen):
        def write(self, text: str) -> int:
            raise OSError(5, "Input/output error")

    with terminal.Progress("Working", stream=Broken()) as progress:
        progress.add(1)
    assert progress.done == 1
