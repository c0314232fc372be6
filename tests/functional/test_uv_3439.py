"""astral-sh/uv#3439 replayed: a static musl wheel takes the hosts that a dynamic manylinux_2_28 wheel leaves out.

With wheels made here, and with uv's own where an index can be asked.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from kit import elfsmith, foreign
from kit.commandline import Commandline
from kit.wheelsofelf import dynamic, put, static

NEW = "manylinux_2_17_aarch64.manylinux2014_aarch64"
STATIC, DYNAMIC = "musllinux_1_1_aarch64", "manylinux_2_28_aarch64"
BOTH = "manylinux2014_aarch64.manylinux_2_17_aarch64.musllinux_1_1_aarch64"


class Release(NamedTuple):
    """Two wheels of one program, in a folder, as they are before anybody retags."""

    name: str
    folder: Path
    static: Path
    dynamic: Path


def made(elfin: Commandline) -> Release:
    folder = elfin.work / "dist"
    folder.mkdir()
    program = "DATA/scripts/tool"
    return Release(
        "tool",
        folder,
        put(folder, f"py3-none-{STATIC}", {program: static("aarch64")}, executable=(program,)),
        put(folder, f"py3-none-{DYNAMIC}", {program: dynamic("2.28", "aarch64")}, executable=(program,)),
    )


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """uv's own two wheels, fetched once."""
    folder = tmp_path_factory.mktemp("published")
    for platform in (STATIC, DYNAMIC):
        asked = [sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-deps"]
        asked += ["--only-binary", ":all:", "--python-version", "3.12", "--platform", platform, "-d", str(folder)]
        done = subprocess.run([*asked, "uv==0.13.8"], check=False, capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"no index gives these wheels: {done.stderr[-200:]}")
    return folder


def real(elfin: Commandline, published: Path) -> Release:
    """uv's own; its static wheel is published with the tags of the issue, which go first."""
    folder = elfin.work / "dist"
    shutil.copytree(published, folder)
    static_one = next(path for path in folder.iterdir() if "musllinux" in path.name)
    elfin.good("retag", "--platform-tag", STATIC, "--remove", static_one)
    return Release("uv", folder, next(folder.glob(f"*-{STATIC}.whl")), next(folder.glob(f"*-{DYNAMIC}.whl")))


@pytest.fixture(params=["made", pytest.param("real", marks=[pytest.mark.slow, pytest.mark.index])])
def release(request: pytest.FixtureRequest, elfin: Commandline) -> Release:
    return made(elfin) if request.param == "made" else real(elfin, request.getfixturevalue("published"))


@pytest.fixture
def retagged(elfin: Commandline, release: Release) -> Path:
    """The static wheel with both families, in the static one's place."""
    elfin.good("retag", "--platform-tag", f"+{NEW}", "--remove", release.static)
    return next(release.folder.glob(f"*-{BOTH}.whl"))


def installed(folder: Path, name: str) -> str:
    """The Tag lines of what lies there."""
    info = next(folder.glob(f"{name}-*.dist-info"))
    tags = [line.removeprefix("Tag: ") for line in (info / "WHEEL").read_text().splitlines() if line.startswith("Tag")]
    return ".".join(tag.rpartition("-")[2] for tag in tags)


def root(elfin: Commandline, glibc: str) -> Path:
    gcc = elfsmith.elf("aarch64", soname="libgcc_s.so.1", offers=("GCC_3.0", "GCC_3.3", "GCC_4.2.0"))
    libraries = {"lib/libc.so.6": elfsmith.glibc(glibc, "aarch64"), "lib/libgcc_s.so.1": gcc}
    return Path(foreign.root(str(elfin.work / f"root-{glibc}"), libraries))


def test_the_audit_says_what_to_do_and_retag_does_it(elfin: Commandline, release: Release) -> None:
    said = elfin.good("audit", release.folder).out
    assert f"elfin retag --platform-tag +{'.'.join(sorted(NEW.split('.')))} {release.static}" in said
    assert "glibc 2.17 to 2.27" in said
    advised = said.partition("    elfin ")[2].splitlines()[0].split()
    assert elfin.good(*advised).out.strip().endswith(f"-py3-none-{BOTH}.whl")
    served = elfin("audit", release.folder, "--platform", "aarch64-unknown-linux-gnu.2.17")
    assert served.code == 0 and f"is served by {release.folder}" in served.out


def test_before_there_is_nothing_for_old_glibc(elfin: Commandline, release: Release) -> None:
    words = ("pip", "install", "--no-index", "-f", release.folder, "--target", "out", release.name)
    assert elfin(*words, "--python-platform", "aarch64-unknown-linux-gnu.2.17").code == 1


@pytest.mark.parametrize(
    ("place", "taken"),
    [
        ("aarch64-unknown-linux-gnu.2.17", BOTH),
        ("manylinux2014_aarch64", BOTH),
        ("aarch64-unknown-linux-gnu.2.27", BOTH),
        ("aarch64-unknown-linux-gnu.2.28", DYNAMIC),
        ("debian:12/arm64", DYNAMIC),
        ("aarch64-unknown-linux-musl", BOTH),
    ],
)
def test_elfin_takes_the_dynamic_one_where_it_runs_and_the_static_one_below(
    elfin: Commandline, release: Release, retagged: Path, place: str, taken: str
) -> None:
    words = ("pip", "install", "--no-index", "-f", release.folder, "--target", "out", release.name)
    elfin.good(*words, "--audit", "--python-platform", place)
    assert installed(elfin.work / "out", release.name) == taken and retagged.exists()


def test_elfin_installs_it_by_its_path(elfin: Commandline, release: Release, retagged: Path) -> None:
    words = ("pip", "install", "--no-index", "--target", "out", retagged)
    elfin.good(*words, "--audit", "--python-platform", "aarch64-unknown-linux-gnu.2.17")
    assert installed(elfin.work / "out", release.name) == BOTH


@pytest.mark.parametrize(("glibc", "taken"), [("2.17", BOTH), ("2.27", BOTH), ("2.28", DYNAMIC)])
@pytest.mark.parametrize("how", ["name", "path"])
def test_elfin_installs_it_into_the_system_s_python_of_a_root(
    elfin: Commandline, release: Release, retagged: Path, glibc: str, taken: str, how: str
) -> None:
    place = root(elfin, glibc)
    what = [release.name] if how == "name" else [retagged]
    words = ("pip", "install", "--no-index", "-f", release.folder, "--python", f"root:{place}", "--audit", *what)
    elfin.good(*words)
    site = place / "usr/lib/python3.12/site-packages"
    assert installed(site, release.name) == (taken if how == "name" else BOTH)
    assert (place / "usr/bin" / release.name).exists()


@pytest.mark.parametrize(
    ("platforms", "taken"),
    [(["manylinux2014_aarch64"], BOTH), (["manylinux_2_17_aarch64"], BOTH),
     (["manylinux_2_28_aarch64", "manylinux_2_17_aarch64"], DYNAMIC)],
)  # fmt: skip
@pytest.mark.parametrize("how", ["name", "path"])
def test_pip_takes_it_too(
    elfin: Commandline, release: Release, retagged: Path, platforms: list[str], taken: str, how: str
) -> None:
    what = [release.name] if how == "name" else [str(retagged)]
    asked = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-index", "--no-deps"]
    asked += ["--find-links", str(release.folder), "--only-binary", ":all:", "--target", str(elfin.work / "out")]
    asked += [word for tag in platforms for word in ("--platform", tag)]
    done = subprocess.run([*asked, *what], check=False, capture_output=True, text=True)
    if "No module named pip" in done.stderr:
        pytest.skip("this Python has no pip")
    assert done.returncode == 0, done.stderr
    assert installed(elfin.work / "out", release.name) == (taken if how == "name" else BOTH)
