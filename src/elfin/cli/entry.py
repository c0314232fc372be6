"""The process: which command is asked for, and what becomes of its errors. Hot path: imports nothing heavy.

Only this file catches `ElfinError`. A command's module is imported when it is asked for, and only its own argparse
parser is built; global options may stand before the command and are handed on to it.
"""

from __future__ import annotations

import gc
import sys

from elfin.cli.table import COMMANDS, GLOBAL_OPTIONS, GLOBAL_OPTIONS_WITH_VALUE, GROUPS
from elfin.errors import ElfinError


def script() -> None:
    """Entry point `elfin` of an installed distribution."""
    sys.exit(main(sys.argv[1:]))


def script_x() -> None:
    """Entry point `elfinx`: `elfin tool run`."""
    sys.exit(main(["tool", "run", *sys.argv[1:]]))


def main(arguments: list[str]) -> int:
    """Run the command line `arguments` (without the program's name); the exit code, errors told on stderr."""
    gc.disable()  # a command lives for seconds and makes hardly any cycles; looking for them costs a tenth of it
    try:
        code = _dispatch(arguments)
        _finish_output()
        return code
    except ElfinError as error:
        from elfin.cli.report import report

        code = report(error)
        _let_go_of_output()
        return code
    except KeyboardInterrupt:
        from elfin.edges.terminal import tell

        tell("interrupted", -2)
        return 130
    except BrokenPipeError:
        _let_go_of_output()  # the reader went away (`elfin pip list | head`): say nothing
        return 141
    except Exception as error:
        from elfin.cli.report import report_bug

        return report_bug(error)


def _finish_output() -> None:
    """Hand everything printed to the system now: here a reader that went away, or a full disk, can still be told of."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        from elfin.errors import PlaceError

        raise PlaceError(f"the output could not be written: {(error.strerror or str(error)).lower()}") from error


def _let_go_of_output() -> None:
    """Give up what cannot be written, or the interpreter would try once more when it ends, and complain."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except (OSError, ValueError):
        import os

        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _dispatch(arguments: list[str]) -> int:
    if arguments in (["--version"], ["-V"]):
        from elfin import __version__

        print(f"elfin {__version__}")
        return 0
    leading, rest = _split_leading(arguments)
    if not rest or rest[0] in ("-h", "--help", "help"):
        return _help(rest[1:] if rest[:1] == ["help"] else [], missing=not rest)
    name, rest = rest[0], rest[1:]
    if name in GROUPS:
        if not rest or rest[0] in ("-h", "--help"):
            return _help([name], missing=not rest)
        title = f"{name} {rest[0]}"
        module = GROUPS[name].get(rest[0], ("", ""))[0]
        rest = rest[1:]
    else:
        title, module = name, (COMMANDS.get(name) or ("", ""))[0] or ""
    if not module:
        from elfin.cli.report import unknown_command

        raise unknown_command(
            title, {**COMMANDS, **{f"{group} {verb}": "" for group in GROUPS for verb in GROUPS[group]}}
        )
    command = __import__(module, fromlist=["run"])
    code: int = command.run([*leading, *rest], f"elfin {title}")
    return code


def _split_leading(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Global options typed before the command, and the rest."""
    position = 0
    while position < len(arguments):
        word = arguments[position]
        if word in GLOBAL_OPTIONS or (word.partition("=")[0] in GLOBAL_OPTIONS_WITH_VALUE and "=" in word):
            position += 1
        elif word in GLOBAL_OPTIONS_WITH_VALUE:
            position += 2
        else:
            break
    return arguments[:position], arguments[position:]


def _help(names: list[str], *, missing: bool) -> int:
    """Print the commands (of a group); 2 when nothing was asked for at all, as an unfinished command line is."""
    if len(names) >= 1 and names[0] not in GROUPS:
        return _dispatch([*names, "--help"])
    if len(names) > 1:
        return _dispatch([*names, "--help"])
    rows = GROUPS[names[0]] if names else COMMANDS
    program = " ".join(["elfin", *names])
    lines = [f"usage: {program} COMMAND [options]", ""]
    if not names:
        lines[:0] = ["Python environments and packages on any Linux, with libc done right.", ""]
    lines += [f"  {name:10} {row[1]}" for name, row in rows.items()]
    lines += ["", f"`{program} COMMAND --help` tells a command's options."]
    stream = sys.stderr if missing else sys.stdout
    if stream is not None:  # None: started with the descriptor closed
        print("\n".join(lines), file=stream)
    return 2 if missing else 0
