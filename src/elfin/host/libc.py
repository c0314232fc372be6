"""Root -> every libc in it, the native one first, with the evidence.

The native libc is that of the first system program whose loader is really there. What a loader *is* is read from its
own file, never believed from its name: gcompat, musl behind a glibc name, NixOS's stub and nix-ld are told apart.
Versions come from the library's own bytes; nothing is run. Refuses to raise: what cannot be read is not there, and said
so. Loader paths: glibc's shlib-versions and abi files, musl's `ld-musl-$(ARCH).so.1`, uClibc-ng's, Android's linker.
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
    "/data/data/com.termux/files/usr/bin/sh",
    "/run/current-system/sw/bin/sh",
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
"""Loader paths of glibc's common ports, best first. All others, and other families', are found by their names."""

_FOLDERS = (
    "/lib",
    "/lib64",
    "/lib32",
    "/libx32",
    "/usr/lib",
    "/usr/lib64",
    "/system/bin",
    "/apex/com.android.runtime/bin",
)
_GLIBC_NAMES = ("ld-linux", "ld64.so.", "ld.so.1")
_OTHER_NAMES = ("ld-musl-", "ld-uClibc", "ld64-uClibc", "linker")
"""How loaders' names begin; what is behind a name, its contents tell."""
_STORES = (("/nix/store", "lib"), ("/gnu/store", "lib"))
_STORED = r"[0-9a-z]{32}-(glibc|musl)-\d[\w.]*(-\d+)?"
_ANDROID_LINKERS = ("/system/", "/apex/")
# Beside the loader and next to it by multiarch; an ELF check decides which of them is meant.
_LIBRARY_FOLDERS = ("/lib64", "/usr/lib64", "/lib", "/usr/lib", "/lib32", "/usr/lib32", "/libx32")

_LARGEST = 16 << 20
_WINDOW, _LONGEST_BANNER = 64 * 1024, 300
_BANNER, _BANNER_VERSION = b"GNU C Library ", b"release version "
# musl keeps its version as a constant of its own; mostly a string stands before it, sometimes other data.
_MUSL_VERSION = rb"(?<![\w.])(\d\.\d{1,2}\.\d{1,3})(?:[-_+.][\w.+-]{1,60})?\0"
_UCLIBC_FILE = r"-(\d+)\.(\d+)\.(\d+)(?:\.(\d+))?\.so"


class Found(NamedTuple):
    """Every libc of a root."""

    libcs: tuple[Libc, ...]
    """Native first."""
    native_program: str | None
    """The program that decided which is native, None where none could."""
    header: elf.Header | None
    """The native program's ELF header, else the native loader's, else that of some program; None: no ELF file."""
    header_of: str | None
    """The file of `header`."""
    evidence: tuple[Evidence, ...]


def find(place: root.Root, own: str | None = None) -> Found:
    """Every libc in `place`. `own` is a program known to run there, asked when no other says anything."""
    evidence: list[Evidence] = []
    native, program, header, seen = _native(place, PROGRAMS, evidence)
    libcs: dict[str, Libc] = {} if native is None else {_key(place, native): native}
    for path in _present(place):
        if root.real(place, path) in libcs:
            continue
        libc = identify(place, path, evidence)
        if libc is not None:
            libcs[_key(place, libc)] = libc
            evidence.append(Evidence("libc", spell(libc), f"{path}: contents"))
    if not libcs:
        _last_witnesses(place, libcs, evidence)
    if not libcs and own is not None:
        native, program, header, seen = _native(place, (own,), evidence)
        if native is not None:
            libcs[_key(place, native)] = native
    found = tuple(libcs.values())
    if native is None and found:
        evidence.append(Evidence("native libc", spell(found[0]), f"{found[0].loader}: first known loader that exists"))
    if not found:
        evidence.append(Evidence("libc", "no libc found", "no program and no known loader names one"))
    if program is not None:
        return Found(found, program, header, program, tuple(evidence))
    loaders = (one.loader for one in found if one.loader is not None)
    witness = next(loaders, None) or seen or _some_program(place)
    return Found(found, None, None if witness is None else header_of(place, witness), witness, tuple(evidence))


def _native(
    place: root.Root, programs: tuple[str, ...], evidence: list[Evidence]
) -> tuple[Libc | None, str | None, elf.Header | None, str | None]:
    """The libc of the first program that has one; static programs, scripts and dangling loaders are passed over.

    With it the program and its header; and the first ELF file that was met, whatever it is.
    """
    seen: str | None = None
    for path in programs:
        read = root.reader(place, path)
        if read is None:
            continue
        try:
            header = elf.read_header(read)
        except MalformedElf as error:
            evidence.append(Evidence("native libc", "nothing", f"{path}: {error.message}"))
            continue
        seen = seen or path
        if header.interpreter is None:
            evidence.append(Evidence("native libc", "nothing", f"{path}: static, no PT_INTERP"))
            continue
        libc = identify(place, header.interpreter, evidence)
        if libc is not None:
            evidence.append(Evidence("native libc", spell(libc), f"{path}: PT_INTERP {header.interpreter}"))
            return libc, path, header, seen
    return None, None, None, seen


def _last_witnesses(place: root.Root, libcs: dict[str, Libc], evidence: list[Evidence]) -> None:
    """Libcs in a Nix or Guix store, of a root that has nothing else: an image of one program and what it needs."""
    for store, below in _STORES:
        for name in [one for one in place.names(store) if re.fullmatch(_STORED, one)][:20]:
            folder = f"{store}/{name}/{below}"
            for loader in _loaders_in(place, folder, {}):
                libc = identify(place, loader, evidence)
                if libc is not None:
                    libcs.setdefault(_key(place, libc), libc)
                    evidence.append(Evidence("libc", spell(libc), f"{loader}: contents"))


def _some_program(place: root.Root) -> str | None:
    """An ELF file among a root's programs, to tell the machine by: a root of static programs has no libc to ask."""
    for folder in ("/bin", "/usr/bin", "/sbin", "/usr/local/bin", "/usr/sbin", "/app", "/ko-app", "/"):
        physical = root.real(place, folder)
        names = () if physical is None else place.names(physical)[:200]
        for name in names:
            path = f"{folder.rstrip('/')}/{name}"
            if header_of(place, path) is not None:
                return path
    return None


def _present(place: root.Root) -> list[str]:
    """Loader paths that exist, glibc's common ports first, musl's and the rest last; each file by one of its paths."""
    listed: dict[str, list[str]] = {}
    paths = [path for folder in _FOLDERS for path in _loaders_in(place, folder, listed)]
    rank = {path: number for number, path in enumerate(LOADERS)}
    paths.sort(key=lambda path: (posixpath.basename(path).startswith(_OTHER_NAMES), rank.get(path, len(rank))))
    found: dict[str, str] = {}
    for path in paths:
        physical = root.file(place, path)
        if physical is not None:
            found.setdefault(physical, path)
    return list(found.values())


def _loaders_in(place: root.Root, folder: str, listed: dict[str, list[str]]) -> list[str]:
    """Paths in a folder that are named as loaders are; `listed` keeps folders that have several names."""
    physical = root.real(place, folder)
    if physical is None:
        return []
    names = listed.get(physical)
    if names is None:
        every = place.names(physical) or [posixpath.basename(path) for path in LOADERS]  # it may not be listed
        names = listed[physical] = [one for one in every if one.startswith((*_GLIBC_NAMES, *_OTHER_NAMES))]
    return [f"{folder}/{one}" for one in names]


def _key(place: root.Root, libc: Libc) -> str:
    return root.real(place, libc.loader or "") or ""


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
    return any(name == "GLIBC_PRIVATE" or _of_symbol(name) for name in found.offers)


def _release(text: str) -> tuple[int, ...] | None:
    """ "2.36" as (2, 36); by hand, for compiling a pattern takes longer than all the rest."""
    parts = text.split(".")
    sound = all(part.isascii() and part.isdigit() and len(part) < 6 for part in parts)
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
