"""flows.python_find: installed Pythons before PATH before a download, and when there is no download."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from elfin.errors import NoPython
from elfin.flows import python_find
from elfin.flows.context import Context
from elfin.pythons import child
from kit import pythonarchives

GNU = "cpython-3.13.15-linux-x86_64-gnu"
real = pytest.mark.skipif(
    not pythonarchives.LIST.is_file() or os.uname().machine != "x86_64", reason="no CPython builds for this machine"
)


@pytest.fixture(autouse=True)
def nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        monkeypatch.delenv(name)
    for name, value in {
        "HOME": str(tmp_path), "PATH": str(tmp_path / "nowhere"), "PIP_CONFIG_FILE": os.devnull,
        "ELFIN_PYTHON_CATALOGUE": str(pythonarchives.LIST),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)


def find(text: str | None, **flags: object) -> str:
    context = Context.open(flags)
    return python_find.find(context, text, child.Asking(context.place)).executable


@real
def test_a_python_is_fetched_once_when_none_is_here(tmp_path: Path) -> None:
    first = find("3.13")
    assert first == str(tmp_path / f".local/share/elfin/pythons/{GNU}/bin/python3.13")
    assert find("3.13", no_python_downloads=True) == first == find(None, offline=True)


@real
@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"no_python_downloads": True}, "downloads are off (--no-python-downloads)"),
        ({"offline": True}, "elfin is offline"),
    ],
)
def test_without_downloads_the_error_says_what_would_help(flags: dict[str, object], words: str, tmp_path: Path) -> None:
    with pytest.raises(NoPython) as caught:
        find("3.13", **flags)
    assert "`elfin python install 3.13` would get 3.13.15" in caught.value.hints[0] and words in caught.value.hints[0]
    assert not (tmp_path / ".local").exists()


@real
def test_what_nobody_offers_is_told_with_what_was_passed_over() -> None:
    with pytest.raises(NoPython) as caught:
        find("3.12.3")
    assert caught.value.message == "no Python for '3.12.3' on PATH"
    assert "none can be downloaded: there is no such version" in str(caught.value.state)


def test_a_pin_is_followed_and_a_strange_one_passed_over(tmp_path: Path) -> None:
    context = Context.open({})
    assert python_find.pinned(context) is None
    for text, release in (("3.13\n", (3, 13)), ("# why\n\n3.12.4  # so\n3.11\n", (3, 12, 4)), ("system\n", None)):
        (tmp_path / ".python-version").write_text(text)
        found = python_find.pinned(context)
        assert (found.release if found else None) == release
    for text in ("my-env\n", "3.12-dev\n"):
        (tmp_path / ".python-version").write_text(text)
        assert python_find.pinned(context) is None
