"""pythons.request: kinds of builds (`+musl`, `+static`, `+v3`) and whole keys."""

from __future__ import annotations

import pytest

from elfin.errors import UsageError
from elfin.pythons.request import PythonRequest, parse, shortfall, version_test
from kit.places import interpreter


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3.13+musl", {"release": (3, 13), "libc": "musl"}),
        ("3.13+gnu", {"release": (3, 13), "libc": "glibc"}),
        ("3.13t+static", {"release": (3, 13), "free_threaded": True, "static": True}),
        ("3.13+v3+freethreaded", {"release": (3, 13), "free_threaded": True, "level": 3}),
        ("cpython-3.13-linux-x86_64-musl",
         {"implementation": "cpython", "release": (3, 13), "os": "linux", "arch": "x86_64", "libc": "musl"}),
        ("cpython-3.12-linux-x86_64_v3-gnu",
         {"implementation": "cpython", "release": (3, 12), "os": "linux", "arch": "x86_64", "libc": "glibc",
          "level": 3}),
        ("cpython-3.13+freethreaded-linux-armv7-gnueabihf",
         {"implementation": "cpython", "release": (3, 13), "free_threaded": True, "os": "linux", "arch": "armv7l",
          "libc": "glibc", "float_abi": "hard"}),
        ("cpython-3.13.2-macos-aarch64-none",
         {"implementation": "cpython", "release": (3, 13, 2), "os": "macos", "arch": "aarch64"}),
        ("any-3.13.2-any-aarch64", {"release": (3, 13, 2), "arch": "aarch64"}),
        ("ANY-3.11-Any-x86_64-aNy", {"release": (3, 11), "arch": "x86_64"}),
        ("windows-x86_64", {"os": "windows", "arch": "x86_64"}),
        ("pypy-linux", {"implementation": "pypy", "os": "linux"}),
        ("any-any-any-any-any", {}),
        ("any+static", {"static": True}),
        ("+static", {"static": True}),
        ("cpython+static", {"implementation": "cpython", "static": True}),
        ("pypy@3.11+musl", {"implementation": "pypy", "release": (3, 11), "libc": "musl"}),
        (">=3.13+static", {"specifier": ">=3.13", "static": True}),
        (">=3.13t +v3", {"specifier": ">=3.13", "free_threaded": True, "level": 3}),
        ("cpython-3.13-linux-x86_64-musl+static",
         {"implementation": "cpython", "release": (3, 13), "os": "linux", "arch": "x86_64", "libc": "musl",
          "static": True}),
        ("==3.13", {"release": (3, 13)}),
        ("== 3.13.2", {"release": (3, 13, 2)}),
        ("cpython==3.13t", {"implementation": "cpython", "release": (3, 13), "free_threaded": True}),
        ("==3.13.*", {"specifier": "==3.13.*"}),
        ("==3.13,!=3.13.2", {"specifier": "!=3.13.2,==3.13"}),
        ("c++", {"name": "c++"}),
        ("my+python", {"name": "my+python"}),
        ("my-python", {"name": "my-python"}),
        ("foobar-3.14-windows", {"name": "foobar-3.14-windows"}),
    ],
)  # fmt: skip
def test_what_is_written_is_understood(text: str, expected: dict[str, object]) -> None:
    assert parse(text) == PythonRequest(text)._replace(**expected)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    ["cpython-3.12-linux-x86_64-gnu-extra", "any-any-any-any-any-any", "3.12-cpython", "3.12-dev", "3.13+uclibc",
     "any+v9", "+uclibc"],
)  # fmt: skip
def test_what_means_nothing_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse(text)


def test_an_unknown_kind_is_told_with_all_that_are_known() -> None:
    with pytest.raises(UsageError, match=r"unknown variant '\+v9'") as caught:
        parse("3.13+v9")
    assert all(word in caught.value.hints[0] for word in ("+freethreaded", "+musl", "+static", "+v3"))


def test_a_level_of_processor_is_nothing_that_an_interpreter_tells() -> None:
    assert shortfall(parse("3+v1"), interpreter()) is None
    assert shortfall(parse("3+v3"), interpreter()) == "does not tell that it is built for x86-64-v3"


def test_an_interpreter_is_held_against_the_kind() -> None:
    known = interpreter()
    assert known.libc is not None and known.libc.family == "glibc"
    assert shortfall(parse(">=3"), known) is None
    assert shortfall(parse("any-any-linux-any-musl"), known) == "is built for glibc"
    assert shortfall(parse("any-any-any-s390x"), known) == f"is for {known.arch.name}"
    assert shortfall(parse("any")._replace(static=True), known) == "is no static build"
    assert shortfall(parse("any")._replace(static=False), known._replace(static=True)) == "is linked statically"


def test_a_version_alone_is_held_against_a_request() -> None:
    assert version_test(parse("3.1"))("3.1.5") and not version_test(parse("3.1"))("3.10.1")
    assert version_test(parse("3.13rc1"))("3.13.0rc1") and not version_test(parse("3.13rc1"))("3.13.0")
    assert version_test(parse(">=3.11,<3.13"))("3.12.9") and not version_test(parse(">=3.11,<3.13"))("3.13.0")
