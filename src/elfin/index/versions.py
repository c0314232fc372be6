"""The versions of a project, told from the names of its files.

Binary distribution format (wheel: second of 5 or 6 parts), PEP 625 and what came before it (sdist: what follows the
project's name). Pure. Ignores files of another project, of other kinds (.egg, .exe, .rpm) and with versions that are
none; refuses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import overload

from elfin.formats.projectname import canonical
from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    from packaging.version import Version

SDIST_SUFFIXES = (".tar.gz", ".zip", ".tar.bz2", ".tar.xz", ".tgz")


class Versions(Sequence["Version"]):
    """Versions in ascending order that are parsed when one is looked at: a resolution looks at one in ten."""

    __slots__ = ("_known", "early", "texts")

    def __init__(self, texts: Sequence[str], early: Sequence[int]) -> None:
        """`texts` are valid (PEP 440) and sorted."""
        self.texts = texts
        self.early = early
        """The positions of pre-releases."""
        self._known: list[Version | None] = [None] * len(texts)

    def __len__(self) -> int:
        return len(self.texts)

    @overload
    def __getitem__(self, position: int) -> Version: ...
    @overload
    def __getitem__(self, position: slice) -> list[Version]: ...
    def __getitem__(self, position: int | slice) -> Version | list[Version]:
        if isinstance(position, slice):
            return [self[each] for each in range(*position.indices(len(self.texts)))]
        version = self._known[position]
        if version is None:
            from packaging.version import Version

            version = self._known[position] = Version(self.texts[position])
        return version


def early(texts: Sequence[str]) -> list[int]:
    """The positions of pre-releases. Nearly all texts have no letter; of canonical ones the letters tell."""
    found = []
    for position, text in enumerate(texts):
        if text.replace(".", "").isdigit():
            continue
        if _PLAIN.fullmatch(text) is not None:
            if "a" in text or "b" in text or "rc" in text or "dev" in text:
                found.append(position)
        else:
            from packaging.version import Version

            if Version(text).is_prerelease:
                found.append(position)
    return found


def grouped(project: str, names: Sequence[str]) -> list[tuple[str, list[int]]]:
    """(version's text, positions in `names`) in ascending order; names that are no file of `project` are left out.

    `project` is normalised. Different spellings of one version (1.0, 1.0.0) are one.
    """
    found: dict[Any, tuple[str, list[int]]] = {}
    by_text = _by_text(project, names)
    plain = all(map(_PLAIN.fullmatch, by_text)) and max(map(len, by_text), default=0) < _LONGEST
    key_of: Callable[[str], Any] = _plain_key if plain else _full_key
    for text, positions in by_text.items():
        key = key_of(text)
        if key is None:
            continue
        same = found.setdefault(key, (text, positions))
        if same[1] is not positions:
            same[1].extend(positions)
            same[1].sort()
    return [found[key] for key in sorted(found)]


_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)*(?:(?:a|b|rc)[0-9]+)?(?:\.post[0-9]+)?(?:\.dev[0-9]+)?")
_PARTS = re.compile(r"([0-9.]+)(?:(a|b|rc)([0-9]+))?(?:\.post([0-9]+))?(?:\.dev([0-9]+))?")
_NO_PRE = ("~", 0)
_NEVER = float("inf")
_LONGEST = 1000
"""Characters. Python refuses numbers of more than 4300 digits."""


def _plain_key(text: str) -> tuple[object, ...]:
    """What orders canonical versions as PEP 440 does, without epoch and local part; a page has thousands of them."""
    try:
        numbers = list(map(int, text.split(".")))
        pre = post = dev = None
    except ValueError:
        parts = _PARTS.fullmatch(text)
        assert parts is not None
        release, pre, number, post, dev = parts.groups()
        numbers = list(map(int, release.split(".")))
    while numbers and not numbers[-1]:
        numbers.pop()
    # "1.dev0" is before "1a0"; a release or a post-release is behind every pre-release.
    without = ("", 0) if dev is not None and post is None else _NO_PRE
    early = without if pre is None else (pre, int(number))
    return tuple(numbers), early, -1 if post is None else int(post), _NEVER if dev is None else int(dev)


def _full_key(text: str) -> Version | None:
    """The version itself, for a page with unusual spellings; None for a text that is no version."""
    from packaging.version import Version

    try:
        return Version(text)
    except ValueError:  # InvalidVersion, or a number of thousands of digits
        return None


def version_text(project: str, filename: str) -> str | None:
    """The version that a file name claims for this normalised project, unchecked; None when it is none of its files."""
    return next(iter(_by_text(project, (filename,))), None)


def _by_text(project: str, names: Sequence[str]) -> dict[str, list[int]]:
    """Positions of the project's files by the text of their version. Runs over 4000 names a page: hence its shape."""
    found: dict[str, list[int]] = {}
    ours: dict[str, bool] = {}
    everything = "".join(names)
    suspicious = not everything.isprintable() or "/" in everything
    stem, same = "\n", list[int]()
    for position, name in enumerate(names):
        if name[-4:] == ".whl":
            if name.startswith(stem) and 4 <= name.count("-") <= 5 and not suspicious:
                same.append(position)  # as most are: another wheel of the version before
                continue
            parts = name.split("-", 6)
            prefix = parts[0]
            if prefix not in ours:
                ours[prefix] = canonical(prefix) == project
            text = parts[1] if ours[prefix] and 5 <= len(parts) <= 6 else ""
        else:
            text = _sdist_version(project, name, ours)
        if not text or (suspicious and ("/" in name or not name.isprintable())):
            continue
        same = found.setdefault(text, [])
        same.append(position)
        stem = f"{name.partition('-')[0]}-{text}-" if name[-4:] == ".whl" else "\n"
    return found


def _sdist_version(project: str, name: str, ours: dict[str, bool]) -> str:
    if name.endswith(".tar.gz"):
        stem = name[:-7]
    elif name.endswith(SDIST_SUFFIXES):
        stem = name[: -next(len(suffix) for suffix in SDIST_SUFFIXES if name.endswith(suffix))]
    else:
        return ""
    # The name may hold dashes and so may the version: only the project's own name tells where it ends.
    cut = stem.find("-")
    while cut > 0:
        prefix = stem[:cut]
        if prefix not in ours:
            ours[prefix] = canonical(prefix) == project
        if ours[prefix]:
            return stem[cut + 1 :]
        cut = stem.find("-", cut + 1)
    return ""
