"""A folder that was filled for one place or Python, and is then asked for another: what does not fit is replaced."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kit import foreign
from kit.commandline import Commandline
from kit.indexserver import IndexServer

MUSL = ("--platform", "musllinux_1_2_aarch64", "--python-version", "3.12")
WINDOWS = ("--platform", "win_amd64", "--python-version", "3.12")


@pytest.fixture
def server() -> Iterator[IndexServer]:
    with IndexServer(foreign.projects()) as running:
        yield running


def core(elfin: Commandline) -> list[str]:
    """What the compiled files in the folder are for, as they say it themselves."""
    return [path.read_text() for path in Path(elfin.work / "out/native").glob("_core*")]


@pytest.mark.parametrize("command", ["install", "sync"])
@pytest.mark.parametrize(
    ("first", "then", "expected"),
    [
        (MUSL, WINDOWS, "cp312-cp312-win_amd64"),
        (MUSL, ("--platform", "manylinux_2_17_aarch64", *MUSL[2:]), "cp312-cp312-manylinux_2_17_aarch64"),
        (("--platform", "manylinux_2_28_x86_64", "--python-version", "3.12"),
         ("--platform", "manylinux_2_28_x86_64", "--python-version", "3.11"), "cp311-cp311-manylinux_2_17_x86_64"),
    ],
)  # fmt: skip
def test_what_is_for_another_place_is_replaced(
    elfin: Commandline, command: str, first: tuple[str, ...], then: tuple[str, ...], expected: str
) -> None:
    elfin.file("pins.txt", "native==1.0\n")
    words = ("pip", command, "--target", "out", *(("-r",) if command == "install" else ()), "pins.txt")
    elfin.good(*words, *first)
    again = elfin.good(*words, *first)
    assert "Audited 1 package" in again.err
    elfin.good(*words, *then)
    assert core(elfin) == [expected]
    assert "Audited 1 package" in elfin.good(*words, *then).err


def test_check_says_what_is_for_another_place(elfin: Commandline) -> None:
    elfin.good("pip", "install", "--target", "out", *MUSL, "native==1.0")
    elfin.good("pip", "check", "--target", "out", *MUSL)
    checked = elfin("pip", "check", "--target", "out", *WINDOWS)
    assert checked.code == 1 and checked.out == "native 1.0 is for Linux, this is Windows\n"


def test_what_has_no_tags_or_odd_ones_stays(elfin: Commandline) -> None:
    elfin.good("pip", "install", "--target", "out", *MUSL, "native==1.0")
    wheel = elfin.work / "out/native-1.0.dist-info/WHEEL"
    wheel.chmod(0o644)
    for text in ("", "Tag: odd\n"):
        wheel.unlink()
        wheel.write_text(text)
        assert "Audited" in elfin.good("pip", "install", "--target", "out", *WINDOWS, "native==1.0").err


def test_what_is_for_another_place_is_uninstalled_all_the_same(elfin: Commandline) -> None:
    elfin.good("pip", "install", "--target", "out", *MUSL, "native==1.0")
    elfin.good("pip", "uninstall", "--target", "out", "native")
    assert not core(elfin)
