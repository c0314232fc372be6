"""`elfin installer build`: broken and odd folders, lists that others keep; nothing is written before all is decided."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import zipfile
from typing import Any

import pytest

from kit.commandline import Commandline, assert_refusal
from kit.installerbuild import artifact, build, dist, gets, made
from kit.releasefiles import gnu, library, put, static


@pytest.fixture
def elfin(tmp_path, monkeypatch, capsys) -> Commandline:  # type: ignore[no-untyped-def]
    return Commandline(tmp_path, monkeypatch, capsys)


def test_what_is_no_release_file_is_passed_over_and_what_may_be_one_is_told(elfin: Commandline) -> None:
    put(dist(elfin), "hello-x86_64-unknown-linux-gnu.tar.gz", {"hello": gnu()})
    put(dist(elfin), "hello-x86_64-unknown-freebsd.tar.gz", {"hello": b"\x7fELF of another world"})
    put(dist(elfin), "docs.tar.gz", {"page": b"read"})
    put(dist(elfin), "hello-1.0-source.tar.gz", {"main.c": b"int main;"})
    for name in ("hello-x86_64-unknown-linux-gnu.tar.gz.sha256", "hello_1.0_amd64.deb", "install.sh", ".hidden"):
        (dist(elfin) / name).write_text("x")
    (dist(elfin) / "folder").mkdir()
    answer = build(elfin)
    assert answer.code == 0, answer.said
    assert "hello 1.0: 1 files" in answer.out
    assert "note: docs.tar.gz is passed over: there is no program in it" in answer.out
    assert "the scripts do not serve freebsd" in answer.out
    assert "folder is passed over: it is no file" in answer.out


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("hello-x86_64-unknown-linux-gnu.tar.gz", b"<html>not found</html>", "neither an archive nor a program"),
        ("hello-x86_64-unknown-linux-gnu.tar.gz", b"", "neither an archive nor a program"),
        ("hello-x86_64-unknown-linux-gnu.tar.gz", b"\x1f\x8b\x08\0cut", "hello-x86_64-unknown-linux-gnu.tar.gz:"),
        ("hello-x86_64-unknown-linux-gnu.tar.gz", gnu(), "a bare program by its bytes, and tar.gz by its name"),
        ("hello-x86_64-unknown-linux-gnu.zip", b"PK\x03\x04cut", "hello-x86_64-unknown-linux-gnu.zip:"),
        ("hello-x86_64-unknown-linux-gnu", library("libx.so"), "is no program"),
        ("hello-x86_64-unknown-linux-gnu", gnu()[:80], "hello-x86_64-unknown-linux-gnu: it: "),
    ],
)
def test_a_broken_release_file_is_an_error_that_names_it(
    elfin: Commandline, name: str, data: bytes, words: str
) -> None:
    put(dist(elfin), name, data)
    answer = build(elfin)
    assert_refusal(answer, 3, 4)
    assert words in answer.err
    assert not (elfin.work / "out").exists()


@pytest.mark.parametrize("member", ["../../evil", "/etc/evil", "a/../../evil"])
def test_members_that_would_land_outside_are_refused(elfin: Commandline, member: str) -> None:
    put(dist(elfin), "hello-x86_64-unknown-linux-gnu.tar.gz", {"hello": gnu(), member: b"x"}, "")
    answer = build(elfin)
    assert_refusal(answer, 4)
    assert "hello-x86_64-unknown-linux-gnu.tar.gz" in answer.err


def test_a_link_out_of_the_archive_is_refused_and_one_inside_is_fine(elfin: Commandline) -> None:
    name = "hello-x86_64-unknown-linux-gnu.tar.gz"
    put(dist(elfin), name, {"bin/hello": gnu(), "bin/h": b"link:hello"})
    assert build(elfin).code == 0
    put(dist(elfin), name, {"bin/hello": gnu(), "bin/h": b"link:../../../etc/passwd"})
    answer = build(elfin)
    assert_refusal(answer, 4)
    assert "leads out of the archive" in answer.err


def test_two_files_that_nothing_tells_apart_are_refused(elfin: Commandline) -> None:
    put(dist(elfin), "hello-x86_64-unknown-linux-gnu.tar.gz", {"hello": gnu()})
    put(dist(elfin), "hello-linux-amd64-gnu.tar.gz", {"hello": gnu()})
    answer = build(elfin)
    assert_refusal(answer, 3)
    assert "hello-linux-amd64-gnu.tar.gz and hello-x86_64-unknown-linux-gnu.tar.gz are both for" in answer.err
    (dist(elfin) / "hello-linux-amd64-gnu.tar.gz").unlink()
    put(dist(elfin), "hello-x86_64-unknown-linux-gnu.tar.xz", {"hello": gnu()})  # another compression is fine
    put(dist(elfin), "hello-x86_64-unknown-linux-gnu.2.28.tar.gz", {"hello": gnu(version="2.28")})  # another floor
    names = [one["name"] for one in made(elfin)["artifacts"]]
    assert names == [
        "hello-x86_64-unknown-linux-gnu.2.28.tar.gz",
        "hello-x86_64-unknown-linux-gnu.tar.gz",
        "hello-x86_64-unknown-linux-gnu.tar.xz",
    ]


def test_programs_of_two_machines_in_one_archive_are_refused(elfin: Commandline) -> None:
    put(dist(elfin), "hello.tar.gz", {"hello": gnu(), "hellox": gnu("aarch64")})
    answer = build(elfin)
    assert_refusal(answer, 3)
    assert "holds two kinds of programs" in answer.err


def test_an_empty_or_missing_folder_says_what_release_files_are(elfin: Commandline) -> None:
    dist(elfin).mkdir()
    for source in ("dist", "nowhere"):
        answer = elfin("installer", "build", source, "-o", "out", "--version", "1")
        assert_refusal(answer, 2)
    assert not (elfin.work / "out").exists()


def test_without_a_version_it_is_asked_for(elfin: Commandline) -> None:
    put(dist(elfin), "hello-x86_64-unknown-linux-gnu.tar.gz", {"hello": gnu()})
    answer = elfin("installer", "build", "dist", "-o", "out")
    assert_refusal(answer, 2)
    assert "no file name tells the version" in answer.err and "--version 1.0" in answer.err


def test_nothing_is_changed_where_the_output_cannot_be_put(elfin: Commandline) -> None:
    put(dist(elfin), "hello-x86_64-unknown-linux-gnu.tar.gz", {"hello": gnu()})
    (elfin.work / "out" / "install.ps1").mkdir(parents=True)
    assert_refusal(build(elfin), 3)
    assert [one.name for one in (elfin.work / "out").iterdir()] == ["install.ps1"]
    elfin.file("plain", "x")
    assert_refusal(elfin("installer", "build", "dist", "-o", "plain", "--version", "1"), 2)


def _sums(*rows: tuple[str, bytes]) -> str:
    return "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in rows)


def test_a_list_of_files_is_measured_where_they_lie_beside_and_guessed_where_not(elfin: Commandline) -> None:
    here = put(dist(elfin), "hello_1.0_linux_amd64.tar.gz", {"hello": gnu(version="2.28")}).read_bytes()
    names = ("hello_1.0_linux_arm64.tar.gz", "hello_1.0_darwin_arm64.tar.gz", "hello_1.0_windows_amd64.zip")
    text = _sums(("hello_1.0_linux_amd64.tar.gz", here), *((name, b"x") for name in names), ("README.md", b"x"))
    (dist(elfin) / "checksums.txt").write_text(text)
    answer = elfin.good("installer", "build", "dist/checksums.txt", "-o", "out", "--inside", "{program}")
    assert "hello 1.0: 4 files" in answer.out
    release = json.loads((elfin.work / "out" / "release.json").read_text())
    assert artifact(release, "hello_1.0_linux_amd64.tar.gz")["measured"] is True
    guessed = artifact(release, "hello_1.0_windows_amd64.zip")
    assert guessed["measured"] is False and guessed["programs"] == [{"name": "hello.exe", "member": "hello.exe"}]
    assert gets(elfin, "debian:12", "debian:12/arm64", "macos") == [
        "hello_1.0_linux_amd64.tar.gz", "hello_1.0_linux_arm64.tar.gz", "hello_1.0_darwin_arm64.tar.gz",
    ]  # fmt: skip


def test_a_listed_file_with_another_checksum_or_none_is_refused(elfin: Commandline) -> None:
    put(dist(elfin), "hello-1.0-linux-amd64.tar.gz", {"hello": gnu()})
    listed = dist(elfin) / "list"
    listed.write_text(_sums(("hello-1.0-linux-amd64.tar.gz", b"other")))
    answer = elfin("installer", "build", "dist/list", "-o", "out")
    assert_refusal(answer, 3)
    assert "has not the checksum that the list says" in answer.err
    listed.write_text("hello-1.0-linux-arm64.tar.gz\n")
    answer = elfin("installer", "build", "dist/list", "-o", "out")
    assert_refusal(answer, 3)
    assert "has no checksum in the list and does not lie beside it" in answer.err


def _dist_manifest(name: str, data: bytes) -> dict[str, Any]:
    return {
        "dist_version": "0.31.0",
        "releases": [{
            "app_name": "axolotlsay", "app_version": "0.2.2", "artifacts": [name, "x-installer.sh"],
            "hosting": {"github": {"artifact_base_url": "https://github.com",
                                   "artifact_download_path": "/axodotdev/axolotlsay/releases/download/v0.2.2"}},
        }],
        "artifacts": {
            name: {"name": name, "kind": "executable-zip", "target_triples": ["x86_64-unknown-linux-gnu"],
                   "assets": [{"name": "axolotlsay", "path": "axolotlsay", "kind": "executable"},
                              {"name": "README.md", "path": "README.md", "kind": "readme"}],
                   "checksums": {"sha256": hashlib.sha256(data).hexdigest()}},
            "x-installer.sh": {"name": "x-installer.sh", "kind": "installer", "target_triples": ["x"]},
        },
    }  # fmt: skip


@pytest.mark.parametrize("beside", [True, False])
def test_a_manifest_of_cargo_dist_is_read(elfin: Commandline, beside: bool) -> None:
    name = "axolotlsay-x86_64-unknown-linux-gnu.tar.gz"
    path = put(dist(elfin), name, {"axolotlsay": gnu(version="2.30")}, "axolotlsay-x86_64-unknown-linux-gnu")
    (dist(elfin) / "dist-manifest.json").write_text(json.dumps(_dist_manifest(name, path.read_bytes())))
    if not beside:
        path.unlink()
    elfin.good("installer", "build", "dist/dist-manifest.json", "-o", "out")
    release = json.loads((elfin.work / "out" / "release.json").read_text())
    assert (release["app"], release["version"]) == ("axolotlsay", "0.2.2")
    assert release["base_urls"] == ["https://github.com/axodotdev/axolotlsay/releases/download/v0.2.2"]
    (one,) = release["artifacts"]
    assert one["programs"] == [{"name": "axolotlsay", "member": "axolotlsay-x86_64-unknown-linux-gnu/axolotlsay"}]
    assert one["measured"] is beside
    assert one["needs"][0]["libc_floor"] == ("2.30" if beside else None)


def test_a_stated_floor_holds_for_a_file_that_nobody_has_seen(elfin: Commandline) -> None:
    name = "axolotlsay-x86_64-unknown-linux-gnu.tar.gz"
    elfin.file("dist-manifest.json", json.dumps(_dist_manifest(name, b"x")))
    elfin.good(
        "installer", "build", "dist-manifest.json", "-o", "out", "--floor", "x86_64-unknown-linux-gnu=glibc:2.31"
    )
    assert gets(elfin, "debian:10", "debian:11") == [None, name]


def test_scripts_are_made_again_of_a_release_json(elfin: Commandline) -> None:
    put(dist(elfin), "hello-x86_64-unknown-linux-gnu.tar.gz", {"hello": gnu()})
    made(elfin)
    release_json = elfin.work / "out" / "release.json"
    elfin.good("installer", "build", release_json, "-o", "again", "--base-url", "https://mirror.example.org/d")
    again = json.loads((elfin.work / "again" / "release.json").read_text())
    assert again["base_urls"] == ["https://mirror.example.org/d"]
    assert again["artifacts"] == json.loads(release_json.read_text())["artifacts"]


def test_json_of_a_build_has_release_holes_and_notes(elfin: Commandline) -> None:
    put(dist(elfin), "hello-x86_64-unknown-linux-gnu.tar.gz", {"hello": gnu(version="2.28")})
    told = json.loads(build(elfin, "--json").out)
    assert told["release"]["artifacts"][0]["needs"][0]["libc_floor"] == "2.28"
    hole = next(one for one in told["holes"] if one["place"] == "x86_64 Linux with glibc < 2.28")
    assert hole["maybe"] is None and hole["remedy"].startswith("add a static musl build")


def test_a_name_that_tells_no_known_target_is_said_and_the_bytes_decide(elfin: Commandline) -> None:
    put(dist(elfin), "hello-x68_64-unknown-linux-gnu.tar.gz", {"hello": gnu()})
    answer = build(elfin, "--name", "hello")
    assert answer.code == 0, answer.said
    assert (
        "hello-x68_64-unknown-linux-gnu.tar.gz names no target that is known: its bytes are for x86_64-" in answer.out
    )


def test_files_of_two_projects_are_not_taken_for_one(elfin: Commandline) -> None:
    for name in ("hello", "world"):
        put(dist(elfin), f"{name}-x86_64-unknown-linux-gnu.tar.gz", {name: gnu()})
    answer = build(elfin)
    assert_refusal(answer, 2)
    assert "the files do not agree on a name: hello-x86_64-unknown-linux-gnu.tar.gz, world-" in answer.err


def test_a_manifest_whose_file_is_a_path_reads_nothing_there(elfin: Commandline) -> None:
    elfin.file("secret", "x")
    for name in ("../work/secret", "/etc/passwd", None, "a\0b"):
        manifest = _dist_manifest("a.tar.gz", b"x")
        manifest["artifacts"]["a.tar.gz"]["name"] = name
        elfin.file("dist-manifest.json", json.dumps(manifest))
        answer = elfin("installer", "build", "dist-manifest.json", "-o", "out")
        assert_refusal(answer, 3)
        assert "the manifest has a file named" in answer.err


def test_files_of_a_manifest_for_several_targets_are_taken_or_told(elfin: Commandline) -> None:
    manifest = _dist_manifest("axolotlsay-linux.tar.gz", b"x")
    kinds = {
        "mac.tar.gz": ["x86_64-apple-darwin", "aarch64-apple-darwin"],
        "bsd.tar.gz": ["x86_64-unknown-freebsd"],
        "two.tar.gz": ["x86_64-unknown-linux-gnu", "x86_64-unknown-linux-musl"],
    }
    for name, triples in kinds.items():
        one = dict(manifest["artifacts"]["axolotlsay-linux.tar.gz"], name=name, target_triples=triples)
        manifest["artifacts"][name] = one
        manifest["releases"][0]["artifacts"].append(name)
    elfin.file("dist-manifest.json", json.dumps(manifest))
    out = elfin.good("installer", "build", "dist-manifest.json", "-o", "out").out
    assert "bsd.tar.gz is passed over: the scripts do not serve freebsd" in out
    assert "two.tar.gz is passed over: it is for x86_64-unknown-linux-gnu and x86_64-unknown-linux-musl" in out
    release = json.loads((elfin.work / "out" / "release.json").read_text())
    assert artifact(release, "mac.tar.gz")["target"] == "universal2-apple-darwin"
    assert gets(elfin, "macosx_11_0_x86_64", "macosx_11_0_arm64") == ["mac.tar.gz", "mac.tar.gz"]


def test_a_list_of_files_is_not_lost_to_the_checksums_that_are_written(elfin: Commandline) -> None:
    text = _sums(("hello-1.0-x86_64-unknown-linux-musl.tar.gz", b"x"), ("hello_1.0_amd64.deb", b"y"))
    listed = elfin.file("SHA256SUMS", text)
    answer = elfin("installer", "build", "SHA256SUMS", "-o", ".")
    assert_refusal(answer, 2)
    assert listed.read_text() == text and not (elfin.work / "install.sh").exists()
    elfin.good("installer", "build", "SHA256SUMS", "-o", "out")


def test_a_list_whose_files_nobody_has_seen_is_told_in_a_few_lines(elfin: Commandline) -> None:
    targets = ("x86_64-unknown-linux-gnu", "x86_64-unknown-linux-musl", "aarch64-apple-darwin")
    rows = [(f"uv-{target}.tar.gz", b"x") for target in targets]
    elfin.file("list", _sums(*rows, ("uv-x86_64-pc-windows-msvc.zip", b"x"), ("source.tar.gz", b"x")))
    out = elfin.good("installer", "build", "list", "-o", "out", "--version", "0.5.9").out
    assert out.count("does not lie beside the list") + out.count("more do not lie beside the list") == 1
    assert "get a file by its name alone: nobody has measured it" in out
    nothing = out.partition("places that get nothing:")[2]
    assert "uv-" not in nothing and "armv7l Linux: nothing" in nothing


def test_a_name_without_the_compression_that_the_bytes_have_is_refused(elfin: Commandline) -> None:
    path = put(dist(elfin), "hello-x86_64-unknown-linux-gnu.tar.gz", {"hello": gnu()})
    path.rename(path.with_suffix(""))
    answer = build(elfin)
    assert_refusal(answer, 3)
    assert "a tar archive of another compression by its bytes, and tar by its name" in answer.err


def _tar(elfin: Commandline, *more: tuple[str, bytes, str]) -> None:
    path = dist(elfin) / "hello-x86_64-unknown-linux-gnu.tar.gz"
    path.parent.mkdir(exist_ok=True)
    with tarfile.open(path, "w:gz") as made:
        for name, kind, target in (("h/bin/hello", tarfile.REGTYPE, ""), *more):
            entry, data = tarfile.TarInfo(name), gnu() if kind == tarfile.REGTYPE else b""
            entry.type, entry.linkname, entry.size = kind, target, len(data)
            made.addfile(entry, io.BytesIO(data))


def test_a_hard_link_leads_to_a_file_of_the_archive(elfin: Commandline) -> None:
    _tar(elfin, ("h/bin/hi", b"1", "h/bin/hello"))
    assert build(elfin).code == 0
    _tar(elfin, ("h/a/b/c/hi", b"1", "../../etc/passwd"))
    answer = build(elfin)
    assert_refusal(answer, 4)
    assert "which is not in the archive before it" in answer.err


def test_nothing_of_an_archive_lies_behind_its_links(elfin: Commandline) -> None:
    """Each of the links stays inside, and what lies behind both of them does not."""
    _tar(elfin, ("h/d", b"2", "."), ("h/d/x", b"0", ""))
    answer = build(elfin)
    assert_refusal(answer, 4)
    assert "lies behind the link 'h/d'" in answer.err


def test_floors_that_make_two_files_alike_are_told_apart_by_file(elfin: Commandline) -> None:
    put(dist(elfin), "hello-x86_64-unknown-linux-gnu.tar.gz", {"hello": gnu()})
    put(dist(elfin), "hello-x86_64-unknown-linux-gnu.2.28.tar.gz", {"hello": gnu(version="2.28")})
    answer = build(elfin, "--floor", "x86_64-unknown-linux-gnu=glibc:2.31")
    assert_refusal(answer, 3)
    assert "--floor FILE=LIBC:VERSION" in answer.err
    raised = "hello-x86_64-unknown-linux-gnu.2.28.tar.gz=glibc:2.31"
    assert build(elfin, "--floor", raised).code == 0


def test_a_floor_for_a_mac_is_refused_with_the_reason(elfin: Commandline) -> None:
    manifest = _dist_manifest("a.tar.gz", b"x")
    manifest["artifacts"]["a.tar.gz"]["target_triples"] = ["aarch64-apple-darwin"]
    elfin.file("dist-manifest.json", json.dumps(manifest))
    words = ("--floor", "aarch64-apple-darwin=glibc:2.20")
    answer = elfin("installer", "build", "dist-manifest.json", "-o", "out", *words)
    assert_refusal(answer, 3)
    assert "it is for macos" in answer.err and "static" not in answer.err


def test_nixos_gets_what_is_static(elfin: Commandline) -> None:
    put(dist(elfin), "hello-x86_64-unknown-linux-gnu.tar.gz", {"hello": gnu()})
    put(dist(elfin), "hello-x86_64-unknown-linux-musl.tar.gz", {"hello": static()})
    made(elfin)
    assert gets(elfin, "nixos", "debian:12") == [
        "hello-x86_64-unknown-linux-musl.tar.gz",
        "hello-x86_64-unknown-linux-gnu.tar.gz",
    ]


def test_names_with_backslashes_are_told_as_such(elfin: Commandline) -> None:
    put(dist(elfin), "hello-x86_64-pc-windows-msvc.zip", {"hello\\hello.exe": b"MZ"}, "")
    answer = build(elfin)
    assert_refusal(answer, 3)
    assert "hello-x86_64-pc-windows-msvc.zip: the name 'hello\\\\hello.exe' is written with backslashes" in answer.err


@pytest.mark.parametrize(("method", "word"), [(zipfile.ZIP_BZIP2, "bzip2"), (zipfile.ZIP_LZMA, "lzma")])
def test_another_compression_of_a_zip_is_named(elfin: Commandline, method: int, word: str) -> None:
    path = put(dist(elfin), "hello-x86_64-unknown-linux-gnu.zip", {})
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("hello", gnu())
    answer = build(elfin)
    assert_refusal(answer, 3)
    assert f"'hello' is compressed with {word} instead of deflate" in answer.err


@pytest.mark.parametrize("form", ["gnu", "pax"])
def test_a_sparse_file_is_told_by_its_name_and_with_the_way_out(elfin: Commandline, form: str) -> None:
    path = dist(elfin) / "hello-x86_64-unknown-linux-gnu.tar"
    path.parent.mkdir()
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as made:
        entry = tarfile.TarInfo("hello" if form == "gnu" else "GNUSparseFile.7/hello")
        entry.type = tarfile.GNUTYPE_SPARSE if form == "gnu" else tarfile.REGTYPE
        entry.pax_headers = {} if form == "gnu" else {"GNU.sparse.major": "1", "GNU.sparse.name": "hello"}
        made.addfile(entry)
    answer = build(elfin)
    assert_refusal(answer, 3)
    assert "'hello' is a sparse file" in answer.err and "-S" in answer.err


def test_a_name_in_an_archive_that_scripts_cannot_carry_is_told_with_the_archive(elfin: Commandline) -> None:
    put(dist(elfin), "hello-x86_64-unknown-linux-gnu.tar.gz", {"hello": gnu()}, "h\xe9")
    answer = build(elfin)
    assert_refusal(answer, 3)
    assert r"hello-x86_64-unknown-linux-gnu.tar.gz: 'h\xe9' cannot be a top folder" in answer.err
