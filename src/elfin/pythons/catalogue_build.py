"""Rows of sources -> the builds of a catalogue, every row kept, flagged or dropped for a reason that is counted.

What no source has a field for is decided here, by rule: when musl builds are static, which name their modules wrongly,
which libc each needs (python-build-standalone's own documents and validation; its issues #541, #724 and #827).
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable

from elfin.host import arch as arches
from elfin.pythons.catalogue import DYNAMIC_MUSL_FROM, EXT_SUFFIX, RIGHT_SUFFIX_FROM, PythonBuild, order
from elfin.pythons.catalogue_name import FLAVOURS, ArchiveName, parse
from elfin.pythons.catalogue_source import Row
from elfin.pythons.request import OLDEST
from elfin.record import NamedTuple

_GLIBC_FLOOR, _MUSL_FLOOR = (2, 17), (1, 2, 2)
_OTHER_FLOORS = {"riscv64": (2, 28)}

FLAG_STATIC, FLAG_SUFFIX = "static", "names its modules for glibc on musl"


class Made(NamedTuple):
    """The builds, and what became of every row: kept + the sum of `dropped` = rows that came in."""

    builds: tuple[PythonBuild, ...]
    flagged: dict[str, int]
    dropped: dict[str, int]


def made(rows: Iterable[Row], *, every_tag: bool = False) -> Made:
    """The builds to keep: of the same Python the newest tag (`every_tag`: all), of each its smallest archive."""
    dropped: Counter[str] = Counter()
    found: dict[str, tuple[PythonBuild, int]] = {}
    for row in rows:
        ranked = _ranked(row)
        if isinstance(ranked, str):
            dropped[ranked] += 1
            continue
        build, rank = ranked
        name = posixpath.basename(build.url).replace("%2B", "+")
        if name in found:
            found[name] = _joined(found[name][0], build), rank
            dropped["named twice"] += 1
        else:
            found[name] = build, rank
    kept = _best(found.values(), every_tag, dropped)
    flagged: Counter[str] = Counter()
    for build in kept:
        flagged[FLAG_STATIC] += build.linkage == "static"
        flagged[FLAG_SUFFIX] += EXT_SUFFIX in build.faults
    return Made(tuple(kept), dict(+flagged), dict(dropped))


def _joined(first: PythonBuild, second: PythonBuild) -> PythonBuild:
    """One archive out of two sources: the first's words, with the second's for what it lacks."""
    return first._replace(sha256=first.sha256 or second.sha256, size=first.size or second.size)


def _best(found: Iterable[tuple[PythonBuild, int]], every_tag: bool, dropped: Counter[str]) -> list[PythonBuild]:
    best: dict[tuple[object, ...], tuple[tuple[str, int], PythonBuild]] = {}
    for build, rank in found:
        same = (build.key, build.faults, build.tag if every_tag else "")
        value = build.tag, rank
        other = best.get(same)
        if other is not None:
            newer = other[0][0] != value[0]
            dropped[
                "a newer build of the same Python is there" if newer else "a better archive of the same build is there"
            ] += 1
        if other is None or value > other[0]:
            best[same] = value, build
    return [build for _, build in best.values()]


def _ranked(row: Row) -> tuple[PythonBuild, int] | str:
    """(the build, how good an archive of it this is), or why it is not kept."""
    implementation = str(row.fields.get("name", "cpython")) if row.fields else "cpython"
    if row.fields and row.fields.get("os") == "emscripten":
        return "runs in a browser"
    if row.size is not None and (type(row.size) is not int or row.size < 0):
        return "a size that is no number"
    if implementation != "cpython":
        build, rank = _other(implementation, row), 0
        if build is None:
            return "an unknown platform"
    else:
        name = parse(posixpath.basename(row.url))
        if isinstance(name, str):
            return name
        if order(name.version)[0][:2] < OLDEST:
            return f"older than Python {OLDEST[0]}.{OLDEST[1]}"
        build, rank = _standalone(name, row), _rank(name)
    words = build.implementation, build.version, build.tag, build.arch
    if not all(re.fullmatch(r"[\w.-]*", word, re.ASCII) for word in words) or not order(build.version)[0]:
        return "a version, tag or machine that is none"
    return (build, rank) if build.url.isprintable() else "an address that is none"


def _rank(name: ArchiveName) -> int:
    """Higher is better: flavour first, then how well it was optimized."""
    words = 4 * ("pgo" in name.options) + 2 * ("lto" in name.options)
    return -10 * FLAVOURS.index(name.flavour) + words + ("shared" in name.options)


def _standalone(name: ArchiveName, row: Row) -> PythonBuild:
    platform = name.triple
    # The tag may be in the URL only: names before 2022 carry the minute of their making instead.
    tag = row.tag if name.stamp and row.tag else name.tag
    musl = platform.libc == "musl"
    static = ("static" in name.options and platform.os == "linux") or (musl and tag < DYNAMIC_MUSL_FROM)
    short = order(name.version)[0][:2]
    wrong = musl and not static and short <= (3, 12) and tag < RIGHT_SUFFIX_FROM
    return PythonBuild(
        implementation="cpython", version=name.version, tag=tag, os=platform.os, arch=platform.arch,
        float_abi=platform.float_abi, libc=platform.libc,
        floor=None if static else _floor(platform.libc, platform.arch),
        linkage="static" if static else "dynamic", level=platform.level, free_threaded="freethreaded" in name.options,
        debug="debug" in name.options, flavour=name.flavour, faults=(EXT_SUFFIX,) if wrong else (), url=row.url,
        sha256=row.sha256, size=row.size,
    )  # fmt: skip


def _floor(libc: str | None, arch: str) -> tuple[int, ...] | None:
    if libc == "musl":
        return _MUSL_FLOOR
    return _OTHER_FLOORS.get(arch, _GLIBC_FLOOR) if libc == "glibc" else None


_SYSTEMS = {"linux": "linux", "darwin": "macos", "windows": "windows"}


def _other(implementation: str, row: Row) -> PythonBuild | None:
    """PyPy and GraalPy by uv's words, as their archives' names say too little. Nobody says which glibc they need."""
    fields = row.fields
    system = _SYSTEMS.get(str(fields.get("os")))
    machine = fields.get("arch")
    arch = arches.canonical(str(machine.get("family") if isinstance(machine, dict) else machine))
    if system is None:
        return None
    release = ".".join(str(fields.get(name)) for name in ("major", "minor", "patch"))
    return PythonBuild(
        implementation=implementation, version=release + str(fields.get("prerelease") or ""), tag=row.tag, os=system,
        arch=arch, float_abi=None,
        libc="glibc" if system == "linux" else None, floor=None, linkage="dynamic",
        level=1 if arch == "x86_64" else None, free_threaded=False, debug=False, flavour="full", faults=(), url=row.url,
        sha256=row.sha256, size=row.size,
    )  # fmt: skip
