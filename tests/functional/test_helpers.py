"""Fetching on other cores: a command in a process of its own, beside the index, gives what threads give."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import packaging
import pytest

from kit import indexserver as kit
from kit.commandline import PYTHON, SOURCE, projects
from kit.indexserver import IndexServer

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="helpers are forked on Linux only")

PROGRAM = f"""
import sys
sys.path[:0] = [{SOURCE!r}, {os.path.dirname(os.path.dirname(packaging.__file__))!r}]
from elfin.edges import processes
processes.possible = lambda: {{possible}}
begun = processes.Processes.__init__
def counted(self, *arguments, **more):
    begun(self, *arguments, **more)
    print("helpers:", len(self._helpers), file=sys.stderr)
processes.Processes.__init__ = counted
from elfin.cli.entry import main
sys.exit(main(sys.argv[1:]))
"""


def ran(folder: Path, *words: str, forking: bool = True) -> tuple[int, str, str]:
    """Exit code, output and complaints of a command in a process of its own."""
    variables = {"PATH": os.defpath, "HOME": str(folder), "PIP_CONFIG_FILE": os.devnull, "ELFIN_CONCURRENCY": "4"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(possible=forking), *words, "--cache-dir", str(folder / "cache")],
        check=False, capture_output=True, text=True, cwd=folder, env=variables, timeout=120,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def compiled(folder: Path, url: str, *arguments: str, forking: bool = True) -> tuple[int, str, str]:
    """A compilation with an empty cache."""
    folder.mkdir(exist_ok=True)
    (folder / "top.in").write_text("alpha\ngamma[fast]\n")
    words = ("pip", "compile", "--python", PYTHON, "--no-header", "-i", url, "top.in", *arguments)
    return ran(folder, *words, forking=forking)


def installed(folder: Path, url: str, *arguments: str, forking: bool = True) -> tuple[int, str]:
    """An installation into a folder, with an empty cache."""
    folder.mkdir(exist_ok=True)
    words = ("pip", "install", "--python", PYTHON, "--target", "into", "-i", url, *arguments)
    code, _, said = ran(folder, *words, forking=forking)
    return code, said


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_helpers_and_threads_give_the_same_and_ask_for_each_page_once(server: IndexServer, tmp_path: Path) -> None:
    code, forked, said = compiled(tmp_path / "forked", server.url)
    assert code == 0 and "helpers: 2" in said and "alpha==2.0" in forked
    pages = [path for path in server.paths() if path.startswith("/simple/")]
    assert sorted(pages) == sorted(set(pages))
    code, threaded, said = compiled(tmp_path / "threaded", server.url, forking=False)
    assert code == 0 and "helpers" not in said
    assert threaded == forked


def test_refreshing_and_pages_without_a_lifetime_are_asked_for_once_too(server: IndexServer, tmp_path: Path) -> None:
    compiled(tmp_path, server.url)
    asked = len(server.requests)
    assert compiled(tmp_path, server.url, "--refresh")[0] == 0
    pages = [path for path in server.paths()[asked:] if path.startswith("/simple/")]
    assert pages and sorted(pages) == sorted(set(pages))


def test_an_error_of_a_helper_is_the_commands_error(tmp_path: Path) -> None:
    with IndexServer(projects(), auth=("me", "secret")) as server:
        code, _, said = compiled(tmp_path, server.url)
    assert code == 3 and "401" in said and "helpers: 2" in said and "Traceback" not in said


def test_a_cache_that_cannot_be_written_costs_only_time(server: IndexServer, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("no folder")
    code, pins, said = compiled(tmp_path, server.url)
    assert code == 0 and "helpers: 2" in said and "alpha==2.0" in pins


def test_a_page_that_is_no_page_is_said_once(server: IndexServer, tmp_path: Path) -> None:
    server.fault("/simple/beta/", kit.page(b"<form>log in</form>"), times=9)
    code, _, said = compiled(tmp_path, server.url)
    assert code == 3 and said.count("error:") == 1 and "login" in said


def test_helpers_and_threads_install_the_same(server: IndexServer, tmp_path: Path) -> None:
    code, said = installed(tmp_path / "forked", server.url, "alpha", "gamma[fast]")
    assert code == 0 and said.count("helpers: ") == 2  # for the pages, then for the wheels
    wheels = [path for path in server.paths() if path.endswith(".whl")]
    assert len(wheels) == len(set(wheels)) > 2
    code, said = installed(tmp_path / "threaded", server.url, "alpha", "gamma[fast]", forking=False)
    assert code == 0 and "helpers" not in said
    assert tree(tmp_path / "forked/into") == tree(tmp_path / "threaded/into") != {}


def test_a_wheel_that_a_helper_refuses_is_the_commands_refusal(server: IndexServer, tmp_path: Path) -> None:
    server.fault("/files/beta/beta-2.0-py3-none-any.whl", kit.page(b"another wheel"), times=9)
    code, said = installed(tmp_path, server.url, "alpha", "gamma[fast]")
    assert code == 4 and "sha256" in said and said.count("error:") == 1
    assert not (tmp_path / "into").exists()
    assert not [path for path in (tmp_path / "cache").rglob("*") if "staging" in path.name]


def test_metadata_that_cannot_be_read_rules_out_its_version_whoever_reads_it(tmp_path: Path) -> None:
    offered = projects()
    nameless = io.BytesIO()
    with zipfile.ZipFile(nameless, "w") as archive:
        archive.writestr("beta-3.0.dist-info/METADATA", "Metadata-Version: 2.1\nVersion: 3.0\n\n")
    offered["beta"]["beta-3.0-py3-none-any.whl"] = nameless.getvalue()
    for forking in (True, False):
        with IndexServer(offered) as server:
            code, pins, said = compiled(tmp_path / str(forking), server.url, forking=forking)
        assert (code, "beta==2.0" in pins) == (0, True), said


def test_a_program_that_elfin_becomes_has_no_children_it_never_started(server: IndexServer, tmp_path: Path) -> None:
    (tmp_path / "alone.py").write_text(
        "import os\ntry:\n    print(os.wait())\nexcept ChildProcessError:\n    print('no children')\n"
    )
    words = ("run", "-i", server.url, "--cache-dir", str(tmp_path / "cache"), "--python", PYTHON, "--with", "alpha")
    variables = {"PATH": os.defpath, "HOME": str(tmp_path), "PIP_CONFIG_FILE": os.devnull}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(possible=True), *words, "--", "python", "alone.py"],
        check=False, capture_output=True, text=True, cwd=tmp_path, env=variables, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0 and "helpers: " in done.stderr, done.stderr
    assert done.stdout == "no children\n"


def test_output_into_the_shells_own_streams(server: IndexServer, tmp_path: Path) -> None:
    code, pins, _ = compiled(tmp_path, server.url, "-q", "-o", "/dev/stdout")
    assert code == 0 and pins.startswith("alpha==2.0")
    (tmp_path / "kept").write_text("before\n")
    with (tmp_path / "kept").open("a") as stream:
        program = [sys.executable, "-c", PROGRAM.format(possible=False), "pip", "compile", "-q", "--python", PYTHON]
        subprocess.run(
            [*program, "-i", server.url, "--no-header", "-o", "/dev/stdout", "top.in"],
            check=True, stdout=stream, cwd=tmp_path, env={"HOME": str(tmp_path), "PIP_CONFIG_FILE": os.devnull},
        )  # fmt: skip
    assert (tmp_path / "kept").read_text().startswith("before\nalpha==2.0")
