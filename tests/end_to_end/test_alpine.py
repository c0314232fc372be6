"""A real Alpine: elfin runs on musl, takes musl's wheels, and says why it takes no others."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from kit import alpine
from kit.commandline import release

pytestmark = [
    pytest.mark.slow,
    pytest.mark.index,
    pytest.mark.pythons,
    pytest.mark.skipif(alpine.obstacle() is not None, reason=str(alpine.obstacle())),
]
INVERSE = "import numpy; print(numpy.linalg.inv([[2., 1.], [1., 3.]]).round(3).tolist())"


def test_the_machine_is_known_for_what_it_is(root: alpine.Alpine) -> None:
    done = root.run("/elfin/elfin", "host", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert [(libc["family"], libc["version"]) for libc in told["libcs"]] == [("musl", "1.2.5")]
    assert told["python"]["libc"]["family"] == "musl" and "Alpine" in told["distribution"]


def test_the_tags_are_those_of_packaging(root: alpine.Alpine) -> None:
    python = "/opt/python/bin/python3"
    made = root.run("/elfin/elfin", "pip", "install", "--python", python, "--target", "/root/packaging", "packaging")
    assert made.returncode == 0, made.stderr
    theirs = root.run(
        python, "-c", "from packaging.tags import sys_tags; print(*sys_tags())", PYTHONPATH="/root/packaging"
    )
    ours = root.run("/elfin/elfin", "tags", "--python", python)
    assert "musllinux_1_2_x86_64" in theirs.stdout, theirs.stderr
    assert ours.stdout.split() == theirs.stdout.split()


def test_numpy_is_installed_and_works(root: alpine.Alpine) -> None:
    made = root.run("/elfin/elfin", "venv", "/root/env")
    assert made.returncode == 0, made.stderr
    done = root.run("/elfin/elfin", "pip", "install", "numpy", VIRTUAL_ENV="/root/env")
    assert done.returncode == 0 and " + numpy==" in done.stderr, done.stderr
    shown = root.run("/root/env/bin/python", "-c", INVERSE)
    assert shown.stdout == "[[0.6, -0.2], [-0.2, 0.4]]\n", shown.stderr
    (libraries,) = (root.root / "root/env").glob("lib/python*/site-packages/numpy/_core/_multiarray_umath*.so")
    assert b"libc.musl-x86_64.so.1" in libraries.read_bytes()


def test_wheels_for_glibc_are_refused_with_both_names(root: alpine.Alpine) -> None:
    ((name, data),) = release("only_glibc", "1.0", tag="cp313-cp313-manylinux_2_28_x86_64").items()
    folder = root.root / "wheels"
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(data)
    target = ("--python", "/opt/python/bin/python3", "--target", "/root/target")
    by_name = root.run("/elfin/elfin", "pip", "install", *target, "--no-index", "--find-links", "/wheels", "only-glibc")
    by_path = root.run("/elfin/elfin", "pip", "install", *target, f"/wheels/{name}")
    for done in (by_name, by_path):
        assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
        assert "glibc" in done.stderr and "musl 1.2.5" in done.stderr
    assert not (root.root / "root/target").exists()


def test_nothing_stays_mounted(root: alpine.Alpine) -> None:
    root.run("/bin/true")
    mounts = Path("/proc/self/mountinfo").read_text()
    assert str(root.root) not in mounts
    assert os.listdir(root.root / "proc") == [] and os.listdir(root.root / "elfin") == []
