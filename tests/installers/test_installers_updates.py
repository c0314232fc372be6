"""Where another version's installer lies, and what an install.sh says of itself."""

from __future__ import annotations

import pytest

from elfin.errors import MalformedRelease
from elfin.installers import shell, updates
from kit import choice_vectors

SCRIPT = shell.script(choice_vectors.release(choice_vectors.KINDS[:3]))


@pytest.mark.parametrize(
    ("base", "wanted", "place"),
    [
        ("https://example.org/elfin", None, "https://example.org/elfin"),
        ("https://example.org/elfin/", "2.0", "https://example.org/elfin"),
        ("https://example.org/1.0", "2.0", "https://example.org/2.0"),
        ("https://example.org/v1.0/x", "2.0", "https://example.org/v2.0/x"),
        ("https://example.org/v1.0", None, None),
        ("https://example.org/1.0.1", "2.0", "https://example.org/1.0.1"),
        ("https://example.org/11.0", None, "https://example.org/11.0"),
        ("https://example.org/{version}", "2.0", "https://example.org/2.0"),
        ("https://example.org/{version}", None, None),
        ("https://host/a/b/releases/download/v1.0", None, "https://host/a/b/releases/latest/download"),
        ("https://host/a/b/releases/download/{version}", None, "https://host/a/b/releases/latest/download"),
        ("https://host/a/b/releases/download/v1.0", "2.0", "https://host/a/b/releases/download/v2.0"),
        ("http://1.0:80/x", "2.0", "http://1.0:80/x"),
        ("/srv/elfin", None, "/srv/elfin"),
    ],
)
def test_the_folder_of_another_version(base: str, wanted: str | None, place: str | None) -> None:
    assert updates.place(base, "1.0", wanted) == place


def test_a_script_tells_its_version() -> None:
    assert updates.version_of(SCRIPT, "hello") == "1.0"


@pytest.mark.parametrize("text", ["", SCRIPT[:-1], SCRIPT[:2000], SCRIPT[1:], SCRIPT + "\n", "<html>"])
def test_part_of_a_script_is_none(text: str) -> None:
    with pytest.raises(MalformedRelease, match="not all of one"):
        updates.version_of(text, "hello")


def test_the_script_of_another_program_is_refused() -> None:
    with pytest.raises(MalformedRelease, match="installs hello, not elfin"):
        updates.version_of(SCRIPT, "elfin")


def test_versions_are_ordered_as_pep_440_does() -> None:
    assert updates.is_older("1.9", "1.10") and not updates.is_older("1.10", "1.9")
    assert updates.is_older("1.0rc1", "1.0") and not updates.is_older("odd", "1.0")
