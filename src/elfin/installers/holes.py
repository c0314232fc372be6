"""The places that a release leaves without an artifact: every host class that gets nothing, or only a maybe.

Classes that differ in the libc's version or the CPU's level alone are told together: "x86_64 with glibc < 2.28". Each
hole says what would fill it. Where there is a libc, and no loader in the place that programs name, only what is static
starts: that is a class of each machine, too, told where no other hole of it asks for a static build. Refuses nothing.
"""

from __future__ import annotations

from elfin.host import arch as arches
from elfin.host import fit
from elfin.host.model import CannotTell, Host, Misfit, dotted
from elfin.installers import classes, target
from elfin.installers.choose import choose
from elfin.installers.classes import HostClass
from elfin.installers.model import Candidate, Release
from elfin.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Final

UNMEASURED: Final = "nobody has measured it"
"""Why a file that is known by its name alone is a maybe."""
_MEASURE = "put it beside the list, or give the folder that it lies in"
_EXAMPLES = 3


class Hole(NamedTuple):
    """Places that get nothing."""

    place: str
    """ "x86_64 Linux with glibc < 2.28"."""
    examples: tuple[str, ...]
    """A few of them by name, () where the place is a name already."""
    maybe: str
    """The artifact that may run there and nobody can tell, "" for none: then there is nothing."""
    why: str
    """Why the nearest one does not run there, "" where none is even near."""
    remedy: str
    """What to add to the release."""


def holes(release: Release) -> tuple[Hole, ...]:
    """Every hole, Linux first, the most common machines first."""
    found: list[Hole] = []
    linux = classes.linux()
    for machine in classes.MACHINES:
        for family in ("glibc", "musl"):
            mine = [one for one in linux if one.host.arch.name == machine and _family(one) == family]
            found += _of_linux(release, machine, family, mine)
        if not any(hole.place.startswith(f"{machine} Linux with musl") for hole in found):
            found += _without_loader(release, machine)
    found = _whole_machines(found)
    for machine in ("aarch64", "x86_64"):
        found += _of_macos(release, machine, [one for one in classes.macos() if one.host.arch.name == machine])
    for one in classes.windows():
        found += _of_windows(release, one)
    return tuple(found)


def _family(one: HostClass) -> str:
    return one.host.libcs[0].family


def _served(release: Release, host: Host) -> tuple[bool, str, str]:
    """(whether something surely runs, what may run, why the nearest does not, or why it may only)."""
    choice = choose(release, host)
    if any(candidate.verdict is None for candidate in choice.tried):
        return True, "", ""
    maybe = choice.tried[0].artifact.name if choice.tried else ""
    if choice.tried and _guessed(choice.tried[0]):
        return False, maybe, UNMEASURED
    near = next((miss for miss in choice.refused if _near(miss)), None)
    return False, maybe, f"{near.artifact.name} {near.why}" if near else ""


def _guessed(one: Candidate) -> bool:
    return isinstance(one.verdict, CannotTell) and one.verdict.reason == "artifact"


def _near(miss: Candidate) -> bool:
    return isinstance(miss.verdict, Misfit) and miss.verdict.reason not in ("os", "arch")


def _of_linux(release: Release, machine: str, family: str, mine: list[HostClass]) -> list[Hole]:
    """The holes of one machine and libc family: those of the best CPU, then what lesser CPUs lack beyond."""
    found: list[Hole] = []
    versions = fit.rising({one.host.libcs[0].version or () for one in mine})
    told: set[tuple[int, ...]] = set()
    for level in sorted({one.host.cpu_level or 0 for one in mine}, reverse=True):
        answers = {
            one.host.libcs[0].version or (): (one, *_served(release, one.host))
            for one in mine
            if (one.host.cpu_level or 0) == level
        }
        left = [version for version in versions if version in answers and not answers[version][1]]
        new = [version for version in left if version not in told]
        told |= set(left)
        for maybe in dict.fromkeys(answers[version][2] for version in new):
            group = [version for version in new if answers[version][2] == maybe]
            cpu = f" and a CPU below x86-64-v{level + 1}" if 0 < level < 4 else ""
            place = f"{machine} Linux with {_versions(release, machine, family, group, versions)}{cpu}"
            newest = answers[group[-1]]
            examples = tuple(name for version in reversed(group) for name in answers[version][0].examples[:1])
            found.append(Hole(place, examples[:_EXAMPLES], maybe, newest[3], _linux_remedy(machine, family, newest[3])))
    return found


def _without_loader(release: Release, machine: str) -> list[Hole]:
    host = Host("linux", None, classes.arch(machine), (), None, ())
    served, maybe, _ = _served(release, host)
    if served or maybe:  # a maybe is one because of the CPU's level, which these do not differ by
        return []
    return [
        Hole(
            f"{machine} Linux without a loader in the usual place",
            classes.WITHOUT_LOADER,
            "",
            "",
            _linux_remedy(machine, "", ""),
        )
    ]


def _versions(
    release: Release, machine: str, family: str, group: list[tuple[int, ...]], versions: list[tuple[int, ...]]
) -> str:
    if group == versions:
        return family
    if group == versions[: len(group)]:
        floors = [
            needs.libc_floor
            for artifact in release.artifacts
            for needs in artifact.needs
            if needs.libc == family and needs.libc_floor and needs.arch and _same(needs.arch, machine)
        ]
        above = [floor for floor in floors if fit.newer(floor, group[-1])]
        return f"{family} < {dotted(fit.lowest(above) or versions[len(group)])}"
    return f"{family} {', '.join(map(dotted, group))}"


def _same(program: str, machine: str) -> bool:
    return arches.runs(machine, program) is not False


def _linux_remedy(machine: str, family: str, why: str) -> str:
    if why == UNMEASURED:
        return _MEASURE
    arm = "hard" if arches.is_arm(machine) else None
    static = target.spelled("linux", machine, arm, "musl")
    if "x86-64-v" in why:
        return f"add a build for any x86-64 CPU, best a static one ({static})"
    return f"add a static musl build ({static})" + (", or build against an older glibc" if "needs glibc" in why and
                                                     family == "glibc" else "")  # fmt: skip


def _whole_machines(found: list[Hole]) -> list[Hole]:
    """Two holes that are a machine's whole Linux become one."""
    merged: list[Hole] = []
    for hole in found:
        machine = hole.place.partition(" ")[0]
        whole = [f"{machine} Linux with {family}" for family in ("glibc", "musl")]
        same = [one for one in found if one.place in whole and not one.maybe]
        if hole in same and len(same) == 2:
            if hole is same[0]:
                merged.append(hole._replace(place=f"{machine} Linux", examples=(), why=hole.why or same[1].why))
        else:
            merged.append(hole)
    return merged


def _of_macos(release: Release, machine: str, mine: list[HostClass]) -> list[Hole]:
    """The holes of one machine, its releases rising: old ones that get nothing, and those that get a maybe."""
    answers = [(one.host.os_version or (), *_served(release, one.host)) for one in mine]
    versions = [version for version, *_ in answers]
    shown = "arm64" if machine == "aarch64" else machine
    found = []
    for maybe in dict.fromkeys(answer[2] for answer in answers if not answer[1]):
        group = [answer for answer in answers if not answer[1] and answer[2] == maybe]
        why = group[-1][3]
        if maybe and why != UNMEASURED:
            why = "only where Rosetta is installed"
        remedy = f"add {target.spelled('macos', machine, None, None)}, or universal2-apple-darwin"
        if why == UNMEASURED:
            remedy = _MEASURE
        elif why and not maybe:
            remedy = "build with a lower deployment target"
        releases = _mac_releases([version for version, *_ in group], versions)
        found.append(Hole(f"macOS{releases} on {shown}", (), maybe, why, remedy))
    return found


def _mac_releases(group: list[tuple[int, ...]], versions: list[tuple[int, ...]]) -> str:
    if group == versions:
        return ""
    if group[0] == versions[0]:
        return f" < {dotted(versions[len(group)])}"
    return f" {dotted(group[0] or ())} and newer"


def _of_windows(release: Release, one: HostClass) -> list[Hole]:
    served, maybe, why = _served(release, one.host)
    if served:
        return []
    machine = one.host.arch.name
    remedy = _MEASURE if why == UNMEASURED else f"add {target.spelled('windows', machine, None, None)}"
    return [Hole(f"Windows on {machine}", (), maybe, why, remedy)]


def spell(hole: Hole) -> str:
    """ "x86_64 Linux with glibc < 2.28 (Debian 9, ...): nothing; add a static musl build"."""
    examples = f" ({', '.join(hole.examples)}, ...)" if hole.examples else ""
    what = f"only {hole.maybe}, which may run" if hole.maybe else "nothing"
    why = f" ({hole.why})" if hole.why else ""
    return f"{hole.place}{examples}: {what}{why}; {hole.remedy}"
