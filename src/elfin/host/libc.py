"""A loader's path -> the libc behind it, with the evidence.

What a loader *is* is read from its own file, never believed from its name: gcompat, musl behind a glibc name, NixOS's
stub and nix-ld are told apart. Versions come from the library's own bytes; nothing is run. Refuses to raise: what
cannot be read is not there, and said so.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from elfin.errors import MalformedElf
from elfin.formats import elf
from elfin.host import arch, root
from elfin.host.model import Evidence, Libc

GLIBC_NAMES = ("ld-linux", "ld64.so.", "ld.so.1")
OTHER_NAMES = ("ld-musl-", "ld-uClibc", "ld64-uClibc", "linker")
"""How loaders' names begin; what is behind a name, its contents tell."""
_ANDROID_LINKERS = ("/system/", "/apex/")
# Beside the loader and next to it by multiarch; an ELF check decides which of them is meant.
_LIBRARY_FOLDERS = ("/lib64", "/usr/lib64", "/lib", "/usr/lib", "/lib32", "/usr/lib32", "/libx32")

_LARGEST = 16 << 20
_WINDOW, _LONGEST_BANNER = 64 * 1024, 300
_BANNER, _BANNER_VERSION = b"GNU C Library ", b"release version "
# musl keeps its version as a constant of its own; mostly a string stands before it, sometimes other data.
_MUSL_VERSION = rb"(?<![\w.])(\d\.\d{1,2}\.\d{1,3})(?:[-_+.][\w.+-]{1,60})?\0"
_UCLIBC_FILE = r"-(\d+)\.(\d+)\.(\d+)(?:\.(\d+))?\.so"


def identify(place: root.Root, loader: str, evidence: list[Evidence] | None = None) -> Libc | None:
    """The libc behind a loader's path, by the loader's own bytes.

    None, with a line of evidence, where the path dangles or holds something that is no libc (a stub).
    """
    notes = [] if evidence is None else evidence
    physical = root.file(place, loader)
    android = posixpath.basename(loader) in ("linker", "linker64") and loader.startswith(_ANDROID_LINKERS)
    if physical is None and not android:
        notes.append(Evidence("libc", "nothing", f"{loader}: the loader is not there"))
        return None
    if physical is None:  # part of the system that every app is given, and not of an app's own root
        return Libc("bionic", _android_release(place), loader, None)
    try:
        found = elf.read(lambda offset, size: place.some(physical, offset, size))
    except MalformedElf as error:
        notes.append(Evidence("libc", "nothing", f"{loader}: {error.message}"))
        return None
    machine = arch.of(found.header).name
    name = posixpath.basename(physical)
    if android:
        return Libc("bionic", _android_release(place), loader, machine)
    if "uClibc" in name or "uClibc" in loader:
        return Libc("uclibc", _uclibc_version(place, physical), loader, machine)
    if _offers_glibc(found):
        return Libc("glibc", glibc_version(place, loader, found.header, notes), loader, machine)
    contents = place.some(physical, 0, _LARGEST)
    if b"gcompat" in contents:
        notes.append(Evidence("libc", "nothing", f"{loader}: gcompat, glibc's loader imitated on musl"))
        return None
    if b"NixOS cannot run" in contents or b"stub-ld" in contents:
        notes.append(Evidence("libc", "nothing", f"{loader}: NixOS's stub, which only prints an explanation"))
        return None
    if b"NIX_LD" in contents:
        notes.append(Evidence("libc", "nothing", f"{loader}: nix-ld, a door to whatever loader NIX_LD names"))
        return None
    if b"musl libc" in contents:
        libc = Libc("musl", _musl_version(contents), loader, machine)
        notes.append(Evidence("libc version", spell(libc), f"{loader}: contents"))
        return libc
    if (found.soname or "").startswith(("ld-linux", "ld64.so", "ld.so")) or _of_file_name(name):
        return Libc("glibc", glibc_version(place, loader, found.header, notes), loader, machine)
    notes.append(Evidence("libc", "nothing", f"{loader}: neither glibc nor musl by its contents"))
    return None


def of_program(place: root.Root, header: elf.Header) -> Libc | None:
    """The libc a program is linked to; of a loader that is not there the family by its name, the version unknown.

    None: static, or its loader is no libc, or not there and named as nobody's is.
    """
    loader = header.interpreter
    if loader is None:
        return None
    found = identify(place, loader)
    return _of_name(loader, header) if found is None and root.file(place, loader) is None else found


def _of_name(loader: str, header: elf.Header) -> Libc | None:
    name = posixpath.basename(loader)
    for family, starts in (("musl", "ld-musl-"), ("uclibc", ("ld-uClibc", "ld64-uClibc")), ("glibc", GLIBC_NAMES)):
        if name.startswith(starts):
            return Libc(family, None, loader, arch.of(header).name)
    return None


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
    return any(name == "GLIBC_PRIVATE" or _of_symbol(name) for name in found.offers)


def _release(text: str) -> tuple[int, ...] | None:
    """ "2.36" as (2, 36); by hand, for compiling a pattern takes longer than all the rest."""
    parts = text.split(".")
    # Bounded as names of places are: a place takes every version below its own, and has one tag for each of them.
    sound = all(part.isascii() and part.isdigit() and len(part) < 4 for part in parts) and len(parts[0]) < 3
    return tuple(map(int, parts)) if sound and len(parts) in (2, 3) else None


def _of_file_name(name: str) -> tuple[int, ...] | None:
    """Of libc-2.17.so and ld-2.17.so."""
    for start in ("libc-", "ld-"):
        if name.startswith(start) and name.endswith(".so"):
            return _release(name[len(start) : -3])
    return None


def _of_symbol(name: str) -> tuple[int, ...] | None:
    return _release(name[6:]) if name.startswith("GLIBC_") else None


def _of_banner(contents: bytes) -> tuple[int, ...] | None:
    """Of "GNU C Library (Debian GLIBC 2.36-9) stable release version 2.36."."""
    start = contents.find(_BANNER)
    while start >= 0:
        line = contents[start : start + _LONGEST_BANNER].split(b"\0", 1)[0].split(b"\n", 1)[0]
        _, _, rest = line.partition(_BANNER_VERSION)
        digits = rest[: len(rest) - len(rest.lstrip(b"0123456789."))].strip(b".")
        if digits:
            return _release(digits.decode())
        start = contents.find(_BANNER, start + 1)
    return None


def _numbers(match: re.Match[str] | None) -> tuple[int, ...] | None:
    return None if match is None else tuple(int(part) for part in match.groups() if part is not None)


def glibc_version(
    place: root.Root, loader: str, header: elf.Header, evidence: list[Evidence] | None = None
) -> tuple[int, ...] | None:
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
        version = _library_version(place, root.file(place, path) or path, own)
        if version is not None:
            if evidence is not None:
                evidence.append(Evidence("libc version", f"glibc {'.'.join(map(str, version))}", f"{path}: contents"))
            return version
    return _of_file_name(posixpath.basename(physical))


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


def _library_version(place: root.Root, physical: str, header: elf.Header) -> tuple[int, ...] | None:
    named = _of_file_name(posixpath.basename(physical))
    if named is not None:
        return named
    # Text stands in segments that hold no code, from binutils 2.31 on; before, and in a stripped-down file, anywhere.
    data = [one for one in header.segments if one.type == elf.PT_LOAD and not one.flags & elf.PF_X]
    parts = [(one.offset, min(one.file_size, _LARGEST)) for one in data if one.offset < _LARGEST][:8]
    for offset, size in (*sorted(parts, key=lambda part: -part[1]), (0, _LARGEST)):
        for start in range(offset, offset + size, _WINDOW):
            window = place.some(physical, start, _WINDOW + _LONGEST_BANNER)
            banner = _of_banner(window)
            if banner is not None:
                return banner
            if len(window) < _WINDOW:
                break
    try:
        offers = elf.read(lambda offset, size: place.some(physical, offset, size)).offers
    except MalformedElf:
        return None
    return max(filter(None, map(_of_symbol, offers)), default=None)


def _musl_version(contents: bytes) -> tuple[int, ...] | None:
    versions = {tuple(map(int, text.split(b"."))) for text in re.findall(_MUSL_VERSION, contents)}
    return versions.pop() if len(versions) == 1 else None


def _uclibc_version(place: root.Root, loader: str) -> tuple[int, ...] | None:
    """By the loader's own file name, else by that of the library beside it (libuClibc-1.0.45.so)."""
    folder, name = posixpath.split(loader)
    names = (name, *(one for one in place.names(folder) if one.startswith("libuClibc-")))
    found = (re.search(_UCLIBC_FILE, one) for one in names)
    return next((_numbers(match) for match in found if match is not None), None)


def _android_release(place: root.Root) -> tuple[int, ...] | None:
    """The API level, which is what Android's platform tags count."""
    properties = root.text(place, "/system/build.prop") or ""
    level = re.search(r"(?m)^ro\.build\.version\.sdk=(\d{1,4})\s*$", properties)
    return _numbers(level)
