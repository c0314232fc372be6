"""What was typed or written wrongly: said where it stands, with the nearest thing that would be right."""

from __future__ import annotations

import re

import pytest

from kit.commandline import Commandline, Place, Refused, assert_refusal


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("alpha>>1", 5),
        ("alpha[", 6),
        ("=alpha", 0),
        ("alpha; python_versio < '3'", 7),
        ("alpha==1; python_versio < '3'", 10),
        ("alpha >= 1 beta", 11),
    ],
)
def test_a_line_that_is_no_requirement_is_pointed_at(
    refused: Refused, elfin: Commandline, line: str, column: int
) -> None:
    elfin.file("requirements.txt", f"# first\nbeta\n{line}\n")
    said = refused(2, "pip", "install", "-r", "requirements.txt")
    assert "error: requirements.txt:3: expected " in said
    caret = re.search(r"(?m)^  ( *)\^$", said)
    assert f"  {line}\n" in said and caret is not None
    assert abs(len(caret[1]) - column) <= 1, said


@pytest.mark.parametrize("typed", ["alpha>>1", "", " ", "a b", "alpha==", "-e.", "alpha @ ", "\x1b[31m"])
def test_an_argument_that_is_no_requirement(refused: Refused, typed: str) -> None:
    said = refused(2, "pip", "install", typed)
    assert "\x1b" not in said


def test_a_requirements_file_that_is_not_there(refused: Refused, elfin: Commandline) -> None:
    assert "cannot read the requirements file gone.txt: no such file" in refused(2, "pip", "install", "-r", "gone.txt")
    assert "gone.txt" in refused(2, "pip", "sync", "gone.txt")
    assert "gone.txt" in refused(2, "pip", "compile", "gone.txt")
    elfin.file("loop.txt", "-r loop.txt\n")
    assert "leads back to itself" in refused(2, "pip", "install", "-r", "loop.txt")
    assert "cannot read" in refused(2, "pip", "install", "-r", ".")


@pytest.mark.parametrize("wanted", ["3.99", "pypy@3.6", "python9.9"])
def test_an_interpreter_that_is_not_there(refused: Refused, wanted: str) -> None:
    assert wanted in refused(1, "pip", "install", "--python", wanted, "alpha")


def test_an_interpreter_that_is_none(refused: Refused, elfin: Commandline) -> None:
    fake = elfin.file("python3", "#!/bin/sh\nexit 7\n")
    fake.chmod(0o755)
    said = elfin("pip", "install", "--python", fake, "alpha")
    assert said.code in (1, 3) and str(fake) in said.err and "Traceback" not in said.err


@pytest.mark.parametrize("name", ["folder", "thing-1.0.tar.gz"])
def test_source_by_path_is_not_built(refused: Refused, elfin: Commandline, name: str) -> None:
    (elfin.work / "folder").mkdir()
    (elfin.work / "thing-1.0.tar.gz").write_bytes(b"x")
    assert "cannot build" in refused(1, "pip", "install", f"./{name}")
    assert "there is no file" in refused(2, "pip", "install", "./gone-1.0-py3-none-any.whl")


@pytest.mark.parametrize(
    ("arguments", "near"),
    [
        (["pip", "install", "--indx-url", "x", "alpha"], "--index-url"),
        (["pip", "sync", "--dryrun", "x"], "--dry-run"),
        (["venv", "--sed"], "--seed"),
        (["run", "--wiht", "x", "y"], "--with"),
        (["pip", "compile", "--generate-hash", "x"], "--generate-hashes"),
    ],
)
def test_an_option_that_does_not_exist(refused: Refused, arguments: list[str], near: str) -> None:
    said = refused(2, *arguments)
    assert f"did you mean `{near}`?" in said and "has no option" in said


def test_a_folder_that_cannot_be_entered(elfin: Commandline) -> None:
    answer = elfin("--directory", "gone", "pip", "list")
    assert_refusal(answer, 2)
    assert "gone" in answer.err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ELFIN_INDEX_URL", "ftp://x/simple"),
        ("ELFIN_HTTP_TIMEOUT", "soon"),
        ("ELFIN_CONCURRENCY", "0"),
        ("ELFIN_OFFLINE", "perhaps"),
        ("ELFIN_LINK_MODE", "magic"),
    ],
)
def test_a_variable_without_a_meaning_is_named(
    elfin: Commandline, venv: Place, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    answer = elfin("pip", "install", "alpha")
    assert_refusal(answer, 2)
    assert name in answer.err and value in answer.err
