"""Schemes are those sysconfig and pip would answer."""

from __future__ import annotations

import subprocess
import sys

import pytest

from elfin.envs import layout
from kit.interpreters import running
from kit.places import interpreter


def test_an_environment_on_linux() -> None:
    scheme = layout.venv_scheme(interpreter("3.12.1"), "/e")
    assert scheme == ("/e/lib/python3.12/site-packages",) * 2 + ("/e/bin", "/e", "/e/include/site/python3.12")


@pytest.mark.parametrize(
    ("changes", "packages", "names"),
    [
        ({}, "/e/lib/python3.13/site-packages", ("python", "python3", "python3.13")),
        (
            {"free_threaded": True},
            "/e/lib/python3.13t/site-packages",
            ("python", "python3", "python3.13", "python3.13t"),
        ),
        ({"debug": True}, "/e/lib/python3.13/site-packages", ("python", "python3", "python3.13")),
        (
            {"implementation": "pypy"},
            "/e/lib/pypy3.13/site-packages",
            ("python", "python3", "python3.13", "pypy", "pypy3", "pypy3.13"),
        ),
    ],
)
def test_kinds_of_python(changes: dict[str, str], packages: str, names: tuple[str, ...]) -> None:
    python = interpreter("3.13.1")._replace(**changes)  # type: ignore[arg-type]
    scheme = layout.venv_scheme(python, "/e")
    assert (scheme.purelib, scheme.platlib) == (packages, packages)
    assert layout.python_names(python) == names
    assert scheme.headers == "/e/include/site/python3.13"


def test_an_environment_on_windows() -> None:
    scheme = layout.venv_scheme(interpreter("3.12.1", os="windows"), "C:\\e")
    assert (scheme.purelib, scheme.scripts) == ("C:\\e\\Lib\\site-packages", "C:\\e\\Scripts")
    assert layout.include_folder(interpreter(os="windows"), "C:\\e") == "C:\\e\\Include"


def test_a_folder_of_this_disk_for_windows_is_spelt_as_this_disk_is() -> None:
    scheme = layout.prefix_scheme(interpreter("3.12.1", os="windows"), "/out")
    assert scheme == ("/out/Lib/site-packages",) * 2 + ("/out/Scripts", "/out", "/out/Include")


def test_the_scheme_of_a_system_is_what_its_interpreter_says() -> None:
    debian = interpreter("3.11.2")
    paths = {
        **debian.paths,
        "purelib": "/usr/local/lib/python3.11/dist-packages",
        "scripts": "/usr/local/bin",
        "data": "/usr/local",
    }
    scheme = layout.system_scheme(debian._replace(paths=paths))
    assert scheme.purelib == "/usr/local/lib/python3.11/dist-packages"
    assert (scheme.scripts, scheme.data, scheme.headers) == ("/usr/local/bin", "/usr/local", "/usr/include/python3.11")


def test_a_prefix_keeps_lib64_where_the_interpreter_has_one() -> None:
    plain = interpreter("3.12.1")
    fedora = plain._replace(paths={**plain.paths, "platstdlib": "/usr/lib64/python3.12"})
    assert layout.prefix_scheme(plain, "/p").platlib == "/p/lib/python3.12/site-packages"
    scheme = layout.prefix_scheme(fedora, "/p")
    assert (scheme.purelib, scheme.platlib) == ("/p/lib/python3.12/site-packages", "/p/lib64/python3.12/site-packages")
    assert layout.prefix_scheme(interpreter(os="windows"), "C:\\p").headers == "C:\\p\\Include"


def test_a_target_folder_holds_modules_directly() -> None:
    assert layout.target_scheme("/t") == ("/t", "/t", "/t/bin", "/t", "/t/include")


def test_the_schemes_agree_with_this_sysconfig() -> None:
    code = (
        "import sysconfig; at = dict.fromkeys(('base', 'platbase', 'installed_base'), '/e')\n"
        "paths = sysconfig.get_paths('venv', at); print(paths['purelib'], paths['scripts'], paths['include'])"
    )
    said = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True).stdout.split()
    scheme = layout.venv_scheme(running(), "/e")
    assert [scheme.purelib, scheme.scripts, layout.include_folder(running(), "/e")] == said


@pytest.mark.parametrize(
    ("path", "prompt"),
    [
        ("/a/env", "env"),
        ("/a/project/.venv", "project"),
        ("/a/project/venv/", "project"),
        ("/.venv", ".venv"),
        ("/", "/"),
    ],
)
def test_the_prompt_by_default(path: str, prompt: str) -> None:
    assert layout.default_prompt(path) == prompt
