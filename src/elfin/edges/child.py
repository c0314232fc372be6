"""Other programs: run one and have its output, or become one.

Answers: `run` gives exit code and captured output; `replace` turns this process into the program (execve), so that its
signals, terminal and exit code are its own. Both say in words why a program cannot be started: no such command (exit
code 127, as shells have it), not executable (126), or a loader or script interpreter that is missing, which the system
calls "No such file". Arguments are lists: no shell is involved.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Mapping, Sequence

from elfin.errors import PlaceError
from elfin.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import NoReturn


_TAIL = 64 * 1024
_DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin"


class Completed(NamedTuple):
    """What became of a program."""

    code: int
    """Exit code; negative: the number of the signal that ended it."""
    out: bytes
    err: str
    """The last 64 KiB of stderr, undecodable bytes replaced."""


def run(
    arguments: Sequence[str],
    *,
    environ: Mapping[str, str] | None = None,
    folder: str | None = None,
    stdin: bytes = b"",
    timeout: float | None = None,
) -> Completed:
    """Run a program to its end and capture what it says.

    `environ` None: this process's; `folder` None: the working folder; `timeout` in seconds. The program is looked for
    on the PATH of `environ`. Raises PlaceError when it cannot be started or does not end in time.
    """
    import subprocess

    program = find(arguments[0], environ, folder)
    try:
        done = subprocess.run(
            [arguments[0], *arguments[1:]],
            executable=program,
            input=stdin,
            capture_output=True,
            env=environ,
            cwd=folder,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise PlaceError(f"{arguments[0]} did not end within {timeout:g} seconds", hints=("it was stopped",)) from error
    except OSError as error:
        if folder is not None and not os.path.isdir(folder):
            raise PlaceError(f"there is no folder {folder}") from error
        raise cannot_start(error, arguments[0], program) from error
    return Completed(done.returncode, done.stdout, done.stderr[-_TAIL:].decode("utf-8", "replace"))


def replace(arguments: Sequence[str], environ: Mapping[str, str] | None = None) -> NoReturn:
    """Become the program: this process, its terminal and its children are the program's from now on.

    `environ` None: this process's. Raises PlaceError (exit code 126 or 127) when it cannot be started.
    """
    program = find(arguments[0], environ, None)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    helpers = sys.modules.get("elfin.edges.processes")
    if helpers is not None:
        helpers.reap()  # or the program would find children that it never had
    _default_signals()
    given = dict(os.environ if environ is None else environ)
    try:
        os.execve(program, list(arguments), given)  # noqa: S606
    except OSError as error:
        if error.errno == errno.ENOEXEC and _is_text(program):  # a script without `#!`: shells run it themselves
            os.execve("/bin/sh", ["sh", program, *arguments[1:]], given)  # noqa: S606
        raise cannot_start(error, arguments[0], program) from error


def find(name: str, environ: Mapping[str, str] | None, folder: str | None) -> str:
    """The path of the program `name`: itself if it has a slash, else the first executable of that name on PATH.

    `folder` is where a relative path starts (None: the working folder). Raises PlaceError with exit code 127 for one
    that is nowhere, 126 for one that may not be executed.
    """
    if os.sep in name:
        path = os.path.join(folder or "", name)
        if os.path.isdir(path):
            raise _failure(f"{name} is a folder, not a program", 126)
        if not os.path.lexists(path):
            raise _failure(f"there is no program {name}", 127)
        return path
    path_variable = (os.environ if environ is None else environ).get("PATH", _DEFAULT_PATH)
    refused = None
    for place in path_variable.split(os.pathsep):
        path = os.path.join(folder or "", place or ".", name)
        if os.path.isfile(path):
            if os.access(path, os.X_OK):
                return path
            refused = refused or path
    if refused is not None:
        raise _failure(f"{refused} is not executable", 126)
    raise _failure(f"there is no command `{name}`", 127, "it is in none of the folders of PATH")


def cannot_start(error: OSError, name: str, program: str) -> PlaceError:
    """The error to raise `from` the OSError of an exec; `program` is the path that was tried."""
    if error.errno == errno.ENOENT and os.path.exists(program):
        missing = _missing_loader(program)
        if missing is None:
            return _failure(f"{name} cannot be started: its interpreter or loader is missing", 127)
        kind, path = missing
        return _failure(f"{name} cannot be started: its {kind} {path} is not on this machine", 127)
    if error.errno == errno.ENOENT:
        return _failure(f"{name} cannot be started: there is no {program}", 127)
    if error.errno in (errno.EACCES, errno.EPERM):
        return _failure(f"{program} is not executable", 126)
    if error.errno in (errno.ENOEXEC, errno.EBADMACH if hasattr(errno, "EBADMACH") else errno.ENOEXEC):
        return _failure(f"{name} is no program that this machine can run", 126)
    if error.errno == errno.E2BIG:
        return _failure(f"{name} cannot be started: arguments and environment are too long together", 126)
    return _failure(f"{name} cannot be started: {os.strerror(error.errno or 0).lower()}", 126)


def _failure(message: str, code: int, *hints: str) -> PlaceError:
    error = PlaceError(message, hints=hints)
    error.exit_code = code
    return error


def _head(program: str) -> bytes:
    try:
        with open(program, "rb") as file:
            return file.read(4096)
    except OSError:
        return b""


def _is_text(program: str) -> bool:
    head = _head(program)
    return bool(head) and b"\0" not in head


def _missing_loader(program: str) -> tuple[str, str] | None:
    """(what it is, its path) of the script interpreter or ELF loader that a program names and that is not there."""
    import re

    head = _head(program)
    if head.startswith(b"#!"):
        words = head[2:].split(b"\n", 1)[0].split()
        path = os.fsdecode(words[0]) if words else ""
        return ("interpreter", path) if path and not os.path.exists(path) else None
    # PT_INTERP is a text near the start of an ELF file. Reading the file properly is another room's art; a path that
    # looks like a loader and does not exist explains the failure as well.
    for match in re.finditer(rb"(/[!-~]*/ld[!-~]*\.so[!-~]*)\0", head):
        path = os.fsdecode(match[1])
        if not os.path.exists(path):
            return "loader", path
    return None


def _default_signals() -> None:
    """Python ignores these two, and what is ignored stays so in the program it becomes (`elfin run -- yes | head`)."""
    import signal

    for name in ("SIGPIPE", "SIGXFSZ"):
        number = getattr(signal, name, None)
        if number is not None:
            signal.signal(number, signal.SIG_DFL)
