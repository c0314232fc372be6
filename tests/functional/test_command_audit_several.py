"""`elfin audit` of several things: each counts, none hides another, wheels of each release are weighed alone."""

from __future__ import annotations

import gzip
import json
import tarfile
import zipfile
from pathlib import Path

import pytest

from kit.commandline import Commandline
from kit.symbolsmith import binary, imports
from kit.wheelsofelf import dynamic, put, static

TOOL = "DATA/scripts/tool"
GLIBC, MUSL = "py3-none-manylinux_2_28_x86_64", "py3-none-musllinux_1_2_x86_64"


@pytest.fixture
def elfin(tmp_path, monkeypatch, capsys) -> Commandline:  # type: ignore[no-untyped-def]
    return Commandline(tmp_path, monkeypatch, capsys)


@pytest.fixture
def dist(elfin: Commandline) -> Path:
    folder = elfin.work / "dist"
    folder.mkdir()
    return folder


def musl() -> bytes:
    return binary(symbols=imports("gettid"), needed=["libc.musl-x86_64.so.1"])


def without(path: Path, *names: str, renamed: tuple[str, str] = ("", "")) -> None:
    """The wheel again, without some of its files, or with one word of the members' names changed."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            if not name.endswith(names or ("\0",)):
                archive.writestr(name.replace(*renamed) if renamed[0] else name, data)


def test_a_wheel_of_another_project_does_not_serve(elfin: Commandline, dist: Path) -> None:
    put(dist, GLIBC, {TOOL: dynamic("2.28")}, name="one")
    put(dist, MUSL, {"two/x.so": musl()}, name="two")
    assert elfin("audit", "dist", "--platform", "debian:12").code == 1
    put(dist, GLIBC, {TOOL: dynamic("2.28")}, name="two")
    told = json.loads(elfin.good("audit", "dist", "--platform", "debian:12", "--json").out)
    assert [(one["group"], one["wheels"]) for one in told["serving"]] == [
        ("two 1.0 for py3-none", [f"dist/two-1.0-{GLIBC}.whl"])
    ]


def test_each_python_of_a_release_has_to_be_served(elfin: Commandline, dist: Path) -> None:
    for python in ("cp312-cp312", "cp313-cp313"):
        put(dist, f"{python}-manylinux_2_28_x86_64", {"x.so": binary(needed=["libc.so.6"])})
    put(dist, "cp312-cp312-musllinux_1_2_x86_64", {"x.so": musl()})
    answer = elfin("audit", "dist", "--platform", "alpine:3.20")
    assert answer.code == 1
    put(dist, "cp38-abi3-musllinux_1_2_x86_64", {"x.abi3.so": musl()})  # which Python 3.13 takes, too
    answer = elfin.good("audit", "dist", "--platform", "alpine:3.20")
    assert "alpine:3.20: tool 1.0 for cp313-cp313 is served by dist/tool-1.0-cp38-abi3-musllinux" in answer.out


def test_a_wheel_for_any_python_serves_each(elfin: Commandline, dist: Path) -> None:
    put(dist, "cp312-cp312-manylinux_2_28_x86_64", {"x.so": binary(needed=["libc.so.6"])})
    assert elfin("audit", "dist", "--platform", "alpine:3.20").code == 1
    put(dist, "py3-none-any", {"x.py": b""})
    elfin.good("audit", "dist", "--platform", "alpine:3.20")


def test_one_bad_wheel_hides_no_other(elfin: Commandline, dist: Path) -> None:
    good = put(dist, GLIBC, {TOOL: dynamic("2.28")})
    (dist / "cut-1.0-py3-none-any.whl").write_bytes(good.read_bytes()[:-40])
    (dist / "foo.whl").write_bytes(good.read_bytes())
    checked = elfin("audit", "dist", "missing", "--check", "--format", "sarif")
    results = json.loads(checked.out)["runs"][0]["results"]
    assert checked.code == 1 and [one["ruleId"] for one in results] == ["A601"] * 3
    plain = elfin("audit", "dist", "missing", "--json")
    told = json.loads(plain.out)["audited"]
    assert plain.code == 3 and [bool(one["unreadable"]) for one in told] == [True, True, False, True]
    assert told[2]["earned"]["tags"] == ["manylinux_2_28_x86_64"]


@pytest.mark.parametrize("lacking", ["WHEEL", "RECORD", "METADATA", "name"])
def test_a_wheel_that_is_none_is_a_finding_when_it_is_checked(elfin: Commandline, lacking: str) -> None:
    path = put(elfin.work, GLIBC, {TOOL: dynamic("2.28")})
    if lacking == "name":
        without(path, renamed=("tool-1.0.dist-info", "other-1.0.dist-info"))
    else:
        without(path, lacking)
    answer = elfin("audit", path, "--check")
    assert answer.code == 1 and "  A601  " in answer.out and not answer.err
    assert elfin("audit", path).code == 3


def packed(folder: Path) -> None:
    """Two archives, each with a program for glibc."""
    program = folder / "program"
    program.write_bytes(dynamic("2.28"))
    with tarfile.open(folder / "a.tar.gz", "w:gz") as tar:
        tar.add(program, "bin/a")
    with zipfile.ZipFile(folder / "b.zip", "w") as archive:
        archive.write(program, "bin/b")
    program.unlink()


def test_archives_of_a_folder_are_looked_into(elfin: Commandline, dist: Path) -> None:
    packed(dist)
    answer = elfin("audit", "dist", "--platform", "alpine:3.20", "--json")
    told = json.loads(answer.out)["audited"]
    assert answer.code == 1 and [one["path"] for one in told] == ["dist/a.tar.gz", "dist/b.zip"]
    assert [one["places"][0]["runs"] for one in told] == [False, False]


def test_what_lies_beside_wheels_is_not_passed_over(elfin: Commandline, dist: Path) -> None:
    packed(dist)
    (dist / "program").write_bytes(dynamic("2.28"))
    put(dist, GLIBC, {TOOL: static()})
    told = json.loads(elfin("audit", "dist", "--json").out)["audited"]
    assert [one["kind"] for one in told] == ["folder", "archive", "archive", "wheel"]
    with tarfile.open(dist / "tool-1.0.tar.gz", "w:gz") as tar:  # sources: nothing to tell
        tar.add(__file__, "tool.py")
    assert len(json.loads(elfin("audit", "dist", "--json").out)["audited"]) == 4


def test_wheels_in_folders_below_are_found_where_nothing_else_is(elfin: Commandline, dist: Path) -> None:
    (dist / "below").mkdir()
    put(dist / "below", GLIBC, {TOOL: dynamic("2.28")})
    answer = elfin("audit", "dist", "--platform", "alpine:3.20")
    assert answer.code == 1 and f"dist/below/tool-1.0-{GLIBC}.whl" in answer.out


def test_an_archive_without_machine_code_is_not_said_to_run(elfin: Commandline) -> None:
    with zipfile.ZipFile(elfin.work / "x.zip", "w") as archive:
        archive.write(put(elfin.work, GLIBC, {TOOL: dynamic("2.28")}), "inner.whl")
    answer = elfin("audit", "x.zip", "--platform", "alpine:3.20")
    assert "nobody can tell" in answer.out and "no machine code in it" in answer.out


def test_a_compressed_program_is_named(elfin: Commandline) -> None:
    (elfin.work / "tool.gz").write_bytes(gzip.compress(dynamic("2.28")))
    assert "tool.gz needs glibc 2.28" in elfin("audit", "tool.gz", "--platform", "alpine:3.20").out


def test_without_a_place_the_hosts_of_each_wheel_are_told_and_the_advice_can_be_typed(elfin: Commandline) -> None:
    folder = elfin.work / "my dist"
    folder.mkdir()
    put(folder, GLIBC, {TOOL: dynamic("2.28")})
    put(folder, "py3-none-musllinux_1_1_x86_64", {TOOL: static()})
    said = elfin.good("audit", folder).out
    assert f"{GLIBC}.whl serves glibc 2.28 and up on x86_64" in said
    assert "musllinux_1_1_x86_64.whl serves musl 1.1 and up on x86_64" in said
    assert f"'{folder}/tool-1.0-py3-none-musllinux_1_1_x86_64.whl'" in said
    told = json.loads(elfin.good("audit", folder, "--json").out)
    assert [one["hosts"] for one in told["reach"]] == [["glibc 2.28 and up on x86_64"], ["musl 1.1 and up on x86_64"]]


def test_what_is_no_machine_code_among_others_is_passed_over(elfin: Commandline, dist: Path) -> None:
    put(dist, GLIBC, {TOOL: dynamic("2.28")}, name="one")
    (dist / "SHA256SUMS").write_text("0  x\n")
    answer = elfin("audit", *sorted(dist.iterdir()))
    assert (
        answer.code == 0 and "passed over" in answer.err and "SHA256SUMS" in answer.err and "glibc 2.28" in answer.out
    )
    assert elfin("audit", dist / "SHA256SUMS", dist / "SHA256SUMS").code == 2
