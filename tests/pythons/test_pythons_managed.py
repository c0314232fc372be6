"""The folder of installed Pythons: locks and downloads leave nothing behind, records are what they should be."""

from __future__ import annotations

import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from elfin.edges import disk
from elfin.errors import MalformedArchive, MalformedPage, PlaceError
from elfin.flows import python_find
from elfin.formats.forward import Forward
from elfin.formats.tar import Member
from elfin.host.disk import FolderRoot
from elfin.host.named import Unknown, named
from elfin.pythons import catalogue_build, child_first_run, disk_managed, disk_partial, manifest
from elfin.pythons.catalogue import PythonBuild
from elfin.pythons.catalogue_source import Row
from elfin.pythons.manifest import Installed
from elfin.pythons.request import parse
from elfin.pythons.unpacking import Landing
from kit import pythonarchives as kit


def build() -> PythonBuild:
    (one,) = catalogue_build.made([Row(f"https://example.org/{kit.name_of()}", None)]).builds
    return one


def test_work_on_several_at_a_time_leaves_nothing(tmp_path: Path) -> None:
    root = str(tmp_path / "root")

    def work(name: str) -> None:
        for _ in range(100):
            with disk_managed.working(root, name) as folder:
                assert os.listdir(folder) == []
                part = disk_partial.begin(root, name, "0" * 64)
                disk_partial.drop(part)
            disk_managed.sweep(root, archives=True)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, ("a", "a", "b", "c")))
    assert os.listdir(root) == []


def put(root: Path, one: PythonBuild, *, ran: bool = True) -> Installed:
    """A Python of one file, with its record and its list."""
    made = Installed(one.key, one, str(root / one.key), "bin/python3", ran, "so")
    (root / one.key / "bin").mkdir(parents=True)
    (root / one.key / "bin/python3").write_text("")
    disk_managed.finish(made.prefix, [], made)
    return made


def test_a_prerelease_comes_last_where_none_was_asked_for(tmp_path: Path) -> None:
    early = put(tmp_path, build()._replace(version="3.15.0rc1"))
    ready = put(tmp_path, build()._replace(version="3.13.15"))
    found = named("alpine:3.22/arm64")
    assert not isinstance(found, Unknown)
    for text, first in (
        ("any", ready), ("3", ready), (">=3.11", ready), ("3.15", early), (">=3.15.0rc1", early),
    ):  # fmt: skip
        answers = python_find.answering(parse(text), found.host, disk_managed.installed(str(tmp_path)))
        assert answers[0] == first, text


def test_one_whose_successor_never_came_is_seen_again(tmp_path: Path) -> None:
    one = put(tmp_path, build())
    (tmp_path / ".work" / one.key).mkdir(parents=True)
    os.rename(one.prefix, tmp_path / ".work" / one.key / "old")
    with disk_managed.linking(str(tmp_path)):  # another's lock is in nobody's way
        assert disk_managed.installed(str(tmp_path)) == [one]
    assert os.listdir(tmp_path) == [one.key]


def test_one_whose_successor_is_on_its_way_is_left_to_who_puts_it_there(tmp_path: Path) -> None:
    one = put(tmp_path, build())
    with disk_managed.working(str(tmp_path), one.key) as work:
        os.rename(one.prefix, f"{work}/old")
        assert disk_managed.installed(str(tmp_path)) == [] and os.path.isdir(f"{work}/old")
    assert disk_managed.installed(str(tmp_path)) == [one]


def test_dead_links_and_halves_of_links_are_found_and_others_left(tmp_path: Path) -> None:
    root, folder = tmp_path / "root", tmp_path / "bin"
    one = put(root, build())
    folder.mkdir()
    alive, dead, half = folder / "python3.13", folder / "python3.12", folder / ".python3.13.new"
    for path, target in (
        (alive, f"{one.prefix}/bin/python3"), (dead, root / "gone/bin/python3"), (half, f"{one.prefix}/bin/python3"),
        (folder / "theirs", "/does/not/exist"), (folder / ".theirs.new", "/does/not/exist"),
    ):  # fmt: skip
        path.symlink_to(target)
    assert disk_managed.dead_links(str(folder), str(root)) == [str(dead)]
    assert sorted(os.listdir(folder)) == [".theirs.new", "python3.12", "python3.13", "theirs"]


def test_a_broken_record_is_told_from_a_foreign_folder(tmp_path: Path) -> None:
    one = put(tmp_path, build())
    (tmp_path / "theirs").mkdir()
    (tmp_path / "file").write_text("")
    assert disk_managed.unreadable(str(tmp_path)) == {}
    (tmp_path / one.key / manifest.RECORD).write_text("{")
    assert list(disk_managed.unreadable(str(tmp_path))) == [one.key]
    with pytest.raises(PlaceError, match="elfin did not install it"):
        disk_managed.refuse_foreign(str(tmp_path / "theirs"), anyway=True)
    with pytest.raises(PlaceError, match=r"its record, elfin-python\.json, is broken"):
        disk_managed.refuse_foreign(one.prefix)
    disk_managed.refuse_foreign(one.prefix, anyway=True)


def test_a_folder_that_is_closed_to_this_user_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = put(tmp_path, build())
    monkeypatch.setattr(os, "access", lambda path, mode: path != one.prefix)
    with pytest.raises(PlaceError, match="is closed to this user") as caught:
        disk_managed.take_out(str(tmp_path), one.prefix)
    assert caught.value.hints == (f"`chmod u+rwx {one.prefix}` opens it",)


def test_a_folder_that_vanishes_is_made_again(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    left = [None, None]

    def make() -> str:
        if left:
            left.pop()
            shutil.rmtree(folder)
        disk.create(str(folder / "file"), b"")
        return "made"

    assert disk_partial.within(str(folder), make) == "made" and left == []


def test_an_archive_on_its_way_keeps_its_folder(tmp_path: Path) -> None:
    one, other = (disk_partial.begin(str(tmp_path), key, "0" * 64) for key in ("one", "other"))
    disk_partial.drop(other)
    assert os.path.isfile(one) and disk_partial.digest(one) is None
    Path(one).write_bytes(b"half")
    assert disk_partial.begin(str(tmp_path), "one", "0" * 64) == one and Path(one).read_bytes() == b"half"
    assert disk_partial.begin(str(tmp_path), "one", "0" * 64, anew=True) == one and Path(one).read_bytes() == b""


def test_a_disk_that_fails_while_the_python_starts_is_told(tmp_path: Path) -> None:
    program = tmp_path / "python3.13"
    program.write_text("#!/bin/sh\nprintf 'elfin\\tcpython\\t3.13.9\\t0\\t0\\t.so\\t\\n'\n")
    program.chmod(0o755)

    def fail() -> None:
        raise PlaceError("the disk reported an input/output error")

    assert child_first_run.run(build(), str(program), FolderRoot("/")).version == "3.13.9"
    with pytest.raises(PlaceError, match=r"^the disk reported"):
        child_first_run.run(build(), str(program), FolderRoot("/"), fail)


@pytest.mark.parametrize(
    ("field", "value"),
    [("version", 3), ("version", "x"), ("floor", ["a"]), ("floor", 2), ("url", None), ("level", "x"), ("tag", 20261101),
     ("arch", None), ("faults", 1), ("executable", "a\0b"), ("said", 1), ("key", None)],
)  # fmt: skip
def test_a_record_of_other_kinds_of_values_is_none(field: str, value: object) -> None:
    made = Installed("k", build(), "/p", "bin/python3.13", True, "so")
    text = manifest.record_text(made)
    assert manifest.record(text, "/p") == made
    told = json.loads(text)
    (told if field in told else told["build"])[field] = value
    with pytest.raises(MalformedPage):
        manifest.record(json.dumps(told), "/p")


@pytest.mark.parametrize("target", ["a\tb", "a\nb", "a\0b", "\x1b[31m", "", "x" * 2000])
def test_a_links_text_is_one_plain_word(target: str) -> None:
    with pytest.raises(MalformedArchive):
        Landing().path(Member("python/link", "link", 0, 512, target))


@pytest.mark.parametrize("start", [0, 5000, 300_000, 4_000_000])
def test_a_stream_is_read_forward_with_a_little_way_back(start: int) -> None:
    import gzip

    whole = os.urandom(1 << 20) * 6
    data = gzip.compress(whole, 1)
    read = Forward(lambda offset, size: data[offset : offset + size])
    assert read(start, 100) == whole[start : start + 100]
    assert read(start, 2 << 20) == whole[start : start + (2 << 20)]
    back = max(0, start - 4000)
    assert read(back, 10) == whole[back : back + 10]
    assert read(len(whole) - 10, 100) == whole[-10:] and read(len(whole), 5) == b""
    with pytest.raises(ValueError, match="go back"):
        read(0, 1)
