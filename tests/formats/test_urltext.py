"""No secret of a URL survives `redacted`, and what is no secret does."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elfin.formats.urltext import redacted, without_credentials


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://user:s3cret@host/simple", "https://***@host/simple"),
        ("https://s3cret@host/simple", "https://***@host/simple"),
        ("https://user:s3c/ret@host/simple", "https://***@host/simple"),
        ("https://user:s3c?ret@host/simple", "https://***@host/simple"),
        ("https://user:s3c#ret@host/simple", "https://***@host/simple"),
        ("http://u:s3cret@[::bad/simple", "http://***@[::bad/simple"),
        ("//u:s3cret@host/x", "//***@host/x"),
        ("a @ git+ssh://s3cret@host/x@v1", "a @ git+ssh://***@host/x@v1"),
        (
            "https://h/x.whl?token=s3cret&X-Amz-Signature=s3cret#sha256=ab",
            "https://h/x.whl?token=***&X-Amz-Signature=***#sha256=ab",
        ),
        ("no URL; python_version == '3'", "no URL; python_version == '3'"),
        ('"https://u:s"x@h/simple"', '"https://***@h/simple"'),
        ("https://host:8080/p@q", "https://host:8080/p@q"),
        ("x @ https://a:b@h/x.whl ; python_version=='3'", "x @ https://***@h/x.whl ; python_version=='3'"),
        ("two https://a:b@h https://c:d@i", "two https://***@h https://***@i"),
    ],
)
def test_what_is_shown(text: str, shown: str) -> None:
    assert redacted(text) == shown


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="@"), min_size=1))
def test_a_secret_is_never_shown(noise: str) -> None:
    if not re.match(r"[0-9]*[/?#]", noise):  # that would be a port and a path, in which `@` hides nothing
        assert "HUNTER2" not in redacted(f"https://user:{noise}HUNTER2@host/simple")
    assert "HUNTER2" not in redacted(f"https://user:xHUNTER2@host/{noise}")


@pytest.mark.parametrize(
    ("url", "plain", "header"),
    [
        ("https://host/x", "https://host/x", None),
        ("https://u:p%40@host/x", "https://host/x", "Basic dTpwQA=="),
        ("https://token@host:1/x@y", "https://host:1/x@y", "Basic dG9rZW46"),
        ("https://:@host/x", "https://host/x", None),
        ("/a/path@x", "/a/path@x", None),
    ],
)
def test_credentials_are_parted_from_the_url(url: str, plain: str, header: str | None) -> None:
    parted, credentials = without_credentials(url)
    assert (parted, credentials and credentials.header()) == (plain, header)
