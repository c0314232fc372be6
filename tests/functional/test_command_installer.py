"""`elfin installer build` and `check`: what is read, what is refused, what is left out, and what each place gets."""

from __future__ import annotations

import hashlib
import json

import pytest

from kit import othersystems
from kit.commandline import Commandline, assert_refusal, picture
from kit.installerbuild import artifact, build, dist, gets, made
from kit.releasefiles import gnu, library, musl, put, static, stdcxx
from kit.symbolsmith import x86_level


@pytest.fixture
def elfin(tmp_path, monkeypatch, capsys) -> Commandline:  # type: ignore[no-untyped-def]
    return Commandline(tmp_path, monkeypatch, capsys)


def test_four_files_are_written_and_the_checksums_are_right(elfin: Commandline) -> None:
    put(dist(elfin), "hello-x86_64-unknown-linux-gnu.tar.gz", {"hello": gnu()})
    put(dist(elfin), "hello-x86_64-unknown-linux-musl.tar.gz", {"hello": static()})
    release = made(elfin)
    out = elfin.work / "out"
    assert sorted(one.name for one in out.iterdir()) == ["SHA256SUMS", "install.ps1", "install.sh", "release.json"]
    for line in (out / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ")
        path = out / name if (out / name).exists() else dist(elfin) / name
        assert hashlib.sha256(path.read_bytes()).hexdigest() == digest
    assert (out / "install.sh").stat().st_mode & 0o111
    assert [one["target"] for one in release["artifacts"]] == ["x86_64-unknown-linux-gnu", "x86_64-unknown-linux-musl"]
    before = picture(out)
    assert build(elfin).code == 0
    assert picture(out) == before  # the same files make the same scripts


@pytest.mark.parametrize("ending", [".tar.gz", ".tar.xz", ".tar.zst", ".tar", ".zip"])
@pytest.mark.parametrize("top", ["hello-1.0", ""])
def test_every_kind_of_archive_is_read_with_and_without_a_top_folder(elfin: Commandline, ending: str, top: str) -> None:
    name = f"hello-x86_64-unknown-linux-gnu{ending}"
    put(dist(elfin), name, {"hello": gnu(version="2.28"), "README": b"read me"}, top)
    one = artifact(made(elfin), name)
    assert one["format"] == ending[1:] and one["top"] == top
    assert one["programs"] == [{"name": "hello", "member": f"{top}/hello".lstrip("/")}]
    assert one["needs"][0]["libc_floor"] == "2.28"
    assert one["witnesses"][0] == "hello: statx@GLIBC_2.28 of libc.so.6"
    assert one["size"] == (dist(elfin) / name).stat().st_size


def test_a_bare_binary_is_installed_under_the_apps_name(elfin: Commandline) -> None:
    put(dist(elfin), "hello-linux-amd64", static())
    put(dist(elfin), "hello-windows-amd64.exe", othersystems.windows())
    release = made(elfin)
    assert artifact(release, "hello-linux-amd64")["programs"] == [{"name": "hello", "member": ""}]
    assert artifact(release, "hello-windows-amd64.exe")["programs"] == [{"name": "hello.exe", "member": ""}]


def test_several_programs_come_with_the_apps_own_first(elfin: Commandline) -> None:
    name = "uv-x86_64-unknown-linux-gnu.tar.gz"
    put(dist(elfin), name, {"a-helper": gnu(), "uvx": gnu(version="2.25"), "uv": gnu()}, "uv-x")
    one = artifact(made(elfin, "--name", "uv"), name)
    assert [program["name"] for program in one["programs"]] == ["uv", "a-helper", "uvx"]
    assert one["needs"][0]["libc_floor"] == "2.25"
    assert "uvx: statx@GLIBC_2.25 of libc.so.6" in one["witnesses"]


def test_name_and_version_are_read_from_the_files(elfin: Commandline) -> None:
    put(dist(elfin), "hello-2.1.0-rc1-x86_64-unknown-linux-gnu.tar.gz", {"hello": gnu()})
    answer = elfin.good("installer", "build", "dist", "-o", "out")
    assert answer.out.startswith("hello 2.1.0-rc1: 1 files")
    assert "HELLO_BASE_URL" in answer.out


def test_a_cpu_level_in_the_bytes_is_a_need(elfin: Commandline) -> None:
    put(dist(elfin), "hello-x86_64-unknown-linux-gnu.tar.gz", {"hello": gnu(notes=x86_level(3))})
    put(dist(elfin), "hello-x86_64-unknown-linux-musl.tar.gz", {"hello": static()})
    release = made(elfin)
    assert release["artifacts"][0]["needs"][0]["cpu_level"] == 3
    assert gets(elfin, "linux/amd64/v2", "linux/amd64/v3") == [
        "hello-x86_64-unknown-linux-musl.tar.gz", "hello-x86_64-unknown-linux-gnu.tar.gz",
    ]  # fmt: skip


def test_a_level_of_libstdcxx_raises_the_floor_to_the_systems_that_have_it(elfin: Commandline) -> None:
    put(dist(elfin), "hello-x86_64-unknown-linux-gnu.tar.gz", {"hello": stdcxx("3.4.29")})
    one = made(elfin)["artifacts"][0]
    assert one["needs"][0]["libc_floor"] == "2.33"
    assert one["libraries"] == ["libstdc++.so.6"]
    assert "GLIBCXX_3.4.29" in one["witnesses"][0]


def test_a_universal_file_of_macos_serves_both_machines(elfin: Commandline) -> None:
    both = othersystems.fat(
        othersystems.mach(othersystems.ARM, (11, 0), 2), othersystems.mach(othersystems.INTEL, (10, 13), 2)
    )
    put(dist(elfin), "hello-universal2-apple-darwin.tar.gz", {"hello": both})
    one = made(elfin)["artifacts"][0]
    assert [(need["arch"], need["os_floor"]) for need in one["needs"]] == [("aarch64", "11.0"), ("x86_64", "10.13")]
    assert gets(elfin, "macosx_11_0_arm64", "macosx_10_14_x86_64", "macosx_10_12_x86_64") == [
        one["name"], one["name"], None,
    ]  # fmt: skip


def test_only_an_intel_build_is_a_maybe_on_apple_silicon_and_a_hole(elfin: Commandline) -> None:
    intel = othersystems.mach(othersystems.INTEL, (10, 13), 2)
    put(dist(elfin), "hello-x86_64-apple-darwin.tar.gz", {"hello": intel})
    answer = build(elfin)
    assert "macOS on arm64: only hello-x86_64-apple-darwin.tar.gz, which may run" in answer.out
    assert "Rosetta" in answer.out


def _arm(elfin: Commandline) -> None:
    put(dist(elfin), "hello-armv7-unknown-linux-gnueabi.tar.gz", {"hello": gnu("armhf")})


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("hello-x86_64-unknown-linux-musl.tar.gz", gnu(), "for glibc (PT_INTERP /lib64/ld-linux-x86-64.so.2)"),
        ("hello-x86_64-unknown-linux-gnu.tar.gz", musl(), "for musl"),
        ("hello-aarch64-unknown-linux-gnu.tar.gz", gnu(), "for x86_64"),
        ("hello-armv7-unknown-linux-gnueabi.tar.gz", gnu("armhf"), "built for hard floats"),
        ("hello-x86_64-unknown-linux-gnu.2.17.tar.gz", gnu(version="2.28"), "in need of 2.28 (statx@GLIBC_2.28"),
        ("hello-x86_64_v2-unknown-linux-gnu.tar.gz", gnu(notes=x86_level(3)), "for x86-64-v3"),
        ("hello-aarch64-apple-darwin.tar.gz", gnu("aarch64"), "for linux"),
        ("hello-universal2-apple-darwin.tar.gz", othersystems.mach(othersystems.ARM, kind=2), "for aarch64"),
        ("hello-x86_64-pc-windows-msvc.zip", static(), "for linux"),
        ("hello-linux-x64-static.tar.gz", gnu(), "for glibc"),
    ],
)
def test_a_declared_target_that_the_bytes_contradict_is_an_error_that_names_both(
    elfin: Commandline, name: str, data: bytes, words: str
) -> None:
    put(dist(elfin), name, {"hello": data})
    answer = build(elfin)
    assert_refusal(answer, 3)
    assert name in answer.err and "is declared" in answer.err and words in answer.err
    assert not (elfin.work / "out").exists()


def test_static_programs_may_be_called_gnu_and_dynamic_ones_musl(elfin: Commandline) -> None:
    put(dist(elfin), "hello-x86_64-unknown-linux-gnu.tar.gz", {"hello": static()})
    put(dist(elfin), "hello-aarch64-unknown-linux-musl.tar.gz", {"hello": musl("aarch64")})
    release = made(elfin)
    assert [one["needs"][0]["libc"] for one in release["artifacts"]] == ["musl", None]
    assert release["artifacts"][0]["loader"] == "/lib/ld-musl-aarch64.so.1"


def test_raising_a_floor_is_free(elfin: Commandline) -> None:
    put(dist(elfin), "hello-x86_64-unknown-linux-gnu.tar.gz", {"hello": gnu(version="2.17")})
    one = made(elfin, "--floor", "x86_64-unknown-linux-gnu=glibc:2.28")["artifacts"][0]
    assert (one["needs"][0]["libc_floor"], one["stated"]) == ("2.28", "2.28")
    assert gets(elfin, "centos:7", "rhel:8") == [None, one["name"]]


def test_lowering_a_floor_names_the_symbols_that_will_be_missing_and_has_to_be_said(elfin: Commandline) -> None:
    put(
        dist(elfin),
        "hello-x86_64-unknown-linux-gnu.tar.gz",
        {"hello": gnu(version="2.28", more="renameat2@GLIBC_2.27")},
    )
    floor = ("--floor", "x86_64-unknown-linux-gnu=glibc:2.17")
    answer = build(elfin, *floor)
    assert_refusal(answer, 3)
    assert "below the measured 2.28" in answer.err and "--allow-missing-symbols" in answer.err
    assert "statx@GLIBC_2.28 of libc.so.6" in answer.err and "renameat2@GLIBC_2.27 of libc.so.6" in answer.err
    one = made(elfin, *floor, "--allow-missing-symbols")["artifacts"][0]
    assert (one["needs"][0]["libc_floor"], one["stated"]) == ("2.17", "2.17")
    assert one["witnesses"][0].startswith("stated to run with glibc 2.17, which lacks hello: statx@GLIBC_2.28")


def test_weak_versions_raise_no_floor(elfin: Commandline) -> None:
    put(dist(elfin), "hello-x86_64-unknown-linux-gnu.tar.gz", {"hello": gnu(version="2.17", more="x?@GLIBC_2.34")})
    assert made(elfin)["artifacts"][0]["needs"][0]["libc_floor"] == "2.17"


@pytest.mark.parametrize(
    ("floor", "words"),
    [
        ("x86_64-unknown-linux-musl=glibc:2.17", "it is static, so it needs no libc at all"),
        ("x86_64-unknown-linux-gnu=musl:1.2", "it needs glibc"),
        ("x86_64-unknown-linux-gun=glibc:2.17", "names no target of this release"),
        ("x86_64-unknown-linux-gnu=2.17", "is no floor"),
    ],
)
def test_a_floor_that_means_nothing_is_refused(elfin: Commandline, floor: str, words: str) -> None:
    put(dist(elfin), "hello-x86_64-unknown-linux-gnu.tar.gz", {"hello": gnu()})
    put(dist(elfin), "hello-x86_64-unknown-linux-musl.tar.gz", {"hello": static()})
    answer = build(elfin, "--floor", floor)
    assert_refusal(answer, 2, 3)
    assert words in answer.err


def test_the_places_that_get_nothing_are_told_with_what_would_fill_the_hole(elfin: Commandline) -> None:
    put(dist(elfin), "hello-x86_64-unknown-linux-gnu.tar.gz", {"hello": gnu(version="2.28")})
    answer = build(elfin)
    lines = [line.strip() for line in answer.out.splitlines()]
    old = next(line for line in lines if line.startswith("x86_64 Linux with glibc < 2.28 ("))
    assert ": nothing (" in old and "add a static musl build (x86_64-unknown-linux-musl)" in old
    assert any(line.startswith("x86_64 Linux with musl (") for line in lines)
    assert "aarch64 Linux: nothing; add a static musl build (aarch64-unknown-linux-musl)" in lines
    put(dist(elfin), "hello-x86_64-unknown-linux-musl.tar.gz", {"hello": static()})
    assert "x86_64 Linux" not in build(elfin).out


def test_a_program_that_needs_a_library_beside_it_is_not_installed_alone(elfin: Commandline) -> None:
    name = "hello-x86_64-unknown-linux-gnu.tar.gz"
    files = {"bin/hello": gnu(libraries=("libown.so.1",)), "lib/libown.so.1": library("libown.so.1")}
    put(dist(elfin), name, files)
    answer = build(elfin)
    assert_refusal(answer, 3)
    assert "needs hello-1.0/lib/libown.so.1" in answer.err and "--layout tree --link bin/hello" in answer.err
    one = made(elfin, "--layout", "tree", "--link", "bin/hello")
    assert one["layout"] == {"kind": "tree", "links": ["bin/hello"]}
    assert one["artifacts"][0]["programs"] == [{"name": "hello", "member": "hello-1.0/bin/hello"}]
    assert one["artifacts"][0]["libraries"] == []


def test_a_tree_without_the_linked_path_is_refused(elfin: Commandline) -> None:
    put(dist(elfin), "hello-x86_64-unknown-linux-gnu.tar.gz", {"hello": gnu()})
    answer = build(elfin, "--layout", "tree", "--link", "bin/hello")
    assert_refusal(answer, 3)
    assert "has no hello-1.0/bin/hello" in answer.err


def test_uv_1392_alpine_on_aarch64_installs_the_static_musl_archive(elfin: Commandline) -> None:
    put(dist(elfin), "uv-aarch64-unknown-linux-gnu.tar.gz", {"uv": gnu("aarch64", "2.28")}, "uv")
    put(dist(elfin), "uv-aarch64-unknown-linux-musl.tar.gz", {"uv": static("aarch64")}, "uv")
    made(elfin)
    assert gets(elfin, "alpine:3.18/arm64") == ["uv-aarch64-unknown-linux-musl.tar.gz"]
    answer = elfin.good("installer", "check", "out", "--platform", "alpine:3.18/arm64")
    assert "not uv-aarch64-unknown-linux-gnu.tar.gz: needs glibc 2.28; this place has musl 1.2.4" in answer.out


def test_uv_8549_rhel_8_gets_the_gnu_archive_and_has_it_with_a_mirror_that_lacks_musl(elfin: Commandline) -> None:
    put(dist(elfin), "uv-x86_64-unknown-linux-gnu.tar.gz", {"uv": gnu(version="2.28")}, "uv")
    put(dist(elfin), "uv-x86_64-unknown-linux-musl.tar.gz", {"uv": static()}, "uv")
    made(elfin)
    answer = elfin("installer", "check", "out", "--json", "--platform", "rhel:8", "--platform", "centos:7")
    new, old = json.loads(answer.out)["places"]
    assert [one["artifact"] for one in new["tried"]] == [
        "uv-x86_64-unknown-linux-gnu.tar.gz", "uv-x86_64-unknown-linux-musl.tar.gz",
    ]  # fmt: skip
    assert [one["artifact"] for one in old["tried"]] == ["uv-x86_64-unknown-linux-musl.tar.gz"]
    assert old["refused"][0]["why"] == "needs glibc 2.28; this place has glibc 2.17"


def test_check_fails_where_a_place_gets_nothing(elfin: Commandline) -> None:
    put(dist(elfin), "hello-x86_64-unknown-linux-musl.tar.gz", {"hello": static()})
    made(elfin)
    answer = elfin("installer", "check", "out", "--platform", "debian:12", "--platform", "debian:12/arm64")
    assert answer.code == 1
    assert "gets hello-x86_64-unknown-linux-musl.tar.gz: static, runs with any libc" in answer.out
    assert "nothing: no hello 1.0 runs there" in answer.out
    assert "aarch64 Linux: nothing" in elfin.good("installer", "check", "out").out


def test_check_looks_for_the_loader_in_a_place_with_files(elfin: Commandline) -> None:
    from kit import elfsmith

    root = elfin.work / "root"
    for path, data in (
        ("bin/sh", elfsmith.program("/nix/ld.so", "x86_64", ("libc.so.6",))),
        ("nix/ld.so", elfsmith.glibc_loader()),
        ("lib/libc.so.6", elfsmith.glibc("2.39")),
    ):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    put(dist(elfin), "hello-x86_64-unknown-linux-gnu.tar.gz", {"hello": gnu()})
    made(elfin)
    answer = elfin("installer", "check", "out", "--platform", f"root:{root}")
    assert answer.code == 1
    assert "needs /lib64/ld-linux-x86-64.so.2, which is not there" in answer.out
