"""The platform tags that the bytes earn, and how those compare with the ones a name claims.

Follows PEP 600 and 656 through the tables of `policy`; exact: what needs glibc 2.29 earns manylinux_2_29. A static
program earns both families. Refuses a libc family where a library is missing, and says which.
"""

from __future__ import annotations

from collections.abc import Sequence

from elfin.audit import foreign, policy, python_abi
from elfin.audit.model import Comparison, Earned, FileFacts, Report, Sum
from elfin.host import arch as arches
from elfin.host import fit
from elfin.host.model import Needs
from elfin.tags import explain
from elfin.tags import platform as platforms


def platform_tags(files: Sequence[FileFacts], total: Sum, *, claims: Sequence[str] = ()) -> Earned:
    """The earned tags, sorted as names want them. `claims` decide the libc where no byte does, and that is said."""
    if not any(file.kind != "object" for file in files):
        return Earned(("any",), ())
    if len(total.arches) != 1:
        return Earned((), (f"its files are for several machines: {', '.join(total.arches)}",))
    arch, reasons = _machine(total.arches[0], claims)
    libc = total.libc
    if libc is None:
        said = {("musl" if claim.startswith("musl") else "glibc") for claim in claims if "linux_" in claim[3:]}
        libc = said.pop() if len(said) == 1 else None
        reasons.append(f"no byte tells the libc ({total.why})" + (f": the claim is taken, {libc}" if libc else ""))
    tags: list[str] = []
    if libc in ("glibc", "any"):
        floor, why = glibc_tag(files, total, arch)
        reasons += why
        tags += () if floor is None else platforms.names(Needs("linux", arch, None, "glibc", floor))
    if libc in ("musl", "any"):
        floor, why = _musl_tag(total, arch)
        reasons += why
        tags += () if floor is None else platforms.names(Needs("linux", arch, None, "musl", floor))
    if libc in ("mixed", "bionic", "uclibc", "freebsd"):
        reasons.append(f"it is for {libc}: {total.why}" if libc != "mixed" else f"it wants two libcs: {total.why}")
    if not tags and libc not in ("bionic", "freebsd"):
        tags += platforms.names(Needs("linux", arch))
    return Earned(tuple(sorted(tags)), tuple(dict.fromkeys(reasons)))


def _machine(arch: str, claims: Sequence[str]) -> tuple[str, list[str]]:
    """The machine, by a claim's word where that is an older 32-bit ARM: build attributes only tell "up to"."""
    said = {needs.arch for claim in claims for needs in platforms.needs(claim)} - {None}
    if len(said) == 1 and arches.is_arm(arch):
        claimed = str(next(iter(said)))
        if claimed != arch and arches.runs(arch, claimed):
            return claimed, [f"its files say up to {arch}: the claim is taken, {claimed}"]
    return arch, []


def glibc_tag(files: Sequence[FileFacts], total: Sum, arch: str) -> tuple[tuple[int, ...] | None, list[str]]:
    """(glibc of the manylinux tag, why none)."""
    oldest = policy.ARCH_FLOORS.get(arch)
    if oldest is None:
        return None, [f"there are no manylinux tags for {arch}"]
    reasons = [
        f"{name} does not come along and is not promised by manylinux ({paths[0]})"
        for name, paths in total.external
        if name not in policy.LIBRARIES and not name.startswith("libpython")
    ]
    reasons += [f"{one.path} asks {one.library} for {one.version}, which nobody promises" for one in total.private]
    reasons += [f"{file.path} takes {file.private_zlib[0]}, which is zlib's own business"
                for file in files if file.private_zlib]  # fmt: skip
    soft = [file for file in files if arch == "armv7l" and file.arch.float_abi == "soft"]
    reasons += [f"{file.path} is for soft-float ARM, manylinux is hard-float" for file in soft]
    if reasons:
        return None, reasons
    floors: list[tuple[int, ...]] = [oldest]
    if total.glibc is not None:
        floors.append(policy.glibc_with(arch, total.glibc.version))
    for kind, level in total.levels:
        floor = policy.glibc_for(kind, level.version)
        floors += () if floor is None else [floor]
    floors += [policy.LIBRARIES[name] for name, _ in total.external if name in policy.LIBRARIES]
    return max(floors), []


def _musl_tag(total: Sum, arch: str) -> tuple[tuple[int, ...] | None, list[str]]:
    if arch not in policy.ARCH_FLOORS or arch == "ppc64":
        return None, [f"the index takes no musllinux wheels for {arch}"]
    reasons = [
        f"{name} does not come along and is not promised by musllinux ({paths[0]})"
        for name, paths in total.external
        if name not in policy.MUSL_LIBRARIES and not name.startswith("libpython")
    ]
    if reasons:
        return None, reasons
    floors: list[tuple[int, ...]] = [policy.MUSL_ARCH_FLOORS.get(arch, policy.MUSL_FLOOR)]
    floors += () if total.musl is None else [total.musl.version[:2]]
    return max(floors), []


def compare(claims: Sequence[str], report: Report) -> tuple[Comparison, ...]:
    """Each claimed tag judged by the files of its system.

    `any` beside files of macOS or Windows only where these are one system's modules: a wheel for every system brings
    the programs of each, and picks one when it runs.
    """
    return tuple(one for claim in claims if (one := _judged(claim, report)) is not None)


def _judged(claim: str, report: Report) -> Comparison | None:
    if not report.foreign:
        return _one(claim, report.earned, report.total)
    if claim == "any":
        return _any(report)
    linux = any(needs.os in ("linux", "android") for needs in platforms.needs(claim))
    return (
        _one(claim, report.earned, report.total) if linux and report.files else foreign.compare(claim, report.foreign)
    )


def _any(report: Report) -> Comparison | None:
    """Programs of several systems are meant so; a Python module of one system alone is that system's wheel."""
    systems = {one.os for one in report.foreign} | ({"linux"} if report.files else set())
    modules = (one.path for one in report.foreign if (said := python_abi.suffix(one.path)) and said.text)
    module = next((one.path for one in report.foreign if one.path.endswith(".pyd")), None) or next(modules, None)
    if module is None or len(systems) > 1:
        return None
    return Comparison("any", "too wide", f"{module} is a Python module for {explain.system(systems.pop())} alone")


def missing(claims: Sequence[str], report: Report) -> tuple[str, ...]:
    """Earned tags that no claim covers: places where it would run and installers do not look."""
    if report.foreign:
        return ()
    claimed = [needs for claim in claims for needs in platforms.needs(claim)]
    return tuple(
        tag for tag in report.earned.tags
        if tag != "any" and not any(_covers(claim, needs) for needs in platforms.needs(tag) for claim in claimed)
    )  # fmt: skip


def _one(claim: str, earned: Earned, total: Sum) -> Comparison:
    if claim in earned.tags:
        return Comparison(claim, "earned", "")
    wanted = platforms.needs(claim)
    if claim == "any":
        return Comparison(claim, "too wide", "it holds machine code")
    if not wanted:
        return Comparison(claim, "unknown", "no rule for that tag")
    own = [needs for tag in earned.tags for needs in platforms.needs(tag)]
    if earned.tags == ("any",):
        return Comparison(claim, "narrow", "there is no machine code in it")
    need = wanted[0]
    if all(need.os != one.os or need.arch != one.arch for one in own) and own:
        return Comparison(claim, "wrong", f"its files are for {', '.join(total.arches)}")
    if any(_covers(one, need) for one in own):
        return Comparison(claim, "narrow", "")
    if any(one.libc == need.libc for one in own):
        return Comparison(claim, "too wide", _because(total, need))
    if need.libc is None:
        return Comparison(claim, "narrow", "")
    return Comparison(claim, "too wide", "; ".join(earned.reasons) or f"it is linked with {total.libc}: {total.why}")


def _covers(wide: Needs, narrow: Needs) -> bool:
    """Whether every place that meets `narrow` meets `wide`."""
    if wide.libc is None and wide.os == "linux":  # linux_ARCH says nothing of a libc and promises nothing
        return narrow.libc is None and (wide.os, wide.arch) == (narrow.os, narrow.arch)
    if narrow.libc is None:
        return (wide.os, wide.arch) == (narrow.os, narrow.arch)
    same = (wide.os, wide.arch, wide.libc) == (narrow.os, narrow.arch, narrow.libc)
    return same and not fit.newer(wide.libc_floor or (), narrow.libc_floor or ())


def _because(total: Sum, need: Needs) -> str:
    """What forces the higher floor."""
    floors = [("glibc", total.glibc)] if need.libc == "glibc" else [("musl", total.musl)]
    for kind, floor in (*floors, *(total.levels if need.libc == "glibc" else ())):
        if floor is None:
            continue
        implied = policy.glibc_for(kind, floor.version) if kind not in ("glibc", "musl") else floor.version
        if implied is not None and fit.newer(implied, need.libc_floor or ()):
            symbols = ", ".join(floor.witness.symbols[:3]) or floor.witness.version
            return f"{floor.witness.path} needs {kind} {'.'.join(map(str, floor.version))} for {symbols}"
    return "the oldest tag of that architecture is newer"
