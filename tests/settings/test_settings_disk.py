"""pip's files are found where pip finds them, and none of them costs nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from elfin.errors import ConfigError
from elfin.settings import disk


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path / "home"), "XDG_CONFIG_DIRS": str(tmp_path / "xdg")}


def put(path: Path, url: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"[global]\nindex-url = {url}\n")
    return str(path)


def test_files_are_read_in_pips_order(tmp_path: Path, environ: dict[str, str]) -> None:
    home = tmp_path / "home"
    expected = [
        put(tmp_path / "xdg/pip/pip.conf", "https://1/"),
        put(home / ".pip/pip.conf", "https://2/"),
        put(home / ".config/pip/pip.conf", "https://3/"),
        put(tmp_path / "env/pip.conf", "https://4/"),
        put(tmp_path / "named.conf", "https://5/"),
    ]
    environ |= {"VIRTUAL_ENV": str(tmp_path / "env"), "PIP_CONFIG_FILE": str(tmp_path / "named.conf")}
    found = disk.read_files(environ)
    assert [pip.name for pip in found.pip if pip.name != "/etc/pip.conf"] == expected
    assert found.home == str(home)
    assert disk.read_files(environ | {"PIP_CONFIG_FILE": "/dev/null"}).pip == ()


def test_xdg_config_home_takes_the_place_of_the_users_folder(tmp_path: Path, environ: dict[str, str]) -> None:
    put(tmp_path / "home/.config/pip/pip.conf", "https://no/")
    expected = put(tmp_path / "mine/pip/pip.conf", "https://yes/")
    found = disk.read_files(environ | {"XDG_CONFIG_HOME": str(tmp_path / "mine")})
    assert expected in [pip.name for pip in found.pip]
    assert "https://no/" not in [pip.index_url for pip in found.pip]


@pytest.mark.parametrize("data", [b"\xff\xfe[\0", b"x" * (1 << 20) + b"xx", b"no section\n", b"[global]\njunk\n"])
def test_a_file_that_is_no_configuration_is_an_error_that_names_it(
    data: bytes, tmp_path: Path, environ: dict[str, str]
) -> None:
    (tmp_path / "bad.conf").write_bytes(data)
    with pytest.raises(ConfigError, match=r"bad.conf"):
        disk.read_files(environ | {"PIP_CONFIG_FILE": str(tmp_path / "bad.conf")})


def test_without_home_the_passwd_entry_counts(environ: dict[str, str]) -> None:
    import os
    import pwd

    assert disk.read_files({}).home == pwd.getpwuid(os.getuid()).pw_dir
    assert disk.read_files({"HOME": "not/absolute"}).home == pwd.getpwuid(os.getuid()).pw_dir


def test_a_user_without_home_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.getuid", lambda: 4_000_000)
    assert disk.read_files({}).home is None


def test_the_hot_path_reads_no_configuration_parser() -> None:
    code = (
        "import sys; sys.path.insert(0, 'src')\n"
        "from elfin.settings import disk, ladder\n"
        "ladder.settings({}, {}, disk.read_files({'HOME': '/nonexistent', 'PIP_CONFIG_FILE': '/dev/null'}))\n"
        "heavy = {'configparser', 'dataclasses', 'pathlib', 'urllib.parse', 'packaging', 'subprocess', 'tempfile'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
