"""`elfin python install` of a real build, killed at random moments: then there is nothing or a whole Python."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from elfin.pythons import disk_managed
from kit import pythonarchives as archives
from kit.commandline import SOURCE, Commandline
from kit.indexserver import IndexServer

GNU = "cpython-3.13.15-linux-x86_64-gnu"
KILLER = f"""
import os, signal, sys, time
sys.path.insert(0, {SOURCE!r})
from elfin.cli.entry import main
begun = time.monotonic()
main(sys.argv[1:])
print(time.monotonic() - begun, flush=True)
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        os._exit(main(sys.argv[1:]))
    time.sleep(float(line))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    print(flush=True)
"""
"""Runs a command once, and says how long it took; then, for each line of seconds, in a child that it kills after them.

Everything is imported by then: every moment is one of the installation, and none costs the start of an interpreter.
"""


@contextmanager
def killer(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Such a process."""
    command = [sys.executable, "-c", KILLER, *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            assert process.stdin is not None
            process.stdin.close()


def runs(program: Path) -> bool:
    """Whether a Python starts, with what an import of a built-in, a source and an extension module needs."""
    return subprocess.run([program, "-I", "-B", "-c", "import sys, json, ssl"], check=False).returncode == 0


@pytest.mark.slow
@pytest.mark.skipif(
    not archives.LIST.is_file() or os.uname().machine != "x86_64", reason="no CPython builds for this machine at hand"
)
@pytest.mark.parametrize(("source", "moments"), [("file", 30), ("loopback", 20)])
def test_killed_at_any_moment_it_leaves_nothing_or_a_python_that_runs(
    source: str, moments: int, elfin: Commandline, server: IndexServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELFIN_PYTHON_CATALOGUE", str(archives.LIST))
    if source == "loopback":
        (path,) = archives.PYTHONS.glob("cpython-*x86_64-unknown-linux-gnu-install_only_stripped.tar.gz")
        server.projects["pythons"] = {path.name: path.read_bytes()}
        monkeypatch.setenv("ELFIN_PYTHON_MIRROR", f"{server.root}/files/pythons")
    pythons = elfin.home / ".local/share/elfin/pythons"
    chance = random.Random(moments)
    with killer("python", "install", "-q", "3.13") as process:
        assert process.stdin is not None and process.stdout is not None
        whole = float(process.stdout.readline())
        for number in range(moments):
            elfin.good("python", "uninstall", "-q", "--all")
            assert os.listdir(pythons) == []
            process.stdin.write(f"{chance.uniform(0, whole)}\n")
            process.stdin.flush()
            process.stdout.readline()
            there = disk_managed.installed(str(pythons)) if pythons.is_dir() else []
            assert [disk_managed.faults(one) for one in there] in ([], [[]])
            if there:
                assert runs(pythons / GNU / "bin/python3.13")
            if number % 2 or there:  # else the next command is the removal above
                elfin.good("python", "install", "-q", "3.13")  # which runs it once, if it is new
                assert os.listdir(pythons) == [GNU]
                (now,) = disk_managed.installed(str(pythons))
                assert there or disk_managed.faults(now) == []
