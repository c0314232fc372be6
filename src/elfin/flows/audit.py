"""What files and wheels really need, whether they run in given places, and what is wrong with them.

A path may be an ELF file, a folder, an environment, a wheel, an archive, a folder of wheels, or a place (`root:DIR`,
`image:FILE`). Results are the same on every machine: only what is named is read.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence

from elfin.audit import disk_files, earned, facts, places, problems, releases, sums, tagnames
from elfin.audit.model import Claim, Earned, FileFacts, Report
from elfin.errors import Malformed, MalformedElf, UnsafeArchive, UsageError
from elfin.flows.context import Context
from elfin.flows.place import Place, place
from elfin.formats import record, wheelname
from elfin.formats.elf import Source
from elfin.host import root as roots
from elfin.host.model import Host
from elfin.host.root import Root
from elfin.record import NamedTuple

_MAX_TEXT = 64 << 20


class Judged(NamedTuple):
    """One place, and whether it runs there."""

    place: Place
    verdict: places.Verdict


class Audited(NamedTuple):
    """One thing, judged."""

    report: Report
    judged: tuple[Judged, ...]
    served: tuple[places.Served, ...]
    problems: tuple[problems.Problem, ...]


class Answer(NamedTuple):
    """Everything that was asked about."""

    audited: tuple[Audited, ...]
    advice: tuple[releases.Advice, ...]


def audit(
    context: Context,
    paths: Sequence[str],
    platforms: Sequence[str] = (),
    most: Sequence[tuple[str, tuple[int, ...]]] = (),
    *,
    hashes: bool = False,
) -> Answer:
    """An answer for each path, in order. `hashes`: compare RECORD with the bytes as well.

    Raises PlaceError and Malformed* for what cannot be read as a whole, and what `place` raises.
    """
    where = [place(context, text) for text in platforms]
    audited = []
    for path in paths:
        for report in reports(context, path, hashes=hashes):
            judged = tuple(Judged(one, places.judge(report, one.host, _looking(one.root))) for one in where)
            audited.append(Audited(report, judged, places.served(report), problems.find(report, most)))
    return Answer(tuple(audited), releases.advise([one.report for one in audited]))


class Serving(NamedTuple):
    """Which wheels of several a place can use: they run there, and installers take them by their names."""

    place: Place
    wheels: tuple[str, ...]


def serving(answer: Answer) -> tuple[Serving, ...]:
    """For each place the wheels that serve it; () where fewer than two wheels were judged."""
    wheels = [one for one in answer.audited if one.report.claim is not None]
    if len(wheels) < 2:
        return ()
    return tuple(
        Serving(judged.place, tuple(
            one.report.path for one in wheels
            if one.judged[number].verdict.runs is not False and one.judged[number].verdict.installers == ""
        ))
        for number, judged in enumerate(wheels[0].judged)
    )  # fmt: skip


def stopped(answer: Answer) -> bool:
    """Whether something does not run in a place that was named.

    Of several wheels each place has to be served by one; one that does not run there only counts if installers there
    take it all the same.
    """
    served = serving(answer)
    for one in answer.audited:
        for judged in one.judged:
            passed_over = bool(served) and one.report.claim is not None and bool(judged.verdict.installers)
            if judged.verdict.runs is False and not passed_over:
                return True
    return any(not one.wheels for one in served)


def reports(context: Context, path: str, *, hashes: bool = False) -> Iterator[Report]:
    """The report of a path, or of each wheel in a folder of wheels."""
    kind, colon, _ = path.partition(":")
    if colon and kind in ("root", "image"):
        yield _of_place(path, place(context, path).root)
        return
    if "://" in path:
        raise UsageError("only files on this disk are audited", hints=("fetch the wheel first",))
    full = os.path.join(context.folder, os.path.expanduser(path))
    what = disk_files.kind_of(full)
    if what == "folder":
        wheels = sorted(name for name in os.listdir(full) if name.endswith(".whl"))
        for name in wheels:
            yield wheel(os.path.join(full, name), os.path.join(path, name), hashes=hashes)
        if not wheels:
            yield _report(path, "folder", disk_files.in_folder(full))
    elif what == "wheel":
        yield wheel(full, path, hashes=hashes)
    elif what in ("zip", "tar"):
        with disk_files.mapped(full) as data:
            if what == "zip":
                yield _report(path, "archive", disk_files.in_zip(disk_files.opened(data)))
            else:
                yield _report(path, "archive", disk_files.in_tar(data))
    elif what == "binary":
        yield _report(path, "file", disk_files.in_file(full, os.path.basename(path)))
    else:
        raise UsageError(
            f"{path} holds no machine code and is no archive",
            hints=("audited can be: an ELF file, a folder, a wheel, a zip or tar archive, root:DIR, image:FILE",),
        )


def wheel(full: str, shown: str, *, hashes: bool = False, only_name: bool = False) -> Report:
    """The report of one wheel; `only_name` leaves its files unread.

    Raises MalformedWheel, UnsafeArchive, PlaceError.
    """
    filename = os.path.basename(full)
    name = wheelname.parse(filename)
    with disk_files.mapped(full) as data:
        archive = disk_files.opened(data)
        claim = _claim(filename, name, archive, hashes=hashes)
        return _report(shown, "wheel", () if only_name else disk_files.in_zip(archive), claim)


def machines(full: str) -> frozenset[str]:
    """The machines of a wheel's ELF files, by their headers alone. Raises what `wheel` raises."""
    from elfin.formats import elf
    from elfin.host import arch as arches

    with disk_files.mapped(full) as data:
        found = disk_files.heads(disk_files.opened(data), 16384)
        return frozenset(arches.of(elf.read_header(head)).name for head in found)


def _claim(filename: str, name: wheelname.WheelName, archive: disk_files.Archive, *, hashes: bool) -> Claim:
    from elfin.formats import wheelfile

    def read(entry: wheelfile.Entry) -> bytes:
        return disk_files.content(archive, entry.name, _MAX_TEXT) or b""

    told = wheelfile.wheel(archive.listing, filename, read)
    text = disk_files.content(archive, f"{told.dist_info}/WHEEL", _MAX_TEXT) or b""
    lines = [line.partition(b":") for line in text.splitlines()]
    tags = [value.strip().decode("utf-8", "replace") for key, _, value in lines if key.strip().lower() == b"tag"]
    build = [value.strip().decode("utf-8", "replace") for key, _, value in lines if key.strip().lower() == b"build"]
    problem: tuple[str, ...] = ()
    if hashes:
        rows = (record.Row(*row) for row in disk_files.digests(archive))
        problem = wheelfile.record_problems(told, rows)
    return Claim(
        filename, name.pythons, name.abis, name.platforms, tuple(tags),
        tagnames.split(filename).build, build[0] if build else "", told.root_is_purelib, problem, (),
    )  # fmt: skip


def _of_place(path: str, root: Root | None) -> Report:
    from elfin.audit import walk

    assert root is not None

    def files() -> Iterator[tuple[str, Source]]:
        for name, source in walk.files(root):
            if not isinstance(source, bytes) and source(0, 4).startswith(disk_files.MAGICS):
                yield name, source

    return _report(path, "place", files())


def _report(path: str, kind: str, found: Iterable[tuple[str, Source]], claim: Claim | None = None) -> Report:
    files: list[FileFacts] = []
    broken: list[tuple[str, str]] = []
    others: list[tuple[str, str]] = []
    for name, source in found:
        head = source[:4] if isinstance(source, bytes) else source(0, 4)
        if not head.startswith(b"\x7fELF"):
            what = _other(source)
            others += [] if what is None else [(name, what)]
            continue
        try:
            files.append(facts.read(name, source))
        except MalformedElf as error:
            broken.append((name, error.message))
    total = sums.total(files, sums.bundled(files))
    claims = claim.platforms if claim else ()
    if claim is not None:
        claim = claim._replace(pure_elf=tuple(_pure(claim, files)))
    own = earned.platform_tags(files, total, claims=claims) if not (others and not files) else Earned((), ())
    return Report(
        path, kind, tuple(files), tuple(broken), total.arches, total.libc, total.why, total.glibc, total.musl,
        total.levels, total.external, total.cpu_level, total.cpu_witness, claim, own, tuple(others),
    )  # fmt: skip


def _other(source: Source) -> str | None:
    """What a file is that begins like one of macOS or Windows, None for neither."""
    from elfin.formats import macho, pe

    slices = macho.read(source)
    if slices is not None:
        return "Mach-O for " + " and ".join(
            one.arch + (f" ({one.os or 'macos'} {problems.dotted(one.least)}+)" if one.least else "") for one in slices
        )
    windows = pe.read(source)
    return None if windows is None else f"PE for {windows.arch} (Windows {problems.dotted(windows.least)}+)"


def _pure(claim: Claim, files: Sequence[FileFacts]) -> Iterator[str]:
    for file in files:
        top, _, rest = file.path.partition("/")
        scheme = rest.partition("/")[0] if top.endswith(".data") else "purelib" if claim.purelib else "platlib"
        if scheme == "purelib":
            yield file.path


_FOLDERS = ("/lib", "/usr/lib", "/lib64", "/usr/lib64", "/usr/local/lib", "/usr/local/lib64")


def _looking(root: Root | None) -> Callable[[str, Host], bool] | None:
    """A look into the folders where loaders look, None for a place without files."""
    if root is None:
        return None
    folders = [*_FOLDERS]
    for folder in ("/lib", "/usr/lib"):
        real = roots.real(root, folder)
        folders += [f"{folder}/{name}" for name in (root.names(real) if real else ()) if "-linux-" in name]

    def has(name: str, host: Host) -> bool:
        from elfin.formats import elf
        from elfin.host import arch as arches

        for folder in folders:
            read = roots.reader(root, f"{folder}/{name}")
            if read is None:
                continue
            try:
                header = elf.read_header(read)
            except MalformedElf:
                continue
            found = arches.of(header, host.arch.name)
            if found.bits == host.arch.bits and (arches.is_arm(found.name) or found.name == host.arch.name):
                return True
        return False

    return has


def unreadable(error: Exception) -> bool:
    """Whether an error means that the thing itself is at fault."""
    return isinstance(error, Malformed | UnsafeArchive)
