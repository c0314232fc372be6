"""Which Pythons there are: those elfin installed, those on PATH, and those that could be had."""

from __future__ import annotations

import os
from collections.abc import Iterator

from elfin.errors import ElfinError, UsageError
from elfin.flows import python_catalogue, python_find
from elfin.flows.context import Context
from elfin.host.model import Host, Interpreter
from elfin.pythons import child, choose, disk, disk_managed, disk_shims
from elfin.pythons import request as requests
from elfin.pythons.catalogue import Catalogue, PythonBuild, is_prerelease, order
from elfin.pythons.manifest import Installed
from elfin.pythons.request import PythonRequest
from elfin.record import NamedTuple

_MINORS = range(20, 7, -1)
_VERSIONED = tuple(f"python3.{minor}{threads}" for minor in _MINORS for threads in ("", "t"))
NAMES = ("python3", "python", *_VERSIONED, "pypy3", "graalpy")
"""Executables that are looked for on PATH."""


class Row(NamedTuple):
    """One Python."""

    kind: str
    """"installed", "system" or "available"."""
    key: str
    version: str
    implementation: str
    path: str | None
    """Of its executable; None: it is not here."""
    build: PythonBuild | None
    """None for a system's own."""
    interpreter: Interpreter | None
    note: str
    """What is wrong with it, "" for nothing."""


def rows(
    context: Context,
    text: str | None,
    *,
    platform: str | None,
    all_versions: bool,
    all_platforms: bool,
    only_installed: bool,
) -> list[Row]:
    """Installed ones first, then those on PATH, then what can be had, each the newest first.

    Raises UsageError for a request that is none.
    """
    request = requests.parse(text) if text is not None else requests.parse("any")
    if request.path is not None or request.name is not None:
        raise UsageError(f"{text!r} is no request that a list can be made for", hints=(requests.HOW,))
    host = context.host
    if platform is not None and platform != "host":
        from elfin.flows import place

        host = place.place(context, platform).host
    # For another place, what is here is beside the question.
    asked = requests.version_test(request)
    there = _installed(context) if platform is None else []
    installed = [one for one in there if choose.is_kind(one.build, request) and asked(one.build.version)]
    found = [_of_installed(one) for one in installed]
    if platform is None and text is None:
        found += _lost(context)
    if platform is None:
        found += _system(context, request, {os.path.realpath(str(row.path)) for row in found})
    if not only_installed:
        try:
            known = python_catalogue.load(context)
        except ElfinError as error:
            if not found:
                raise
            context.warn(f"what can be downloaded is not known: {error.message}")
            return found
        keys = {one.key for one in installed}
        found += _available(request, host, known, keys, all_versions=all_versions, all_platforms=all_platforms)
        if not found:
            answer = choose.choose(request, host, known)
            context.tell(f"None: {answer.reason}" if isinstance(answer, choose.NoBuild) else "None")
    return found


def _installed(context: Context) -> list[Installed]:
    if context.settings.python_folder.value is None:
        return []
    return disk_managed.installed(python_find.folder_of(context))


def _lost(context: Context) -> list[Row]:
    """Those that elfin installed and can no longer tell of."""
    if context.settings.python_folder.value is None:
        return []
    root = python_find.folder_of(context)
    return [
        Row("installed", name, "", "", os.path.join(root, name), None, None, f"broken: {why}")
        for name, why in disk_managed.unreadable(root).items()
    ]


def _of_installed(one: Installed) -> Row:
    path = os.path.join(one.prefix, one.executable)
    note = "" if one.ran else "for another place"
    if not disk_managed.has_program(one):
        note = "broken: its executable is missing"
    return Row("installed", one.key, one.build.version, one.build.implementation, path, one.build, None, note)


def _system(context: Context, request: PythonRequest, managed: set[str]) -> list[Row]:
    """On PATH, each real executable once; one that does not run is there with its reason."""
    asking = child.Asking(context.place, context.interpreters)
    found: list[Row] = []
    tried: set[str] = set()
    seen: set[str] = set()
    for path in _on_path(context):
        real = os.path.realpath(path)
        if real in managed or real in tried or disk.environment_of(path) is not None:
            continue
        tried.add(real)
        try:
            known = child.probe(path, asking)
        except ElfinError as error:
            reason = error.message.removeprefix(path).strip()
            if not request.release and not request.specifier:
                found.append(Row("system", os.path.basename(path), "", "", path, None, None, reason))
            continue
        if os.path.realpath(known.executable) not in seen and requests.satisfied_by(request, known):
            seen.add(os.path.realpath(known.executable))
            found.append(Row("system", _key(known), known.version, known.implementation, path, None, known, ""))
    return found


def _on_path(context: Context) -> Iterator[str]:
    """Executables on PATH; instead of a pyenv's shims, which are scripts, what they stand for."""
    for path in disk.on_path(NAMES, context.environ.get("PATH", "")):
        versions = disk_shims.versions_folder(path)
        if versions is None:
            yield path
            continue
        chosen = disk_shims.chosen(path, versions, context.folder)
        if chosen is not None:
            yield chosen
        yield from disk_shims.others(path, versions)


def _key(known: Interpreter) -> str:
    variant = "+freethreaded" * known.free_threaded + "+debug" * known.debug + "+static" * known.static
    family = "none" if known.libc is None else known.libc.family
    libc = {"glibc": "gnu"}.get(family, family) + {"hard": "eabihf", "soft": "eabi"}.get(known.arch.float_abi or "", "")
    return f"{known.implementation}-{known.version}{variant}-{known.os}-{known.arch.name}-{libc}"


def _available(
    request: PythonRequest, host: Host, known: Catalogue, there: set[str], *, all_versions: bool, all_platforms: bool
) -> list[Row]:
    if all_platforms:
        ordinary, asked = request._replace(debug=bool(request.debug)), requests.version_test(request)
        every = known.builds(lambda kind: choose.is_kind(kind, ordinary))
        builds = [build for build in every if asked(build.version)]
    else:
        kinds = [request]
        if request.implementation is None and request.free_threaded is None:
            others = ("pypy", "graalpy")
            kinds += [request._replace(free_threaded=True), *(request._replace(implementation=one) for one in others)]
        builds = [build for kind in kinds for build in choose.usable(kind, host, known)]
    builds.sort(key=lambda build: (build.implementation == "cpython", build.implementation, order(build.version),
                                   not build.free_threaded, build.key), reverse=True)  # fmt: skip
    found: list[Row] = []
    seen: set[object] = set()
    for build in builds:
        release = order(build.version)[0]
        platform = build.key.partition(f"-{build.version}")[2]
        same: object = build.key if all_versions else (build.implementation, release[:2], platform)
        if same in seen or build.key in there:
            seen.add(same)
            continue
        seen.add(same)
        note = "pre-release" if is_prerelease(build.version) else ""
        found.append(Row("available", build.key, build.version, build.implementation, None, build, None, note))
    return found
