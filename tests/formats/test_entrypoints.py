from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elfin.errors import MalformedWheel
from elfin.formats import entrypoints


def test_commands_are_read_and_other_groups_are_not():
    text = """
# comment
[console_scripts]
; comment
spam = spam.cli:main
 egg-3.1=egg:Egg.run [extra,other]
[gui_scripts]
window = spam . gui:show
[anything at all]
this is not = even a [ value
no value
"""
    with pytest.raises(MalformedWheel, match="'window'"):
        entrypoints.parse(text.encode())
    assert entrypoints.parse(text.replace(" . ", ".").encode()) == (
        (("spam", "spam.cli:main"), ("egg-3.1", "egg:Egg.run")),
        (("window", "spam.gui:show"),),
    )


def test_one_command_twice_is_fine_if_it_says_the_same():
    text = b"[console_scripts]\nx = a:b\nx=a:b\n"
    assert entrypoints.parse(text).console == (("x", "a:b"),)
    with pytest.raises(MalformedWheel, match="two commands named 'x'"):
        entrypoints.parse(text + b"x=a:c\n")


def test_text_that_is_not_utf8_is_refused():
    with pytest.raises(MalformedWheel, match="not UTF-8"):
        entrypoints.parse(b"\xff")


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.text(max_size=60))
def test_whatever_is_accepted_is_a_plain_name_and_a_dotted_path(line):
    try:
        found = entrypoints.parse(f"[console_scripts]\n{line}\n".encode("utf-8", "replace"))
    except MalformedWheel:
        return
    for name, target in found.console:
        assert "/" not in name and not name.startswith(".") and name.split() == [name]
        assert all(part.isidentifier() for part in target.replace(":", ".").split("."))
