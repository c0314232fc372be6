"""The settings about Pythons: where they are said, and what stands without a word."""

from __future__ import annotations

import pytest

from elfin.errors import ConfigError
from elfin.settings import ladder
from elfin.settings.model import Files, Settings


def said(environ: dict[str, str], home: str | None = "/home/x", **flags: object) -> Settings:
    return ladder.settings(flags, environ, Files(home))


def test_what_stands_without_a_word() -> None:
    found = said({})
    assert found.python_folder.value == "/home/x/.local/share/elfin/pythons"
    assert found.python_links.value == "/home/x/.local/bin" and found.data_dir.value == "/home/x/.local/share/elfin"
    assert (found.python_catalogue.value, found.python_mirrors.value) == (None, ())
    assert found.python_downloads == ("automatic", "default")


def test_without_a_home_there_is_no_place() -> None:
    found = said({}, home=None)
    assert (found.python_folder.value, found.python_links.value, found.data_dir.value) == (None, None, None)


def test_the_ladder_is_climbed() -> None:
    environ = {
        "XDG_DATA_HOME": "/data", "XDG_BIN_HOME": "/bins", "ELFIN_PYTHON_MIRROR": "http://a /b",
        "UV_PYTHON_DOWNLOADS": "manual",
        "ELFIN_PYTHON_CATALOGUE": "c.txt",
    }  # fmt: skip
    found = said(environ)
    assert (found.python_folder.value, found.python_links.value) == ("/data/elfin/pythons", "/bins")
    assert found.python_mirrors.value == ("http://a", "/b") and found.python_catalogue.value == "c.txt"
    assert found.python_downloads == ("manual", "UV_PYTHON_DOWNLOADS")
    flagged = said(environ, mirror=["my folder"], install_dir="here", no_python_downloads=True)
    assert flagged.python_mirrors == (("my folder",), "--mirror") and flagged.python_folder.origin == "--install-dir"
    assert flagged.python_downloads == ("never", "--no-python-downloads")
    assert said({"ELFIN_PYTHON_MIRROR": "my folder"}).python_mirrors.value == ("my folder",)


def test_a_word_without_meaning_is_refused() -> None:
    with pytest.raises(ConfigError):
        said({"ELFIN_PYTHON_DOWNLOADS": "perhaps"})
