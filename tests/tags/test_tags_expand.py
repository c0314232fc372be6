"""tags.expand and tags.platform: rows, floors, orders, and that list and comparator agree."""

from __future__ import annotations

import itertools

import pytest
from packaging import tags as theirs

from elfin.host import fit
from elfin.host.model import Interpreter, Libc
from elfin.tags import platform
from elfin.tags.expand import tag_set
from kit.places import GLIBC_236, MUSL_125, interpreter, target


def names(python: Interpreter, **options: bool) -> list[str]:
    return [str(tag) for tag in tag_set(target(python), **options).tags()]


def unique(tags: object) -> list[str]:
    return list(dict.fromkeys(str(tag) for tag in tags))  # type: ignore[attr-defined]


@pytest.mark.parametrize("minor", range(8, 17))
@pytest.mark.parametrize("flags", ["", "t", "d", "td"])
def test_abi_rows_are_those_of_packaging(minor: int, flags: str) -> None:
    if "t" in flags and minor < 13:
        return
    python = interpreter(f"3.{minor}.0", free_threaded="t" in flags, debug="d" in flags)
    platforms = platform.supported(python)
    plain = f"cp3{minor}" + "t" * ("t" in flags)
    abis = [plain + "d", plain] if "d" in flags else [plain]
    expected = unique(
        [
            *theirs.cpython_tags((3, minor), abis, platforms),
            *theirs.compatible_tags((3, minor), f"cp3{minor}", platforms),
        ]
    )
    assert names(python) == expected


def test_pypy_takes_its_own_abi_and_generic_wheels() -> None:
    python = interpreter("3.10.14", implementation="pypy", ext_suffix=".pypy310-pp73-x86_64-linux-gnu.so")
    platforms = platform.supported(python)
    expected = unique(
        [
            *theirs.generic_tags("pp310", ["pypy310_pp73"], platforms),
            *theirs.compatible_tags((3, 10), "pp3", platforms),
        ]
    )
    assert names(python) == expected


def test_glibc_goes_down_to_its_floor_with_the_aliases_between() -> None:
    found = platform.supported(interpreter(libc=Libc("glibc", (2, 20), None)))
    newest = ["linux", *(f"manylinux_2_{minor}" for minor in (20, 19, 18, 17)), "manylinux2014", "manylinux_2_16"]
    assert found[:7] == [f"{tag}_x86_64" for tag in newest]
    assert found[-2:] == ["manylinux_2_5_x86_64", "manylinux1_x86_64"] and len(found) == 1 + 16 + 3
    arm = platform.supported(interpreter(libc=Libc("glibc", (2, 18), None), machine="aarch64"))
    assert arm == ["linux_aarch64", "manylinux_2_18_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64"]
    future = platform.supported(interpreter(libc=Libc("glibc", (3, 1), None), machine="aarch64"))
    assert future[1:4] == ["manylinux_3_1_aarch64", "manylinux_3_0_aarch64", "manylinux_2_50_aarch64"]


def test_linux_comes_last_on_request() -> None:
    found = platform.supported(interpreter(libc=MUSL_125), linux_last=True)
    assert found == ["musllinux_1_2_x86_64", "musllinux_1_1_x86_64", "musllinux_1_0_x86_64", "linux_x86_64"]


def test_abis_that_manylinux_does_not_promise_get_none() -> None:
    def found(machine: str, float_abi: str | None = None) -> list[str]:
        return platform.supported(interpreter(libc=Libc("glibc", (2, 18), None), machine=machine, float_abi=float_abi))

    assert found("armv7l", "soft") == ["linux_armv7l"] and found("armv6l", "hard") == ["linux_armv6l"]
    assert found("x32") == ["linux_i686"]
    assert found("armv7l", "hard")[:2] == ["linux_armv7l", "manylinux_2_18_armv7l"]
    assert found("armv8l", "hard") == [
        "linux_armv8l", "linux_armv7l",
        "manylinux_2_18_armv8l", "manylinux_2_17_armv8l", "manylinux2014_armv8l",
        "manylinux_2_18_armv7l", "manylinux_2_17_armv7l", "manylinux2014_armv7l",
    ]  # fmt: skip
    assert found("i686")[-1] == "manylinux1_i686"


def test_a_static_interpreter_takes_pure_wheels_only() -> None:
    assert {tag.platform for tag in tag_set(target(interpreter(static=True))).tags()} == {"any"}


def test_the_distributor_s_manylinux_module_is_honoured() -> None:
    def found(answers: dict[str, bool]) -> list[str]:
        return platform.supported(interpreter(libc=Libc("glibc", (2, 19), None), machine="s390x", manylinux=answers))

    assert found({"manylinux2014": False}) == ["linux_s390x", "manylinux_2_19_s390x", "manylinux_2_18_s390x"]
    assert found({"2_19": False, "2_18": False}) == ["linux_s390x", "manylinux_2_17_s390x", "manylinux2014_s390x"]
    assert found({"2_17": True, "manylinux2014": False})[-1] == "manylinux2014_s390x"


@pytest.mark.parametrize("arch", ["x86_64", "arm64"])
@pytest.mark.parametrize("version", [(10, 5), (10, 15), (11, 0), (12, 3), (15, 1)])
def test_macos_is_expanded_as_packaging_does(arch: str, version: tuple[int, int]) -> None:
    if arch == "arm64" and version < (11, 0):
        return
    python = interpreter(os="macos", machine=arch, os_version=version, libc=None)
    assert platform.supported(python) == list(theirs.mac_platforms(version, arch))


def test_windows_and_android() -> None:
    assert platform.supported(interpreter(os="windows", machine="AMD64")) == ["win_amd64"]
    phone = interpreter(os="android", machine="aarch64", os_version=(20,))
    assert platform.supported(phone) == list(theirs.android_platforms(20, "arm64_v8a"))


PLACES = [
    interpreter(libc=GLIBC_236),
    interpreter(libc=Libc("glibc", (2, 12), None)),
    interpreter(libc=MUSL_125),
    interpreter(libc=Libc("musl", (1, 1, 24), None), machine="aarch64"),
    interpreter(libc=Libc("glibc", (2, 31), None), machine="armv7l", float_abi="hard"),
    interpreter(libc=Libc("glibc", (2, 31), None), machine="armv7l", float_abi="soft"),
    interpreter(libc=Libc("glibc", (2, 31), None), machine="armv8l", float_abi="hard"),
    interpreter(libc=Libc("glibc", (2, 40), None), machine="riscv64"),
    interpreter(static=True),
    interpreter(os="windows", machine="aarch64"),
    interpreter(os="android", machine="x86_64", os_version=(24,)),
    interpreter(os="ios", machine="aarch64", os_version=(15, 2)),
    interpreter(os="ios-simulator", machine="x86_64", os_version=(15, 2)),
    interpreter(os="emscripten", machine="wasm32", os_version=(2025, 0)),
]
PLATFORMS = [
    *(f"{tag}_{arch}" for tag in ("linux", "musllinux_1_1", "musllinux_1_2", "musllinux_1_3", "manylinux1",
      "manylinux2014", "manylinux_2_17", "manylinux_2_28", "manylinux_2_36", "manylinux_2_41", "manylinux_3_0")
      for arch in ("x86_64", "i686", "aarch64", "armv7l", "riscv64")),
    "win_amd64", "win_arm64", "android_21_x86_64", "android_30_x86_64", "ios_13_0_arm64_iphoneos",
    "ios_15_3_arm64_iphoneos", "ios_13_0_x86_64_iphonesimulator", "ios_13_0_arm64_iphonesimulator",
    "pyodide_2024_0_wasm32", "pyodide_2025_0_wasm32", "pyemscripten_2025_0_wasm32", "freebsd_14_0_release_amd64",
]  # fmt: skip


@pytest.mark.parametrize("python", PLACES, ids=lambda p: f"{p.os}-{p.arch.name}-{p.libc and p.libc.version}")
def test_the_list_and_the_comparator_agree(python: Interpreter) -> None:
    listed = set(platform.supported(python))
    for tag in PLATFORMS:
        fits = fit.any_verdict(platform.needs(tag), target(python)) is None
        below_every_floor = tag.startswith("manylinux1_") and python.arch.name not in ("x86_64", "i686")
        assert fits == (tag in listed) or below_every_floor, tag


def test_a_newer_libc_takes_all_that_an_older_one_took() -> None:
    for family, versions in (("glibc", [(2, 5), (2, 17), (2, 36), (2, 41), (3, 0)]), ("musl", [(1, 0), (1, 2, 5)])):
        lists = [set(platform.supported(interpreter(libc=Libc(family, version, None)))) for version in versions]
        assert all(older <= newer for older, newer in itertools.pairwise(lists))


@pytest.mark.parametrize("tag", [*platform.supported(interpreter()), *platform.supported(interpreter(libc=MUSL_125)),
                                 "win_arm64", "macosx_11_0_arm64", "android_21_arm64_v8a", "any"])  # fmt: skip
def test_tags_become_needs_and_needs_the_same_tags(tag: str) -> None:
    (wanted,) = platform.needs(tag)
    assert tag in platform.names(wanted)
    assert all(platform.needs(name) == (wanted,) for name in platform.names(wanted))


@pytest.mark.parametrize("tag", [
    "manylinux_x_24_x86_64", "manylinux_2_x_x86_64", "manylinux_2_24_invalid", "manylinux1_invalid",
    "manylinux2014_invalid", "linux_invalid", "musllinux_x_2_", "musllinux_1_2_invalid", "macosx_x_0_",
    "macosx_11_0_invalid", "android_X_arm64_v8a", "android_21_aarch64", "unknown", "", "linux", "manylinux_2_17",
])  # fmt: skip
def test_unknown_tags_need_what_nobody_has(tag: str) -> None:
    assert platform.needs(tag) == ()


def test_both_halves_of_universal2_are_alternatives() -> None:
    arches = {need.arch for need in platform.needs("macosx_11_0_universal2")}
    assert arches == {"aarch64", "x86_64"}
