"""The lab's command line says what it needs, in one message."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from lab.failure import LabError
from lab.places import every

from lab import cache, command, needs

CHECKOUT = Path(__file__).resolve().parent.parent.parent


def test_without_root_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("ELFIN_LAB", "/proc/nobody/may/write/here")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert command.main("lab", ["up", "alpine"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ") and "needs root" in said and "hint: sudo" in said


def test_a_missing_program_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(needs, "SEARCH", "/nowhere")
    with pytest.raises(LabError) as caught:
        needs.check(every()["debian-bookworm"], to_make=True)
    assert "mmdebstrap" in str(caught.value) and "hint: apt-get install" in str(caught.value)
    assert "arch-test" not in str(caught.value)
    if os.uname().machine == "x86_64":
        with pytest.raises(LabError, match=r"needs .*arch-test"):
            needs.check(every()["debian-i386"], to_make=True)


def test_missing_emulation_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(needs, "_BINFMT", "/nowhere/{}")
    with pytest.raises(LabError, match="QEMU for s390x") as caught:
        needs.check(every()["debian-s390x"], to_make=False)
    assert "qemu-user-static" in str(caught.value)


@pytest.mark.parametrize("words", [["up", "atlantis"], ["run", "alpine"], ["dance"]])
def test_what_it_does_not_know_is_an_error_with_a_hint(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main("lab", words) == 2
    assert "hint: lab/lab" in capsys.readouterr().err


def test_the_starter_finds_a_python_and_lists_the_places(tmp_path: Path) -> None:
    done = subprocess.run(
        [CHECKOUT / "lab" / "lab", "list"],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"], "ELFIN_LAB": str(tmp_path)},
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines if not line.startswith(" ")] == list(every())
    assert max(map(len, lines)) <= 80


def test_down_removes_all_the_lab_keeps_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("ELFIN_LAB", str(tmp_path / "lab"))
    for name in (*cache.KEPT, "places/alpine/root", "of-somebody-else"):
        (tmp_path / "lab" / name).mkdir(parents=True, exist_ok=True)
    assert command.main("lab", ["down"]) == 0
    assert os.listdir(tmp_path / "lab") == ["of-somebody-else"]
    (tmp_path / "lab" / "of-somebody-else").rmdir()
    assert command.main("lab", ["down"]) == 0 and not (tmp_path / "lab").exists()


def test_the_starter_without_a_python_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "sh").symlink_to("/bin/sh")
    starter = (CHECKOUT / "lab" / "lab").read_text().replace("/usr/bin/python3", "")
    (tmp_path / "lab").write_text(starter)
    done = subprocess.run(
        ["/bin/sh", tmp_path / "lab"], capture_output=True, text=True, check=False, env={"PATH": str(tmp_path)}
    )
    assert done.returncode == 2 and "needs Python 3.11" in done.stderr and "hint:" in done.stderr
