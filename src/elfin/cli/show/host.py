"""`elfin host` as text and as one JSON object: the machine, its libcs, elfin's own Python, and the evidence."""

from __future__ import annotations

from collections.abc import Sequence

from elfin.edges.terminal import safe
from elfin.host.model import Arch, Host, Interpreter, Libc
from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any


SCHEMA = 1
_SYSTEMS = {"linux": "Linux", "macos": "macOS", "windows": "Windows", "android": "Android"}
_IMPLEMENTATIONS = {"cpython": "CPython", "pypy": "PyPy"}


def report(host: Host, interpreter: Interpreter | None, why: bool) -> str:
    """The facts in two columns; with `why`, a table of where each was read. Several lines, no final line break."""
    rows = [("system", _system(host)), ("architecture", _architecture(host))]
    libcs = [_libc(libc, host.arch) for libc in host.libcs] or [_no_libc(host)]
    rows += [("libc" if number == 0 else "", text) for number, text in enumerate(libcs)]
    if interpreter is not None:
        rows += [("python", _python(interpreter)), ("wheels", _wheels(interpreter))]
    lines = _columns(rows)
    if why:
        lines += ["", *_columns([("FACT", "VALUE", "READ FROM"), *host.evidence])]
    return "\n".join(lines)


def as_json(host: Host, interpreter: Interpreter | None) -> dict[str, Any]:
    """The same facts for programs. Versions are text; what is not known is null."""
    return {
        "schema": SCHEMA,
        "os": host.os,
        "os_version": _dotted(host.os_version),
        "distribution": host.distribution,
        "arch": host.arch._asdict(),
        "cpu_level": host.cpu_level,
        "libcs": [_libc_json(libc) for libc in host.libcs],
        "python": None if interpreter is None else _python_json(interpreter),
        "evidence": [fact._asdict() for fact in host.evidence],
    }


def _system(host: Host) -> str:
    name = _SYSTEMS.get(host.os, host.os)
    return f"{name}, {host.distribution}" if host.distribution else name


def _architecture(host: Host) -> str:
    level = "" if host.cpu_level is None else f", CPU level x86-64-v{host.cpu_level}"
    return host.arch.name + _float(host.arch) + level


def _float(arch: Arch) -> str:
    return f", {arch.float_abi} float" if arch.float_abi else ""


def _libc(libc: Libc, machine: Arch) -> str:
    version = _dotted(libc.version) or "of unknown version"
    foreign = f", for {libc.arch}" if libc.arch not in (None, machine.name) else ""
    return f"{libc.family} {version}{foreign}" + (f" ({libc.loader})" if libc.loader else "")


def _no_libc(host: Host) -> str:
    return "no libc found: only static programs run here" if host.os == "linux" else "the system's own"


def _python(interpreter: Interpreter) -> str:
    name = _IMPLEMENTATIONS.get(interpreter.implementation, interpreter.implementation)
    kind = " free-threaded" * interpreter.free_threaded + " debug" * interpreter.debug
    linked = ", static" if interpreter.static else ""
    if interpreter.libc is not None:
        linked = f" on {interpreter.libc.family} {_dotted(interpreter.libc.version) or 'of unknown version'}"
    return f"{name} {interpreter.version}{kind}{linked} ({interpreter.executable})"


def _wheels(interpreter: Interpreter) -> str:
    """The newest platform of each kind it takes: older ones go without saying."""
    newest: dict[str, str] = {}
    for tag in _platforms(interpreter):
        newest.setdefault(tag.split("_")[0].rstrip("0123456789"), tag)
    return ", ".join(newest.values()) or "pure Python only"


def _platforms(interpreter: Interpreter) -> Sequence[str]:
    from elfin.tags import platform

    return platform.supported(interpreter)


def _columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    shown = [[safe(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in shown]


def _dotted(version: tuple[int, ...] | None) -> str | None:
    return None if version is None else ".".join(map(str, version))


def _libc_json(libc: Libc) -> dict[str, Any]:
    return {**libc._asdict(), "version": _dotted(libc.version)}


def _python_json(interpreter: Interpreter) -> dict[str, Any]:
    libc = interpreter.libc
    return {
        "executable": interpreter.executable,
        "implementation": interpreter.implementation,
        "version": interpreter.version,
        "free_threaded": interpreter.free_threaded,
        "debug": interpreter.debug,
        "static": interpreter.static,
        "arch": interpreter.arch._asdict(),
        "libc": None if libc is None else _libc_json(libc),
        "platform_tags": list(_platforms(interpreter)),
    }
