"""Will it run there: an audited thing against a `Host`, file by file, each no with the file and the symbol.

`host.fit` compares; here needs are made of facts and the answers are gathered. A level of libstdc++ and its kin is
compared by the glibc from which on every known distribution has it. Refuses to say yes where a library has to be there
and nobody can look: that is a doubt.
"""

from __future__ import annotations

from collections.abc import Callable

from elfin.audit import policy, sums
from elfin.audit.model import FileFacts, Floor, Report
from elfin.host import arch as arches
from elfin.host import fit
from elfin.host.model import CannotTell, Host, Libc, Misfit, Needs
from elfin.record import NamedTuple
from elfin.tags import platform as platforms

Has = Callable[[str, Host], bool]
"""Whether a place has a library of that name."""


class Reason(NamedTuple):
    """Why one file does not run, or may not."""

    path: str
    axis: str
    """As `Misfit.reason`, or "library", "libstdc++"."""
    needs: str
    has: str
    symbols: tuple[str, ...]
    files: int
    """How many files have the same reason."""


class Verdict(NamedTuple):
    """The answer for one place."""

    runs: bool | None
    """None: nobody can tell."""
    reasons: tuple[Reason, ...]
    """Those that say no; where none does, those that leave a doubt."""
    installers: str | None
    """Why installers there pass over a wheel by its name; "" where they take it; None for what is no wheel."""


def judge(report: Report, host: Host, has: Has | None = None) -> Verdict:
    """Whether everything in it runs in that place; `has` looks for libraries, None where there is nowhere to look."""
    own = sums.bundled(report.files)
    noes: dict[tuple[str, str, str], Reason] = {}
    doubts: dict[tuple[str, str, str], Reason] = {}
    for file in report.files:
        if file.kind == "object":
            continue
        for reason, sure in _reasons(file, report, host, own, has):
            kept = noes if sure else doubts
            wants = reason.needs if reason.axis != "libc family" else ""  # another family is no matter of versions
            key = (reason.axis, wants, reason.has)
            before = kept.get(key)
            kept[key] = reason if before is None else before._replace(files=before.files + 1)
    installers = None if report.claim is None else _installers(report.claim.platforms, host)
    if noes:
        return Verdict(False, tuple(noes.values()), installers)
    return Verdict(None if doubts else True, tuple(doubts.values()), installers)


def needs_of(file: FileFacts, libc: str | None) -> tuple[Needs, Floor | None]:
    """What one file asks of a place, and the floor among it; `libc` where the file itself does not tell."""
    family = sums.libc_of(file) or libc
    floor = None
    if family == "glibc":
        floor = sums.glibc_floor((file, want) for want in file.wants if not want.weak)
    elif family == "musl":
        floor = file.musl
    plain = family in ("any", "mixed", None)
    return Needs(
        "android" if family == "bionic" else "linux",
        file.arch.name,
        file.arch.float_abi,
        None if plain or family == "bionic" else family,
        None if plain or floor is None else floor.version,
        file.cpu_level,
    ), floor


def _reasons(
    file: FileFacts, report: Report, host: Host, own: frozenset[str], has: Has | None
) -> list[tuple[Reason, bool]]:
    needs, floor = needs_of(file, report.libc)
    found: list[tuple[Reason, bool]] = []
    verdict = fit.verdict(needs, host)
    older = arches.is_arm(file.arch.name) and arches.runs(file.arch.name, host.arch.name)
    if isinstance(verdict, Misfit) and verdict.reason == "arch" and older:  # build attributes are an upper bound
        doubt = Reason(file.path, "arch", f"up to {file.arch.name}", host.arch.name, (), 1)
        verdict, found = fit.verdict(needs._replace(arch=host.arch.name), host), [(doubt, False)]
    if isinstance(verdict, Misfit):
        symbols = floor.witness.symbols if floor is not None and verdict.reason == "libc version" else ()
        return [(Reason(file.path, verdict.reason, verdict.needs, verdict.has, symbols, 1), True)]
    if isinstance(verdict, CannotTell):
        found.append((Reason(file.path, verdict.reason, verdict.needs, "cannot be told", (), 1), False))
    levels = sums.level_floors((file, want) for want in file.wants if not want.weak and want.library not in own)
    for kind, level in levels if needs.libc == "glibc" else ():
        implied = policy.glibc_for(kind, level.version)
        spelled = f"{level.witness.library} with {level.witness.version}"
        if implied is None or isinstance(fit.verdict(needs._replace(libc_floor=implied), host), Misfit):
            words = "a system of its age may lack it"
            found.append((Reason(file.path, "libstdc++", spelled, words, level.witness.symbols, 1), False))
    for name in file.needed:
        if name in own:
            continue
        there = has(name, host) if has is not None else None
        if there is False:
            found.append((Reason(file.path, "library", name, "it is not there", (), 1), True))
        elif there is None and name not in (policy.LIBRARIES if needs.libc == "glibc" else policy.MUSL_LIBRARIES):
            found.append((Reason(file.path, "library", name, "does not come along", (), 1), False))
    return found


def _installers(claims: tuple[str, ...], host: Host) -> str:
    """Whether the platform part of a name is taken there."""
    verdict = fit.any_verdict(tuple(needs for claim in claims for needs in platforms.needs(claim)), host)
    if verdict is None:
        return ""
    if isinstance(verdict, Misfit):
        return f"its name asks for {verdict.needs}, there is {verdict.has}"
    return f"whether {verdict.needs} is there cannot be told"


class Served(NamedTuple):
    """A distribution and the releases of it that something runs on."""

    name: str
    since: str
    """The oldest such release behind which all others run it too."""
    all: bool
    """Every release that is known runs it."""


_FIRST = ("debian", "ubuntu", "rhubi", "fedora", "amazonlinux", "opensuse", "sles", "alpine")


def served(report: Report) -> tuple[Served, ...]:
    """Every known distribution some releases of which run it, the best known ones first."""
    if len(report.arches) != 1 or report.libc in (None, "mixed", "bionic", "uclibc"):
        return ()
    arch = arches.named(report.arches[0], report.files[0].arch.float_abi if report.files else None)
    wanted = _total(report, arch.name)
    found: dict[str, list[tuple[tuple[int, ...], str, bool]]] = {}
    for name, release, family, version, known in _rows():
        number = _number(release)
        if number is None or arch.name not in known:
            continue
        host = Host("linux", None, arch, (Libc(family, version, None, arch.name),), None, ())
        fits = all(fit.verdict(needs, host) is None for needs in wanted)
        found.setdefault(name, []).append((number, release, fits))
    order = sorted(found, key=lambda name: (_FIRST.index(name) if name in _FIRST else len(_FIRST), name))
    return tuple(one for name in order if (one := _since(name, sorted(found[name]))) is not None)


def _total(report: Report, arch: str) -> list[Needs]:
    if report.libc == "any":
        return [Needs("linux", arch)]
    needs = [Needs("linux", arch, None, report.libc)]
    if report.libc == "musl":
        return needs + ([needs[0]._replace(libc_floor=report.musl.version)] if report.musl else [])
    floors = [report.glibc.version] if report.glibc else []
    floors += [floor for kind, level in report.levels if (floor := policy.glibc_for(kind, level.version)) is not None]
    return needs + [needs[0]._replace(libc_floor=floor) for floor in floors]


def _since(name: str, releases: list[tuple[tuple[int, ...], str, bool]]) -> Served | None:
    from elfin.host import distros

    since = None
    for _, release, fits in reversed(releases):
        if not fits:
            break
        since = release
    if since is None:
        return None
    shown = distros.SHOWN.get(name, name)
    return Served(shown, since.replace("stream", "Stream "), all(fits for _, _, fits in releases))


def _rows() -> list[tuple[str, str, str, tuple[int, ...], tuple[str, ...]]]:
    """(distribution, release, libc, version, architectures) of every release in the tables."""
    from elfin.host import distros, distros_glibc

    found = []
    for family, rows in (("glibc", distros_glibc.ROWS), ("glibc", distros.GLIBC_ROWS), ("musl", distros.MUSL_ROWS)):
        for row in rows.splitlines():
            name, release, version, known = row.split()
            found.append((name, release, family, tuple(map(int, version.split("."))), tuple(known.split(","))))
    return found


def _number(release: str) -> tuple[int, ...] | None:
    digits = release.removeprefix("p").removeprefix("v").split(".")
    return tuple(map(int, digits)) if all(map(str.isdigit, digits)) else None
