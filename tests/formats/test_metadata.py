"""Core metadata is read as `packaging` reads it."""

from __future__ import annotations

import pytest
from packaging.metadata import parse_email

from elfin.errors import MalformedMetadata
from elfin.formats.metadata import MAX_HEADERS, Metadata, metadata
from kit import loopback

HEAD = b"Metadata-Version: 2.1\nName: a\nVersion: 1.0\n"


def test_headers_are_read_up_to_the_description() -> None:
    read = metadata(HEAD + b"Summary: short\nRequires-Dist: b (>=1)\n\nRequires-Dist: not-this\n")
    assert (read.name, read.version, read.metadata_version, read.summary) == ("a", "1.0", "2.1", "short")
    assert read.requires_dist == ("b (>=1)",)
    assert read.requires_python is None and read.provides_extra == ()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_will_do(end: str) -> None:
    text = end.join(["Name: a", "Version: 1", "Requires-Dist: b", "", "Requires-Dist: c", ""])
    assert metadata(text.encode()).requires_dist == ("b",)


def test_names_of_headers_have_no_case_and_values_are_folded() -> None:
    read = metadata(
        b"NAME: a\nversion:1\nrequires-dist: b>=1;\n  python_version < '3'\n\tand extra == 'x'\nSummary: s\n"
    )
    assert read.requires_dist == ("b>=1; python_version < '3' and extra == 'x'",)
    assert read.summary == "s"


def test_the_lines_of_a_licence_are_kept() -> None:
    assert metadata(HEAD + b"License: one\n        two\n").license == "one\ntwo"


def test_bytes_that_are_not_utf8_are_replaced() -> None:
    assert metadata(HEAD + b"Author: J\xf6rg\n").author == "J\ufffdrg"


def test_unknown_and_empty_values_are_none() -> None:
    read = metadata(HEAD + b"Home-page: UNKNOWN\nAuthor:\nRequires-Dist:\n")
    assert (read.home_page, read.author, read.requires_dist) == (None, None, ())


def test_dynamic_fields_are_named_in_lower_case() -> None:
    assert metadata(HEAD + b"Dynamic: Requires-Dist\nDynamic: Summary\n").dynamic == ("requires-dist", "summary")


def test_a_byte_order_mark_is_passed_over() -> None:
    assert metadata(b"\xef\xbb\xbf" + HEAD).metadata_version == "2.1"


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (b"", "no Name"),
        (b"Version: 1\n", "no Name"),
        (b"Name: a\n", "no Version"),
        (b"Name: a\nName: b\nVersion: 1\n", "different values of Name"),
        (b"Name: ../a\nVersion: 1\n", "not a Name"),
        (b"Name: a\nVersion: 1 2\n", "not a Version"),
        (b"\x7fELF\nName: a\nVersion: 1\n", "no Name"),
        (HEAD + b"Classifier: x\n" * (MAX_HEADERS + 1), "headers"),
    ],
)
def test_what_breaks_the_format_is_named(data: bytes, field: str) -> None:
    with pytest.raises(MalformedMetadata, match=field):
        metadata(data)


def test_a_name_given_twice_alike_is_no_harm() -> None:
    assert metadata(HEAD + b"Name: a\n").name == "a"


@pytest.mark.slow
@pytest.mark.skipif(not loopback.available(), reason="the shared loopback index is not beside the checkout")
def test_real_metadata_reads_as_with_email() -> None:
    newest = {project: data for (project, _), data in loopback.loopback().metadata.items()}
    assert len(newest) > 100
    for data in newest.values():
        assert pairs(metadata(data)) == oracle(data)


def pairs(read: Metadata) -> dict[str, object]:
    return {key: value for key, value in read._asdict().items() if key not in ("license", "keywords", "dynamic")}


def oracle(data: bytes) -> dict[str, object]:
    """The same through `email`; headers it leaves aside because a byte is not UTF-8 do not occur in the data."""
    raw, _ = parse_email(data)
    urls = tuple(f"{label}, {url}" for label, url in raw.get("project_urls", {}).items())
    found: dict[str, object] = {
        name: " ".join(text.split()) if (text := raw.get(name)) is not None and text != "UNKNOWN" else None
        for name in (
            "metadata_version", "name", "version", "summary", "requires_python", "home_page", "author",
            "author_email", "license_expression",
        )
    }  # fmt: skip
    return found | {
        "requires_dist": tuple(" ".join(text.split()) for text in raw.get("requires_dist", [])),
        "provides_extra": tuple(raw.get("provides_extra", [])),
        "classifiers": tuple(raw.get("classifiers", [])),
        "project_urls": urls,
    }
