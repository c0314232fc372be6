"""How are sets of versions said? Ranges of the listing, never a line for each version."""

from __future__ import annotations

from collections.abc import Mapping

from elfin.formats.urltext import redacted
from elfin.resolve.clause import ROOT
from elfin.resolve.package import Package
from elfin.resolve.requirement import Requirement
from elfin.resolve.specifier import ABSENT, text_of

MOST_RUNS = 3


def requirement_text(requirement: Requirement) -> str:
    """Say a requirement, without secrets."""
    return redacted(requirement.text())


def joined(parts: list[str]) -> str:
    """Say "a", "a and b", "a, b, and c"."""
    if len(parts) < 3:
        return " and ".join(parts)
    return f"{', '.join(parts[:-1])}, and {parts[-1]}"


def versions_text(name: str, package: Package, mask: int, free: int = 0) -> str:
    """Say the versions in `mask`: "every version of a", "a 1.0", "a>=1,<2", "a<1 or >=3".

    Versions in `free` may be taken in where that is shorter: nothing can be said wrongly of what cannot be used.
    """
    versions = package.listing.versions
    mask &= package.listing.every
    runs = _runs(mask >> 1, (mask | free) >> 1, len(versions))
    if not runs:
        return f"no version of {name}"
    if len(runs) > MOST_RUNS:
        first, last = versions[runs[0][0]], versions[runs[-1][1]]
        return f"{name} {first} to {last} ({mask.bit_count()} of the versions)"
    if runs[0] == (0, len(versions) - 1):
        return f"{name} {versions[0]} (the only version)" if len(versions) == 1 else f"every version of {name}"
    if len(runs) == 1 and runs[0][0] == runs[0][1]:
        return f"{name} {versions[runs[0][0]]}"
    return name + " or ".join(_run_text(package, *run) for run in runs)


def _run_text(package: Package, low: int, high: int) -> str:
    versions = package.listing.versions
    if low == high and 0 < low < len(versions) - 1:
        return f"=={versions[low]}"
    bounds = []
    if low:
        bounds.append(f">={versions[low]}")
    if high < len(versions) - 1:
        bounds.append(f"<{versions[high + 1]}")
    return ",".join(bounds)


def _runs(wanted: int, covered: int, count: int) -> list[tuple[int, int]]:
    """Give the (first, last) indexes of the runs of `covered` that hold something wanted, cut to what is wanted unless
    they reach an end of the listing."""
    found = []
    while wanted:
        low = (wanted & -wanted).bit_length() - 1
        beyond = ~(covered >> low)
        high = low + (beyond & -beyond).bit_length() - 2
        here = wanted & ((2 << high) - 1)
        below = ~covered & ((1 << low) - 1)
        first = low if below else 0
        last = high if high == count - 1 else here.bit_length() - 1
        found.append((first, last))
        wanted &= ~((2 << high) - 1)
    return found


def lack_text(requirement: Requirement, package: Package, urls: Mapping[str, str]) -> str:
    """Say why no version meets a requirement."""
    name = requirement.name
    versions = package.listing.versions
    if requirement.url is not None:
        taken = urls.get(name)
        if taken is None:
            return f"{requirement_text(requirement)} is not among your requirements"
        return f"{name} is taken from {redacted(taken)}"
    if package.missing is not None:
        return f"{name} {package.missing.reason}"
    if not versions:
        return f"{name} has no versions"
    have = f"only {versions[0]}" if len(versions) == 1 else f"{versions[0]} to {versions[-1]}"
    return f"no version of {name} is {text_of(requirement.clauses)} (there is {have})"


def term_text(name: str, mask: int, packages: Mapping[str, Package], *, must: bool = False) -> str:
    """Say one term of a clause. `must`: say what the package has to be instead."""
    package = packages.get(name)
    if package is None:
        return name  # the presence of an extra
    if must:
        mask = ~mask
    free = sum(package.reasons) if package.reasons else 0
    return versions_text(name, package, mask, free)


def conclusion(terms: Mapping[str, int], packages: Mapping[str, Package]) -> str:
    """Say what a clause means: which versions cannot be used, alone, together or without others."""
    forbidden = [(n, m) for n, m in terms.items() if n != ROOT and not m & ABSENT]
    lacking = [(n, m) for n, m in terms.items() if n != ROOT and m & ABSENT]
    if not forbidden and not lacking:
        return "your requirements cannot be met"
    needed = joined([term_text(n, m, packages, must=True) for n, m in lacking])
    if not forbidden:
        return f"{needed} is required" if len(lacking) == 1 else f"one of {needed} is required"
    named = joined([term_text(n, m, packages) for n, m in forbidden])
    if needed:
        verb = "needs" if len(forbidden) == 1 else "together need"
        return f"{named} {verb} {needed}" if len(lacking) == 1 else f"{named} {verb} one of {needed}"
    if len(forbidden) > 1:
        return f"{named} cannot be used together"
    if named.startswith("every version of "):
        return f"no version of {forbidden[0][0]} can be used"
    return f"{named} cannot be used"
