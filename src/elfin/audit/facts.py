"""One ELF file -> what it needs, in the words of the field.

Follows PEP 600 and 656 for what counts as a libc's own. The libc is told by the loader, else by the names and versions
of libraries, else by nothing: a file that takes nothing of any libc runs with each. Refuses to guess by file name.
"""

from __future__ import annotations

import posixpath

from elfin.audit import musl as musls
from elfin.audit import policy
from elfin.audit.model import FileFacts, Floor, Want, Witness
from elfin.formats import elf, elfattributes
from elfin.formats.elf import Source
from elfin.formats.elfneeds import ElfNeeds, Import
from elfin.formats.elfneeds import read as read_needs
from elfin.host import arch as arches
from elfin.host.model import Arch

_MODULE = ("PyInit_", "PyModExport_", "PyInitU_", "_cffi_pypyinit_")
_FREEBSD = 9
_SHOWN = 12
"""Symbols that a witness names at most."""


def read(path: str, source: Source) -> FileFacts:
    """The facts of one file. Raises MalformedElf."""
    needs = read_needs(source)
    libc, why = _libc(needs)
    arch = _arch(needs, source)
    symbols = needs.symbols
    module = next((_module(name) for name in symbols.defined if name.startswith(_MODULE)), None)
    python = tuple(one.name for one in symbols.imports if one.name.startswith(("Py", "_Py")) and not one.weak)
    private = [one.name for one in symbols.imports if not one.weak and _private_zlib(one, needs.needed)]
    return FileFacts(
        path=path,
        kind=_kind(needs, module),
        arch=arch,
        libc=libc,
        why=why,
        loader=needs.header.interpreter,
        soname=needs.soname,
        needed=tuple(name for name in needs.needed if not policy.is_libc(name)),
        wants=_wants(needs),
        musl=_musl(path, needs) if libc == "musl" else None,
        kernel=needs.notes.kernel,
        cpu_level=needs.notes.cpu_needed,
        cpu_used=needs.notes.cpu_used,
        module=module,
        python_names=python,
        python_defines=tuple(name for name in symbols.defined if not name.startswith(_MODULE)),
        private_zlib=tuple(private),
        rpath=needs.rpath,
        runpath=needs.runpath,
        oddities=tuple(_oddities(needs)),
    )


def _module(name: str) -> str:
    return next(name.removeprefix(prefix) for prefix in _MODULE if name.startswith(prefix))


def _kind(needs: ElfNeeds, module: str | None) -> str:
    if needs.header.type == elf.ET_REL:
        return "object"
    if needs.static_program:
        return "static program"
    if needs.header.interpreter is not None and needs.soname is None:
        return "program"
    return "library" if module is None else "python module"


def _arch(needs: ElfNeeds, source: Source) -> Arch:
    """With 32-bit ARM, which generation: build attributes are an upper bound ("up to ARMv7"), and the only hint."""
    arch = arches.of(needs.header)
    if not arches.is_arm(arch.name):
        return arch
    told = elfattributes.read(source)
    float_abi = arch.float_abi
    if float_abi is None and told.vfp_arguments is not None:
        float_abi = "hard" if told.vfp_arguments == 1 else "soft"
    name = arch.name
    if told.cpu_arch is not None:
        name = arches.generation(told.cpu_arch, little_endian=arch.little_endian)
    return arch._replace(name=name, float_abi=float_abi)


def _libc(needs: ElfNeeds) -> tuple[str | None, str]:
    """(libc, what tells it)."""
    loader = needs.header.interpreter
    if loader is not None:
        return _of_loader(loader), f"PT_INTERP {loader}"
    if needs.header.os_abi == _FREEBSD:
        return "freebsd", "EI_OSABI FreeBSD"
    if needs.static_program:
        return "any", "a static program"
    if needs.notes.android is not None:
        return "bionic", "the note Android leaves"
    for name in needs.needed:
        if name.startswith(("libc.musl-", "ld-musl-")):
            return "musl", f"DT_NEEDED {name}"
        if name in ("libc.so.6", "libc.so.6.1") or name.startswith(("ld-linux", "ld64.so.", "ld.so.")):
            return "glibc", f"DT_NEEDED {name}"
    for version in needs.symbols.versions:
        if version.name.startswith("GLIBC_") and policy.is_libc(version.library):
            return "glibc", f"{version.name} of {version.library}"
        if version.library == "libc.so" and version.name == "LIBC":
            return "bionic", "LIBC of libc.so"
    if "libc.so.0" in needs.needed or "libc.so.1" in needs.needed:
        return "uclibc", "DT_NEEDED libc.so.0"
    if "libc.so" in needs.needed:
        return "musl", "DT_NEEDED libc.so"
    taken = next((one.name for one in needs.symbols.imports if _of_a_libc(one)), None)
    if taken is None:
        return "any", "it takes nothing of a libc"
    return None, f"it takes {taken} and does not say from where"


def _of_loader(loader: str) -> str | None:
    name = posixpath.basename(loader)
    if name.startswith("ld-musl-"):
        return "musl"
    if "uClibc" in name:
        return "uclibc"
    if name.startswith("linker"):
        return "bionic"
    if name == "ld-elf.so.1":
        return "freebsd"
    return "glibc" if name.startswith(("ld-linux", "ld64.so", "ld.so", "ld-2.")) else None


_START_FILES = frozenset(
    {"__gmon_start__", "_ITM_deregisterTMCloneTable", "_ITM_registerTMCloneTable", "_Jv_RegisterClasses",
     "__cxa_finalize", "__register_frame_info", "__deregister_frame_info"}
)  # fmt: skip


def _of_a_libc(one: Import) -> bool:
    """Whether an import may be a libc's: Python's are not, and the start files' do not matter."""
    return not one.weak and not one.name.startswith(("Py", "_Py")) and one.name not in _START_FILES


def _wants(needs: ElfNeeds) -> tuple[Want, ...]:
    by_version: dict[tuple[str, str], list[str]] = {}
    weak: dict[tuple[str, str], bool] = {}
    for version in needs.symbols.versions:
        key = (version.library, version.name)
        by_version.setdefault(key, [])
        weak[key] = weak.get(key, True) and version.weak
    for one in needs.symbols.imports:
        if one.version is not None:
            names = by_version[one.version.library, one.version.name]
            if len(names) < _SHOWN:
                names.append(one.name)
    return tuple(
        Want(library, name, weak[library, name], tuple(names)) for (library, name), names in by_version.items()
    )


def _musl(path: str, needs: ElfNeeds) -> Floor | None:
    strong = [one.name for one in needs.symbols.imports if not one.weak and one.version is None]
    found = sorted(musls.floors(strong, needs.header.bits).items(), reverse=True)
    if not found:
        return None
    version, names = found[0]
    library = next((name for name in needs.needed if name == "libc.so" or name.startswith("libc.musl-")), None)
    without = found[1][0] if len(found) > 1 else musls.OLDEST
    return Floor(version, Witness(path, library, None, tuple(names[:_SHOWN])), without)


def _private_zlib(one: Import, needed: tuple[str, ...]) -> bool:
    return "libz.so.1" in needed and (one.name in policy.ZLIB_PRIVATE or one.name.startswith("_tr_"))


def _oddities(needs: ElfNeeds) -> list[str]:
    found = []
    if needs.executable_stack:
        found.append("it asks for an executable stack, which hardened systems refuse")
    if needs.text_relocations:
        found.append("it has text relocations, which hardened systems and musl refuse")
    for kind, paths in (("RPATH", needs.rpath), ("RUNPATH", needs.runpath)):
        odd = [entry for entry in (paths or "").split(":") if paths is not None and not _own(entry)]
        if odd:
            found.append(f"{kind} leads out of its own folder: {', '.join(entry or 'an empty entry' for entry in odd)}")
    if needs.static_program and (needs.header.os_abi == 3 or needs.notes.kernel is not None):
        found.append("it is linked statically with glibc: looking up users and hosts, and iconv, load libraries there")
    return found


def _own(entry: str) -> bool:
    return entry.startswith(("$ORIGIN", "${ORIGIN}"))
