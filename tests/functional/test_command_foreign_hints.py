"""What is said to help when nothing fits a place: lines that are about that place, and true there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import pytest

from kit.commandline import Commandline, release
from kit.indexserver import IndexServer

LINUX, PHONE = "manylinux_2_28_x86_64", "ios_13_0_arm64_iphoneos"


@pytest.fixture
def server() -> Iterator[IndexServer]:
    projects = {
        "native": release("native", "1.0", tag="cp312-cp312-manylinux_2_28_x86_64"),
        "aging": release("aging", "1.0", tag="cp39-cp39-manylinux_2_17_x86_64", python=">=3.9,<3.10"),
        "ancient": release("ancient", "1.0", python="<3"),
    }
    with IndexServer(projects) as running:
        yield running


@pytest.mark.parametrize(
    "place",
    [
        ("--platform", "debian:8", "--python-version", "3.12"),
        ("--platform", "alpine:3.20/arm64", "--python", "3.12"),
        ("--platform", "alpine:3.20"),
        ("--python-version", "3.9"),
    ],
)
@pytest.mark.parametrize("words", [("compile", "x.in"), ("download", "native"), ("install", "-t", "out", "native")])
def test_a_line_to_type_is_about_the_place_that_was_named(
    elfin: Commandline, words: tuple[str, ...], place: tuple[str, ...]
) -> None:
    elfin.file("x.in", "native\n")
    failed = elfin("pip", *words, *place)
    typed = re.search(r"`elfin (explain native==1.0 .*)` says what would help", failed.err)
    assert failed.code == 1 and typed is not None, failed.said
    assert shlex.split(typed[1])[2:] == [word.replace("--python-version", "--python") for word in place]
    answer = elfin(*shlex.split(typed[1]))
    assert answer.code == 1 and "native 1.0" in answer.out


def test_another_python_is_said_to_help_where_one_would(elfin: Commandline) -> None:
    failed = elfin("pip", "download", "--platform", LINUX, "--python-version", "3.12", "aging")
    assert "another Python would allow aging 1.0 (the only version): choose one with --python-version" in failed.err
    elfin.good("pip", "download", "--platform", LINUX, "--python-version", "3.9", "aging")


@pytest.mark.parametrize(("place", "name"), [(PHONE, "aging"), ("alpine:3.20/armv7", "aging"), (LINUX, "ancient")])
def test_no_python_is_said_to_help_where_none_would(elfin: Commandline, place: str, name: str) -> None:
    failed = elfin("pip", "install", "--target", "out", "--platform", place, name)
    assert failed.code == 1 and "needs Python" in failed.err and "another Python" not in failed.err
