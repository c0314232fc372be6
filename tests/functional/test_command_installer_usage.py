"""`elfin installer build`: values that cannot be, options that would change nothing, files of another app."""

from __future__ import annotations

import pytest

from kit.commandline import Commandline, assert_refusal
from kit.installerbuild import build, dist, made
from kit.releasefiles import gnu, put, static

GNU = "x86_64-unknown-linux-gnu.tar.gz"
MUSL = "x86_64-unknown-linux-musl.tar.gz"


@pytest.fixture
def elfin(tmp_path, monkeypatch, capsys) -> Commandline:  # type: ignore[no-untyped-def]
    command = Commandline(tmp_path, monkeypatch, capsys)
    put(dist(command), f"hello-{GNU}", {"hello": gnu()})
    return command


@pytest.mark.parametrize(
    ("option", "value"),
    [("--name", "x; rm"), ("--version", "$(x)"), ("--base-url", "https://x.org/`id`"), ("--probe", "$(touch x)"),
     ("--install-dir", "bin"), ("--homepage", "javascript:x"), ("--link", "../x"), ("--link", "a/-x/ b"),
     ("--program", "a/b"), ("--inside", "/{program}")],
)  # fmt: skip
def test_a_value_that_cannot_be_is_a_usage_error_that_names_its_option(
    elfin: Commandline, option: str, value: str
) -> None:
    answer = build(elfin, option, value)
    assert_refusal(answer, 2)
    assert f"{option}: '" in answer.err and "hint: " in answer.err
    assert not (elfin.work / "out").exists()


def test_a_password_in_a_url_that_cannot_be_is_not_printed(elfin: Commandline) -> None:
    answer = build(elfin, "--base-url", "https://user:hunter2@x.org/d")
    assert_refusal(answer, 2)
    assert "hunter2" not in answer.said and "without user name" in answer.err


def test_a_value_that_begins_like_an_option_is_told_how_it_is_written(elfin: Commandline) -> None:
    answer = build(elfin, "--probe", "--version")
    assert_refusal(answer, 2)
    assert "`--probe=VALUE`" in answer.err
    assert made(elfin, "--probe=--version")["probe"] == ["--version"]


@pytest.mark.parametrize("words", [("--program", "hi"), ("--inside", "{program}")])
def test_of_a_folder_nobody_says_what_is_in_its_archives(elfin: Commandline, words: tuple[str, str]) -> None:
    answer = build(elfin, *words)
    assert_refusal(answer, 2)
    assert "for listed files that are not there" in answer.err


@pytest.mark.parametrize(
    "words",
    [("--layout", "programs"), ("--program", "hi"), ("--inside", "{program}"), ("--allow-missing-symbols",),
     ("--name", "hi"), ("--layout", "tree", "--link", "bin/hi")],
)  # fmt: skip
def test_what_a_release_json_says_already_is_not_dropped_in_silence(elfin: Commandline, words: tuple[str, ...]) -> None:
    made(elfin)
    answer = elfin("installer", "build", "out/release.json", "-o", "again", *words)
    assert_refusal(answer, 2)
    assert "a release.json says names, programs, floors and layout already" in answer.err


def test_with_a_name_files_of_another_app_beside_it_are_passed_over_and_told(elfin: Commandline) -> None:
    put(dist(elfin), f"other-{MUSL}", {"other": static()})
    answer = build(elfin, "--name", "hello", "--json")
    assert answer.code == 0, answer.said
    assert f'"name": "hello-{GNU}"' in answer.out and f'"name": "other-{MUSL}"' not in answer.out
    assert f"other-{MUSL} is passed over: its name begins with another app's than hello" in answer.out


def test_a_name_of_ones_own_is_for_all_files(elfin: Commandline) -> None:
    put(dist(elfin), f"hello-{MUSL}", {"hello": static()})
    assert [one["name"] for one in made(elfin, "--name", "hi")["artifacts"]] == [f"hello-{GNU}", f"hello-{MUSL}"]
