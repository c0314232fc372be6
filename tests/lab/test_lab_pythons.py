"""Both tools install from the same files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lab import make, pythons


def line(version: str, *artifacts: tuple[str, str]) -> str:
    return json.dumps({
        "version": version,
        "artifacts": [
            {"platform": platform, "variant": variant, "url": f"cpython-{platform}%2Ba.tar.gz", "sha256": "ab" * 32}
            for platform, variant in artifacts
        ],
    })  # fmt: skip


GNU, MUSL, PLAIN = "x86_64-unknown-linux-gnu", "x86_64-unknown-linux-musl", "install_only_stripped"


def test_uv_gets_the_same_archives_and_hashes() -> None:
    found = pythons.downloads(line("3.13.15+20261101", (GNU, PLAIN), (GNU, f"freethreaded+{PLAIN}"), (MUSL, PLAIN)))
    assert list(found) == [
        "cpython-3.13.15-linux-x86_64-gnu",
        "cpython-3.13.15+freethreaded-linux-x86_64-gnu",
        "cpython-3.13.15-linux-x86_64-musl",
    ]
    one = found["cpython-3.13.15-linux-x86_64-musl"]
    assert (one["libc"], one["sha256"], one["build"]) == ("musl", "ab" * 32, "20261101")
    assert one["url"] == f"file:///shared/pythons/cpython-{MUSL}+a.tar.gz"


def test_the_newest_build_of_a_version_is_taken_in_any_order() -> None:
    old, new = line("3.13.15+20250106", (MUSL, PLAIN)), line("3.13.15+20261101", (MUSL, PLAIN))
    for lines in (f"{old}\n{new}\n", f"{new}\n{old}\n"):
        assert [one["build"] for one in pythons.downloads(lines).values()] == ["20261101"]


def test_what_is_not_for_linux_is_left_out() -> None:
    assert pythons.downloads(line("3.13.15+20261101", ("aarch64-apple-darwin", PLAIN))) == {}


def test_without_builds_beside_the_checkout_there_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELFIN_LAB", str(tmp_path))
    monkeypatch.setattr(make, "PYTHONS", "/nowhere")
    assert json.loads(Path(pythons.for_uv(), "downloads.json").read_text()) == {}
