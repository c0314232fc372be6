"""Ctrl-C and a closed pipe: the command ends at once, tidily, and the environment is as it was."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import threading
from pathlib import Path

import pytest

from kit.commandline import Commandline, Place
from kit.indexserver import Exchange, IndexServer


@pytest.mark.parametrize("path", ["/simple/beta/", "/files/alpha/alpha-2.0-py3-none-any.whl"])
def test_an_interrupt_while_the_network_is_waited_for(
    elfin: Commandline, venv: Place, server: IndexServer, path: str
) -> None:
    before = venv.picture()
    asked, done = threading.Event(), threading.Event()

    def never(exchange: Exchange) -> None:
        asked.set()
        done.wait(60)

    server.fault(path, never)
    running = subprocess.Popen(elfin.command("pip", "install", "alpha"), stderr=subprocess.PIPE, text=True)
    try:
        assert asked.wait(60)
        running.send_signal(signal.SIGINT)
        said = running.communicate(timeout=20)[1]
    finally:
        running.kill()
        done.set()
    assert running.returncode == 130 and said.endswith("interrupted\n") and "Traceback" not in said
    assert venv.picture() == before
    assert not [path for path in Path(elfin.cache).rglob("*") if "staging" in path.name]
    server._faults.clear()
    elfin.good("pip", "install", "alpha")


def test_a_reader_that_goes_away_is_no_error(elfin: Commandline, venv: Place) -> None:
    elfin.good("pip", "install", "alpha")
    read, write = os.pipe()
    os.close(read)
    try:
        done = subprocess.run(
            elfin.command("pip", "list"), stdout=write, stderr=subprocess.PIPE, text=True, timeout=60, check=False
        )
    finally:
        os.close(write)
    assert done.returncode in (0, 141) and done.stderr == ""


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&-"])
def test_streams_may_be_closed(elfin: Commandline, venv: Place, closed: str) -> None:
    elfin.good("pip", "install", "alpha")
    for words, code in (
        (["pip", "list"], 0),
        (["pip", "install", "beta"], 0),
        (["pip", "show", "gone"], 1),
        (["x"], 2),
    ):
        shell = f"{shlex.join(elfin.command(*words))} {closed}"
        done = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == code and "Traceback" not in done.stderr, (words, done)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this machine has no /dev/full")
def test_an_answer_that_cannot_be_written_is_a_failure(elfin: Commandline, venv: Place) -> None:
    elfin.good("pip", "install", "alpha")
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            elfin.command("pip", "freeze"), stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False
        )
    assert done.returncode != 0 and "no space left" in done.stderr.lower()


def test_a_folder_whose_parent_another_process_makes_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from elfin.edges import disk

    path, real = tmp_path / "a" / "b", os.mkdir
    raced: list[str] = []

    def mkdir(wanted: str, mode: int = 0o777) -> None:
        if wanted == str(path) and not raced:
            raced.append(wanted)
            real(os.path.dirname(wanted))  # the other process is between our call and our look
            raise FileNotFoundError(2, "No such file or directory", wanted)
        real(wanted, mode)

    monkeypatch.setattr(os, "mkdir", mkdir)
    disk.make_folder(str(path))
    assert path.is_dir() and raced
