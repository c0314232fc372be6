"""Whether an installed Python is what its build promises: by its executable's header before it is ever run, then by
what it says of itself (`_first.py`); and what its failures mean in words. Pure.
"""

from __future__ import annotations

import re

from elfin.formats.elf import Header
from elfin.host import arch as arches
from elfin.pythons.catalogue import EXT_SUFFIX, PythonBuild
from elfin.record import NamedTuple


class Answer(NamedTuple):
    """What a Python says of itself when it is first started."""

    implementation: str
    version: str
    free_threaded: bool
    debug: bool
    ext_suffix: str
    """Of extension modules; "" for a static Python, which loads none."""
    soabi: str


def answer(output: bytes) -> Answer | None:
    """The answer in what it printed, None where there is none; `sitecustomize` may have printed before it."""
    lines = output.decode("utf-8", "replace").splitlines()
    words = lines[-1].split("\t") if lines else []
    if len(words) != 7 or words[0] != "elfin":
        return None
    return Answer(words[1], words[2], words[3] == "1", words[4] == "1", words[5], words[6])


def of_header(build: PythonBuild, header: Header | None, loader_there: bool | None) -> str | None:
    """What is wrong with the executable by its ELF header, as a clause; None when nothing is.

    `loader_there`: whether the loader it names is in the place; None where nobody can look.
    """
    if build.os != "linux":
        return None
    if header is None:
        return "its executable is no ELF program"
    made_for = arches.of(header, build.arch).name
    if made_for != build.arch and not (arches.is_arm(made_for) and arches.is_arm(build.arch)):
        return f"its executable is for {made_for}, not {build.arch}"
    loader = header.interpreter
    if build.linkage == "static":
        return None if loader is None else f"its executable is not static: it needs the loader {loader}"
    if loader is None:
        return "its executable is static, though its name does not say so: it would load no extension module"
    family = "musl" if "ld-musl" in loader else "glibc"
    if build.libc is not None and family != build.libc:
        return f"its executable is for {family}, not {build.libc}"
    if loader_there is False:
        return f"it needs the loader {loader}, which is not there"
    return None


def of_answer(build: PythonBuild, known: Answer) -> str | None:
    """What is wrong with what it says of itself, as a clause; None when nothing is."""
    if known.implementation != build.implementation:
        return f"it says that it is {known.implementation}"
    if _comparable(build, known.version) != _comparable(build, build.version):
        return f"it says that it is version {known.version}"
    if known.free_threaded != build.free_threaded:
        return "it has no GIL" if known.free_threaded else "it has a GIL"
    if build.debug and not known.debug:
        return "it is no debug build"
    suffix = known.ext_suffix
    dynamic_musl = build.libc == "musl" and build.linkage == "dynamic" and EXT_SUFFIX not in build.faults
    if dynamic_musl and suffix.endswith("-linux-gnu.so"):
        return f"it looks for extension modules named {suffix}, which is for glibc"
    return None


def _comparable(build: PythonBuild, version: str) -> str:
    """What of a version the lists know: of GraalPy's they fill in 0 for the patch."""
    return version.rpartition(".")[0] if build.implementation == "graalpy" else version


def translated(message: str) -> tuple[str, str | None]:
    """A failure of the first run in words of what is missing, and what might help (None: nothing known)."""
    glibc = re.search(r"version [`'\"]GLIBC_([\d.]+)'? not found", message)
    if glibc is not None:
        return f"it needs glibc {glibc[1]}, which is newer than the one here", "an older build may run here"
    if re.search(r"Error relocating|symbol not found", message):
        return "it needs a newer musl than the one here", "its loader says: " + message[-200:]
    library = re.search(r"(?:Error loading shared library |error while loading shared libraries: )([^\s:]+)", message)
    if library is not None:
        return f"it needs the library {library[1]}, which is not here", "install the package with that library"
    if "signal 4" in message:
        return "it uses instructions that this processor does not have", "ask for it without `+v2`, `+v3` or `+v4`"
    if "signal 11" in message:
        return "it crashes at its start", None
    return message, None
