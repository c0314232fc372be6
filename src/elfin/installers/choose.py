"""Which artifact of a release a place gets, in what order others are tried after it, and why the rest is refused.

The norm that install.sh and install.ps1 follow. Every comparison is `host.fit`'s; here its verdicts become an order:

rank 0  for the native libc, and satisfied (on macOS and Windows: for the machine itself)
     1  static
     2  for another libc that is there, and satisfied
     3  cannot be told: the libc's version is unknown, or nobody measured the artifact ("unknown is never old")
     4  cannot be told: the CPU's level is unknown
     5-9  the same for another architecture that this machine runs

Within a rank the order is one that no place changes (`rows`): the nearer architecture, the higher CPU level, the higher
libc floor, a file for one machine before one for several, the release's own order. So a script holds its artifacts in
the order of `rows`, gives each a rank and sorts stably. Refuses nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from elfin.host import fit
from elfin.host.model import CannotTell, Host, Misfit, Needs, dotted
from elfin.installers.model import Artifact, Candidate, Choice, Release
from elfin.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Final

NATIVE, STATIC, OTHER_LIBC, DOUBT, DOUBTFUL_CPU, OTHER_ARCH = range(6)
"""Ranks; `OTHER_ARCH` is added for another architecture than the place's."""
NO_RANK: Final = 99
"""Of what is refused."""
REFUSED_LAST: Final = ("os", "arch", "float abi", "libc family", "libc version", "os version", "cpu level")
"""Axes of a refusal, the farthest miss first."""

# Architectures that another one may run, the nearest first: an x86_64 before an i686 program on Windows on ARM.
_NEARNESS: Final = ("armv8l", "armv7l", "armv6l", "armv5tel", "x86_64", "i686")


Has = Callable[[str], bool]
"""Whether a place has a file at a path."""


class Row(NamedTuple):
    """One way in which an artifact can serve: a file for two machines has two."""

    artifact: Artifact
    needs: Needs


def rows(release: Release) -> tuple[Row, ...]:
    """Every artifact with each of its needs, in the order in which those of one rank are tried."""
    found = [
        (_order(artifact, needs, number), Row(artifact, needs))
        for number, artifact in enumerate(release.artifacts)
        for needs in artifact.needs
    ]
    return tuple(row for _, row in sorted(found, key=lambda one: one[0]))


def _order(artifact: Artifact, needs: Needs, number: int) -> tuple[object, ...]:
    near = _NEARNESS.index(needs.arch) if needs.arch in _NEARNESS else 0
    floor = tuple(-part for part in needs.libc_floor) if needs.libc_floor else (1,)
    return (near, -(needs.cpu_level or 0), floor, len(artifact.needs), number)


def choose(release: Release, host: Host) -> Choice:
    """The artifacts that fit or may, in the order they are tried, and those that do not, the nearest miss first.

    Each artifact comes once, with the best of its needs.
    """
    best: dict[str, tuple[int, int, int, Candidate]] = {}
    for number, row in enumerate(rows(release)):
        one = judge(row, host)
        worth = (one.rank, _miss(one), number)
        known = best.get(row.artifact.name)
        if known is None or worth < known[:3]:
            best[row.artifact.name] = (*worth, one)
    order = [one for *_, one in sorted(best.values(), key=lambda found: found[:3])]
    return Choice(
        tuple(one for one in order if not isinstance(one.verdict, Misfit)),
        tuple(one for one in order if isinstance(one.verdict, Misfit)),
    )


def judge(row: Row, host: Host) -> Candidate:
    """One row at one place: the verdict, its rank and why."""
    artifact, needs = row
    verdict = fit.verdict(needs, host)
    if verdict is None and not artifact.measured and needs.libc_floor is None:
        verdict = CannotTell("artifact", "a look into it")
    if isinstance(verdict, Misfit):
        return Candidate(artifact, verdict, NO_RANK, refusal(needs, verdict))
    rank = _rank(needs, verdict, host)
    return Candidate(artifact, verdict, rank, _reason(needs, verdict, host))


def _rank(needs: Needs, verdict: CannotTell | None, host: Host) -> int:
    far = OTHER_ARCH if needs.arch not in (None, host.arch.name) else 0
    if needs.cpu_level is not None and needs.cpu_level > 1 and host.cpu_level is None:
        return far + DOUBTFUL_CPU
    if verdict is not None:
        return far + DOUBT
    if needs.os != "linux" or (needs.libc is not None and host.libc is not None and needs.libc == host.libc.family):
        return far + NATIVE
    return far + (STATIC if needs.libc is None else OTHER_LIBC)


def _miss(one: Candidate) -> int:
    """Small for a near miss, 0 for none."""
    return -REFUSED_LAST.index(one.verdict.reason) if isinstance(one.verdict, Misfit) else 0


def refusal(needs: Needs, verdict: Misfit) -> str:
    """Why not, in a clause: "needs glibc 2.28; this place has musl 1.2.5"."""
    if verdict.reason in ("os", "arch"):
        far = verdict.needs if verdict.reason == "os" else f"{needs.os} on {verdict.needs}"
        return f"is for {far}; this place is {verdict.has}"
    if verdict.reason == "float abi":
        return f"has {verdict.needs} floats; this place has {verdict.has} ones"
    return f"needs {verdict.needs}; this place has {verdict.has}"


def _reason(needs: Needs, verdict: CannotTell | None, host: Host) -> str:
    machine = f", for {needs.arch}, which this {host.arch.name} place runs" if needs.arch != host.arch.name else ""
    if verdict is not None and verdict.reason == "artifact":
        return f"its name fits; nobody has measured what it needs{machine}"
    if verdict is not None:
        what = {"arch": "this machine runs", "libc version": "this place has"}.get(verdict.reason, "there is")
        return f"may run: whether {what} {verdict.needs} cannot be told"
    if needs.os not in (None, "linux"):
        floor = f" {dotted(needs.os_floor)} or newer" if needs.os_floor else ""
        return f"for {needs.os}{floor} on {needs.arch}" + (machine and ", which this place runs")
    if needs.libc is None:
        return f"static, runs with any libc{machine}"
    libc = next((one for one in host.libcs if one.family == needs.libc), None)
    shown = fit.spell_libc(libc) if libc else needs.libc
    kind = "native" if host.libc is not None and host.libc.family == needs.libc else "here, too,"
    floor = f" and >= {dotted(needs.libc_floor)}" if needs.libc_floor else ""
    return f"{shown} is {kind}{floor}{machine}"


def without_loader(choice: Choice, has: Has) -> Choice:
    """The choice at a place whose files can be looked at: what names a loader that is not there is refused.

    So it is on systems without the folders that others have (NixOS), and in images that hold one program.
    """
    tried: list[Candidate] = []
    refused: list[Candidate] = []
    for one in choice.tried:
        loader = one.artifact.loader
        if loader is None or has(loader):
            tried.append(one)
        else:
            verdict = Misfit("libc family", f"the loader {loader}", "no such file")
            refused.append(one._replace(verdict=verdict, rank=NO_RANK, why=f"needs {loader}, which is not there"))
    return Choice(tuple(tried), (*refused, *choice.refused))
