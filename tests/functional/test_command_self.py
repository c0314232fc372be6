"""`elfin self update|uninstall`: a real elfin, installed by its install.sh into a home that is all new."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit import installerworld, selfrelease


class Home:
    """A home with elfin 0.1.0 in it, from `old`; `new` holds 0.2.0."""

    def __init__(self, folder: Path, releases: Path) -> None:
        self.home, self.old, self.new = folder / "home", releases / "v0.1.0", releases / "v0.2.0"
        self.home.mkdir()
        self.bin = self.home / ".local/bin"
        self.receipt = self.home / ".config/elfin/elfin-receipt.json"
        (self.home / ".profile").write_text("# mine\n")
        done = self.run("sh", str(self.old / "install.sh"), ELFIN_BASE_URL=str(self.old))
        assert done.returncode == 0, done.stderr

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environ = {"PATH": "/usr/bin:/bin", "HOME": str(self.home), **variables}
        return subprocess.run(command, env=environ, capture_output=True, text=True, check=False, timeout=120)

    def elfin(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return self.run(str(self.bin / "elfin"), *words, **variables)

    @property
    def version(self) -> str:
        done = self.elfin("--version")
        assert done.returncode == 0, done.stderr
        return done.stdout.split()[-1]

    def told(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.receipt.read_text())
        return found


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("releases")
    for version in ("0.1.0", "0.2.0"):
        selfrelease.write(folder / f"v{version}", version)
    return folder


@pytest.fixture
def home(tmp_path: Path, releases: Path) -> Home:
    return Home(tmp_path, releases)


@pytest.fixture
def server(releases: Path) -> Iterator[installerworld.Server]:
    with installerworld.serving(str(releases)) as server:
        yield server


def test_a_newer_version_comes_in_place(home: Home, server: installerworld.Server) -> None:
    done = home.elfin("self", "update", ELFIN_BASE_URL=f"{server.url}/v0.2.0")
    assert done.returncode == 0, done.stderr
    assert "elfin 0.1.0 -> 0.2.0" in done.stderr and home.version == "0.2.0"
    assert home.told()["version"] == "0.2.0" and home.told()["base_url"] == f"{server.url}/v0.2.0"
    assert (home.home / ".profile").read_text().count("elfin installer") == 1
    assert sorted(os.listdir(home.bin)) == ["elfin", "elfinx"]


def test_the_folder_of_another_version_is_where_its_name_says(home: Home, server: installerworld.Server) -> None:
    first = home.elfin("self", "update", "--version", "0.2.0", ELFIN_BASE_URL=f"{server.url}/v0.1.0")
    assert first.returncode == 0 and home.version == "0.2.0", first.stderr
    back = home.elfin("self", "update", "--version", "0.1.0")
    assert back.returncode == 0 and home.version == "0.1.0", back.stderr
    assert back.stderr.count("elfin 0.2.0 -> 0.1.0") == 1


def test_what_is_there_already_is_not_fetched_again(home: Home, server: installerworld.Server) -> None:
    named = home.elfin("self", "update", "--version", "0.1.0", ELFIN_BASE_URL=server.url)
    assert named.returncode == 0 and "0.1.0 is installed already" in named.stderr and server.requests == []
    if not (home.old.parent / "newest").exists():
        os.symlink("v0.1.0", home.old.parent / "newest")
    newest = home.elfin("self", "update", ELFIN_BASE_URL=f"{server.url}/newest")
    assert newest.returncode == 0 and "0.1.0 is the newest" in newest.stderr
    assert [path for path, _ in server.requests] == ["/newest/install.sh"]


def test_an_older_version_is_only_taken_by_name(home: Home) -> None:
    home.elfin("self", "update", ELFIN_BASE_URL=str(home.new))
    assert home.version == "0.2.0"
    done = home.elfin("self", "update", ELFIN_BASE_URL=str(home.old))
    assert done.returncode == 0 and "which is older than 0.2.0" in done.stderr and home.version == "0.2.0"


def test_an_installer_that_is_not_whole_is_not_run(home: Home, tmp_path: Path) -> None:
    whole = (home.new / "install.sh").read_text()
    for text in (whole[:-20], whole.replace("app='elfin'", "app='other'"), "<html>sign in</html>", ""):
        (tmp_path / "install.sh").write_text(text)
        done = home.elfin("self", "update", ELFIN_BASE_URL=str(tmp_path))
        assert done.returncode == 3 and "no installer of elfin was found" in done.stderr, done.stderr
    assert home.version == "0.1.0"


@pytest.mark.parametrize("fault", ["bytes", "program"])
def test_a_release_that_is_broken_leaves_the_old_one(home: Home, tmp_path: Path, fault: str) -> None:
    files = selfrelease.members("0.3.0")
    if fault == "program":
        files["lib/elfin/__init__.py"] = b"raise SystemExit('broken')\n"
    selfrelease.write(tmp_path / "broken", "0.3.0", files=files)
    if fault == "bytes":
        archive = next((tmp_path / "broken").glob("*.tar.gz"))
        archive.write_bytes(archive.read_bytes()[:-1] + b"?")
    before = home.receipt.read_text()
    done = home.elfin("self", "update", ELFIN_BASE_URL=str(tmp_path / "broken"))
    assert done.returncode == 3 and "elfin 0.1.0 stays as it is" in done.stderr, done.stderr
    assert {"bytes": "sha256", "program": "broken"}[fault] in done.stderr
    assert home.version == "0.1.0" and home.receipt.read_text() == before


def test_offline_and_nowhere_are_said(home: Home, server: installerworld.Server) -> None:
    offline = home.elfin("self", "update", "--offline", ELFIN_BASE_URL=server.url)
    assert offline.returncode == 3 and "offline" in offline.stderr and server.requests == []
    missing = home.elfin("self", "update", ELFIN_BASE_URL=f"{server.url}/none")
    assert missing.returncode == 3 and "answered 404" in missing.stderr
    listed = home.elfin("self", "update", ELFIN_BASE_URL=f"{server.url}/none {server.url}/v0.2.0")
    assert listed.returncode == 0 and home.version == "0.2.0", listed.stderr
    odd = home.elfin("self", "update", "--version", "../x")
    assert odd.returncode == 2 and "is no version" in odd.stderr


def test_path_is_left_alone_where_it_was_left_alone(tmp_path: Path, releases: Path) -> None:
    home = Home(tmp_path, releases)
    done = home.run("sh", str(home.old / "install.sh"), "--uninstall")
    assert done.returncode == 0, done.stderr
    home.run("sh", str(home.old / "install.sh"), ELFIN_BASE_URL=str(home.old), ELFIN_NO_MODIFY_PATH="1")
    assert home.elfin("self", "update", ELFIN_BASE_URL=str(home.new)).returncode == 0
    assert (home.home / ".profile").read_text() == "# mine\n" and home.version == "0.2.0"


def test_a_line_for_path_is_remembered_by_one_who_has_it_on_path(home: Home) -> None:
    assert home.told()["path_files"] == [str(home.home / ".profile")]
    path = f"{home.bin}:/usr/bin:/bin"
    done = home.elfin("self", "update", ELFIN_BASE_URL=str(home.new), PATH=path)
    assert done.returncode == 0 and "export PATH" not in done.stderr, done.stderr
    assert home.told()["path_files"] == [str(home.home / ".profile")]
    assert home.elfin("self", "uninstall", PATH=path).returncode == 0
    assert (home.home / ".profile").read_text() == "# mine\n"


def test_uninstalling_takes_all_that_came_and_nothing_else(home: Home) -> None:
    (home.bin / "other").write_text("")
    pythons = home.home / ".local/share/elfin/pythons"
    (pythons / "cpython").mkdir(parents=True)
    home.elfin("self", "update", ELFIN_BASE_URL=str(home.new))
    done = home.elfin("self", "uninstall")
    assert done.returncode == 0, done.stderr
    assert "elfin 0.2.0 is uninstalled" in done.stderr and f"rm -r {pythons}" in done.stderr
    assert os.listdir(home.bin) == ["other"] and not home.receipt.parent.exists()
    assert os.listdir(home.home / ".local/share/elfin") == ["pythons"]
    assert (home.home / ".profile").read_text() == "# mine\n"


def test_a_program_that_another_tool_has_put_in_place_since_is_left(home: Home) -> None:
    launcher = Path(os.path.realpath(home.bin / "elfin"))
    (home.bin / "elfin").unlink()
    (home.bin / "elfin").write_text("#!/bin/sh\necho another\n")
    done = home.run(str(launcher), "self", "uninstall")
    assert done.returncode == 0, done.stderr
    assert os.listdir(home.bin) == ["elfin"] and not launcher.exists()


def test_a_receipt_is_not_taken_at_its_word(home: Home, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "file").write_text("")
    told = home.told()
    assert isinstance(told["files"], list) and isinstance(told["folders"], list)
    told["files"] += [str(mine / "file"), f"{home.bin}/../../.profile"]
    told["folders"] += [str(mine), str(home.home), f"{home.home}/.local/share/elfin/../../.."]
    home.receipt.write_text(json.dumps(told))
    done = home.elfin("self", "uninstall")
    assert done.returncode == 0, done.stderr
    assert (mine / "file").exists() and (home.home / ".profile").exists()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"schema": 2}', '{"schema": 1, "app": 3}'])
def test_a_broken_receipt_is_said(home: Home, text: str) -> None:
    home.receipt.write_text(text)
    for words in (("update",), ("uninstall",)):
        done = home.elfin("self", *words)
        assert done.returncode == 3 and "the receipt" in done.stderr and "Traceback" not in done.stderr
        assert str(home.receipt) in done.stderr and "hint: `sh install.sh` again writes a new receipt" in done.stderr
    assert home.version == "0.1.0"


def test_an_elfin_of_another_kind_is_told_what_to_type(home: Home) -> None:
    home.receipt.unlink()
    done = home.elfin("self", "update")
    assert done.returncode == 2 and "was not installed by its installer" in done.stderr
    assert "has no receipt" in done.stderr and "`sh install.sh`" in done.stderr
    checkout = home.run(str(selfrelease.CHECKOUT / "elfin"), "self", "uninstall", ELFIN_PYTHON=selfrelease.PYTHON)
    assert checkout.returncode == 2 and "it is a checkout" in checkout.stderr


def test_an_install_sh_that_lies_where_elfin_is_called_is_not_run(home: Home, tmp_path: Path) -> None:
    (tmp_path / "dist").symlink_to(home.new)
    home.receipt.write_text(json.dumps({**home.told(), "base_url": "dist"}))
    done = subprocess.run(
        [home.bin / "elfin", "self", "update"], cwd=tmp_path, env={"PATH": "/usr/bin:/bin", "HOME": str(home.home)},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 3 and "neither path nor URL: 'dist'" in done.stderr
    assert home.version == "0.1.0"


def test_what_is_to_be_typed_is_quoted(tmp_path: Path, releases: Path) -> None:
    folder = tmp_path / "jo smith"
    folder.mkdir()
    home = Home(folder, releases)
    pythons = home.home / ".local/share/elfin/pythons"
    (pythons / "cpython").mkdir(parents=True)
    told = home.receipt.read_text()
    home.receipt.unlink()
    assert f"remove '{home.home}/" in home.elfin("self", "uninstall").stderr
    home.receipt.write_text("?")
    assert f"`rm '{home.receipt}'`" in home.elfin("self", "uninstall").stderr
    home.receipt.write_text(told)
    assert f"`rm -r '{pythons}'`" in home.elfin("self", "uninstall").stderr


def test_the_installers_words_are_told_line_by_line(home: Home) -> None:
    done = home.elfin("self", "update", "-v", ELFIN_BASE_URL=str(home.new))
    assert done.returncode == 0 and "\\n" not in done.stderr, done.stderr
    assert any(line.startswith("installed ") for line in done.stderr.splitlines())


def test_addresses_are_those_that_the_installer_knows(home: Home) -> None:
    for base in (f"file://localhost{home.new}", f"ftp://{home.new}"):
        done = home.elfin("self", "update", ELFIN_BASE_URL=base)
        assert done.returncode == 3 and "neither an http, https or file:///PATH address" in done.stderr, done.stderr
    assert home.elfin("self", "update", ELFIN_BASE_URL=f"file://{home.new}").returncode == 0
    assert home.version == "0.2.0"
