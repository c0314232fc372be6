"""A password in a URL reaches the server it is for, and no output and no file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from elfin.edges import net
from kit.commandline import Commandline, Place
from kit.indexserver import Answer as Fault
from kit.indexserver import IndexServer, page, status

SECRET = "hunter2-and-more"


@pytest.fixture
def private(server: IndexServer) -> str:
    server.auth = ("someone", SECRET)
    return server.url_with("someone", SECRET)


def assert_nowhere(elfin: Commandline) -> None:
    """Neither the cache nor any environment holds the secret."""
    for folder in (elfin.cache, elfin.work, elfin.home):
        for above, _, names in os.walk(folder):
            for name in names:
                path = Path(above, name)
                if path.is_file() and not path.is_symlink():
                    assert SECRET.encode() not in path.read_bytes(), path


def test_remembered_pins_hold_no_password(elfin: Commandline, venv: Place, private: str) -> None:
    elfin.good("pip", "install", "--index-url", private, "beta")
    remembered = [path for path in (elfin.cache / "pins-v1").rglob("*") if path.is_file()]
    assert remembered
    assert not [path for path in remembered if SECRET in path.read_text()]


@pytest.mark.parametrize("option", ["--index-url", "--extra-index-url"])
def test_an_index_with_a_password(elfin: Commandline, venv: Place, private: str, option: str) -> None:
    answer = elfin.good("-vv", "pip", "install", option, private, "alpha")
    assert venv.versions() == {"alpha": "2.0", "beta": "2.0"}
    assert SECRET not in answer.said
    assert_nowhere(elfin)


def test_an_index_with_a_password_in_a_variable_or_file(
    elfin: Commandline, venv: Place, private: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELFIN_INDEX_URL", private)
    assert SECRET not in elfin.good("-vv", "pip", "install", "beta").said
    monkeypatch.delenv("ELFIN_INDEX_URL")
    monkeypatch.setenv("TOKEN", SECRET)
    elfin.file("requirements.txt", f"--index-url {private.replace(SECRET, '${TOKEN}')}\ndelta\n")
    assert SECRET not in elfin.good("-vv", "pip", "install", "--refresh", "-r", "requirements.txt").said
    assert venv.versions() == {"beta": "2.0", "delta": "1.0"}
    assert_nowhere(elfin)


@pytest.mark.parametrize(
    "fault",
    [status(401), status(403), status(404), status(410), page("{", "application/json"), page("[]", "application/json")],
)
def test_failures_of_a_page_do_not_tell(
    elfin: Commandline, venv: Place, server: IndexServer, private: str, fault: Fault
) -> None:
    server.fault("/simple/alpha/", fault)
    answer = elfin("-vv", "pip", "install", "-i", private, "alpha")
    assert answer.code in (1, 3) and SECRET not in answer.said
    assert_nowhere(elfin)


def test_failures_of_files_do_not_tell(elfin: Commandline, venv: Place, server: IndexServer, private: str) -> None:
    server.fault("/files/alpha/alpha-2.0-py3-none-any.whl", status(200, b"other"))
    answer = elfin("-vv", "pip", "install", "-i", private, "alpha")
    assert answer.code == 4 and SECRET not in answer.said


def test_a_wheel_by_a_url_with_a_password(elfin: Commandline, venv: Place, server: IndexServer, private: str) -> None:
    url = f"{private.removesuffix('simple/')}files/delta/delta-1.0-py3-none-any.whl"
    for form in (url, f"delta @ {url}"):
        answer = elfin.good("-vv", "pip", "install", "--reinstall", form)
        assert SECRET not in answer.said and " delta==1.0 (from http://127.0.0.1" in answer.err
    assert SECRET not in elfin.good("pip", "freeze").said
    elfin.file("top.in", f"delta @ {url}\n")
    compiled = elfin.good("-vv", "pip", "compile", "top.in", "-o", "top.txt")
    assert SECRET not in compiled.err
    (elfin.work / "top.in").unlink()
    assert SECRET not in compiled.out
    assert_nowhere(elfin)


def test_a_malformed_line_with_a_password(elfin: Commandline, venv: Place, private: str) -> None:
    elfin.file("requirements.txt", f"delta @ {private}x.whl --nonsense\n")
    answer = elfin("-vv", "pip", "install", "-r", "requirements.txt")
    assert answer.code == 2 and SECRET not in answer.said
    for typed in (f"{private}delta-1.0.tar.gz", f"other @ {private}delta-1.0-py3-none-any.whl", f"git+{private}repo"):
        answer = elfin("-vv", "pip", "install", typed)
        assert answer.code in (1, 2, 3) and SECRET not in answer.said, answer.said


def test_a_requirements_file_behind_a_password(
    elfin: Commandline, venv: Place, server: IndexServer, private: str
) -> None:
    where = f"{private.removesuffix('simple/')}requirements.txt"
    answer = elfin("-vv", "pip", "install", "-r", where)
    assert answer.code in (2, 3) and SECRET not in answer.said
    server.fault("/requirements.txt", page("beta<2\n", "text/plain"))
    answer = elfin.good("-vv", "pip", "compile", "-i", private, where)
    assert "beta==1.0" in answer.out and SECRET not in answer.said


def test_unreachable_proxies_do_not_tell(
    elfin: Commandline, venv: Place, monkeypatch: pytest.MonkeyPatch, private: str
) -> None:
    monkeypatch.setitem(net.Client.__init__.__kwdefaults__, "sleep", lambda seconds: None)
    monkeypatch.delenv("NO_PROXY")
    monkeypatch.setenv("http_proxy", f"http://someone:{SECRET}@127.0.0.1:9")
    answer = elfin("-vv", "pip", "install", "alpha")
    assert answer.code == 3 and SECRET not in answer.said
