"""Mismatches as words: of one wheel, of several, and of both things that a wheel misses on."""

from __future__ import annotations

import pytest

from elfin.formats import wheelname
from elfin.host.model import Libc
from elfin.tags import explain
from elfin.tags.match import every_miss, why_not
from elfin.tags.model import Mismatch
from kit.places import interpreter, target

OLD = target(interpreter("3.14.0", libc=Libc("glibc", (2, 17), None)))


def misses(tags: str) -> tuple[Mismatch, ...]:
    return every_miss(OLD, wheelname.parse(f"spam-1.0-{tags}.whl"))


def several(*tags: str) -> str:
    return explain.several([misses(one)[0] for one in tags])


def test_a_wheel_may_miss_on_two_things_and_the_graver_comes_first() -> None:
    both = misses("cp313-cp313-manylinux_2_28_x86_64")
    assert [miss.axis for miss in both] == ["python", "libc version"]
    assert [miss.axis for miss in misses("cp314-cp314-manylinux_2_28_x86_64")] == ["libc version"]
    assert [miss.axis for miss in misses("cp313-cp313-win_amd64")] == ["os", "python"]
    assert why_not(OLD, wheelname.parse("spam-1.0-cp313-cp313-win_amd64.whl")) == misses("cp313-cp313-win_amd64")[0]


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        (
            ["cp39-cp39-linux_x86_64", "cp310-cp310-linux_x86_64", "cp311-cp311-linux_x86_64", "cp313-cp313-any"],
            "are for CPython 3.9 to 3.11 and 3.13, this is CPython 3.14",
        ),
        (["py3-none-win_amd64", "py3-none-macosx_11_0_arm64"], "are for Windows and macOS, this is Linux"),
        (
            ["py3-none-manylinux_2_28_x86_64", "py3-none-manylinux_2_34_x86_64"],
            "need glibc 2.28 and 2.34 or newer, this place has glibc 2.17",
        ),
        (
            ["py3-none-musllinux_1_1_x86_64", "py3-none-musllinux_1_2_x86_64"],
            "are for musl, this interpreter runs on glibc 2.17",
        ),
        (["cp314-cp314t-linux_x86_64"] * 2, "are for CPython 3.14 without the GIL, this is CPython 3.14 with the GIL"),
        (
            ["pp310-pypy310_pp73-linux_x86_64", "pp311-pypy311_pp73-linux_x86_64"],
            "are for PyPy 3.10 and 3.11, this is CPython 3.14",
        ),
        (["py3-none-plan9_a", "py3-none-plan9_b"], "have the tags plan9_a and plan9_b, of which nothing is known"),
    ],
)
def test_several_wheels_that_miss_on_the_same_are_told_of_together(tags: list[str], words: str) -> None:
    assert several(*tags) == words


def test_what_an_author_asks_of_python_reads_like_the_rest() -> None:
    first = misses("cp313-cp313-win_amd64")[0]
    asked = first._replace(axis=explain.REQUIRES_PYTHON, needs="Python >=3.11", has="Python 3.9.0")
    assert explain.sentence(asked) == "needs Python >=3.11, this is Python 3.9.0"
    assert explain.several([asked, asked]) == "need Python >=3.11, this is Python 3.9.0"


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["aarch64"], "aarch64"),
        (["aarch64", "i686", "x86_64"], "aarch64, i686 and x86_64"),
        (["CPython 3.9", "CPython 3.10"], "CPython 3.9 and 3.10"),
        (["CPython 3.9", "CPython 3.10", "CPython 3.11"], "CPython 3.9 to 3.11"),
        (["CPython 3.8", "CPython 3.10", "CPython 3.12"], "CPython 3.8, 3.10 and 3.12"),
        (["CPython 3.9", "PyPy 3.10"], "CPython 3.9 and PyPy 3.10"),
        (["glibc 2.28", "glibc 2.29", "glibc 2.30"], "glibc 2.28, 2.29 and 2.30"),
    ],
)
def test_lists_are_short(words: list[str], text: str) -> None:
    assert explain.joined(words) == text


def test_a_whole_version_is_told_of_by_its_nearest_wheel_or_by_all() -> None:
    far = [misses(f"py3-none-{one}")[0] for one in ("linux_aarch64", "linux_s390x", "linux_i686", "win_arm64")]
    assert explain.nearest(far) == "its wheels are for aarch64, i686 and s390x, this is x86_64"
    near = misses("py3-none-manylinux_2_28_x86_64")[0]
    assert explain.nearest([*far, near]) == "the nearest needs glibc 2.28 or newer, this place has glibc 2.17"
