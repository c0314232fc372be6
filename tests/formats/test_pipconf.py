"""The two index options of pip.conf are read as pip reads them."""

from __future__ import annotations

import pytest

from elfin.errors import ConfigError
from elfin.formats.pipconf import parse


def test_both_options() -> None:
    text = (
        "\ufeff[global]\nindex-url: https://h/simple\nextra-index-url =\n    https://a/\n    https://b/\ntimeout = x\n"
    )
    found = parse(text, "pip.conf")
    assert (found.index_url, found.extra_index_urls) == ("https://h/simple", ("https://a/", "https://b/"))


def test_the_section_of_the_command_wins_and_spelling_does_not_matter() -> None:
    text = "[install]\nindex_url = https://install/\n[global]\nIndex-URL = https://global/\n[list]\nindex-url = https://list/\n"
    assert parse(text, "x").index_url == "https://install/"


def test_nothing_is_interpolated() -> None:
    assert parse("[global]\nindex-url = https://%(x)s/%20/\n", "x").index_url == "https://%(x)s/%20/"


def test_a_file_without_indexes_says_nothing() -> None:
    assert parse("", "x")[1:] == (None, ())
    assert parse("[global]\nindex-url =\n", "x").index_url is None


@pytest.mark.parametrize(("text", "where"), [("index-url = x\n", "x.conf:1"), ("[global]\n\njunk\n", "x.conf:3")])
def test_what_is_no_ini_file_is_an_error_with_its_line(text: str, where: str) -> None:
    with pytest.raises(ConfigError, match=where):
        parse(text, "x.conf")
