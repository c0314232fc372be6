"""cli.table, cli.entry, cli.options: every command there is, and words that are none."""

from __future__ import annotations

import gc
import importlib
from collections.abc import Iterator

import pytest

from elfin.cli import entry, table
from elfin.cli.options import Parser, add_global_options
from elfin.errors import UsageError

EVERY = [(name, module) for name, (module, _) in table.COMMANDS.items() if module] + [
    (f"{group} {verb}", module) for group, verbs in table.GROUPS.items() for verb, (module, _) in verbs.items()
]


NEEDY = ("audit", "retag", "pip sync", "pip compile", "pip show", "explain", "installer build", "installer check")
"""Commands that miss a word before they look at options they do not know."""


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """`main` turns the collector off: a process of its own ends soon, this one does not."""
    yield
    gc.enable()


def test_groups_and_commands_belong_together() -> None:
    assert {name for name, (module, _) in table.COMMANDS.items() if module is None} == set(table.GROUPS)


@pytest.mark.parametrize(("name", "module"), EVERY, ids=[name for name, _ in EVERY])
def test_every_command_has_a_module_and_help(name: str, module: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert callable(importlib.import_module(module).run)
    with pytest.raises(SystemExit) as left:
        entry.main([*name.split(), "--help"])
    assert left.value.code in (0, None)
    said = capsys.readouterr()
    assert said.out.startswith(f"usage: elfin {name} ") and "--offline" in said.out and said.err == ""
    assert max(map(len, said.out.splitlines())) <= 120


@pytest.mark.parametrize("name", [name for name, _ in EVERY])
def test_an_unknown_option_is_a_usage_error_everywhere(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert entry.main([*name.split(), "x", "--no-progres"] if name in NEEDY else [*name.split(), "--no-progres"]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err == (
        f"error: `elfin {name}` has no option `--no-progres`\n\nhint: did you mean `--no-progress`?\n"
    )


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["xyzzy"], "`elfin --help` lists the commands"),
        (["isntall"], "did you mean `elfin pip install`?"),
        (["install"], "did you mean `elfin pip install`?"),
        (["pip", "instal"], "did you mean `elfin pip install`?"),
        (["pip", "uninstal", "x"], "did you mean `elfin pip uninstall`?"),
        (["cache", "clear"], "did you mean `elfin cache clean`?"),
        (["vnev"], "did you mean `elfin venv`?"),
        (["-q", "rum"], "did you mean `elfin run`?"),
    ],
)
def test_a_command_that_is_none(words: list[str], hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert entry.main(words) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: there is no command `") and f"hint: {hint}\n" in said, said


@pytest.mark.parametrize(
    ("words", "code", "shows"),
    [
        ([], 2, "usage: elfin COMMAND"),
        (["--help"], 0, "usage: elfin COMMAND"),
        (["help"], 0, "usage: elfin COMMAND"),
        (["pip"], 2, "usage: elfin pip COMMAND"),
        (["pip", "-h"], 0, "usage: elfin pip COMMAND"),
        (["help", "pip"], 0, "usage: elfin pip COMMAND"),
    ],
)
def test_help_lists_commands(words: list[str], code: int, shows: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert entry.main(words) == code
    said = capsys.readouterr()
    assert shows in (said.out if code == 0 else said.err)


@pytest.mark.parametrize("words", [["help", "pip", "install"], ["help", "venv"]])
def test_help_leads_to_a_command_s_own(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        entry.main(words)
    assert capsys.readouterr().out.startswith(f"usage: elfin {' '.join(words[1:])} ")


@pytest.mark.parametrize("words", [["--version"], ["-V"]])
def test_the_version_is_one_line(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    from elfin import __version__

    assert entry.main(words) == 0
    assert capsys.readouterr().out == f"elfin {__version__}\n"


def test_global_options_before_the_command_are_all_known_to_it() -> None:
    parser = Parser("elfin x", "")
    add_global_options(parser)
    known = set(parser._option_string_actions)
    assert {word for word in table.GLOBAL_OPTIONS if word != "-vv"} | set(table.GLOBAL_OPTIONS_WITH_VALUE) <= known
    with_value = {
        word for word, action in parser._option_string_actions.items() if action.nargs is None and word.startswith("--")
    }
    assert with_value == set(table.GLOBAL_OPTIONS_WITH_VALUE)


def test_leading_options_are_parted_from_the_command() -> None:
    words = ["-q", "--cache-dir", "pip", "--color=never", "pip", "list", "-v"]
    assert entry._split_leading(words) == (words[:4], words[4:])


@pytest.mark.parametrize(
    ("arguments", "own", "command"),
    [
        (["--with", "x", "python", "-c", "1"], ["--with", "x"], ["python", "-c", "1"]),
        (["--with=x", "python"], ["--with=x"], ["python"]),
        (["-q", "--", "-x"], ["-q"], ["-x"]),
        (["python", "--", "-x"], [], ["python", "--", "-x"]),
        (["-", "x"], [], ["-", "x"]),
        (["--with"], ["--with"], []),
        ([], [], []),
    ],
)
def test_own_options_end_where_the_command_begins(arguments: list[str], own: list[str], command: list[str]) -> None:
    parser = Parser("elfin run", "")
    parser.add_argument("--with")
    parser.add_argument("-q", action="store_true")
    assert parser.split_command(arguments) == (own, command)


def test_options_are_never_guessed_from_their_beginning() -> None:
    parser = Parser("elfin x", "")
    parser.add_argument("--upgrade", action="store_true")
    with pytest.raises(UsageError, match="has no option `--upgr`"):
        parser.parse_args(["--upgr"])
