"""Python's side of a file: for which interpreters its name is, and whether it keeps to the stable ABI.

Follows PEP 384 and PEP 803 (abi3, abi3t), PEP 3149 (suffixes), PEP 425 (python and ABI tags), and the list of
`stable_abi`. Names that the same wheel defines are not Python's. Refuses to judge what it cannot know: a name that no
list has and no prefix betrays is fine, and so is a suffix or a tag of an interpreter that is not known here.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable

from elfin.audit.model import Claim, FileFacts
from elfin.record import NamedTuple

_SUFFIX = re.compile(r"\.((?:cpython|pypy|graalpy)[\w-]*|abi3t?)\.so")
_ONE_PYTHON = re.compile(r"(cpython-|cp|pypy)(\d)(\d+)(t?)[dmu]*-")
_PYTHON_TAG = re.compile(r"(cp|pp|py)(\d)(\d{0,3})")
_FREE_THREADED = re.compile(r"(?:cp\d+|abi3)td?")
_stable: dict[str, tuple[int, int]] = {}

Pair = tuple[str, str]
"""(python tag, ABI tag)."""


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
    found = [
        (int(match[2]), int(match[3]))
        for tag in pythons if (match := _PYTHON_TAG.fullmatch(tag)) and match[1] == "cp" and match[3]
    ]  # fmt: skip
    return min(found, default=None)


def module(path: str) -> str:
    """A module's path without its suffix: what `import` finds several files for."""
    folder, name = posixpath.split(path)
    return posixpath.join(folder, name.partition(".")[0])


def pairs(claim: Claim) -> tuple[Pair, ...]:
    """What the sets of a name mean, without those pairs that no interpreter has (cp312-cp313).

    A python tag that would have none keeps all: that is a mistake, and no product of two sets.
    """
    found: list[Pair] = []
    for python in claim.pythons:
        every = [(python, abi) for abi in claim.abis]
        found += [pair for pair in every if _sensible(*pair)] or every
    return tuple(found)


def _sensible(python: str, abi: str) -> bool:
    parts, own = _PYTHON_TAG.fullmatch(python), re.match(r"(?:cp|pypy)(\d+)", abi)
    if parts is None or own is None:
        return True
    kind = "pp" if abi.startswith("pypy") else "cp"
    return parts[1] in ("py", kind) and (not parts[3] or own[1] == parts[2] + parts[3])


def open_ended(pair: Pair) -> bool:
    """Whether a pair of tags is for more than one release of Python."""
    parts = _PYTHON_TAG.fullmatch(pair[0])
    return parts is not None and (pair[1] in ("abi3", "abi3t") or not parts[3])


def only(text: str) -> str | None:
    """The python tag of the one Python that looks for a suffix; None: others do as well, or nobody knows."""
    match = _ONE_PYTHON.match(text)
    return match and ("pp" if match[1] == "pypy" else "cp") + match[2] + match[3]


def free_threaded(text: str) -> bool | None:
    """Whether it is free-threaded Pythons that look for a suffix; None: both kinds may, or nobody knows."""
    match = _ONE_PYTHON.match(text)
    return bool(match[4]) if match else {"abi3": False, "abi3t": True}.get(text)


def looks_for(pair: Pair, text: str) -> bool:
    """Whether Pythons of a pair of tags look for modules with that suffix."""
    python, abi = pair
    threads = _FREE_THREADED.fullmatch(abi) is not None
    if text == "abi3":
        return not threads
    one, parts = _ONE_PYTHON.match(text), _PYTHON_TAG.fullmatch(python)
    if one is None or parts is None:
        return True
    if parts[1] not in ("py", "pp" if one[1] == "pypy" else "cp") or (abi != "none" and bool(one[4]) != threads):
        return False
    if not parts[3]:
        return True
    asked, there = (int(parts[2]), int(parts[3])), (int(one[2]), int(one[3]))
    return there >= asked if open_ended(pair) else there == asked


def unserved(wanted: Iterable[Pair], texts: Collection[str]) -> str | None:
    """Why Pythons of some tags find no file of a module that has these suffixes; None: all find one.

    A module for several releases under a tag that is for more is taken for meant so.
    """
    for pair in wanted:
        found = {only(text) for text in texts if looks_for(pair, text)}
        if not found:
            return f"Pythons of {'-'.join(pair)} look for another name"
        if open_ended(pair) and len(found) == 1 and None not in found:
            return f"of the Pythons of {'-'.join(pair)}, only {found.pop()} looks for that name"
    return None


def broken(file: FileFacts, claim: Claim | None, own: frozenset[str]) -> tuple[Violation, ...] | None:
    """The imports outside of the stable ABI that a module's name, or its bare name and the tags, promise.

    None: it promises none. Without a claim, the stable ABI of any release will do. `own` is what the thing defines.
    """
    said = suffix(file.path)
    if file.module is None or said is None:
        return None
    floor = lowest(claim.pythons) if claim is not None else None
    if said.text == "abi3t":
        floor = max(floor, (3, 15)) if floor else None
    elif said.text == "":
        named = file.module == posixpath.basename(module(file.path))  # else nothing imports it as a module
        if claim is None or not named or not any(map(open_ended, pairs(claim))):
            return None
    elif said.text != "abi3":
        return None
    found = violations(file.path, file.python_names, floor, own)
    kin = any(_SUFFIX.search(name) for name in file.needed)  # a library for modules (shiboken's) has names of its own
    return tuple(one for one in found if one.since is not None) if kin else found


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
