"""`elfin python` with what is odd: secrets in addresses, folders of others, broken lists, empty words."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from kit import pythonarchives as archives
from kit.commandline import Commandline
from kit.indexserver import IndexServer
from kit.pythonmirror import KEY, Environ, Mirror

SECTION = "@cpython\tlinux\tx86_64\t\tglibc\t2.17\tdynamic\t1\t\tinstall_only\t\thttps://example.org/{v}-{t}.tar.gz\n"


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch) -> Environ:
    return monkeypatch.setenv


@pytest.fixture
def mirror(elfin: Commandline, server: IndexServer, environ: Environ) -> Mirror:
    return Mirror(elfin, server, environ)


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


def test_a_record_of_another_kind_is_no_installed_python(mirror: Mirror) -> None:
    mirror.elfin.good(*mirror.arguments())
    record = mirror.folder / KEY / "elfin-python.json"
    record.write_text(record.read_text().replace('"version": "3.13.9"', '"version": 3'))
    for command in (("list", "--only-installed"), ("verify",), ("uninstall", "--all")):
        assert KEY not in mirror.elfin.good("python", *command, "--install-dir", mirror.folder).said


def test_a_python_whose_name_leads_elsewhere_is_refused(elfin: Commandline, environ: Environ) -> None:
    text = f"elfin-pythons 1\n{{}}\n{SECTION}3.13.1/../../x\t20261101\n"
    environ("ELFIN_PYTHON_CATALOGUE", str(elfin.file("list.txt", text)))
    answer = elfin("python", "install", "any", "--platform", "debian:12", "--install-dir", "there")
    assert answer.code == 3 and "impossible name" in answer.err and not (elfin.work / "there").exists()


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
    assert (mirror.folder / KEY).is_dir() and not (mirror.elfin.work / ".python-version").exists()


def test_a_range_is_pinned_as_it_is_read_again(elfin: Commandline) -> None:
    elfin.good("python", "pin", ">= 3.11, < 3.99")
    assert elfin.good("python", "pin").out == ">=3.11,<3.99\n"
    assert elfin.good("python", "find", "--system").err == ""


def test_a_path_with_a_space_is_pinned_whole(elfin: Commandline) -> None:
    program = elfin.work / "my pythons" / "python3"
    program.parent.mkdir()
    program.symlink_to(elfin.good("python", "find", "--system").out.strip())
    elfin.good("python", "pin", program)
    assert elfin.good("python", "pin").out == f"{program}\n"
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
