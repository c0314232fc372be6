"""The catalogue of Pythons that can be had: what one build is, and the compact text they are kept in.

The text: a line with its name and version, a line of JSON about itself, then sections. A section's first line says what
all its builds share; each further line is one build: version, tag, SHA-256 (base64), size, and what its URL needs
beyond the section's pattern. Opening splits sections and reads no build; a question reads those it is about. Refuses,
with MalformedPage, another format's text and versions of this one that it does not know.
"""

from __future__ import annotations

import json
import re
from binascii import Error as NotBase64
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Iterable

from elfin.errors import MalformedPage
from elfin.host.model import Needs
from elfin.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Any

MAGIC = "elfin-pythons"
VERSION = 1
EXT_SUFFIX = "ext-suffix"
"""A fault: names its extension modules for glibc on musl, so wheels install and then do not import."""

DYNAMIC_MUSL_FROM = "20250311"
"""Archives for musl under older tags are static, by the same file names."""
RIGHT_SUFFIX_FROM = "20251028"
"""Pythons up to 3.12 for musl have that fault until then."""


class PythonBuild(NamedTuple):
    """One archive with a Python in it."""

    implementation: str
    version: str
    tag: str
    """Day of the release ("20261101"), or the implementation's own number of it ("7.3.23")."""
    os: str
    arch: str
    float_abi: str | None
    libc: str | None
    """"glibc" or "musl"; None where the system has no choice."""
    floor: tuple[int, ...] | None
    """The oldest libc that it starts with; None: static, or nothing is known."""
    linkage: str
    """"dynamic" or "static": the latter loads no extension module."""
    level: int | None
    """Of x86-64, 1 to 4."""
    free_threaded: bool
    debug: bool
    flavour: str
    faults: tuple[str, ...]
    url: str
    sha256: str | None
    size: int | None

    @property
    def needs(self) -> Needs:
        """What a place must have to start it."""
        static = self.linkage == "static"
        return Needs(
            os=self.os,
            arch=self.arch,
            float_abi=self.float_abi,
            libc=None if static else self.libc,
            libc_floor=None if static else self.floor,
            cpu_level=self.level,
        )

    @property
    def key(self) -> str:
        """Its name among installed ones: "cpython-3.13.15+freethreaded-linux-x86_64-gnu"."""
        variant = "+freethreaded" * self.free_threaded + "+debug" * self.debug + "+static" * (self.linkage == "static")
        machine = self.arch + (f"_v{self.level}" if (self.level or 1) > 1 else "")
        return f"{self.implementation}-{self.version}{variant}-{self.os}-{machine}-{environment(self)}"


def environment(build: PythonBuild) -> str:
    """The last word of a platform: "gnu", "gnueabihf", "musl", "none"."""
    if build.libc != "glibc":
        return build.libc or "none"
    return "gnu" + {"hard": "eabihf", "soft": "eabi"}.get(build.float_abi or "", "")


class Section(NamedTuple):
    """Builds that differ only in version, tag, hash, size and what these change of the URL."""

    kind: PythonBuild
    """What they share; its version, tag and URL are ""."""
    pattern: str
    """Of URLs: `{v}`, `{t}` and `{s}` stand for version, tag and the stamp of older names."""
    rows: str


class Catalogue(NamedTuple):
    """Builds by section."""

    about: dict[str, Any]
    """"newest" (the newest tag), "rows", and how many of its sources' rows were flagged and dropped, by reason."""
    sections: tuple[Section, ...]

    def builds(self, wanted: Callable[[PythonBuild], bool] = lambda _: True) -> list[PythonBuild]:
        """The builds of the sections whose `kind` is wanted, in their order."""
        return [build for section in self.sections if wanted(section.kind) for build in _builds(section)]

    @property
    def newest(self) -> str:
        """The newest tag in it."""
        return str(self.about.get("newest", ""))


def read(text: str) -> Catalogue:
    """The catalogue in a text. Raises MalformedPage."""
    head, _, rest = text.partition("\n")
    word, _, number = head.partition(" ")
    if word != MAGIC or not number.isdigit():
        raise MalformedPage("this is no catalogue of Pythons")
    if int(number) != VERSION:
        raise MalformedPage(f"the catalogue of Pythons is of version {number}, this elfin reads {VERSION}",
                            hints=("a newer elfin may read it",))  # fmt: skip
    about, *parts = rest.split("\n@")
    try:
        told = dict(json.loads(about))
        if not all(isinstance(told.get(name, {}), dict) for name in ("flagged", "dropped")):
            raise ValueError
        return Catalogue(told, tuple(map(_section, parts)))
    except (ValueError, TypeError, IndexError) as error:
        raise MalformedPage("the catalogue of Pythons is broken") from error


def _section(text: str) -> Section:
    head, _, rows = text.partition("\n")
    if not head.replace("\t", "").isprintable():
        raise ValueError
    words = head.split("\t")
    implementation, system, arch, float_abi, libc, floor, linkage, level, variant, flavour, faults, pattern = words
    kind = PythonBuild(
        implementation, "", "", system, arch, float_abi or None, libc or None,
        tuple(map(int, floor.split("."))) if floor else None, linkage, int(level) if level else None,
        "t" in variant, "d" in variant, flavour, tuple(faults.split(",")) if faults else (), "", None, None,
    )  # fmt: skip
    return Section(kind, pattern, rows)


def _builds(section: Section) -> list[PythonBuild]:
    shared = section.kind[3:14]
    found = []
    for line in section.rows.split("\n"):
        if not line:
            continue
        words = line.split("\t")
        try:
            version, tag, digest, size, more = words + [""] * (5 - len(words))
            if not "".join(words).isprintable() or not order(version)[0]:
                raise ValueError
            sha256 = a2b_base64(digest + "=", strict_mode=True).hex() if digest else None
            url = more if "/" in more else _url(section.pattern, version, tag, more)
            found.append(PythonBuild(section.kind.implementation, version, tag, *shared, url, sha256, _number(size)))
        except (ValueError, NotBase64) as error:
            raise MalformedPage(f"the catalogue of Pythons is broken at {line[:60]!a}") from error
    return found


def _number(text: str) -> int | None:
    return int(text) if text else None


def _url(pattern: str, version: str, tag: str, stamp: str) -> str:
    return pattern.replace("{v}", version).replace("{t}", tag).replace("{s}", stamp)


def write(builds: Iterable[PythonBuild], about: dict[str, Any]) -> str:
    """The text of a catalogue; `about` gains "newest" and "rows". The same builds always give the same text."""
    sections: dict[tuple[str, ...], list[tuple[PythonBuild, str]]] = {}
    ordered = sorted(builds, key=lambda build: (order(build.version), build.tag, build.url), reverse=True)
    for build in ordered:
        pattern, stamp = _pattern(build)
        sections.setdefault(_head(build, pattern), []).append((build, stamp))
    dated = [build.tag for build in ordered if re.fullmatch(r"20\d{6}", build.tag)]
    about = {**about, "newest": max(dated, default=""), "rows": len(ordered)}
    lines = [f"{MAGIC} {VERSION}", json.dumps(about, sort_keys=True)]
    for head in sorted(sections):
        lines.append("@" + "\t".join(head))
        lines += [_row(build, stamp) for build, stamp in sections[head]]
    return "\n".join(lines) + "\n"


def _pattern(build: PythonBuild) -> tuple[str, str]:
    """The build's URL without its version, tag and stamp; and the stamp, or the whole URL where that does not do."""
    folder, _, name = build.url.rpartition("/")
    stamp = next(iter(re.findall(r"-(20\d{6}T\d{4})\.", name)), "")
    name = name.replace(stamp, "{s}") if stamp else name
    name = name.replace(f"-{build.version}", "-{v}", 1).replace(build.tag, "{t}")
    pattern = f"{folder.replace(build.tag, '{t}')}/{name}"
    if _url(pattern, build.version, build.tag, stamp) == build.url and "\t" not in pattern:
        return pattern, stamp
    return "", build.url


def _head(build: PythonBuild, pattern: str) -> tuple[str, ...]:
    return (
        build.implementation, build.os, build.arch, build.float_abi or "", build.libc or "",
        ".".join(map(str, build.floor or ())), build.linkage, str(build.level or ""),
        "t" * build.free_threaded + "d" * build.debug, build.flavour, ",".join(build.faults), pattern,
    )  # fmt: skip


def _row(build: PythonBuild, stamp: str) -> str:
    digest = b2a_base64(bytes.fromhex(build.sha256), newline=False).decode().rstrip("=") if build.sha256 else ""
    size = "" if build.size is None else str(build.size)
    return "\t".join((build.version, build.tag, digest, size, stamp)).rstrip("\t")


_STAGES = {"a": 0, "b": 1, "rc": 2, "": 3}
_orders: dict[str, tuple[tuple[int, ...], int, int]] = {}


def order(version: str) -> tuple[tuple[int, ...], int, int]:
    """What sorts "3.9.1" before "3.13.0a2", that before "3.13.0rc1", and that before "3.13.0"."""
    known = _orders.get(version)  # a list of Pythons asks four times for each
    if known is None:
        known = _orders[version] = _order(version)
    return known


def _order(version: str) -> tuple[tuple[int, ...], int, int]:
    rest = version.rstrip("0123456789")
    stage = rest.lstrip("0123456789.")
    number, release = version[len(rest) :], rest[: len(rest) - len(stage)]
    if not stage:
        number, release = "0", version
    parts = release.split(".")
    if stage not in _STAGES or not number or len(version) > 64 or not all(part.isdecimal() for part in parts):
        return (), 0, 0
    return tuple(map(int, parts)), _STAGES[stage], int(number)


def is_prerelease(version: str) -> bool:
    """Whether it is an alpha, beta or release candidate."""
    return order(version)[1] < 3
