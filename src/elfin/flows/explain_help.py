"""What would help where no wheel of a version fits: another release, another Python, another system, the source.

Everything named here was tried: a release by the very choice an installer makes, a Python and a system by judging the
wheels for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from elfin.errors import Malformed
from elfin.flows.context import Context
from elfin.flows.place import Aim
from elfin.formats import wheelname
from elfin.host.model import Host, Interpreter, Target
from elfin.index.model import File
from elfin.record import TYPE_CHECKING, NamedTuple
from elfin.resolve.specifier import admits, clauses_of
from elfin.tags import expand, explain, match
from elfin.tags.model import Mismatch

if TYPE_CHECKING:
    from packaging.version import Version

    from elfin.flows.explain import Subject
    from elfin.index.listing import Listing

_MINORS = range(8, 16)
"""Of the Pythons that are tried."""
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
    source: str | None = None
    """The source distribution, to be built."""


def what_helps(context: Context, subject: Subject, where: Aim, nearest: Sequence[Mismatch]) -> Help:
    """Try it all. `nearest`: what the nearest wheel misses on. The index is not asked about other projects."""
    target = where.target
    found = Help(
        pythons=_pythons(subject.files, target),
        systems=tuple(_systems(target.host, nearest)) if len(nearest) == 1 else (),
        source=_source(subject.files, target.interpreter),
    )
    if subject.listing is None:
        return found
    release, older = _releases(context, subject.project, subject.listing, subject.version, target)
    if release is None and not found.pythons:
        found = found._replace(both=_both(context, subject, target))
    return found._replace(release=release, older=older)


def _pythons(files: Sequence[File], target: Target) -> tuple[str, ...]:
    own = target.interpreter
    found = [one for one in _others(target) if _fits(files, target, one)]
    if found and found[0].version_info == own.version_info and not own.static:
        return (f"{explain.python(found[0])} " + ("with the GIL" if own.free_threaded else "without debugging"),)
    return tuple(map(explain.python, found))


def _both(context: Context, subject: Subject, target: Target) -> tuple[str, str] | None:
    from packaging.version import Version

    assert subject.listing is not None
    best: tuple[Version, str] | None = None
    for other in reversed(list(_others(target))):
        moved = Target(target.host, other)
        release, _ = _releases(context, subject.project, subject.listing, subject.version, moved)
        if release is not None and (best is None or Version(release) > best[0]):
            best = Version(release), explain.python(other)
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
    if own.free_threaded or own.debug:
        yield own._replace(free_threaded=False, debug=False)
        own = own._replace(free_threaded=False, debug=False)
    if own.implementation != "cpython":
        yield imagined(host, DEFAULT_VERSIONS["cpython"])
        return
    for minor in _MINORS:
        if minor != own.version_info[1]:
            yield with_version(own, f"3.{minor}.{_LATEST}")


def _fits(files: Sequence[File], target: Target, interpreter: Interpreter) -> bool:
    from packaging.version import Version

    tags, version = expand.tag_set(Target(target.host, interpreter)), Version(interpreter.version)
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


def _systems(host: Host, nearest: Sequence[Mismatch]) -> Iterator[str]:
    """Of well-known distributions the first release that would do, when the libc is all that is the matter."""
    from elfin.host import distros, fit
    from elfin.host.named import Named, named
    from elfin.tags import platform

    miss = nearest[0]
    if miss.axis not in ("libc version", "libc family"):
        return
    wanted = platform.needs(miss.tag.platform)
    for distribution in _SYSTEMS.get(miss.needs.partition(" ")[0], ()):
        for release in distros.PYTHONS.get(distribution, {}):
            if release.startswith("stream"):
                continue
            found = named(f"{distribution}:{release}/{host.arch.name}")
            if isinstance(found, Named) and fit.any_verdict(wanted, found.host) is None:
                yield found.host.distribution or release
                break


def _source(files: Sequence[File], interpreter: Interpreter) -> str | None:
    from packaging.version import Version

    version = Version(interpreter.version)
    for file in files:
        if file.filename.endswith((".tar.gz", ".zip", ".tgz", ".tar.bz2", ".tar.xz")) and _admitted(file, version):
            return file.filename
    return None
