"""Python's side of a file: for which interpreters its name is, and whether it keeps to the stable ABI.

Follows PEP 384 and PEP 803 (abi3, abi3t), PEP 3149 (suffixes), and the list of `stable_abi`. Names that the same wheel
defines are not Python's. Refuses to judge what it cannot know: a name that no list has and no prefix betrays is fine.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from elfin.record import NamedTuple

_SUFFIX = re.compile(r"\.((?:cpython|pypy|graalpy)[\w-]*|abi3t?)\.so")
_PYTHON_TAG = re.compile(r"cp(\d)(\d{1,3})")
# Private names that headers of the limited API's macros have always used.
_stable: dict[str, tuple[int, int]] = {}


class Suffix(NamedTuple):
    """What the name of an extension module says."""

    text: str
    """ "cpython-313-x86_64-linux-gnu", "cp313-win_amd64", "abi3", "abi3t"; "" for a bare `.so`."""
    libc: str | None
    """The libc of the only interpreters that look for such a name; None: any."""


class Violation(NamedTuple):
    """An import that a stable ABI does not have."""

    path: str
    symbol: str
    since: tuple[int, int] | None
    """The release that first had it; None: it is not in the stable ABI at all."""


def suffix(path: str) -> Suffix | None:
    """What a file name says, None for one that is no module's."""
    name = posixpath.basename(path)
    windows = re.search(r"\.(cp\d+t?d?-win\w+)\.pyd$", name)
    if windows is not None:
        return Suffix(windows[1], None)
    if not name.endswith(".so"):
        return None
    match = _SUFFIX.search(name)
    if match is None:
        return Suffix("", None)
    text = match[1]
    libc = "musl" if text.endswith("-musl") or "-linux-musl" in text else "glibc" if "-linux-gnu" in text else None
    # Before 3.11 CPython called itself linux-gnu on musl as well.
    version = re.match(r"cpython-(\d)(\d+)", text)
    if libc == "glibc" and version is not None and (int(version[1]), int(version[2])) < (3, 11):
        libc = None
    return Suffix(text, libc)


def stable_since(symbol: str) -> tuple[int, int] | None:
    """The release whose stable ABI first had a name, None for one that is not in it."""
    if not _stable:
        from elfin.audit import stable_abi

        for row in stable_abi.ROWS.splitlines():
            release, *names = row.split()
            major, minor = release.split(".")
            _stable.update(dict.fromkeys(names, (int(major), int(minor))))
    return _stable.get(symbol)


def lowest(pythons: Iterable[str]) -> tuple[int, int] | None:
    """The oldest CPython that a wheel's python tags name: cp311 -> (3, 11)."""
    found = [(int(match[1]), int(match[2])) for tag in pythons if (match := _PYTHON_TAG.fullmatch(tag))]
    return min(found, default=None)


def violations(
    path: str, names: Iterable[str], floor: tuple[int, int] | None, own: frozenset[str]
) -> tuple[Violation, ...]:
    """Imports outside the stable ABI of `floor` (None: of any release); `own` is what the wheel itself defines."""
    found = []
    for name in names:
        if name in own:
            continue
        since = stable_since(name)
        if since is None or (floor is not None and since > floor):
            found.append(Violation(path, name, since))
    return tuple(found)
