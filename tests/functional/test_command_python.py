"""`elfin python`: real builds installed from files and from loopback, and what goes wrong told without a trace left."""

from __future__ import annotations

import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from elfin.host.disk import FolderRoot
from elfin.host.model import Host
from elfin.host.named import Unknown, named
from elfin.pythons import disk_managed, reading
from kit import faults
from kit import indexserver as kit
from kit import pythonarchives as archives
from kit.commandline import IN_A_PROCESS, Commandline
from kit.indexserver import IndexServer
from kit.pythonmirror import KEY, Environ, Mirror

real = pytest.mark.skipif(
    not archives.LIST.is_file() or os.uname().machine != "x86_64", reason="no CPython builds for this machine at hand"
)
GNU = "cpython-3.13.15-linux-x86_64-gnu"


def named_host(name: str) -> Host:
    found = named(name)
    assert not isinstance(found, Unknown)
    return found.host


@pytest.fixture
def pythons(elfin: Commandline, environ: Environ) -> Path:
    """The folder of installed Pythons, with the catalogue of the builds beside the checkout in use."""
    environ("ELFIN_PYTHON_CATALOGUE", str(archives.LIST))
    return elfin.home / ".local/share/elfin/pythons"


@real
def test_the_build_for_this_libc_is_installed_found_linked_and_removed(elfin: Commandline, pythons: Path) -> None:
    said = elfin.good("python", "install", "3.13").err
    assert f" + {GNU} (python3.13)" in said
    link = elfin.home / ".local/bin/python3.13"
    program = pythons / GNU / "bin/python3.13"
    assert link.resolve() == program
    code = "import sys, ssl, ctypes, sysconfig as s; print(sys.prefix, s.get_config_var('CC'), s.get_path('stdlib'))"
    shown = subprocess.run([link, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown == f"{pythons / GNU} cc {pythons / GNU}/lib/python3.13\n"
    assert (
        "not be modified" not in shown and "elfin" in (pythons / GNU / "lib/python3.13/EXTERNALLY-MANAGED").read_text()
    )
    assert elfin.good("python", "find", "3.13").out.strip() == str(program)
    assert f"{GNU} is already installed" in elfin.good("python", "install", "3.13").err
    assert elfin.good("python", "verify").out == f"{GNU}: as it was installed\n"
    version = subprocess.run([pythons / GNU / "bin/pip", "--version"], capture_output=True, text=True, check=True)
    assert str(pythons / GNU) in version.stdout and version.stderr == ""
    assert f" - {GNU}" in elfin.good("python", "uninstall", "3.13").err
    assert not link.is_symlink() and os.listdir(pythons) == []


@real
def test_kinds_live_side_by_side(elfin: Commandline, pythons: Path) -> None:
    elfin.good("python", "install", "3.13t", "3.13", "3.13+static")
    assert sorted(path.name for path in (elfin.home / ".local/bin").iterdir()) == ["python3.13", "python3.13t"]
    free = elfin.good("python", "find", "3.13t").out.strip()
    code = "import sys; print(sys._is_gil_enabled())"
    assert subprocess.run([free, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
    assert "+static-linux-x86_64-musl" in elfin.good("python", "find", "3.13+static").out
    assert GNU in elfin.good("python", "find", "3.13").out
    assert f"{GNU}/" in elfin.good("python", "find", ">=3.13").out
    rows = json.loads(elfin.good("python", "list", "--json", "--only-installed", "3.13").out)["pythons"]
    assert next(row["key"] for row in rows if row["kind"] == "installed") == GNU
    assert {row["linkage"] for row in rows if row["kind"] == "installed"} == {"static", "dynamic"}


@real
@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ("3.13+musl", "needs musl 1.2.2"),
        ("3.12.3", "there is no such version"),
        ("3.13+v3", "the catalogue has no x86-64-v3 builds"),
        ("pypy", "the catalogue has no pypy at all"),
        ("cpython-3.13-linux-aarch64-gnu", "needs aarch64; there is x86_64"),
    ],
)
def test_what_cannot_be_had_is_told(request_: str, words: str, elfin: Commandline, pythons: Path) -> None:
    answer = elfin("python", "install", request_)
    assert answer.code == 1 and answer.err.startswith(f"error: No Python download found for request: {request_}\n")
    assert words in answer.err and not pythons.exists()


@real
def test_one_that_cannot_be_had_is_told_before_any_is_fetched(elfin: Commandline, pythons: Path) -> None:
    answer = elfin("python", "install", "3.13", "3.12.3")
    assert answer.code == 1 and "request: 3.12.3" in answer.err and not pythons.exists()


@pytest.mark.parametrize("request_", ["3.12-dev", "./here", "foobar", "cpython-3.12-linux-x86_64-gnu-extra"])
def test_what_is_no_request_is_told(request_: str, elfin: Commandline) -> None:
    answer = elfin("python", "install", request_)
    assert answer.code == 2 and "hint: " in answer.err


@real
def test_what_is_no_request_is_told_also_where_something_is_installed(elfin: Commandline, pythons: Path) -> None:
    elfin.good("python", "install", "-q", "3.13")
    for request_, words in (("./here", "write a version"), ("python3.13", "write the version: 3.13")):
        answer = elfin("python", "install", request_)
        assert answer.code == 2 and f"'{request_}' is no Python that can be downloaded" in answer.err
        assert words in answer.err


@real
def test_elfin_on_a_static_python_for_musl_takes_the_build_for_this_machine(elfin: Commandline, pythons: Path) -> None:
    elfin.good("python", "install", "-q", "3.13+static")
    static = elfin.good("python", "find", "3.13+static").out.strip()
    command = [static, "-I", "-S", "-c", IN_A_PROCESS, "python", "install", "3.13"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and f" + {GNU} " in done.stderr, done.stderr


@real
def test_a_real_build_for_another_machine_is_described_from_its_files(elfin: Commandline, pythons: Path) -> None:
    folder = elfin.work / "arm"
    elfin.good("python", "install", "3.13", "--platform", "alpine:3.20/arm64", "--install-dir", str(folder))
    (prefix,) = folder.glob("cpython-*")
    program = (prefix / "bin/python3.13").resolve()
    known = reading.interpreter(FolderRoot("/"), named_host("alpine:3.20/arm64"), str(program))
    assert known is not None and (known.version, known.arch.name) == ("3.13.15", "aarch64")
    assert known.ext_suffix == ".cpython-313-aarch64-linux-musl.so" and known.prefix == str(prefix)
    assert str(prefix) not in elfin("python", "find", "3.13").out


@real
def test_one_that_was_taken_apart_is_installed_anew(elfin: Commandline, pythons: Path, environ: Environ) -> None:
    elfin.good("python", "install", "-q", "3.13")
    program = pythons / GNU / "bin/python3.13"
    program.unlink()
    assert "(broken: its executable is missing)" in elfin.good("python", "list", "--only-installed").out
    assert elfin("python", "verify").code == 1
    assert f" ~ {GNU} (python3.13)" in elfin.good("python", "install", "3.13").err
    program.unlink()
    environ("ELFIN_PYTHON_DOWNLOADS", "automatic")
    elfin.good("venv", "--python", "3.13", "env")
    assert elfin.good("python", "verify").out == f"{GNU}: as it was installed\n"


@real
def test_only_what_is_named_is_removed(elfin: Commandline, pythons: Path) -> None:
    elfin.good("python", "install", "-q", "3.13", "3.13+static", "3.13t")
    assert elfin("python", "uninstall", "3.13+v3").code == 1
    assert elfin.good("python", "uninstall", "3.13").err.split() == ["-", GNU]
    assert elfin.good("python", "uninstall", "3.13+static").err.count(" - ") == 1
    assert elfin.good("python", "uninstall", f"{GNU.replace('3.13.15', '3.13.15+freethreaded')}").err.count(" - ") == 1


@real
def test_a_foreign_file_is_never_replaced(elfin: Commandline, pythons: Path) -> None:
    mine = elfin.home / ".local/bin/python3.13"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    said = elfin.good("python", "install", "3.13").err
    assert "is not elfin's and was left alone" in said and mine.read_text() == "mine"
    elfin.good("python", "uninstall", "--all")
    assert mine.read_text() == "mine"


@real
def test_installs_of_one_build_at_a_time_do_one_download(
    elfin: Commandline, pythons: Path, server: IndexServer, environ: Environ
) -> None:
    name = next(path.name for path in archives.PYTHONS.iterdir() if "x86_64-unknown-linux-gnu-install" in path.name)
    server.projects["pythons"] = {name: (archives.PYTHONS / name).read_bytes()}
    environ("ELFIN_PYTHON_MIRROR", f"{server.root}/files/pythons/")
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda _: elfin.process("python", "install", "3.13"), range(3)))
    assert [one.returncode for one in done] == [0, 0, 0], [one.stderr for one in done]
    asked = [path for path in server.paths() if path == f"/files/pythons/{name.replace('+', '%2B')}"]
    assert len(asked) == 1 and sum(" + " in one.stderr for one in done) == 1


@real
def test_a_python_is_made_from_in_a_folder_with_a_pin(elfin: Commandline, pythons: Path) -> None:
    elfin.good("python", "pin", "3.13t")
    assert elfin.good("python", "pin").out == "3.13t\n"
    elfin.good("python", "install")
    assert "freethreaded" in elfin.good("python", "find", "--system").out
    assert "Pinned" in elfin.good("python", "pin", "3.13").err
    elfin.good("python", "pin", "--rm")
    assert elfin("python", "pin").code == 1


def test_a_python_for_another_place_goes_into_a_folder(mirror: Mirror) -> None:
    said = mirror.elfin.good(*mirror.arguments()).err
    assert f" + {KEY}\n" in said and "not run: it is for another place" in said
    prefix = mirror.folder / KEY
    assert str(prefix) in (prefix / "lib/python3.13/_sysconfigdata__x.py").read_text()
    assert "realpath" not in (prefix / "bin/pip").read_text()
    assert not (mirror.elfin.home / ".local/bin").exists()
    assert f"{KEY}: as it was installed, not run here" in mirror.elfin.good(
        "python", "verify", "--install-dir", mirror.folder
    ).out  # fmt: skip


def test_another_place_wants_a_folder_of_its_own(mirror: Mirror) -> None:
    assert mirror.elfin(*mirror.arguments()[:5]).code == 2


def test_a_second_mirror_is_asked_when_the_first_has_nothing(mirror: Mirror, environ: Environ) -> None:
    environ("ELFIN_PYTHON_MIRROR", f"{mirror.server.root}/empty {mirror.server.root}/files/pythons")
    mirror.elfin.good(*mirror.arguments())
    assert [path.split("/")[1] for path in mirror.server.paths()][:4] == ["empty"] * 4


@pytest.mark.parametrize("tag", ["", "20251101/"])
@pytest.mark.parametrize("plus", ["+", "%2B"])
@pytest.mark.parametrize("scheme", ["", "file://"])
def test_a_mirror_is_a_folder_too(tag: str, plus: str, scheme: str, mirror: Mirror, environ: Environ) -> None:
    path = mirror.elfin.work / "mirror" / tag / mirror.name.replace("+", plus)
    path.parent.mkdir(parents=True)
    path.write_bytes(mirror.data)
    if scheme and plus == "%2B":
        pytest.skip("in a URL, %2B is a plus sign")
    environ("ELFIN_PYTHON_MIRROR", f"{scheme}{mirror.elfin.work}/mirror")
    mirror.elfin.good(*mirror.arguments(), "--offline")
    assert mirror.server.requests == []


def test_a_broken_stream_goes_on_where_it_broke(mirror: Mirror) -> None:
    mirror.server.fault(mirror.path, kit.truncated(mirror.data, len(mirror.data) // 2), times=1)
    mirror.elfin.good(*mirror.arguments())
    asked = [request for request in mirror.server.requests if request.path == mirror.path]
    assert [request.headers.get("range") for request in asked] == [None, f"bytes={len(mirror.data) // 2}-"]


def test_a_server_that_recovers_is_waited_for(mirror: Mirror) -> None:
    mirror.server.fault(mirror.path, kit.status(500), times=1)
    mirror.elfin.good(*mirror.arguments())


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (kit.status(403), "403"),
        (kit.status(404), "404"),
        (kit.page("<!doctype html><title>Sign in</title>" * 20), "the server sent a web page"),
        (kit.page("no such thing", "text/plain"), "something that is no archive"),
        (kit.page(archives.archive(archives.small(more=2)), "application/gzip"), "is not the file that the catalogue"),
    ],
)
def test_a_wrong_answer_is_told_and_nothing_is_left(answer: kit.Answer, words: str, mirror: Mirror) -> None:
    mirror.server.fault(mirror.path, answer)
    mirror.server.projects["pythons"].clear()
    assert words in mirror.refused()


def test_a_hostile_archive_is_told_and_nothing_is_left(mirror: Mirror) -> None:
    data = archives.archive([*archives.small(), archives.link("python/l", "../../../etc")])
    mirror.server.projects["pythons"][mirror.name] = data
    mirror.list(data)
    assert "leads outside" in mirror.refused()


def test_an_archive_for_another_machine_is_told_and_nothing_is_left(mirror: Mirror) -> None:
    members = archives.small()
    members[0] = archives.member("python/bin/python3.13", b"#!/bin/sh\n", mode=0o755)
    data = archives.archive(members)
    mirror.server.projects["pythons"][mirror.name] = data
    mirror.list(data)
    assert f"{KEY} was not installed: its executable is no ELF program" in mirror.refused()


def test_offline_is_told(mirror: Mirror) -> None:
    answer = mirror.elfin(*mirror.arguments(), "--offline")
    assert answer.code == 3 and "offline" in answer.err


def test_a_disk_that_fills_up_at_any_step_is_told_and_nothing_half_installed_is_left(mirror: Mirror) -> None:
    at = told = 0
    while True:
        at += 1
        mirror.folder = mirror.elfin.work / f"arm{at}"
        with faults.fault(at) as struck:
            answer = mirror.elfin(*mirror.arguments())
        if not struck.struck:
            break
        if answer.code == 0:  # only what tidies up, and the name of a lock's holder, may fail unheard
            call, path = struck.calls[at - 1]
            assert call in ("unlink", "rmdir") or path.endswith(".lock"), (call, path)
            continue
        told += 1
        assert answer.code == 3 and "no space left" in answer.err
        assert [disk_managed.faults(one) for one in disk_managed.installed(str(mirror.folder))] in ([], [[]])
        mirror.elfin.good(*mirror.arguments())
    assert told > 40


def test_an_empty_list_says_why(elfin: Commandline) -> None:
    answer = elfin.good("python", "list", "--platform", "alpine:3.12", "3.13")
    assert answer.out == "" and "needs musl 1.2.2; there is musl 1.1.24" in answer.err


def test_a_list_fits_eighty_columns(elfin: Commandline) -> None:
    out = elfin.good("python", "list", "--platform", "debian:12").out
    assert "cpython-3.13.15-linux-x86_64-gnu" in out and "pypy-3.11.15-linux-x86_64-gnu" in out
    every = elfin.good("python", "list", "--platform", "debian:12", "--all-platforms", "--all-versions").out
    assert len(every.splitlines()) > 1000 and "windows-x86_64" in every
    assert max(map(len, (out + every).splitlines())) <= 80
    assert "https://" in elfin.good("python", "list", "--platform", "alpine:3.20", "--show-urls", "3.12").out


def test_a_python_that_does_not_run_is_in_the_list_with_its_reason(elfin: Commandline, environ: Environ) -> None:
    broken = elfin.file("bin/python3.13", "#!/does/not/exist\n")
    broken.chmod(0o755)
    environ("PATH", f"{broken.parent}:{os.environ['PATH']}")
    out = elfin.good("python", "list", "--only-installed").out
    assert "/does/not/exist" in out and max(map(len, out.splitlines())) <= max(80, len(str(broken)) + 2)


@pytest.mark.parametrize("source", ["ndjson", "sums"])
def test_a_catalogue_is_built_and_used(source: str, mirror: Mirror, environ: Environ) -> None:
    import hashlib

    sums = f"{hashlib.sha256(mirror.data).hexdigest()}  {mirror.name}\n"
    lists = {"ndjson": "list.ndjson", "sums": str(mirror.elfin.file("SHA256SUMS", sums).name)}
    said = mirror.elfin.good("python", "catalogue", "build", lists[source], lists["ndjson"], "-o", "c.txt")
    assert "1 of 2 Pythons are in c.txt, the newest of 20251101" in said.err and "dropped 1: named twice" in said.err
    environ("ELFIN_PYTHON_CATALOGUE", "c.txt")
    mirror.elfin.good(*mirror.arguments())


def test_an_update_never_goes_back_unasked(elfin: Commandline, server: IndexServer) -> None:
    newer, older = archives.name_of(tag="20991231"), archives.name_of(tag="20220101")
    server.fault("/new", kit.page(archives.ndjson({newer: b"x"}), "application/json"))
    server.fault("/old", kit.page(archives.ndjson({older: b"x"}), "application/json"))
    server.fault("/none", kit.page("<html>", "text/html"))
    copy = elfin.home / ".local/share/elfin/pythons-v1.txt"
    assert elfin("python", "catalogue", "update", f"{server.root}/old").code == 4
    assert not copy.exists()
    assert "1 of 1 Pythons" in elfin.good("python", "catalogue", "update", f"{server.root}/new").err
    before = copy.read_bytes()
    for path, code in (("old", 4), ("none", 3), ("missing", 3)):
        assert elfin("python", "catalogue", "update", f"{server.root}/{path}").code == code
        assert copy.read_bytes() == before
    assert "20991231" in elfin.good("python", "list", "--json", "--platform", "alpine:3.20/arm64").out
    elfin.good("python", "catalogue", "update", "--allow-older", f"{server.root}/old")
    assert copy.read_bytes() != before and "20220101" in copy.read_text()


@real
def test_an_upgrade_brings_the_next_patch_and_moves_the_link(elfin: Commandline, pythons: Path) -> None:
    elfin.good("python", "install", "3.13")
    assert f"{GNU} is the newest of its kind" in elfin.good("python", "upgrade").err
    assert elfin("python", "upgrade", "3.12").code == 1
    assert elfin("python", "uninstall", "3.12").code == 1
    assert elfin("python", "uninstall").code == 2


def test_where_pythons_are(elfin: Commandline, environ: Environ) -> None:
    assert elfin.good("python", "dir").out == f"{elfin.home}/.local/share/elfin/pythons\n"
    assert elfin.good("python", "dir", "--bin").out == f"{elfin.home}/.local/bin\n"
    environ("ELFIN_PYTHON_INSTALL_DIR", "here")
    assert elfin.good("python", "dir").out == f"{elfin.work}/here\n"
