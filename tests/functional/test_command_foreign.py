"""`pip install/sync/compile` for another place: its tags, its markers, its paths; nothing of it is started."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from elfin.edges import disk
from elfin.formats import elf
from kit import foreign, images, watched
from kit.commandline import PYTHON, Commandline, Place, picture
from kit.indexserver import IndexServer

SITE = "usr/lib/python3.12/site-packages"


@pytest.fixture
def server() -> Iterator[IndexServer]:
    with IndexServer(foreign.projects()) as running:
        yield running


@pytest.fixture
def root(elfin: Commandline) -> Path:
    return Path(foreign.root(str(elfin.work / "root")))


def names(folder: Path) -> list[str]:
    return sorted(path.name.removesuffix(".dist-info") for path in folder.glob("*.dist-info"))


@pytest.mark.parametrize(
    ("platform", "version", "pins"),
    [
        ("alpine:3.20/arm64", "3.12", ["armonly==1.0", "native==1.0", "wants==1.0"]),
        ("manylinux_2_38_aarch64", "3.12", ["armonly==1.0", "native==2.0", "wants==1.0"]),
        ("manylinux_2_17_x86_64", "3.11", ["native==1.0", "old==1.0", "wants==1.0"]),
        ("windows", "3.12", ["native==2.0", "wants==1.0", "winonly==1.0"]),
    ],
)
def test_pins_are_those_of_the_place_and_its_python(
    elfin: Commandline, platform: str, version: str, pins: list[str]
) -> None:
    elfin.file("x.in", "wants\n")
    words = ("pip", "compile", "--no-header", "--no-annotate", "x.in")
    for flag in ("--python-platform", "--platform"):
        answer = elfin.good(*words, flag, platform, "--python-version", version)
        assert answer.out.splitlines() == pins
        assert answer.err.startswith("For ")


def test_what_was_assumed_of_a_place_is_said(elfin: Commandline) -> None:
    elfin.file("x.in", "armonly\n")
    said = elfin.good("pip", "compile", "--platform", "debian:12", "x.in").err
    assert said.splitlines()[:3] == [
        "For Debian 12 on x86_64: glibc 2.36; CPython 3.11",
        "  no architecture was said: x86_64 is taken",
        "  no Python was said: 3.11.2 is taken, which Debian 12 ships",
    ]


def test_no_pin_for_a_place_is_told_in_the_words_of_explain(elfin: Commandline) -> None:
    elfin.file("x.in", "native==2.0\n")
    answer = elfin("pip", "compile", "--platform", "debian:12/arm64", "--python-version", "3.12", "x.in")
    assert answer.code == 1 and "the nearest needs glibc 2.38 or newer, this place has glibc 2.36" in answer.err
    assert "hint: the target is glibc 2.36, aarch64, CPython 3.12" in answer.err
    assert "`elfin explain native==2.0 --platform debian:12/arm64 --python 3.12`" in answer.err
    explained = elfin("explain", "native==2.0", "--platform", "debian:12/arm64", "--python", "3.12").out
    assert "needs glibc 2.38 or newer, this place has glibc 2.36" in explained


def test_wheels_of_a_place_go_into_a_folder(elfin: Commandline) -> None:
    place = ("--platform", "musllinux_1_2_aarch64", "--python-version", "3.12")
    elfin.good("pip", "install", *place, "--target", "out", "wants")
    assert names(elfin.work / "out") == ["armonly-1.0", "native-1.0", "wants-1.0"]
    assert (elfin.work / "out/native/_core.so").read_text() == "cp312-cp312-musllinux_1_2_aarch64"
    assert (elfin.work / "out/bin/wants").read_text().startswith("#!/usr/bin/python3.12\n")
    again = elfin.good("pip", "install", *place, "--target", "out", "wants")
    assert "Audited 3 packages" in again.err


def test_wheels_of_a_place_go_below_a_prefix_as_that_place_has_it(elfin: Commandline) -> None:
    elfin.good("pip", "install", "--platform", "win_amd64", "--python-version", "3.12", "--prefix", "out", "wants")
    assert names(elfin.work / "out/Lib/site-packages") == ["native-2.0", "wants-1.0", "winonly-1.0"]
    assert (elfin.work / "out/Scripts/wants").read_text().startswith("#!python\n")
    elfin.good("pip", "install", "--platform", "alpine:3.18/arm64", "--prefix", "lin", "armonly")
    assert names(elfin.work / "lin/lib/python3.11/site-packages") == ["armonly-1.0"]


def test_a_sync_is_for_the_place_too(elfin: Commandline) -> None:
    elfin.file("lock.txt", "native==1.0\nwinonly==1.0 ; sys_platform == 'win32'\n")
    words = ("pip", "sync", "lock.txt", "--platform", "manylinux_2_17_aarch64", "--python-version", "3.12")
    elfin.good(*words, "--target", "out")
    assert names(elfin.work / "out") == ["native-1.0"]
    # Pins that are known by now are those of one place: another one's wheel is another.
    elfin.file("lock.txt", "native==1.0\n")
    elfin.good(*words[:-4], "--platform", "win_amd64", "--python-version", "3.12", "--target", "win")
    assert (elfin.work / "win/native/_core.pyd").exists()


@pytest.mark.parametrize("place", [("--platform", "alpine:3.20"), ("--python-version", "3.8"), ("--platform", "win32")])
def test_a_live_environment_takes_nothing_foreign(elfin: Commandline, venv: Place, place: tuple[str, str]) -> None:
    before = venv.picture()
    for words in (("install", "armonly"), ("sync", str(elfin.file("lock.txt", "armonly==1.0\n")))):
        answer = elfin("pip", *words, *place)
        assert answer.code == 2 and "do not belong into an environment" in answer.err and "--target DIR" in answer.err
    assert venv.picture() == before


def test_this_place_and_this_version_are_nothing_foreign(elfin: Commandline, venv: Place) -> None:
    short = venv.run("-c", "import sys; print('%d.%d' % sys.version_info[:2])").strip()
    elfin.good("pip", "install", "--platform", "host", "--python-version", short, "armonly")
    assert venv.versions() == {"armonly": "1.0"}


def test_two_places_are_two_answers(elfin: Commandline) -> None:
    words = ("pip", "install", "--target", "out", "armonly")
    answer = elfin(*words, "--platform", "alpine:3.20", "--platform", "debian:12")
    assert answer.code == 2 and "are two answers" in answer.err
    answer = elfin(*words, "--platform", "alpine:3.20", "--python", "root:root")
    assert answer.code == 2 and "are two places" in answer.err
    assert elfin(*words, "--prefix", "out", "--platform", "alpine:3.20").code == 2


def test_a_root_s_own_python_gets_packages(elfin: Commandline, root: Path) -> None:
    answer = elfin.good("pip", "install", "--python", "root:root", "wants")
    assert "Using Python 3.12.4 at /usr/bin/python3.12 in root:root" in answer.err
    assert names(root / SITE) == ["armonly-1.0", "native-1.0", "wants-1.0"]
    assert (root / SITE / "native/_core.so").read_text() == "cp312-cp312-manylinux_2_17_aarch64"
    assert (root / "usr/bin/wants").read_text().startswith("#!/usr/bin/python3.12\n")
    record = (root / SITE / "wants-1.0.dist-info/RECORD").read_text()
    assert "\n../../../bin/wants,sha256=" in record and str(elfin.work) not in record
    assert "wants" in elfin.good("pip", "list", "--python", "root:root").out
    elfin.good("pip", "uninstall", "--python", "root:root", "wants", "native", "armonly")
    assert names(root / SITE) == [] and not (root / "usr/bin/wants").exists()


def test_nothing_of_a_root_is_started(elfin: Commandline, root: Path) -> None:
    links = elfin.work / "links"
    links.mkdir()
    for files in foreign.projects().values():
        for name, data in files.items():
            (links / name).write_bytes(data)
    words = ("pip", "install", "--no-index", "--find-links", str(links), "--python", f"root:{root}", "wants")
    done = watched.run(str(root), *words, cache=str(elfin.cache))
    assert done.returncode == 0, done.stderr
    assert names(root / SITE) == ["armonly-1.0", "native-1.0", "wants-1.0"]


def test_the_watch_sees_a_program_that_is_started(elfin: Commandline, root: Path) -> None:
    done = watched.run(str(root), "venv", "--python", PYTHON, str(elfin.work / "new"), cache=str(elfin.work / "cold"))
    assert done.returncode == 70 and any(event in done.stderr for event in ("subprocess.", "os.posix_spawn", "os.exec"))


def test_a_root_that_its_system_manages_is_left_alone(elfin: Commandline, root: Path) -> None:
    (root / "usr/lib/python3.12/EXTERNALLY-MANAGED").write_text(
        "[externally-managed]\nError=Use the package manager.\n"
    )
    before = picture(root)
    answer = elfin("pip", "install", "--python", "root:root", "armonly")
    assert answer.code == 4 and "is managed by its system" in answer.err and "Use the package manager." in answer.err
    assert picture(root) == before
    elfin.good("pip", "install", "--python", "root:root", "--break-system-packages", "armonly")
    assert names(root / SITE) == ["armonly-1.0"]


def test_an_install_into_a_root_that_fails_leaves_it_as_it_was(
    elfin: Commandline, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elfin.good("pip", "install", "--platform", "root:root", "--target", "warm", "wants")  # all is in the store
    elfin.good("pip", "install", "--python", "root:root", "armonly")
    before, reached = picture(root), []

    def broken(path: str, *_: object, **__: object) -> None:
        reached.append(path)
        raise KeyboardInterrupt

    monkeypatch.setattr(disk, "create", broken)
    assert elfin("pip", "install", "--python", "root:root", "wants").code == 130
    assert reached[0].startswith(str(root)) and picture(root) == before


def test_links_of_a_root_are_followed_within_it(elfin: Commandline, root: Path, tmp_path: Path) -> None:
    """An absolute link means a place in the root, wherever such a folder may be on this disk."""
    inside = str(tmp_path / "elsewhere")  # the same path exists outside
    os.makedirs(inside)
    os.makedirs(str(root) + inside)
    (root / SITE).symlink_to(inside)
    elfin.good("pip", "install", "--python", "root:root", "armonly")
    assert names(Path(str(root) + inside)) == ["armonly-1.0"] and os.listdir(inside) == []


def test_a_link_that_leads_nowhere_in_a_root_is_not_written_through(
    elfin: Commandline, root: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    (root / SITE).symlink_to(outside)
    answer = elfin("pip", "install", "--python", "root:root", "armonly")
    assert answer.code == 3 and f"/{SITE} is a link that leads nowhere" in answer.err
    assert os.listdir(outside) == []


def test_links_to_the_cache_have_no_use_in_a_root(elfin: Commandline, root: Path) -> None:
    answer = elfin("pip", "install", "--python", "root:root", "--link-mode", "symlink", "armonly")
    assert answer.code == 2 and "would lead nowhere from within root:root" in answer.err


def test_a_root_without_the_python_that_is_wanted(elfin: Commandline, root: Path) -> None:
    answer = elfin("pip", "install", "--python", "root:root", "--python-version", "3.9", "armonly")
    assert answer.code == 1 and "no Python 3.9 was found in root:root" in answer.err
    assert "there is 3.12.4 (/usr/bin/python3.12)" in answer.err
    os.remove(root / "usr/bin/python3.12")
    answer = elfin("pip", "install", "--python", "root:root", "armonly")
    assert answer.code == 1 and "`--target DIR --platform root:root` needs no Python there" in answer.err


def test_an_image_is_resolved_for_and_not_installed_into(elfin: Commandline) -> None:
    (elfin.work / "image.tar").write_bytes(images.layer(dict(images.layout({"linux/arm64": [foreign.ROOT]}))))
    answer = elfin("pip", "install", "--python", "image:image.tar", "wants")
    assert answer.code == 2 and "an image is only read" in answer.err
    elfin.good("pip", "install", "--platform", "image:image.tar", "--target", "out", "wants")
    assert names(elfin.work / "out") == ["armonly-1.0", "native-1.0", "wants-1.0"]
    elfin.file("x.in", "wants\n")
    pins = elfin.good("pip", "compile", "--python", "image:image.tar", "--no-header", "--no-annotate", "x.in").out
    assert pins.split() == ["armonly==1.0", "native==1.0", "wants==1.0"]


def test_two_pythons_for_one_place_are_a_question(elfin: Commandline) -> None:
    words = ("--platform", "linux/arm64", "--python", "pypy3.11", "--python-version", "3.10")
    for command in (("pip", "download", "alpha"), ("pip", "install", "--target", "into", "alpha")):
        answer = elfin(*command, *words)
        assert answer.code == 2 and "two Pythons" in answer.err


def test_a_root_whose_python_cannot_start_is_left_alone(elfin: Commandline, root: Path) -> None:
    loader = elf.read_header((root / "usr/bin/python3.12").read_bytes()).interpreter
    assert loader is not None
    (root / loader[1:]).unlink()
    before = sorted(path for path in root.rglob("*"))
    answer = elfin("pip", "install", "--python", "root:root", "armonly")
    assert answer.code == 3 and f"cannot start: its loader {loader} is not there" in answer.err
    assert "`--target DIR --platform root:root`" in answer.err
    assert sorted(path for path in root.rglob("*")) == before


@pytest.mark.parametrize("words", [
    ("python", "find", "root:root"), ("venv", "--python", "root:root", "env"),
    ("run", "--python", "image:x.tar", "--", "true"), ("tags", "--python", "root:root"),
])  # fmt: skip
def test_a_place_is_no_python_of_this_machine(elfin: Commandline, words: tuple[str, ...]) -> None:
    answer = elfin(*words)
    place = next(word for word in words if ":" in word)
    assert answer.code == 2 and f"{place} is a place, and a Python of this machine is asked for here" in answer.err
    assert f"`elfin host {place}` tells which Pythons it has" in answer.err
