"""A real Alpine: `elfin python install` takes the build for musl there, and what is made from it works."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from kit import alpine, pythonarchives
from kit.commandline import IN_A_PROCESS
from kit.indexserver import IndexServer

pytestmark = [
    pytest.mark.slow,
    pytest.mark.index,
    pytest.mark.pythons,
    pytest.mark.skipif(alpine.obstacle() is not None, reason=str(alpine.obstacle())),
]
MUSL = "cpython-3.13.15-linux-x86_64-musl"


@pytest.fixture(scope="module")
def root(root: alpine.Alpine) -> alpine.Alpine:
    shutil.copytree(pythonarchives.PYTHONS, root.root / "pythons")
    return root


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


def test_from_loopback_the_same_build_comes_by_one_download(root: alpine.Alpine) -> None:
    files = {path.name: path.read_bytes() for path in pythonarchives.PYTHONS.iterdir()}
    name = next(name for name in files if "20261101-x86_64-unknown-linux-musl" in name)
    with IndexServer({"pythons": files}) as server:
        catalogue = {"ELFIN_PYTHON_CATALOGUE": f"{server.root}/files/pythons/{pythonarchives.LIST.name}"}
        catalogue["NO_PROXY"] = "127.0.0.1"
        done = root.run("/elfin/elfin", "python", "install", "3.13", "--install-dir", "/root/there", **catalogue)
        assert done.returncode == 0 and f" + {MUSL}\n" in done.stderr, done.stderr
        asked = [path for path in server.paths() if path.endswith(".gz")]
    assert asked == [f"/files/pythons/{name.replace('+', '%2B')}"]
    code = "import ssl, ctypes, sys; print(sys.prefix)"
    assert root.run(f"/root/there/{MUSL}/bin/python3.13", "-c", code).stdout == f"/root/there/{MUSL}\n"


def test_a_static_build_is_refused_and_explained_and_installed_when_asked_for(root: alpine.Alpine) -> None:
    sums = (pythonarchives.PYTHONS / "SHA256SUMS").read_text().splitlines()
    (root.root / "pythons/static").write_text("\n".join(line for line in sums if "20250106" in line) + "\n")
    catalogue = {"ELFIN_PYTHON_CATALOGUE": "/pythons/static", "HOME": "/root/other"}
    done = root.run("/elfin/elfin", "python", "install", "3.13", **catalogue)
    assert done.returncode == 1 and "is static as all builds for musl before 2025-03-11" in done.stderr
    assert "it loads no extension module" in done.stderr and "install 3.13+static`" in done.stderr
    done = root.run("/elfin/elfin", "python", "install", "3.13+static", **catalogue)
    assert done.returncode == 0 and " + cpython-3.13.15+static-linux-x86_64-musl\n" in done.stderr, done.stderr
    python = root.run("/elfin/elfin", "python", "find", "3.13+static", **catalogue).stdout.strip()
    assert root.run(python, "-c", "print(1)").stdout == "1\n"


@pytest.mark.skipif(not os.path.exists("/lib64/ld-linux-x86-64.so.2"), reason="this machine has no glibc")
def test_elfin_on_a_python_for_musl_takes_the_build_for_this_machine(root: alpine.Alpine, tmp_path: Path) -> None:
    # Alpine's own loader starts the Python for musl on this machine, which has no such loader where it looks for one.
    start = [str(root.root / "lib/ld-musl-x86_64.so.1"), str(root.root / "opt/python/bin/python3.13")]
    environment = {"HOME": str(tmp_path), "ELFIN_PYTHON_CATALOGUE": str(pythonarchives.LIST), "PATH": "/usr/bin:/bin"}
    told = subprocess.run([*start, "-c", "import sysconfig; print(sysconfig.get_config_var('SOABI'))"],
                          capture_output=True, text=True, check=True, env=environment).stdout  # fmt: skip
    assert told.strip().endswith("-linux-musl")
    command = [*start, "-I", "-S", "-c", IN_A_PROCESS, "python", "install", "3.13"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0 and " + cpython-3.13.15-linux-x86_64-gnu (python3.13)" in done.stderr, done.stderr
