"""Install Pythons: choose a build for a place, fetch and unpack it, prove that it runs, give it its name and its link.

Two installs of one build take turns, and the second finds the first's work. Killed at any point, the next install or
uninstall removes what is left; a Python has its name only when it is whole and durable.
"""

from __future__ import annotations

import os
from contextlib import suppress

from elfin.edges import disk
from elfin.errors import MalformedPage, NoPython, PlaceError, UsageError
from elfin.flows import python_catalogue, python_find
from elfin.flows.context import Context
from elfin.flows.python_fetch import fetch
from elfin.host.model import Host
from elfin.host.root import Root
from elfin.pythons import choose, disk_managed, disk_partial, manifest
from elfin.pythons import request as requests
from elfin.pythons.catalogue import Catalogue, PythonBuild
from elfin.pythons.manifest import Installed
from elfin.pythons.request import PythonRequest
from elfin.record import NamedTuple


class Outcome(NamedTuple):
    """What became of one request."""

    one: Installed
    how: str
    """"installed", "reinstalled" or "there" (it was already)."""
    link: str | None
    """The link on PATH that leads to it; None: it has none."""
    notes: tuple[str, ...]
    """Clauses on what could not be done beside."""


class Where(NamedTuple):
    """The place Pythons are for, and the folder they are put into."""

    host: Host
    root: str
    """The folder with one folder a Python, absolute."""
    place: Root | None
    """Files of the place; None: nobody can look."""
    inside: str
    """The path of `root` as the place sees it."""
    here: bool
    """It is this machine: they can be run, and linked to."""


def where(context: Context, platform: str | None) -> Where:
    """Where to install for `--platform` (None: this machine). Raises UsageError, PlaceError."""
    root = python_find.folder_of(context)
    if platform is None or platform == "host":
        return Where(context.host, root, context.place, root, True)
    from elfin.flows import place

    if context.settings.python_folder.origin != "--install-dir":
        raise UsageError("a Python for another place needs a folder of its own", hints=("give --install-dir DIR",))
    found = place.place(context, platform)
    inside = root
    kind, _, folder = platform.partition(":")
    if kind == "root":
        top = os.path.realpath(os.path.join(context.folder, os.path.expanduser(folder)))
        real = os.path.realpath(root)
        inside = "/" + os.path.relpath(real, top) if real.startswith(top + os.sep) else "/" if real == top else root
    for note in (found.understood, *found.notes):
        context.tell(note)
    return Where(found.host, root, found.root, inside, False)


def pick(request: PythonRequest, place: Host, known: Catalogue) -> PythonBuild:
    """The build for a request. Raises NoPython in words, with the nearest that works."""
    chosen = choose.choose(request, place, known)
    if isinstance(chosen, PythonBuild):
        return chosen
    raise refusal(chosen)


def _requests(texts: list[str]) -> list[PythonRequest]:
    """What the texts ask for. Raises UsageError for a path or a program's name: these can be found, not installed."""
    wanted = [requests.parse(text) for text in texts]
    for request in wanted:
        if request.path is not None or request.name is not None:
            version = (request.name or "").removeprefix("python")
            how = f"write the version: {version}" if version[:1].isdigit() else requests.HOW
            raise UsageError(f"{request.text!r} is no Python that can be downloaded", hints=(how,))
    return wanted


def refusal(answer: choose.NoBuild) -> NoPython:
    """The error for a request that nothing answers."""
    hints: list[str] = []
    if answer.nearest is not None:
        variant = "t" * answer.nearest.free_threaded + "d" * answer.nearest.debug
        prefix = "" if answer.nearest.implementation == "cpython" else f"{answer.nearest.implementation}@"
        hints.append(f"the nearest that works: `elfin python install {prefix}{answer.nearest.version}{variant}`")
    static = [one for one in answer.rejected if one.build.linkage == "static"]
    if static and not answer.request.static:
        hints.append(f"a static one is installed when asked for: `{answer.request.text.strip()}+static`")
    if answer.reason == "there is no such version":
        hints.append("a newer list of Pythons may have it: `elfin python catalogue update`")
    return NoPython(
        f"no Python download found for request: {answer.request.text.strip() or 'any'}",
        state=answer.reason,
        hints=tuple(hints),
    )


def install(
    context: Context,
    texts: list[str],
    place: Where,
    *,
    reinstall: bool = False,
    newest: bool = False,
    link: bool = True,
) -> list[Outcome]:
    """Have a Python for each request. `newest`: not content with an older one that is there.

    Raises NoPython, Unreachable, Refused, PlaceError; what was installed before the failure stays.
    """
    wanted = _requests(texts)
    there = [one for one in disk_managed.installed(place.root) if disk_managed.has_program(one)]
    known: Catalogue | None = None
    chosen: list[Installed | PythonBuild] = []
    for request in wanted:  # all of them, before the first is fetched: one that cannot be had is said at once
        old = next((one for one in there if choose.answers(one.build, request, place.host)), None)
        if old is not None and not newest and not reinstall:
            chosen.append(old)
        else:
            known = known or python_catalogue.load(context)
            chosen.append(pick(request, place.host, known))
    return [
        install_build(context, one, place, reinstall=reinstall, link=link)
        if isinstance(one, PythonBuild)
        else Outcome(one, "there", *_linked(context, place, one, link=link))
        for one in chosen
    ]


def install_build(
    context: Context, build: PythonBuild, place: Where, *, reinstall: bool = False, link: bool = True
) -> Outcome:
    """Have this build in the place. Raises what `install` raises."""
    if os.sep in build.key:
        raise MalformedPage(f"the catalogue has a Python with an impossible name, {build.key!a}")
    fresh = not os.path.isdir(place.root)
    disk.make_folder(place.root)
    disk_managed.sweep(place.root)
    try:
        return _installed(context, build, place, reinstall=reinstall, link=link)
    except BaseException:
        if fresh:
            with suppress(PlaceError):  # what went wrong first is to be told
                disk.remove_folder_if_empty(place.root)
        raise


def _installed(context: Context, build: PythonBuild, place: Where, *, reinstall: bool, link: bool) -> Outcome:
    final = os.path.join(place.root, build.key)

    def waiting(holder: str) -> None:
        context.tell(f"Waiting for {holder}, which is installing {build.key}")

    with disk_managed.working(place.root, build.key, waiting) as work:
        there = disk_managed.at(final)
        whole = there is not None and disk_managed.has_program(there) and there.build.tag == build.tag
        if there is not None and whole and not reinstall:
            return Outcome(there, "there", *_linked(context, place, there, link=link))
        disk_managed.refuse_foreign(final)
        one = _put(context, build, place, work, final)
    how = "installed" if there is None else "reinstalled"
    return Outcome(one, how, *_linked(context, place, one, link=link))


def _put(context: Context, build: PythonBuild, place: Where, work: str, final: str) -> Installed:
    from elfin.pythons import child_first_run, disk_unpack, relocation

    archive = fetch(context, build, work, place.root)
    staged = os.path.join(work, "python")
    disk.make_folder(staged)
    standalone = build.implementation == "cpython"
    try:
        entries = disk_unpack.unpack(
            archive.path, staged, os.path.join(place.inside, build.key),
            inner="install" if standalone and build.flavour == "full" else "",
            sha256=archive.sha256, relocate=standalone and build.os != "windows",
        )  # fmt: skip
    finally:
        if archive.ours:
            disk_partial.drop(archive.path)
    executable = child_first_run.executable(build, staged)
    path = os.path.join(staged, executable)
    child_first_run.look(build, path, context.place, place.place)
    if place.here:
        context.explain(f"running {executable} once")
        # Most of what is to be made durable is, while the Python starts: both take their time, and of different things.
        told = child_first_run.run(build, path, context.place, lambda: disk.sync(staged))
        said = f"{told.implementation} {told.version}, {told.soabi or 'without an ABI of its own'}"
    else:
        said = "not run: it is for another place"
    entries += _additions(build, staged, executable, relocation.MARKER)
    one = Installed(build.key, build, final, executable, place.here, said)
    disk_managed.finish(staged, entries, one)
    disk_managed.publish(work, staged, final)
    return one


def _additions(build: PythonBuild, staged: str, executable: str, marker: str) -> list[manifest.Entry]:
    """PEP 668's marker in the standard library, and the short names that some archives leave out."""
    import zlib

    added: list[manifest.Entry] = []
    for name in ("python3", "python") if build.os != "windows" else ():
        path = os.path.join(staged, "bin", name)
        if not os.path.lexists(path) and executable.startswith("bin/"):
            disk.symlink(os.path.basename(executable), path)
            added.append(manifest.Entry(f"bin/{name}", 0, 0, 0, os.path.basename(executable)))
    for folder in _standard_libraries(staged):
        path = os.path.join(staged, folder, "EXTERNALLY-MANAGED")
        if not os.path.lexists(path):
            data = marker.encode()
            disk.create(path, data)
            added.append(manifest.Entry(f"{folder}/EXTERNALLY-MANAGED", 0o644, len(data), zlib.crc32(data), None))
    return added


def _standard_libraries(staged: str) -> list[str]:
    """`lib/python3.13` and its like; `Lib` on Windows."""
    lib = os.path.join(staged, "lib")
    below = [f"lib/{name}" for name in sorted(os.listdir(lib))] if os.path.isdir(lib) else []
    return [folder for folder in ("Lib", *below) if os.path.isfile(os.path.join(staged, folder, "os.py"))]


def _linked(context: Context, place: Where, one: Installed, *, link: bool) -> tuple[str | None, tuple[str, ...]]:
    """(the link on PATH, notes): `python3.13` leads to the newest of its kind, and never replaces a foreign file."""
    name = manifest.command_name(one.build)
    folder = context.settings.python_links.value
    own = context.settings.python_folder.origin != "--install-dir"
    if not link or not place.here or not own or name is None or folder is None:
        return None, ()
    folder = os.path.join(context.folder, os.path.expanduser(folder))
    path = os.path.join(folder, name)
    target = os.path.join(one.prefix, one.executable)
    try:
        if os.path.lexists(path):
            owner = disk_managed.owner_of_link(path, place.root)
            if owner is None:
                return None, (f"{path} is not elfin's and was left alone",)
            other = disk_managed.at(owner)
            if owner == one.prefix and os.path.realpath(path) == os.path.realpath(target):
                return path, ()
            if other is not None and os.path.exists(path) and not manifest.is_upgrade(one.build, other.build):
                return None, ()
        made = disk_managed.set_link(path, target)
    except PlaceError as error:
        return None, (f"{name} was not linked: {error.message}",)
    if not made:
        return None, (f"{name} was not linked: the file system of {folder} has no links",)
    on_path = folder in context.environ.get("PATH", "").split(os.pathsep)
    return path, () if on_path else (f"{folder} is not on PATH",)
