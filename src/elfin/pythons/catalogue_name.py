"""Names of python-build-standalone's archives, in all three historical forms -> what the archive holds.

Forms (from the project's own `release.rs` and its published files): `cpython-VER-linux64-musl-DATETIME` until 2020,
`cpython-VER-TRIPLE-OPTIONS-DATETIME` until 2021, `cpython-VER+TAG-TRIPLE-OPTIONS-FLAVOUR` since. Read from the right:
options and triples both hold hyphens. Answers a reason in words for a name that is none of these.
"""

from __future__ import annotations

import re

from elfin.host import arch as arches
from elfin.record import NamedTuple

FLAVOURS = ("install_only_stripped", "install_only", "full")
"""What an archive holds: a Python to use, the same with debug symbols, or that and all that it was made from."""
OPTIONS = frozenset(("debug", "noopt", "pgo", "lto", "freethreaded", "static", "shared"))

_VERSION = r"(?P<version>\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?)"
_STAMP = r"(?P<stamp>(?P<tag>\d{8})T\d{4})"
_ENDING = r"\.tar\.(?:gz|zst)"
_ENVIRONMENTS = {
    "gnu": ("glibc", None),
    "gnueabi": ("glibc", "soft"),
    "gnueabihf": ("glibc", "hard"),
    "musl": ("musl", None),
}
_FIRST = {
    "linux64": "x86_64-unknown-linux-gnu",
    "linux64-musl": "x86_64-unknown-linux-musl",
    "macos": "x86_64-apple-darwin",
    "windows-amd64": "x86_64-pc-windows-msvc",
    "windows-x86": "i686-pc-windows-msvc",
}


class Triple(NamedTuple):
    """Where a build runs."""

    os: str
    """As `host.model.Host.os`."""
    arch: str
    """As `host.model.Arch.name`."""
    float_abi: str | None
    libc: str | None
    """"glibc" or "musl"; None on systems that have no choice."""
    level: int | None
    """Of x86-64, 1 to 4; None elsewhere."""


class ArchiveName(NamedTuple):
    """One archive by its name."""

    version: str
    tag: str
    """Day of the release, "20250311"."""
    stamp: str
    """Day and minute as older names carry it, "" in newer ones."""
    triple: Triple
    options: tuple[str, ...]
    """As written: "freethreaded", "debug", "pgo", "lto", "static", ..."""
    flavour: str
    """One of FLAVOURS."""


def parse(name: str) -> ArchiveName | str:
    """What an archive's file name (`+` may be written `%2B`) says, or why it says nothing."""
    plain = name.replace("%2B", "+").replace("%2b", "+")
    match = re.fullmatch(rf"cpython-{_VERSION}\+(?P<tag>\d{{8}})-(?P<rest>.+){_ENDING}", plain)
    stamp = ""
    if match is None:
        match = re.fullmatch(rf"cpython-{_VERSION}-(?P<rest>.+)-{_STAMP}{_ENDING}", plain)
        if match is None:
            return "not the name of a Python's archive"
        stamp = match["stamp"]
    rest, flavour = _flavour(match["rest"])
    written, options = _options(rest)
    found = triple(_FIRST.get(written, written))
    if found is None:
        return f"an unknown platform, {written}"
    return ArchiveName(match["version"], match["tag"], stamp, found, options, flavour)


def _flavour(rest: str) -> tuple[str, str]:
    for flavour in FLAVOURS:
        if rest.endswith(f"-{flavour}"):
            return rest[: -len(flavour) - 1], flavour
    return rest, "full"


def _options(rest: str) -> tuple[str, tuple[str, ...]]:
    """(the triple, options in the order written)."""
    found: tuple[str, ...] = ()
    while True:
        before, hyphen, last = rest.rpartition("-")
        words = tuple(last.split("+"))
        if not hyphen or not OPTIONS.issuperset(words):
            return rest, found
        rest, found = before, words + found


def triple(text: str) -> Triple | None:
    """The platform of a target triple such as `x86_64_v3-unknown-linux-musl`; None for an unknown one."""
    machine, _, rest = text.partition("-")
    machine, _, written = machine.partition("_v")
    arch = arches.canonical(machine)
    level = (int(written) if written.isdigit() else 1) if arch == "x86_64" else None
    if rest == "apple-darwin":
        return Triple("macos", arch, None, None, level)
    if rest == "pc-windows-msvc":
        return Triple("windows", arch, None, None, level)
    vendor, _, environment = rest.partition("-linux-")
    if vendor != "unknown" or environment not in _ENVIRONMENTS:
        return None
    libc, float_abi = _ENVIRONMENTS[environment]
    return Triple("linux", arch, float_abi, libc, level)
