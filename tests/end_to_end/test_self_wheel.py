"""elfin's own wheel: one for every machine, with all its data, and it says how it is updated."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from kit.selfrelease import CHECKOUT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.index,
    pytest.mark.skipif(os.uname().machine != "x86_64", reason="a program of this machine is released"),
]
PACKAGE = CHECKOUT / "src" / "elfin"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder), str(CHECKOUT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    (made,) = folder.glob("*.whl")
    return made


def test_it_is_for_every_machine_and_holds_every_file(wheel: Path) -> None:
    assert wheel.name.endswith("-py3-none-any.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    data = {
        "elfin/pythons/pythons.txt",
        "elfin/installers/install.ps1",
        "elfin/installers/sh/main.sh",
        "elfin/own.lock",
    }
    assert data <= held
    ours = {f"elfin/{path.relative_to(PACKAGE)}" for path in PACKAGE.rglob("*") if path.is_file()}
    assert {name for name in ours if "__pycache__" not in name} <= held


def test_installed_it_makes_installers_and_tells_how_to_update_it(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "env"
    for words in (("venv", str(environment)), ("pip", "install", "--python", str(environment), str(wheel))):
        done = subprocess.run([CHECKOUT / "elfin", *words], capture_output=True, text=True, check=False, timeout=300)
        assert done.returncode == 0, done.stderr
    elfin = environment / "bin/elfin"
    updating = subprocess.run([elfin, "self", "update"], capture_output=True, text=True, check=False)
    assert updating.returncode == 2 and "`pip install --upgrade elfin`" in updating.stderr
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "hello-x86_64-unknown-linux-gnu").write_bytes(Path("/bin/true").read_bytes())
    words = ["installer", "build", str(tmp_path / "files"), "-o", str(tmp_path / "out"), "--version", "1.0"]
    made = subprocess.run([elfin, *words], capture_output=True, text=True, check=False)
    assert made.returncode == 0 and (tmp_path / "out/install.ps1").is_file(), made.stderr
