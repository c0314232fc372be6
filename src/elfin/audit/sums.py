"""Facts of files -> what all of them together need, and what does not come along.

A library that lies among the files, by file name or soname, counts as there, and so do the versions asked of it; not
for a wheel's program that looks nowhere. Each number keeps the file it comes from. Refuses to pick one of two libcs or
machines: "mixed".
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence

from elfin.audit import policy, python_abi, search
from elfin.audit.model import FileFacts, Floor, Sum, Want, Witness
from elfin.host import arch as arches

_MOST_FILES = 20


def bundled(files: Iterable[FileFacts]) -> frozenset[str]:
    """Names under which the files themselves are found."""
    return frozenset(name for file in files for name in (posixpath.basename(file.path), file.soname) if name)


def found_by(file: FileFacts, own: frozenset[str], files: Iterable[FileFacts]) -> frozenset[str]:
    """Those of the bundled names that the file's loader finds.

    Of what starts by itself, only names of files in the folders that it names; a library may be loaded already, by
    whatever loads the module that needs it.
    """
    if not search.is_script(file):
        return own
    return frozenset() if search.alone(file) else own & {posixpath.basename(one.path) for one in files}


def libc_of(file: FileFacts) -> str | None:
    """The libc of a file; where it takes nothing of one, that of the interpreters that would load it."""
    if file.libc in ("any", None) and file.module is not None:
        said = python_abi.suffix(file.path)
        if said is not None and said.libc is not None:
            return said.libc
    return file.libc


def total(files: Sequence[FileFacts], own: frozenset[str]) -> Sum:
    """All files together; `own` are the names found among them (`bundled`)."""
    loaded = [file for file in files if file.kind != "object"]
    libc, why = _libc(loaded)
    cpu = max((file for file in loaded if file.cpu_level), key=lambda file: file.cpu_level or 0, default=None)
    glibcs = [(file, want) for file in loaded if file.libc != "musl" for want in file.wants if not want.weak]
    return Sum(
        arches=_arches(loaded),
        libc=libc,
        why=why,
        glibc=glibc_floor(glibcs),
        musl=max((file.musl for file in loaded if file.musl), key=lambda floor: floor.version, default=None),
        levels=level_floors((file, want) for file, want in glibcs if want.library not in found_by(file, own, files)),
        external=_external(loaded, own),
        cpu_level=cpu.cpu_level if cpu else None,
        cpu_witness=cpu.path if cpu else None,
        private=tuple(private(glibcs, own)),
    )


def _arches(files: Sequence[FileFacts]) -> tuple[str, ...]:
    """Every machine. Of 32-bit ARM the newest generation stands for all: what its files say are upper bounds."""
    names = tuple(dict.fromkeys(file.arch.name for file in files))
    if len(names) < 2 or not all(map(arches.is_arm, names)):
        return names
    top = [one for one in names if all(arches.runs(one, other) for other in names)]
    return tuple(top[:1]) or names


def _libc(files: Sequence[FileFacts]) -> tuple[str | None, str]:
    told: dict[str, str] = {}
    for file in files:
        libc = libc_of(file)
        if libc not in ("any", None):
            told.setdefault(str(libc), f"{file.path}: {file.why if file.libc == libc else 'its name'}")
    if len(told) > 1:
        return "mixed", "; ".join(told.values())
    if told:
        return next(iter(told.items()))
    undecided = next((file for file in files if file.libc is None), None)
    if undecided is not None:
        return None, f"{undecided.path}: {undecided.why}"
    return ("any", "nothing in it takes anything of a libc") if files else (None, "there is no ELF file in it")


def glibc_floor(wants: Iterable[tuple[FileFacts, Want]]) -> Floor | None:
    """The highest glibc that any strong version asks for."""
    by_version: dict[tuple[int, ...], tuple[FileFacts, Want]] = {}
    for file, want in wants:
        number = policy.glibc_of(want.version) if policy.is_libc(want.library) else None
        if number is None:
            continue
        known = by_version.get(number)
        if known is None or (want.symbols and not known[1].symbols):
            by_version[number] = (file, want)
    return _floor(by_version)


def level_floors(wants: Iterable[tuple[FileFacts, Want]]) -> tuple[tuple[str, Floor], ...]:
    """The highest level of each kind (GLIBCXX, CXXABI, ...) of libraries that are none of the libc's."""
    kinds: dict[str, dict[tuple[int, ...], tuple[FileFacts, Want]]] = {}
    for file, want in wants:
        known = None if policy.is_libc(want.library) else policy.numbered(want.version)
        if known is not None and policy.is_level(known[0]):
            kinds.setdefault(known[0], {}).setdefault(known[1], (file, want))
    found = ((kind, _floor(kinds[kind])) for kind in sorted(kinds))
    return tuple((kind, floor) for kind, floor in found if floor is not None)


def _floor(by_version: dict[tuple[int, ...], tuple[FileFacts, Want]]) -> Floor | None:
    if not by_version:
        return None
    order = sorted(by_version, reverse=True)
    file, want = by_version[order[0]]
    witness = Witness(file.path, want.library, want.version, want.symbols)
    return Floor(order[0], witness, order[1] if len(order) > 1 else None)


def _external(files: Sequence[FileFacts], own: frozenset[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found: dict[str, list[str]] = {}
    for file in files:
        there = found_by(file, own, files)
        for name in file.needed:
            if name not in there and posixpath.basename(name) not in there:
                found.setdefault(name, []).append(file.path)
    return tuple((name, tuple(paths[:_MOST_FILES])) for name, paths in sorted(found.items()))


def private(wants: Iterable[tuple[FileFacts, Want]], own: frozenset[str]) -> Iterable[Witness]:
    """Versions that no glibc promises, and levels that no distribution has."""
    for file, want in wants:
        if policy.is_libc(want.library):
            odd = policy.glibc_of(want.version) is None and want.version.startswith("GLIBC")
        else:
            known = policy.numbered(want.version)
            odd = known is not None and want.library not in own and policy.glibc_for(*known) is None
        if odd:
            yield Witness(file.path, want.library, want.version, want.symbols)
