"""Install Pythons: choose a build for a place, fetch and unpack it, prove that it runs, give it its name and its link.

Two installs of one build take turns, and the second finds the first's work. Killed at any point, the next install or
uninstall removes what is left; a Python has its name only when it is whole and durable.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress

from elfin.edges import disk
from elfin.errors import ConfigError, MalformedPage, NoPython, PlaceError, UsageError
from elfin.flows import python_catalogue, python_find, python_links
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
    options: str = ""
    """What names this place and folder on a command line, with a space before it."""


def where(context: Context, platform: str | None) -> Where:
    """Where to install for `--platform` (None: this machine). Raises UsageError, PlaceError."""
    root = python_find.folder_of(context)
    own = context.settings.python_folder.origin == "--install-dir"
    options = f" --install-dir {typed(str(context.settings.python_folder.value))}" if own else ""
    if platform is None or platform == "host":
        return Where(context.host, root, context.place, root, True, options)
    from elfin.flows import place

    if not own:
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
    return Where(found.host, root, found.root, inside, False, f" --platform {typed(platform)}{options}")


def typed(text: str) -> str:
    """A word as it is typed in a shell."""
    return text if re.fullmatch(r"[\w@.+:/-]+", text) else "'" + text.replace("'", "'\\''") + "'"


def _pick(request: PythonRequest, place: Where, known: Catalogue) -> PythonBuild:
    """The build for a request. Raises NoPython in words, with the nearest that works."""
    chosen = choose.choose(request, place.host, known)
    if isinstance(chosen, PythonBuild):
        return chosen
    raise refusal(chosen, place.options)


def _requests(texts: list[str]) -> list[PythonRequest]:
    """What the texts ask for. Raises UsageError for a path or a program's name: these can be found, not installed."""
    wanted = [requests.parse_named(text) for text in texts]
    for request in wanted:
        if request.path is not None or request.name is not None:
            version = (request.name or "").removeprefix("python")
            how = f"write the version: {version}" if version[:1].isdigit() else requests.HOW
            raise UsageError(f"{request.text!r} is no Python that can be downloaded", hints=(how,))
    return wanted


def refusal(answer: choose.NoBuild, options: str = "") -> NoPython:
    """The error for a request that nothing answers; `options`: what else is to be typed, with a space before it."""
    text = answer.request.text.strip() or "any"
    hints: list[str] = []
    if answer.nearest is not None:
        nearest = _shortest(answer.request, answer.nearest)
        hints.append(f"the nearest that works: `elfin python install {nearest}{options}`")
    static = [one for one in answer.rejected if one.build.linkage == "static"]
    if static and answer.request.static is None:
        command = f"`elfin python install {typed(text + '+static')}{options}`"
        hints.append(f"a static one is installed when asked for: {command}")
    if answer.reason == "there is no such version":
        hints.append("a newer list of Pythons may have it: `elfin python catalogue update`")
    return NoPython(
        f"No Python download found for request: {text}",
        state=answer.reason,
        hints=tuple(hints),
    )


def _shortest(request: PythonRequest, build: PythonBuild) -> str:
    """What to write for a build that the request came near to: its key where a kind or a platform was named."""
    if any(field is not None for field in (request.os, request.arch, request.libc, request.static, request.level)):
        return build.key
    prefix = "" if build.implementation == "cpython" else f"{build.implementation}@"
    return f"{prefix}{build.version}{'t' * build.free_threaded}{'d' * build.debug}"


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
        old = next(iter(python_find.answering(request, place.host, there)), None)
        if old is not None and not newest and not reinstall:
            chosen.append(old)
        else:
            known = known or python_catalogue.load(context)
            chosen.append(_pick(request, place, known))
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
        replaced = os.path.lexists(final)
        disk_managed.refuse_foreign(final, anyway=reinstall)
        _allow(context, build)
        one = _put(context, build, place, work, final)
        disk_managed.publish(work, os.path.join(work, "python"), final, anyway=reinstall)
    how = "reinstalled" if replaced else "installed"
    return Outcome(one, how, *_linked(context, place, one, link=link))


def _allow(context: Context, build: PythonBuild) -> None:
    """Raise ConfigError where the user lets no Python be downloaded, not even one that is asked for by name."""
    said = context.settings.python_downloads
    if said.value == "never":
        allowed = "ELFIN_PYTHON_DOWNLOADS=manual allows those that are asked for by name"
        raise ConfigError(
            f"{build.key} would have to be downloaded, and downloads of Pythons are off ({said.origin})",
            state="nothing was installed",
            hints=(f"leave out `{said.origin}`" if said.origin.startswith("--") else allowed,),
        )


def _put(context: Context, build: PythonBuild, place: Where, work: str, final: str) -> Installed:
    """The build in `work`/python, proven and complete, for its place `final`."""
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
    own = context.settings.python_folder.origin != "--install-dir"
    return python_links.linked(context, place.root, one) if link and place.here and own else (None, ())
