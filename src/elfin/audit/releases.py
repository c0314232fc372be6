"""The wheels of one release together: who serves which hosts, what overlaps, what a static wheel could take over.

Follows PEP 600 and 656, and how installers choose: the most specific platform tag wins, so of two wheels that run on a
host the one with the newer glibc tag is taken. Only wheels of one project, version, Python and ABI are compared.
"""

from __future__ import annotations

from collections.abc import Sequence

from elfin.audit import policy, python_abi
from elfin.audit.model import Claim, Earned, Report
from elfin.formats import wheelname
from elfin.formats.projectname import canonical
from elfin.host import fit
from elfin.host.model import Needs, dotted
from elfin.record import NamedTuple
from elfin.tags import platform as platforms


class Advice(NamedTuple):
    """Something to do about a wheel, in view of its siblings."""

    path: str
    text: str
    """One clause."""
    tags: tuple[str, ...]
    """Platform tags it could take; () where there is nothing to add."""


class Group(NamedTuple):
    """Wheels one of which has to do for a place."""

    name: str
    """"tool 1.0 for cp312-cp312", "tool 1.0" for all of a release."""
    paths: tuple[str, ...]


class Reach(NamedTuple):
    """The hosts that a wheel of several serves: it runs there, and installers take it rather than its siblings."""

    path: str
    hosts: tuple[str, ...]
    """"glibc 2.17 to 2.27 on aarch64"; () for none."""


def groups(reports: Sequence[Report], *, by_python: bool) -> tuple[Group, ...]:
    """Wheels by project and version, and `by_python` by Python and ABI as well.

    A wheel for more Pythons (`py3-none`, `abi3`) is in the groups of those, too.
    """
    found: dict[str, tuple[str, ...]] = {}
    claims = [(report.path, report.claim) for report in reports if report.claim is not None]
    for _, claim in claims:
        release = _release(claim)
        said = " ".join(release) + (f" for {'.'.join(claim.pythons)}-{'.'.join(claim.abis)}" if by_python else "")
        of_release = [(path, other) for path, other in claims if _release(other) == release]
        found[said] = tuple(path for path, other in of_release if not by_python or _loads(claim, other))
    return tuple(Group(said, paths) for said, paths in found.items())


def _release(claim: Claim) -> tuple[str, str]:
    name = wheelname.parse(claim.filename)
    return canonical(name.name), name.version


def _loads(claim: Claim, other: Claim) -> bool:
    """Whether the Pythons of a wheel can use the other."""
    if (claim.pythons, claim.abis) == (other.pythons, other.abis):
        return True
    own, floor = python_abi.lowest(claim.pythons), python_abi.lowest(other.pythons)
    if "none" in other.abis:
        return floor is None or floor == own
    threaded = all(abi.endswith("t") for abi in claim.abis)
    return "abi3" in other.abis and not threaded and own is not None and floor is not None and floor <= own


def _siblings(reports: Sequence[Report]) -> list[tuple[str, list[Report]]]:
    """(machine, wheels that share everything but the platform)."""
    found: dict[tuple[object, ...], list[Report]] = {}
    for report in reports:
        claim = report.claim
        if claim is not None and len(report.total.arches) == 1:
            key = (_release(claim), claim.pythons, claim.abis, report.total.arches[0])
            found.setdefault(key, []).append(report)
    return [(str(key[-1]), wheels) for key, wheels in found.items()]


def advise(reports: Sequence[Report]) -> tuple[Advice, ...]:
    """Advice for wheels that share everything but the platform."""
    found: list[Advice] = []
    for arch, group in _siblings(reports):
        found += _overlaps(group)
        for report in group:
            if report.total.libc == "any":
                found += _static(report, [one for one in group if one is not report], arch)
    return tuple(found)


def reach(reports: Sequence[Report]) -> tuple[Reach, ...]:
    """Which hosts each wheel serves, of those that have siblings."""
    return tuple(
        Reach(report.path, tuple(f"{hosts} on {arch}" for hosts in _ranges(report, group)))
        for arch, group in _siblings(reports)
        if len(group) > 1
        for report in group
    )


def _ranges(report: Report, group: Sequence[Report]) -> list[str]:
    return [hosts for libc in ("glibc", "musl") for hosts in _range(report, group, libc)]


def _range(report: Report, group: Sequence[Report], libc: str) -> list[str]:
    """From the version that its name and its bytes ask for, to the one from which on a sibling is taken."""
    named, needed = _claimed(report.claim, libc), _earned(report.earned, libc)
    if named is None or needed is None:
        return []
    first = fit.rising([named, needed])[-1]
    above = [its for other in group if (its := _claimed(other.claim, libc)) is not None and fit.newer(its, named)]
    end = fit.lowest(above)
    if end is None:
        return [f"{libc} {dotted(first)} and up"]
    return [f"{libc} {dotted(first)} to {dotted(_before(end))}"] if fit.newer(end, first) else []


def _claimed(claim: Claim | None, libc: str) -> tuple[int, ...] | None:
    """The version from which on installers take a wheel, by its name alone."""
    return _least(claim.platforms, libc) if claim is not None else None


def _earned(own: Earned, libc: str) -> tuple[int, ...] | None:
    """The version from which on its bytes run."""
    return _least(own.tags, libc)


def _least(tags: Sequence[str], libc: str) -> tuple[int, ...] | None:
    floors = [needs.libc_floor for tag in tags for needs in platforms.needs(tag) if needs.libc == libc]
    return fit.lowest(floor for floor in floors if floor is not None)


def _before(version: tuple[int, ...]) -> tuple[int, ...]:
    return (version[0], version[1] - 1)


def _static(report: Report, others: Sequence[Report], arch: str) -> list[Advice]:
    """A wheel that runs with any libc: may also stand where the dynamic ones do not reach, or for all of them."""
    assert report.claim is not None
    claimed = [needs for tag in report.claim.platforms for needs in platforms.needs(tag)]
    lowest = fit.lowest(floor for other in others if (floor := _glibc(other)) is not None)
    oldest = policy.ARCH_FLOORS.get(arch)
    found = []
    more = [tag for tag in report.earned.tags if tag not in report.claim.platforms]
    has_glibc = any(needs.libc == "glibc" for needs in claimed)
    if oldest is not None and lowest is not None and fit.newer(lowest, oldest) and not has_glibc:
        tags = tuple(sorted(platforms.names(Needs("linux", arch, None, "glibc", oldest))))
        text = (
            f"it is static: with {' and '.join(tags)} it also serves glibc {dotted(oldest)} to "
            f"{dotted(_before(lowest))}, where installers do not take the wheel for {dotted(lowest)}; "
            f"from {dotted(lowest)} up they take that one{_but(others)}"
        )
        found.append(Advice(report.path, text, tags))
    elif more and not has_glibc:
        found.append(Advice(report.path, f"it is static and runs with any libc{_but(others)}", tuple(more)))
    replaceable = [other for other in others if _glibc(other) is not None]
    if replaceable:
        names = ", ".join(other.claim.filename for other in replaceable if other.claim)
        found.append(Advice(report.path, f"alone it could stand for {names} as well: fewer wheels", ()))
    return found


def _but(others: Sequence[Report]) -> str:
    """What a name that promises too much spoils: installers take that wheel where it does not run."""
    for other in others:
        named, needed = _glibc(other), _earned(other.earned, "glibc")
        if other.claim is not None and named is not None and needed is not None and fit.newer(needed, named):
            return (
                f". But {other.claim.filename} does not run below glibc {dotted(needed)}, and installers take it from "
                f"{dotted(named)} up: mend that name first"
            )
    return ""


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
    return _claimed(report.claim, "glibc") if report.total.libc == "glibc" else None
