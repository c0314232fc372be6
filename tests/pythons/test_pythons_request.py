"""pythons.request: what users write, what it means, and which names are looked for."""

from __future__ import annotations

import pytest

from elfin.errors import UsageError
from elfin.pythons.request import PythonRequest, names, parse, satisfied_by
from kit.places import interpreter

FIELDS = ("implementation", "release", "pre", "specifier", "free_threaded", "debug", "name", "path")


def meaning(text: str) -> dict[str, object]:
    request = parse(text)
    empty = PythonRequest("")
    return {field: getattr(request, field) for field in FIELDS if getattr(request, field) != getattr(empty, field)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        ("any", {}),
        ("3", {"release": (3,)}),
        ("3.12", {"release": (3, 12)}),
        ("312", {"release": (3, 12)}),
        ("38", {"release": (3, 8)}),
        ("3100", {"release": (3, 100)}),
        ("3.12.3", {"release": (3, 12, 3)}),
        ("3.13rc1", {"release": (3, 13), "pre": "rc1"}),
        ("3.13.0b2", {"release": (3, 13, 0), "pre": "b2"}),
        ("313rc4", {"release": (3, 13), "pre": "rc4"}),
        ("3.13t", {"release": (3, 13), "free_threaded": True}),
        ("313t", {"release": (3, 13), "free_threaded": True}),
        ("3t", {"release": (3,), "free_threaded": True}),
        ("3.13td", {"release": (3, 13), "free_threaded": True, "debug": True}),
        ("3.13+freethreaded", {"release": (3, 13), "free_threaded": True}),
        ("3.14+gil+debug", {"release": (3, 14), "free_threaded": False, "debug": True}),
        (">=3.11,<3.13", {"specifier": "<3.13,>=3.11"}),
        ("==3.12.*", {"specifier": "==3.12.*"}),
        (">=3.13t", {"specifier": ">=3.13", "free_threaded": True}),
        ("cpython", {"implementation": "cpython"}),
        ("pp", {"implementation": "pypy"}),
        ("cpython3.12", {"implementation": "cpython", "release": (3, 12)}),
        ("cpython@3.12", {"implementation": "cpython", "release": (3, 12)}),
        ("cpython-3.12", {"implementation": "cpython", "release": (3, 12)}),
        ("cp312", {"implementation": "cpython", "release": (3, 12)}),
        ("PyPy@3.10", {"implementation": "pypy", "release": (3, 10)}),
        ("cpython>=3.12", {"implementation": "cpython", "specifier": ">=3.12"}),
        ("python3.12", {"name": "python3.12"}),
        ("my-python", {"name": "my-python"}),
        ("./venv", {"path": "./venv"}),
        ("/opt/py/bin/python3", {"path": "/opt/py/bin/python3"}),
        ("~/py", {"path": "~/py"}),
    ],
)
def test_a_request_means(text: str, expected: dict[str, object]) -> None:
    assert meaning(text) == expected


@pytest.mark.parametrize(
    "text",
    ["31000", "1.foo.1", "3rc1", "3.12-dev", "3.12+local", "3.12.post0", "3.13tt", "3.12²t", ">=", "3.12.1.1", "<3.x"],
)
def test_what_begins_like_a_version_and_is_none_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(text)
    assert text in caught.value.message and caught.value.hints


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "python python3"),
        ("3", "python3 python"),
        ("3.13", "python3.13 python3 python"),
        ("3.13t", "python3.13t python3.13 python3t python3 pythont python"),
        ("pypy@3.10", "pypy3.10 pypy3 pypy python3.10 python3 python"),
        ("3.13.2", "python3.13.2 python3.13 python3 python"),
        ("3.13rc2", "python3.13rc2 python3.13 python3 python"),
        ("pypy", "pypy python"),
        ("python3.9", "python3.9"),
        (">=3.11,<3.13", "python3 python python3.12 python3.11"),
        ("~=3.12.4", "python3 python python3.12"),
        ("/usr/bin/python3", ""),
    ],
)
def test_names_are_looked_for_in_order(text: str, expected: str) -> None:
    assert " ".join(names(parse(text))) == expected


@pytest.mark.parametrize(
    ("text", "version", "expected"),
    [
        ("3", "3.12.4", True),
        ("3.1", "3.10.4", False),
        ("3.12", "3.12.4", True),
        ("3.12.3", "3.12.4", False),
        ("3.13rc1", "3.13.0rc1", True),
        ("3.13rc1", "3.13.0rc2", False),
        ("3.13", "3.13.0rc1", True),
        (">=3.11,<3.13", "3.12.9", True),
        (">=3.11,<3.13", "3.13.0", False),
        (">=3.13", "3.14.0rc1", True),
        ("pypy", "3.10.1", False),
        ("cp310", "3.10.1", True),
        ("3.13t", "3.13.1", False),
        ("3.13d", "3.13.1", False),
        ("python3.9", "3.12.1", True),
    ],
)
def test_an_interpreter_satisfies(text: str, version: str, expected: bool) -> None:
    assert satisfied_by(parse(text), interpreter(version)) is expected


def test_a_build_without_the_gil_is_asked_for_before_it_was_ready() -> None:
    early, ready = interpreter("3.13.1", free_threaded=True), interpreter("3.14.0", free_threaded=True)
    assert not satisfied_by(parse("3.13"), early) and satisfied_by(parse("3.13t"), early)
    assert satisfied_by(parse("3.14"), ready) and not satisfied_by(parse("3.14+gil"), ready)
    assert satisfied_by(parse(""), early)
