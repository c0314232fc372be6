"""The values that describe a place and what an artifact needs of it.

Nothing here reads anything: `host.detect` makes a `Host` from a `Root`, `pythons` makes an `Interpreter` from a probe,
`host.fit` compares `Needs` with either. No other room compares a libc version.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from elfin.record import NamedTuple


def dotted(version: Iterable[int]) -> str:
    """A version as it is written: "2.28"; "" for no numbers."""
    return ".".join(map(str, version))


class Evidence(NamedTuple):
    """Where a fact was read, so that it can be shown and doubted."""

    fact: str
    """What it supports: "os", "arch", "float abi", "libc", "native libc", "cpu level", ..."""
    value: str
    source: str
    """The file and the field in it: "/bin/sh: PT_INTERP", "/proc/cpuinfo: flags"."""


class Arch(NamedTuple):
    """An instruction set and the calling convention that userland was built for."""

    name: str
    """As Linux's `uname -m` and wheel tags spell it: x86_64, i686, aarch64, armv7l, armv6l, ppc64le, riscv64, s390x,
    ...; macOS's arm64 and Windows' AMD64 are aarch64 and x86_64 here."""
    bits: int
    little_endian: bool
    float_abi: str | None
    """"hard" or "soft" on 32-bit ARM, None where the architecture has one only (or it could not be told)."""


class Libc(NamedTuple):
    """One C library found in a place."""

    family: str
    """"glibc", "musl", "bionic" or "uclibc"."""
    version: tuple[int, ...] | None
    """(2, 36) for glibc, (1, 2, 5) for musl; None: present, but its version cannot be told."""
    loader: str | None
    """Path of its dynamic loader in the place, None where only the library was found."""
    arch: str | None = None
    """Machine of the loader (an `Arch.name`), None where unknown."""


class Host(NamedTuple):
    """A place where programs run: a machine, a folder with a root file system, an image, or a name."""

    os: str
    """"linux", "macos", "windows", "android", "ios", "ios-simulator", "emscripten"."""
    distribution: str | None
    """PRETTY_NAME of os-release, None where there is none."""
    arch: Arch
    libcs: tuple[Libc, ...]
    """Every libc present, the native one (that of /bin/sh) first; empty: only static programs run here, or
    `libc_unknown`."""
    cpu_level: int | None
    """x86-64 level 1 to 4; None: not x86-64, or cannot be told."""
    evidence: tuple[Evidence, ...]
    os_version: tuple[int, ...] | None = None
    """Release of macOS or iOS, API level of Android, platform of PyEmscripten; None elsewhere, and where unknown."""
    libc_unknown: bool = False
    """No libc was found, and nothing shows that there is none: no program could be read, or its loader is not there."""

    @property
    def libc(self) -> Libc | None:
        """The native libc, None in a place that has none."""
        return self.libcs[0] if self.libcs else None


class Interpreter(NamedTuple):
    """A Python as its probe and its own ELF file describe it. For an environment this is the base interpreter."""

    executable: str
    """Absolute path that starts it."""
    implementation: str
    """"cpython", "pypy", ... (sys.implementation.name)."""
    version: str
    """Full PEP 440 text: "3.13.0rc1"."""
    version_info: tuple[int, int, int]
    free_threaded: bool
    debug: bool
    arch: Arch
    os: str
    """As `Host.os`."""
    os_version: tuple[int, ...] | None
    """As `Host.os_version`."""
    libc: Libc | None
    """The C library it is linked to (from its own PT_INTERP); None: static, or an OS that has no choice."""
    static: bool
    """A static executable, which can load no extension module at all."""
    ext_suffix: str
    soabi: str | None
    prefix: str
    base_prefix: str
    stdlib: str
    markers: Mapping[str, str]
    """The PEP 508 environment of this interpreter, without `extra`."""
    paths: Mapping[str, str]
    """sysconfig's default install scheme: stdlib, platstdlib, purelib, platlib, include, platinclude, scripts, data."""
    externally_managed: str | None
    """Text of the EXTERNALLY-MANAGED file's Error field (PEP 668), "" where the file has none, None without file."""
    manylinux: Mapping[str, bool] | None = None
    """What the interpreter's `_manylinux` module answers (PEP 600), keyed "2_17" style and the legacy names; None
    without such a module."""


class Target(NamedTuple):
    """What wheels are judged against: a host narrowed to one interpreter's own libc and ABI."""

    host: Host
    interpreter: Interpreter


class Needs(NamedTuple):
    """What an artifact requires of a place. A field that is None asks for nothing."""

    os: str | None = None
    arch: str | None = None
    float_abi: str | None = None
    libc: str | None = None
    """Family; None with os "linux" means static: any libc or none at all will do."""
    libc_floor: tuple[int, ...] | None = None
    cpu_level: int | None = None
    os_floor: tuple[int, ...] | None = None
    """Lowest release of macOS or iOS, API level of Android; of PyEmscripten, that very platform."""


class Misfit(NamedTuple):
    """Why a place does not meet a need: one axis, what was asked, what is there."""

    reason: str
    """"os", "arch", "float abi", "libc family", "libc version", "cpu level", "os version", "static interpreter"."""
    needs: str
    has: str


class CannotTell(NamedTuple):
    """The place has a fact that is unknown, so there is no verdict."""

    reason: str
    needs: str
