"""The environment that is meant is found, and a broken one says which part is missing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from elfin.envs import disk_find, disk_venv
from elfin.errors import PlaceError
from kit.interpreters import running


def make(path: Path) -> Path:
    disk_venv.create(running(), str(path), made_by="1")
    return path


def found(folder: Path, asked: str | None = None, **environ: str) -> tuple[str | None, str]:
    return disk_find.find(asked, environ, str(folder))[:2]


def test_the_ladder(tmp_path: Path) -> None:
    project = tmp_path / "project"
    below = project / "a/b"
    below.mkdir(parents=True)
    assert found(below)[0] is None
    make(project / ".venv")
    make(tmp_path / "other")
    assert found(project) == (f"{project}/.venv", ".venv in this folder")
    assert found(below) == (f"{project}/.venv", f".venv in {project}")
    assert found(below, CONDA_PREFIX="/conda") == ("/conda", "CONDA_PREFIX")
    assert found(below, CONDA_PREFIX="/conda", CONDA_DEFAULT_ENV="base")[0] == f"{project}/.venv"
    assert found(below, VIRTUAL_ENV="/active", CONDA_PREFIX="/conda") == ("/active", "VIRTUAL_ENV")
    assert found(below, "../../../other", VIRTUAL_ENV="/active") == (f"{tmp_path}/other", "--python ../../../other")
    assert found(below, f"{tmp_path}/other/bin/python3")[0] == f"{tmp_path}/other"
    assert disk_find.find(None, {"CONDA_PREFIX": "/conda"}, str(below)).conda


@pytest.mark.parametrize("asked", ["3.12", "python3", ">=3.11", "/usr/bin/python3", "./nothing"])
def test_a_request_for_an_interpreter_is_no_environment(asked: str, tmp_path: Path) -> None:
    assert found(tmp_path, asked, VIRTUAL_ENV="/active") == (None, f"--python {asked}")


def test_a_planted_environment_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / ".venv")
    below = tmp_path / "below"
    below.mkdir()
    tmp_path.chmod(0o1777)
    assert found(below)[0] == f"{tmp_path}/.venv"
    os.lchown(tmp_path / ".venv", 12345, 12345) if os.geteuid() == 0 else pytest.skip("needs root")
    assert found(below)[0] is None
    assert found(tmp_path)[0] == f"{tmp_path}/.venv"  # named by standing in it


def test_an_environment_says_where_it_comes_from(tmp_path: Path) -> None:
    read = disk_find.read_environment(str(make(tmp_path / "env")))
    assert read.base_python == os.path.realpath(running().executable)
    assert (read.prefix, read.python) == (f"{tmp_path}/env", f"{tmp_path}/env/bin/python")
    assert read.values["elfin"] == "1"
    assert not read.system_site_packages


def broken(path: Path) -> PlaceError:
    with pytest.raises(PlaceError) as caught:
        disk_find.read_environment(str(path))
    assert caught.value.hints
    return caught.value


def test_what_is_broken_is_named(tmp_path: Path) -> None:
    env = make(tmp_path / "my env")
    config = (env / "pyvenv.cfg").read_text()
    home = os.path.dirname(running().executable)
    (env / "pyvenv.cfg").write_text(config.replace(f"home = {home}", "home = /no/such/folder"))
    error = broken(env)
    assert "the Python it was made from is gone: there is no /no/such/folder" in error.message
    assert f"elfin venv --clear '{env}'" in error.hints[0]
    (env / "pyvenv.cfg").write_text("version = 3\n")
    assert "has no `home`" in broken(env).message
    (env / "pyvenv.cfg").write_text(config)
    (env / "bin/python").unlink()
    assert "it has no bin/python" in broken(env).message
    (env / "bin/python").symlink_to("python9")
    (env / "bin/python9").symlink_to("/gone/python9")
    assert "its bin/python points to /gone/python9, which is not there" in broken(env).message
    (env / "pyvenv.cfg").unlink()
    assert "is not a virtual environment: it has no pyvenv.cfg" in broken(env).message
    shutil.rmtree(env)
    assert "there is no environment at" in broken(env).message


def test_a_copied_python_is_traced_to_its_home(tmp_path: Path) -> None:
    env = make(tmp_path / "env")
    python = env / "bin/python"
    python.unlink()
    shutil.copy(running().executable, python)
    assert disk_find.read_environment(str(env)).base_python == os.path.realpath(running().executable)
    config = [line for line in (env / "pyvenv.cfg").read_text().splitlines() if not line.startswith("executable")]
    (env / "pyvenv.cfg").write_text("\n".join(config))
    assert os.path.samefile(disk_find.read_environment(str(env)).base_python, running().executable)
    empty = tmp_path / "empty"
    empty.mkdir()
    (env / "pyvenv.cfg").write_text(f"home = {empty}\nversion = 3.12.1\n")
    assert f"there is no Python in {empty}" in broken(env).message


def test_an_environment_of_the_standard_library_is_read_too(tmp_path: Path) -> None:
    import subprocess

    subprocess.run([running().executable, "-I", "-m", "venv", "--without-pip", str(tmp_path / "env")], check=True)
    read = disk_find.read_environment(str(tmp_path / "env"))
    assert read.base_python == os.path.realpath(running().executable)
