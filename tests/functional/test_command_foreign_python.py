"""`--python-version` and questions about a Python that is not here: one reading, and nothing is installed for them."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from elfin.flows import python_install
from kit import foreign
from kit.commandline import Commandline
from kit.indexserver import IndexServer

HERE = "{}.{}".format(*sys.version_info)


@pytest.fixture
def server() -> Iterator[IndexServer]:
    with IndexServer(foreign.projects()) as running:
        yield running


@pytest.fixture
def downloading(elfin: Commandline, monkeypatch: pytest.MonkeyPatch) -> Commandline:
    """elfin with its default setting, by which a Python that something needs is downloaded; it is noticed."""

    def noticed(*_: object) -> None:
        pytest.fail("a Python was downloaded")

    monkeypatch.delenv("ELFIN_PYTHON_DOWNLOADS")
    monkeypatch.setattr(python_install, "install_build", noticed)
    elfin.file("x.in", "old\n")
    return elfin


@pytest.mark.parametrize(
    "words",
    [
        ("tags", "--python", "3.13t"),
        ("tags", "--python-version", "3.13t", "--platform", "host"),
        ("explain", "old", "--python", "3.13t"),
        ("pip", "compile", "x.in", "--python-version", "3.13t"),
        ("pip", "compile", "x.in", "--python-version", "3.13t", "--platform", "host"),
        ("pip", "install", "--target", "out", "--dry-run", "old", "--python-version", "3.13t"),
        ("pip", "download", "-d", "out", "old", "--python-version", "3.13t"),
        ("pip", "compile", "x.in", "--python", "3.13t"),
        ("pip", "download", "-d", "out", "old", "--python", "3.13t"),
    ],
)
def test_a_question_about_a_python_that_is_not_here_installs_none(
    downloading: Commandline, words: tuple[str, ...]
) -> None:
    answer = downloading.good(*words)
    assert "Installing" not in answer.err
    assert words[0] != "tags" or answer.out.startswith("cp313-cp313t-")


def test_a_look_into_a_python_that_is_not_here_installs_none(downloading: Commandline) -> None:
    for words in (("list",), ("check",), ("list", "--target", "out"), ("install", "--dry-run", "old")):
        answer = downloading("pip", *words, "--python", "3.13t")
        assert answer.code == 1 and "`elfin python install 3.13t` would get" in answer.err


def test_the_watch_sees_a_python_that_is_downloaded(downloading: Commandline) -> None:
    with pytest.raises(pytest.fail.Exception):
        downloading("venv", "--python", "3.13t")


@pytest.mark.parametrize("place", [(), ("--platform", "host"), ("--platform", "manylinux_2_28_x86_64")])
def test_a_python_version_is_read_alike_with_and_without_a_place(elfin: Commandline, place: tuple[str, ...]) -> None:
    elfin.file("x.in", "old\n")
    words = ("pip", "compile", "--no-header", "x.in", *place, "--python-version")
    for text in ("3", ">=3.12", "312", "3.12.4", "3.13t", "cp312"):
        elfin.good(*words, text)
    old = elfin(*words, "2.7")
    assert old.code == 1 and "the oldest one is 3.8" in old.err
    for text in ("python3.12", "/usr/bin/python3", "3.x"):
        assert elfin(*words, text).code == 2, text


def test_a_version_that_was_left_open_is_said(elfin: Commandline) -> None:
    elfin.file("x.in", "old\n")
    said = elfin.good("pip", "compile", "x.in", "--python-version", "3").err
    assert said.startswith(f"For CPython {HERE} here")


def test_a_kind_of_python_that_is_not_here_is_imagined(elfin: Commandline) -> None:
    elfin.file("x.in", "marked; implementation_name == 'pypy'\nold; implementation_name == 'cpython'\n")
    asked = elfin("pip", "compile", "x.in", "--no-header", "--python-version", "pypy3.11")
    assert asked.code == 1 and "marked" in asked.err, asked.said


def test_pip_s_words_for_a_kind_of_python_are_translated(elfin: Commandline) -> None:
    for words in (("--implementation", "cp"), ("--abi", "cp312")):
        asked = elfin("pip", "download", *words, "old")
        assert asked.code == 2 and "hint: `--python-version` says it in one word: cp312" in asked.err
