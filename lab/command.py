"""The words of `lab/lab` and `lab/matrix`: up, run, down, list; and the matrix's options."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap

from lab import cache, enter, make, needs
from lab.failure import LabError
from lab.places import Place, every, recipe

USAGE = """\
Real root file systems to run elfin in, made once and kept.

usage: lab/lab up [PLACE ...]             make them (all of them, when none is named)
       lab/lab run PLACE [--] COMMAND     run a command in one, made first if need be; the checkout is at /elfin
       lab/lab down [PLACE ...]           remove them (with none named all that the lab keeps, results too)
       lab/lab list                       what there is
       lab/matrix --help                  run elfin's jobs, and its peers', in every place
"""


def main(program: str, arguments: list[str]) -> int:
    """The exit code: 2 for the lab's own errors, else the command's."""
    try:
        if program == "matrix":
            from lab import matrix_run

            return matrix_run.main(arguments)
        return lab(arguments)
    except LabError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(LabError(f"{error.strerror or error}: {error.filename or 'the lab'}"), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def lab(arguments: list[str]) -> int:
    """`lab/lab`."""
    word, *rest = arguments or ["--help"]
    if word in ("--help", "-h", "help"):
        print(USAGE, end="")
        return 0
    if word == "up":
        for place in chosen(rest) or every().values():
            up(place)
        return 0
    if word == "run" and rest:
        place = chosen(rest[:1])[0]
        command = rest[2:] if rest[1:2] == ["--"] else rest[1:]
        if not command:
            raise LabError("run what?", f"lab/lab run {place.name} -- cat /etc/os-release")
        up(place)
        return enter.become(place, command)
    if word == "down":
        return down(rest)
    if word == "list":
        return show()
    raise LabError(f"the lab does not know `{' '.join(arguments)}`", "lab/lab --help")


def chosen(names: list[str]) -> list[Place]:
    """The places of these names. Raises LabError for one that is not in the table."""
    known = every()
    for name in names:
        if name not in known:
            raise LabError(f"there is no place {name}", "lab/lab list")
    return [known[name] for name in names]


def up(place: Place) -> None:
    """Make a place unless it is there, and say so."""
    seconds = make.up(place, tell)
    if seconds is not None:
        tell(f"made {place.name} in {seconds:.1f} s")


def tell(text: str) -> None:
    """A line for whoever waits."""
    print(text, file=sys.stderr, flush=True)


def down(names: list[str]) -> int:
    """Remove places, or all that the lab keeps."""
    needs.check_root()
    for place in chosen(names) or every().values():
        folder = cache.place_folder(place.name)
        if os.path.isdir(folder):
            with cache.locked(place.name, alone=True):
                cache.remove(folder)
            tell(f"removed {place.name}")
    if not names:
        for name in cache.KEPT:
            cache.remove(os.path.join(cache.folder(), name))
        if os.path.isdir(cache.folder()) and not os.listdir(cache.folder()):
            os.rmdir(cache.folder())
    return 0


def show() -> int:
    """Print the table of places, as wide as the terminal is."""
    known = every().values()
    longest = max(len(place.name) for place in known)
    width = shutil.get_terminal_size((80, 24)).columns
    for place in known:
        there = cache.is_made(place.name, recipe(place))
        state = f"{cache.size(cache.root_of(place.name)) / 1e6:.0f} MB" if there else "-"
        head = f"{place.name:{longest}} {place.architecture:8}{state:>6}  "
        print(textwrap.fill(place.note, max(width, 60), initial_indent=head, subsequent_indent=" " * len(head)))
    return 0
