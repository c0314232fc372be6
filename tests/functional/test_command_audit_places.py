"""What a place says itself: its libraries' versions, its Python's tags; and `--audit` when installing for it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from kit import elfsmith, foreign, images
from kit.commandline import Commandline, Place
from kit.othersystems import windows
from kit.symbolsmith import binary, imports
from kit.wheelsofelf import dynamic, put, static

TOOL = "DATA/scripts/tool"
ARM = "py3-none-manylinux_2_17_aarch64"


def root(elfin: Commandline, glibc: str = "2.36", more: Mapping[str, bytes] | None = None) -> Path:
    """An aarch64 root file system of that glibc, with a CPython 3.12."""
    libc = {"lib/libc.so.6": elfsmith.glibc(glibc, "aarch64")}
    return Path(foreign.root(str(elfin.work / f"root-{glibc}"), {**libc, **(more or {})}))


def library(*versions: str) -> bytes:
    """A libstdc++ that defines these."""
    return elfsmith.elf("aarch64", soname="libstdc++.so.6", needed=["libc.so.6"], offers=versions)


def cpp(version: str) -> bytes:
    """A library that needs a version of libstdc++."""
    symbols = [*imports("open@GLIBC_2.17"), *imports(f"throw@{version}", "libstdc++.so.6")]
    return binary("aarch64", symbols, needed=["libc.so.6", "libstdc++.so.6"])


def runs(elfin: Commandline, path: str | Path, place: str) -> tuple[bool | None, str]:
    """(runs there, the first reason in words)."""
    told = json.loads(elfin("audit", path, "--platform", place, "--json").out)["audited"][0]["places"][0]
    first = told["reasons"][0] if told["reasons"] else None
    return told["runs"], f"{first['needs']}: {first['has']}" if first else ""


@pytest.mark.parametrize(
    ("has", "wants", "verdict", "words"),
    [
        (("GLIBCXX_3.4", "GLIBCXX_3.4.29", "GLIBCXX_3.4.30"), "GLIBCXX_3.4.30", True, ""),
        (("GLIBCXX_3.4", "GLIBCXX_3.4.9", "GLIBCXX_3.4.25"), "GLIBCXX_3.4.29", False, "its newest is GLIBCXX_3.4.25"),
        (("CXXABI_1.3",), "GLIBCXX_3.4.29", False, "it has no such version"),
        ((), "GLIBCXX_3.4.29", True, ""),
    ],
)
def test_a_library_of_the_place_says_itself_what_it_has(
    elfin: Commandline, has: tuple[str, ...], wants: str, verdict: bool, words: str
) -> None:
    """By the age of its glibc, 2.36, that place would have GLIBCXX 3.4.30 and no newer."""
    place = root(elfin, more={"usr/lib/aarch64-linux-gnu/libstdc++.so.6": library(*has)})
    path = elfin.work / "x.so"
    path.write_bytes(cpp(wants))
    found = runs(elfin, path, f"root:{place}")
    assert found[0] is verdict and words in found[1]


def test_a_newer_libstdcpp_than_the_place_s_age_is_believed(elfin: Commandline) -> None:
    place = root(elfin, "2.28", {"usr/lib/libstdc++.so.6": library("GLIBCXX_3.4.33")})
    path = elfin.work / "x.so"
    path.write_bytes(cpp("GLIBCXX_3.4.33"))
    assert runs(elfin, path, f"root:{place}")[0] is True
    assert runs(elfin, path, "debian:10/arm64")[0] is None  # nobody can look


def test_folders_of_ld_so_conf_count(elfin: Commandline) -> None:
    path = elfin.work / "x.so"
    path.write_bytes(binary("aarch64", needed=["libc.so.6", "libodd.so.1"]))
    odd = {"opt/odd/libodd.so.1": binary("aarch64", needed=["libc.so.6"])}
    assert runs(elfin, path, f"root:{root(elfin, '2.35', odd)}")[0] is False
    odd["etc/ld.so.conf.d/odd.conf"] = b"# odd\n/opt/odd\n"
    assert runs(elfin, path, f"root:{root(elfin, '2.36', odd)}")[0] is True


def test_a_wheel_for_another_python_is_passed_over_where_the_place_has_its_own(elfin: Commandline) -> None:
    place = root(elfin)
    files = {"x.cpython-313-aarch64-linux-gnu.so": binary("aarch64", needed=["libc.so.6"])}
    path = put(elfin.work, "cp313-cp313-manylinux_2_17_aarch64", files)
    said = elfin.good("audit", path, "--platform", f"root:{place}").out
    assert "installers there pass it over: it is for CPython 3.13, this is CPython 3.12" in said
    assert "/usr/bin/python3.12" in said
    assert "pass it over" not in elfin.good("audit", path, "--platform", "debian:12/arm64").out  # it names no Python


def test_of_wheels_for_several_pythons_the_right_one_serves(elfin: Commandline) -> None:
    place = root(elfin)
    (elfin.work / "dist").mkdir()
    for short in ("311", "312"):
        files = {f"x.cpython-{short}-aarch64-linux-gnu.so": binary("aarch64", needed=["libc.so.6"])}
        put(elfin.work / "dist", f"cp{short}-cp{short}-manylinux_2_17_aarch64", files)
    told = json.loads(elfin.good("audit", "dist", "--platform", f"root:{place}", "--json").out)
    assert [path.rpartition("-1.0-")[2] for path in told["serving"][0]["wheels"]] == [
        "cp312-cp312-manylinux_2_17_aarch64.whl"
    ]


def test_the_host_s_own_python_is_asked(elfin: Commandline) -> None:
    machine = os.uname().machine
    path = put(elfin.work, f"cp39-cp39-linux_{machine}", {"x.py": b""})
    said = elfin.good("audit", path, "--platform", "host").out
    assert "installers there pass it over: it is for CPython 3.9, this is CPython 3." in said


def install(elfin: Commandline, *arguments: str | Path) -> list[str | Path]:
    return ["pip", "install", "--no-index", "--find-links", elfin.work / "dist", *arguments]


@pytest.fixture
def dist(elfin: Commandline) -> Path:
    folder = elfin.work / "dist"
    folder.mkdir()
    return folder


def test_audit_refuses_what_cannot_run_before_anything_changes(elfin: Commandline, dist: Path) -> None:
    put(dist, ARM, {TOOL: dynamic("2.34", "aarch64", symbol="__libc_start_main")})
    put(dist, "py3-none-any", {"other.py": b""}, name="other")
    words = install(elfin, "--platform", "manylinux_2_31_aarch64", "--target", "out", "tool", "other")
    refused = elfin(*words, "--audit")
    assert refused.code == 4
    assert "tool 1.0 does not run on manylinux_2_31_aarch64" in refused.err
    assert "tool-1.0.data/scripts/tool needs glibc 2.34 for __libc_start_main, there is glibc 2.31" in refused.err
    assert "nothing was installed" in refused.err
    assert not (elfin.work / "out" / "other.py").exists() and not list((elfin.work / "out").glob("*.dist-info"))
    elfin.good(*words)
    assert (elfin.work / "out" / "other.py").exists()


def test_audit_lets_pass_what_runs(elfin: Commandline, dist: Path) -> None:
    put(dist, ARM, {TOOL: dynamic("2.28", "aarch64"), "tool/static": static("aarch64")})
    elfin.good(*install(elfin, "--platform", "manylinux_2_31_aarch64", "--target", "out", "tool", "--audit"))
    assert (elfin.work / "out" / "bin" / "tool").exists()


def test_audit_knows_the_root_that_is_installed_into(elfin: Commandline, dist: Path) -> None:
    put(dist, ARM, {"x/lib.so": cpp("GLIBCXX_3.4.29")})
    bare = f"root:{root(elfin, '2.35')}"
    refused = elfin(*install(elfin, "--python", bare, "--break-system-packages", "tool", "--audit"))
    assert refused.code == 4 and "libstdc++.so.6: it is not there" in refused.err
    full = f"root:{root(elfin, '2.36', {'usr/lib/libstdc++.so.6': library('GLIBCXX_3.4.29')})}"
    elfin.good(*install(elfin, "--python", full, "--break-system-packages", "tool", "--audit"))


def test_libraries_of_other_wheels_count_as_there(elfin: Commandline, dist: Path) -> None:
    """As torch finds the libraries of nvidia's wheels: by a search path of its own."""
    put(dist, ARM, {"a/lib.so": binary("aarch64", needed=["libc.so.6", "libcu.so.12"])})
    put(dist, "py3-none-any", {"cu/lib/libcu.so.12": binary("aarch64", needed=["libc.so.6"])}, name="cu")
    words = install(elfin, "--python", f"root:{root(elfin)}", "--break-system-packages", "--audit")
    assert "libcu.so.12" in elfin(*words, "tool").err
    elfin.good(*words, "cu")
    elfin.good(*words, "tool")  # beside what is installed
    elfin.good(*words, "--reinstall", "tool", "cu")  # and together


def test_a_wheel_for_any_system_with_launchers_for_windows_passes(elfin: Commandline, dist: Path) -> None:
    put(dist, "py3-none-any", {"t64.exe": windows()})
    elfin.good(*install(elfin, "--platform", "debian:12", "--target", "out", "tool", "--audit"))


def test_a_doubt_is_told_and_refuses_nothing(elfin: Commandline, dist: Path) -> None:
    put(dist, ARM, {"a/lib.so": binary("aarch64", needed=["libc.so.6", "libodd.so.1"])})
    said = elfin.good(*install(elfin, "--platform", "debian:12/arm64", "--target", "out", "tool", "--audit")).err
    assert "tool 1.0 may not run: a/lib.so needs libodd.so.1: does not come along" in said


def test_sync_audits_too(elfin: Commandline, dist: Path) -> None:
    put(dist, ARM, {TOOL: dynamic("2.34", "aarch64")})
    elfin.file("lock.txt", "tool==1.0\n")
    words: list[str | Path] = ["pip", "sync", "lock.txt", "--no-index", "--find-links", dist, "--target", "out"]
    words += ["--platform", "manylinux_2_31_aarch64"]
    for _ in range(2):  # also where the wheel is in the store by then
        assert elfin(*words, "--audit").code == 4
    elfin.good(*words)


def test_this_machine_is_the_place_of_its_own_environments(elfin: Commandline, venv: Place, dist: Path) -> None:
    machine = os.uname().machine
    foreign_machine = {"x86_64": "aarch64"}.get(machine, "x86_64")
    put(dist, f"py3-none-linux_{machine}", {TOOL: static(foreign_machine)})
    refused = elfin(*install(elfin, "tool", "--audit"))
    assert refused.code == 4 and "does not run on this machine" in refused.err
    assert "tool" not in venv.versions()


def test_images_are_looked_into(elfin: Commandline) -> None:
    files = {**foreign.ROOT, "usr/lib/libstdc++.so.6": library("GLIBCXX_3.4.25")}
    image = elfin.work / "image.tar"
    image.write_bytes(images.saved("linux/arm64", [files]))
    path = elfin.work / "x.so"
    path.write_bytes(cpp("GLIBCXX_3.4.29"))
    assert runs(elfin, path, f"image:{image}") == (
        False, "libstdc++.so.6 with GLIBCXX_3.4.29: its newest is GLIBCXX_3.4.25",
    )  # fmt: skip
