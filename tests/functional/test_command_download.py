"""`pip download`: files in a folder, whole and right, for this machine or another place."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from elfin.edges import disk_act, disk_link
from kit import foreign
from kit.commandline import Commandline, Place
from kit.indexserver import IndexServer, status
from kit.wheelsofelf import dynamic, put

PLACE = ("--platform", "debian:11/arm64", "--python-version", "3.12")
FILES = [
    "armonly-1.0-py3-none-any.whl",
    "native-1.0-cp312-cp312-manylinux_2_17_aarch64.whl",
    "wants-1.0-py3-none-any.whl",
]


@pytest.fixture
def server() -> Iterator[IndexServer]:
    with IndexServer(foreign.projects()) as running:
        yield running


def files(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def fetched(server: IndexServer) -> list[str]:
    return [request.path for request in server.requests if request.path.endswith(".whl")]


def test_what_a_place_needs_comes_as_files(elfin: Commandline, server: IndexServer) -> None:
    answer = elfin.good("pip", "download", *PLACE, "-d", "out/deep", "wants")
    assert files(elfin.work / "out/deep") == FILES
    for name in FILES:
        project = name.partition("-")[0]
        assert (elfin.work / "out/deep" / name).read_bytes() == server.projects[project][name]
    assert answer.out == "" and f" + {FILES[1]}" in answer.err and "Saved 3 files" in answer.err


def test_the_working_folder_and_this_machine_are_the_default(elfin: Commandline, venv: Place) -> None:
    elfin.good("pip", "download", "armonly")
    assert "armonly-1.0-py3-none-any.whl" in files(elfin.work)
    assert venv.versions() == {}


def test_without_dependencies_and_out_of_files(elfin: Commandline) -> None:
    elfin.file("r.txt", "wants\n")
    elfin.good("pip", "download", *PLACE, "--no-deps", "--only-binary", ":all:", "-r", "r.txt", "--dest", "out")
    assert files(elfin.work / "out") == FILES[2:]


def test_a_right_file_that_is_there_is_kept(elfin: Commandline, server: IndexServer) -> None:
    elfin.good("pip", "download", *PLACE, "-d", "out", "wants")
    old = os.stat(elfin.work / "out" / FILES[0])
    server.requests.clear()
    answer = elfin.good("pip", "download", *PLACE, "-d", "out", "wants")
    assert fetched(server) == [] and os.stat(elfin.work / "out" / FILES[0]).st_ino == old.st_ino
    assert "Kept 3 files" in answer.err and f" = {FILES[0]}" in answer.err


@pytest.mark.parametrize("damage", ["shorter", "same size"])
def test_a_wrong_file_of_that_name_is_replaced(elfin: Commandline, server: IndexServer, damage: str) -> None:
    elfin.good("pip", "download", *PLACE, "-d", "out", "wants")
    path = elfin.work / "out" / FILES[1]
    right = path.read_bytes()
    path.write_bytes(right[:-5] if damage == "shorter" else b"\0" + right[1:])
    server.requests.clear()
    elfin.good("pip", "download", *PLACE, "-d", "out", "wants")
    assert path.read_bytes() == right and len(fetched(server)) == 1
    assert files(elfin.work / "out") == FILES


def test_an_index_without_hashes_is_asked_again(elfin: Commandline, server: IndexServer) -> None:
    server.hashes = False
    elfin.good("pip", "download", *PLACE, "-d", "out", "armonly")
    server.requests.clear()
    elfin.good("pip", "download", *PLACE, "-d", "out", "armonly")
    assert len(fetched(server)) == 1


def test_bytes_that_are_not_the_promised_ones_leave_nothing(elfin: Commandline, server: IndexServer) -> None:
    (elfin.work / "out").mkdir()
    server.fault(f"/files/native/{FILES[1]}", status(200, b"something else"))
    answer = elfin("pip", "download", *PLACE, "-d", "out", "wants")
    assert answer.code == 4 and "but the index promises" in answer.err
    assert files(elfin.work / "out") == []


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_files_are_held_to_the_hashes_of_the_requirements(
    elfin: Commandline, server: IndexServer, algorithm: str
) -> None:
    data = server.projects["armonly"][FILES[0]]
    right = hashlib.new(algorithm, data).hexdigest()
    elfin.file("good.txt", f"armonly==1.0 --hash={algorithm}:{right}\n")
    elfin.file("bad.txt", f"armonly==1.0 --hash={algorithm}:{'0' * len(right)}\n")
    answer = elfin("pip", "download", *PLACE, "-d", "out", "-r", "bad.txt")
    assert answer.code == 4 and files(elfin.work / "out") == []
    assert "has none of the hashes that the requirements allow" in answer.err
    for _ in range(2):
        elfin.good("pip", "download", *PLACE, "-d", "out", "--require-hashes", "-r", "good.txt")
        assert files(elfin.work / "out") == FILES[:1]
    assert elfin("pip", "download", *PLACE, "-d", "out", "--require-hashes", "armonly").code == 2


def test_a_local_wheel_is_copied(elfin: Commandline, server: IndexServer) -> None:
    data = server.projects["armonly"][FILES[0]]
    (elfin.work / "given").mkdir()
    (elfin.work / "given" / FILES[0]).write_bytes(data)
    elfin.good("pip", "download", *PLACE, "-d", "out", f"./given/{FILES[0]}")
    assert (elfin.work / "out" / FILES[0]).read_bytes() == data


def test_what_was_fetched_installs_there_without_an_index(elfin: Commandline) -> None:
    elfin.good("pip", "download", *PLACE, "-d", "out", "wants")
    words = ("--no-index", "--find-links", "out", "--target", "in", "wants")
    elfin.good("pip", "install", *PLACE, *words)
    assert (elfin.work / "in/native/_core.so").read_text() == "cp312-cp312-manylinux_2_17_aarch64"


def test_nothing_named_is_a_mistake(elfin: Commandline, venv: Place) -> None:
    answer = elfin("pip", "download")
    assert answer.code == 2 and "nothing to download was named" in answer.err


def test_a_folder_in_the_way_is_told_before_anything_is_saved(elfin: Commandline) -> None:
    (elfin.work / "out" / FILES[-1]).mkdir(parents=True)
    answer = elfin("pip", "download", *PLACE, "-d", "out", "wants")
    assert answer.code == 3 and f"a folder stands where {FILES[-1]} belongs" in answer.err
    assert files(elfin.work / "out") == [FILES[-1]]


@contextmanager
def failing_rename(folder: Path, number: int) -> Iterator[None]:
    """The disk is full when the file `number` (from 1) is given its name in the folder."""
    seen = 0

    def before(name: str, path: str) -> None:
        nonlocal seen
        seen += name == "rename" and os.path.dirname(path) == str(folder) and path.endswith(".whl")
        if seen == number and name == "rename" and path.endswith(".whl"):
            seen += 1
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)

    previous, disk_act.before = disk_act.before, before
    try:
        yield
    finally:
        disk_act.before = previous


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_rename_that_fails_leaves_every_file_as_it_was(elfin: Commandline, number: int) -> None:
    elfin.good("pip", "download", *PLACE, "-d", "out", "wants")
    (elfin.work / "out" / FILES[0]).write_bytes(b"old")
    (elfin.work / "out" / FILES[1]).unlink()
    (elfin.work / "out" / FILES[2]).write_bytes(b"older")
    before = {name: (elfin.work / "out" / name).read_bytes() for name in files(elfin.work / "out")}
    with failing_rename(elfin.work / "out", number):
        answer = elfin("pip", "download", *PLACE, "-d", "out", "wants")
    assert answer.code == 3 and "no space left on the disk" in answer.err
    assert {name: (elfin.work / "out" / name).read_bytes() for name in files(elfin.work / "out")} == before
    elfin.good("pip", "download", *PLACE, "-d", "out", "wants")
    assert files(elfin.work / "out") == FILES


def test_when_nothing_is_wanted_there_the_folder_is_there_and_empty(elfin: Commandline) -> None:
    elfin.good("pip", "download", *PLACE, "-d", "out", "armonly; sys_platform == 'win32'")
    assert files(elfin.work / "out") == []


def test_a_file_system_without_hard_links_gets_its_files_all_the_same(
    elfin: Commandline, monkeypatch: pytest.MonkeyPatch
) -> None:
    def link(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    out = elfin.work / "out"
    out.mkdir()
    (out / FILES[0]).write_bytes(b"old")
    monkeypatch.setattr(os, "link", link)
    monkeypatch.setattr(disk_link, "_ways", {})  # what is learnt of this file system holds for this test alone
    elfin.good("pip", "download", *PLACE, "-d", "out", "wants")
    assert files(out) == FILES and (out / FILES[0]).read_bytes() != b"old"
    (out / FILES[0]).write_bytes(b"old")
    (out / FILES[1]).unlink()
    with failing_rename(out, 2):
        assert elfin("pip", "download", *PLACE, "-d", "out", "wants").code == 3
    assert files(out) == [FILES[0], FILES[2]] and (out / FILES[0]).read_bytes() == b"old"


def test_an_audit_refuses_before_anything_is_saved(elfin: Commandline, server: IndexServer) -> None:
    honest, lying = "py3-none-manylinux_2_28_x86_64", "py3-none-manylinux_2_17_x86_64"
    for version, tag in (("2.28", honest), ("2.34", lying)):
        path = put(elfin.work, tag, {"DATA/scripts/tool": dynamic(version)})
        server.projects.setdefault("tool", {})[path.name] = path.read_bytes()
    refused = elfin("pip", "download", "--audit", "--platform", "debian:9", "-d", "out", "tool")
    assert refused.code == 4 and "tool needs glibc 2.34" in refused.err and "nothing was saved" in refused.err
    assert files(elfin.work / "out") == []
    elfin.good(
        "pip",
        "download",
        "--audit",
        "--platform",
        "debian:11",
        "-d",
        "out",
        f"{server.root}/files/tool/tool-1.0-{honest}.whl",
    )
    elfin.good("pip", "download", "--platform", "debian:9", "-d", "out", "tool")
    # Files that are there already are read as well.
    assert elfin("pip", "download", "--audit", "--platform", "debian:9", "-d", "out", "tool").code == 4
