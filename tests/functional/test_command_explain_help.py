"""`elfin explain`: what would help where one change is not enough, and what is said where nobody can tell."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from kit import elfsmith, images
from kit.commandline import Commandline, release
from kit.elfsmith import GLIBC_LOADER, MUSL_LOADER, glibc_loader, program
from kit.indexserver import IndexServer

PATCHY = "!=3.9.0,!=3.9.1,>=3.9"
SOURCED = "sourced-1.0.tar.gz"


@pytest.fixture
def server() -> Iterator[IndexServer]:
    projects = {
        "patchy": release("patchy", "1.0", python=PATCHY, tag="cp37-abi3-manylinux_2_17_x86_64"),
        "sourced": {**release("sourced", "1.0", tag="cp313-cp313-manylinux_2_17_x86_64"), SOURCED: b"source"},
    }
    with IndexServer(projects) as running:
        yield running


def helped(elfin: Commandline, *words: str) -> tuple[str, dict[str, object]]:
    """The text in one line and the one place's JSON."""
    shown = " ".join(elfin("explain", *words, "-q").out.split())
    (place,) = json.loads(elfin("explain", *words, "--json").out)["places"]
    return shown, place


def wheel(tag: str) -> str:
    return f"a-1.0-{tag}.whl"


def test_a_distribution_s_python_is_the_patch_release_that_it_ships(elfin: Commandline) -> None:
    for place in ("debian:11/amd64", "rocky:9/amd64", "amazonlinux:2023/amd64"):
        assert elfin("explain", "patchy", "--platform", place).code == 0, place


def test_where_only_the_first_release_of_a_python_is_ruled_out_a_later_one_is_named(elfin: Commandline) -> None:
    shown, _ = helped(elfin, "patchy", "--platform", "debian:11/amd64", "--python", "3.9")
    assert "this is Python 3.9.0" in shown and "there is a wheel for a later release of CPython 3.9" in shown


@pytest.mark.parametrize(
    ("place", "tag", "kind"),
    [
        ("alpine:3.20/amd64", "cp311-cp311-manylinux_2_28_x86_64", "a system with glibc instead and another Python:"),
        ("debian:8/amd64", "cp313-cp313t-manylinux_2_27_x86_64", "a newer system and another Python:"),
    ],
)
def test_a_system_and_a_python_together_may_help(elfin: Commandline, place: str, tag: str, kind: str) -> None:
    shown, told = helped(elfin, wheel(tag), "--platform", place)
    python = "CPython 3.11" if "cp311-cp311" in tag else "CPython 3.13t"
    assert kind in shown and f"there is a wheel for {python} there" in shown
    assert told["help"]["systems_pythons"] == [python]  # type: ignore[index]
    assert "Debian 10" in told["help"]["systems"]  # type: ignore[index]


def test_systems_that_are_not_there_for_the_machine_are_not_named(elfin: Commandline) -> None:
    tag = wheel("cp312-cp312-manylinux_2_31_armv7l")
    shown, _ = helped(elfin, tag, "--platform", "debian:10/armv7l", "--python", "3.12")
    assert "Debian 11" in shown and "Red Hat" not in shown


@pytest.mark.parametrize(("tag", "python"), [("cp313-cp313t", "3.13"), ("cp315-abi3t", "3.15")])
def test_a_free_threaded_python_is_named_where_only_that_does(elfin: Commandline, tag: str, python: str) -> None:
    name = wheel(f"{tag}-manylinux_2_17_x86_64")
    shown, _ = helped(elfin, name, "--platform", "debian:12/amd64", "--python", python)
    assert f"another Python in the same place: there is a wheel for CPython {python}t" in shown


def test_a_static_interpreter_is_not_told_to_build_what_it_could_not_load(elfin: Commandline) -> None:
    images.write(str(elfin.work / "static"), {"bin/sh": program(None)})
    shown, told = helped(elfin, "sourced", "--platform", "root:static", "--python", "3.13")
    assert "this one is static" in shown and "building" not in shown
    assert told["fits"] is False


def test_where_the_libc_s_version_is_unknown_nobody_can_tell(elfin: Commandline) -> None:
    root = {"bin/sh": program(GLIBC_LOADER), GLIBC_LOADER[1:]: glibc_loader()}
    images.write(str(elfin.work / "root"), root)
    name = wheel("cp313-cp313-manylinux_2_17_x86_64")
    shown, told = helped(elfin, name, "--platform", "root:root", "--python", "3.13")
    assert "Whether it fits cannot be told: it needs glibc 2.17" in shown and "newer system" not in shown
    assert told["fits"] is None and told["wheels"][0]["fits"] is None  # type: ignore[index]
    shown, told = helped(elfin, "sourced", "--platform", "root:root", "--python", "3.13")
    assert "Whether a wheel fits cannot be told. The nearest one is" in shown and told["fits"] is None
    shown, told = helped(elfin, name, "--platform", "root:root", "--python", "3.12")
    assert "It does not fit: it is for CPython 3.13" in shown and told["fits"] is False


def test_an_empty_root_is_not_said_to_be_static(elfin: Commandline) -> None:
    (elfin.work / "empty").mkdir()
    shown, _ = helped(elfin, wheel("cp313-cp313-manylinux_2_17_x86_64"), "--platform", "root:empty", "--python", "3.13")
    assert "Whether it fits cannot be told" in shown and "static" not in shown
    assert "libc cannot be told: no libc was found" in " ".join(elfin.good("host", "root:empty").out.split())


def test_a_lone_python_is_judged_by_its_own_files(elfin: Commandline) -> None:
    lone = {
        "opt/python/bin/python3.13": elfsmith.elf(interpreter=MUSL_LOADER, rodata=b"\0" + b"3.13.4\0"),
        "opt/python/lib/python3.13/os.py": b"",
    }
    images.write(str(elfin.work / "lone"), lone)
    shown, _ = helped(elfin, wheel("cp313-cp313-manylinux_2_17_x86_64"), "--platform", "root:lone")
    assert "it is for glibc (manylinux_2_17), this interpreter runs on musl" in shown
    shown, _ = helped(elfin, wheel("cp313-cp313-musllinux_1_2_x86_64"), "--platform", "root:lone")
    assert "Whether it fits cannot be told: it needs musl 1.2" in shown


def test_a_manylinux_module_that_would_have_to_be_run_is_spoken_of(elfin: Commandline) -> None:
    from kit import foreign

    module = "usr/lib/python3.12/site-packages/_manylinux.py"
    text = b"def manylinux_compatible(major, minor, arch):\n    return minor <= 17\n"
    foreign.root(str(elfin.work / "root"), {module: text})
    _, told = helped(elfin, wheel("cp312-cp312-manylinux_2_28_aarch64"), "--platform", "root:root")
    note = f"its /{module} cannot be read without running it, so it is left out of account"
    assert note in told["notes"]  # type: ignore[operator]


def test_libc_is_about_this_machine_alone(elfin: Commandline) -> None:
    for words in (("host", "debian:12"), ("tags", "--platform", "debian:12")):
        refused = elfin(*words, "--libc", "musl")
        assert refused.code == 2 and "--libc is about this machine, not about debian:12" in refused.err
    assert elfin.good("host", "--libc", "musl").out
