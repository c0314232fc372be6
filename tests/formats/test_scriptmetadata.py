"""PEP 723 blocks are read as its reference reads them, and what is wrong with one is said with its line."""

from __future__ import annotations

import pytest

from elfin.errors import UsageError
from elfin.formats import scriptmetadata

SCRIPT = """#!/usr/bin/env python3
# a comment
# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "requests<3",
#   "rich",
# ]
#
# [tool.elfin]
# x = 1
# ///
print("hello")
"""


def test_a_whole_block() -> None:
    found = scriptmetadata.parse(SCRIPT.encode(), "s.py")
    assert found == (("requests<3", "rich"), ">=3.11", {"elfin": {"x": 1}}, 3)


@pytest.mark.parametrize("change", [lambda text: text.replace("\n", "\r\n"), lambda text: "\ufeff" + text])
def test_line_ends_and_byte_order_marks_do_not_matter(change: object) -> None:
    assert scriptmetadata.parse(change(SCRIPT).encode(), "s.py") == scriptmetadata.parse(SCRIPT.encode(), "s.py")  # type: ignore[operator]


def test_a_block_may_be_the_end_of_the_file_and_may_be_empty() -> None:
    assert scriptmetadata.parse(b"# /// script\n#\n# ///", "s.py") == ((), None, {}, 1)


@pytest.mark.parametrize(
    "source", [b"", b"print(1)", b"x = '# /// script'", b"# /// other\n# x = 1\n# ///\n", b"\xff\xfe no block"]
)
def test_a_script_without_a_block_has_none(source: bytes) -> None:
    assert scriptmetadata.parse(source, "s.py") is None


def test_other_blocks_do_not_matter() -> None:
    source = "# /// other\n# x =\n# ///\n\n" + SCRIPT
    found = scriptmetadata.parse(source.encode(), "s.py")
    assert found is not None
    assert found.line == 7


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (SCRIPT.replace("# ///\n", ""), "s.py:3: expected the script block to end with a line `# ///`"),
        (SCRIPT + SCRIPT, "s.py:16: expected one script block, and this is a second one"),
        (SCRIPT.replace('"rich",', '"rich'), "s.py:7: expected TOML in the script block: "),
        (SCRIPT.replace('">=3.11"', "3.11"), "s.py:3: expected `requires-python` to be a text"),
        (SCRIPT.replace('"rich"', "1"), "s.py:3: expected `dependencies` to be a list of texts"),
        (SCRIPT.replace("[tool.elfin]", "tool = 1"), "s.py:3: expected `tool` to be a table"),
        (SCRIPT.replace("x = 1", "x = " + "[" * 5000), "s.py:3: expected TOML that is not nested so deeply"),
    ],
)
def test_errors_name_the_line(source: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        scriptmetadata.parse(source.encode(), "s.py")
    assert caught.value.message.startswith(said)


def test_bytes_that_are_no_text_are_an_error_only_where_a_block_is() -> None:
    with pytest.raises(UsageError, match=r"s.py:2: expected UTF-8"):
        scriptmetadata.parse(b"# /// script\n# \xff\n# ///\n", "s.py")
