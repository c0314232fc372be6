"""Listings: which files belong to which version, in what order, and through a digest and back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.version import Version

from elfin.errors import MalformedPage
from elfin.formats import simplepage
from elfin.formats.projectname import canonical
from elfin.index.listing import Digest, Listing, digest, from_digest, merged
from elfin.index.urls import is_name, joined, metadata_url, project_url
from elfin.index.versions import early, grouped, version_text

BASE = "https://host/simple/my-project/"


def listing(names: list[str], project: str = "my-project", url: str = "../../files/{}", base: str = BASE) -> Listing:
    rows = [{"filename": name, "url": url.format(name), "hashes": {}} for name in names]
    return from_digest(digest(project, base, simplepage.Page("json", None, None, None, names, rows)), "https://host")


@pytest.mark.parametrize(
    ("filename", "version"),
    [
        ("my_project-1.0-py3-none-any.whl", "1.0"),
        ("My.Project-1.0-1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", "1.0"),
        ("my_project-1.0+cpu-py3-none-any.whl", "1.0+cpu"),
        ("my-project-1.0.tar.gz", "1.0"),
        ("My__Project-1.0.post1.zip", "1.0.post1"),
        ("my-project-1.0-1.tar.bz2", "1.0-1"),
        ("my_project-1.0.tar.xz", "1.0"),
        ("my_project-1.0.tgz", "1.0"),
        ("other-1.0-py3-none-any.whl", None),
        ("my-1.0.tar.gz", None),
        ("my_project-1.0-py3.8.egg", None),
        ("my_project-1.0.exe", None),
        ("my_project-1.0.rpm", None),
        ("my_project-1.0-none-any.whl", None),
        ("my_project-1.0-a-b-c-d-e.whl", None),
        ("my_project-1.0-py3-none-an\x1by.whl", None),
        ("../my_project-1.0-py3-none-any.whl", None),
        ("my_project.whl", None),
        ("my-project-.tar.gz", None),
        ("", None),
    ],
)
def test_the_version_of_a_file_name(filename: str, version: str | None) -> None:
    assert version_text("my-project", filename) == version


def test_a_longer_name_is_another_project() -> None:
    found = grouped("foo", ["foo-bar-1.0.tar.gz", "foo-1.0.linux-x86_64.tar.gz", "foo-1.0.tar.gz"])
    assert found == [("1.0", [2])]


def test_versions_ascend_and_spellings_of_one_are_one() -> None:
    names = [f"my_project-{text}-py3-none-any.whl" for text in ("2.0", "1.10", "1.9", "2.0rc1", "junk", "1.9.0")]
    found = listing([*names, "my-project-1.9.tar.gz"])
    assert [str(version) for version in found.versions] == ["1.9", "1.10", "2.0rc1", "2.0"]
    assert found.versions.early == [2]  # type: ignore[attr-defined]
    assert [file.filename for file in found.files(0)] == [names[2], names[5], "my-project-1.9.tar.gz"]
    assert found.files(1)[0].url == f"https://host/files/{names[1]}"


def test_a_listing_without_usable_files_is_empty() -> None:
    assert listing(["other-1.0.tar.gz", "x"]).versions[:] == []
    assert len(listing([])) == 0


def test_a_page_of_the_web_cannot_lead_to_this_machine() -> None:
    names = ["my_project-1.0-py3-none-any.whl"]
    for url in ("file:///etc/{}", "FILE:///etc/{}", "ftp://host/{}", "javascript:{}", "//[{}"):
        assert listing(names, url=url).files(0) == ()
    assert listing(names, url="file:///srv/{}", base="file:///srv/simple/my-project/").files(0) != ()


def test_a_base_in_the_page_moves_its_links() -> None:
    html = b'<html><head><base href="/other/"></head><body><a href="a-1.0.zip">a-1.0.zip</a></body></html>'
    data = digest("a", "https://host/simple/a/", simplepage.page(html))
    assert from_digest(data, "https://host").files(0)[0].url == "https://host/other/a-1.0.zip"


@pytest.mark.parametrize("damage", [b"", b"\0" * 400, b"{}\n", b"[]\n", b'{"schema": 1}\n', b'{"schema": 2}\n'])
def test_a_damaged_digest_is_refused(damage: bytes) -> None:
    with pytest.raises(MalformedPage):
        from_digest(Digest(damage, 0, lambda first, last: b""), "https://host")


def test_a_digest_cut_anywhere_is_refused() -> None:
    names = ["my_project-1.0-py3-none-any.whl", "my_project-2.0-py3-none-any.whl"]
    rows = [{"filename": name, "url": name} for name in names]
    whole = digest("my-project", BASE, simplepage.Page("json", None, None, None, names, rows))
    with pytest.raises(MalformedPage):
        from_digest(whole._replace(size=whole.size - 1), "https://host")
    for end in range(len(whole.head)):
        with pytest.raises(MalformedPage):
            from_digest(whole._replace(head=whole.head[:end]), "https://host")


def test_the_newest_version_comes_first_and_others_are_not_read() -> None:
    names = [f"my_project-{text}-py3-none-any.whl" for text in ("1.0", "2.0", "3.0")]
    rows = [{"filename": name, "url": name} for name in names]
    whole = digest("my-project", BASE, simplepage.Page("json", None, None, None, names, rows))
    asked = []

    def take(first: int, last: int) -> bytes:
        asked.append((first, last))
        return whole.rows(first, last)

    found = from_digest(whole._replace(rows=take), "https://host")
    assert asked == []
    assert found.offer(2).names == names[2:]
    assert asked == [(0, whole.size // 3)]
    assert found.files(0)[0].filename == names[0] and asked[1:] == [(whole.size // 3 * 2, whole.size)]


def test_merged_listings_offer_everything_once() -> None:
    one = listing([f"my_project-{text}-py3-none-any.whl" for text in ("1.0", "3.0")])
    two = listing(["my-project-2.0.zip", "my-project-1.0.0.zip"], base="https://two/simple/my-project/")
    both = merged([one, two])
    assert [str(version) for version in both.versions] == ["1.0", "2.0", "3.0"]
    assert [file.filename for file in both.files(0)] == ["my_project-1.0-py3-none-any.whl", "my-project-1.0.0.zip"]
    assert both.texts == ["1.0", "2.0", "3.0"] and both.index_url == one.index_url
    assert merged([one]) is one


def test_a_number_without_end_spoils_only_its_own_file() -> None:
    long = "9" * 5000
    assert grouped("x", [f"x-{long}.tar.gz", "x-1.0.tar.gz"]) == [("1.0", [1])]


@settings(max_examples=50, derandomize=True)
@given(st.lists(st.from_regex(r"[0-9]{1,2}(\.[0-9]{1,2}){0,2}(a1|rc2|\.post1|\.dev3)?", fullmatch=True), max_size=12))
def test_every_file_is_found_under_its_version(texts: list[str]) -> None:
    names = [f"my_project-{text}-py3-none-any.whl" for text in texts]
    found = listing(names)
    assert found.versions[:] == sorted(set(map(Version, texts)))
    under = [(version, file.filename) for at, version in enumerate(found.versions) for file in found.files(at)]
    assert sorted(under) == sorted(zip(map(Version, texts), names, strict=True))


@pytest.mark.parametrize(
    ("base", "link", "target"),
    [
        ("https://h:1/simple/a/", "/files/x.whl", "https://h:1/files/x.whl"),
        ("https://h/simple/a/", "../../x.whl", "https://h/x.whl"),
        ("https://h/simple/a/", "/a/../x.whl", "https://h/x.whl"),
        ("https://h/simple/a/", "//other/x.whl", "https://other/x.whl"),
        ("https://h/simple/a/", "http://plain/x.whl", "http://plain/x.whl"),
        ("https://h/simple/a/", "file:///x.whl", None),
        ("file:///srv/a/", "x.whl", "file:///srv/a/x.whl"),
    ],
)
def test_links_are_joined(base: str, link: str, target: str | None) -> None:
    assert joined(base, link) == target


def test_addresses_of_pages_and_metadata() -> None:
    assert canonical("My__Project.x") == "my-project-x"
    assert project_url("https://h/simple", "a") == project_url("https://h/simple/", "a") == "https://h/simple/a/"
    assert metadata_url("https://h/x.whl?sig=1") == "https://h/x.whl.metadata?sig=1"
    assert is_name("a-b2")
    assert not any(map(is_name, ("", "..", "a/b", "-a", "a\n", "ä")))


RELEASES = st.lists(st.integers(0, 11), min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts)))
SUFFIXES = ("", "a1", "b2", "b10", "rc1", ".post0", ".post1", ".dev0", ".dev3", "a1.dev2", "rc1.post1", ".post1.dev1")
CANONICAL = st.tuples(RELEASES, st.sampled_from(SUFFIXES)).map("".join)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(st.lists(CANONICAL, max_size=12, unique=True), st.sampled_from(["", "1!2.0", "1.0+local", "1.0-1", "1.0.RC1"]))
def test_versions_are_ordered_as_pep_440_orders_them(texts: list[str], odd: str) -> None:
    texts = [text for text in [*texts, odd] if text]
    order = [text for text, _ in grouped("x", [f"x-{text}.tar.gz" for text in texts])]
    assert [Version(text) for text in order] == sorted(set(map(Version, texts)))
    assert early(order) == [position for position, text in enumerate(order) if Version(text).is_prerelease]
