"""examples/hello: its names say what its bytes are, and the same input gives the same bytes."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from elfin.host.arch import canonical
from elfin.installers import target as targets

CHECKOUT = Path(__file__).resolve().parent.parent.parent
BUILD = CHECKOUT / "examples" / "hello" / "build.py"
QUICK = ("x86_64-unknown-linux-gnu", "x86_64-unknown-linux-gnu.2.28", "x86_64-unknown-linux-gnu.2.34",
         "dynamic-x86_64-unknown-linux-musl", "riscv64gc-unknown-linux-gnu", "powerpc64le-unknown-linux-gnu",
         "aarch64-apple-darwin")  # fmt: skip
"""What compiles in seconds: start-up files only."""


def build() -> Any:
    about = importlib.util.spec_from_file_location("hello_build", BUILD)
    assert about is not None and about.loader is not None
    module = importlib.util.module_from_spec(about)
    about.loader.exec_module(module)
    return module


def test_every_name_declares_the_target_that_zig_builds_for() -> None:
    made = build()
    assert len(made.TARGETS) >= 8
    for name, how in made.TARGETS.items():
        declared = targets.of_name(f"hello-{name}.tar.gz")
        assert declared is not None and declared.os in ("linux", "macos", "windows"), name
        machine, system, *_ = how.zig.split("-")
        assert canonical({"arm": "armv7l", "x86": "i686"}.get(machine, machine)) == declared.arch, name
        assert system.startswith(str(declared.os)), name
        assert (how.linkage == "static") == (
            name.partition("-unknown-")[2].startswith("linux-musl") and "dyn" not in name
        )


def test_archives_of_the_same_bytes_are_the_same_bytes() -> None:
    made = build()
    for target in ("x86_64-unknown-linux-musl", "x86_64-pc-windows-gnu"):
        assert made.archive(target, "1.0", b"program") == made.archive(target, "1.0", b"program")


@pytest.mark.slow
@pytest.mark.index
@pytest.mark.skipif(os.uname().machine != "x86_64", reason="some of the programs are run")
def test_the_release_is_built_twice_alike_and_measured_for_what_it_is(tmp_path: Path) -> None:
    for folder in ("first", "second"):
        done = run("run", BUILD, tmp_path / folder, *QUICK)
        assert done.returncode == 0, done.stderr
    names = sorted(path.name for path in (tmp_path / "first").iterdir())
    assert len(names) == len(QUICK)
    for name in names:
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes(), name
    url = ("--base-url", "https://example.org/hello")
    done = run(
        "installer", "build", tmp_path / "first", "-o", tmp_path / "out", "--name", "hello", "--version", "1.0", *url
    )
    assert done.returncode == 0, done.stderr
    release = json.loads((tmp_path / "out" / "release.json").read_text())
    floors = {one["name"]: one["needs"][0]["libc_floor"] for one in release["artifacts"]}
    for name, floor in (("gnu", "2.17"), ("gnu.2.28", "2.28"), ("gnu.2.34", "2.34"), ("musl", None)):
        dynamic = "dynamic-" if name == "musl" else ""
        assert floors[f"hello-{dynamic}x86_64-unknown-linux-{name}.tar.gz"] == floor
    with tarfile.open(tmp_path / "first" / "hello-x86_64-unknown-linux-gnu.tar.gz") as archive:
        archive.extractall(tmp_path / "tree", filter="data")
    shown = subprocess.run([tmp_path / "tree/hello-1.0/hello"], capture_output=True, text=True, check=False)
    assert shown.stdout.startswith("hello 1.0: x86_64, glibc 2.") and shown.stdout.endswith(", dynamic\n")


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [CHECKOUT / "elfin", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
