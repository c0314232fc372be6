"""Will it run there: an audited thing against a `Host`, file by file, each no with the file and the symbol.

`host.fit` compares; here needs are made of facts and the answers are gathered. Where one can look, a library of the
place says itself which versions it has; else a level of libstdc++ and its kin is compared by the glibc from which on
every known distribution has it. Refuses to say yes where a library has to be there and nobody can look: that is a
doubt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from elfin.audit import foreign, policy, sums
from elfin.audit.model import FileFacts, Floor, Foreign, Report
from elfin.host import arch as arches
from elfin.host import fit
from elfin.host.model import CannotTell, Host, Libc, Misfit, Needs
from elfin.record import NamedTuple
from elfin.tags import platform as platforms


class Sought(NamedTuple):
    """What became of the search for a library in a place."""

    offers: frozenset[str] | None
    """The symbol versions that it defines; None: it is not where anybody can look."""
    perhaps: str = ""
    """Where it may lie all the same ("$ORIGIN/../lib"); "" for nowhere."""


Look = Callable[[str, FileFacts], Sought]
"""The search for a library that a file needs, by its name."""

_SYMBOLS = 3
"""Symbols that a sentence names at most."""
_UNTOLD = "cannot be told"
_ABSENT = "does not come along"
_LOST = "it comes along where the program does not look (by RUNPATH and file name)"


class Reason(NamedTuple):
    """Why one file does not run, or may not."""

    path: str
    axis: str
    """As `Misfit.reason`, or "library", "library version", "libstdc++", "private version", "unreadable", "nothing"."""
    needs: str
    has: str
    symbols: tuple[str, ...]
    files: int
    """How many files have the same reason."""


def sentence(reason: Reason) -> str:
    """ "bin/tool needs glibc 2.34 for __libc_start_main, there is glibc 2.31"."""
    shown = ", ".join(reason.symbols[:_SYMBOLS]) + (", ..." if len(reason.symbols) > _SYMBOLS else "")
    for_ = f" for {shown}" if shown else ""
    more = f" (so {_others(reason.files - 1)})" if reason.files > 1 else ""
    if reason.axis == "nothing":
        return reason.has
    if reason.axis == "unreadable":
        return f"{reason.path or 'it'} cannot be read: {reason.has}"
    if reason.axis in ("library", "library version", "libstdc++", "private version"):
        return f"{reason.path} needs {reason.needs}{for_}: {reason.has}{more}"
    if reason.has == _UNTOLD:
        return f"{reason.path} needs {reason.needs}{for_}, and whether that is there {reason.has}{more}"
    return f"{reason.path} needs {reason.needs}{for_}, there is {reason.has}{more}"


def _others(count: int) -> str:
    return "does 1 other file" if count == 1 else f"do {count} other files"


class Verdict(NamedTuple):
    """The answer for one place."""

    runs: bool | None
    """None: nobody can tell."""
    reasons: tuple[Reason, ...]
    """Those that say no; where none does, those that leave a doubt."""
    installers: str | None
    """Why installers there pass over a wheel by its name; "" where they take it; None for what is no wheel."""


def judge(report: Report, host: Host, look: Look | None = None) -> Verdict:
    """Whether everything in it runs in that place; `look` finds libraries, None where there is nowhere to look.

    Of a thing with files for several systems, those for the place's own count.
    """
    noes: dict[tuple[str, str, str], Reason] = {}
    doubts: dict[tuple[str, str, str], Reason] = {}
    for reason, sure in _all(report, host, look):
        kept = noes if sure else doubts
        wants = reason.needs if reason.axis != "libc family" else ""  # another family is no matter of versions
        key = (reason.axis, wants, reason.has)
        before = kept.get(key)
        kept[key] = reason if before is None else before._replace(files=before.files + 1)
    installers = None if report.claim is None else _installers(report.claim.platforms, host)
    if noes:
        return Verdict(False, tuple(noes.values()), installers)
    return Verdict(None if doubts else True, tuple(doubts.values()), installers)


def _all(report: Report, host: Host, look: Look | None) -> Iterator[tuple[Reason, bool]]:
    for path, why in report.broken:
        yield Reason(path, "unreadable", path, why, (), 1), False
    if report.claim is None and not (report.files or report.foreign or report.broken):
        yield Reason("", "nothing", "", "there is no machine code in it, so nothing to judge", (), 1), False
    own = sums.bundled(report.files)
    foreign = any(one.os == host.os for one in report.foreign)
    if foreign or not report.files:
        yield from _foreign(report, host)
    for file in report.files if not foreign else ():
        if file.kind != "object":
            yield from _reasons(file, report, host, sums.found_by(file, own, report.files), look)


def _foreign(report: Report, host: Host) -> Iterator[tuple[Reason, bool]]:
    """Files of macOS and Windows: of a universal one, some code has to fit."""
    if report.claim is not None and report.claim.platforms == ("any",):
        return  # it picks among its programs when it runs
    found = [one for one in report.foreign if one.os == host.os] or report.foreign
    by_path: dict[str, list[Foreign]] = {}
    for one in found:
        by_path.setdefault(one.path, []).append(one)
    for path, slices in by_path.items():
        verdict = fit.any_verdict(tuple(foreign.needs(one) for one in slices), host)
        if verdict is not None:
            sure = isinstance(verdict, Misfit)
            has = verdict.has if isinstance(verdict, Misfit) else _UNTOLD
            yield Reason(path, verdict.reason, verdict.needs, has, (), 1), sure


def needs_of(file: FileFacts, libc: str | None) -> tuple[Needs, Floor | None]:
    """What one file asks of a place, and the floor among it; `libc` where the file itself does not tell."""
    family = sums.libc_of(file) or libc
    floor = None
    if family == "glibc":
        floor = sums.glibc_floor((file, want) for want in file.wants if not want.weak)
    elif family == "musl":
        floor = file.musl
    version = None if floor is None else floor.version
    if version is not None and family == "glibc":
        version = policy.glibc_with(file.arch.name, version)
    plain = family in ("any", "mixed", None)
    return Needs(
        {"bionic": "android", "freebsd": "freebsd"}.get(str(family), "linux"),
        file.arch.name,
        file.arch.float_abi,
        None if plain or family in ("bionic", "freebsd") else family,
        version,
        file.cpu_level,
    ), floor


def _reasons(
    file: FileFacts, report: Report, host: Host, own: frozenset[str], look: Look | None
) -> list[tuple[Reason, bool]]:
    needs, floor = needs_of(file, report.total.libc)
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
        found.append((Reason(file.path, verdict.reason, verdict.needs, _UNTOLD, (), 1), False))
    there = {name: look(name, file) for name in file.needed if name not in own} if look is not None else {}
    if needs.libc == "glibc":
        offers = {name: one.offers for name, one in there.items() if one.offers is not None}
        found += _versions(file, offers)
        found += _levels(file, needs, host, own | offers.keys())
        found += _private(file, own, look)
    if look is not None:
        return found + [one for name in there if (one := _missing(file, name, there[name])) is not None]
    promised = policy.LIBRARIES if needs.libc == "glibc" else policy.MUSL_LIBRARIES
    lost = sums.bundled(report.files) - own
    for name in (name for name in file.needed if name not in own and name not in promised):
        found.append((Reason(file.path, "library", name, _LOST if name in lost else _ABSENT, (), 1), False))
    return found


def _missing(file: FileFacts, name: str, sought: Sought) -> tuple[Reason, bool] | None:
    if sought.offers is not None:
        return None
    has = f"it may lie in {sought.perhaps}, which nobody can tell" if sought.perhaps else "it is not there"
    return Reason(file.path, "library", name, has, (), 1), not sought.perhaps


def _private(file: FileFacts, own: frozenset[str], look: Look | None) -> Iterator[tuple[Reason, bool]]:
    """Versions that no glibc promises; a place whose libraries can be looked into may have them."""
    wants = (
        (file, want) for want in file.wants
        if not want.weak and policy.is_libc(want.library) and want.library not in own
    )  # fmt: skip
    for one in sums.private(wants, own):
        library, version = str(one.library), str(one.version)
        offers = look(library, file).offers if look is not None else None
        if not offers or version not in offers:
            yield (
                Reason(file.path, "private version", f"{version} of {library}", "nobody promises it", one.symbols, 1),
                False,
            )


def _versions(file: FileFacts, there: Mapping[str, frozenset[str]]) -> Iterator[tuple[Reason, bool]]:
    """Versions that the place's own libraries lack: its loader refuses the file. One without versions takes any."""
    for want in file.wants:
        offers = there.get(want.library)
        if offers and want.version not in offers and not want.weak:
            spelled = f"{want.library} with {want.version}"
            yield Reason(file.path, "library version", spelled, _newest(want.version, offers), want.symbols, 1), True


def _newest(version: str, offers: frozenset[str]) -> str:
    """What a library has instead: "it ends with GLIBCXX_3.4.25"."""
    wanted = policy.numbered(version)
    same = [one for name in offers if (one := policy.numbered(name)) is not None and wanted and one[0] == wanted[0]]
    if not same:
        return "it has no such version"
    kind, number = max(same)
    return f"its newest is {kind}_{'.'.join(map(str, number))}"


def _levels(file: FileFacts, needs: Needs, host: Host, known: frozenset[str]) -> Iterator[tuple[Reason, bool]]:
    """Levels of libraries into which nobody can look: the age of the place's glibc tells."""
    levels = sums.level_floors((file, want) for want in file.wants if not want.weak and want.library not in known)
    for kind, level in levels:
        implied = policy.glibc_for(kind, level.version)
        spelled = f"{level.witness.library} with {level.witness.version}"
        if implied is None or isinstance(fit.verdict(needs._replace(libc_floor=implied), host), Misfit):
            words = "a system of its age may lack it"
            yield Reason(file.path, "libstdc++", spelled, words, level.witness.symbols, 1), False


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


def given(report: Report) -> tuple[str, ...]:
    """What the distributions that are named do not all have, and it needs as well: "libssl.so.1.1", "x86-64-v3"."""
    promised = policy.MUSL_LIBRARIES if report.total.libc == "musl" else policy.LIBRARIES
    libraries = tuple(name for name, _ in report.total.external if name not in promised)
    level = report.total.cpu_level or 1
    return (*libraries, f"x86-64-v{level}") if level > 1 else libraries


_FIRST = ("debian", "ubuntu", "rhubi", "fedora", "amazonlinux", "opensuse", "sles", "alpine")


def served(report: Report) -> tuple[Served, ...]:
    """Every known distribution some releases of which run it, the best known ones first."""
    if len(report.total.arches) != 1 or report.total.libc in (None, "mixed", "bionic", "uclibc", "freebsd"):
        return ()
    if report.broken or report.total.private:
        return ()
    arch = arches.named(report.total.arches[0], report.files[0].arch.float_abi if report.files else None)
    wanted = _total(report, arch.name)
    found: dict[str, list[tuple[tuple[int, ...], str, bool]]] = {}
    for name, release, family, version, known in _rows():
        number = _number(release)
        if number is None or arch.name not in known:
            continue
        host = Host("linux", None, arch, (Libc(family, version, None, arch.name),), None, ())
        fits = all(fit.verdict(needs, host) is None for needs in wanted)
        if not fits and family == "musl" and len(version) == 2:
            continue  # which patch of it that release has is not known
        found.setdefault(name, []).append((number, release, fits))
    order = sorted(found, key=lambda name: (_FIRST.index(name) if name in _FIRST else len(_FIRST), name))
    return tuple(one for name in order if (one := _since(name, sorted(found[name]))) is not None)


def _total(report: Report, arch: str) -> list[Needs]:
    if report.total.libc == "any":
        return [Needs("linux", arch)]
    needs = [Needs("linux", arch, None, report.total.libc)]
    if report.total.libc == "musl":
        return needs + ([needs[0]._replace(libc_floor=report.total.musl.version)] if report.total.musl else [])
    floors = [policy.glibc_with(arch, report.total.glibc.version)] if report.total.glibc else []
    floors += [
        floor for kind, level in report.total.levels if (floor := policy.glibc_for(kind, level.version)) is not None
    ]
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
