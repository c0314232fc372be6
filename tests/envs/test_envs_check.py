"""What does not fit together is found, extras included, and told in a sentence."""

from __future__ import annotations

import pytest

from elfin.envs.check import Described, troubles
from kit.places import interpreter

MARKERS = interpreter("3.12.4").markers


def sentences(*distributions: Described) -> list[str]:
    return [trouble.sentence() for trouble in troubles(distributions, MARKERS)]


def dist(name: str, version: str, *requires: str, python: str | None = None) -> Described:
    return Described(name, version, requires, python)


@pytest.mark.parametrize(
    ("distributions", "said"),
    [
        ([dist("a", "1", "B>=2"), dist("b", "2.1")], []),
        ([dist("a", "1", "b>=2")], ["a 1 requires b>=2, which is not installed"]),
        ([dist("a", "1", "b>=2; os_name == 'posix'"), dist("b", "1")], ["a 1 requires b>=2, and 1 is installed"]),
        ([dist("a", "1", "b; os_name == 'nt'")], []),
        ([dist("a", "1", "b; extra == 'x'")], []),
        (
            [dist("a", "1", "b[x]"), dist("b", "1", "c; extra == 'x'", "d; extra == 'y'")],
            ["b 1 requires c, which is not installed"],
        ),
        (
            [dist("a", "1", "a[all]; extra == 'x'", "b; extra == 'all'"), dist("c", "1", "a[x]")],
            ["a 1 requires b, which is not installed"],
        ),
        ([dist("a", "1", "b[x]"), dist("b", "1", "a[y]; extra == 'x'", "a[x]")], []),
        ([dist("a", "1", "b>=2"), dist("b", "2.1rc1")], []),
        ([dist("a", "1", python=">=3.13")], ["a 1 requires Python >=3.13, and this is Python 3.12.4"]),
        ([dist("a", "1", python="nonsense")], []),
        ([dist("a", "1", "b >>> 2")], ["a 1 has a requirement that cannot be read: b >>> 2"]),
        ([dist("a", "1", "b>=1"), dist("b", "unknown")], []),
        ([dist("a", "1", "b @ https://h/b.whl")], ["a 1 requires b @ https://h/b.whl, which is not installed"]),
    ],
)
def test_troubles(distributions: list[Described], said: list[str]) -> None:
    assert sentences(*distributions) == said


def test_they_are_sorted_and_told_once() -> None:
    found = sentences(dist("z", "1", "x"), dist("a", "1", "y", "y", "x; os_name == 'posix'"))
    assert found == [
        f"{who} requires {what}, which is not installed" for who, what in (("a 1", "x"), ("a 1", "y"), ("z 1", "x"))
    ]
