"""cli.report: errors as text. cli.show.changes: outcomes as text. cli.session: sizes for people."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from elfin.cli import entry, report, session
from elfin.cli.show import changes
from elfin.edges import terminal
from elfin.errors import Bug, ElfinError, HashMismatch, PlaceError, UsageError
from elfin.flows.outcome import Changed, Outcome


class Said:
    """Stands for a context: keeps what is told."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def tell(self, text: str) -> None:
        self.lines.append(text)

    def warn(self, text: str) -> None:
        self.lines.append(f"warning: {text}")

    def styled(self, text: str, style: str) -> str:
        return terminal.safe(text)


@pytest.fixture(autouse=True)
def plain() -> Iterator[None]:
    terminal.set_manner(color="never")
    yield
    terminal.set_manner()


def test_an_error_is_cause_state_and_hints(capsys: pytest.CaptureFixture[str]) -> None:
    error = PlaceError("the disk is full", state="nothing was changed\nreally", hints=("buy one", "`rm -r x`"))
    assert report.report(error) == 3
    assert capsys.readouterr().err == (
        "error: the disk is full\n\n  nothing was changed\n  really\n\nhint: buy one\nhint: `rm -r x`\n"
    )


def test_an_error_may_be_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert report.report(UsageError("no")) == 2
    assert capsys.readouterr().err == "error: no\n"


def test_text_from_outside_cannot_touch_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    report.report(HashMismatch("a\x1b[2Jb\nc", state="d\x07", hints=("\u202ee",)))
    said = capsys.readouterr().err
    assert "\x1b" not in said and "\x07" not in said and "\u202e" not in said
    assert said.startswith("error: a\\x1b[2Jb\\nc\n")


def test_an_unforeseen_exception_is_called_a_bug_without_a_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(report.REPORT_VARIABLE, raising=False)
    assert report.report_bug(KeyError("x")) == 70
    said = capsys.readouterr().err
    assert "KeyError: 'x'" in said and "this is a bug of elfin" in said and "Traceback" not in said
    assert report.report_bug(RecursionError()) == 70
    assert "nested too deeply" in capsys.readouterr().err


def test_a_traceback_is_there_for_whoever_asks(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(report.REPORT_VARIABLE, "1")
    report.report(Bug("so it is"))
    assert "Bug: so it is" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("raised", "code"), [(KeyboardInterrupt(), 130), (ElfinError("x"), 1), (ValueError("x"), 70), (UsageError("x"), 2)]
)
def test_what_a_command_raises_becomes_an_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], raised: BaseException, code: int
) -> None:
    import gc

    def dispatch(_: list[str]) -> int:
        raise raised

    monkeypatch.setattr(entry, "_dispatch", dispatch)
    try:
        assert entry.main(["x"]) == code
    finally:
        gc.enable()
    assert "Traceback" not in capsys.readouterr().err


def told(outcome: Outcome) -> list[str]:
    said = Said()
    changes.tell(said, outcome)  # type: ignore[arg-type]
    return said.lines


def test_changes_are_told_as_counts_and_lines() -> None:
    outcome = Outcome(
        (
            Changed("a", (), ("1",)),
            Changed("b", ("1", "2"), ("3",)),
            Changed("c", ("4",), ()),
            Changed("d", ("5",), ("5",)),
        ),
        unchanged=7, seconds=2.5, apply_seconds=0.0123, resolved=9, resolve_seconds=1.234, warnings=("careful",),
    )  # fmt: skip
    assert told(outcome) == [
        "warning: careful",
        "Resolved 9 packages in 1.23s",
        "Uninstalled 3 packages",
        "Installed 3 packages in 12ms",
        " + a==1",
        " - b==1",
        " - b==2",
        " + b==3",
        " - c==4",
        " ~ d==5",
    ]


def test_nothing_to_change_was_audited() -> None:
    assert told(Outcome((), 1, 0.001)) == ["Audited 1 package in 1ms"]


def test_a_dry_run_would() -> None:
    outcome = Outcome((Changed("a", ("1",), ("2",), "https://x/a.whl"),), 0, 0.0, dry_run=True)
    assert told(outcome) == [
        "Would uninstall 1 package",
        "Would install 1 package",
        " - a==1",
        " + a==2 (from https://x/a.whl)",
    ]


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1536, "1.5 KiB"), (5 << 20, "5.0 MiB"), (3 << 40, "3072.0 GiB")],
)
def test_sizes_for_people(size: int, text: str) -> None:
    assert session.show_size(size) == text
