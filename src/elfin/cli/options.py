"""The parser of one command, and the groups of options that several commands share, with pip's and uv's words."""

from __future__ import annotations

from elfin.cli.plainly import argparse
from elfin.errors import UsageError
from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import NoReturn


class Parser(argparse.ArgumentParser):
    """argparse that raises `UsageError` instead of exiting, and never guesses at shortened options."""

    def __init__(self, program: str, description: str, usage: str | None = None) -> None:
        super().__init__(prog=program, description=description, usage=usage, allow_abbrev=False)

    def _get_formatter(self) -> argparse.HelpFormatter:
        """One of a fixed width: argparse makes one for every argument, and would ask the terminal each time."""
        return argparse.HelpFormatter(self.prog, max_help_position=30, width=100)

    def error(self, message: str) -> NoReturn:
        """Raise the complaint as elfin's own kind of error."""
        near = ""
        if message.startswith("unrecognized arguments: -"):
            import difflib

            word = message.split()[2].partition("=")[0]
            near = next(iter(difflib.get_close_matches(word, list(self._option_string_actions), n=1)), "")
            message = f"`{self.prog}` has no option `{word}`"
        hint = f"did you mean `{near}`?" if near else f"`{self.prog} --help` tells the options"
        if message.endswith("expected one argument"):
            name = message.split()[1].rstrip(":").rpartition("/")[2]
            hint = f"`{name}=VALUE` gives it one, also one that begins with `-`"
        if message.endswith(("`--implementation`", "`--abi`")) and "--python-version" in self._option_string_actions:
            hint = "`--python-version` says it in one word: cp312, 3.13t, pypy3.11"
        raise UsageError(message, hints=(hint,))

    def split_command(self, arguments: list[str]) -> tuple[list[str], list[str]]:
        """Own options, and the command line behind them: from the first word that is no option, or behind `--`."""
        position = 0
        while position < len(arguments):
            word = arguments[position]
            if word == "--":
                return arguments[:position], arguments[position + 1 :]
            if not word.startswith("-") or word == "-":
                break
            action = self._option_string_actions.get(word)
            position += 2 if action is not None and action.nargs != 0 else 1
        return arguments[:position], arguments[position:]


def add_global_options(parser: Parser) -> None:
    """Options every command has; they may also stand before the command."""
    group = parser.add_argument_group("everywhere")
    group.add_argument("-q", "--quiet", action="count", default=0, help="print less; twice: nothing but errors")
    group.add_argument("-v", "--verbose", action="count", default=0, help="print more; twice: everything")
    group.add_argument("--color", choices=("auto", "always", "never"), default=None, help="colour the output")
    group.add_argument("--no-progress", action="store_true", help="show no progress line")
    group.add_argument("--offline", action="store_true", default=None, help="use the cache only, never the network")
    group.add_argument(
        "-n", "--no-cache", "--no-cache-dir", action="store_true", default=None, help="use a cache of this run's own"
    )
    group.add_argument("--cache-dir", metavar="DIR", help="keep the cache there")
    group.add_argument("--directory", metavar="DIR", help="change to DIR first")
    group.add_argument("--no-python-downloads", action="store_true", help="use the Pythons that are here")
    group.add_argument("--libc", metavar="NAME", help="take this libc for the native one: gnu, musl, none")


def add_index_options(parser: Parser) -> None:
    """Where packages are looked for."""
    group = parser.add_argument_group("package index")
    group.add_argument("-i", "--index-url", "--default-index", metavar="URL", help="the index to use")
    group.add_argument(
        "--extra-index-url", "--index", metavar="URL", action="append", help="further indexes, asked first"
    )
    group.add_argument("-f", "--find-links", metavar="DIR|URL", action="append", help="folders or pages with wheels")
    group.add_argument("--no-index", action="store_true", default=None, help="use --find-links only")
    group.add_argument("--keyring-provider", choices=("disabled", "subprocess"), help="ask `keyring` for passwords")
    group.add_argument("--refresh", action="store_true", help="do not trust cached pages")


def add_resolver_options(parser: Parser) -> None:
    """How versions are chosen."""
    group = parser.add_argument_group("choice of versions")
    group.add_argument("--pre", action="store_true", help="allow pre-releases (as --prerelease allow)")
    group.add_argument(
        "--prerelease",
        choices=("disallow", "allow", "if-necessary", "explicit", "if-necessary-or-explicit"),
        help="when to take pre-releases",
    )
    group.add_argument("--resolution", choices=("highest", "lowest", "lowest-direct"), default="highest")
    group.add_argument("-U", "--upgrade", action="store_true", help="prefer new versions over those already there")
    group.add_argument("-P", "--upgrade-package", metavar="NAME", action="append", default=[], help="upgrade this one")
    group.add_argument("--no-deps", action="store_true", help="take no dependencies")


def add_requirement_options(parser: Parser) -> None:
    """What is asked for."""
    parser.add_argument(
        "-r",
        "--requirement",
        "--requirements",
        metavar="FILE",
        action="append",
        default=[],
        help="requirements from a file",
    )
    parser.add_argument(
        "-c",
        "--constraint",
        "--constraints",
        metavar="FILE",
        action="append",
        default=[],
        help="bounds that apply only to what is wanted",
    )


def add_target_options(parser: Parser) -> None:
    """Which environment is meant."""
    group = parser.add_argument_group("environment")
    group.add_argument("-p", "--python", metavar="PYTHON", help="an environment, an interpreter, a version, root:DIR")
    group.add_argument("--system", action="store_true", help="the system's Python instead of a virtual environment")
    group.add_argument("--break-system-packages", action="store_true", help="also where the system manages its Python")
    group.add_argument("-t", "--target", metavar="DIR", help="install into this folder")
    group.add_argument("--prefix", metavar="DIR", help="install below this prefix")


def add_place_options(parser: Parser, instead: str) -> None:
    """Another place and version than the Python's at hand. `instead`: what the place stands in for, in words."""
    group = parser.add_argument_group("another place than this one")
    group.add_argument(
        "--platform", "--python-platform", metavar="PLACE", action="append",
        help=f"{instead} (alpine:3.20/arm64, manylinux_2_28_x86_64, root:DIR, image:FILE, ...)",
    )  # fmt: skip
    group.add_argument(
        "--python-version", metavar="VERSION", help="take wheels for this Python (3.12, 3.12.4, 3.13t, pypy3.11)"
    )


def add_accepted_options(parser: Parser) -> None:
    """pip's and uv's options that ask for what elfin does anyway."""
    group = parser.add_argument_group("accepted for pip's and uv's sake; elfin does this anyway")
    for name in ("--no-build", "--no-compile", "--no-input", "--prefer-binary", "--disable-pip-version-check"):
        group.add_argument(name, action="store_true", help=argparse.SUPPRESS)
    group.add_argument("--only-binary", metavar="NAME", action="append", help="wheels are all that elfin installs")
    group.add_argument("--progress-bar", metavar="KIND", help=argparse.SUPPRESS)


def add_link_options(parser: Parser) -> None:
    """How files get from the cache into an environment."""
    group = parser.add_argument_group("installation")
    group.add_argument(
        "--link-mode", choices=("clone", "reflink", "hardlink", "copy", "symlink"), help="default: the first that works"
    )
    group.add_argument("--no-sync", action="store_true", help="do not wait for the disk (containers, CI)")


def add_audit_option(parser: Parser) -> None:
    """Whether binaries are read before they are used."""
    parser.add_argument(
        "--audit", action="store_true", help="read the binaries first, and refuse wheels that cannot run there"
    )
