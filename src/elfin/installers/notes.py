"""What a maintainer is to know of files that are installed all the same: clauses for the end of a build.

About one file: what of it is left behind, and where its name was taken for more than its bytes say. About all of them:
libraries that a place has to have. Refuses, with MalformedRelease, files of two versions in one release.
"""

from __future__ import annotations

import posixpath

from elfin.errors import MalformedRelease
from elfin.installers import assets, measured
from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from elfin.installers.found import Found
    from elfin.installers.model import Artifact, Release
    from elfin.installers.target import Declared

_SHOWN = 4


def of_file(found: Found, declared: Declared | None, made: Artifact, app: str, kind: str) -> Iterator[str]:
    """Clauses about one file, for an app and a kind of layout."""
    if declared is None:
        yield f"{made.name} names no target that is known: its bytes are for {made.target}"
    elif declared.arch is not None and measured.exceeds(found.code, declared.arch):
        told = sorted({one.arch for one in found.code if one.program})[-1]
        taken = str(made.needs[0].arch)
        why = (
            "armhf may be either"
            if taken != declared.arch
            else f"right where only parts that ask the CPU first are {told}"
        )
        yield f"{made.name} is marked {told}, and by its name {declared.arch}: it is taken for {taken} ({why})"
    if kind == "programs":
        yield from _left_behind(found, made, app)


def _left_behind(found: Found, made: Artifact, app: str) -> Iterator[str]:
    taken = {program.name for program in made.programs}
    kept = {program.member for program in made.programs}
    left = [member for member in found.members if member not in kept]
    if len({one.os for one in found.code}) == 1:
        odd = next((member for member in left if member.lower().endswith((".so", ".dylib", ".dll"))), None)
        if odd is not None:
            yield f"{made.name}: {odd} is left behind; --layout tree would keep it"
    lost = next((link for link, _ in found.links if found.behind(link) in kept and _base(link) not in taken), None)
    if lost is not None:
        yield f"{made.name}: {lost}, a link to a program, is left behind; --layout tree would keep it"
    own = (app.lower(), f"{app.lower()}.exe", f"{app.lower()}.cmd")
    named = next((member for member in left if _base(member).lower() in own), None)
    if named is not None and named != lost and not any(name.lower() in own for name in taken):
        below = named.removeprefix(f"{made.top}/") if made.top else named
        yield (
            f"{made.name}: {named} is no machine code, so nothing named {_base(named)} is installed; "
            f"`--layout tree --link {below}` keeps it with all that it starts"
        )


def _base(path: str) -> str:
    return posixpath.basename(path)


def of_guesses(names: Sequence[str]) -> Iterator[str]:
    """A clause about files that nobody has seen."""
    if names:
        more = f" and {len(names) - 1} more do" if len(names) > 1 else " does"
        yield f"{names[0]}{more} not lie beside the list: what is needed is guessed from the name"


def of_libraries(artifacts: Sequence[Artifact]) -> Iterator[str]:
    """Libraries that are neither a libc's nor come along, once for each set of them."""
    by_libraries: dict[tuple[str, ...], list[str]] = {}
    for one in artifacts:
        if one.libraries:
            by_libraries.setdefault(one.libraries, []).append(one.name)
    for libraries, names in by_libraries.items():
        more = f" and {len(names) - 1} more need" if len(names) > 1 else " needs"
        yield f"{names[0]}{more} {some(libraries)}, which the place has to have: no archive brings it"


def some(texts: Sequence[str]) -> str:
    """ "a, b"; of many the first ones."""
    more = f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
    return ", ".join(texts[:_SHOWN]) + more


def of_version(release: Release) -> Iterator[str]:
    """A clause where files carry another version than the release's. Raises MalformedRelease as `one_version` does."""
    found = one_version(release.app, [(one.name, one.top) for one in release.artifacts])
    if found is not None and assets.numbers(found[1]) != assets.numbers(release.version):
        name, carried = found
        yield f"{name} is of version {carried} by its name or top folder: the scripts call it {release.version}"


def one_version(app: str, files: Sequence[tuple[str, str]]) -> tuple[str, str] | None:
    """The first of these (name, top folder) that carries a version, with that; None where none does.

    Raises MalformedRelease where they carry several: some are left over from another release.
    """
    said: dict[str, tuple[str, str]] = {}
    for name, top in files:
        carried = assets.said_version(name, top, app)
        numbers = assets.numbers(carried) if carried is not None else None
        if carried is not None and numbers is not None:
            said.setdefault(numbers, (name, carried))
    known = list(said.values())
    if len(known) > 1:
        (one, its), (other, another) = known[:2]
        raise MalformedRelease(
            f"{one} is of version {its}, and {other} of {another}: one release has one version",
            hints=("keep the files of one version in the folder or the list",),
        )
    return known[0] if known else None
