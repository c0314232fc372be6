"""Where loaders really look: search paths of files, what the interpreter has loaded; and audits of dry runs."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from kit import elfsmith, foreign
from kit.commandline import Commandline
from kit.symbolsmith import binary
from kit.wheelsofelf import dynamic, put

TOOL = "DATA/scripts/tool"
ARM = "py3-none-manylinux_2_17_aarch64"
MODULE = "cp312-cp312-manylinux_2_17_aarch64"
LIBPYTHON = "libpython3.12.so.1.0"


def needing(machine: str, *names: str, runpath: str | None = None) -> bytes:
    return binary(machine, needed=names, runpath=runpath)


def runs(elfin: Commandline, path: str | Path, place: str) -> bool | None:
    told = json.loads(elfin("audit", path, "--platform", place, "--json").out)["audited"][0]["places"][0]
    found: bool | None = told["runs"]
    return found


def test_the_folder_of_a_program_is_where_its_search_path_begins(elfin: Commandline) -> None:
    machine = os.uname().machine
    for folder in ("app/bin", "app/lib"):
        (elfin.work / folder).mkdir(parents=True)
    tool = elfin.work / "app/bin/tool"
    tool.write_bytes(needing(machine, "libodd.so.1", runpath="$ORIGIN/../lib"))
    assert runs(elfin, tool, "host") is False
    (elfin.work / "app/lib/libodd.so.1").write_bytes(needing(machine))
    assert runs(elfin, tool, "host") is True
    (elfin.work / "link").symlink_to(tool)
    assert runs(elfin, "link", "host") is True
    tool.write_bytes(needing(machine, "libodd.so.1"))
    assert runs(elfin, tool, "host") is False


def test_an_absolute_search_path_is_one_of_the_place(elfin: Commandline) -> None:
    place = foreign.root(str(elfin.work / "root"), {"opt/odd/libodd.so.1": needing("aarch64")})
    tool = elfin.work / "tool"
    tool.write_bytes(needing("aarch64", "libodd.so.1", runpath="/opt/odd"))
    assert runs(elfin, tool, f"root:{place}") is True
    tool.write_bytes(needing("aarch64", "libodd.so.1", runpath="/opt/other"))
    assert runs(elfin, tool, f"root:{place}") is False
    tool.write_bytes(needing("aarch64", "libodd.so.1", runpath="$ORIGIN/../lib"))
    assert runs(elfin, tool, f"root:{place}") is None  # nobody knows where it will lie there


def test_a_place_s_own_programs_are_where_they_are(elfin: Commandline) -> None:
    files = {"opt/a/bin/tool": needing("aarch64", "libodd.so.1", runpath="$ORIGIN/../lib"),
             "opt/a/lib/libodd.so.1": needing("aarch64")}  # fmt: skip
    place = f"root:{foreign.root(str(elfin.work / 'root'), files)}"
    assert "libodd" not in elfin("audit", place, "--platform", place).out


@pytest.mark.parametrize(("loaded", "code"), [((LIBPYTHON,), 0), ((), 4)])
def test_libpython_is_there_where_the_interpreter_itself_loads_it(
    elfin: Commandline, loaded: tuple[str, ...], code: int
) -> None:
    python = elfsmith.elf("aarch64", interpreter="/lib/ld-linux-aarch64.so.1", needed=["libc.so.6", *loaded])
    place = f"root:{foreign.root(str(elfin.work / 'root'), {'usr/bin/python3.12': python})}"
    (elfin.work / "dist").mkdir()
    files = {"x.cpython-312-aarch64-linux-gnu.so": needing("aarch64", "libc.so.6", LIBPYTHON)}
    path = put(elfin.work / "dist", MODULE, files)
    assert runs(elfin, path, place) is (code == 0)
    words = ["--no-index", "--find-links", elfin.work / "dist", "--python", place, "--break-system-packages"]
    assert elfin("pip", "install", "--audit", "tool", *words).code == code


def test_a_dry_run_refuses_what_the_run_itself_would(elfin: Commandline) -> None:
    (elfin.work / "dist").mkdir()
    put(elfin.work / "dist", ARM, {TOOL: dynamic("2.34", "aarch64")})
    words = ["--no-index", "--find-links", elfin.work / "dist", "--target", "out", "tool", "--dry-run", "--platform"]
    assert elfin("pip", "install", *words, "manylinux_2_31_aarch64").code == 0
    assert elfin("pip", "install", "--audit", *words, "manylinux_2_31_aarch64").code == 4
    assert elfin("pip", "install", "--audit", *words, "manylinux_2_34_aarch64").code == 0
    assert not (elfin.work / "out" / "bin").exists()


def test_a_wheel_that_cannot_be_read_is_told_before_it_is_installed(elfin: Commandline) -> None:
    (elfin.work / "dist").mkdir()
    put(elfin.work / "dist", ARM, {TOOL: dynamic("2.28", "aarch64")[:200]})
    words = ["--no-index", "--find-links", elfin.work / "dist", "--platform", "manylinux_2_31_aarch64"]
    said = elfin.good("pip", "install", "--audit", *words, "--target", "out", "tool").err
    assert "tool 1.0 may not run: tool-1.0.data/scripts/tool cannot be read" in said
