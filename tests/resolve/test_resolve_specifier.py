"""Specifiers become masks; `packaging` is the oracle."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from elfin.errors import Malformed
from elfin.resolve.specifier import Listing, admits, clauses_of, names_prerelease, pins_exactly, text_of

numbers = st.integers(0, 3)
releases = st.lists(numbers, min_size=1, max_size=3).map(lambda parts: ".".join(map(str, parts)))
suffixes = st.sampled_from(
    ["", "", "", "a1", "b2", "rc1", ".post0", ".post1", ".dev0", ".dev1", "a1.dev1", ".post1.dev0"]
)
locals_ = st.sampled_from(["", "", "", "+x", "+x.1"])
epochs = st.sampled_from(["", "", "", "", "1!"])
plain_versions = st.builds(lambda e, r, s: e + r + s, epochs, releases, suffixes)
listings = st.lists(st.builds(lambda v, tail: v + tail, plain_versions, locals_), max_size=12).map(
    lambda texts: sorted({Version(text) for text in texts})
)
compatible = st.builds(
    lambda r, s: "~=" + r + s, st.lists(numbers, min_size=2, max_size=3).map(lambda p: ".".join(map(str, p))), suffixes
)
clauses = st.one_of(
    st.builds(lambda o, v: o + v, st.sampled_from([">=", "<=", ">", "<", "==", "!="]), plain_versions),
    st.builds(lambda o, r: f"{o}{r}.*", st.sampled_from(["==", "!="]), releases),
    st.builds(lambda o, v: f"{o}{v}+x", st.sampled_from(["==", "!="]), plain_versions),
    st.builds(lambda v: f"==={v}", plain_versions),
    compatible,
)


def chosen(mask: int, versions: list[Version]) -> list[Version]:
    return [version for index, version in enumerate(versions) if mask >> (index + 1) & 1]


@settings(max_examples=600, derandomize=True, deadline=None)
@given(versions=listings, parts=st.lists(clauses, max_size=3))
def test_mask_is_what_packaging_contains(versions: list[Version], parts: list[str]) -> None:
    text = ",".join(parts)
    mask = Listing(versions).mask(clauses_of(text))
    oracle = SpecifierSet(text)
    assert chosen(mask, versions) == [v for v in versions if oracle.contains(v, prereleases=True)]
    assert not mask & 1


@settings(max_examples=200, derandomize=True, deadline=None)
@given(versions=listings, left=clauses, right=clauses)
def test_masks_of_joined_clauses_intersect(versions: list[Version], left: str, right: str) -> None:
    listing = Listing(versions)
    both = listing.mask(clauses_of(f"{left},{right}"))
    assert both == listing.mask(clauses_of(left)) & listing.mask(clauses_of(right))


@pytest.mark.parametrize("text", ["=>1", ">=1.0.*", "~=1", "1.0", ">= 1.0, wrong", "==1.*.2"])
def test_what_is_no_specifier_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        clauses_of(text)


def test_a_specifier_is_written_as_it_was_read() -> None:
    assert text_of(clauses_of(">= 1.2 , <2")) == ">=1.2,<2"
    assert clauses_of("  ") == ()


@pytest.mark.parametrize(
    ("text", "python", "fits"),
    [
        (">=3.11.5", "3.11.2", False),
        (">=3.11.5", "3.11.5", True),
        (">=3.8,!=3.9.*", "3.9.1", False),
        (">=3.13", "3.13.0rc1", False),
        ("", "2.7", True),
    ],
)
def test_requires_python_is_asked_to_the_patch(text: str, python: str, fits: bool) -> None:
    assert admits(clauses_of(text), Version(python)) is fits


def test_a_prerelease_is_mentioned_or_not() -> None:
    assert names_prerelease(clauses_of(">=1.0a1"))
    assert names_prerelease(clauses_of("<2,>=1.0.dev0"))
    assert not names_prerelease(clauses_of(">=1.0,!=2.0a1"))
    assert not names_prerelease(clauses_of("==1.*,>=1.0.post1"))


def test_only_a_whole_version_pins() -> None:
    assert pins_exactly(clauses_of("==1.0"))
    assert pins_exactly(clauses_of("===1.0"))
    assert not pins_exactly(clauses_of("==1.*,>=1"))
