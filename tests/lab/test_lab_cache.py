"""What the lab keeps is whole or not there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lab import cache


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ELFIN_LAB", str(tmp_path / "lab"))
    return tmp_path / "lab"


def a_root(root: str) -> None:
    os.makedirs(f"{root}/etc")
    Path(root, "etc", "os-release").write_text("ID=small\n")


def test_a_place_is_made_when_its_recipe_and_its_parts_are_there() -> None:
    assert not cache.is_made("small", "recipe")
    cache.publish("small", "recipe", a_root)
    assert cache.is_made("small", "recipe")
    assert not cache.is_made("small", "another recipe")


def test_a_place_that_lost_a_part_is_not_made() -> None:
    cache.publish("small", "recipe", a_root)
    os.unlink(f"{cache.root_of('small')}/etc/os-release")
    assert not cache.is_made("small", "recipe")


def test_a_failed_making_leaves_what_was_there(folder: Path) -> None:
    cache.publish("small", "recipe", a_root)

    def fail(root: str) -> None:
        a_root(root)
        raise RuntimeError("half-made")

    with pytest.raises(RuntimeError):
        cache.publish("small", "new", fail)
    assert cache.is_made("small", "recipe")
    assert os.listdir(folder / "places") == ["small"]


def test_a_new_making_takes_the_place_of_the_old_one_and_of_leftovers(folder: Path) -> None:
    cache.publish("small", "recipe", a_root)
    (folder / "places" / "small.staging" / "root").mkdir(parents=True)
    cache.publish("small", "new", lambda root: os.mkdir(f"{root}/bin"))
    assert cache.holds(cache.root_of("small")) == ["bin"]
    assert os.listdir(folder / "places") == ["small"]


def test_links_are_not_followed_when_a_root_is_looked_over(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "bin").symlink_to("/usr/bin")
    assert cache.holds(str(tmp_path / "root")) == ["bin"]


def test_size_counts_a_linked_file_once(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(1 << 16))
    once = cache.size(str(tmp_path))
    os.link(tmp_path / "a", tmp_path / "b")
    assert cache.size(str(tmp_path)) == once >= 1 << 16
