"""Environments made without Python or pip are what `python -m venv` makes, and are published whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from elfin.edges import disk_act
from elfin.envs import disk_find, disk_venv
from elfin.errors import PlaceError, UsageError
from elfin.formats import pyvenvcfg
from kit.interpreters import running
from kit.places import interpreter


def make(path: Path, **options: object) -> None:
    disk_venv.create(running(), str(path), made_by="1.2.3", **options)  # type: ignore[arg-type]


def tree(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*")}


def asked(python: Path, code: str) -> object:
    done = subprocess.run(
        [str(python), "-c", code], capture_output=True, text=True, check=True, env={"PATH": "/usr/bin:/bin"}
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", ["env", "with space", "it's $HOME"])
def test_its_python_runs_and_knows_where_it_is(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    made = disk_venv.create(running(), str(path), made_by="1.2.3")
    code = "import sys, json; print(json.dumps([sys.prefix, sys.base_prefix, sys.path]))"
    prefix, base_prefix, import_path = asked(path / "bin" / "python", code)  # type: ignore[misc]
    assert (prefix, base_prefix) == (str(path), sys.base_prefix)
    assert made.scheme.purelib in import_path
    assert (made.prefix, made.python, made.kind) == (str(path), str(path / "bin/python"), "venv")


def test_system_site_packages_are_seen_on_request_only(tmp_path: Path) -> None:
    make(tmp_path / "closed")
    make(tmp_path / "open", system_site_packages=True)
    code = (
        "import sys, json; theirs = sys.base_prefix + '/'\n"
        "print(json.dumps(any(p.startswith(theirs) and '-packages' in p for p in sys.path)))"
    )
    assert asked(tmp_path / "closed/bin/python", code) is False
    assert asked(tmp_path / "open/bin/python", code) is True


def test_its_layout_is_that_of_the_standard_library(tmp_path: Path) -> None:
    base = running().executable
    subprocess.run([base, "-I", "-m", "venv", "--without-pip", str(tmp_path / "theirs")], check=True)
    make(tmp_path / "ours")
    theirs, ours = tree(tmp_path / "theirs"), tree(tmp_path / "ours")
    assert theirs <= ours
    assert ours - theirs <= {"bin/activate.nu", ".gitignore"}
    for link in ("lib64", "bin/python3"):
        assert os.path.islink(tmp_path / "ours" / link) == os.path.islink(tmp_path / "theirs" / link)
    their_values = pyvenvcfg.parse((tmp_path / "theirs/pyvenv.cfg").read_text())
    our_values = pyvenvcfg.parse((tmp_path / "ours/pyvenv.cfg").read_text())
    assert set(their_values) - {"command"} <= set(our_values)
    assert {"home", "version", "include-system-site-packages"} <= set(their_values)
    for key in ("home", "version", "include-system-site-packages", "executable"):
        assert our_values[key] == their_values.get(key, our_values[key])


def test_32_bit_gets_no_lib64(tmp_path: Path) -> None:
    disk_venv.create(
        running()._replace(arch=interpreter(machine="armv7l", float_abi="hard").arch),
        str(tmp_path / "env"),
        made_by="1",
    )
    assert not os.path.lexists(tmp_path / "env/lib64")


def test_a_free_threaded_python_has_its_own_folder_and_name(tmp_path: Path) -> None:
    base = running()._replace(free_threaded=True, version="3.13.1", version_info=(3, 13, 1))
    made = disk_venv.create(base, str(tmp_path / "env"), made_by="1")
    assert made.scheme.purelib == f"{tmp_path}/env/lib/python3.13t/site-packages"
    assert os.path.isdir(made.scheme.purelib)
    assert os.readlink(tmp_path / "env/bin/python3.13t") == "python"


@pytest.mark.parametrize(
    ("folder", "prompt", "shown"),
    [("env", None, "env"), ("project/.venv", None, "project"), ("env", "my $(prompt)\n", "my $(prompt)_")],
)
def test_the_prompt(folder: str, prompt: str | None, shown: str, tmp_path: Path) -> None:
    make(tmp_path / folder, prompt=prompt)
    assert disk_find.read_environment(str(tmp_path / folder)).values["prompt"] == shown.strip()


def test_where_links_do_not_exist_programs_are_copied_and_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(call: str, path: str) -> None:
        if call == "symlink":
            raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(disk_act, "before", no_links)
    make(tmp_path / "env")
    python = tmp_path / "env/bin/python3"
    assert python.is_file() and not python.is_symlink()
    assert asked(python, "import sys, json; print(json.dumps(sys.prefix))") == str(tmp_path / "env")
    found = disk_find.read_environment(str(tmp_path / "env"))
    assert found.base_python == os.path.realpath(running().executable)


def test_a_folder_with_other_things_in_it_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work/thesis.tex").write_text("years")
    for clear in (False, True):
        with pytest.raises(PlaceError, match="not a virtual environment") as caught:
            make(tmp_path / "work", clear=clear)
        assert caught.value.hints
    assert tree(tmp_path) == {"work", "work/thesis.tex"}


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "env").write_text("")
    with pytest.raises(PlaceError, match="is a file"):
        make(tmp_path / "env", clear=True)


def test_an_environment_is_replaced_only_with_clear(tmp_path: Path) -> None:
    make(tmp_path / "env")
    (tmp_path / "env/bin/old").write_text("")
    with pytest.raises(PlaceError, match="already") as caught:
        make(tmp_path / "env")
    assert "--clear" in caught.value.hints[0]
    assert (tmp_path / "env/bin/old").exists()
    make(tmp_path / "env", clear=True)
    assert not (tmp_path / "env/bin/old").exists()
    assert os.listdir(tmp_path) == ["env"]


def test_an_empty_folder_stays_the_same_folder(tmp_path: Path) -> None:
    (tmp_path / "env").mkdir(mode=0o750)
    before = os.stat(tmp_path / "env")
    make(tmp_path / "env")
    after = os.stat(tmp_path / "env")
    assert (before.st_ino, before.st_mode) == (after.st_ino, after.st_mode)
    disk_find.read_environment(str(tmp_path / "env"))
    assert tree(tmp_path / "env") >= {"bin/python", ".gitignore", "lib"}


def test_the_working_folder_can_be_cleared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "env")
    (tmp_path / "env/junk").mkdir()
    monkeypatch.chdir(tmp_path / "env")
    disk_venv.create(running(), ".", made_by="2", clear=True)
    assert "pyvenv.cfg" in os.listdir(".") and "junk" not in os.listdir(".")
    assert not [name for name in os.listdir(".") if name.startswith(".elfin")]


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "big").mkdir()
    (tmp_path / ".venv").symlink_to("big/env")
    make(tmp_path / ".venv")
    assert (tmp_path / ".venv").is_symlink() and (tmp_path / "big/env/pyvenv.cfg").is_file()
    make(tmp_path / ".venv", clear=True)
    assert (tmp_path / ".venv").is_symlink()
    assert f"VIRTUAL_ENV='{tmp_path}/.venv'" in (tmp_path / "big/env/bin/activate").read_text()


@pytest.mark.parametrize("clear", [False, True])
def test_a_failing_disk_at_any_step_leaves_nothing_or_the_old_one(
    clear: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step, seen, failed_whole = 0, 0, 0
    said: set[str] = set()

    def fail(call: str, where: str) -> None:
        nonlocal seen
        seen += 1
        if seen == step + 1:
            raise OSError(errno.ENOSPC, "No space left on device")

    while True:
        path = tmp_path / f"{step}" / "env"
        if clear:
            make(path)
            (path / "old").write_text("")
        seen = 0
        with monkeypatch.context() as patched:
            patched.setattr(disk_act, "before", fail)
            try:
                make(path, clear=clear)
            except PlaceError as error:
                said.add(error.message.partition(" on ")[0])
                failed_whole += path.exists() and not (path / "old").exists()
        if path.exists():
            disk_find.read_environment(str(path))  # whole, be it the old or the new one
        else:
            assert not clear
        if seen <= step:
            break  # no step was left to fail at
        step += 1
    assert step > 15
    assert said == {"no space left"}
    assert failed_whole <= 30 if clear else failed_whole <= 3  # only tidying up came after the new one was there


@pytest.mark.parametrize("name", ["a:b", "a\nb"])
def test_a_path_no_shell_can_enter_is_a_usage_error(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no environment can be made"):
        make(tmp_path / name)
    assert os.listdir(tmp_path) == []


def test_an_interpreter_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(PlaceError, match="is gone"):
        disk_venv.create(interpreter(executable=str(tmp_path / "python")), str(tmp_path / "env"), made_by="1")


def test_windows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlaceError, match="Windows"):
        disk_venv.create(running()._replace(os="windows"), str(tmp_path / "env"), made_by="1")
