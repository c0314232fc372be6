"""`elfin audit` and `elfin retag` of what is no ordinary file, may not be read, or cannot be told."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from elfin.audit import disk_files, reports
from kit.commandline import Commandline, assert_refusal
from kit.wheelsofelf import dynamic, put, static

TOOL = "DATA/scripts/tool"
PIPE = "pipe-1.0-py3-none-any.whl"


@pytest.fixture
def elfin(tmp_path, monkeypatch, capsys) -> Commandline:  # type: ignore[no-untyped-def]
    return Commandline(tmp_path, monkeypatch, capsys)


@pytest.mark.parametrize(
    "words", [["audit", PIPE], ["audit", "--check", PIPE], ["retag", PIPE], ["host", f"python:{PIPE}"]]
)
def test_nobody_waits_for_a_pipe_s_writer(elfin: Commandline, words: list[str]) -> None:
    os.mkfifo(elfin.work / PIPE)
    done = subprocess.run(  # a process: one that waits is ended
        elfin.command(*words), capture_output=True, text=True, timeout=60, check=False, cwd=elfin.work
    )
    assert done.returncode in (2, 3) and "error: " in done.stderr and "Traceback" not in done.stderr


def test_an_empty_path_is_not_the_working_folder(elfin: Commandline) -> None:
    put(elfin.work, "py3-none-manylinux_2_28_x86_64", {TOOL: dynamic("2.28")})
    assert_refusal(elfin("audit", ""), 2)
    elfin.good("audit", ".")


def test_an_error_names_the_wheel_among_several(elfin: Commandline) -> None:
    good = put(elfin.work, "py3-none-linux_x86_64", {TOOL: dynamic("2.28")})
    elfin.file("zz-1.0-py3-none-any.whl", "")
    refused = elfin("retag", "--earned", good, "zz-1.0-py3-none-any.whl")
    assert refused.code == 3 and "too short: zz-1.0-py3-none-any.whl" in refused.err
    for words in ([good, "zz-1.0-py3-none-any.whl"], ["."]):
        audited = elfin("audit", *words)
        assert audited.code == 3 and "zz-1.0-py3-none-any.whl\n  unreadable  not a zip archive" in audited.out


def refusing(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Opening or listing it is not permitted, as for anyone but root."""

    def guarded(real: Any) -> Any:
        def guard(path: Any, *arguments: Any, **named: Any) -> Any:
            if os.path.basename(os.fspath(path)) == name:
                raise PermissionError(13, "Permission denied", path)
            return real(path, *arguments, **named)

        return guard

    for function in ("open", "scandir", "listdir"):
        monkeypatch.setattr(os, function, guarded(getattr(os, function)))


@pytest.mark.parametrize("name", ["closed", "closed.so"])
def test_what_may_not_be_looked_into_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    (tmp_path / "closed").mkdir()
    for path in ("closed/inner.so", "closed.so", "open.so"):
        (tmp_path / path).write_bytes(static())
    refusing(monkeypatch, name)
    report = reports.of("it", "folder", disk_files.in_folder(str(tmp_path)))
    assert report.broken == ((f"{name}/" if name == "closed" else name, "permission denied"),)
    assert "open.so" in [file.path for file in report.files]


def test_a_folder_that_may_not_be_listed_is_an_error(elfin: Commandline, monkeypatch: pytest.MonkeyPatch) -> None:
    (elfin.work / "closed").mkdir()
    refusing(monkeypatch, "closed")
    refused = elfin("audit", "closed")
    assert_refusal(refused, 3)
    assert "permission denied" in refused.err


def test_a_root_that_may_not_be_entered_is_an_error(elfin: Commandline, monkeypatch: pytest.MonkeyPatch) -> None:
    (elfin.work / "closed").mkdir()
    allowed = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode, **named: not str(path).endswith("closed") and allowed(path, mode, **named)
    )
    assert_refusal(elfin("host", "root:closed"), 3)


def test_of_many_unreadable_files_the_number_is_told(elfin: Commandline) -> None:
    (elfin.work / "it").mkdir()
    for number in range(20):
        (elfin.work / "it" / f"{number}.so").write_bytes(b"\x7fELFbroken")
    lines = elfin.good("audit", "it").out.splitlines()
    shown = sum("unreadable" in line for line in lines)
    assert 0 < shown < 20 and any(line.strip() == f"and {20 - shown} more" for line in lines)


def test_sarif_says_where_as_a_reference(elfin: Commandline) -> None:
    folder = os.fsdecode(b"odd \xff#")
    (elfin.work / folder).mkdir()
    (elfin.work / folder / "x.so").write_bytes(b"\x7fELFbroken")
    told = elfin("audit", "--check", "--format", "sarif", folder)
    assert told.code == 1
    place = json.loads(told.out)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "odd%20%FF%23"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this machine has no /dev/full")
@pytest.mark.parametrize("words", [["audit", "tool"], ["tags"]])
def test_a_disk_that_is_full_is_one_message(elfin: Commandline, words: list[str]) -> None:
    """Of a short answer, written at the end, and of one that is longer than the stream's buffer."""
    (elfin.work / "tool").write_bytes(dynamic("2.28"))
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            elfin.command(*words), stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
            cwd=elfin.work,
        )  # fmt: skip
    assert done.returncode == 3 and "no space left" in done.stderr
    assert "Traceback" not in done.stderr and "bug" not in done.stderr
