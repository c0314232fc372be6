"""flows.place: what a PLACE means, and which Python wheels are judged for there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from elfin.errors import NoPython, PlaceError, UsageError
from elfin.flows import place as places
from elfin.flows.context import Context
from kit import elfsmith, images
from kit.commandline import PYTHON

OS_RELEASE = 'ID=madeup\nPRETTY_NAME="Made Up 1"\n'


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Context:
    for name in list(os.environ):
        if name not in ("PATH", "LD_LIBRARY_PATH", "TMPDIR"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ELFIN_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{os.path.dirname(os.path.realpath(sys.executable))}:/usr/bin:/bin")
    monkeypatch.chdir(tmp_path)
    return Context.open({})


def root(folder: Path) -> Path:
    """A root file system with a musl and nothing else."""
    for path, data in (
        ("bin/sh", elfsmith.program(elfsmith.MUSL_LOADER)),
        ("lib/ld-musl-x86_64.so.1", elfsmith.musl("1.2.5")),
        ("etc/os-release", OS_RELEASE.encode()),
    ):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def test_this_machine_is_the_host_and_its_own_python_is_taken(context: Context) -> None:
    for text in (None, "host"):
        aim = places.aim(context, text, None)
        assert aim.target.host == context.host and not aim.imagined
        assert os.path.exists(aim.target.interpreter.executable)
    version = "{}.{}".format(*sys.version_info)
    assert places.target(context, "host", version).interpreter.version_info[:2] == sys.version_info[:2]


def test_a_python_that_is_not_here_is_imagined_here(context: Context) -> None:
    aim = places.aim(context, None, "3.99")
    assert aim.imagined and aim.target.host == context.host
    assert aim.target.interpreter.version == "3.99.0" and aim.target.interpreter.libc == context.host.libc
    assert aim.notes == ("no Python 3.99 was found there: an imagined one is taken",)


@pytest.mark.parametrize(
    ("text", "python", "version", "said"),
    [
        ("debian:12/arm64", None, "3.11.2", "no Python was said: 3.11.2 is taken, which Debian 12 ships"),
        (
            "fedora:43/amd64",
            None,
            "3.14.0",
            "no Python was said: 3.14 is taken, which Fedora 43 ships (as 3.14.0: its patch release is not known)",
        ),
        (
            "debian:8/i386",
            None,
            "3.14.0",
            "no Python was said: 3.14 is taken (the 3.4.2 that Debian 8 ships is too old)",
        ),
        ("manylinux_2_28_x86_64", None, "3.14.0", "no Python was said: 3.14 is taken"),
        ("debian:12/arm64", "3", "3.14.0", "3 leaves the version open: 3.14 is taken"),
        ("debian:12/arm64", "pypy", "3.11.0", "pypy leaves the version open: 3.11 is taken"),
        ("debian:12/arm64", ">=3.9,<3.12", "3.11.0", ">=3.9,<3.12 leaves the version open: 3.11.0 is taken"),
        ("debian:12/arm64", ">=3.10", "3.14.0", ">=3.10 leaves the version open: 3.14.0 is taken"),
        ("debian:12/arm64", "~=3.12.4", "3.12.4", "~=3.12.4 leaves the version open: 3.12.4 is taken"),
        ("debian:12/arm64", "3.12", "3.12.0", None),
        ("debian:12/arm64", "3.13t", "3.13.0", None),
        ("debian:12/arm64", "cpython@3.12.3", "3.12.3", None),
        ("debian:12/arm64", "3.15rc1", "3.15.0rc1", None),
    ],
)
def test_a_named_place_gets_a_python_and_says_which(
    context: Context, text: str, python: str | None, version: str, said: str | None
) -> None:
    aim = places.aim(context, text, python)
    assert aim.imagined and aim.target.interpreter.version == version
    assert aim.notes == (() if said is None else (said,))
    assert aim.target.interpreter.libc == aim.target.host.libc
    assert aim.target.interpreter.free_threaded == ("t" in (python or "").removeprefix("cpython"))


def test_a_python_by_path_or_name_lends_its_version(context: Context) -> None:
    version = "{}.{}.{}".format(*sys.version_info)
    for python in (sys.executable, f"python3.{sys.version_info.minor}"):
        aim = places.aim(context, "alpine:3.20/arm64", python)
        assert aim.imagined and aim.target.interpreter.version == version
        assert aim.target.interpreter.ext_suffix.endswith("-aarch64-linux-musl.so")
        assert aim.notes == (f"Python {version} is taken, as {python} is",)


@pytest.mark.parametrize("python", ["2.7", "3.7", ">=3.50", "4"])
def test_a_python_that_elfin_does_not_know_is_refused(context: Context, python: str) -> None:
    with pytest.raises(NoPython, match="no Python that elfin knows of"):
        places.aim(context, "debian:12", python)


def test_a_folder_is_looked_into(context: Context, tmp_path: Path) -> None:
    root(tmp_path / "tree")
    for text in ("root:tree", f"root:{tmp_path}/tree", "root:~/tree"):
        found = places.place(context, text)
        assert found.understood == "Made Up 1 on x86_64: musl 1.2.5"
        assert found.root is not None and found.host.libc is not None and found.host.libc.family == "musl"
    aim = places.aim(context, "root:tree", None)
    assert aim.imagined and aim.target.interpreter.version == "3.14.0"
    assert aim.notes == ("no Python was found there: 3.14 is taken",)


@pytest.mark.parametrize("python", [PYTHON, "/bin/sh", "python3.11"])
def test_a_program_of_this_machine_says_nothing_of_a_folder(
    context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, python: str
) -> None:
    root(tmp_path / "tree")
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("a program was started"))
    with pytest.raises(NoPython, match="in root:tree is no Python"):
        places.aim(context, "root:tree", python)


@pytest.mark.parametrize(
    ("place", "python", "why"),
    [
        ("debian:12", "cpython-3.13-linux-x86_64-musl", "is for musl, and debian:12 is glibc"),
        ("alpine:3.18", "3.13+glibc", "is for glibc, and alpine:3.18 is musl"),
        ("alpine:3.18", "cpython-3.13-linux-aarch64-musl", "is for aarch64, and alpine:3.18 is x86_64"),
    ],
)
def test_a_python_for_somewhere_else_is_refused(context: Context, place: str, python: str, why: str) -> None:
    with pytest.raises(NoPython, match=re.escape(why)):
        places.aim(context, place, python)
    assert places.aim(context, "alpine:3.18/arm64", "cpython-3.13-linux-aarch64-musl").imagined


def layers(machine: str, version: str) -> list[images.Layer]:
    loader = f"lib/ld-musl-{machine}.so.1"
    return [{"bin/sh": elfsmith.program(f"/{loader}", machine)}, {loader: elfsmith.musl(version, machine)}]


def test_an_image_is_looked_into_for_the_platform_that_is_said(context: Context, tmp_path: Path) -> None:
    made = {"linux/amd64": layers("x86_64", "1.2.5"), "linux/arm64": layers("aarch64", "1.2.4")}
    (tmp_path / "image").mkdir()
    images.write(str(tmp_path / "image"), images.layout(made))
    found = places.aim(context, "image:image@linux/arm64", "3.13")
    assert found.place.understood == "Linux on aarch64: musl 1.2.4"
    assert found.notes == ("no Python 3.13 was found there: an imagined one is taken",)
    assert found.target.interpreter.ext_suffix == ".cpython-313-aarch64-linux-musl.so"
    own = places.place(context, "image:image")
    said = {"x86_64": "linux/amd64", "aarch64": "linux/arm64"}.get(context.host.arch.name)
    if said is not None:
        assert own.host.arch.name == context.host.arch.name
        assert own.notes == (f"the image is for linux/amd64, linux/arm64: {said} is taken",)
    with pytest.raises(UsageError, match="not for linux/s390x"):
        places.place(context, "image:image@linux/s390x")


def test_a_python_is_a_place(context: Context) -> None:
    found = places.place(context, f"python:{sys.executable}")
    assert found.interpreter is not None and found.host == context.host
    assert found.interpreter.version_info[:2] == sys.version_info[:2]
    aim = places.aim(context, f"python:{sys.executable}", None)
    assert aim.target.interpreter == found.interpreter and not aim.imagined
    other = places.aim(context, f"python:{sys.executable}", "3.99")
    assert other.imagined and other.target.interpreter.version == "3.99.0"


@pytest.mark.parametrize("text", ["root:nowhere", "image:nowhere.tar"])
def test_what_is_not_there_is_said(context: Context, text: str) -> None:
    with pytest.raises(PlaceError, match="nowhere"):
        places.place(context, text)


@pytest.mark.parametrize("text", ["root:", "image:", "python:"])
def test_a_path_is_wanted_behind_the_colon(context: Context, text: str) -> None:
    with pytest.raises(UsageError, match="names nothing"):
        places.place(context, text)


@pytest.mark.parametrize("text", ["python:nowhere", "python:notes.txt"])
def test_what_is_no_python_is_said(context: Context, text: str, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no Python")
    with pytest.raises(PlaceError):
        places.place(context, text)


def test_an_unknown_name_is_answered_with_the_nearest_and_the_forms(context: Context) -> None:
    with pytest.raises(UsageError, match="no place is known as 'debian:14'") as caught:
        places.place(context, "debian:14")
    assert caught.value.hints[0].startswith("the nearest names: debian:13, debian:12")
    assert "`root:DIR`" in caught.value.hints[-1]


def test_a_path_without_its_word_is_recognised(context: Context, tmp_path: Path) -> None:
    root(tmp_path / "tree")
    (tmp_path / "saved.tar").write_bytes(b"")
    with pytest.raises(UsageError) as folder:
        places.place(context, "./tree")
    assert "`root:./tree`" in folder.value.hints[0]
    with pytest.raises(UsageError) as file:
        places.place(context, "saved.tar")
    assert "`image:saved.tar`" in file.value.hints[0]


def with_pythons(folder: Path, **loaders: str) -> Path:
    """A musl root with a Python 3.MINOR under /opt/NAME for each name, started by that loader."""
    root(folder)
    for number, (name, loader) in enumerate(sorted(loaders.items())):
        home, minor = folder / "opt" / name, 11 + number
        (home / "bin").mkdir(parents=True)
        (home / f"lib/python3.{minor}").mkdir(parents=True)
        (home / f"lib/python3.{minor}/os.py").touch()
        version = f"\0003.{minor}.4\0".encode()
        (home / f"bin/python3.{minor}").write_bytes(elfsmith.elf(interpreter=loader, rodata=version))
    return folder


def test_of_a_folder_s_pythons_one_that_starts_is_taken(context: Context, tmp_path: Path) -> None:
    with_pythons(tmp_path / "tree", a=elfsmith.GLIBC_LOADER, b=elfsmith.MUSL_LOADER)
    aim = places.aim(context, "root:tree", None)
    assert aim.target.interpreter.executable == "/opt/b/bin/python3.12" and not aim.imagined
    assert aim.notes == ("its own Python is taken: 3.12.4 at /opt/b/bin/python3.12",)


@pytest.mark.parametrize("python", [None, "3.11", "/opt/a/bin/python3.11"])
def test_a_python_whose_loader_is_gone_is_said_to_be_so_and_imagined(
    context: Context, tmp_path: Path, python: str | None
) -> None:
    with_pythons(tmp_path / "tree", a=elfsmith.GLIBC_LOADER)
    aim = places.aim(context, "root:tree", python)
    found = aim.target.interpreter
    assert aim.imagined and found.version == "3.11.4" and found.libc == aim.target.host.libc
    said = (
        "its Python 3.11.4 at /opt/a/bin/python3.11 cannot start, its loader /lib64/ld-linux-x86-64.so.2 is not there"
    )
    assert aim.notes == (f"{said}: one like it is imagined",)


def test_android_s_linker_is_no_missing_loader(context: Context, tmp_path: Path) -> None:
    home = tmp_path / "tree/data/data/com.termux/files/usr"
    (home / "lib/python3.12").mkdir(parents=True)
    (home / "lib/python3.12/os.py").touch()
    (home / "bin").mkdir()
    linker = "/system/bin/linker64"
    (home / "bin/sh").write_bytes(elfsmith.program(linker, "aarch64"))
    (home / "bin/python3.12").write_bytes(elfsmith.elf("aarch64", interpreter=linker, rodata=b"\0003.12.4\0"))
    aim = places.aim(context, "root:tree", None)
    assert not aim.imagined and aim.target.host.os == "android"
    assert aim.target.interpreter.libc is not None and aim.target.interpreter.libc.family == "bionic"


@pytest.mark.parametrize(("year", "python"), [("2024", "3.12"), ("2025", "3.13"), ("2026", "3.14")])
def test_each_platform_of_the_browser_is_for_one_python(context: Context, year: str, python: str) -> None:
    for name in (f"pyodide_{year}_0_wasm32", f"pyemscripten_{year}_0_wasm32", f"wasm32-pyodide{year}"):
        assert places.aim(context, name, None).target.interpreter.version == f"{python}.0"
        assert places.aim(context, name, ">=3.8").target.interpreter.version == f"{python}.0"
        assert places.aim(context, name, f"{python}.2").target.interpreter.version == f"{python}.2"
        with pytest.raises(NoPython, match=f"PyEmscripten {year}.0 is for Python {python}, and 3.9 was asked for"):
            places.aim(context, name, "3.9")
    assert places.aim(context, "pyodide_2031_0_wasm32", "3.9").target.interpreter.version == "3.9.0"
