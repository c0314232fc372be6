"""Pages of an index: JSON and HTML say the same, both readers of each agree, and nonsense is refused or left out."""

from __future__ import annotations

import builtins
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elfin.errors import MalformedPage
from elfin.formats import simplepage, simplepage_html
from elfin.formats.simplepage import File

SHA = "ab" * 32
FULL = File("a-1.0-py3-none-any.whl", "../a.whl", {"sha256": SHA}, ">=3.8,<4", "broken & bad", 12,
             "2026-01-02T03:04:05Z", {"sha256": SHA})  # fmt: skip
BARE = File("a-1.0.tar.gz", "https://host/a-1.0.tar.gz", {}, None, None, None, None, None)


def entries(body: bytes | str) -> list[File | None]:
    page = simplepage.page(body.encode() if isinstance(body, str) else body)
    through_cache = [simplepage.unpacked(line)[0] for line in simplepage.packed([[row] for row in page.rows])]
    read = [simplepage.file(page.form, row, str) for row in page.rows]
    assert [simplepage.file(page.form, row, str) for row in through_cache] == read
    assert page.names == [entry.filename if entry else name for entry, name in zip(read, page.names, strict=True)]
    return read


def json_page(*files: Any, **more: Any) -> bytes:
    return json.dumps({"meta": {"api-version": "1.3"}, "name": "a", "files": files, **more}).encode()


def full_row(**changes: Any) -> dict[str, Any]:
    row = {"filename": FULL.filename, "url": FULL.url, "hashes": {"sha256": SHA}, "requires-python": ">=3.8,<4",
           "yanked": "broken & bad", "size": 12, "upload-time": FULL.upload_time, "core-metadata": {"sha256": SHA},
           "provenance": None}  # fmt: skip
    return {**row, **changes}


HTML = (
    '<!DOCTYPE html><html><head><title>a</title><meta name="pypi:repository-version" content="1.1"></head><body>\n'
    f'<a href="../a.whl#sha256={SHA}" data-requires-python="&gt;=3.8,&lt;4" data-yanked="broken &amp; bad" '
    f'data-core-metadata="sha256={SHA}" data-dist-info-metadata="sha256={SHA}">a-1.0-py3-none-any.whl</a><br />\n'
    '<a href="https://host/a-1.0.tar.gz">a-1.0.tar.gz</a><br/>\n</body></html><!--SERIAL 12-->\n'
)


@pytest.fixture(params=["with msgspec", "without msgspec"])
def msgspec_or_not(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simplepage, "_decoders", {})
    if request.param == "with msgspec":
        pytest.importorskip("msgspec")
        return
    real = builtins.__import__

    def refusing(name: str, *rest: Any) -> Any:
        if name.startswith("msgspec"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", refusing)


@pytest.mark.usefixtures("msgspec_or_not")
class TestJson:
    def test_every_field_is_read(self) -> None:
        bare = {"filename": BARE.filename, "url": BARE.url, "hashes": {}}
        assert entries(json_page(full_row(), bare)) == [FULL, BARE]

    def test_false_and_null_mean_nothing_said(self) -> None:
        row = {"filename": BARE.filename, "url": BARE.url, "hashes": {}, "yanked": False, "core-metadata": False,
               "requires-python": None, "size": None, "upload-time": None}  # fmt: skip
        assert entries(json_page(row)) == [BARE]

    def test_true_means_without_reason_and_without_hash(self) -> None:
        found = entries(json_page(full_row(**{"yanked": True, "core-metadata": True})))[0]
        assert found is not None
        assert (found.yanked, found.metadata) == ("", {})

    def test_the_older_metadata_key_counts_where_the_newer_is_missing(self) -> None:
        older = full_row(**{"data-dist-info-metadata": {"sha256": SHA}})
        del older["core-metadata"]
        assert entries(json_page(older)) == [FULL]
        both = full_row(**{"core-metadata": False, "data-dist-info-metadata": {"sha256": SHA}})
        assert entries(json_page(both)) == [FULL._replace(metadata=None)]

    def test_digests_are_lower_case_and_urls_without_fragment(self) -> None:
        row = full_row(url="../a.whl#egg=a", hashes={"SHA256": SHA.upper()})
        assert entries(json_page(row)) == [FULL]

    @pytest.mark.parametrize(
        "change",
        [{"url": 1}, {"hashes": []}, {"hashes": "x"}, {"requires-python": 3}, {"yanked": 3}, {"url": None}],
    )
    def test_a_bad_row_is_left_out_and_its_neighbours_stay(self, change: dict[str, Any]) -> None:
        assert entries(json_page(full_row(**change), full_row())) == [None, FULL]

    def test_a_row_without_a_name_does_not_exist(self) -> None:
        assert entries(json_page({"url": "x"}, 3, None, full_row())) == [FULL]

    def test_the_status_of_a_project(self) -> None:
        page = simplepage.page(json_page(**{"project-status": {"status": "quarantined", "reason": "malware"}}))
        assert (page.status, page.reason) == ("quarantined", "malware")
        assert simplepage.page(json_page(**{"project-status": {"status": "active"}})).status is None

    @pytest.mark.parametrize(
        "body",
        [b'{"files": [', b"{}", b'{"meta": null, "files": []}', b'{"meta": {"api-version": "1.0"}, "files": null}',
         b'{"meta": {"api-version": 1}, "files": []}', b'{"files": ' + b"[" * 200_000, b'{"meta": [], "files": {}}',
         b'{"meta": {"api-version": "x"}, "files": []}', b'\xef\xbb\xbf{"files"', b"null", b"[]", b"PK\x03\x04"],
    )  # fmt: skip
    def test_nonsense_is_refused(self, body: bytes) -> None:
        with pytest.raises(MalformedPage):
            simplepage.page(body)

    def test_a_newer_major_version_is_refused(self) -> None:
        with pytest.raises(MalformedPage, match=r"2\.0"):
            simplepage.page(b'{"meta": {"api-version": "2.0"}, "files": []}')

    def test_a_page_without_version_is_taken_as_the_first(self) -> None:
        assert simplepage.page(b'{"files": []}').names == []


def test_html_says_the_same_as_json() -> None:
    assert entries(HTML) == [FULL._replace(size=None, upload_time=None), BARE]


@pytest.mark.parametrize(
    "odd",
    [
        HTML.replace("<a href", "<A HREF"),
        HTML.replace('"', "'"),
        HTML.replace("<a ", "<a\n  "),
        HTML.replace("&gt;=", ">="),
        HTML.replace("<br", "<hr"),
        HTML.replace("<body>", "<body><!-- <a href='hidden'>hidden-1.0.zip</a> -->"),
        HTML.replace("<br />\n", "<!-- <a href='hidden'>hidden-1.0.zip</a> -->"),
        HTML.replace("<br />\n", "<script>'<a href=\"hidden\">hidden-1.0.zip</a>'</script>"),
        HTML.replace("a-1.0-py3-none-any.whl<", " a-1.0-py3-none-any.whl\n<"),
        HTML.replace("a-1.0-py3-none-any.whl<", "<b>a-1.0-py3-none-any.whl</b><"),
        HTML.replace('href="https', 'class=x href="https').replace(">a-1.0.tar", " disabled>a-1.0.tar"),
    ],
)
def test_unusual_html_says_the_same(odd: str) -> None:
    assert entries(odd) == entries(HTML)


@settings(max_examples=60, derandomize=True)
@given(
    st.lists(st.tuples(st.text("<>&\"' =ab\n", max_size=8), st.text("<>&\"'ab1", max_size=8)), max_size=4),
    st.sampled_from(["\n", "<br/>\n", "<!-- x -->", "<b></b>", "<!-- "]),
)
def test_the_quick_way_agrees_with_the_parser_or_steps_aside(rows: list[tuple[str, str]], between: str) -> None:
    anchors = [f'<a href="x.zip" data-yanked="{yanked}">{text}</a>' for yanked, text in rows]
    text = "<html><body>" + between.join(anchors) + "</body></html>"
    quick, slow = simplepage_html._strict(text), simplepage_html._lenient(text)
    if quick is not None:
        assert quick[0] == slow[0]
        assert [simplepage_html.file(row, str) for row in quick[1]] == [
            simplepage_html.file(row, str) for row in slow[1]
        ]


def test_the_common_shape_takes_the_quick_way() -> None:
    assert simplepage_html._strict(HTML) is not None
    assert simplepage_html._strict("<html><body></body></html>") is not None


def test_a_base_is_honoured() -> None:
    page = simplepage.page(HTML.replace("</head>", '<base href="https://other/dir/"></head>').encode())
    assert page.base == "https://other/dir/"
    assert page.names == [FULL.filename, BARE.filename]


def test_a_name_is_taken_from_the_link_where_the_text_is_none() -> None:
    assert entries('<a href="d/a-1.0%2Bcpu-py3-none-any.whl#x">Download</a>') == [
        File("a-1.0+cpu-py3-none-any.whl", "d/a-1.0%2Bcpu-py3-none-any.whl", {}, None, None, None, None, None)
    ]


def test_metadata_without_hash_and_yanked_without_reason() -> None:
    found = entries('<a href="a.whl" data-yanked data-dist-info-metadata="true">a-1.0-py3-none-any.whl</a>')[0]
    assert found is not None
    assert (found.yanked, found.metadata) == ("", {})


def test_a_newer_major_version_of_html_is_refused() -> None:
    with pytest.raises(MalformedPage, match=r"2\.0"):
        simplepage.page(HTML.replace('content="1.1"', 'content="2.0"').encode())


def test_the_status_of_a_project_in_html() -> None:
    head = '<meta name="pypi:project-status" content="archived"><meta name="pypi:project-status-reason" content="old">'
    page = simplepage.page(HTML.replace("</head>", head + "</head>").encode())
    assert (page.status, page.reason) == ("archived", "old")


def test_a_login_page_is_no_empty_listing() -> None:
    with pytest.raises(MalformedPage, match="login"):
        simplepage.page(b"<html><body><form action=/login><input name=user></form></body></html>")
    assert simplepage.page(b"<html><body>nothing yet</body></html>").names == []
    assert simplepage.page(b"").names == []


def test_a_page_that_is_not_utf_8_is_read() -> None:
    assert entries(b'<a href="a-1.0.tar.gz" data-yanked="caf\xe9">a-1.0.tar.gz</a>')[0] is not None


def test_a_damaged_stored_line_is_refused() -> None:
    for line in (b"[{", b"3", b"\0\0\0"):
        with pytest.raises(MalformedPage):
            simplepage.unpacked(line)
