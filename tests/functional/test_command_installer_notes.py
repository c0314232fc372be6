"""`elfin installer build` and `check`: what is said of files that are taken all the same, and of two versions."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from kit import othersystems
from kit.commandline import Commandline, assert_refusal
from kit.installerbuild import artifact, build, dist, gets, made
from kit.releasefiles import gnu, put, static, stdcxx

GNU, MUSL = "x86_64-unknown-linux-gnu.tar.gz", "x86_64-unknown-linux-musl.tar.gz"


@pytest.fixture
def elfin(tmp_path, monkeypatch, capsys) -> Commandline:  # type: ignore[no-untyped-def]
    return Commandline(tmp_path, monkeypatch, capsys)


@pytest.mark.parametrize("version", [(), ("--version", "1.1")])
def test_files_of_two_versions_are_no_release_even_where_the_version_is_said(
    elfin: Commandline, version: tuple[str, ...]
) -> None:
    put(dist(elfin), f"hello-1.0-{GNU}", {"hello": gnu(version="2.28")})
    put(dist(elfin), f"hello-1.1-{GNU}", {"hello": gnu()})
    answer = elfin("installer", "build", "dist", "-o", "out", *version)
    assert_refusal(answer, 3)
    assert f"hello-1.0-{GNU} is of version 1.0, and hello-1.1-{GNU} of 1.1" in answer.err
    assert not (elfin.work / "out").exists()


def test_top_folders_of_two_versions_are_no_release(elfin: Commandline) -> None:
    put(dist(elfin), f"hello-{GNU}", {"hello": gnu()}, "hello-1.0")
    put(dist(elfin), f"hello-{MUSL}", {"hello": static()}, "hello-0.9")
    answer = build(elfin)
    assert_refusal(answer, 3)
    assert f"hello-{GNU} is of version 1.0, and hello-{MUSL} of 0.9" in answer.err


def test_words_behind_a_version_and_a_v_make_no_other_version(elfin: Commandline) -> None:
    put(dist(elfin), f"hello-v1.0-portable-{MUSL}", {"hello": static()}, "hello-1.0.0")
    put(dist(elfin), f"hello-1.0-ubuntu22.04-{GNU}", {"hello": gnu()}, "rt-2.4")
    assert "of version" not in build(elfin).out


def test_another_version_than_the_files_carry_is_told(elfin: Commandline) -> None:
    put(dist(elfin), f"hello-1.0-{GNU}", {"hello": gnu()})
    told = f"note: hello-1.0-{GNU} is of version 1.0 by its name or top folder: the scripts call it 9"
    assert told not in build(elfin).out
    assert told in elfin.good("installer", "build", "out/release.json", "-o", "out", "--version", "9").out
    assert told in elfin.good("installer", "build", "dist", "-o", "out", "--version", "9").out


def test_links_to_programs_are_installed_as_programs(elfin: Commandline) -> None:
    name = f"hello-{GNU}"
    files = {
        "hello-1.0": gnu(), "hello": b"link:current", "current": b"link:hello-1.0", "hi": b"name:hello-1.0",
        "docs": b"link:README", "README": b"", "bin/hello-1.0": b"link:../hello-1.0",
    }  # fmt: skip
    put(dist(elfin), name, files)
    assert artifact(made(elfin), name)["programs"] == [
        {"name": "hello", "member": "hello-1.0/hello-1.0"},
        {"name": "current", "member": "hello-1.0/hello-1.0"},
        {"name": "hello-1.0", "member": "hello-1.0/hello-1.0"},
        {"name": "hi", "member": "hello-1.0/hello-1.0"},
    ]


def test_what_is_left_behind_of_the_apps_own_name_is_told(elfin: Commandline) -> None:
    put(dist(elfin), f"hello-{GNU}", {"bin/hello": b"#!/bin/sh\n", "libexec/hello-real": gnu(), "[": b"link:libexec"})
    put(dist(elfin), f"hello-{MUSL}", {"hello-real": static(), "[": b"link:hello-real"})
    out = build(elfin).out
    assert f"note: hello-{GNU}: hello-1.0/bin/hello is no machine code, so nothing named hello is installed; " in out
    assert "`--layout tree --link bin/hello`" in out
    assert f"note: hello-{MUSL}: hello-1.0/[, a link to a program, is left behind; --layout tree" in out


def test_a_packed_program_is_passed_over_and_that_is_told(elfin: Commandline) -> None:
    names = [f"hello-1.0-x86_64-unknown-linux-musl{ending}" for ending in (".gz", ".xz", ".zst", ".bz2", ".tar.bz2")]
    for name in names:
        put(dist(elfin), name, b"\x1f\x8b packed")
    put(dist(elfin), f"hello-1.0-{GNU}", {"hello": gnu()})
    put(dist(elfin), "hello.1.gz", b"a manual")
    listed = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in dist(elfin).iterdir()]
    (elfin.work / "list").write_text("".join(listed))
    for source in ("dist", "list"):
        answer = elfin.good("installer", "build", source, "-o", "out")
        for name in names:
            assert f"note: {name} is passed over: it is packed, and no archive that the scripts unpack" in answer.out
        assert "hello.1.gz is passed over: it is packed" not in answer.out
        assert [one["name"] for one in _release(elfin.work / "out")["artifacts"]] == [f"hello-1.0-{GNU}"]


def _release(out: Path):  # type: ignore[no-untyped-def]
    return json.loads((out / "release.json").read_text())


def test_libraries_that_a_place_has_to_have_are_told(elfin: Commandline) -> None:
    put(dist(elfin), f"hello-{GNU}", {"hello": stdcxx("3.4.21")})
    put(dist(elfin), "hello-aarch64-unknown-linux-gnu.tar.gz", {"hello": gnu("aarch64", libraries=("libext.so.3",))})
    put(dist(elfin), "hello-i686-unknown-linux-gnu.tar.gz", {"hello": gnu("i686", libraries=("libext.so.3",))})
    out = build(elfin).out
    assert f"note: hello-{GNU} needs libstdc++.so.6, which the place has to have" in out
    assert "hello-aarch64-unknown-linux-gnu.tar.gz and 1 more need libext.so.3, which the place has to have" in out
    answer = elfin("installer", "check", "out", "--platform", "debian:12")
    assert f"gets hello-{GNU}: glibc 2.36 is native and >= 2.23; if libstdc++.so.6 is there\n" in answer.out


def test_a_windows_floor_from_10_on_is_kept_and_an_older_one_is_every_windows(elfin: Commandline) -> None:
    put(dist(elfin), "hello-x86_64-pc-windows-msvc.zip", {"hello.exe": othersystems.windows(least=(10, 0))})
    put(dist(elfin), "hello-aarch64-pc-windows-msvc.zip", {"hello.exe": othersystems.windows(0xAA64, (6, 2))})
    release = made(elfin)
    assert artifact(release, "hello-x86_64-pc-windows-msvc.zip")["needs"][0]["os_floor"] == "10.0"
    assert artifact(release, "hello-aarch64-pc-windows-msvc.zip")["needs"][0]["os_floor"] is None
    assert "OsFloor = '10.0'" in (elfin.work / "out" / "install.ps1").read_text()
    assert "Windows on x86_64" not in build(elfin).out
    assert gets(elfin, "windows") == ["hello-x86_64-pc-windows-msvc.zip"]
