"""One release file on this disk -> `Found`: its members, checksum, and machine code as the audit room reads it.

The one place where what `audit` measures becomes what `installers` decides by. Nothing is unpacked to the disk.
Refuses, with Malformed* and UnsafeArchive that name the file, archives that cannot be read as one thing, members that
would land outside their folder, and files whose name tells another format than their bytes.
"""

from __future__ import annotations

import posixpath

from elfin.audit import disk_files, foreign, places, policy, reports, sums
from elfin.audit import model as audited
from elfin.audit.model import FileFacts, Foreign, Report
from elfin.errors import ElfinError, MalformedArchive, MalformedElf, MalformedRelease, UnsafeArchive
from elfin.formats import membername, tar
from elfin.installers import target as targets
from elfin.installers.found import Code, Found, Want

_MAGICS = {"tar.gz": b"\x1f\x8b", "tar.xz": b"\xfd7zXZ\0", "tar.zst": b"\x28\xb5\x2f\xfd", "zip": b"PK"}
_PACKED = (*_MAGICS.values(), b"BZh")
_LIBRARIES = (".dylib", ".so", ".bundle", ".dll", ".pyd", ".node")


def read(full: str, name: str) -> Found | None:
    """The file; None where it is neither archive nor program. Raises Malformed*, UnsafeArchive, PlaceError."""
    kind = disk_files.kind_of(full)
    if kind not in ("zip", "tar", "binary"):
        return None
    links: tuple[tuple[str, str], ...] = ()
    try:
        with disk_files.mapped(full) as data:
            from hashlib import sha256

            digest = sha256(data).hexdigest()
            _check_format(name, kind, bytes(data[:6]))
            if kind == "binary":
                report = reports.of(name, "file", ((member, source) for member, source in disk_files.in_file(full, "")))
                members: tuple[str, ...] = ()
            elif kind == "zip":
                archive = disk_files.opened(data)
                members = tuple(one.name for one in archive.listing.entries if not one.is_folder)
                report = reports.of(name, "archive", disk_files.in_zip(archive))
            else:
                members, links = _tar_members(disk_files.unpacked(data))
                report = reports.of(name, "archive", disk_files.in_tar(data))
            size = len(data)
            for path, why in report.broken:
                raise MalformedElf(f"{path or 'it'}: {why}")
    except ElfinError as error:
        if name in error.message:
            raise
        raise type(error)(f"{name}: {error.message}", state=error.state, hints=error.hints) from error
    return Found(name, size, digest, members, tuple(_code(report)), links)


def _check_format(name: str, kind: str, head: bytes) -> None:
    said = targets.format_of(name)
    packed = said == "tar" and head.startswith(_PACKED)
    if (said == "binary") != (kind == "binary") or not head.startswith(_MAGICS.get(said, b"")) or packed:
        what = {"binary": "a bare program", "zip": "a zip archive", "tar": "a tar archive of another compression"}
        by_name = "a bare program" if said == "binary" else said
        raise MalformedRelease(
            f"{name} is {what[kind]} by its bytes, and {by_name} by its name",
            hints=("archives are .tar.gz, .tar.xz, .tar.zst, .tar and .zip; a bare program has no such ending",),
        )


def _tar_members(data: tar.Source) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Paths of files and links; each link with the path it leads to. Raises UnsafeArchive, Malformed*."""
    found: list[str] = []
    leads: list[tuple[str, str]] = []
    seen: set[str] = set()
    links: set[str] = set()
    for member in tar.members(data):
        name = member.name.removeprefix("./").rstrip("/")
        if name in ("", ".") and member.kind == "folder":
            continue
        membername.check(name)
        if member.kind == "sparse file":
            raise MalformedArchive(
                f"{name!a} is a sparse file", hints=("make the archive without `tar --sparse` (-S)",)
            )
        if member.kind == "other":
            raise UnsafeArchive(f"{name!a} is neither file, folder nor link")
        _check_place(name, links)
        if member.kind == "link":
            _check_link(name, member.target)
            links.add(posixpath.normpath(name))
            leads.append((name, posixpath.normpath(posixpath.join(posixpath.dirname(name), member.target))))
        elif member.kind == "hard link" and posixpath.normpath(member.target) not in seen:
            raise UnsafeArchive(f"{name!a} is another name of {member.target!a}, which is not in the archive before it")
        elif member.kind == "hard link":
            leads.append((name, posixpath.normpath(member.target)))
        if member.kind != "folder":
            found.append(name)
            seen.add(posixpath.normpath(name))
    return tuple(found), tuple(leads)


def _check_place(name: str, links: set[str]) -> None:
    """Nothing is landed through a link: two of them that each stay inside can lead out together."""
    folder = posixpath.dirname(posixpath.normpath(name))
    while folder:
        if folder in links:
            raise UnsafeArchive(f"{name!a} lies behind the link {folder!a}")
        folder = posixpath.dirname(folder)


def _check_link(name: str, target: str) -> None:
    lands = posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
    if target.startswith("/") or lands == ".." or lands.startswith("../"):
        raise UnsafeArchive(f"the link {name!a} leads out of the archive")


def _code(report: Report) -> list[Code]:
    own = sums.bundled(report.files)
    found = [_elf(file, report, own) for file in report.files if file.kind != "object"]
    return found + [_other(one) for one in report.foreign]


def _elf(file: FileFacts, report: Report, own: frozenset[str]) -> Code:
    needs, _ = places.needs_of(file, report.total.libc)
    libc = sums.libc_of(file)
    why = file.why
    if file.kind == "static program" and any("statically with glibc" in odd for odd in file.oddities):
        why = "a static program, with glibc inside: looking up users and hosts loads libraries of the very same glibc"
    return Code(
        path=_plain(file.path),
        program=file.kind in ("program", "static program"),
        os="linux",
        arch=file.arch.name,
        float_abi=file.arch.float_abi,
        libc=libc,
        why=why,
        wants=tuple(_wants(file, own)) if needs.libc is not None else (),
        cpu_level=file.cpu_level,
        os_floor=None,
        loader=file.loader,
        libraries=file.needed,
    )


def _wants(file: FileFacts, own: frozenset[str]) -> list[Want]:
    if sums.libc_of(file) == "musl":
        floor = file.musl
        if floor is None:
            return []
        return [Want(floor.version, f"{_names(floor.witness.symbols)} of musl {'.'.join(map(str, floor.version))}")]
    found = []
    for want in file.wants:
        if want.weak or want.library in own:
            continue
        if policy.is_libc(want.library):
            number = policy.glibc_of(want.version)
            if number is not None:
                found.append(Want(number, _asked(want)))
            continue
        level = policy.numbered(want.version)
        if level is None or not policy.is_level(level[0]):
            continue
        implied = policy.glibc_for(*level)
        if implied is not None:
            system = f"which every system has from glibc {'.'.join(map(str, implied))} on"
            found.append(Want(implied, f"{_asked(want)}, {system}"))
    return found


def _names(symbols: tuple[str, ...]) -> str:
    more = f" and {len(symbols) - 3} more" if len(symbols) > 3 else ""
    return ", ".join(symbols[:3]) + more


def _asked(want: audited.Want) -> str:
    names = _names(want.symbols)
    return f"{names}@{want.version} of {want.library}" if names else f"{want.version} of {want.library}"


def _other(one: Foreign) -> Code:
    needs = foreign.needs(one)
    program = not one.path.lower().endswith(_LIBRARIES)
    if one.form == "PE" and one.path:
        program = one.path.lower().endswith(".exe")
    return Code(
        path=_plain(one.path), program=program, os=str(needs.os), arch=str(needs.arch), float_abi=None, libc="any",
        why=_declares(one), wants=(), cpu_level=None, os_floor=needs.os_floor or _windows_floor(one), loader=None,
        libraries=(),
    )  # fmt: skip


def _windows_floor(one: Foreign) -> tuple[int, ...] | None:
    """The Windows that a program asks for; what is older than 10 linkers write by custom, and every Windows has."""
    return one.least if one.form == "PE" and one.least is not None and one.least >= (10, 0) else None


def _declares(one: Foreign) -> str:
    """ "Mach-O for aarch64 (macos 11.0+)"."""
    least = f" ({one.os} {'.'.join(map(str, one.least))}+)" if one.least else ""
    return f"{one.form} for {one.arch}{least}"


def _plain(path: str) -> str:
    return path.removeprefix("./")
