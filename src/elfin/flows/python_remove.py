"""Take installed Pythons away, bring them up to date, and see whether they are what was installed."""

from __future__ import annotations

import os

from elfin.errors import ElfinError, NoPython, UsageError
from elfin.flows import python_catalogue, python_find, python_install
from elfin.flows.context import Context
from elfin.pythons import choose, disk_managed, manifest
from elfin.pythons import request as requests
from elfin.pythons.manifest import Installed
from elfin.pythons.request import PythonRequest
from elfin.record import NamedTuple


class Upgrade(NamedTuple):
    """What an upgrade did for one installed Python."""

    old: Installed
    new: python_install.Outcome | None
    """None: there is nothing newer."""


class Check(NamedTuple):
    """One Python looked over."""

    one: Installed
    faults: tuple[str, ...]
    """Clauses; none: it is as it was installed."""


def uninstall(context: Context, texts: list[str], *, every: bool) -> list[Installed]:
    """Remove what the requests name; those that are gone. Raises NoPython when one names nothing that is installed."""
    root = python_find.folder_of(context)
    there = disk_managed.installed(root)
    disk_managed.sweep(root, archives=True)
    if every:
        doomed = there
    elif not texts:
        raise UsageError("nothing was said to uninstall", hints=("name a version, or --all",))
    else:
        doomed = list(dict.fromkeys(one for text in texts for one in _named(text, there)))
    for one in doomed:
        with disk_managed.working(root, one.key) as work:
            if disk_managed.at(one.prefix) is not None:
                disk_managed.take_out(work, one.prefix)
    _relink(context, root, doomed)
    return doomed


def _named(text: str, there: list[Installed]) -> list[Installed]:
    same = [one for one in there if one.key == text]
    if same:
        return same
    if not text.strip():  # `uninstall "$VERSION"` with nothing in it
        raise UsageError("an empty word names no Python", hints=(requests.HOW,))
    request = requests.parse(text)
    found = [one for one in there if _is_meant(request, one)]
    if not found:
        names = ", ".join(one.key for one in there) or "none is installed"
        raise NoPython(f"no installed Python answers {text!r}", state=f"installed: {names}")
    return found


def _is_meant(request: PythonRequest, one: Installed) -> bool:
    build = one.build
    if request.path is not None or request.name is not None:
        return False
    return (
        request.implementation in (None, build.implementation)
        and bool(request.free_threaded) == build.free_threaded
        and bool(request.debug) == build.debug
        and request.libc in (None, build.libc)
        and request.arch in (None, build.arch)
        and (build.linkage == "static") == bool(request.static)
        and (build.level or 1) == (request.level or 1)
        and requests.version_test(request)(build.version)
    )


def _relink(context: Context, root: str, gone: list[Installed]) -> None:
    """A link that led to what is gone leads to the next best of its kind, or goes too."""
    folder = context.settings.python_links.value
    if folder is None:
        return
    folder = os.path.join(context.folder, os.path.expanduser(folder))
    left = disk_managed.installed(root)
    for one in gone:
        name = manifest.command_name(one.build)
        path = os.path.join(folder, name or "")
        if name is None or disk_managed.owner_of_link(path, root) != one.prefix:
            continue
        heir = next((other for other in left if other.ran and manifest.command_name(other.build) == name), None)
        if heir is None:
            disk_managed.remove_link(path)
        else:
            disk_managed.set_link(path, os.path.join(heir.prefix, heir.executable))


def upgrade(context: Context, texts: list[str]) -> list[Upgrade]:
    """Install the newest build of each installed Python's minor version (of those named); old ones stay.

    Environments made from an old one go on working. Raises what an installation raises.
    """
    place = python_install.where(context, None)
    there = [one for one in disk_managed.installed(place.root) if one.ran]
    chosen = list(dict.fromkeys(one for text in texts for one in _named(text, there))) if texts else there
    known = python_catalogue.load(context)
    done: list[Upgrade] = []
    seen: set[object] = set()
    for one in chosen:
        build = one.build
        kind = (one.key.replace(build.version, ""), build.version.split(".")[:2])
        if str(kind) in seen:
            continue
        seen.add(str(kind))
        newest = choose.choose(_same_kind(one), place.host, known)
        if isinstance(newest, choose.NoBuild) or not manifest.is_upgrade(newest, build):
            done.append(Upgrade(one, None))
        else:
            done.append(Upgrade(one, python_install.install_build(context, newest, place)))
    return done


def _same_kind(one: Installed) -> PythonRequest:
    build = one.build
    major, minor = build.version.split(".")[:2]
    return PythonRequest(
        one.key, implementation=build.implementation, release=(int(major), int(minor)),
        free_threaded=build.free_threaded, debug=build.debug, libc=build.libc, arch=build.arch,
        static=build.linkage == "static", level=build.level,
    )  # fmt: skip


def verify(context: Context, texts: list[str]) -> list[Check]:
    """Compare every file of the installed Pythons (of those named) with what was installed, and run each once."""
    from elfin.pythons import child_first_run

    root = python_find.folder_of(context)
    there = disk_managed.installed(root)
    chosen = list(dict.fromkeys(one for text in texts for one in _named(text, there))) if texts else there
    found: list[Check] = []
    for one in chosen:
        wrong: list[str] = []
        try:
            wrong += disk_managed.faults(one)
            path = os.path.join(one.prefix, one.executable)
            child_first_run.look(one.build, path, context.place, context.place if one.ran else None)
            if one.ran:
                child_first_run.run(one.build, path, context.place)
        except ElfinError as error:
            wrong.append(error.message.partition(" was not installed: ")[2] or error.message)
        found.append(Check(one, tuple(wrong)))
    return found
