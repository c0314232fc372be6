"""Why an executable did not answer, in words: what the kernel's bare error leaves out, the ELF header tells."""

from __future__ import annotations

import errno

from elfin.errors import ElfinError, NoPython, PlaceError
from elfin.formats.elf import Header
from elfin.host import arch, fit
from elfin.host.model import Host

_LAST_WORDS = 300
TOO_OLD = "the oldest that will do is"
_WITHOUT_I = "is a Python too old to be asked"


def missing(executable: str) -> NoPython:
    """There is no such file."""
    return NoPython(f"{executable} does not exist")


def loader_missing(executable: str, loader: str, header: Header, here: Host) -> PlaceError:
    """The file is there, the loader it names is not: the kernel says "No such file" of the wrong one."""
    made_for = arch.of(header).name
    if made_for != here.arch.name:
        return PlaceError(f"{executable} is for {made_for}, this machine is {here.arch.name}")
    family = _family(loader)
    runs = "has no libc" if here.libc is None else f"runs {fit.spell_libc(here.libc)}"
    built = f": it was built for {family}, this place {runs}" if family else f": this place {runs}"
    hints: tuple[str, ...] = ()
    if family == "musl" or (here.libc is not None and here.libc.family == "musl"):
        hints = ("take a Python that was built for this libc",)
    return PlaceError(f"{executable} needs the loader {loader}, which is not here{built}", hints=hints)


def _family(loader: str) -> str | None:
    name = loader.rpartition("/")[2]
    if "ld-musl" in name:
        return "musl"
    if "uClibc" in name:
        return "uclibc"
    if name.startswith("linker"):
        return "Android"
    return "glibc" if name.startswith(("ld-linux", "ld64.so", "ld.so", "ld-")) else None


def script_interpreter_missing(executable: str, first_line: str) -> PlaceError:
    """A script whose first line names a program that is not there."""
    return PlaceError(f"{executable} is a script for {first_line[2:].strip()!r}, which is not here")


def not_started(executable: str, error: OSError, header: Header | None, here: Host) -> ElfinError:
    """The kernel refused to start it."""
    if error.errno == errno.ENOEXEC:
        if header is not None:
            made_for = arch.of(header).name
            if made_for != here.arch.name:
                return PlaceError(f"{executable} is for {made_for}, this machine is {here.arch.name}")
        return PlaceError(f"{executable} has a format that this machine cannot run")
    if error.errno == errno.EACCES:
        return PlaceError(f"{executable} may not be executed: permission denied")
    return PlaceError(f"{executable} cannot be started: {error.strerror or error}")


def failed(executable: str, code: int, output: bytes) -> ElfinError:
    """It started and ended badly; its last words are the cause."""
    words = output.decode("utf-8", "replace").strip()
    # A loader or a shim says it in the first line, a traceback in the last.
    last = words.splitlines()[0 if code == 127 else -1].strip()[:_LAST_WORDS] if words else ""
    if "Unknown option: -I" in words or "unknown option -I" in words.lower():
        return NoPython(f"{executable} {_WITHOUT_I} (it does not know -I)")
    if code < 0:
        return PlaceError(f"{executable} was ended by signal {-code}" + (f": {last}" if last else ""))
    if "NixOS cannot run dynamically linked executables" in words:
        return PlaceError(f"{executable} was not built for NixOS, whose stub loader refused it")
    if code == 127:
        return PlaceError(f"{executable} could not load (status 127)" + (f": {last}" if last else ""))
    return NoPython(f"{executable} is not a usable Python: it ended with status {code}" + (f": {last}" if last else ""))


def silent(executable: str, seconds: float) -> PlaceError:
    """It did not answer in time."""
    return PlaceError(f"{executable} gave no answer in {seconds:.0f} seconds")


def is_of_age(message: str) -> bool:
    """Whether a message of `failed` or `probe.record` says that a Python is too old, which it stays."""
    return TOO_OLD in message or _WITHOUT_I in message
