"""The simulator: which artifact of a release each place would get, and why not another.

Reads a release.json and asks `choose.choose`, the norm of the scripts. A place with files (`host`, `root:DIR`,
`image:FILE`) is also looked into for the loader that each candidate names, as the scripts do; distributions that are
known to have none where programs look for it (NixOS) count as without.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from elfin.errors import UsageError
from elfin.flows.context import Context
from elfin.flows.place import Place, place
from elfin.installers import choose, classes, holes, manifest, notes
from elfin.installers.holes import Hole
from elfin.installers.model import Choice, Release
from elfin.record import NamedTuple


class Simulated(NamedTuple):
    """One place and its choice."""

    place: Place
    choice: Choice


class Checked(NamedTuple):
    """The answer."""

    release: Release
    places: tuple[Simulated, ...]
    holes: tuple[Hole, ...]
    """Of the whole release; only filled where no place was named."""


def check(context: Context, out: str, platforms: Sequence[str]) -> Checked:
    """What each place gets; without places, what no place gets.

    Raises UsageError where there is no release.json, MalformedRelease, and what `place` raises.
    """
    release = load(context, out)
    found = []
    for text in platforms:
        where = place(context, text)
        choice = choose.choose(release, where.host)
        if where.root is not None:
            choice = choose.without_loader(choice, _there(where))
        elif (where.host.distribution or "").split()[:1] in ([name] for name in classes.WITHOUT_LOADER):
            choice = choose.without_loader(choice, lambda _: False)
        found.append(Simulated(where, _with_libraries(choice)))
    return Checked(release, tuple(found), () if platforms else holes.holes(release))


def _with_libraries(choice: Choice) -> Choice:
    """The choice, told which libraries beyond the libc the place has to have: whether it does is not looked for."""
    return choice._replace(
        tried=tuple(
            one._replace(why=f"{one.why}; if {notes.some(one.artifact.libraries)} is there")
            if one.artifact.libraries
            else one
            for one in choice.tried
        )
    )


def load(context: Context, out: str) -> Release:
    """The release of a folder that `build` wrote into, or of a release.json. Raises UsageError, MalformedRelease."""
    path = os.path.join(context.folder, os.path.expanduser(out))
    if os.path.isdir(path):
        path = os.path.join(path, "release.json")
    try:
        with open(path, "rb") as file:
            data = file.read(manifest.LARGEST + 1)
    except OSError as error:
        raise UsageError(
            f"there is no release.json in {out}", hints=("`elfin installer build DIR -o OUT` makes one",)
        ) from error
    return manifest.loads(data.decode("utf-8", "replace"))


def _there(where: Place) -> choose.Has:
    from elfin.host import root as roots

    root = where.root
    assert root is not None

    def has(path: str) -> bool:
        return roots.reader(root, path) is not None

    return has
