"""Files of macOS and Windows: the tags they earn, the claims they keep, the places they run in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from elfin.audit import earned, places, problems, reports
from elfin.audit.model import Claim, Report
from elfin.formats import wheelname
from elfin.host.named import Named, named
from kit.othersystems import INTEL, fat, mach, windows
from kit.symbolsmith import binary

BOTH = fat(mach(), mach(INTEL, (10, 9)))


def report(platform: str, files: Mapping[str, bytes], python: str = "cp313-cp313") -> Report:
    filename = f"tool-1.0-{python}-{platform}.whl"
    name = wheelname.parse(filename)
    tags = tuple(f"{python}-{one}" for one in name.platforms)
    claim = Claim(filename, name.pythons, name.abis, name.platforms, tags, "", "", False, (), ())
    return reports.of(filename, "wheel", files.items(), claim)


@pytest.mark.parametrize(
    ("files", "tags"),
    [
        ({"x.so": mach()}, ["macosx_11_0_arm64"]),
        ({"x.so": mach(least=(12, 3))}, ["macosx_12_0_arm64"]),
        ({"x.so": mach(INTEL, (10, 13))}, ["macosx_10_13_x86_64"]),
        ({"x.so": BOTH}, ["macosx_10_9_universal2"]),
        ({"x.so": fat(mach(least=(12, 0)), mach(INTEL, (10, 9)))}, ["macosx_12_0_universal2"]),
        ({"x.so": BOTH, "y.dylib": mach()}, ["macosx_11_0_arm64"]),
        ({"x.so": mach(), "y.so": mach(INTEL)}, []),
        ({"x.so": mach(), "x.o": mach(INTEL, (14, 0), kind=1)}, ["macosx_11_0_arm64"]),
        ({"x.pyd": windows()}, ["win_amd64"]),
        ({"x.pyd": windows(0xAA64), "run.exe": windows(0x14C)}, ["win_arm64"]),
        ({"x.exe": windows(0x14C)}, ["win32"]),
        ({"x.exe": windows(), "x": mach()}, []),
    ],
)  # fmt: skip
def test_tags_that_the_files_earn(files: Mapping[str, bytes], tags: Sequence[str]) -> None:
    assert list(report("linux_x86_64", files).earned.tags) == tags


@pytest.mark.parametrize(
    ("platform", "files", "verdict", "words"),
    [
        ("macosx_11_0_arm64", {"x.so": mach()}, "earned", ""),
        ("macosx_11_0_arm64", {"x.so": mach(), "y.dylib": mach(least=(12, 0))}, "too wide", "y.dylib declares"),
        ("macosx_11_0_arm64", {"x.so": mach(least=(11, 3))}, "earned", ""),
        ("macosx_14_0_arm64", {"x.so": mach()}, "narrow", ""),
        ("macosx_11_0_x86_64", {"x.so": mach()}, "wrong", "aarch64"),
        ("macosx_10_9_x86_64", {"x.so": mach(INTEL, (10, 13))}, "too wide", "10.13"),
        ("macosx_10_9_universal2", {"x.so": BOTH}, "earned", ""),
        ("macosx_11_0_universal2", {"x.so": BOTH, "y.so": mach()}, "too wide", "y.so has no code for x86_64"),
        ("macosx_11_0_universal2", {"x.so": mach()}, "too wide", "aarch64"),
        ("macosx_11_0_arm64", {"x.so": BOTH}, "narrow", ""),
        ("win_amd64", {"x.pyd": windows()}, "earned", ""),
        ("win_amd64", {"x.pyd": windows(0xAA64)}, "wrong", "x.pyd is for aarch64"),
        ("win_amd64", {"x.pyd": windows(), "old.exe": windows(0x14C)}, "earned", ""),
        ("win_arm64", {"tool.exe": windows()}, "earned", ""),
        ("win_amd64", {"tool.exe": windows(0xAA64)}, "wrong", "aarch64"),
        ("win_amd64", {"x.so": mach()}, "wrong", "macOS"),
        ("macosx_11_0_arm64", {"x.pyd": windows()}, "wrong", "Windows"),
        ("macosx_11_0_sparc", {"x.so": mach()}, "unknown", ""),
    ],
)  # fmt: skip
def test_a_claim_is_judged_by_the_files_of_its_system(
    platform: str, files: Mapping[str, bytes], verdict: str, words: str
) -> None:
    found = report(platform, files)
    one = earned.compare([platform], found)[0]
    assert one.verdict == verdict and words in one.why
    codes = {problem.code for problem in problems.find(found)} & {"A101", "A102", "A103", "A104"}
    assert (
        codes
        == {"earned": set(), "narrow": {"A102"}, "too wide": {"A101"}, "wrong": {"A103"}, "unknown": {"A104"}}[verdict]
    )


def test_a_wheel_for_any_system_may_bring_programs_of_each() -> None:
    found = report("any", {"t64.exe": windows(), "t-arm.exe": windows(0xAA64), "mac": mach()}, "py3-none")
    assert earned.compare(["any"], found) == ()
    assert not [problem for problem in problems.find(found) if problem.code.startswith("A1")]


def test_elf_files_beside_others_are_still_judged() -> None:
    files = {"x.so": binary(needed=["libc.so.6"]), "launcher.exe": windows()}
    assert earned.compare(["manylinux_2_17_aarch64"], report("manylinux_2_17_aarch64", files))[0].verdict == "wrong"


def test_module_names_are_for_interpreters_of_the_tags() -> None:
    wrong = report("win_amd64", {"x.cp312-win_amd64.pyd": windows()})
    assert [one.code for one in problems.find(wrong)] == ["A502"]
    assert problems.find(report("win_amd64", {"x.cp313-win_amd64.pyd": windows()})) == ()
    darwin = report("macosx_11_0_arm64", {"x.cpython-312-darwin.so": mach()})
    assert [one.code for one in problems.find(darwin)] == ["A502"]


@pytest.mark.parametrize(
    ("place", "files", "runs"),
    [
        ("macosx_14_0_arm64", {"x.so": mach(least=(12, 0))}, True),
        ("macosx_11_0_arm64", {"x.so": mach(least=(12, 0))}, False),
        ("macosx_14_0_x86_64", {"x.so": BOTH}, True),
        ("win_amd64", {"x.pyd": windows()}, True),
        ("win_amd64", {"x.pyd": windows(0xAA64)}, False),
        ("debian:12", {"x.so": mach()}, False),
        ("debian:12", {"x.so": binary(kind=2), "x.exe": windows()}, True),
        ("win_amd64", {"x.so": binary(kind=2), "x.exe": windows()}, True),
        ("win_amd64", {"x.so": binary(kind=2)}, False),
    ],
)  # fmt: skip
def test_the_files_of_the_place_s_own_system_decide(place: str, files: Mapping[str, bytes], runs: bool) -> None:
    found = named(place)
    assert isinstance(found, Named)
    assert places.judge(report("linux_x86_64", files), found.host).runs is runs
