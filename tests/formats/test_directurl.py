from __future__ import annotations

import json

import pytest

from elfin.errors import MalformedMetadata
from elfin.formats import directurl


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://user:secret@host/a.whl", "https://host/a.whl"),
        ("https://token@host/a.whl", "https://host/a.whl"),
        ("https://us@er:p@ss@host/a@b", "https://host/a@b"),
        ("https://host/a@b", "https://host/a@b"),
        ("https://${NAME}:${SECRET}@host/a", "https://${NAME}:${SECRET}@host/a"),
        ("https://${NAME}:secret@host/a", "https://host/a"),
        ("git+ssh://git@host/a", "git+ssh://git@host/a"),
        ("file:///home/me@work/a", "file:///home/me@work/a"),
    ],
)
def test_no_secret_is_written(url, kept):
    assert json.loads(directurl.render(url))["url"] == kept


def test_archives_and_folders_are_read_back():
    origin = directurl.parse(directurl.render("https://host/a.whl", archive_hashes=[("sha256", "ab")]))
    assert origin == ("https://host/a.whl", (("sha256", "ab"),), False, False, None)
    assert directurl.parse(directurl.render("file:///a", is_folder=True, editable=True)).editable
    assert not directurl.parse(directurl.render("file:///a", is_folder=True)).editable


def test_what_others_write_is_read():
    assert directurl.parse(b'{"url": "u", "archive_info": {"hash": "sha256=ab"}}').archive_hashes == (("sha256", "ab"),)
    assert directurl.parse(b'{"url": "u", "archive_info": {}}').archive_hashes == ()
    vcs = directurl.parse(b'{"url": "u", "vcs_info": {"vcs": "git", "commit_id": "c0ffee"}}')
    assert vcs.vcs == ("git", "c0ffee")


@pytest.mark.parametrize(
    "text",
    [
        b"", b"[]", b"null", b"{}", b'{"url": 1, "dir_info": {}}', b'{"url": "u"}', b'{"url": "u", "dir_info": []}',
        b'{"url": "u", "dir_info": {}, "archive_info": {}}', b'{"url": "u", "vcs_info": {}}', b"\xff", b"[" * 100_000,
        b'{"url": "u", "archive_info": {"hash": 1}}', b'{"url": "u", "archive_info": {"hashes": 1}}',
    ],
)  # fmt: skip
def test_broken_files_are_refused(text):
    with pytest.raises(MalformedMetadata):
        directurl.parse(text)
