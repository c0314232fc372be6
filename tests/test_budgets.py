"""What a command may import: start-up is architecture, and its budget is a set of modules, never a time."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import packaging
import pytest

from kit.commandline import PYTHON, SOURCE, Commandline
from kit.indexserver import IndexServer, wheel

BESIDE = f"""
import sys
sys.path[:0] = [{SOURCE!r}, {os.path.dirname(os.path.dirname(packaging.__file__))!r}]
from elfin.cli.entry import main
sys.exit(main(sys.argv[1:]))
"""
LAUNCH = os.path.join(SOURCE, "elfin", "launch.py")
NETWORK = {"urllib3", "ssl", "_ssl", "socket", "http.client", "truststore", "urllib.request", "email"}
HEAVY = {
    "asyncio", "concurrent.futures", "dataclasses", "email", "hashlib", "http.client", "importlib.metadata", "inspect",
    "logging", "packaging", "pathlib", "shutil", "ssl", "subprocess", "tempfile", "threading", "truststore",
    "urllib.parse", "urllib.request", "urllib3", "zipfile",
}  # fmt: skip


def imported(*arguments: str | Path, folder: Path, beside: bool = False, **environ: str) -> set[str]:
    """The modules that a command imports beyond those Python starts with.

    `beside`: elfin's dependencies are those of the tests, so that no private place is made.
    """
    variables = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder),
        "PIP_CONFIG_FILE": os.devnull,
        "LANG": "C.UTF-8",
        **environ,
    }

    def names(*words: str) -> set[str]:
        done = subprocess.run(
            [sys.executable if beside else PYTHON, "-I", "-S", "-X", "importtime", *words],
            check=False, capture_output=True, text=True, cwd=folder, env=variables, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return set(re.findall(r"(?m)^import time:.*\|\s+([\w.]+)$", done.stderr))

    return names(*(("-c", BESIDE) if beside else (LAUNCH,)), *map(str, arguments)) - names("-c", "pass")


def rooms(modules: set[str]) -> set[str]:
    return {".".join(name.split(".")[:2]) for name in modules if name.startswith("elfin.")}


def test_the_driver_sees_imports(tmp_path: Path) -> None:
    assert {"elfin.flows.inspect", "argparse"} <= imported("pip", "list", "--target", ".", folder=tmp_path)


def test_the_version_is_a_handful_of_modules(tmp_path: Path) -> None:
    modules = imported("--version", folder=tmp_path)
    assert {name for name in modules if name.startswith("elfin")} == {
        "elfin", "elfin.cli", "elfin.cli.entry", "elfin.cli.table", "elfin.errors"
    }  # fmt: skip
    start = {"__future__", "atexit", "gc", "os", "stat", "_stat", "posixpath", "genericpath", "os.path", "abc", "_abc"}
    assert {name for name in modules if not name.startswith("elfin")} <= start | {"_collections_abc"}


def test_help_builds_no_parser(tmp_path: Path) -> None:
    modules = imported("--help", folder=tmp_path)
    assert not modules & {"re", "typing", "argparse", "json"}
    assert rooms(modules) == {"elfin.cli", "elfin.errors"}


def test_the_cache_folder_is_told_without_anything_heavy(tmp_path: Path) -> None:
    modules = imported("cache", "dir", folder=tmp_path)
    assert not modules & (HEAVY | {"contextlib", "gettext", "json", "locale", "typing"})
    assert rooms(modules) == {
        "elfin.cli",
        "elfin.edges",
        "elfin.errors",
        "elfin.flows",
        "elfin.formats",
        "elfin.record",
        "elfin.settings",
    }


def test_what_this_machine_is_is_told_without_a_child_or_other_places(tmp_path: Path) -> None:
    modules = imported("host", folder=tmp_path)
    start = imported("cache", "dir", folder=tmp_path)
    assert modules - start == {
        "elfin.cli.commands.host", "elfin.cli.show", "elfin.cli.show.host", "elfin.flows.host", "elfin.formats.elf",
        "elfin.host", "elfin.host.arch", "elfin.host.detect", "elfin.host.disk", "elfin.host.libc", "elfin.host.live",
        "elfin.host.model", "elfin.host.osrelease", "elfin.host.root", "elfin.host.witnesses", "elfin.tags",
        "elfin.tags.platform",
    }  # fmt: skip


def test_only_the_asked_command_is_imported(tmp_path: Path) -> None:
    modules = imported("cache", "dir", folder=tmp_path)
    assert {name for name in modules if name.startswith("elfin.cli.commands.")} == {"elfin.cli.commands.cache_dir"}
    assert not [name for name in modules if name.startswith("elfin.cli.show")]


def test_a_list_of_pythons_starts_none_that_it_knows(tmp_path: Path) -> None:
    imported("python", "list", folder=tmp_path)  # asks those on PATH
    modules = imported("python", "list", folder=tmp_path)
    assert not modules & (HEAVY | NETWORK | {"elfin.pythons.child_ask", "elfin.flows.python_install"})


@pytest.fixture
def synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Commandline:
    """An environment that holds what `lock.txt` lists."""
    elfin = Commandline(tmp_path, monkeypatch, capsys)
    elfin.good("venv", "--python", PYTHON)
    elfin.file("lock.txt", "alpha==1.0\nbeta==2.0 \\\n    --hash=sha256:" + "0" * 64 + "\n")
    elfin.file("plain.txt", "alpha==1.0\nbeta==2.0\n")
    with IndexServer(
        {
            name: {f"{name}-{version}-py3-none-any.whl": wheel(name, version)}
            for name, version in (("alpha", "1.0"), ("beta", "2.0"))
        }
    ) as server:
        elfin.good("pip", "sync", "--index-url", server.url, "plain.txt")
    return elfin


def test_a_sync_with_nothing_to_do_resolves_nothing_and_reads_no_page(synced: Commandline) -> None:
    for file in ("lock.txt", "plain.txt"):
        modules = imported("pip", "sync", file, folder=synced.work, ELFIN_CACHE_DIR=str(synced.cache))
        assert not modules & (NETWORK | {"packaging", "subprocess", "threading", "zipfile", "dataclasses", "tempfile"})
        assert rooms(modules) <= {
            "elfin.cli", "elfin.edges", "elfin.envs", "elfin.errors", "elfin.flows", "elfin.formats", "elfin.host",
            "elfin.pythons", "elfin.record", "elfin.settings", "elfin.own",
        }  # fmt: skip
        assert not [name for name in modules if name.startswith(("elfin.resolve", "elfin.wheels", "elfin.index"))]
        assert not modules & {"elfin.edges.net", "elfin.edges.disk_link"}


def test_an_install_with_nothing_to_do_asks_no_index(synced: Commandline) -> None:
    modules = imported("pip", "install", "alpha", folder=synced.work, beside=True, ELFIN_CACHE_DIR=str(synced.cache))
    assert not modules & NETWORK
    assert not [name for name in modules if name.startswith(("elfin.wheels", "elfin.index.net"))]


def test_work_for_this_machine_knows_nothing_of_other_places(synced: Commandline) -> None:
    synced.file("x.in", "alpha\n")
    with IndexServer({"alpha": {"alpha-1.0-py3-none-any.whl": wheel("alpha", "1.0")}}) as server:
        for words in (("install", "--reinstall", "alpha"), ("compile", "x.in")):
            more = {"ELFIN_CACHE_DIR": str(synced.cache), "ELFIN_INDEX_URL": server.url, "NO_PROXY": "127.0.0.1"}
            modules = imported("pip", *words, folder=synced.work, beside=True, **more)
            assert "elfin.flows.solution" in modules
            assert not modules & {
                "elfin.flows.foreign", "elfin.flows.place", "elfin.host.named", "elfin.host.distros",
                "elfin.host.disk_image", "elfin.pythons.imagined", "elfin.pythons.reading", "elfin.tags.explain",
            }  # fmt: skip


def test_lists_need_neither_resolver_nor_network(synced: Commandline) -> None:
    for words in (("list",), ("freeze",), ("list", "--format", "json")):
        modules = imported("pip", *words, folder=synced.work, ELFIN_CACHE_DIR=str(synced.cache))
        assert not modules & (NETWORK | {"packaging"})
        assert not [name for name in modules if name.startswith(("elfin.resolve", "elfin.wheels", "elfin.index"))]


def test_a_venv_is_made_without_the_tools_for_packages(synced: Commandline) -> None:
    modules = imported("venv", "--python", PYTHON, "more", folder=synced.work, ELFIN_CACHE_DIR=str(synced.cache))
    assert not modules & (NETWORK | {"packaging", "zipfile", "dataclasses", "tempfile", "shutil", "subprocess"})
    assert not [name for name in modules if name.startswith(("elfin.resolve", "elfin.wheels", "elfin.index"))]
