"""`elfin python` with what is odd: secrets in addresses, folders of others, broken lists, empty words."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from kit import pythonarchives as archives
from kit.commandline import Commandline
from kit.pythonmirror import KEY, Environ, Mirror

SECTION = "@cpython\tlinux\tx86_64\t\tglibc\t2.17\tdynamic\t1\t\tinstall_only\t\thttps://example.org/{v}-{t}.tar.gz\n"


def test_a_mirrors_password_is_nowhere(mirror: Mirror, environ: Environ) -> None:
    address = mirror.server.root.replace("://", "://me:hunter2@")
    environ("ELFIN_PYTHON_MIRROR", f"{address}/files/pythons")
    said = mirror.elfin.good(*mirror.arguments(), "-v").said
    assert "downloading http://***@" in said and "hunter2" not in said
    assert "hunter2" not in (mirror.folder / KEY / "elfin-python.json").read_text()


def test_a_catalogues_password_is_nowhere(mirror: Mirror, environ: Environ, monkeypatch: pytest.MonkeyPatch) -> None:
    address = mirror.server.root.replace("://", "://me:hunter2@")
    mirror.server.projects["pythons"]["list.ndjson"] = archives.ndjson({mirror.name: mirror.data}).encode()
    environ("ELFIN_PYTHON_CATALOGUE", f"{address}/files/pythons/list.ndjson")
    monkeypatch.delenv("ELFIN_PYTHON_MIRROR")
    said = mirror.elfin.good(*mirror.arguments(), "-v").said
    shown = mirror.elfin.good("python", "list", "--json", "--platform", "alpine:3.20/arm64", "3.13").out
    assert mirror.server.root in shown
    assert "hunter2" not in said + shown + (mirror.folder / KEY / "elfin-python.json").read_text()
    for catalogue, more in ((f"{address}/none", ()), (f"{address}/none", ("--offline",)), ("ftp://me:hunter2@x/y", ())):
        environ("ELFIN_PYTHON_CATALOGUE", catalogue)
        answer = mirror.elfin("python", "install", "3.12", *more)
        assert answer.code in (2, 3) and "hunter2" not in answer.said


def test_a_folder_that_was_made_for_nothing_is_removed_and_another_kept(mirror: Mirror) -> None:
    mirror.server.projects["pythons"].clear()
    assert mirror.elfin(*mirror.arguments()).code == 3 and not mirror.folder.exists()
    mirror.folder.mkdir()
    assert mirror.elfin(*mirror.arguments()).code == 3 and list(mirror.folder.iterdir()) == []


def test_a_foreign_folder_of_that_name_is_told_before_anything_is_fetched(mirror: Mirror) -> None:
    mine = mirror.folder / KEY / "mine"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    answer = mirror.elfin(*mirror.arguments())
    assert answer.code == 3 and "elfin did not install it" in answer.err and mirror.server.requests == []
    assert mine.read_text() == "mine" and list(mirror.folder.iterdir()) == [mine.parent]


def test_one_whose_record_is_broken_is_seen_and_can_be_replaced_or_removed(mirror: Mirror) -> None:
    elfin, here = mirror.elfin, ("--install-dir", mirror.folder)
    elfin.good(*mirror.arguments())
    record = mirror.folder / KEY / "elfin-python.json"
    broken = record.read_text().replace('"version": "3.13.9"', '"version": 3')
    record.write_text(broken)
    why = "its record, elfin-python.json, is broken or cannot be read"
    assert why in elfin.good("python", "list", "--only-installed", *here).out
    answer = elfin("python", "verify", *here)
    assert answer.code == 1 and answer.out == f"{KEY}: 1 fault\n  {why}\n"
    answer = elfin(*mirror.arguments())
    assert answer.code == 3 and why in answer.err and "hint: `--reinstall`" in answer.err
    assert f" ~ {KEY}" in elfin.good(*mirror.arguments(), "--reinstall").err
    for words in ((KEY,), ("--all",)):
        elfin.good(*mirror.arguments())
        record.write_text(broken)
        assert elfin.good("python", "uninstall", *words, *here).err == f" - {KEY}\n"
        assert list(mirror.folder.iterdir()) == []


def test_a_link_to_what_a_killed_removal_took_away_goes(elfin: Commandline) -> None:
    pythons, links = elfin.home / ".local/share/elfin/pythons", elfin.home / ".local/bin"
    (pythons / f".work/{KEY}/removed").mkdir(parents=True)
    links.mkdir(parents=True)
    for name in ("python3.13", ".python3.12.new"):
        (links / name).symlink_to(pythons / KEY / "bin/python3.13")
    assert elfin.good("python", "uninstall", "--all").err == "No Python is installed\n"
    assert list(links.iterdir()) == [] and list(pythons.iterdir()) == []


def test_files_are_not_known_and_yet_it_is_told_how_it_runs(mirror: Mirror) -> None:
    mirror.elfin.good(*mirror.arguments())
    (mirror.folder / KEY / "elfin-files.tsv").unlink()
    (mirror.folder / KEY / "bin/python3.13").unlink()
    answer = mirror.elfin("python", "verify", "--install-dir", mirror.folder)
    assert answer.code == 1 and f"{KEY}: 2 faults" in answer.out and "elfin-files.tsv" in answer.out


@pytest.mark.parametrize(
    ("kind", "version", "words"),
    [("3.13", "3.13.1/../../x", "the catalogue of Pythons is broken at"), ("any+static", "3.13.1", "impossible name")],
)
def test_a_python_whose_name_leads_elsewhere_is_refused(
    kind: str, version: str, words: str, elfin: Commandline, environ: Environ
) -> None:
    section = SECTION.replace("glibc\t2.17\tdynamic", "/../x\t\tstatic") if "static" in kind else SECTION
    text = f"elfin-pythons 1\n{{}}\n{section}{version}\t20261101\n"
    environ("ELFIN_PYTHON_CATALOGUE", str(elfin.file("list.txt", text)))
    answer = elfin("python", "install", kind, "--platform", "debian:12", "--install-dir", "there")
    assert answer.code == 3 and words in answer.err and not (elfin.work / "there").exists()


def test_all_and_a_request_are_two_things(mirror: Mirror) -> None:
    mirror.elfin.good(*mirror.arguments())
    answer = mirror.elfin("python", "uninstall", "--all", "3.12", "--install-dir", mirror.folder)
    assert answer.code == 2 and "nothing was removed" in answer.err and (mirror.folder / KEY).is_dir()


@pytest.mark.parametrize(
    ("request_", "shown"),
    [("3.13", True), ("3.13+static", False), ("3.13+debug", False), ("3.13t", False), ("3.13+v3", False),
     ("cpython-3.13-linux-aarch64", True), ("cpython-3.13-linux-x86_64", False), ("cpython-3.13-linux-any-gnu", False)],
)  # fmt: skip
def test_a_list_is_of_what_is_asked_for(request_: str, shown: bool, mirror: Mirror) -> None:
    every = mirror.elfin.good("python", "list", "--all-platforms", request_).out
    mirror.elfin.good(*mirror.arguments())
    here = mirror.elfin.good("python", "list", "--only-installed", request_, "--install-dir", mirror.folder).out
    assert [KEY in every, KEY in here] == [shown, shown]


def test_a_list_of_debug_builds_is_of_these(elfin: Commandline) -> None:
    keys = elfin.good("python", "list", "--all-platforms", "3.13+debug").out.splitlines()
    assert keys and all("+debug" in key for key in keys)


def test_a_catalogue_that_cannot_be_read_hides_nothing_that_is_here(mirror: Mirror, environ: Environ) -> None:
    mirror.elfin.good(*mirror.arguments())
    environ("ELFIN_PYTHON_CATALOGUE", f"{mirror.server.root}/none")
    answer = mirror.elfin.good("python", "list", "--install-dir", mirror.folder)
    assert KEY in answer.out and "what can be downloaded is not known: the server answered 404" in answer.err
    assert mirror.elfin("python", "list", "--platform", "alpine:3.20").code == 3


@pytest.mark.parametrize("never", ["ELFIN_PYTHON_DOWNLOADS", "--no-python-downloads"])
def test_where_downloads_are_off_none_is_installed(never: str, mirror: Mirror, environ: Environ) -> None:
    flags = (never,) if never.startswith("--") else ()
    if not flags:
        environ(never, "never")
    answer = mirror.elfin(*mirror.arguments(), *flags)
    hint = "hint: leave out `--no-python-downloads`" if flags else "hint: ELFIN_PYTHON_DOWNLOADS=manual"
    assert answer.code == 2 and f"are off ({never})" in answer.err and hint in answer.err
    assert not mirror.folder.exists() and mirror.server.requests == []
    environ("ELFIN_PYTHON_DOWNLOADS", "manual")
    mirror.elfin.good(*mirror.arguments())
    assert "already installed" in mirror.elfin.good(*mirror.arguments(), "--no-python-downloads").err


@pytest.mark.skipif(
    os.uname().machine != "x86_64", reason="the shipped catalogue is asked for a Python of this machine"
)
def test_the_hint_after_a_search_is_a_command_that_works(elfin: Commandline, environ: Environ) -> None:
    environ("PATH", "/nonexistent")
    environ("ELFIN_PYTHON_DOWNLOADS", "never")
    assert (
        "`ELFIN_PYTHON_DOWNLOADS=manual elfin python install 3.13` would get 3.13."
        in elfin("python", "find", "3.13").err
    )
    environ("ELFIN_PYTHON_DOWNLOADS", "manual")
    assert "`elfin python install 3.13` would get 3.13." in elfin("python", "find", "3.13").err


def test_what_is_near_is_named_for_the_same_place_and_of_the_same_kind(mirror: Mirror) -> None:
    place = f" --platform alpine:3.20/arm64 --install-dir {mirror.folder}`"
    for request_, nearest in (("3.99", "3.13.9"), ("3.99+musl", KEY)):
        answer = mirror.elfin(*(request_ if word == "3.13" else word for word in mirror.arguments()))
        assert f"hint: the nearest that works: `elfin python install {nearest}{place}\n" in answer.err


@pytest.mark.parametrize(
    ("request_", "hint"),
    [("any", "any+static"), (">=3.13", "'>=3.13+static'"), ("cpython-3.13-linux-x86_64-musl", "+static"),
     ("cpython", "cpython+static")],
)  # fmt: skip
def test_the_request_for_a_static_one_is_one_that_is_understood(
    request_: str, hint: str, elfin: Commandline, environ: Environ
) -> None:
    name = archives.name_of(tag="20250106", platform="x86_64-unknown-linux-musl")
    environ("ELFIN_PYTHON_CATALOGUE", str(elfin.file("list.ndjson", archives.ndjson({name: b""}))))
    where = ("--platform", "alpine:3.20", "--install-dir", "there")
    answer = elfin("python", "install", request_, *where)
    assert answer.code == 1 and f"{hint} --platform alpine:3.20 --install-dir there`" in answer.err
    answer = elfin("python", "install", f"{request_}+static", *where, "--offline")
    assert answer.code == 3 and "the archive of cpython-3.13.9+static-linux-x86_64-musl could not" in answer.err


@pytest.mark.parametrize("command", [("list",), ("install", "3.13", "--install-dir", "there")])
def test_two_platforms_are_two_answers(command: tuple[str, ...], elfin: Commandline) -> None:
    answer = elfin("python", *command, "--platform", "alpine:3.20", "--platform", "debian:12")
    assert answer.code == 2 and "are two answers" in answer.err


def test_a_catalogue_goes_to_stdout(mirror: Mirror) -> None:
    out = mirror.elfin.good("python", "catalogue", "build", "list.ndjson", "-o", "-").out
    assert out.startswith("elfin-pythons 1\n") and not (mirror.elfin.work / "-").exists()


@pytest.mark.parametrize("word", ["nonsense thing", "python3.13", "nonsense"])
def test_what_no_reader_would_follow_is_not_pinned(word: str, elfin: Commandline) -> None:
    answer = elfin("python", "pin", word)
    assert answer.code == 2 and f"{word!r} is no version of Python to pin" in answer.err
    assert not (elfin.work / ".python-version").exists()


@pytest.mark.parametrize("about", ['{"flagged": 5}', '{"dropped": [1]}', "null", "3"])
def test_a_catalogue_that_says_strange_things_of_itself_is_refused(about: str, elfin: Commandline) -> None:
    path = elfin.file("list.txt", f"elfin-pythons 1\n{about}\n{SECTION}3.13.1\t20991101\n")
    answer = elfin("python", "catalogue", "update", path)
    assert answer.code == 3 and "the catalogue of Pythons is broken" in answer.err


def test_a_catalogue_that_was_cut_off_is_refused(elfin: Commandline) -> None:
    rows = "".join(f"3.13.{number}\t20991101\n" for number in range(5000))
    whole = gzip.compress(f'elfin-pythons 1\n{{"newest": "20991101"}}\n{SECTION}{rows}'.encode())
    path = elfin.work / "list.gz"
    path.write_bytes(whole[: len(whole) // 2])
    answer = elfin("python", "catalogue", "update", path)
    assert answer.code == 3 and f"{path} is cut off" in answer.err
    assert not (elfin.home / ".local/share/elfin/pythons-v1.txt").exists()
    path.write_bytes(whole)
    assert "5000 of 5000" in elfin.good("python", "catalogue", "update", path).err


def test_an_empty_word_names_no_python(mirror: Mirror) -> None:
    mirror.elfin.good(*mirror.arguments())
    assert mirror.elfin("python", "uninstall", "", "--install-dir", mirror.folder).code == 2
    assert mirror.elfin("python", "pin", " ").code == 2
    assert mirror.elfin("python", "install", "", "--install-dir", mirror.folder).code == 2
    assert (mirror.folder / KEY).is_dir() and not (mirror.elfin.work / ".python-version").exists()


def test_a_range_is_pinned_as_it_is_read_again(elfin: Commandline) -> None:
    elfin.good("python", "pin", ">= 3.11, < 3.99")
    assert elfin.good("python", "pin").out == ">=3.11,<3.99\n"
    assert elfin.good("python", "find", "--system").err == ""


def test_a_path_with_a_space_is_pinned_whole(elfin: Commandline) -> None:
    program = elfin.work / "my pythons" / "python3"
    program.parent.mkdir()
    program.symlink_to(elfin.good("python", "find", "--system").out.strip())
    for written in (program, "my pythons/python3"):
        elfin.good("python", "pin", written)
        assert elfin.good("python", "pin").out == f"{elfin.work}/my pythons/python3\n"
        assert elfin.good("python", "find", "--system").err == ""


def test_who_only_looks_is_told_what_would_help(elfin: Commandline, environ: Environ, tmp_path: Path) -> None:
    environ("PATH", str(tmp_path))
    names = (archives.name_of(platform=f"{machine}-unknown-linux-gnu") for machine in ("x86_64", "aarch64"))
    environ("ELFIN_PYTHON_CATALOGUE", str(elfin.file("list.ndjson", archives.ndjson(dict.fromkeys(names, b"")))))
    answer = elfin("python", "find", ">=3.13")
    assert answer.code == 1 and "hint: `elfin python install '>=3.13'` would get 3.13.9\n" in answer.err
    assert "--no-python-downloads" not in answer.err and "--python" not in answer.err
    assert "--python" in elfin("venv", "--python", "3.13").err


def test_a_catalogue_that_is_not_there_does_not_hide_that_no_python_is(
    elfin: Commandline, environ: Environ, tmp_path: Path
) -> None:
    environ("PATH", str(tmp_path))
    environ("ELFIN_PYTHON_CATALOGUE", "https://example.org/list")
    answer = elfin("python", "find", "3.13", "--offline")
    assert answer.code == 1 and "no Python for '3.13' on PATH" in answer.err
    assert "what can be downloaded is not known: offline" in answer.err
