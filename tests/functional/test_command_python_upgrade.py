"""`elfin python upgrade` and `catalogue update`: two lists on loopback, real Pythons, and an environment in between."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from kit import indexserver as kit
from kit import pythonarchives as archives
from kit.commandline import Commandline
from kit.indexserver import IndexServer

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not archives.LIST.is_file() or os.uname().machine != "x86_64", reason="no CPython builds for this machine"
    ),
]
PLATFORM = "x86_64-unknown-linux-gnu"
OLD, NEW = f"cpython-3.13.14-linux-{PLATFORM[:6]}-gnu", f"cpython-3.13.15-linux-{PLATFORM[:6]}-gnu"


@pytest.fixture
def served(server: IndexServer) -> IndexServer:
    """Lists `first`, `second` and `third` beside the archives they name: 3.13.14, then 3.13.15, then that once more."""
    real = next(path for path in archives.PYTHONS.iterdir() if f"{PLATFORM}-install" in path.name)
    one, two, three = (
        archives.name_of(version, tag, PLATFORM)
        for version, tag in (("3.13.14", "20261001"), ("3.13.15", "20261101"), ("3.13.15", "20261201"))
    )
    files = {one: archives.as_version(real, (3, 13, 14)), two: real.read_bytes()}
    files[three] = archives.as_version(real, (3, 13, 15))
    lists = {"first": (one,), "second": (one, two), "third": (one, two, three)}
    for name, held in lists.items():
        files[name] = archives.ndjson({name: files[name] for name in held}).encode()
    server.projects["pythons"] = files
    return server


def version_of(program: Path) -> str:
    code = "import sys; print(*sys.version_info[:3], sep='.')"
    return subprocess.run([program, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_a_newer_list_brings_a_newer_python_and_environments_go_on(elfin: Commandline, served: IndexServer) -> None:
    lists = f"{served.root}/files/pythons"
    link = elfin.home / ".local/bin/python3.13"
    elfin.good("python", "catalogue", "update", f"{lists}/first")
    assert f" + {OLD} (python3.13)" in elfin.good("python", "install", "3.13").err
    assert version_of(link) == "3.13.14"
    elfin.good("venv", "--python", "3.13", "env")
    assert f"{OLD} is the newest of its kind" in elfin.good("python", "upgrade").err

    elfin.good("python", "catalogue", "update", f"{lists}/second")
    assert f"{OLD} is already installed" in elfin.good("python", "install", "3.13").err
    said = elfin.good("python", "upgrade", "3.13").err
    assert f"{OLD} stays for the environments made from it" in said and f" + {NEW} (python3.13)" in said
    base = subprocess.run(
        [elfin.work / "env/bin/python", "-c", "import sys; print(sys.base_prefix)"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert version_of(link) == "3.13.15" and base.stdout.strip().endswith(OLD)
    assert f"{NEW} is the newest of its kind" in elfin.good("python", "upgrade").err.splitlines()[0]

    elfin.good("python", "catalogue", "update", f"{lists}/third")
    assert f" ~ {NEW}" in elfin.good("python", "upgrade").err
    assert elfin.good("python", "verify").out.count("as it was installed") == 2
    record = (elfin.home / ".local/share/elfin/pythons" / NEW / "elfin-python.json").read_text()
    assert '"20261201"' in record and version_of(link) == "3.13.15"

    elfin.good("python", "uninstall", "3.13.15")
    assert version_of(link) == "3.13.14"


def test_an_upgrade_that_fails_leaves_what_was_there(elfin: Commandline, served: IndexServer) -> None:
    lists = f"{served.root}/files/pythons"
    elfin.good("python", "catalogue", "update", f"{lists}/first")
    elfin.good("python", "install", "-q", "3.13")
    elfin.good("python", "catalogue", "update", f"{lists}/second")
    name = next(name for name in served.projects["pythons"] if "3.13.15+20261101" in name)
    served.fault(f"/files/pythons/{name.replace('+', '%2B')}", kit.status(404))
    answer = elfin("python", "upgrade")
    assert answer.code == 3 and "404" in answer.err
    assert version_of(elfin.home / ".local/bin/python3.13") == "3.13.14"
    assert sorted(os.listdir(elfin.home / ".local/share/elfin/pythons")) == [OLD]


def test_install_with_upgrade_is_not_content_with_an_older_one(elfin: Commandline, served: IndexServer) -> None:
    lists = f"{served.root}/files/pythons"
    elfin.good("python", "catalogue", "update", f"{lists}/first")
    elfin.good("python", "install", "-q", "3.13")
    elfin.good("python", "catalogue", "update", f"{lists}/second")
    assert f" + {NEW}" in elfin.good("python", "install", "--upgrade", "3.13").err
    assert elfin.good("python", "find", "--show-version", "3.13").out == "3.13.15\n"
    assert elfin.good("python", "find", "--show-version", "3.13.14").out == "3.13.14\n"
