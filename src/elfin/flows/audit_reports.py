"""What is audited -> reports: a path on this disk, a place (`root:DIR`, `image:FILE`), a wheel or archive by its URL.

Of a wheel on an index or the web only its directory, its own texts and what may be machine code is fetched. One wheel
or archive of a folder that cannot be read is a report that says so, and hides no other. Refuses a path that holds no
machine code and is no archive.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import chain

from elfin.audit import disk_files, reports, tagnames
from elfin.audit.model import Claim, Report
from elfin.edges.disk import place_error
from elfin.errors import ElfinError, Malformed, PlaceError, UnsafeArchive, UsageError
from elfin.flows.context import Context
from elfin.flows.place import place
from elfin.formats import record, wheelname
from elfin.formats.elf import Source
from elfin.host.root import Root
from elfin.index.model import File

_MAX_TEXT = 64 << 20
_PATIENCE = 60.0
"""Seconds; more than inflating any member takes."""


def of(context: Context, what: str | File, *, hashes: bool = False) -> Iterator[Report]:
    """The report of a path, of each wheel and archive in a folder of such, of a URL, or of a file on an index.

    `hashes`: compare RECORD with the bytes as well. Raises PlaceError and Malformed* for what cannot be read as a
    whole, UsageError, and for what is elsewhere what `index.download` raises.
    """
    if not isinstance(what, str) or "://" in what:
        from elfin.flows import audit_remote

        yield from audit_remote.reports(context, what, hashes=hashes)
        return
    kind, colon, _ = what.partition(":")
    if colon and kind in ("root", "image"):
        yield _of_place(what, place(context, what).root)
    else:
        yield from at(os.path.join(context.folder, os.path.expanduser(what)), what, hashes=hashes)


def at(full: str, path: str, *, hashes: bool = False) -> Iterator[Report]:
    """The reports of an absolute path that is shown as `path`."""
    what = disk_files.kind_of(full)
    if what == "folder":
        yield from _folder(full, path, hashes=hashes)
    elif what == "wheel":
        yield wheel(full, path, hashes=hashes)
    elif what in ("zip", "tar"):
        with naming(path), disk_files.mapped(full) as data:
            if what == "zip":
                yield reports.of(path, "archive", disk_files.in_zip(disk_files.opened(data)))
            else:
                yield reports.of(path, "archive", disk_files.in_tar(data, os.path.basename(path)))
    elif what == "binary":
        yield reports.of(path, "file", disk_files.in_file(full, os.path.basename(path)))
    else:
        raise NoCode(
            f"{path} holds no machine code and is no archive",
            hints=("audited can be: an ELF file, a folder, a wheel, a zip or tar archive, root:DIR, image:FILE",),
        )


_PACKED = re.compile(r".+\.(?:whl|zip|tar|tgz|tbz2|txz|tzst|tar\.(?:gz|bz2|xz|zst))", re.ASCII)


class NoCode(UsageError):
    """What was named is no thing that an audit looks into: a text file, a socket."""


NOT_READ = (Malformed, UnsafeArchive, PlaceError)
"""What is raised for a thing that cannot be read as a whole."""


def _folder(full: str, path: str, *, hashes: bool) -> Iterator[Report]:
    """A folder's machine code as one thing, and each wheel and archive in it as one of its own.

    Beside wheels only files of the very folder count: what else lies below may be their sources. Wheels and archives
    in folders below are looked for where nothing else is found.
    """
    try:
        with os.scandir(full) as entries:
            names = sorted(entry.name for entry in entries if entry.is_file())
    except OSError as error:
        raise place_error(error, path) from error
    packed = [name for name in names if _PACKED.fullmatch(name)]
    if any(name.endswith(".whl") for name in packed):
        own = reports.of(path, "folder", chain.from_iterable(disk_files.in_file(f"{full}/{one}", one) for one in names))
    else:
        own = reports.of(path, "folder", disk_files.in_folder(full))
    packed = packed if packed or _holds(own) else _packed_below(full)
    found = [one for name in packed for one in _each(os.path.join(full, name), os.path.join(path, name), hashes)]
    if _holds(own) or not found:
        yield own
    yield from (one for one in found if one.kind == "wheel" or _holds(one) or len(found) == 1)


def _holds(report: Report) -> bool:
    """Whether there is anything to say: an archive of sources holds nothing."""
    return bool(report.files or report.broken or report.foreign)


def _packed_below(full: str) -> list[str]:
    found = [os.path.relpath(os.path.join(top, name), full) for top, _, names in os.walk(full) for name in names]
    return sorted(name for name in found if _PACKED.fullmatch(os.path.basename(name)))


def _each(full: str, path: str, hashes: bool) -> Sequence[Report]:
    try:
        return tuple(at(full, path, hashes=hashes))
    except (*NOT_READ, UsageError) as error:
        return (unreadable(path, error),)


def unreadable(path: str, error: ElfinError) -> Report:
    """The report of what cannot be read as a whole."""
    kind = "wheel" if path.endswith(".whl") else "archive"
    return reports.judged(path, kind, (), None, broken=(("", error.message.removesuffix(f": {path}")),))


def wheel(full: str, shown: str, *, hashes: bool = False) -> Report:
    """The report of one wheel. Raises Malformed* and UnsafeArchive, which name it, PlaceError."""
    filename = os.path.basename(full)
    with naming(shown), disk_files.mapped(full) as data:
        archive = disk_files.opened(data)
        claim = _claim(filename, archive, hashes=hashes)
        return reports.of(shown, "wheel", disk_files.in_zip(archive), claim)


@contextmanager
def naming(shown: str) -> Iterator[None]:
    """Errors about what is read name it: several things may be asked about at once."""
    try:
        yield
    except (Malformed, UnsafeArchive) as error:
        if shown in error.message:
            raise
        raise type(error)(f"{error.message}: {shown}", state=error.state, hints=error.hints) from error


def proof(filename: str, archive: disk_files.Archive, *, files: bool) -> Report:
    """The report of an open wheel for one who changes it: members are inflated as far as their tables reach, on every
    core, and their checksums are not compared; without `files` none is read.

    Raises MalformedWheel, UnsafeArchive.
    """
    found = disk_files.in_zip(archive, whole=False) if files else ()
    return reports.of(filename, "wheel", found, _claim(filename, archive, hashes=False), _on_every_core)


def _on_every_core(
    work: Callable[[tuple[str, Source]], reports.Found], files: Iterable[tuple[str, Source]]
) -> Iterable[reports.Found]:
    """`map` on threads: inflating leaves the interpreter to others."""
    from elfin.edges.processes import cores
    from elfin.edges.workers import Workers

    workers: Workers[int] = Workers(cores())
    found: dict[int, reports.Found] = {}
    count = 0
    try:
        for count, file in enumerate(files, start=1):
            workers.submit(count, partial(work, file))
        while len(found) < count:
            for ended in workers.finished():
                if ended.error is not None:
                    raise ended.error
                found[ended.key] = ended.value
    finally:
        workers.close(_PATIENCE)  # nobody may read the mapped file once its owner is told that this is over
    return [found[number] for number in range(1, count + 1)]


def machines(archive: disk_files.Archive) -> frozenset[str]:
    """The machines of a wheel's ELF files, by their headers alone. Raises MalformedElf."""
    from elfin.formats import elf
    from elfin.host import arch as arches

    return frozenset(arches.of(elf.read_header(head)).name for head in disk_files.heads(archive, 16384))


def _claim(filename: str, archive: disk_files.Archive, *, hashes: bool) -> Claim:
    from elfin.formats import wheelfile

    name = wheelname.parse(filename)

    def read(entry: wheelfile.Entry) -> bytes:
        return disk_files.content(archive, entry.name, _MAX_TEXT) or b""

    told = wheelfile.wheel(archive.listing, filename, read)
    text = disk_files.content(archive, f"{told.dist_info}/WHEEL", _MAX_TEXT) or b""
    problem: tuple[str, ...] = ()
    if hashes:
        rows = (record.Row(*row) for row in disk_files.digests(archive))
        problem = (*wheelfile.record_oddities(told), *wheelfile.record_problems(told, rows))
    tags, build = tagnames.of_wheel_file(text)
    return Claim(
        filename, name.pythons, name.abis, name.platforms, tags,
        tagnames.split(filename).build, build, told.root_is_purelib, problem, (),
    )  # fmt: skip


def _of_place(path: str, root: Root | None) -> Report:
    from elfin.audit import walk

    assert root is not None

    def files() -> Iterator[tuple[str, Source]]:
        for name, source in walk.files(root):
            if not isinstance(source, bytes) and source(0, 4).startswith(disk_files.MAGICS):
                yield name, source

    return reports.of(path, "place", files())
