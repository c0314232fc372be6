"""A place, as an audit asks about it: will it run there, do installers there take it, which libraries has it.

The place's own files answer where it has any: its libraries say themselves which symbol versions they define, its
Pythons which tags they take. Nothing of it is started but this machine's Python, which installers would ask too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from elfin.audit import places
from elfin.audit.model import Report
from elfin.audit.places import Look, Verdict
from elfin.errors import MalformedElf, NoPython, PlaceError
from elfin.flows.context import Context
from elfin.flows.place import Place, place
from elfin.formats import elf, wheelname
from elfin.host import arch as arches
from elfin.host import root as roots
from elfin.host.model import Host, Interpreter, Target
from elfin.host.root import Root
from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from elfin.tags.model import TagSet

_FOLDERS = ("/lib", "/usr/lib", "/lib64", "/usr/lib64", "/usr/local/lib", "/usr/local/lib64")
_SHOWN = 3


class Site:
    """One place. Looks at its files and Pythons once, and not before something asks."""

    def __init__(self, context: Context, text: str) -> None:
        """Raises what `place` raises."""
        self.place: Place = place(context, text)
        self._context = context
        self._look = None if self.place.root is None else _looking(self.place.root)
        self._tags: list[TagSet] | None = None

    def runs(self, report: Report, beside: Callable[[], Collection[str]]) -> Verdict:
        """Whether everything in it runs there; `beside` names libraries that are found although no loader looks there.

        It is asked only once a library is missing.
        """
        here = self._look
        if here is None:
            return places.judge(report, self.place.host, None)

        def look(name: str, host: Host) -> frozenset[str] | None:
            found = here(name, host)
            return frozenset() if found is None and name in beside() else found

        return places.judge(report, self.place.host, look)

    def judge(self, report: Report) -> Verdict:
        """Whether everything in it runs there, and whether installers there take it."""
        verdict = places.judge(report, self.place.host, self._look)
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


def _looking(root: Root) -> Look:
    """A look into the folders where the place's loader looks."""
    folders = list(dict.fromkeys((*_configured(root), *_usual(root))))
    known: dict[str, frozenset[str] | None] = {}

    def look(name: str, host: Host) -> frozenset[str] | None:
        if name not in known:  # of one place, so of one host
            paths = [name] if name.startswith("/") else [f"{folder}/{name}" for folder in folders]
            known[name] = next((found for path in paths if (found := _offers(root, path, host)) is not None), None)
        return known[name]

    return look


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
