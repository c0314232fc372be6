"""`elfin host` as text and as one JSON object: the place, its libcs, its Pythons, and the evidence."""

from __future__ import annotations

from collections.abc import Sequence

from elfin.edges.terminal import safe
from elfin.flows.host import About, Python
from elfin.host.model import Arch, Host, Interpreter, Libc, dotted
from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any


SCHEMA = 1
_SYSTEMS = {"linux": "Linux", "macos": "macOS", "windows": "Windows", "android": "Android", "ios": "iOS",
            "ios-simulator": "the iOS simulator", "emscripten": "Emscripten"}  # fmt: skip
_IMPLEMENTATIONS = {"cpython": "CPython", "pypy": "PyPy"}
_UNSUPPORTED = {"uclibc": "for which no wheels are made"}


def report(about: About, why: bool) -> str:
    """The facts in two columns; with `why`, a table of where each was read. Several lines, no final line break."""
    host = about.host
    rows = [] if about.place is None else [("place", about.place)]
    rows += [("" if number else "understood", note) for number, note in enumerate(about.notes)]
    rows += [("system", _system(host)), ("architecture", _architecture(host))]
    libcs = [_libc(libc, host.arch) for libc in host.libcs] or [_no_libc(host)]
    rows += [("libc" if number == 0 else "", text) for number, text in enumerate(libcs)]
    passed_over = dict.fromkeys(fact.source for fact in host.evidence if fact[:2] == ("libc", "nothing"))
    rows += [("not counted" if number == 0 else "", text) for number, text in enumerate(passed_over)]
    for python in about.pythons:
        rows += [("python", _python(python)), *(_details(python) if about.detailed else ())]
        rows += [("wheels", _wheels(python.interpreter))] if _starts(python) else []
    if about.imagined is not None:
        rows.append(("wheels", f"{_wheels(about.imagined)} (for CPython {about.imagined.markers['python_version']})"))
    elif not about.pythons and about.place is not None:
        rows.append(("python", "none found"))
    lines = _columns(rows)
    if why:
        evidence = [*host.evidence, *(row for python in about.pythons for row in _evidence(python))]
        lines += ["", *_columns([("FACT", "VALUE", "READ FROM"), *evidence])]
    return "\n".join(lines)


def as_json(about: About) -> dict[str, Any]:
    """The same facts for programs. Versions are text; what is not known is null."""
    host = about.host
    pythons = [_python_json(python) for python in about.pythons]
    return {
        "schema": SCHEMA,
        "place": about.place or "host",
        "notes": list(about.notes),
        "os": host.os,
        "os_version": _dotted(host.os_version),
        "distribution": host.distribution,
        "arch": host.arch._asdict(),
        "cpu_level": host.cpu_level,
        "libcs": [_libc_json(libc) for libc in host.libcs],
        "libc_unknown": host.libc_unknown,
        "python": pythons[0] if pythons else None,
        "pythons": pythons,
        "imagined": None if about.imagined is None else _imagined_json(about.imagined),
        "evidence": [fact._asdict() for fact in host.evidence],
    }


def _system(host: Host) -> str:
    name = _SYSTEMS.get(host.os, host.os)
    if host.distribution is None:
        version = _dotted(host.os_version)
        return f"{name} {'API level ' if host.os == 'android' else ''}{version}" if version else name
    return host.distribution if host.distribution.startswith(name) else f"{name}, {host.distribution}"


def _architecture(host: Host) -> str:
    level = "" if host.cpu_level is None else f", CPU level x86-64-v{host.cpu_level}"
    return host.arch.name + _float(host.arch) + level


def _float(arch: Arch) -> str:
    return f", {arch.float_abi} float" if arch.float_abi else ""


def _libc(libc: Libc, machine: Arch) -> str:
    version = _dotted(libc.version) or "of unknown version"
    foreign = f", for {libc.arch}" if libc.arch not in (None, machine.name) else ""
    where = f" ({libc.loader})" if libc.loader else ""
    unsupported = f", {_UNSUPPORTED[libc.family]}" if libc.family in _UNSUPPORTED else ""
    return f"{libc.family} {version}{foreign}{where}{unsupported}"


def _no_libc(host: Host) -> str:
    if host.os != "linux":
        return "the system's own"
    if host.libc_unknown:
        return "cannot be told: no libc was found, and no static program that would do without"
    return "no libc found: only static programs run here"


def _python(python: Python) -> str:
    known = python.interpreter
    name = _IMPLEMENTATIONS.get(known.implementation, known.implementation)
    kind = " free-threaded" * known.free_threaded + " debug" * known.debug
    linked = ", static" if known.static else ""
    if known.libc is not None:
        linked = f" on {known.libc.family} {_dotted(known.libc.version) or 'of unknown version'}"
    missing = f": cannot start, its loader {python.loader} is not there" if python.loader_missing else ""
    return f"{name} {known.version}{kind}{linked} ({known.executable}){missing}"


def _starts(python: Python) -> bool:
    """Whether it is worth telling what it takes."""
    known = python.interpreter
    return not python.loader_missing and (
        known.libc is not None or known.static or known.os not in ("linux", "android")
    )


def _details(python: Python) -> list[tuple[str, str]]:
    """What `python:PATH` tells beyond a line."""
    known = python.interpreter
    threads = "without the GIL (free-threaded)" if known.free_threaded else "with the GIL"
    debug = "a debug build" if known.debug else "no debug build"
    static = "static: it can load no extension module" if known.static else "none: no ELF program"
    loader = f"{python.loader}, which is {'missing' if python.loader_missing else 'there'}"
    managed = (
        [] if known.externally_managed is None else [("managed", "by the system (PEP 668): packages go into a venv")]
    )
    return [
        ("machine code", known.arch.name + _float(known.arch)),
        ("loader", loader if python.loader else static),
        ("abi", f"{known.soabi or 'not told'}, {threads}, {debug}"),
        ("extensions", f"end in {known.ext_suffix}"),
        ("packages", known.paths["purelib"]),
        *managed,
    ]


def _evidence(python: Python) -> list[tuple[str, str, str]]:
    known = python.interpreter
    libc = "static" if known.static else "nothing" if known.libc is None else _libc(known.libc, known.arch)
    source = f"{known.executable}: " + (f"PT_INTERP {python.loader}" if python.loader else "no PT_INTERP")
    source += ", which is not there" * python.loader_missing
    return [
        ("python", known.version, known.executable),
        ("python libc", libc, source),
        ("python abi", known.soabi or "not told", f"{known.stdlib}: build data; {known.executable}"),
    ]


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
    return None if version is None else dotted(version)


def _libc_json(libc: Libc) -> dict[str, Any]:
    return {**libc._asdict(), "version": _dotted(libc.version)}


def _python_json(python: Python) -> dict[str, Any]:
    known = python.interpreter
    return {
        "executable": known.executable,
        **_imagined_json(known),
        "loader": python.loader,
        "loader_missing": python.loader_missing,
        "purelib": known.paths["purelib"],
        "platlib": known.paths["platlib"],
        "externally_managed": known.externally_managed,
    }


def _imagined_json(known: Interpreter) -> dict[str, Any]:
    libc = known.libc
    return {
        "implementation": known.implementation,
        "version": known.version,
        "free_threaded": known.free_threaded,
        "debug": known.debug,
        "static": known.static,
        "arch": known.arch._asdict(),
        "libc": None if libc is None else _libc_json(libc),
        "ext_suffix": known.ext_suffix,
        "soabi": known.soabi,
        "platform_tags": list(_platforms(known)),
    }
