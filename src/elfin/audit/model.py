"""The values of an audit: what one file needs, what all files of a thing need together, each with its witness.

Versions are tuples of numbers. Nothing here reads or decides anything.
"""

from __future__ import annotations

from elfin.host.model import Arch
from elfin.record import NamedTuple


class Witness(NamedTuple):
    """What proves a number."""

    path: str
    """The file, as a member of what was audited."""
    library: str | None
    """The library it wants it of: "libc.so.6"."""
    version: str | None
    """The symbol version as it stands there: "GLIBC_2.34"; None where symbols carry none (musl)."""
    symbols: tuple[str, ...]
    """The symbols that ask for it; () where the version is asked for by none."""


class Floor(NamedTuple):
    """The lowest version that will do."""

    version: tuple[int, ...]
    witness: Witness
    without: tuple[int, ...] | None
    """What would do if the witnessed symbols were not used; None: nothing else asks for a version."""


class Want(NamedTuple):
    """One symbol version that a file asks a library for."""

    library: str
    version: str
    weak: bool
    """The loader goes on without it."""
    symbols: tuple[str, ...]


class FileFacts(NamedTuple):
    """One ELF file."""

    path: str
    kind: str
    """"program", "static program", "library", "python module" or "object"."""
    arch: Arch
    libc: str | None
    """"glibc", "musl", "bionic", "uclibc", "freebsd" (a system whose libc has no other name); "any": a static program,
    or a library that takes nothing of one; None: it takes something of a libc and does not say of which."""
    why: str
    """What told the libc: "PT_INTERP /lib/ld-musl-x86_64.so.1"."""
    loader: str | None
    soname: str | None
    needed: tuple[str, ...]
    """DT_NEEDED that are not the libc itself."""
    wants: tuple[Want, ...]
    musl: Floor | None
    """Lowest musl by the symbols taken, where `libc` is musl."""
    kernel: tuple[int, ...] | None
    cpu_level: int | None
    """x86-64 level that it declares to need."""
    cpu_used: int | None
    """Highest x86-64 level it declares to use somewhere."""
    module: str | None
    """Name of the Python module whose entry point it has."""
    python_names: tuple[str, ...]
    """What it imports of Python's C API."""
    python_defines: tuple[str, ...]
    private_zlib: tuple[str, ...]
    rpath: str | None
    runpath: str | None
    oddities: tuple[str, ...]
    """Clauses: an executable stack, text relocations, odd search paths, static glibc."""


class Claim(NamedTuple):
    """What a wheel says of itself."""

    filename: str
    pythons: tuple[str, ...]
    abis: tuple[str, ...]
    platforms: tuple[str, ...]
    wheel_tags: tuple[str, ...]
    """The Tag lines of WHEEL as they stand; () where there are none."""
    build: str
    wheel_build: str
    purelib: bool
    record: tuple[str, ...]
    """Where RECORD does not describe the archive; () also where nobody looked."""
    pure_elf: tuple[str, ...]
    """ELF files in the folder that is for pure Python."""


class Earned(NamedTuple):
    """The platform tags that the bytes earn, best first in the sorted order of names."""

    tags: tuple[str, ...]
    reasons: tuple[str, ...]
    """Why not more, in clauses."""


class Comparison(NamedTuple):
    """One claimed platform tag beside what the bytes earn."""

    tag: str
    verdict: str
    """"earned", "too wide" (it promises places where the bytes do not run), "narrow" (it could promise more), "wrong"
    (another machine or system) or "unknown" (no rule for that tag)."""
    why: str


class Sum(NamedTuple):
    """What all files of one thing need together."""

    arches: tuple[str, ...]
    libc: str | None
    """As of a file, for all; "mixed" where two files want two libcs."""
    why: str
    glibc: Floor | None
    """Lowest glibc by symbol versions."""
    musl: Floor | None
    levels: tuple[tuple[str, Floor], ...]
    """(GLIBCXX, CXXABI, GCC, ZLIB, ...; the lowest) of libraries that are not bundled."""
    external: tuple[tuple[str, tuple[str, ...]], ...]
    """(library that is neither the libc's nor bundled, files that want it)."""
    cpu_level: int | None
    cpu_witness: str | None
    private: tuple[Witness, ...]
    """Versions that no glibc promises (GLIBC_PRIVATE), and levels that no distribution has."""


class Foreign(NamedTuple):
    """The code for one machine in a file of macOS or Windows."""

    path: str
    form: str
    """"Mach-O" or "PE"."""
    os: str
    """As `Host.os`."""
    arch: str
    """An `Arch.name`."""
    least: tuple[int, ...] | None
    """Lowest release of that system that it declares to run on; of Windows, the version of its kernel."""


class Report(NamedTuple):
    """All files of one thing."""

    path: str
    kind: str
    """"file", "folder", "wheel", "archive" or "place"."""
    files: tuple[FileFacts, ...]
    broken: tuple[tuple[str, str], ...]
    """(file, why it cannot be read)."""
    total: Sum
    """What its ELF files need together."""
    claim: Claim | None
    earned: Earned
    foreign: tuple[Foreign, ...]
    """Files of macOS and Windows."""
