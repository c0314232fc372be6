"""Interpreter -> its rows of (python tag, ABI tag), best first.

Follows PEP 425, 384 (abi3), 703 (cp313t), 803 (abi3t) and the order of `packaging` 26.3. A free-threaded interpreter
never takes abi3; a debug one takes release builds of its own version too.
"""

from __future__ import annotations

from collections.abc import Iterator

from elfin.host.model import Interpreter

_SHORT = {"cpython": "cp", "pypy": "pp", "ironpython": "ip", "jython": "jy", "python": "py"}


def short_name(implementation: str) -> str:
    """The prefix of an implementation's python tag: "cp", "pp"; its own name where there is no shorter."""
    return _SHORT.get(implementation, implementation)


def own(interpreter: Interpreter) -> str:
    """The interpreter's own python tag: "cp312"."""
    major, minor = interpreter.version_info[:2]
    return f"{short_name(interpreter.implementation)}{major}{minor}"


def abis(interpreter: Interpreter) -> list[str]:
    """The ABI tags of its own version, without the stable ABI and "none"."""
    if interpreter.implementation != "cpython":
        return _abi_of_suffix(interpreter.ext_suffix)
    plain = own(interpreter) + "t" * interpreter.free_threaded
    return [plain + "d", plain] if interpreter.debug else [plain]


def _abi_of_suffix(suffix: str) -> list[str]:
    """ ".pypy310-pp73-x86_64-linux-gnu.so" -> "pypy310_pp73"."""
    parts = suffix.split(".")
    if len(parts) < 3 or not parts[1]:
        return []
    words = parts[1].split("-")
    if words[0].startswith("cpython") and len(words) > 1:
        return ["cp" + words[1]]
    count = {"pypy": 2, "graalpy": 3}.get(words[0].rstrip("0123456789"), len(words))
    return ["_".join(words[:count]).replace(".", "_").replace(" ", "_")]


def rows(interpreter: Interpreter) -> Iterator[tuple[str, str]]:
    """Every (python tag, ABI tag) that goes with a platform, best first."""
    python = own(interpreter)
    cpython = interpreter.implementation == "cpython"
    stable = "abi3t" if interpreter.free_threaded else "abi3"
    for abi in (*abis(interpreter), *((stable,) if cpython else ()), "none"):
        yield python, abi
    if cpython:
        major, minor = interpreter.version_info[:2]
        for older in range(minor - 1, 1, -1):
            yield f"cp{major}{older}", stable
    for generic in _generic(interpreter):
        yield generic, "none"


def pure(interpreter: Interpreter) -> Iterator[str]:
    """Every python tag of a wheel for any platform, best first."""
    if interpreter.implementation == "cpython":
        yield own(interpreter)
    elif interpreter.implementation == "pypy":
        yield "pp3"
    yield from _generic(interpreter)


def _generic(interpreter: Interpreter) -> list[str]:
    major, minor = interpreter.version_info[:2]
    return [f"py{major}{minor}", f"py{major}", *(f"py{major}{older}" for older in range(minor - 1, -1, -1))]
