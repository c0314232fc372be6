"""Take installed Pythons away, bring them up to date, and see whether they are what was installed."""

from __future__ import annotations

import os

from elfin.errors import ElfinError, NoPython, UsageError
from elfin.flows import python_catalogue, python_find, python_install, python_links
from elfin.flows.context import Context
from elfin.pythons import choose, disk_managed, manifest
from elfin.pythons import request as requests
from elfin.pythons.catalogue import PythonBuild
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

    key: str
    faults: tuple[str, ...]
    """Clauses; none: it is as it was installed."""
    ran: bool
    """It was run here."""


def uninstall(context: Context, texts: list[str], *, every: bool) -> list[str]:
    """Remove what the requests name; the names of those that are gone.

    One whose record cannot be read any more goes by its whole name, or with all. Raises UsageError, and NoPython when
    one names nothing that is installed.
    """
    if every and texts:
        hints = ("`--all` alone removes every one; without it those that are named go",)
        raise UsageError("--all and a request are two things", state="nothing was removed", hints=hints)
    if not every and not texts:
        raise UsageError("nothing was said to uninstall", hints=("name a version, or --all",))
    root = python_find.folder_of(context)
    disk_managed.sweep(root, archives=True)
    there, lost = disk_managed.installed(root), disk_managed.unreadable(root)
    if every:
        doomed = [*map(_name, there), *lost]
    else:
        doomed = list(dict.fromkeys(name for text in texts for name in _names(text, there, lost)))
    for name in doomed:
        with disk_managed.working(root, name) as work:
            if os.path.lexists(os.path.join(root, name)):
                disk_managed.take_out(work, os.path.join(root, name))
    python_links.mend(context, root)
    return doomed


def _names(text: str, there: list[Installed], lost: dict[str, str]) -> list[str]:
    return [text] if text in lost else [_name(one) for one in _named(text, there)]


def _name(one: Installed) -> str:
    """Of its folder: its key, unless somebody renamed it."""
    return os.path.basename(one.prefix)


def _named(text: str, there: list[Installed]) -> list[Installed]:
    same = [one for one in there if one.key == text]
    if same:
        return same
    request = requests.parse_named(text)
    found = [one for one in there if _is_meant(request, one.build)]
    if not found:
        names = ", ".join(one.key for one in there) or "none is installed"
        raise NoPython(f"no installed Python answers {text!r}", state=f"installed: {names}")
    return found


def _is_meant(request: PythonRequest, build: PythonBuild) -> bool:
    """Whether a build is meant where one is to be changed: what the request does not name is the ordinary kind."""
    if request.path is not None or request.name is not None:
        return False
    request = request._replace(
        free_threaded=bool(request.free_threaded), debug=bool(request.debug), static=bool(request.static),
        level=request.level or 1,
    )  # fmt: skip
    return choose.is_kind(build, request) and requests.version_test(request)(build.version)


def upgrade(context: Context, texts: list[str]) -> list[Upgrade]:
    """Install the newest build of each installed Python's minor version (of those named); old ones stay.

    Environments made from an old one go on working. Raises what an installation raises.
    """
    place = python_install.where(context, None)
    there = [one for one in disk_managed.installed(place.root) if one.ran]
    chosen = list(dict.fromkeys(one for text in texts for one in _named(text, there))) if texts else there
    known = python_catalogue.load(context)
    done: list[Upgrade] = []
    seen: set[tuple[str, ...]] = set()
    for one in chosen:
        build = one.build
        kind = (one.key.replace(build.version, ""), *build.version.split(".")[:2])
        if kind in seen:
            continue
        seen.add(kind)
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
    root = python_find.folder_of(context)
    there, lost = disk_managed.installed(root), disk_managed.unreadable(root)
    known = {_name(one): one for one in there}
    chosen = dict.fromkeys(name for text in texts for name in _names(text, there, lost)) if texts else {**known, **lost}
    found: list[Check] = []
    for name in chosen:
        if name in lost:
            found.append(Check(name, (lost[name],), ran=False))
        else:
            found.append(Check(name, tuple(_faults(context, known[name])), known[name].ran))
    return found


def _faults(context: Context, one: Installed) -> list[str]:
    """What is wrong with its files, and with how it runs: the one may be unknown, and the other be told."""
    from elfin.pythons import child_first_run

    wrong: list[str] = []
    try:
        wrong += disk_managed.faults(one)
    except ElfinError as error:
        wrong.append(error.message)
    try:
        path = os.path.join(one.prefix, one.executable)
        child_first_run.look(one.build, path, context.place, context.place if one.ran else None)
        if one.ran:
            child_first_run.run(one.build, path, context.place)
    except ElfinError as error:
        wrong.append(error.message.partition(" was not installed: ")[2] or error.message)
    return wrong
