"""Commands against an index on loopback, each test in a home of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from elfin.host.disk import FolderRoot
from elfin.pythons import child
from kit.commandline import PYTHON, Commandline, Place, Refused, assert_refusal, projects
from kit.indexserver import IndexServer
from kit.pythonmirror import Environ, Mirror


@pytest.fixture(scope="session")
def probed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A cache bucket that knows the interpreter already: asking it takes a process."""
    folder = str(tmp_path_factory.mktemp("probed"))
    child.probe(PYTHON, child.Asking(FolderRoot("/"), folder))
    return folder


@pytest.fixture
def server() -> Iterator[IndexServer]:
    with IndexServer(projects()) as running:
        yield running


@pytest.fixture
def elfin(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    probed: str,
    server: IndexServer,
) -> Commandline:
    made = Commandline(tmp_path, monkeypatch, capsys, probed)
    made.index(server.url)
    return made


@pytest.fixture
def venv(elfin: Commandline) -> Place:
    return elfin.venv()


@pytest.fixture
def refused(elfin: Commandline, venv: Place) -> Refused:
    """Run a command that must fail with a code; gives what it said, having looked that nothing else happened."""
    elfin.good("pip", "install", "-q", "delta")
    before = venv.picture()

    def run(code: int | tuple[int, ...], *arguments: str | Path) -> str:
        answer = elfin(*arguments)
        assert_refusal(answer, *(code if isinstance(code, tuple) else (code,)))
        assert venv.picture() == before
        return answer.err

    return run


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch) -> Environ:
    return monkeypatch.setenv


@pytest.fixture
def mirror(elfin: Commandline, server: IndexServer, environ: Environ) -> Mirror:
    return Mirror(elfin, server, environ)
