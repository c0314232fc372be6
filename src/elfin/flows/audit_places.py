"""A place, as an audit asks about it: will it run there, do installers there take it, which libraries has it.

The place's own files answer where it has any: its libraries say themselves which symbol versions they define, its
Pythons which tags they take. Nothing of it is started but this machine's Python, which installers would ask too.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Collection, Iterator

from elfin.audit import places, search
from elfin.audit.model import FileFacts, Report
from elfin.audit.places import Look, Sought, Verdict
from elfin.errors import MalformedElf, NoPython, PlaceError
from elfin.flows.context import Context
from elfin.flows.place import Place, place
from elfin.formats import elf, wheelname
from elfin.formats.elf import Source
from elfin.host import arch as arches
from elfin.host import root as roots
from elfin.host.model import Host, Interpreter, Target
from elfin.host.root import Root
from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from elfin.tags.model import TagSet

_FOLDERS = ("/lib", "/usr/lib", "/lib64", "/usr/lib64", "/usr/local/lib", "/usr/local/lib64")

_Libraries = Callable[[str, tuple[str, ...]], "frozenset[str] | None"]
"""The symbol versions that a library of a place defines; folders in which it is looked for first. None: there is none
for the place's machine."""


class Site:
    """One place. Looks at its files and Pythons once, and not before something asks."""

    def __init__(self, context: Context, text: str, python: Interpreter | None = None) -> None:
        """`python`: the one that is meant, of a place with several. Raises what `place` raises."""
        found = place(context, text)
        self.place: Place = found if python is None else found._replace(interpreter=python)
        self._context = context
        self._libraries = None if self.place.root is None else _libraries(self.place.root, self.place.host)
        self._loaded: frozenset[str] | None = None
        self._tags: list[TagSet] | None = None

    def runs(self, report: Report, beside: Callable[[], Collection[str]]) -> Verdict:
        """Whether everything in it runs there; `beside` names libraries that are found although no loader looks there,
        by all but programs that are started by themselves.

        It is asked only once a library is missing.
        """
        here = self._look(report)
        if here is None:
            return places.judge(report, self.place.host, None)

        def look(name: str, file: FileFacts) -> Sought:
            found = here(name, file)
            if found.offers is not None:
                return found
            return Sought(frozenset() if name in beside() and not search.alone(file) else None)

        return places.judge(report, self.place.host, look)

    def _look(self, report: Report) -> Look | None:
        """The search for what the files of one thing need; None where there is nowhere to look."""
        libraries = self._libraries
        if libraries is None:
            return None
        origin = self._origins(report)

        def look(name: str, file: FileFacts) -> Sought:
            folders, unknown = search.folders(file, report.files, origin(file.path))
            found = libraries(name, folders)
            if found is None and file.kind != "program" and name in self._loaded_by_python():
                return Sought(frozenset())
            return Sought(found, unknown)

        return look

    def _origins(self, report: Report) -> Callable[[str], str | None]:
        """The folder of a file in the place; None where it has none yet, as the files of a wheel."""
        full = os.path.join(self._context.folder, os.path.expanduser(report.path))
        if report.kind == "place" and report.path == self.place.text:
            return posixpath.dirname
        if self.place.text.startswith(("root:", "image:")) or report.kind not in ("file", "folder"):
            return lambda _: None
        if report.kind == "file":
            return lambda _: os.path.dirname(os.path.realpath(full))
        return lambda path: os.path.dirname(os.path.realpath(os.path.join(full, path)))

    def _loaded_by_python(self) -> frozenset[str]:
        """Libraries of the place's Pythons themselves: whatever they load finds them (libpython)."""
        if self._loaded is None:
            assert self.place.root is not None
            readers = (roots.reader(self.place.root, one.executable) for one in _pythons(self._context, self.place))
            self._loaded = frozenset(name for read in readers if read is not None for name in _needed(read))
        return self._loaded

    def judge(self, report: Report) -> Verdict:
        """Whether everything in it runs there, and whether installers there take it."""
        verdict = places.judge(report, self.place.host, self._look(report))
        if report.claim is None or verdict.installers != "":
            return verdict
        return verdict._replace(installers=self._python(report.claim.filename))

    def _python(self, filename: str) -> str:
        """Why no Python of the place takes a wheel whose platform is right; "" where one does, or there is none."""
        from elfin.tags import explain, match

        name = wheelname.parse(filename)
        tags = self._own_tags()
        if not tags or any(match.match(one, name) is not None for one in tags):
            return ""
        first = tags[0].target
        misses = match.every_miss(first, name)
        others = f" (nor do the {len(tags) - 1} others)" if len(tags) > 1 else ""
        return f"it {explain.sentence(misses[0])}, {first.interpreter.executable}{others}"

    def _own_tags(self) -> list[TagSet]:
        if self._tags is None:
            from elfin.tags import expand

            host = self.place.host
            self._tags = [expand.tag_set(Target(host, one)) for one in _pythons(self._context, self.place)]
        return self._tags


def _pythons(context: Context, where: Place) -> tuple[Interpreter, ...]:
    """The Pythons that are there, the one that installers would take first; () for a name, which has none."""
    if where.interpreter is not None:
        return (where.interpreter,)
    if where.root is None:
        return ()
    if where.text == "host":
        from elfin.flows import places as sites

        try:
            return (sites.interpreter(context, None),)
        except (NoPython, PlaceError):
            return ()
    from elfin.pythons import reading

    return reading.interpreters(where.root, where.host)


def _libraries(root: Root, host: Host) -> _Libraries:
    """The libraries in the folders where the place's loader looks, and in those that a file names."""
    usual = tuple(dict.fromkeys((*_configured(root), *_usual(root))))
    known: dict[tuple[str, tuple[str, ...]], frozenset[str] | None] = {}

    def look(name: str, folders: tuple[str, ...]) -> frozenset[str] | None:
        if (name, folders) not in known:
            paths = [name] if name.startswith("/") else [f"{folder}/{name}" for folder in (*folders, *usual)]
            found = (offers for path in paths if (offers := _offers(root, path, host)) is not None)
            known[name, folders] = next(found, None)
        return known[name, folders]

    return look


def _needed(read: Source) -> tuple[str, ...]:
    try:
        return elf.read(read).needed
    except MalformedElf:
        return ()


def _usual(root: Root) -> Iterator[str]:
    yield from _FOLDERS
    for folder in ("/lib", "/usr/lib"):
        real = roots.real(root, folder)
        yield from (f"{folder}/{name}" for name in (root.names(real) if real else ()) if "-linux-" in name)


def _configured(root: Root) -> Iterator[str]:
    """Folders of ld.so.conf and of the files it takes in, which are always those of one folder."""
    more = roots.real(root, "/etc/ld.so.conf.d")
    names = root.names(more) if more else ()
    files = ["/etc/ld.so.conf", *(f"/etc/ld.so.conf.d/{name}" for name in names if name.endswith(".conf"))]
    for file in files:
        for line in (roots.text(root, file) or "").splitlines():
            folder = line.partition("#")[0].strip()
            if folder.startswith("/"):
                yield folder.rstrip("/")


def _offers(root: Root, path: str, host: Host) -> frozenset[str] | None:
    """The versions that a library defines, None where there is none for the place's machine."""
    read = roots.reader(root, path)
    if read is None:
        return None
    try:
        found = elf.read(read)
    except MalformedElf:
        return None
    arch = arches.of(found.header, host.arch.name)
    fits = arch.bits == host.arch.bits and (arches.is_arm(arch.name) or arch.name == host.arch.name)
    return frozenset(found.offers) if fits else None
