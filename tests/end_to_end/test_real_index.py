"""The real package index, in few requests: what elfin fetches runs, and what it resolves is what uv resolves."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from elfin.settings import disk, ladder
from kit.commandline import PYTHON, Commandline, Place

pytestmark = [pytest.mark.slow, pytest.mark.index]

PATH = os.environ.get("PATH", "")  # before a test changes it
INVERSE = "import numpy; print(numpy.linalg.inv([[2., 1.], [1., 3.]]).round(3).tolist())"
PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NO_PROXY")


@pytest.fixture(scope="module")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all tests here, so that nothing is fetched twice."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def elfin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], shared_cache: Path
) -> Commandline:
    network = {name: os.environ[name] for name in PROXIES if name in os.environ}
    index = ladder.settings({}, os.environ, disk.read_files(os.environ)).index_url.value
    made = Commandline(tmp_path, monkeypatch, capsys)
    for name, value in network.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("ELFIN_CACHE_DIR", str(shared_cache))
    made.index(index)
    return made


def test_numpy_is_at_hand_for_one_command(elfin: Commandline) -> None:
    command = ("run", "--with", "numpy", "--python", PYTHON, "--", "python", "-c", INVERSE)
    done = elfin.process(*command)
    assert (done.returncode, done.stdout) == (0, "[[0.6, -0.2], [-0.2, 0.4]]\n"), done.stderr
    again = elfin.process(*command, ELFIN_OFFLINE="1")
    assert again.stdout == done.stdout, again.stderr


def test_flask_and_numpy_are_installed_whole(elfin: Commandline) -> None:
    place: Place = elfin.venv()
    elfin.good("pip", "install", "flask", "numpy")
    assert place.run("-c", f"import flask; {INVERSE}") == "[[0.6, -0.2], [-0.2, 0.4]]\n"
    assert elfin.good("pip", "check").out == ""
    before = place.picture()
    assert elfin.good("pip", "install", "flask", "numpy").err.startswith("Audited ")
    elfin.file("frozen.txt", elfin.good("pip", "freeze").out)
    assert elfin.good("pip", "sync", "frozen.txt").err.startswith("Audited ")
    assert place.picture() == before


def test_flask_resolves_as_it_does_for_uv(elfin: Commandline) -> None:
    uv = shutil.which("uv", path=f"{os.path.dirname(sys.executable)}:{PATH}")
    if uv is None:
        pytest.skip("uv is not installed beside the Python of the tests")
    elfin.file("top.in", "flask\n")
    ours = elfin.good("pip", "compile", "--no-header", "--no-annotate", "--python", PYTHON, "top.in").out
    index = os.environ["ELFIN_INDEX_URL"]
    theirs = subprocess.run(
        [uv, "pip", "compile", "-q", "--no-header", "--no-annotate", "--python", PYTHON, "-i", index, "top.in"],
        check=False, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert theirs.returncode == 0, theirs.stderr
    pins = re.compile(r"(?m)^[a-z0-9-]+==\S+$")
    assert pins.findall(ours) == pins.findall(theirs.stdout) and "flask==" in ours
