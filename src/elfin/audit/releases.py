"""The wheels of one release together: who serves which hosts, what overlaps, what a static wheel could take over.

Follows PEP 600 and 656, and how installers choose: the most specific platform tag wins, so of two wheels that run on a
host the one with the newer glibc tag is taken. Only wheels of one project, version, Python and ABI are compared.
"""

from __future__ import annotations

from collections.abc import Sequence

from elfin.audit import policy, tagnames
from elfin.audit.model import Report
from elfin.host import fit
from elfin.host.model import Needs
from elfin.record import NamedTuple
from elfin.tags import platform as platforms


class Advice(NamedTuple):
    """Something to do about a wheel, in view of its siblings."""

    path: str
    text: str
    """One clause."""
    tags: tuple[str, ...]
    """Platform tags it could take; () where there is nothing to add."""


def advise(reports: Sequence[Report]) -> tuple[Advice, ...]:
    """Advice for wheels that share everything but the platform."""
    groups: dict[tuple[object, ...], list[Report]] = {}
    for report in reports:
        claim = report.claim
        if claim is not None and len(report.total.arches) == 1:
            stem = tagnames.split(claim.filename).stem
            groups.setdefault((stem, claim.pythons, claim.abis, report.total.arches[0]), []).append(report)
    found: list[Advice] = []
    for (*_, arch), group in groups.items():
        found += _overlaps(group)
        for report in group:
            if report.total.libc == "any":
                found += _static(report, [one for one in group if one is not report], str(arch))
    return tuple(found)


def _static(report: Report, others: Sequence[Report], arch: str) -> list[Advice]:
    """A wheel that runs with any libc: may also stand where the dynamic ones do not reach, or for all of them."""
    assert report.claim is not None
    claimed = [needs for tag in report.claim.platforms for needs in platforms.needs(tag)]
    lowest = min((floor for other in others if (floor := _glibc(other)) is not None), default=None)
    oldest = policy.ARCH_FLOORS.get(arch)
    found = []
    more = [tag for tag in report.earned.tags if tag not in report.claim.platforms]
    has_glibc = any(needs.libc == "glibc" for needs in claimed)
    if oldest is not None and lowest is not None and lowest > oldest and not has_glibc:
        tags = tuple(sorted(platforms.names(Needs("linux", arch, None, "glibc", oldest))))
        below = f"{_dotted(oldest)} to {_dotted((lowest[0], lowest[1] - 1))}"
        text = (
            f"it is static: with {' and '.join(tags)} it also serves glibc {below}, "
            f"where the wheel for {_dotted(lowest)} does not run; from {_dotted(lowest)} up installers take that one"
        )
        found.append(Advice(report.path, text, tags))
    elif more and not has_glibc:
        found.append(Advice(report.path, "it is static and runs with any libc", tuple(more)))
    replaceable = [other for other in others if _glibc(other) is not None]
    if replaceable:
        names = ", ".join(other.claim.filename for other in replaceable if other.claim)
        found.append(Advice(report.path, f"alone it could stand for {names} as well: fewer wheels", ()))
    return found


def _overlaps(group: Sequence[Report]) -> list[Advice]:
    seen: dict[str, Report] = {}
    found = []
    for report in group:
        for tag in report.claim.platforms if report.claim else ():
            first = seen.setdefault(tag, report)
            if first is not report and first.claim is not None:
                found.append(
                    Advice(report.path, f"{tag} is claimed by {first.claim.filename} too: either may be taken", ())
                )
    return found


def _glibc(report: Report) -> tuple[int, ...] | None:
    """The glibc from which on a dynamic wheel is taken, by its own name."""
    if report.total.libc != "glibc" or report.claim is None:
        return None
    floors = [needs.libc_floor for tag in report.claim.platforms for needs in platforms.needs(tag)]
    return fit.lowest(floor for floor in floors if floor is not None)


def _dotted(version: Sequence[int]) -> str:
    return ".".join(map(str, version))
