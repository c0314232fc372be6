"""Which versions of a listing does a specifier mean? The answer is one integer, a bit for each version.

PEP 440, as `packaging` reads it with pre-releases admitted (`SpecifierSet.contains(version, prereleases=True)`).
Whether a pre-release is *wanted* is not a question of sets and is decided elsewhere (`package.py`).
Bit 0 of a mask means "the package is absent", bit i + 1 the i-th version of the ascending listing. Because listings are
sorted, the usual clauses are a slice found by bisection; the others ask `packaging` about every version. A property
test keeps the two alike.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache

from packaging.version import Version

from elfin.errors import Malformed

Clause = tuple[str, str]
"""An operator and the text right of it: (">=", "1.2"), ("==", "1.*")."""
Clauses = tuple[Clause, ...]
"""Joined by "and"; empty: any version."""

_RELEASE = r"[0-9]+(?:\.[0-9]+)*"
_VERSION = rf"{_RELEASE}(?:(?:a|b|rc)\.?[0-9]+)?(?:\.post[0-9]+)?(?:\.dev[0-9]+)?"
_CLAUSE = rf"(?:[=!]=\s*{_RELEASE}\.\*|(?:[=!<>]=|[<>])\s*{_VERSION}|~=\s*[0-9]+\.{_VERSION})"
"""The clauses nearly all metadata is made of: no epoch or local version, spelled canonically (or as `2.0a.0`)."""
_PLAIN = re.compile(rf"\s*{_CLAUSE}\s*(?:,\s*{_CLAUSE}\s*)*")
_PARTS = re.compile(r"(~=|==|!=|<=|>=|<|>)\s*([^\s,]+)")
_FINAL = re.compile(_RELEASE)

_LONGEST = 4000
"""Characters. Python refuses numbers of more than 4300 digits."""

ABSENT = 1
"""The mask of "not there"."""


@lru_cache(maxsize=65536)
def version_of(text: str) -> Version:
    """Parse a version once. Raises packaging's InvalidVersion."""
    return Version(text)


@lru_cache(maxsize=65536)
def clauses_of(text: str) -> Clauses:
    """Read a specifier such as ">=1.2,<2" into its clauses, in the order written; "" gives none.

    Raises Malformed where PEP 440 has no such specifier.
    """
    if len(text) > _LONGEST:
        raise Malformed(f'"{text[:40]}..." is too long for a version specifier')
    plain = plain_clauses(text)
    if plain is not None:
        return plain
    if not text.strip():
        return ()
    from packaging.specifiers import InvalidSpecifier, Specifier

    try:
        read = [Specifier(part) for part in text.split(",") if part.strip()]
    except InvalidSpecifier as bad:
        raise Malformed(f'"{text.strip()}" is not a version specifier') from bad
    return tuple((specifier.operator, specifier.version) for specifier in read)


@lru_cache(maxsize=65536)
def plain_clauses(text: str) -> Clauses | None:
    """Read a specifier of the usual shapes only; None: it is empty, of another shape, or none at all."""
    return tuple(_PARTS.findall(text)) if len(text) <= _LONGEST and _PLAIN.fullmatch(text) else None


def text_of(clauses: Clauses) -> str:
    """Write clauses as people do: ">=1.2,<2"."""
    return ",".join(operator + version for operator, version in clauses)


def names_prerelease(clauses: Clauses) -> bool:
    """Say whether a pre-release is mentioned, which opts in to them (PEP 440, "Handling of pre-releases")."""
    for operator, text in clauses:
        if operator != "!=" and not _FINAL.fullmatch(text.removesuffix(".*")):
            try:
                if version_of(text.removesuffix(".*")).is_prerelease:
                    return True
            except ValueError:  # `===` may carry anything
                continue
    return False


def pins_exactly(clauses: Clauses) -> bool:
    """Say whether one version is named by `==` or `===` (without a wildcard), as PEP 592 asks of a yanked one."""
    return any(operator == "===" or (operator == "==" and not text.endswith(".*")) for operator, text in clauses)


class Listing:
    """The versions of one package in ascending order, and the masks of specifiers over them."""

    __slots__ = ("_masks", "every", "versions")

    def __init__(self, versions: Sequence[Version]) -> None:
        self.versions = versions
        self.every = ((1 << len(versions)) - 1) << 1
        """All versions, without ABSENT."""
        self._masks: dict[Clauses, int] = {(): self.every}

    def mask(self, clauses: Clauses) -> int:
        """Give the versions that meet all clauses; never contains ABSENT."""
        found = self._masks.get(clauses)
        if found is None:
            found = self.every
            for clause in clauses:
                found &= self._clause(clause)
            self._masks[clauses] = found
        return found

    def _clause(self, clause: Clause) -> int:
        found = self._masks.get((clause,))
        if found is None:
            found = self._by_bisection(*clause)
            if found is None:
                found = self._by_asking(clause)
            self._masks[(clause,)] = found
        return found

    def _slice(self, low: int, high: int) -> int:
        return ((1 << max(high - low, 0)) - 1) << (low + 1)

    def _by_bisection(self, operator: str, text: str) -> int | None:
        """Answer from the order alone; None where PEP 440 has a subtlety that order does not show."""
        versions, end = self.versions, len(self.versions)
        if text.endswith(".*"):
            within = self._prefix(text[:-2])
            return within if within is None or operator == "==" else self.every & ~within
        if operator == "===" or "+" in text or "!" in text:
            return None
        version = version_of(text)
        low = bisect_left(versions, version)
        match operator:
            case ">=":
                return self._slice(low, end)
            case "<=":
                return self._slice(0, self._after_locals(version))
            case "==":
                return self._slice(low, self._after_locals(version))
            case "!=":
                return self.every & ~self._slice(low, self._after_locals(version))
            case "~=":
                within = self._prefix(".".join(str(part) for part in version.release[:-1]))
                return None if within is None else within & self._slice(low, end)
            case "<":
                if version.is_postrelease:
                    return None
                if version.is_prerelease:
                    return self._slice(0, low)
                # "<V MUST NOT allow a pre-release of the specified version", so the boundary is V's first pre-release.
                return self._slice(0, bisect_left(versions, version_of(f"{version.base_version}.dev0")))
            case ">" if not version.is_prerelease and not version.is_postrelease:
                # ">V MUST NOT match a post-release or a local version of V": go on to another base version.
                first = bisect_right(versions, version)
                while first < end and version_of(versions[first].base_version) == version:
                    first += 1
                return self._slice(first, end)
        return None

    def _after_locals(self, version: Version) -> int:
        """Give the index after `version` and its local versions, which `==` and `<=` match as well."""
        versions = self.versions
        after = bisect_right(versions, version)
        while after < len(versions) and versions[after].local and version_of(versions[after].public) == version:
            after += 1
        return after

    def _prefix(self, text: str) -> int | None:
        if not _FINAL.fullmatch(text):
            return None
        *head, last = (int(part) for part in text.split("."))
        above = ".".join(str(part) for part in (*head, last + 1))
        versions = self.versions
        return self._slice(
            bisect_left(versions, version_of(f"{text}.dev0")), bisect_left(versions, version_of(f"{above}.dev0"))
        )

    def _by_asking(self, clause: Clause) -> int:
        from packaging.specifiers import Specifier

        specifier = Specifier("".join(clause))
        found = 0
        for index, version in enumerate(self.versions):
            if specifier.contains(version, prereleases=True):
                found |= 2 << index
        return found


def admits(clauses: Clauses, version: Version) -> bool:
    """Say whether one version meets the clauses; used for Requires-Python at the full patch level."""
    return Listing((version,)).mask(clauses) != 0
