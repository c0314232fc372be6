"""What would help where no wheel of a version fits: another release, another Python, another system, the source.

Everything named here was tried: a release by the very choice an installer makes, a Python and a system by judging the
wheels for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from elfin.errors import Malformed
from elfin.flows.context import Context
from elfin.flows.place import Aim
from elfin.formats import wheelname
from elfin.host import fit
from elfin.host.model import Host, Interpreter, Target
from elfin.index.model import File
from elfin.record import TYPE_CHECKING, NamedTuple
from elfin.resolve.specifier import admits, clauses_of
from elfin.tags import expand, explain, match, platform
from elfin.tags.model import Mismatch, TagSet

if TYPE_CHECKING:
    from packaging.version import Version

    from elfin.flows.explain import Subject
    from elfin.index.listing import Listing

_MINORS = range(8, 16)
"""Of the Pythons that are tried."""
_FREE_THREADED = range(13, 16)
"""Of those that can do without the GIL (PEP 703)."""
_LATEST = 99
"""A patch release that every "at least 3.11.4" admits."""
_SYSTEMS = {"glibc": ("debian", "ubuntu", "rhubi"), "musl": ("alpine",)}
"""Whose releases are tried when a newer libc would do: those most people know."""


class Help(NamedTuple):
    """What would do; all empty where nothing would, or nothing is needed."""

    release: str | None = None
    """The newest release with a wheel that fits."""
    older: str | None = None
    """Where that is a newer one than was asked about: the newest older one that fits too."""
    both: tuple[str, str] | None = None
    """Where neither alone does: the newest release that another Python could have, and that Python."""
    pythons: tuple[str, ...] = ()
    """Pythons for which there is a wheel in the same place: "CPython 3.12"."""
    systems: tuple[str, ...] = ()
    """Releases of distributions with the libc that is needed, the oldest of each: "Debian 10"."""
    their_pythons: tuple[str, ...] = ()
    """Where no system alone does: Pythons for which there is a wheel on `systems`."""
    source: str | None = None
    """The source distribution, to be built."""
    source_python: str | None = None
    """Where this Python is not one that it is for: those it is, ">=3.11"."""


def what_helps(context: Context, subject: Subject, where: Aim, nearest: Sequence[Mismatch]) -> Help:
    """Try it all. `nearest`: what the nearest wheel misses on. The index is not asked about other projects."""
    target = where.target
    systems, their_pythons = _elsewhere(subject.files, target, nearest)
    source, source_python = _source(subject.files, target.interpreter)
    found = Help(
        pythons=_pythons(subject.files, target),
        systems=systems,
        their_pythons=their_pythons,
        source=source,
        source_python=source_python,
    )
    if subject.listing is None:
        return found
    release, older = _releases(context, subject.project, subject.listing, subject.version, target)
    if release is None and not found.pythons:
        found = found._replace(both=_both(context, subject, target))
    return found._replace(release=release, older=older)


def _pythons(files: Sequence[File], target: Target) -> tuple[str, ...]:
    own = target.interpreter
    found = _of_them(files, target, _others(target))
    if found and not own.static and found[0].version_info[:2] == own.version_info[:2]:
        return (_called(found[0], own),)  # so little would do
    found = found or _of_them(files, target, _without_the_gil(target))
    return tuple(_called(one, own) for one in found)


def _called(other: Interpreter, own: Interpreter) -> str:
    """Another Python by what sets it apart from the one that is there."""
    name = explain.python(other)
    if other.libc is not None and own.libc is not None and other.libc.family != own.libc.family:
        return f"{name} on {fit.spell_libc(other.libc)}"
    if own.static or other.version_info[:2] != own.version_info[:2] or other.free_threaded:
        return name
    if own.free_threaded or own.debug:
        return f"{name} " + ("with the GIL" if own.free_threaded else "without debugging")
    return f"a later release of {name}"


def _of_them(files: Sequence[File], target: Target, pythons: Iterator[Interpreter]) -> list[Interpreter]:
    """Those for which there is a wheel."""
    return [one for one in pythons if _fits(files, expand.tag_set(Target(target.host, one)))]


def _both(context: Context, subject: Subject, target: Target) -> tuple[str, str] | None:
    from packaging.version import Version

    assert subject.listing is not None
    best: tuple[Version, str] | None = None
    for other in reversed(list(_others(target))):
        moved = Target(target.host, other)
        release, _ = _releases(context, subject.project, subject.listing, subject.version, moved)
        if release is not None and (best is None or Version(release) > best[0]):
            best = Version(release), _called(other, target.interpreter)
    return None if best is None else (str(best[0]), best[1])


def _releases(
    context: Context, name: str, listing: Listing, asked: Version, target: Target
) -> tuple[str | None, str | None]:
    """The newest release that fits, and when that is newer than the one asked about the newest older one."""
    from packaging.version import Version

    from elfin.flows.projects import Projects

    projects = Projects(context.index, expand.tag_set(target), Version(target.interpreter.version))
    newest = None
    for position in range(len(listing.versions) - 1, -1, -1):
        version = listing.versions[position]
        if version == asked or (version.is_prerelease and not asked.is_prerelease):
            continue
        if newest is not None and version > asked:
            continue
        if all(projects.rank(one) is None for one in listing.offer(position).names if one.endswith(".whl")):
            continue
        file = projects.file(name, position)
        if isinstance(file, File) and file.yanked is None:
            if version < asked:
                return (newest, str(version)) if newest else (str(version), None)
            newest = str(version)
    return newest, None


def _others(target: Target) -> Iterator[Interpreter]:
    """Other Pythons that the same place could have, the nearest kind first."""
    from elfin.flows.foreign import with_version
    from elfin.pythons.imagined import DEFAULT_VERSIONS, imagined

    own, host = target.interpreter, target.host
    if own.static:
        if host.libcs:
            yield imagined(host, "{}.{}".format(*own.version_info))
        return
    if own.libc is not None and host.libc is not None and own.libc.family != host.libc.family:
        own = imagined(host, own.version, free_threaded=own.free_threaded, implementation=own.implementation)
        yield own
    if own.free_threaded or own.debug:
        yield own._replace(free_threaded=False, debug=False)
        own = own._replace(free_threaded=False, debug=False)
    if own.implementation != "cpython":
        yield imagined(host, DEFAULT_VERSIONS["cpython"])
        return
    # A patch release that nobody said is the first, and some wheels rule that out.
    for minor in (own.version_info[1], *(one for one in _MINORS if one != own.version_info[1])):
        yield with_version(own, f"3.{minor}.{_LATEST}")


def _without_the_gil(target: Target) -> Iterator[Interpreter]:
    """The free-threaded Pythons that the same place could have, in place of the one it has."""
    from elfin.flows.foreign import with_version

    own = target.interpreter
    for minor in _FREE_THREADED if own.implementation == "cpython" and not own.static else ():
        yield with_version(own._replace(free_threaded=True, debug=False), f"3.{minor}.{_LATEST}")


def another_python(target: Target) -> Callable[[Sequence[File]], bool]:
    """Whether one of a version's files is a wheel for some other Python that the same place could have."""
    others = [expand.tag_set(Target(target.host, one)) for one in _others(target)]
    return lambda files: any(_fits(files, tags) for tags in others)


def _fits(files: Sequence[File], tags: TagSet) -> bool:
    from packaging.version import Version

    version = Version(tags.target.interpreter.version)
    for file in files:
        if file.filename.endswith(".whl") and file.yanked is None and _admitted(file, version):
            try:
                if match.match(tags, wheelname.parse(file.filename)) is not None:
                    return True
            except Malformed:
                continue
    return False


def _admitted(file: File, version: Version) -> bool:
    try:
        return not file.requires_python or admits(clauses_of(file.requires_python), version)
    except Malformed:
        return True


def _elsewhere(
    files: Sequence[File], target: Target, nearest: Sequence[Mismatch]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Systems on which the nearest wheel's libc is there, and the Pythons to have there where this one will not do."""
    from elfin.pythons.imagined import imagined

    miss = next((one for one in nearest if one.axis in ("libc version", "libc family") and not one.doubt), None)
    if miss is None or any(one.doubt for one in nearest):
        return (), ()
    if fit.any_verdict(platform.needs(miss.tag.platform), target.host) is None:
        return (), ()  # it is the Python's libc that is another than the system's
    own = target.interpreter
    hosts = list(_systems(target.host, miss))
    names = tuple(host.distribution or "" for host in hosts)
    if len(nearest) == 1 or not hosts:
        return names, ()
    there = imagined(
        hosts[0],
        own.version,
        free_threaded=own.free_threaded,
        debug=own.debug,
        implementation=own.implementation,
    )
    pythons = _pythons(files, Target(hosts[0], there))
    return (names, pythons) if pythons else ((), ())


def _systems(host: Host, miss: Mismatch) -> Iterator[Host]:
    """Of well-known distributions the first release that has the libc which is missed, and is there for the machine."""
    from elfin.host import distros
    from elfin.host.named import Named, named

    wanted = platform.needs(miss.tag.platform)
    for distribution in _SYSTEMS.get(miss.needs.partition(" ")[0], ()):
        for release in distros.PYTHONS.get(distribution, {}):
            if release.startswith("stream"):
                continue
            found = named(f"{distribution}:{release}/{host.arch.name}")
            if isinstance(found, Named) and not found.assumed and fit.any_verdict(wanted, found.host) is None:
                yield found.host
                break


def _source(files: Sequence[File], interpreter: Interpreter) -> tuple[str | None, str | None]:
    """(source distribution, the Pythons it is for where this is none of them); None: there is none to be built.

    What a static Python would make of one that has compiled wheels it could not load.
    """
    from packaging.version import Version

    if interpreter.static and any(file.filename.endswith(".whl") for file in files):
        return None, None
    version = Version(interpreter.version)
    for file in files:
        if not file.filename.endswith((".tar.gz", ".zip", ".tgz", ".tar.bz2", ".tar.xz")):
            continue
        if _admitted(file, version):
            return file.filename, None
        if any(_admitted(file, Version(f"3.{minor}.{_LATEST}")) for minor in _MINORS):
            return file.filename, file.requires_python
    return None, None
