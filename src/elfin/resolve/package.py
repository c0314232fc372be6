"""One project as the search sees it: its listing, what is wrong with which version, and which one to try next.

PEP 440 "Handling of pre-releases": a final release is taken where one will do, a pre-release where none is left.
PEP 592: a yanked version is taken only where the user pins it exactly.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from packaging.version import Version

from elfin.index.versions import Versions
from elfin.resolve.model import Unusable
from elfin.resolve.source import Choices, Missing
from elfin.resolve.specifier import Listing


class Package:
    """A project and what was found out about its versions. Masks as in `specifier.py`."""

    __slots__ = ("_bad", "_good", "_lowest", "_preferred", "_yanked_allowed", "choices", "finals", "listing", "missing")

    def __init__(
        self, choices: Choices | Missing, *, lowest: bool, plain_order: bool, preference: Version | None
    ) -> None:
        """Take what a source says.

        `plain_order`: pre-releases rank as any version; `preference`: a version to try before all others.
        """
        self.missing = choices if isinstance(choices, Missing) else None
        self.choices = None if isinstance(choices, Missing) else choices
        versions = () if isinstance(choices, Missing) else choices.versions
        self.listing = Listing(versions)
        self.finals = self.listing.every if plain_order else self._finals()
        self._lowest = lowest
        self._preferred = self._mask_of(preference) if preference is not None else 0
        self._yanked_allowed = self._preferred
        self._good = 0
        self._bad: dict[int, Unusable] = {}

    def _finals(self) -> int:
        versions = self.listing.versions
        if isinstance(versions, Versions):
            early: Sequence[int] = versions.early
        else:
            early = [index for index, version in enumerate(versions) if version.is_prerelease]
        found = self.listing.every
        for index in early:
            found ^= 2 << index
        return found

    def _mask_of(self, version: Version) -> int:
        versions = self.listing.versions
        index = bisect_left(versions, version)
        return 2 << index if index < len(versions) and versions[index] == version else 0

    def allow_yanked(self, mask: int) -> None:
        """Let versions be taken although they are yanked."""
        self._yanked_allowed |= mask

    @property
    def reasons(self) -> dict[int, Unusable]:
        """What was found wrong so far, by the bit of the version."""
        return self._bad

    def best(self, allowed: int) -> tuple[int, int]:
        """Give the bit of the version to try first of those allowed (0: none is usable), and the mask of those
        that would have come before it but are unusable."""
        allowed &= self.listing.every
        passed = 0
        for group in (allowed & self._preferred, allowed & self.finals, allowed):
            remaining = group & ~passed
            while remaining:
                bit = remaining & -remaining if self._lowest else 1 << (remaining.bit_length() - 1)
                if self._is_good(bit):
                    return bit, passed
                passed |= bit
                remaining ^= bit
        return 0, passed

    def next_ones(self, allowed: int, after: int, count: int) -> list[int]:
        """Give the bits of up to `count` versions that would be tried if `after` and those before it failed."""
        rest = allowed & self.listing.every & ~after
        if after & self.finals:
            rest &= self.finals
        rest &= ~((after << 1) - 1) if self._lowest else after - 1
        found: list[int] = []
        while len(found) < count:
            bit, passed = self.best(rest)
            if not bit:
                break
            found.append(bit)
            rest &= ~(passed | bit)
        return found

    def _is_good(self, bit: int) -> bool:
        if self._good & bit:
            return True
        if bit in self._bad:
            return False
        why = self._judge(bit)
        if why is None:
            self._good |= bit
            return True
        self._bad[bit] = why
        return False

    def _judge(self, bit: int) -> Unusable | None:
        index = bit.bit_length() - 2
        assert self.choices is not None
        if not bit & self._yanked_allowed:
            yanked = self.choices.yanked(index)
            if yanked is not None:
                return Unusable("yanked", f"was yanked ({yanked})" if yanked else "was yanked")
        return self.choices.usable(index)

    def spoil(self, bit: int, why: Unusable) -> None:
        """Note that a version turned out to be unusable."""
        self._good &= ~bit
        self._bad[bit] = why
