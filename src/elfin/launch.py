"""The program as a file: run by `python -I -S`, so that nothing but elfin's own code is imported.

`-S` leaves out site-packages and strangers' `.pth` files; elfin's dependencies come from its private place (`own.py`),
and only when one is first imported. `--elfin-find MEMORY` is the question of the shell launcher: is this Python
recent enough, and where is it really?
"""

from __future__ import annotations

import sys
from _thread import get_ident

if sys.version_info < (3, 11):  # noqa: UP036 - the shell launcher asks Pythons of any age
    sys.exit(1)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import ClassVar

SOURCE = __file__.rpartition("/")[0].rpartition("/")[0] or "/"
OWN_PACKAGES = frozenset({"packaging", "urllib3", "truststore", "msgspec", "isal", "backports"})


class PrivatePlace:
    """An import finder, last in line: makes elfin's private place when one of its dependencies is first wanted."""

    _makers: ClassVar[set[int]] = set()
    """Threads that are making the place: to them, what it will hold is not there yet."""

    @classmethod
    def find_spec(cls, name: str, path: object = None, _target: object = None) -> object:
        """Put the private place on `sys.path` and look there; None for every other module (importlib's protocol)."""
        thread = get_ident()
        if path is not None or name not in OWN_PACKAGES or thread in cls._makers:
            return None
        from importlib.machinery import PathFinder

        from elfin.own import place

        cls._makers.add(thread)
        try:
            folder = place()
        finally:
            cls._makers.discard(thread)
        if folder not in sys.path:
            sys.path.append(folder)
        return PathFinder.find_spec(name, [folder], None)


def find(memory: str) -> int:
    """Print this interpreter's real path; remember it and its ELF loader in the file `memory` unless that is empty."""
    import os

    from elfin.errors import ElfinError

    executable = os.path.realpath(sys.executable)
    if memory:
        from elfin.edges import disk
        from elfin.own import loader_of

        try:
            disk.make_folder(os.path.dirname(memory))
            disk.write(memory, f"{executable}\n{loader_of(executable) or executable}\n".encode())
        except ElfinError:
            pass  # a read-only home costs the search at every start, nothing else
    sys.stdout.write(executable + "\n")
    return 0


def start(arguments: list[str]) -> int:
    """The exit code of the command that `arguments` (without the program's name) ask for."""
    sys.path.insert(0, SOURCE)
    sys.meta_path.append(PrivatePlace)  # type: ignore[arg-type]
    if arguments[:1] == ["--elfin-find"]:
        return find(arguments[1] if len(arguments) > 1 else "")
    from elfin.cli.entry import main

    return main(arguments)


def leave(code: int) -> None:
    """End the process without taking apart everything in memory: the system does that faster."""
    import atexit
    import os

    atexit._run_exitfuncs()  # noqa: SLF001 - `os._exit` would pass them over
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:  # None: the process was started with the descriptor closed
                stream.flush()
        except (OSError, ValueError):
            code = code or 3
    os._exit(code)


if __name__ == "__main__":
    leave(start(sys.argv[1:]))
