"""Root -> every libc in it, the native one first, with the evidence.

The native libc is that of the first system program whose loader is really there; what is behind a loader's name,
`host.libc` tells. Loader paths: glibc's shlib-versions and abi files, musl's `ld-musl-$(ARCH).so.1`, uClibc-ng's,
Android's linker. Refuses to raise: what cannot be read is not there, and said so.
"""

from __future__ import annotations

import posixpath
import re

from elfin.errors import MalformedElf
from elfin.formats import elf
from elfin.host import root
from elfin.host.libc import GLIBC_NAMES, OTHER_NAMES, header_of, identify, spell
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
_STORES = (("/nix/store", "lib"), ("/gnu/store", "lib"))
_STORED = r"[0-9a-z]{32}-(glibc|musl)-\d[\w.]*(-\d+)?"


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
    unknown: bool = False
    """No libc was found, and nothing shows that there is none: no ELF file at all, or one that names a loader."""


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
    header = None if witness is None else header_of(place, witness)
    unknown = not found and (header is None or header.interpreter is not None)
    return Found(found, None, header, witness, tuple(evidence), unknown)


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
    own = [f"/opt/{name}/bin" for name in place.names(root.real(place, "/opt") or "/opt")[:20]]
    for folder in ("/bin", "/usr/bin", "/sbin", "/usr/local/bin", "/usr/sbin", "/app", "/ko-app", "/", *own):
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
    paths.sort(key=lambda path: (posixpath.basename(path).startswith(OTHER_NAMES), rank.get(path, len(rank))))
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
        names = listed[physical] = [one for one in every if one.startswith((*GLIBC_NAMES, *OTHER_NAMES))]
    return [f"{folder}/{one}" for one in names]


def _key(place: root.Root, libc: Libc) -> str:
    return root.real(place, libc.loader or "") or ""
