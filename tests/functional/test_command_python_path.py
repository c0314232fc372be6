"""`venv`, `run` and `pip` beside Pythons on PATH that cannot be started: described, passed over, never fatal."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from kit import elfsmith
from kit.commandline import PYTHON, Commandline

pytestmark = pytest.mark.skipif(os.uname().sysname != "Linux", reason="makes ELF files for Linux")
FOREIGN = elfsmith.program("/lib/ld-linux-aarch64.so.1" if os.uname().machine != "aarch64" else "/lib64/ld64.so.2",
                           "aarch64" if os.uname().machine != "aarch64" else "ppc64le")  # fmt: skip
OTHERS = {
    "foreign": FOREIGN,
    "loaderless": elfsmith.program("/lib/ld-musl-nowhere.so.1", os.uname().machine),
    "broken": b"\x7fELF\x02\x01\x01",
    "script": b"#!/does/not/exist\n",
    "no-python": b"#!/bin/sh\nexit 0\n",
    "old": b"#!/bin/sh\necho 'Unknown option: -I' >&2; exit 2\n",
}


def put(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    path.chmod(0o755)
    return path


@pytest.fixture
def crowded(elfin: Commandline, monkeypatch: pytest.MonkeyPatch) -> Commandline:
    """A PATH of six Pythons that will not do, before the one that will."""
    folders = [str(put(elfin.work / name / "bin/python3", data).parent) for name, data in OTHERS.items()]
    (elfin.work / "good").mkdir()
    (elfin.work / "good/python3").symlink_to(PYTHON)
    monkeypatch.setenv("PATH", os.pathsep.join((*folders, str(elfin.work / "good"), "/usr/bin", "/bin")))
    return elfin


def test_an_environment_is_made_from_the_first_that_starts(crowded: Commandline) -> None:
    crowded.good("venv", "--python", "3", "env")
    assert f"home = {crowded.work / 'good'}\n" in (crowded.work / "env/pyvenv.cfg").read_text()


def test_pip_describes_the_first_that_starts(crowded: Commandline) -> None:
    crowded.good("pip", "install", "-q", "--python", "3", "--target", "there", "beta")
    assert list((crowded.work / "there").glob("beta-*.dist-info"))


@pytest.mark.parametrize("name", ["python", "python3"])
def test_run_starts_the_first_that_starts(name: str, crowded: Commandline) -> None:
    code = "import sys; print(sys.base_prefix)"
    done = crowded.process("run", "--isolated", "--python", "3", "--", name, "-c", code)
    assert done.returncode == 0, done.stderr
    assert os.path.realpath(done.stdout.strip()) == os.path.realpath(os.path.dirname(os.path.dirname(PYTHON)))


def test_the_list_tells_what_is_wrong_with_each(crowded: Commandline) -> None:
    out = crowded.good("python", "list", "--only-installed", "--json").out
    rows = {row["path"]: row["note"] for row in json.loads(out)["pythons"]}
    notes = {name: rows[str(crowded.work / name / "bin/python3")] for name in OTHERS}
    machine = "aarch64" if os.uname().machine != "aarch64" else "ppc64le"
    assert f"is for {machine}, this machine is {os.uname().machine}" in notes["foreign"]
    assert "needs the loader /lib/ld-musl-nowhere.so.1" in notes["loaderless"]
    assert "has a format that this machine cannot run" in notes["broken"]
    assert "/does/not/exist" in notes["script"] and "is not a Python" in notes["no-python"]
    assert "too old to be asked" in notes["old"]
    assert rows[str(crowded.work / "good/python3")] is None


def test_where_none_starts_every_reason_is_told(crowded: Commandline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.pathsep.join(str(crowded.work / name / "bin") for name in OTHERS))
    answer = crowded("venv", "--python", "3", "env")
    assert answer.code == 1 and answer.err.count(str(crowded.work)) >= len(OTHERS)
    assert "this machine is" in answer.err and "needs the loader" in answer.err and "Traceback" not in answer.err
    assert not (crowded.work / "env").exists()


def test_one_that_is_named_by_its_path_is_not_passed_over(crowded: Commandline) -> None:
    answer = crowded("venv", "--python", crowded.work / "foreign/bin/python3", "env")
    assert answer.code == 3 and "this machine is" in answer.err


def test_a_pyenvs_choice_counts_and_what_it_lacks_is_passed_over(
    elfin: Commandline, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = elfin.work / "pyenv"
    shim = put(root / "shims/python3", b"#!/bin/sh\necho the shim was started >&2; exit 127\n")
    put(root / "versions/3.99.0/bin/python3", FOREIGN)
    version = root / "versions/3.98.0/bin"
    version.mkdir(parents=True)
    (version / "python3").symlink_to(PYTHON)
    monkeypatch.setenv("PATH", f"{shim.parent}:/nowhere")
    for chosen in ("3.98.0", "3.99.0", "3.97.0"):  # it, one that does not start, one that is not there
        (root / "version").write_text(chosen)
        shutil.rmtree(elfin.work / "env", ignore_errors=True)
        said = elfin.good("venv", "--python", "3", "env").said
        assert "shim was started" not in said
        assert str(version) in (elfin.work / "env/pyvenv.cfg").read_text()
