"""Measured code against declared targets and stated floors."""

from __future__ import annotations

import pytest

from elfin.errors import MalformedRelease
from elfin.host.model import Needs
from elfin.installers import measured, notes, target
from elfin.installers.found import Code, Found, Want
from elfin.installers.measured import Floor, Wish
from elfin.installers.model import Artifact, Layout

PROGRAMS = Wish("hello", Layout("programs"), {}, allow_missing=False)


def _code(path: str = "hello-1.0/hello", **changes: object) -> Code:
    made = Code(
        path, True, "linux", "x86_64", None, "glibc", "PT_INTERP /lib64/ld-linux-x86-64.so.2",
        (Want((2, 17), "clock_gettime@GLIBC_2.17 of libc.so.6"),), None, None, "/lib64/ld-linux-x86-64.so.2", (),
    )  # fmt: skip
    return made._replace(**changes)  # type: ignore[arg-type]


def _made(name: str, *code: Code, wish: Wish = PROGRAMS, more: tuple[str, ...] = ()) -> Artifact:
    members = (*dict.fromkeys(one.path for one in code), *more)
    return measured.artifact(Found(name, 10, "0" * 64, members, code), target.of_name(name), wish)


def test_the_bytes_decide_and_the_name_fills_in() -> None:
    one = _made("hello.tar.gz", _code())
    assert (one.target, one.needs) == (
        "x86_64-unknown-linux-gnu", (Needs("linux", "x86_64", None, "glibc", (2, 17)),),
    )  # fmt: skip
    assert one.witnesses[0] == "hello: clock_gettime@GLIBC_2.17 of libc.so.6"
    assert _made("hello-linux-amd64.tar.gz", _code(libc="any", wants=(), loader=None)).target == "x86_64-unknown-linux"


def test_of_32_bit_arm_the_declared_generation_counts() -> None:
    """Build attributes are an upper bound ("up to ARMv7"), and often missing."""
    arm = _code(arch="armv7l", float_abi="hard", loader="/lib/ld-linux-armhf.so.3")
    assert _made("hello-arm-unknown-linux-gnueabihf.tar.gz", arm).needs[0].arch == "armv6l"
    assert _made("hello-armv7-unknown-linux-gnueabihf.tar.gz", arm._replace(arch="armv6l")).needs[0].arch == "armv7l"
    with pytest.raises(MalformedRelease, match="built for hard floats"):
        _made("hello-arm-unknown-linux-gnueabi.tar.gz", arm)


@pytest.mark.parametrize(
    ("name", "taken"),
    [("hello-arm-unknown-linux-gnueabihf.tar.gz", "armv6l"), ("hello-linux-armv6.tar.gz", "armv6l"),
     ("hello-linux-armhf.tar.gz", "armv7l")],
)  # fmt: skip
def test_code_marked_for_a_newer_arm_than_the_name_says_is_told(name: str, taken: str) -> None:
    """Of uv's own programs for ARMv6 one is marked ARMv7; what "armhf" means differs between Raspbian and Debian."""
    arm = _code(arch="armv7l", float_abi="hard", loader="/lib/ld-linux-armhf.so.3")
    found, declared = Found(name, 10, "0" * 64, (arm.path,), (arm,)), target.of_name(name)
    made = measured.artifact(found, declared, PROGRAMS)
    assert made.needs[0].arch == taken
    (note,) = notes.of_file(found, declared, made, "hello", "programs")
    assert note.startswith(f"{name} is marked armv7l, and by its name armv6l: it is taken for {taken} (")
    right = arm._replace(arch="armv6l")
    found = found._replace(code=(right,))
    assert measured.artifact(found, declared, PROGRAMS).needs[0].arch == "armv6l"
    assert list(notes.of_file(found, declared, made, "hello", "programs")) == []


def test_links_in_a_circle_end() -> None:
    found = Found("x.tar.gz", 1, "0" * 64, ("a", "b"), (), (("a", "b"), ("b", "a")))
    assert found.behind("a") in ("a", "b") and found.behind("c") == "c"


def test_code_for_android_is_not_linux() -> None:
    android = _code(libc="bionic", loader="/system/bin/linker64", wants=(), arch="aarch64")
    one = _made("hello-aarch64-linux-android.tar.gz", android)
    assert (one.needs[0].os, one.needs[0].libc, one.target) == ("android", None, "aarch64-linux-android")
    with pytest.raises(MalformedRelease, match="for android"):
        _made("hello-aarch64-unknown-linux-gnu.tar.gz", android)


def test_a_program_whose_libc_nothing_tells_is_refused() -> None:
    with pytest.raises(MalformedRelease, match=r"the libc of hello in .* cannot be told: PT_INTERP /odd"):
        _made("hello.tar.gz", _code(libc=None, why="PT_INTERP /odd", loader="/odd"))


def test_two_libcs_in_one_archive_are_refused() -> None:
    other = _code("hello-1.0/other", libc="musl", wants=())
    with pytest.raises(MalformedRelease, match="wants two libcs at once"):
        _made("hello.tar.gz", _code(), other)


def test_a_tree_counts_its_libraries_and_leaves_other_machines_out() -> None:
    tree = PROGRAMS._replace(layout=Layout("tree", ("bin/hello",)))
    library = _code("t/lib/x.so", program=False, wants=(Want((2, 31), "pread@GLIBC_2.31 of libc.so.6"),), loader=None)
    launcher = _code("t/share/w32.exe", os="windows", arch="i686", libc="any", wants=(), loader=None)
    arm = _code("t/share/arm", arch="aarch64", wants=(Want((2, 40), "x@GLIBC_2.40 of libc.so.6"),))
    one = _made("hello-x86_64-unknown-linux-gnu.tar.gz", _code("t/bin/hello"), library, launcher, arm, wish=tree)
    assert one.needs == (Needs("linux", "x86_64", None, "glibc", (2, 31)),)
    script = _made("hello-x86_64-unknown-linux-gnu.tar.gz", library, launcher, wish=tree, more=("t/bin/hello",))
    assert script.programs[0].member == "t/bin/hello" and script.needs == one.needs


def test_two_programs_of_one_name_are_refused() -> None:
    with pytest.raises(MalformedRelease, match="two programs named hello"):
        _made("hello.tar.gz", _code("a/hello"), _code("b/hello"))


def test_a_universal_file_asks_for_the_highest_release_of_its_programs() -> None:
    def slices(path: str, arm: tuple[int, int], intel: tuple[int, int]) -> tuple[Code, Code]:
        mac = _code(path, os="macos", libc="any", wants=(), loader=None, why="Mach-O")
        return mac._replace(arch="aarch64", os_floor=arm), mac._replace(os_floor=intel)

    code = (*slices("x/hello", (11, 0), (10, 12)), *slices("x/other", (12, 0), (10, 13)))
    one = _made("hello-universal2-apple-darwin.tar.gz", *code)
    assert [(needs.arch, needs.os_floor) for needs in one.needs] == [("aarch64", (12, 0)), ("x86_64", (10, 13))]
    assert one.target == "universal2-apple-darwin"
    thin = _made("hello-aarch64-apple-darwin.tar.gz", *code)
    assert thin.target == "aarch64-apple-darwin" and len(thin.needs) == 2


@pytest.mark.parametrize(
    ("floor", "expected"), [((2, 17), (2, 17)), ((2, 28), (2, 28)), ((2, 35), (2, 35))], ids=["same", "up", "far up"]
)
def test_a_floor_may_be_raised_to_anything(floor: tuple[int, ...], expected: tuple[int, ...]) -> None:
    wish = PROGRAMS._replace(floors={"x86_64-unknown-linux-gnu": Floor("glibc", floor)})
    one = _made("hello.tar.gz", _code(), wish=wish)
    assert one.needs[0].libc_floor == one.stated == expected


def test_a_floor_below_the_measured_one_lists_what_is_missing() -> None:
    wish = PROGRAMS._replace(floors={"hello.tar.gz": Floor("glibc", (2, 12))})
    with pytest.raises(MalformedRelease, match=r"below the measured 2.17: .* hello: clock_gettime@GLIBC_2.17") as error:
        _made("hello.tar.gz", _code(), wish=wish)
    assert "--allow-missing-symbols" in error.value.hints[0]
    one = _made("hello.tar.gz", _code(), wish=wish._replace(allow_missing=True))
    assert one.needs[0].libc_floor == (2, 12)
    assert one.witnesses[0] == "stated to run with glibc 2.12, which lacks hello: clock_gettime@GLIBC_2.17 of libc.so.6"


def test_witnesses_carry_no_control_characters() -> None:
    code = _code(wants=(Want((2, 17), "a\nb\x1b[31m\u202e@GLIBC_2.17"),))
    assert _made("hello.tar.gz", code).witnesses[0] == "hello: a?b?[31m?@GLIBC_2.17"
