"""Wheel file names: name, version, build and the compressed sets of tags.

Follows the binary distribution format (PEP 427, PEP 425). Refuses what has the wrong number of parts, an empty or
doubtful name, a version that cannot be one, a build tag without a leading digit, and empty tags. The version is kept
as text: whoever compares it parses it.
"""

from __future__ import annotations

import re

from elfin.errors import MalformedWheel
from elfin.record import NamedTuple

_NAME = re.compile(r"[\w.]*\w", re.UNICODE)
_VERSION = re.compile(r"v?[0-9][0-9A-Za-z.+!_]*")
_BUILD = re.compile(r"([0-9]{1,100})(.*)")


class WheelName(NamedTuple):
    """A wheel's file name, taken apart."""

    name: str
    """As the file spells it (not normalised)."""
    version: str
    """As the file spells it; a local part may be joined with `_` (PEP 427 escaping)."""
    build: tuple[int, str] | tuple[()]
    """() without build tag, else (leading number, rest): compares as the specification asks."""
    pythons: tuple[str, ...]
    abis: tuple[str, ...]
    platforms: tuple[str, ...]


def parse(filename: str) -> WheelName:
    """The parts of a file name that ends in .whl. Raises MalformedWheel (PEP 427)."""
    if not filename.endswith(".whl"):
        raise MalformedWheel(f"{filename!r} is not the name of a wheel: it does not end in .whl")
    parts = filename[:-4].split("-")
    if len(parts) not in (5, 6):
        raise MalformedWheel(f"{filename!r} is not the name of a wheel: it has {len(parts)} parts, not 5 or 6")
    name, version = parts[0], parts[1]
    if "__" in name or _NAME.fullmatch(name) is None:
        raise MalformedWheel(f"{filename!r} is not the name of a wheel: {name!r} is no name")
    if _VERSION.fullmatch(version) is None:
        raise MalformedWheel(f"{filename!r} is not the name of a wheel: {version!r} is no version")
    build: tuple[int, str] | tuple[()] = ()
    if len(parts) == 6:
        match = _BUILD.fullmatch(parts[2])
        if match is None:
            raise MalformedWheel(f"{filename!r} is not the name of a wheel: the build tag {parts[2]!r} has no number")
        build = (int(match[1]), match[2])
    pythons, abis, platforms = (tuple(part.lower().split(".")) for part in parts[-3:])
    if "" in pythons + abis + platforms or not all(map(str.isidentifier, pythons)):
        raise MalformedWheel(f"{filename!r} is not the name of a wheel: it has a broken tag")
    return WheelName(name, version, build, pythons, abis, platforms)
