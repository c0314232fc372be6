"""Edge: starts one interpreter, and makes of its answer and its ELF file what it is. Imported when there is no memory.

The child gets no /dev/null, so it can be asked where there is none.
"""

from __future__ import annotations

import os

from elfin.formats import elf
from elfin.host import libc as libcs
from elfin.host import root
from elfin.host.detect import Facts, detect
from elfin.host.model import Evidence, Host, Interpreter
from elfin.pythons import disk, trouble
from elfin.pythons import probe as probes
from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


_PATIENCE = 60.0
_PROBE = os.path.join(os.path.dirname(__file__), "_probe.py")


def ask(path: str, place: root.Root, meanwhile: Callable[[], object] | None = None) -> dict[str, Any]:
    """What the interpreter at `path` says of itself. Raises NoPython, PlaceError: what keeps it from answering."""
    return probes.record(path, said(path, place, meanwhile, _PROBE))


def remember_refusal(path: str, reason: str, cache_folder: str | None, extra: list[str]) -> None:
    """Have a Python that is too old not started again while it is the same program; a script may lead elsewhere."""
    if cache_folder is not None and trouble.is_of_age(reason) and disk.head(path, 2) != b"#!":
        disk.remember(path, cache_folder, reason, [], extra)


def describe(
    path: str, answer: dict[str, Any], place: root.Root, cache_folder: str | None, extra: list[str]
) -> Interpreter:
    """The interpreter of an answer; remembered unless `cache_folder` is None."""
    header = libcs.header_of(place, answer["real_executable"] or path)
    read: list[Evidence] = []
    libc = None
    if header is not None and header.interpreter is not None:
        libc = libcs.identify(place, header.interpreter, read)
    known = probes.interpreter(path, answer, header, libc)
    if cache_folder is not None:
        disk.remember(path, cache_folder, known, _watched(place, answer, header, read), extra)
    return known


def _watched(place: root.Root, answer: dict[str, Any], header: elf.Header | None, read: list[Evidence]) -> list[str]:
    """Files whose change makes the answer worthless; `read` tells of the one with the libc's version."""
    paths = answer["paths"]
    watched = [
        answer["real_executable"],
        os.path.join(answer["stdlib"], "EXTERNALLY-MANAGED"),
        paths["purelib"],
        paths["platlib"],
    ]
    if header is not None and header.interpreter is not None:
        watched.append(root.real(place, header.interpreter) or header.interpreter)
        watched += [one.source.rpartition(": ")[0] for one in read if one.fact == "libc version"]
    if answer["manylinux_file"]:
        watched.append(answer["manylinux_file"])
    return watched


def _here(place: root.Root) -> Host:
    name = os.uname()
    return detect(place, Facts(name.sysname, name.machine))


def said(path: str, place: root.Root, meanwhile: Callable[[], object] | None, script: str) -> bytes:
    """Standard output of a script of ours in the interpreter at `path`.

    Raises NoPython, PlaceError: what keeps it from answering, in words.
    """
    import subprocess
    from contextlib import suppress

    header = libcs.header_of(place, path)
    if header is not None and header.interpreter is not None and root.file(place, header.interpreter) is None:
        raise trouble.loader_missing(path, header.interpreter, header, _here(place))
    environment = {key: value for key, value in os.environ.items() if key != "__PYVENV_LAUNCHER__"}
    environment["SYSTEM_VERSION_COMPAT"] = "0"  # macOS else claims to be 10.16 to old builds
    try:
        # Pipes, not DEVNULL: a chroot may have no /dev/null.
        with subprocess.Popen(
            [path, "-I", "-B", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=environment,
        ) as process:  # fmt: skip
            try:
                if meanwhile is not None:
                    with suppress(Exception):  # it only prepares: what is wrong shows when it is needed
                        meanwhile()
                out, complaint = process.communicate(timeout=_PATIENCE)
            except BaseException:
                process.kill()
                raise
    except subprocess.TimeoutExpired:
        raise trouble.silent(path, _PATIENCE) from None
    except OSError as error:
        first = disk.head(path).split(b"\n")[0].decode("utf-8", "replace")
        if isinstance(error, FileNotFoundError) and first.startswith("#!"):
            raise trouble.script_interpreter_missing(path, first) from error
        raise trouble.not_started(path, error, header, _here(place)) from error
    if process.returncode != 0:
        raise trouble.failed(path, process.returncode, complaint or out)
    return out
