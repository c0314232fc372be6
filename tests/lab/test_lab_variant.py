"""A variant's steps change the root that is being made, and nothing outside of it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from lab.variants import VARIANTS

from elfin.host import detect
from elfin.host.disk import FolderRoot
from lab import make_variant


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A merged-/usr root with a link that is absolute."""
    made = tmp_path / "root"
    (made / "usr/bin").mkdir(parents=True)
    (made / "bin").symlink_to("usr/bin")
    (made / "lib64").symlink_to("/usr/lib64")
    (made / "usr/lib64").mkdir()
    (made / "usr/bin/ldd").write_text("ldd")
    return made


def act(root: Path, *step: str) -> None:
    make_variant.act(str(root), step, root_of=lambda name: f"{root.parent}/{name}", build=lambda name: f"/{name}")


def test_links_of_the_root_are_followed_within_it(root: Path) -> None:
    act(root, "link", "lib64/ld.so", "../ld-musl.so")
    assert os.readlink(root / "usr/lib64/ld.so") == "../ld-musl.so"
    assert make_variant.inside(str(root), "bin/../lib64/x") == f"{root}/usr/lib64/x"


def test_links_cannot_lead_out(root: Path) -> None:
    (root / "settings").symlink_to("../../../etc")
    assert make_variant.inside(str(root), "settings/passwd") == f"{root}/etc/passwd"


def test_links_without_end_are_an_error(root: Path) -> None:
    (root / "loop").symlink_to("loop")
    with pytest.raises(ValueError, match="without end"):
        make_variant.inside(str(root), "loop/a")


def test_a_file_is_removed_and_a_missing_one_is_an_error(root: Path) -> None:
    act(root, "remove", "bin/ldd")
    assert not (root / "usr/bin/ldd").exists()
    with pytest.raises(FileNotFoundError):
        act(root, "remove", "bin/ldd")


def test_a_file_is_taken_through_links_of_the_other_place(root: Path, tmp_path: Path) -> None:
    (tmp_path / "other/usr/lib").mkdir(parents=True)
    (tmp_path / "other/lib").symlink_to("usr/lib")
    (tmp_path / "other/usr/lib/ld-2.so").write_text("loader")
    (tmp_path / "other/usr/lib/ld.so").symlink_to("/lib/ld-2.so")
    act(root, "take", "other", "lib/ld.so", "lib64/ld.so")
    assert (root / "usr/lib64/ld.so").read_text() == "loader" and os.access(root / "usr/lib64/ld.so", os.X_OK)


def test_an_unknown_step_is_an_error(root: Path) -> None:
    with pytest.raises(ValueError, match="no such step"):
        act(root, "paint", "it")


@pytest.mark.parametrize(
    ("name", "family", "version"),
    [("glibc-2.17", "glibc", (2, 17)), ("glibc-2.12", "glibc", (2, 12)), ("musl-1.1.16", "musl", (1, 1, 16))],
)
def test_faked_libcs_are_read_as_what_they_fake(tmp_path: Path, name: str, family: str, version: tuple[int]) -> None:
    (tmp_path / "root").mkdir()
    for step in next(place for place in VARIANTS if place.name == name).steps:
        act(tmp_path / "root", *step)
    found = detect.detect(FolderRoot(str(tmp_path / "root")), None)
    assert [(libc.family, libc.version) for libc in found.libcs] == [(family, version)]


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="a program for x86_64")
def test_a_program_that_says_something_says_it(root: Path) -> None:
    act(root, "says", "lib64/loader", "musl libc\nVersion 1.1.16\n", "data")
    done = subprocess.run([root / "usr/lib64/loader"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "musl libc\nVersion 1.1.16\n")
    assert (root / "usr/lib64/loader").read_bytes().endswith(b"\0data\0")
