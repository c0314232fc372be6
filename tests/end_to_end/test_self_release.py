"""elfin's own release, made of real Pythons, on machines that have none: Alpine and a bare Debian."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

import elfin
from kit import alpine, bareroots, debian, installerworld, pythonarchives, selfrelease, wheelsmith

pytestmark = [
    pytest.mark.slow,
    pytest.mark.index,
    pytest.mark.pythons,
    pytest.mark.skipif(alpine.obstacle() is not None, reason=str(alpine.obstacle())),
]
TARGETS = ("x86_64-unknown-linux-gnu", "x86_64-unknown-linux-musl")


def make(folder: Path) -> Path:
    words = [word for target in TARGETS for word in ("--target", target)]
    done = subprocess.run(
        [sys.executable, str(selfrelease.CHECKOUT / "tools/release.py"), str(folder), *words],
        capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("release"))


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory, release: Path) -> Path:
    """The same release as version 9.0.0, its archives made over by hand."""
    folder = tmp_path_factory.mktemp("newer")
    for path in release.glob("*.tar.gz"):
        with (
            tarfile.open(path) as old,
            gzip.open(folder / path.name, "wb", 1) as packed,
            tarfile.open(fileobj=packed, mode="w") as new,
        ):
            for entry in old:
                held = old.extractfile(entry) if entry.isfile() else None
                data = held.read() if held else b""
                if entry.name.endswith("/lib/elfin/__init__.py"):
                    data = b'__version__ = "9.0.0"\n'
                entry.name, entry.size = "elfin-9.0.0/" + entry.name.partition("/")[2], len(data)
                new.addfile(entry, io.BytesIO(data))
    words = ["--name", "elfin", "--version", "9.0.0", "--layout", "tree", "--link", "bin/elfin", "--link", "bin/elfinx"]
    done = subprocess.run(
        [selfrelease.CHECKOUT / "elfin", "installer", "build", folder, "-o", folder, *words],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module", params=["alpine", "bookworm", "bullseye"])
def root(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, release: Path) -> bareroots.Root:
    """A machine without Python, with the release, the archives of Pythons, and one wheel."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "alpine":
        made = bareroots.alpine_root(folder, request.getfixturevalue("alpine_image"))
    else:
        try:
            made = bareroots.debian_root(folder / "root", request.param)
        except debian.NoDebian as error:
            pytest.skip(str(error))
    made.bring(release, "/release")
    made.bring(pythonarchives.PYTHONS, "/pythons")
    (made.root / "wheels").mkdir()
    wheel = wheelsmith.wheel("alpha", "1.0", {"alpha.py": "print('alpha runs')\n"})
    (made.root / "wheels/alpha-1.0-py3-none-any.whl").write_bytes(wheel)
    return made


def test_install_use_update_and_uninstall(root: bareroots.Root, newer: Path) -> None:
    assert root.run("sh", "-c", "command -v python3 python").stdout == ""
    installed = root.run("sh", "/release/install.sh", ELFIN_BASE_URL="/release")
    assert installed.returncode == 0, installed.stderr
    assert root.run("elfin", "--version").stdout.startswith("elfin ")
    told = json.loads(root.run("elfin", "host", "--json").stdout)
    assert told["libcs"][0]["family"] == ("musl" if (root.root / "etc/alpine-release").exists() else "glibc")
    use_it(root)
    root.bring(newer, "/newer")
    updated = root.run("elfin", "self", "update", ELFIN_BASE_URL="/newer")
    assert updated.returncode == 0 and "-> 9.0.0" in updated.stderr, updated.stderr
    assert root.run("elfin", "--version").stdout == "elfin 9.0.0\n"
    assert root.run("/env/bin/python", "-c", "import alpha").stdout == "alpha runs\n"
    removed = root.run("elfin", "self", "uninstall")
    assert removed.returncode == 0, removed.stderr
    assert not (root.root / "root/.local/bin/elfin").is_symlink()
    assert [path.name for path in (root.root / "root/.local/share/elfin").iterdir()] == ["pythons"]


def use_it(root: bareroots.Root) -> None:
    """A Python for this machine, an environment, and a wheel out of a folder, all without a network."""
    catalogue = {"ELFIN_PYTHON_CATALOGUE": "/pythons/python-build-standalone.ndjson"}
    made = root.run("elfin", "venv", "/env", **catalogue)
    assert made.returncode == 0, made.stderr
    done = root.run("elfin", "pip", "install", "--no-index", "--find-links", "/wheels", "alpha", VIRTUAL_ENV="/env")
    assert done.returncode == 0 and " + alpha==1.0" in done.stderr, done.stderr
    shown = root.run("/env/bin/python", "-c", "import alpha")
    assert shown.stdout == "alpha runs\n", shown.stderr


EVERY_MODULE = """
import importlib, pkgutil, sys
sys.path.insert(0, "/tree/elfin-VERSION/lib")
import msgspec.json, isal.igzip, isal.isal_zlib, backports.zstd, urllib3.util.ssl_, truststore, packaging
import bz2, ctypes, hashlib, lzma, ssl, zlib
import elfin
names = [one.name for one in pkgutil.walk_packages(elfin.__path__, "elfin.")]
for name in names:
    if name.rpartition(".")[2] not in ("_probe", "_first"):
        importlib.import_module(name)
import ast, pathlib
wanted = set()
for path in pathlib.Path("/tree/elfin-VERSION/lib/elfin").rglob("*.py"):  # what functions import, too
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            wanted.update(one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            wanted.add(node.module)
for name in sorted(wanted):
    if name.partition(".")[0] in sys.stdlib_module_names and name not in ("msvcrt", "winreg", "nt"):
        importlib.import_module(name)
print(len(names) > 150, hashlib.sha256 is not None, "_hashlib" in sys.modules)
"""


def test_nothing_that_elfin_imports_was_left_out(root: bareroots.Root, release: Path) -> None:
    target = TARGETS[(root.root / "etc/alpine-release").exists()]
    with tarfile.open(release / f"elfin-{target}.tar.gz") as archive:
        archive.extractall(root.root / "tree", filter="data")
    python = f"/tree/elfin-{elfin.__version__}/python/bin/python3.13"
    done = root.run(python, "-I", "-S", "-c", EVERY_MODULE.replace("VERSION", elfin.__version__))
    assert done.stdout == "True True True\n", done.stderr


def test_over_the_network(root: bareroots.Root, release: Path) -> None:
    """Where there is something that fetches: busybox' wget on Alpine, nothing at all on the bare Debian."""
    with installerworld.serving(str(release)) as server:
        done = root.run("sh", "/release/install.sh", ELFIN_BASE_URL=server.url, ELFIN_INSTALL_DIR="/opt/elfin/bin")
    if (root.root / "etc/alpine-release").exists():
        assert done.returncode == 0, done.stderr
        assert root.run("/opt/elfin/bin/elfinx", "--help").stdout.startswith("usage: elfin tool run")
    else:
        assert done.returncode == 1 and "neither curl nor wget is here" in done.stderr, done.stderr


def test_the_same_input_gives_the_same_bytes(release: Path, tmp_path: Path) -> None:
    again = make(tmp_path)
    for path in release.iterdir():
        assert (again / path.name).read_bytes() == path.read_bytes(), path.name


def test_an_archive_stays_small_and_holds_no_path_of_this_machine(release: Path) -> None:
    for path in release.glob("*.tar.gz"):
        assert path.stat().st_size < 12_000_000
        with tarfile.open(path) as archive:
            for entry in archive:
                assert not entry.issym() or not entry.linkname.startswith("/"), entry.name
                held = archive.extractfile(entry) if entry.isfile() else None
                assert held is None or str(selfrelease.CHECKOUT).encode() not in held.read(), entry.name
