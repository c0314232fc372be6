"""Files of macOS and Windows: the tags that they earn, and how those compare with the ones a name claims.

Follows PEP 425's platform tags as `packaging` makes them: universal2 is both machines, and from macOS 11 on only the
major number counts. A lowest release is what the file declares (LC_BUILD_VERSION); Windows' tags have none. Of
Windows, extension modules must be for the tag's machine; other programs may be for one that it runs as well.
"""

from __future__ import annotations

from collections.abc import Sequence

from elfin.audit.model import Comparison, Earned, Foreign
from elfin.formats import macho, pe
from elfin.formats.elf import Source
from elfin.host import arch as arches
from elfin.host import fit
from elfin.host.model import Host, Needs, dotted
from elfin.tags import explain
from elfin.tags import platform as platforms

_OLDEST = {"aarch64": (11, 0)}
"""The first macOS for a machine: what is older in a name says nothing of it."""
_UNKNOWN = (10, 0)


def read(path: str, source: Source) -> tuple[Foreign, ...]:
    """The machines that a file has code for; () for what is of neither system, or nothing that is loaded."""
    slices = macho.read(source)
    if slices is not None:
        return tuple(Foreign(path, "Mach-O", one.os or "macos", one.arch, one.least) for one in slices if one.loaded)
    windows = pe.read(source)
    return () if windows is None else (Foreign(path, "PE", "windows", windows.arch, windows.least),)


def spell(one: Foreign) -> str:
    """ "Mach-O for aarch64 (macOS 11.0+)"."""
    least = f" ({explain.system(one.os)} {dotted(one.least)}+)" if one.least else ""
    return f"{one.form} for {one.arch}{least}"


def needs(one: Foreign) -> Needs:
    """What the code asks of a place."""
    return Needs(one.os, one.arch, os_floor=one.least if one.form == "Mach-O" else None)


def platform_tags(found: Sequence[Foreign]) -> Earned:
    """The platform tags that the files earn, if all are of one system."""
    systems = sorted({one.os for one in found})
    if len(systems) != 1:
        return Earned((), (f"its files are for several systems: {', '.join(systems)}",) if systems else ())
    common = _common(found)
    if not common:
        names = ", ".join(sorted({one.arch for one in found}))
        return Earned((), (f"its files are for several machines: {names}",))
    if systems != ["macos"]:
        floor = max((one.least for one in found if one.least and one.form == "Mach-O"), default=None)
        wanted = [Needs(systems[0], arch, os_floor=floor) for arch in common]
        return Earned(tuple(sorted(tag for one in wanted for tag in platforms.names(one))), ())
    floors = {arch: _floor(found, arch) for arch in common}
    if set(floors) > {"x86_64"} and "aarch64" in floors:
        floors = {arch: floor for arch, floor in floors.items() if fit.newer(floor, _OLDEST.get(arch, ()))} or floors
        major, minor = max(floors.values())
        return Earned((f"macosx_{major}_{minor}_universal2",), ())
    ((arch, floor),) = floors.items()
    return Earned(platforms.names(Needs("macos", arch, os_floor=floor)), ())


def _common(found: Sequence[Foreign]) -> list[str]:
    """The machines that every file which is loaded into Python has code for; of Windows' files, modules decide."""
    deciding = [one for one in found if one.form != "PE" or one.path.endswith(".pyd")] or list(found)
    by_path: dict[str, set[str]] = {}
    for one in deciding:
        by_path.setdefault(one.path, set()).add(one.arch)
    return sorted(set.intersection(*by_path.values()))


def _floor(found: Sequence[Foreign], arch: str) -> tuple[int, int]:
    """The macOS of the tag for a machine: from 11 on tags have no minor number."""
    declared = [one.least for one in found if one.arch == arch and one.least is not None]
    major, minor = (*max(declared, default=_UNKNOWN), 0)[:2]
    return max((major, minor if major < 11 else 0), _OLDEST.get(arch, _UNKNOWN))


def compare(claim: str, found: Sequence[Foreign]) -> Comparison:
    """A claim for macOS, iOS or Windows, judged by the files."""
    own = platform_tags(found)
    if claim in own.tags:
        return Comparison(claim, "earned", "")
    wanted = platforms.needs(claim)
    if not wanted:
        return Comparison(claim, "unknown", "no rule for that tag")
    mine = [one for one in found if one.os == wanted[0].os]
    if not mine:
        return Comparison(
            claim, "wrong", f"its files are for {', '.join(sorted({explain.system(one.os) for one in found}))}"
        )
    return _windows(claim, wanted[0], mine) if wanted[0].os == "windows" else _apple(claim, wanted, mine)


def _windows(claim: str, wanted: Needs, found: Sequence[Foreign]) -> Comparison:
    there = Host("windows", None, arches.named(wanted.arch or "unknown"), (), None, ())
    fits = [one for one in found if one.arch == wanted.arch or _runs(one, there)]
    module = next((one for one in found if one.path.endswith(".pyd") and one.arch != wanted.arch), None)
    if module is not None:
        return Comparison(claim, "wrong", f"{module.path} is for {module.arch}")
    if not fits:
        return Comparison(claim, "wrong", f"its files are for {', '.join(sorted({one.arch for one in found}))}")
    return Comparison(claim, "earned", "")


def _runs(one: Foreign, there: Host) -> bool:
    return one.path.lower().endswith(".exe") and fit.verdict(needs(one), there) is None


def _apple(claim: str, wanted: Sequence[Needs], found: Sequence[Foreign]) -> Comparison:
    """Every machine that the tag names has to find its code in every file, for a system as old as the tag says."""
    by_path: dict[str, dict[str, Foreign]] = {}
    for one in found:
        by_path.setdefault(one.path, {})[one.arch] = one
    for need in wanted:
        arch = str(need.arch)
        if all(arch not in slices for slices in by_path.values()):
            rest = any(other.arch in slices for other in wanted for slices in by_path.values())
            why = f"its files are for {', '.join(sorted({one.arch for one in found}))}"
            return Comparison(claim, "too wide" if rest else "wrong", why)
        for path, slices in by_path.items():
            if arch not in slices:
                return Comparison(claim, "too wide", f"{path} has no code for {arch}")
            least = slices[arch].least
            promised = max(need.os_floor or (), _OLDEST.get(arch, ()))
            if least is not None and fit.newer(least[:1] if least[0] >= 11 else least, promised):
                return Comparison(
                    claim, "too wide", f"{path} declares {explain.system(str(need.os))} {dotted(least)} on {arch}"
                )
    return Comparison(claim, "narrow", "")
