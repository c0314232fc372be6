"""`elfin pip list`, `freeze`, `show`, `check`, and `elfin cache`, `elfin host`."""

from __future__ import annotations

import json
import os

import pytest

from kit.commandline import PYTHON, Commandline, Place, release
from kit.indexserver import IndexServer


@pytest.fixture
def filled(elfin: Commandline, venv: Place) -> Place:
    elfin.good("pip", "install", "-q", "alpha", "hello")
    return venv


def test_the_list_has_three_forms(elfin: Commandline, filled: Place) -> None:
    assert elfin.good("pip", "list").out.splitlines() == [
        "Package  Version",
        "-------  -------",
        "alpha    2.0",
        "beta     2.0",
        "hello    1.0",
    ]
    assert elfin.good("pip", "list", "--format", "freeze").out == "alpha==2.0\nbeta==2.0\nhello==1.0\n"
    listed = json.loads(elfin.good("pip", "list", "--format=json", "--exclude", "Hello").out)
    assert listed == [{"name": "alpha", "version": "2.0"}, {"name": "beta", "version": "2.0"}]


def test_an_empty_environment_lists_nothing(elfin: Commandline, venv: Place) -> None:
    assert elfin.good("pip", "list").out == "" and elfin.good("pip", "freeze").out == ""
    assert elfin.good("pip", "list", "--format", "json").out == "[]\n"


def test_editable_installs_of_others_are_shown_as_such(elfin: Commandline, filled: Place) -> None:
    info = filled.site / "mine-0.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 0.1\n")
    (info / "RECORD").write_text("")
    (info / "direct_url.json").write_text('{"url": "file:///home/me/my%20project", "dir_info": {"editable": true}}')
    assert "mine     0.1      /home/me/my project" in elfin.good("pip", "list").out
    assert elfin.good("pip", "list", "-e", "--format", "freeze").out == "mine==0.1\n"
    assert "-e /home/me/my project\n" in elfin.good("pip", "freeze").out
    assert "mine" not in elfin.good("pip", "freeze", "--exclude-editable").out


def test_show_tells_both_ways_of_depending(elfin: Commandline, filled: Place) -> None:
    answer = elfin.good("pip", "show", "Beta", "alpha", "nowhere")
    blocks = answer.out.split("---\n")
    assert "Name: beta\nVersion: 2.0\nSummary: The beta of tests\n" in blocks[0]
    assert "Required-by: alpha\n" in blocks[0] and f"Location: {filled.site}\n" in blocks[0]
    assert "Requires: beta\n" in blocks[1] and "Installer: elfin\n" in blocks[1]
    assert "warning: nowhere is not installed" in answer.err
    assert "  beta/__init__.py\n" in elfin.good("pip", "show", "-f", "beta").out
    assert elfin("pip", "show", "nowhere").code == 1


def test_check_finds_what_is_missing_and_what_does_not_fit(elfin: Commandline, filled: Place) -> None:
    answer = elfin.good("pip", "check")
    assert "Checked 3 packages: all fit together" in answer.err
    elfin.good("pip", "install", "--no-deps", "fussy")
    answer = elfin("pip", "check")
    assert answer.code == 1 and "fussy" in answer.out and "beta" in answer.out and "1 problem" in answer.err
    elfin.good("pip", "uninstall", "beta", "fussy")
    answer = elfin("pip", "check")
    assert answer.code == 1 and "alpha" in answer.out and "beta" in answer.out


def test_the_cache_is_where_it_was_asked_to_be(elfin: Commandline, filled: Place) -> None:
    assert elfin.good("cache", "dir").out == f"{elfin.cache}\n"
    assert elfin.good("--cache-dir", "elsewhere", "cache", "dir").out == f"{elfin.work}/elsewhere\n"
    size = int(elfin.good("cache", "size", "--bytes").out)
    assert size > 1000
    assert "files" in elfin.good("cache", "size").out


def test_a_clean_takes_elfin_s_own_files_only_and_environments_stay_whole(elfin: Commandline, filled: Place) -> None:
    (elfin.cache / "note.txt").write_text("mine")
    before = filled.picture()
    assert elfin.good("cache", "clean").err.startswith("Removed ")
    assert os.listdir(elfin.cache) == ["note.txt"]
    assert filled.picture() == before
    elfin.good("pip", "install", "delta")


def test_a_clean_of_no_cache_is_no_mistake(elfin: Commandline) -> None:
    assert elfin.good("--cache-dir", "never-made", "cache", "clean").err.startswith("Removed 0 B")
    assert elfin.good("--cache-dir", "never-made", "cache", "size", "--bytes").out == "0\n"


def test_no_cache_leaves_none_behind(
    elfin: Commandline, venv: Place, monkeypatch: pytest.MonkeyPatch, server: IndexServer
) -> None:
    scratch = elfin.work / "scratch"
    scratch.mkdir()
    elfin.good("cache", "clean")
    done = elfin.process("--no-cache", "pip", "install", "beta", TMPDIR=str(scratch))
    assert done.returncode == 0, done.stderr
    assert venv.versions() == {"beta": "2.0"}
    assert os.listdir(scratch) == [] and os.listdir(elfin.cache) == []


def test_the_machine_is_told_as_text_and_json(elfin: Commandline) -> None:
    assert "architecture" in elfin.good("host").out
    told = json.loads(elfin.good("host", "--json").out)
    assert told["schema"] == 1 and told["libcs"] and told["evidence"]
    assert "READ FROM" in elfin.good("host", "--why").out


def test_another_python_s_packages_are_listed_by_its_name(elfin: Commandline, filled: Place) -> None:
    elfin.good("venv", "--python", PYTHON, "other")
    assert elfin.good("pip", "list", "--python", "other").out == ""
    assert "alpha" in elfin.good("pip", "list", "--python", filled.python).out


def test_a_damaged_distribution_is_told_and_the_rest_still_listed(elfin: Commandline, filled: Place) -> None:
    next(filled.site.glob("beta-*")).joinpath("METADATA").unlink()
    answer = elfin.good("pip", "list", "--format", "freeze")
    assert "alpha==2.0\n" in answer.out
    assert "Traceback" not in elfin("pip", "check").said and elfin("pip", "check").code in (0, 1)
    assert elfin("pip", "show", "beta").code in (0, 1, 3)
    ((name, data),) = release("extra", "1.0").items()
    (elfin.work / name).write_bytes(data)
    elfin.good("pip", "install", "--no-deps", f"./{name}")
