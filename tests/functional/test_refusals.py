"""What goes wrong outside elfin: one clear message, the right exit code, and an environment exactly as it was."""

from __future__ import annotations

import errno
import os
import socket

import pytest

from elfin.edges import disk_act, net
from kit import faults
from kit.commandline import PYTHON, Commandline, Place, Refused, assert_refusal, release
from kit.hostilewheels import FILENAME, HOSTILE
from kit.indexserver import IndexServer, endless, hang_up, page, status, truncated

ALPHA = "alpha-2.0-py3-none-any.whl"


def closed_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/simple/"


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting between tries."""
    monkeypatch.setitem(net.Client.__init__.__kwdefaults__, "sleep", lambda seconds: None)


def test_an_index_that_nobody_answers_for(refused: Refused, elfin: Commandline, hasty: None) -> None:
    url = closed_port()
    said = refused(3, "pip", "install", "--index-url", url, "alpha")
    assert "127.0.0.1" in said and "refused" in said.lower()


def test_an_index_whose_name_nobody_knows(refused: Refused, hasty: None) -> None:
    said = refused(3, "pip", "install", "--index-url", "http://index.invalid/simple", "alpha")
    assert "index.invalid" in said


def test_a_project_that_no_index_has(refused: Refused) -> None:
    said = refused(1, "pip", "install", "nowhere")
    assert "nowhere" in said and "hint: check the spelling of nowhere" in said


def test_an_index_that_wants_a_password(refused: Refused, server: IndexServer) -> None:
    server.auth = ("user", "hunter2")
    said = refused(3, "pip", "install", "--refresh", "alpha")
    assert "401" in said or "credentials" in said
    said = refused(3, "pip", "install", "-vv", "-i", server.url_with("user", "wrong-one"), "alpha")
    assert "wrong-one" not in said and "***@127.0.0.1" in said


def test_an_index_that_forbids(refused: Refused, server: IndexServer) -> None:
    server.fault("/simple/alpha/", status(403))
    assert "403" in refused(3, "pip", "install", "alpha")


def test_an_index_that_is_broken(refused: Refused, server: IndexServer, hasty: None) -> None:
    server.fault("/simple/alpha/", status(500))
    assert "500" in refused(3, "pip", "install", "alpha")


def test_an_index_that_hangs_up(refused: Refused, server: IndexServer, hasty: None) -> None:
    server.fault("/simple/alpha/", hang_up())
    assert "127.0.0.1" in refused(3, "pip", "install", "alpha")


def test_a_file_that_is_not_what_the_index_promised(refused: Refused, server: IndexServer) -> None:
    ((_, other),) = release("alpha", "2.0", files={"alpha/__init__.py": "evil"}).items()
    server.fault(f"/files/alpha/{ALPHA}", status(200, other))
    said = refused(4, "pip", "install", "alpha")
    assert ALPHA in said and "sha256" in said and "the index promises" in said


def test_metadata_that_is_not_what_the_index_promised(refused: Refused, server: IndexServer) -> None:
    server.fault(f"/files/alpha/{ALPHA}.metadata", status(200, b"Name: alpha\nVersion: 2.0\n"))
    assert f"the metadata of {ALPHA}" in refused(4, "pip", "install", "alpha")


def test_a_download_that_breaks_off(refused: Refused, server: IndexServer, hasty: None) -> None:
    server.fault(f"/files/alpha/{ALPHA}", truncated(server.projects["alpha"][ALPHA], 100))
    server.ranges = False
    assert ALPHA in refused(3, "pip", "install", "alpha")


def test_a_download_that_breaks_off_once_is_of_no_matter(
    elfin: Commandline, venv: Place, server: IndexServer, hasty: None
) -> None:
    server.fault(f"/files/alpha/{ALPHA}", truncated(server.projects["alpha"][ALPHA], 100), times=1)
    elfin.good("pip", "install", "alpha")
    assert venv.versions() == {"alpha": "2.0", "beta": "2.0"}


def test_a_file_that_is_listed_and_gone(refused: Refused, server: IndexServer) -> None:
    server.fault(f"/files/alpha/{ALPHA}", status(404))
    assert "404" in refused(3, "pip", "install", "alpha")


def test_a_page_without_an_end(refused: Refused, server: IndexServer) -> None:
    server.fault("/simple/alpha/", endless(b"x" * (1 << 20)))
    said = refused(3, "pip", "install", "alpha")
    assert "MiB" in said or "larger" in said or "too large" in said


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ('{"files": [', "application/vnd.pypi.simple.v1+json"),
        ('{"files": 7, "meta": {"api-version": "1.0"}, "name": "alpha"}', "application/vnd.pypi.simple.v1+json"),
        ('{"meta": {"api-version": "9.0"}, "name": "alpha", "files": []}', "application/vnd.pypi.simple.v1+json"),
        ("[]", "application/json"),
        ("[" * 100_000, "application/vnd.pypi.simple.v1+json"),
    ],
)
def test_a_page_that_is_no_page(refused: Refused, server: IndexServer, body: str, kind: str) -> None:
    server.fault("/simple/alpha/", page(body, kind))
    assert "/simple/alpha/" in refused(3, "pip", "install", "alpha")


def test_a_log_in_page_is_no_index(refused: Refused, server: IndexServer) -> None:
    server.fault("/simple/alpha/", page("<!DOCTYPE html><title>Log in</title><form></form>"))
    assert "/simple/alpha/" in refused(3, "pip", "install", "alpha")


NAMELESS = (
    "name up",
    "name absolute",
    "bomb",
    "not a zip",
    "empty",
    "cut at 100",
    "two dist-infos",
)
"""What is found out while METADATA of a local wheel is read."""


@pytest.mark.parametrize("title", NAMELESS)
def test_a_local_wheel_that_cannot_be_read_is_named(elfin: Commandline, venv: Place, title: str) -> None:
    (elfin.work / FILENAME).write_bytes(HOSTILE[title]())
    assert FILENAME in elfin("pip", "install", f"./{FILENAME}").err


@pytest.mark.parametrize(
    "title",
    [
        "name up",
        "name absolute",
        "symlink",
        "kind device",
        "bad crc",
        "bad deflate",
        "bomb",
        "not a zip",
        "empty",
        "cut at 100",
        "no METADATA",
        "no WHEEL",
        "no RECORD",
        "two dist-infos",
        "dist-info of another",
        "metadata of another",
        "wheel 2.0",
        "record columns",
        "entry point up",
        "entry point code",
    ],
)
@pytest.mark.parametrize("by", ["path", "index"])
def test_a_wheel_that_cannot_be_trusted(
    refused: Refused, elfin: Commandline, server: IndexServer, title: str, by: str
) -> None:
    assert title in HOSTILE
    data = HOSTILE[title]()
    if by == "path":
        (elfin.work / FILENAME).write_bytes(data)
        said = refused((3, 4), "pip", "install", f"./{FILENAME}")
        (elfin.work / FILENAME).unlink()
    else:
        server.projects["spam"] = {FILENAME: data}
        server.metadata = False
        said = refused((3, 4), "pip", "install", "spam")
    assert "spam" in said
    assert os.listdir(elfin.work) == [".venv"] and not list(elfin.home.iterdir())


def test_requirements_that_cannot_be_met_together(refused: Refused) -> None:
    said = refused(1, "pip", "install", "fussy", "beta>=2")
    assert "the requirements cannot be met together" in said
    assert "fussy 1.0 depends on beta<2" in said or "depends on beta<2" in said
    assert "you require" in said


def test_a_python_that_is_too_old(refused: Refused) -> None:
    said = refused(1, "pip", "install", "strict==3.0")
    assert "needs Python >=3.99" in said and "another Python" not in said  # there is none to choose


def test_an_environment_that_may_not_be_written(elfin: Commandline, venv: Place) -> None:
    elfin.good("pip", "install", "-q", "delta")
    before = venv.picture()

    def refuse(name: str, path: str) -> None:
        if str(venv.prefix) in path:
            raise OSError(errno.EACCES, os.strerror(errno.EACCES), path)

    disk_act.before = refuse
    try:
        answer = elfin("pip", "install", "alpha")
    finally:
        disk_act.before = None
    assert_refusal(answer, 3)
    assert "permission denied" in answer.err and str(venv.prefix) in answer.err
    assert venv.picture() == before


@pytest.mark.parametrize("at", [1, 4, 8, 12, 16, 20, 24, 30, 36, 42])
def test_a_disk_that_is_full_sooner_or_later(elfin: Commandline, venv: Place, at: int) -> None:
    elfin.good("pip", "install", "-q", "beta==1.0")
    before = venv.picture()
    with faults.fault(at, errno.ENOSPC) as struck:
        answer = elfin("pip", "install", "alpha", "beta==2.0")
    if answer.code == 0:  # the change that failed was of no matter, or there were not so many
        assert venv.versions() == {"alpha": "2.0", "beta": "2.0"}
        return
    assert struck.struck
    assert_refusal(answer, 3)
    assert "no space left" in answer.err
    assert venv.picture() == before or "the change was made" in answer.err
    elfin.good("pip", "install", "alpha", "beta==2.0")
    assert venv.versions() == {"alpha": "2.0", "beta": "2.0"}


@pytest.mark.parametrize("at", [*range(1, 60, 7)])
def test_a_command_that_was_killed_is_set_right_by_the_next(elfin: Commandline, venv: Place, at: int) -> None:
    elfin.good("pip", "install", "-q", "beta==1.0", "alpha==1.0")
    elfin.good("pip", "compile", "-q", elfin.file("top.in", "alpha\nbeta\n"), "-o", "top.txt")  # fills the cache
    try:
        with faults.fault(at, None):
            elfin("pip", "install", "-U", "alpha", "beta")
    except faults.Killed:
        pass
    versions = venv.versions()
    listed = elfin.good("pip", "list", "--format", "freeze").out
    assert listed in ("alpha==1.0\nbeta==1.0\n", "alpha==2.0\nbeta==2.0\n"), (versions, listed)
    number = listed[7]
    assert venv.run("-c", "import alpha, beta; print(alpha.version, beta.version)") == f"{number}.0 {number}.0\n"


def test_a_package_that_comes_as_source_only(refused: Refused) -> None:
    said = refused(1, "pip", "install", "sourcery")
    assert "sourcery" in said and "source only" in said


@pytest.mark.skipif(not os.confstr("CS_GNU_LIBC_VERSION"), reason="this Python does not run on glibc")
def test_wheels_for_the_other_libc_are_named_with_both(refused: Refused, server: IndexServer) -> None:
    version = (os.confstr("CS_GNU_LIBC_VERSION") or "").split()[-1]
    tag = f"cp{''.join(os.path.basename(PYTHON).removeprefix('python').split('.'))}"
    server.projects["native"] = release("native", "1.0", tag=f"{tag}-{tag}-musllinux_1_2_{os.uname().machine}")
    said = refused(1, "pip", "install", "native")
    assert "musl" in said and f"glibc {version}" in said


def test_offline_without_a_cache(refused: Refused, elfin: Commandline, venv: Place, server: IndexServer) -> None:
    asked = len(server.requests)
    said = refused(3, "pip", "install", "--offline", "alpha")
    assert "offline and the page of alpha is not cached" in said and "--offline" in said
    assert len(server.requests) == asked
    elfin.good("pip", "install", "--offline", "--reinstall", "delta")


def test_a_broken_environment_is_told_by_its_broken_part(elfin: Commandline, venv: Place) -> None:
    (venv.prefix / "bin" / "python").unlink()
    (venv.prefix / "bin" / "python").symlink_to("/gone/python3")
    answer = elfin("pip", "install", "alpha")
    assert_refusal(answer, 3)
    assert "/gone/python3" in answer.err and "elfin venv --clear" in answer.err


def test_a_cache_that_cannot_be_written_is_said_or_done_without(elfin: Commandline, venv: Place) -> None:
    elfin.file("not-a-folder", "")
    answer = elfin("--cache-dir", "not-a-folder", "pip", "install", "alpha")
    assert "Traceback" not in answer.said and "bug of elfin" not in answer.said
    if answer.code:
        assert_refusal(answer, 3)
        assert "not-a-folder" in answer.err and venv.versions() == {}
