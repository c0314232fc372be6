from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elfin.errors import MalformedWheel
from elfin.formats import record

paths = st.text(st.characters(blacklist_categories=["Cs", "Cc"]) | st.sampled_from(',"'), min_size=1)
rows = st.builds(record.Row, paths, st.sampled_from(["", "sha256=abc_-"]), st.none() | st.integers(0, 10**12))


@settings(max_examples=150, derandomize=True, deadline=None)
@given(st.lists(rows))
def test_what_is_rendered_is_read_back_and_the_csv_module_agrees(made):
    text = record.render(made)
    assert record.parse(text) == made
    read = list(csv.reader(io.StringIO(text.decode(), newline="")))
    assert [row[0] for row in read] == [row.path for row in made]


def test_line_ends_of_windows_and_empty_lines_are_fine():
    assert record.parse(b"a,,\r\n\r\nb,sha256=x,1\r\n") == [("a", "", None), ("b", "sha256=x", 1)]
    assert record.parse(b'"a",,\r\n\r\n"b,c",sha256=x,1') == [("a", "", None), ("b,c", "sha256=x", 1)]


@pytest.mark.parametrize(
    "text", [b"a", b"a,b", b"a,b,1,c", b",x,1", b"a,x,-1", b"a,x,1.5", b'"a,x,1', b"\xff,,", "a,,\u0663".encode()]
)
def test_broken_records_are_refused(text):
    with pytest.raises(MalformedWheel):
        record.parse(text)


def test_digests_have_the_form_of_the_specification():
    assert record.digest_of(b"") == "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
