"""`Mismatch` -> one sentence for a human; `Target` -> the few words that name it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from elfin.host import fit
from elfin.host.model import Interpreter, Target
from elfin.tags.model import Mismatch

_SYSTEMS = {
    "linux": "Linux", "macos": "macOS", "windows": "Windows", "android": "Android", "ios": "iOS",
    "ios-simulator": "the iOS simulator", "emscripten": "Emscripten", "freebsd": "FreeBSD", "netbsd": "NetBSD",
    "openbsd": "OpenBSD", "dragonfly": "DragonFly BSD", "solaris": "Solaris", "illumos": "illumos", "aix": "AIX",
    "haiku": "Haiku", "cygwin": "Cygwin",
}  # fmt: skip
REQUIRES_PYTHON = "requires-python"
"""The axis of a wheel whose tags may fit, while its author asks for other Pythons (Requires-Python, PEP 503)."""
_FAMILIES = {"glibc": "manylinux", "musl": "musllinux"}


def sentence(mismatch: Mismatch) -> str:
    """Why a wheel does not fit: one clause, without a full stop. Its subject is the wheel."""
    axis, needs, has = mismatch[:3]
    platform = mismatch.tag.platform
    if mismatch.doubt:
        return f"needs {needs}, and what this place has cannot be told"
    if axis == "libc version":
        return f"needs {needs} or newer, this place has {has}"
    if axis == "libc family":
        family = needs.split()[0]
        return f"is for {family} ({_family_tag(platform)}), this interpreter runs on {has}"
    if axis == "static interpreter":
        return "holds compiled code for a dynamically linked interpreter, this one is static and loads none"
    if axis == "os version":
        return f"needs {_os_name(needs)} or newer, this is {_os_name(has)}"
    if axis == "cpu level":
        return f"needs a processor of level {needs}, this one is {has}"
    if axis == "float abi":
        machine = "ARM" if "_arm" in platform else platform.rpartition("_")[2]
        return f"is for {needs}-float {machine}, this interpreter is {has}-float"
    if axis == "distributor":
        return f"is {needs}, which the distributor of this Python rules out in its _manylinux module"
    if axis == "unknown":
        return f"has the tag {needs}, of which nothing is known"
    if axis == REQUIRES_PYTHON:
        return f"needs {needs}, this is {has}"
    return f"is for {_os_name(needs)}, this is {_os_name(has)}"


def several(mismatches: Sequence[Mismatch]) -> str:
    """The same of several wheels that miss on one axis: "are for CPython 3.11, 3.12 and 3.13, this is CPython 3.14"."""
    first = mismatches[0]
    needs = joined(sorted({one.needs for one in mismatches}, key=natural))
    if first.axis == "libc family":
        needs = joined(sorted({one.needs.split()[0] for one in mismatches}))
    if first.axis == "libc family" and not first.doubt:
        return f"are for {needs}, this interpreter runs on {first.has}"
    if first.axis == "os":
        needs = joined(sorted({system(one.needs) for one in mismatches}))
    if first.axis == "static interpreter":
        needs = first.needs
    text = sentence(first._replace(needs=needs))
    for one, many in (("is ", "are "), ("needs ", "need "), ("holds ", "hold "), ("has the tag ", "have the tags ")):
        if text.startswith(one):
            return many + text.removeprefix(one)
    return text


def joined(words: Sequence[str], last: str = "and") -> str:
    """ "CPython 3.9, 3.11 to 3.13 and 3.15": a first word that all have is said once, three in a row are a range."""
    first = words[0].partition(" ")[0]
    if len(words) > 1 and all(word.startswith(f"{first} ") for word in words):
        rest = _ranges([word.removeprefix(f"{first} ") for word in words])
        words = [f"{first} {rest[0]}", *rest[1:]]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def _ranges(words: Sequence[str]) -> list[str]:
    """["3.9", "3.10", "3.11", "3.14"] -> ["3.9 to 3.11", "3.14"]."""
    runs: list[list[str]] = []
    for word in words:
        minor = re.fullmatch(r"3\.(\d+)", word)
        if runs and minor and runs[-1][-1] == f"3.{int(minor[1]) - 1}":
            runs[-1].append(word)
        else:
            runs.append([word])
    return [part for run in runs for part in ([f"{run[0]} to {run[-1]}"] if len(run) > 2 else run)]


def natural(text: str) -> list[tuple[int, str]]:
    """To sort 3.9 before 3.10."""
    return [(int(word) if word.isdigit() else 0, word) for word in text.replace(".", " ").split()]


def nearest(mismatches: Sequence[Mismatch]) -> str:
    """One clause about all the wheels of a version, none of which fits: what the nearest of them lacks.

    It names no file and no version, so that the same reason reads the same for a whole range of versions.
    """
    best = min(mismatches, key=lambda one: (one.distance, one.needs))
    if best.doubt:
        return f"the nearest {sentence(best)}"
    if best.axis == "libc family":
        return f"its Linux wheels need {best.needs.split()[0]}, this interpreter runs on {best.has}"
    if best.axis in ("os", "arch", "implementation"):
        kinds = sorted({_os_name(one.needs) for one in mismatches if one.axis == best.axis}, key=natural)
        return f"its wheels are for {joined(kinds)}, this is {_os_name(best.has)}"
    return f"the nearest {sentence(best)}"


def python(interpreter: Interpreter) -> str:
    """ "CPython 3.13", "CPython 3.14td" (without the GIL, with debugging), "PyPy 3.11"."""
    names = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalPy"}
    name = names.get(interpreter.implementation, interpreter.implementation)
    flags = "t" * interpreter.free_threaded + "d" * interpreter.debug
    return f"{name} {'{}.{}'.format(*interpreter.version_info)}{flags}"


def machine(target: Target) -> str:
    """ "musl 1.2.5, x86_64, CPython 3.13": what a wheel is judged against."""
    interpreter = target.interpreter
    where = "a static interpreter" if interpreter.static else _os_name(interpreter.os)
    if interpreter.libc is not None:
        where = fit.spell_libc(interpreter.libc)
    elif interpreter.os_version is not None:
        where += " " + ".".join(map(str, interpreter.os_version))
    float_abi = f" {interpreter.arch.float_abi}-float" if interpreter.arch.float_abi else ""
    return f"{where}, {interpreter.arch.name}{float_abi}, {python(interpreter)}"


def _family_tag(platform: str) -> str:
    """ "musllinux_1_2" of "musllinux_1_2_x86_64"; an alias as it is, "manylinux2014"."""
    words = platform.split("_")
    return "_".join(words[:3]) if words[0] in _FAMILIES.values() else words[0]


def system(os: str) -> str:
    """A system's name as it is written: "macOS" of "macos"."""
    return _SYSTEMS.get(os, os)


def _os_name(text: str) -> str:
    word, space, rest = text.partition(" ")
    return system(word) + space + rest
