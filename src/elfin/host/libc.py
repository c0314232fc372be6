"""Root -> every libc in it, the native one first, with the evidence.

The native libc is that of the first system program whose loader is really there. What a loader *is* is read from its
own file, never believed from its name: gcompat, musl behind a glibc name and NixOS's stub are told apart. Versions
come from the library's own bytes; nothing is run. Refuses to raise: what cannot be read is not there, and said so.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from elfin.errors import MalformedElf
from elfin.formats import elf
from elfin.host import arch, root
from elfin.host.model import Evidence, Libc
from elfin.record import NamedTuple

PROGRAMS = (
    "/bin/sh",
    "/usr/bin/env",
    "/bin/dash",
    "/bin/ls",
    "/bin/busybox",
    "/bin/bash",
    "/usr/bin/dpkg",
    "/sbin/apk",
    "/system/bin/sh",
)
"""Programs that are built for a place's own libc, in the order they are asked."""

LOADERS = (
    "/lib64/ld-linux-x86-64.so.2",
    "/lib/ld-linux.so.2",
    "/lib/ld-linux-aarch64.so.1",
    "/lib/ld-linux-aarch64_be.so.1",
    "/lib/ld-linux-armhf.so.3",
    "/lib/ld-linux.so.3",
    "/lib64/ld64.so.2",
    "/lib64/ld64.so.1",
    "/lib/ld64.so.1",
    "/lib/ld.so.1",
    "/lib/ld-linux-riscv64-lp64d.so.1",
    "/lib/ld-linux-riscv64-lp64.so.1",
    "/lib64/ld-linux-loongarch-lp64d.so.1",
    "/lib64/ld-linux-loongarch-lp64s.so.1",
    "/libx32/ld-linux-x32.so.2",
)
"""Loader paths of glibc's ports (glibc's shlib-versions files). Other families' loaders are found by their names."""

_FOLDERS = ("/lib", "/lib64", "/usr/lib", "/system/bin")
_OTHER_LOADER = re.compile(r"ld-musl-[\w.-]+\.so\.1|ld(64)?-uClibc[\w.-]*\.so[\w.-]*|linker(64)?")
# Beside the loader and next to it by multiarch; an ELF check decides which of them is meant.
_LIBRARY_FOLDERS = ("/lib64", "/usr/lib64", "/lib", "/usr/lib", "/lib32", "/usr/lib32", "/libx32")

_LARGEST = 16 << 20
_GLIBC_BANNER = re.compile(rb"GNU C Library [^\0\n]{0,200}?release version (\d+)\.(\d+)(?:\.(\d+))?")
_GLIBC_FILE = re.compile(r"(?:libc|ld)-(\d+)\.(\d+)(?:\.(\d+))?\.so")
_GLIBC_SYMBOL = re.compile(r"GLIBC_(\d+)\.(\d+)(?:\.(\d+))?")
# musl keeps its version as a constant of its own; mostly a string stands before it, sometimes other data.
_MUSL_VERSION = re.compile(rb"(?<![\w.])(\d\.\d{1,2}\.\d{1,3})(?:[-_+.][\w.+-]{1,60})?\0")
_UCLIBC_FILE = re.compile(r"-(\d+)\.(\d+)\.(\d+)\.so")


class Found(NamedTuple):
    """Every libc of a root."""

    libcs: tuple[Libc, ...]
    """Native first."""
    native_program: str | None
    """The program that decided which is native, None where none could."""
    header: elf.Header | None
    """The native program's ELF header, else the native loader's."""
    evidence: tuple[Evidence, ...]


def find(place: root.Root, own: str | None = None) -> Found:
    """Every libc in `place`. `own` is a program known to run there, asked when no other says anything."""
    evidence: list[Evidence] = []
    native, program, header = _native(place, PROGRAMS, evidence)
    libcs: dict[str, Libc] = {} if native is None else {_key(place, native): native}
    for path in _present(place):
        if root.real(place, path) in libcs:
            continue
        libc = identify(place, path, evidence)
        if libc is not None:
            libcs[_key(place, libc)] = libc
            evidence.append(Evidence("libc", spell(libc), f"{path}: contents"))
    if not libcs and own is not None:
        native, program, header = _native(place, (own,), evidence)
        if native is not None:
            libcs[_key(place, native)] = native
    found = tuple(libcs.values())
    if native is None and found:
        evidence.append(Evidence("native libc", spell(found[0]), f"{found[0].loader}: first known loader that exists"))
    if not found:
        evidence.append(Evidence("libc", "no libc found", "no program and no known loader names one"))
    if header is None and found and found[0].loader is not None:
        header = header_of(place, found[0].loader)
    return Found(found, program, header, tuple(evidence))


def _native(
    place: root.Root, programs: tuple[str, ...], evidence: list[Evidence]
) -> tuple[Libc | None, str | None, elf.Header | None]:
    """The libc of the first program that has one; static programs, scripts and dangling loaders are passed over."""
    for path in programs:
        read = root.reader(place, path)
        if read is None:
            continue
        try:
            header = elf.read_header(read)
        except MalformedElf as error:
            evidence.append(Evidence("native libc", "nothing", f"{path}: {error.message}"))
            continue
        if header.interpreter is None:
            evidence.append(Evidence("native libc", "nothing", f"{path}: static, no PT_INTERP"))
            continue
        libc = identify(place, header.interpreter, evidence)
        if libc is not None:
            evidence.append(Evidence("native libc", spell(libc), f"{path}: PT_INTERP {header.interpreter}"))
            return libc, path, header
    return None, None, None


def _present(place: root.Root) -> list[str]:
    """Loader paths that exist, glibc's before the others'."""
    paths = [path for path in LOADERS if root.file(place, path)]
    for folder in _FOLDERS:
        physical = root.real(place, folder)
        if physical is not None:
            names = (name for name in place.names(physical) if _OTHER_LOADER.fullmatch(name))
            paths += [f"{folder}/{name}" for name in names if root.file(place, f"{folder}/{name}")]
    return paths


def _key(place: root.Root, libc: Libc) -> str:
    return root.real(place, libc.loader or "") or ""


def identify(place: root.Root, loader: str, evidence: list[Evidence] | None = None) -> Libc | None:
    """The libc behind a loader's path, by the loader's own bytes.

    None, with a line of evidence, where the path dangles or holds something that is no libc (a stub).
    """
    notes = [] if evidence is None else evidence
    physical = root.file(place, loader)
    if physical is None:
        notes.append(Evidence("libc", "nothing", f"{loader}: the loader is not there"))
        return None
    try:
        found = elf.read(lambda offset, size: place.some(physical, offset, size))
    except MalformedElf as error:
        notes.append(Evidence("libc", "nothing", f"{loader}: {error.message}"))
        return None
    machine = arch.of(found.header).name
    name = posixpath.basename(physical)
    if posixpath.basename(loader).startswith("linker") and loader.startswith("/system/"):
        return Libc("bionic", _android_release(place), loader, machine)
    if "uClibc" in name or "uClibc" in loader:
        version = _UCLIBC_FILE.search(name)
        return Libc("uclibc", _numbers(version), loader, machine)
    if _offers_glibc(found):
        return Libc("glibc", glibc_version(place, loader, found.header), loader, machine)
    contents = place.some(physical, 0, _LARGEST)
    if b"gcompat" in contents:
        notes.append(Evidence("libc", "nothing", f"{loader}: gcompat, glibc's loader imitated on musl"))
        return None
    if b"musl libc" in contents:
        return Libc("musl", _musl_version(contents), loader, machine)
    if b"stub-ld" in contents or b"NixOS" in contents:
        notes.append(Evidence("libc", "nothing", f"{loader}: NixOS's stub, which only prints an explanation"))
        return None
    if (found.soname or "").startswith(("ld-linux", "ld64.so", "ld.so")) or _GLIBC_FILE.fullmatch(name):
        return Libc("glibc", glibc_version(place, loader, found.header), loader, machine)
    notes.append(Evidence("libc", "nothing", f"{loader}: neither glibc nor musl by its contents"))
    return None


def of_program(place: root.Root, header: elf.Header) -> Libc | None:
    """The libc a program is linked to; None: static, or its loader is not there or no libc."""
    return None if header.interpreter is None else identify(place, header.interpreter)


def spell(libc: Libc) -> str:
    """ "glibc 2.36", "musl (version unknown)"."""
    version = ".".join(map(str, libc.version)) if libc.version else "(version unknown)"
    return f"{libc.family} {version}"


def header_of(place: root.Root, path: str) -> elf.Header | None:
    """The ELF header of a file in a place, None for one that is not there or no ELF file."""
    read = root.reader(place, path)
    if read is None:
        return None
    try:
        return elf.read_header(read)
    except MalformedElf:
        return None


def _offers_glibc(found: elf.Elf) -> bool:
    return any(_GLIBC_SYMBOL.fullmatch(name) or name == "GLIBC_PRIVATE" for name in found.offers)


def _numbers(match: re.Match[str] | re.Match[bytes] | None) -> tuple[int, ...] | None:
    return None if match is None else tuple(int(part) for part in match.groups() if part is not None)


def glibc_version(place: root.Root, loader: str, header: elf.Header) -> tuple[int, ...] | None:
    """Release of the libc.so.6 that belongs to a glibc loader; None where it cannot be found or read.

    By its file name (libc-2.17.so), else its own banner, else the highest GLIBC_x.y it defines, which some releases
    (2.19) did not raise; last the loader's own file name (ld-2.12.so).
    """
    physical = root.file(place, loader) or loader
    for path in _libraries(place, loader, physical):
        own = header_of(place, path)
        if own is None or (own.machine, own.bits, own.little_endian) != (
            header.machine,
            header.bits,
            header.little_endian,
        ):
            continue
        version = _library_version(place, root.file(place, path) or path)
        if version is not None:
            return version
    return _numbers(_GLIBC_FILE.fullmatch(posixpath.basename(physical)))


def _libraries(place: root.Root, loader: str, physical: str) -> Iterator[str]:
    seen: set[str] = set()
    for folder in _library_folders(place, loader, physical):
        path = f"{folder}/libc.so.6"
        if folder not in seen and root.file(place, path):
            yield path
        seen.add(folder)


def _library_folders(place: root.Root, loader: str, physical: str) -> Iterator[str]:
    yield from (posixpath.dirname(physical), posixpath.dirname(loader), *_LIBRARY_FOLDERS)
    for parent in ("/lib", "/usr/lib"):
        real = root.real(place, parent)
        if real is not None:
            yield from (f"{parent}/{name}" for name in place.names(real) if "-linux-gnu" in name)


def _library_version(place: root.Root, physical: str) -> tuple[int, ...] | None:
    named = _GLIBC_FILE.fullmatch(posixpath.basename(physical))
    if named is not None:
        return _numbers(named)
    contents = place.some(physical, 0, _LARGEST)
    start = contents.find(b"GNU C Library ")
    banner = None if start < 0 else _GLIBC_BANNER.search(contents, start)
    if banner is not None:
        return _numbers(banner)
    try:
        offers = elf.read(lambda offset, size: place.some(physical, offset, size)).offers
    except MalformedElf:
        return None
    symbols = filter(None, map(_GLIBC_SYMBOL.fullmatch, offers))
    return max((tuple(int(part) for part in symbol.groups() if part) for symbol in symbols), default=None)


def _musl_version(contents: bytes) -> tuple[int, ...] | None:
    versions = {tuple(map(int, text.split(b"."))) for text in _MUSL_VERSION.findall(contents)}
    return versions.pop() if len(versions) == 1 else None


def _android_release(place: root.Root) -> tuple[int, ...] | None:
    """The API level, which is what Android's platform tags count."""
    properties = root.text(place, "/system/build.prop") or ""
    level = re.search(r"(?m)^ro\.build\.version\.sdk=(\d{1,4})\s*$", properties)
    return _numbers(level)
