"""formats.pyvenvcfg: written files come back, real ones are read as CPython's site reads them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elfin.errors import Bug
from elfin.formats import pyvenvcfg


def test_keys_are_caseless_and_other_lines_ignored() -> None:
    text = "home = /usr/bin\nInclude-System-Site-Packages = false\n# note\n\nversion=3.11.2\ncommand = a = b\n"
    assert pyvenvcfg.parse(text) == {
        "home": "/usr/bin",
        "include-system-site-packages": "false",
        "version": "3.11.2",
        "command": "a = b",
    }


@settings(derandomize=True, max_examples=50, deadline=None)
@given(
    st.dictionaries(st.from_regex(r"[a-z][a-z_-]{0,8}", fullmatch=True), st.from_regex(r"[!-~]{0,9}", fullmatch=True))
)
def test_what_is_rendered_is_parsed_back(values: dict[str, str]) -> None:
    assert pyvenvcfg.parse(pyvenvcfg.render(values)) == values


@pytest.mark.parametrize("value", ["a\nb = c", " a", "a\r"])
def test_values_that_would_change_are_refused(value: str) -> None:
    with pytest.raises(Bug):
        pyvenvcfg.render({"home": value})
