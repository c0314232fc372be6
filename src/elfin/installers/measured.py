"""The machine code of one release file -> what the file needs, held against what its name declares.

The flow hands over each file of machine code as `Code`. Follows: a name may say less than the bytes, never something
else; raising a libc floor is free; lowering it below the measured one leaves symbols missing, which are named, and is
done only when that was asked for in so many words. Refuses, with MalformedRelease, a declared target that the bytes
contradict, programs that do not fit together, and programs that need a library beside them which would not be kept.
"""

from __future__ import annotations

import posixpath

from elfin.errors import MalformedRelease
from elfin.host import arch as arches
from elfin.host import fit
from elfin.host.model import Needs, dotted
from elfin.installers import manifest
from elfin.installers import target as targets
from elfin.installers.found import Code, Found, Want
from elfin.installers.model import Artifact, Layout, Program
from elfin.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from elfin.installers.target import Declared

_SHOWN = 12


class Floor(NamedTuple):
    """A libc floor that the maintainer states for a target."""

    family: str
    version: tuple[int, ...]


class Wish(NamedTuple):
    """How the release is to be made, as far as single files are concerned."""

    app: str
    layout: Layout
    floors: Mapping[str, Floor]
    """By target triple or by file name."""
    allow_missing: bool


def artifact(found: Found, declared: Declared | None, wish: Wish) -> Artifact:
    """The artifact that a file is. Raises MalformedRelease."""
    if declared is not None and declared.arch and targets.says_armhf(found.name) and exceeds(found.code, declared.arch):
        declared = declared._replace(arch="armv7l")
    format_ = "binary" if not found.members else targets.format_of(found.name)
    top = top_folder(found.members)
    programs = _programs(found, wish, top, format_, declared)
    code = _relevant(found, declared, wish.layout, {found.behind(program.member) for program in programs})
    _check_together(found, code, wish.layout)
    needs = _needs(found.name, declared, code)
    _check_declared(found.name, declared, code, needs)
    wanted = sorted({(want.version, _clause(one, want)) for one in code for want in one.wants}, reverse=True)
    own = {posixpath.basename(member) for member in found.members}
    libraries = sorted({name for one in code for name in one.libraries if posixpath.basename(name) not in own})
    made = Artifact(
        name=found.name,
        target=_target(declared, needs),
        format=format_,
        size=found.size,
        sha256=found.sha256,
        top=top,
        programs=programs,
        needs=needs,
        loader=next((one.loader for one in code if one.loader), None),
        libraries=tuple(libraries),
        witnesses=_witnesses(code, wanted),
        measured=True,
    )
    return _with_floor(made, wish, wanted)


def top_folder(members: Sequence[str]) -> str:
    """The one folder that all members lie in, "" where there is none."""
    tops = {member.partition("/")[0] for member in members}
    return tops.pop() if len(tops) == 1 and all("/" in member for member in members) else ""


def _programs(found: Found, wish: Wish, top: str, format_: str, declared: Declared | None) -> tuple[Program, ...]:
    windows = any(one.os == "windows" for one in found.code) or (declared is not None and declared.os == "windows")
    if format_ == "binary":
        ending = ".exe" if windows and not wish.app.lower().endswith(".exe") else ""
        if not any(one.program for one in found.code):
            raise MalformedRelease(f"{found.name} is no program")
        return (Program(wish.app + ending, ""),)
    if wish.layout.kind == "tree":
        return _linked(found, wish.layout, top)
    paths = dict.fromkeys(one.path for one in found.code if one.program)
    if not paths:
        raise MalformedRelease(f"there is no program in {found.name}")
    names = [(posixpath.basename(path), path) for path in paths]
    if not windows:  # which keeps links for administrators
        names += _other_names(found, paths).items()
    app = wish.app.lower()
    names.sort(key=lambda one: (one[0].lower() not in (app, f"{app}.exe"), one[0]))
    for before, after in zip(sorted(names), sorted(names)[1:], strict=False):
        if before[0] == after[0]:
            raise MalformedRelease(f"{found.name} has two programs named {before[0]}: {before[1]} and {after[1]}")
    return tuple(Program(*one) for one in names)


def _other_names(found: Found, paths: Collection[str]) -> dict[str, str]:
    """Names that links give to programs, and the file behind each: a link that is moved alone leads nowhere."""
    taken = {posixpath.basename(path) for path in paths}
    names: dict[str, str] = {}
    for link, _ in found.links:
        name, member = posixpath.basename(link), found.behind(link)
        if member in paths and name not in taken and manifest.fits("program name", name):
            names.setdefault(name, member)
    return names


def _linked(found: Found, layout: Layout, top: str) -> tuple[Program, ...]:
    programs = []
    for link in layout.links:
        path = f"{top}/{link}" if top else link
        member = next((one for one in (path, f"{path}.exe", f"{path}.cmd") if one in found.members), None)
        if member is None:
            raise MalformedRelease(f"{found.name} has no {path}, which is to be linked")
        programs.append(Program(posixpath.basename(member), member))
    return tuple(programs)


def _relevant(found: Found, declared: Declared | None, layout: Layout, programs: set[str]) -> tuple[Code, ...]:
    """The code that is installed and loaded: the programs, or of a whole tree all that is of the programs' machine."""
    tree = layout.kind == "tree"
    code = [one for one in found.code if one.program or tree]
    if not code:
        raise MalformedRelease(f"there is no machine code in {found.name}")
    leading = [one for one in code if one.path in programs]
    if not leading:  # the links lead to scripts: what most of the tree is for, or what the name says, decides
        kinds = [(one.os, one.arch) for one in code]
        said = [kind for kind in kinds if declared is not None and kind[0] == declared.os]
        common = max(said or kinds, key=kinds.count)
        leading = [one for one in code if (one.os, one.arch) == common]
    if not tree:
        return tuple(leading)
    machine = leading[0]
    same = [one for one in code if one.os == machine.os]
    return tuple(one for one in same if one.os == "macos" or one.arch == machine.arch or _both_arm(one, machine))


def _check_together(found: Found, code: Sequence[Code], layout: Layout) -> None:
    first = code[0]
    for one in code[1:]:
        if one.os != first.os or (one.os != "macos" and one.arch != first.arch and not _both_arm(one, first)):
            raise MalformedRelease(
                f"{found.name} holds two kinds of programs: {first.path} for {first.os} on {first.arch}, "
                f"{one.path} for {one.os} on {one.arch}"
            )
    families = {one.libc: one for one in code if one.libc not in ("any", None)}
    if len(families) > 1:
        left, right = list(families.values())[:2]
        raise MalformedRelease(
            f"{found.name} wants two libcs at once: {_who(left)} {left.libc}, {_who(right)} {right.libc}"
        )
    if layout.kind == "tree":
        return
    own = {posixpath.basename(member): member for member in found.members}
    for one in code:
        beside = next((own[name] for name in one.libraries if name in own), None)
        if beside is not None:
            raise MalformedRelease(
                f"{_who(one)} in {found.name} needs {beside}, which installing only programs would leave behind",
                hints=(f"`--layout tree --link {_below(one.path, found.members)}` keeps the whole archive",),
            )


def _below(path: str, members: Sequence[str]) -> str:
    top = top_folder(members)
    return path.removeprefix(f"{top}/") if top else path


def _both_arm(one: Code, other: Code) -> bool:
    return _is_arm(one.arch, other.arch)


def _is_arm(*names: str) -> bool:
    return all(map(arches.is_arm, names))


def _needs(name: str, declared: Declared | None, code: Sequence[Code]) -> tuple[Needs, ...]:
    os = code[0].os
    if os == "macos":
        return _mac_needs(name, code)
    libc = next((one.libc for one in code if one.libc not in ("any", None)), None)
    unsure = next((one for one in code if one.program and one.libc is None and os == "linux"), None)
    if libc is None and unsure is not None:
        raise MalformedRelease(f"the libc of {_who(unsure)} in {name} cannot be told: {unsure.why}")
    if libc == "freebsd":
        raise MalformedRelease(f"{_who(code[0])} in {name} is for FreeBSD, which installers do not know")
    if libc == "bionic":
        os, libc = "android", None
    levels = [one.cpu_level for one in code if one.cpu_level] + [declared.cpu_level or 0 if declared else 0]
    floats = [one.float_abi for one in code if one.program and one.float_abi] if libc is not None else []
    return (
        Needs(
            os=os,
            arch=_machine(declared, code),
            float_abi=floats[0] if floats else None,
            libc=libc,
            libc_floor=max((want.version for one in code for want in one.wants), default=None) if libc else None,
            cpu_level=max(levels) if max(levels) > 1 else None,
            os_floor=_release(os, declared, code),
        ),
    )


def _release(os: str, declared: Declared | None, code: Sequence[Code]) -> tuple[int, ...] | None:
    """The lowest Windows that all programs take; of Android what the name says."""
    if os == "android":
        return declared.os_floor if declared is not None else None
    return max((one.os_floor for one in code if one.os_floor), default=None)


def exceeds(code: Sequence[Code], arch: str) -> bool:
    """Whether programs of 32-bit ARM are marked for a newer generation than this one."""
    return any(one.program and _is_arm(one.arch, arch) and arches.runs(arch, one.arch) is False for one in code)


def _machine(declared: Declared | None, code: Sequence[Code]) -> str:
    """The bytes' machine; of 32-bit ARM, whose bytes tell no more than an upper bound, the generation declared.

    A program for ARMv6 is marked ARMv7 where a part of it is, which it starts only where the CPU can (cryptography).
    """
    said = declared.arch if declared is not None else None
    if said is not None and arches.is_arm(said) and arches.is_arm(code[0].arch):
        return said
    return code[0].arch


def _mac_needs(name: str, code: Sequence[Code]) -> tuple[Needs, ...]:
    by_path: dict[str, dict[str, Code]] = {}
    for one in code:
        by_path.setdefault(one.path, {})[one.arch] = one
    common = set.intersection(*(set(slices) for slices in by_path.values()))
    known = [arch for arch in ("aarch64", "x86_64", "i686") if arch in common]
    if not known:
        raise MalformedRelease(f"the programs in {name} have no machine in common")
    found = []
    for arch in known:
        floors = [slices[arch].os_floor for slices in by_path.values()]
        found.append(Needs("macos", arch, os_floor=max((floor for floor in floors if floor), default=None)))
    return tuple(found)


def _check_declared(name: str, declared: Declared | None, code: Sequence[Code], needs: Sequence[Needs]) -> None:
    if declared is None:
        return
    first = code[0]
    system = needs[0].os
    said = targets.triple_of(declared) or " ".join(str(part) for part in (declared.os, declared.arch) if part)
    if declared.os is not None and declared.os != system:
        raise _contradicts(name, said, first, f"for {system}")
    machines = {str(one.arch) for one in needs}
    wanted = {"aarch64", "x86_64"} if declared.arch == "universal" else {declared.arch} - {None}
    if not wanted <= machines:
        raise _contradicts(name, said, first, f"for {' and '.join(sorted(machines))}")
    if declared.float_abi and any(one.float_abi not in (None, declared.float_abi) for one in code if one.program):
        raise _contradicts(name, said, first, f"built for {first.float_abi} floats")
    libc = needs[0].libc
    if libc is not None and declared.libc not in (None, libc):
        speaks = next(one for one in code if one.libc == libc)
        raise _contradicts(name, said, speaks, f"for {libc} ({speaks.why})")
    floor = needs[0].libc_floor
    if declared.libc_floor is not None and floor is not None and fit.newer(floor, declared.libc_floor):
        loud = max(((want, one) for one in code for want in one.wants), key=lambda pair: pair[0].version)
        raise _contradicts(
            name, f"{said}.{dotted(declared.libc_floor)}", loud[1], f"in need of {dotted(floor)} ({loud[0].clause})"
        )
    loud_cpu = max(code, key=lambda one: one.cpu_level or 0)
    if declared.cpu_level is not None and (loud_cpu.cpu_level or 0) > declared.cpu_level:
        raise _contradicts(name, f"{said} v{declared.cpu_level}", loud_cpu, f"for x86-64-v{loud_cpu.cpu_level}")


def _contradicts(name: str, said: str, one: Code, truth: str) -> MalformedRelease:
    what = f"{one.path} in it is" if one.path else "it is"
    return MalformedRelease(
        f"{name} is declared {said}, but {what} {truth}",
        hints=("give the file the name of what it is, or put the right program into it",),
    )


def _target(declared: Declared | None, needs: Sequence[Needs]) -> str:
    first = needs[0]
    os = str(first.os)
    machines = {one.arch for one in needs}
    arch = "universal" if {"aarch64", "x86_64"} <= machines else str(first.arch)
    if declared is not None and declared.arch is not None and declared.arch in machines | {"universal"}:
        arch = declared.arch
    libc = first.libc or (declared.libc if declared is not None and declared.libc in ("glibc", "musl", "gnu") else None)
    float_abi = first.float_abi or (declared.float_abi if declared is not None else None)
    return targets.spelled(os, arch, float_abi, libc)


def _witnesses(code: Sequence[Code], wanted: Sequence[tuple[tuple[int, ...], str]]) -> tuple[str, ...]:
    told = [clause for version, clause in wanted if version == wanted[0][0]]
    for one in code:
        if one.os_floor is not None:
            told.append(f"{_who(one)}: declares {one.os} {dotted(one.os_floor)} on {one.arch}")
        if one.libc == "any" and one.program:
            told.append(f"{_who(one)}: {one.why}")
        elif one.loader is not None and one.program:
            told.append(f"{_who(one)}: PT_INTERP {one.loader}")
        if one.cpu_level is not None and one.cpu_level > 1:
            told.append(f"{_who(one)}: declares to need x86-64-v{one.cpu_level}")
    return tuple(plain(clause) for clause in dict.fromkeys(told))[:_SHOWN]


def plain(clause: str) -> str:
    """A clause without what scripts cannot carry: printable ASCII, 400 characters."""
    return "".join(letter if " " <= letter <= "~" else "?" for letter in clause)[:400] or "?"


def _with_floor(made: Artifact, wish: Wish, wanted: Iterable[tuple[tuple[int, ...], str]]) -> Artifact:
    floor = wish.floors.get(made.name) or wish.floors.get(made.target)
    if floor is None:
        return made
    return stated(made, floor, wanted, allow_missing=wish.allow_missing)


def stated(
    made: Artifact, floor: Floor, wanted: Iterable[tuple[tuple[int, ...], str]], *, allow_missing: bool
) -> Artifact:
    """The artifact with the floor that its maintainer states. Raises MalformedRelease."""
    asked = f"{made.name} cannot be given the floor {floor.family} {dotted(floor.version)}"
    needs = made.needs[0]
    if needs.libc != floor.family:
        static = "it is static, so it needs no libc at all" if needs.os == "linux" else f"it is for {needs.os}"
        has = f"it needs {needs.libc}" if needs.libc else static
        raise MalformedRelease(f"{asked}: {has}")
    witnesses = made.witnesses
    if needs.libc_floor is not None and fit.newer(needs.libc_floor, floor.version):
        missing = [clause for version, clause in wanted if fit.newer(version, floor.version)]
        if not allow_missing:
            raise MalformedRelease(
                f"{asked}, which is below the measured {dotted(needs.libc_floor)}: there would be missing "
                + _some(missing),
                hints=("if they are never reached (weak symbols overstate), `--allow-missing-symbols` says so",),
            )
        lowered = f"stated to run with {floor.family} {dotted(floor.version)}, which lacks "
        witnesses = (*(plain(lowered + clause) for clause in missing[:_SHOWN]), *witnesses)
    lowered_needs = (needs._replace(libc_floor=floor.version), *made.needs[1:])
    return made._replace(needs=lowered_needs, stated=floor.version, witnesses=witnesses)


def _some(clauses: Sequence[str]) -> str:
    more = f", and {len(clauses) - 4} more" if len(clauses) > 4 else ""
    return "; ".join(clauses[:4]) + more


def _clause(one: Code, want: Want) -> str:
    return f"{_who(one)}: {want.clause}"


def _who(one: Code) -> str:
    return posixpath.basename(one.path) or "the program"
