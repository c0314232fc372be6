"""A PLACE as it is typed -> what is known of it, and the target that wheels are judged against there.

`host`; `root:DIR` and `image:FILE`, looked into without starting anything; `python:PATH`; else a name
(`host.named`). A place without a Python of the wanted kind gets an imagined one, and a note that says so.
"""

from __future__ import annotations

import os

from elfin.errors import MalformedArchive, NoPython, PlaceError, UnsafeArchive, UsageError
from elfin.flows.context import Context
from elfin.host.model import Host, Interpreter, Target
from elfin.host.root import Root
from elfin.pythons import request as requests
from elfin.pythons.imagined import DEFAULT_VERSIONS, imagined
from elfin.record import NamedTuple


class Place(NamedTuple):
    """Somewhere that programs run or would run."""

    text: str
    """As typed."""
    host: Host
    root: Root | None
    """Its files; None for a name, which has none."""
    interpreter: Interpreter | None
    """The Python that was asked about (`python:PATH`); None: none was."""
    understood: str
    """In words: "Debian 12 on aarch64: glibc 2.36"."""
    notes: tuple[str, ...]
    """Clauses about what was assumed."""
    python: str | None = None
    """The Python that a named distribution ships, None where that is not known."""


class Aim(NamedTuple):
    """A target and how it came about."""

    target: Target
    place: Place
    notes: tuple[str, ...]
    """The place's, and where its Python comes from."""
    imagined: bool
    """No such Python was found: its facts are what they would be."""


def place(context: Context, text: str) -> Place:
    """The place that `text` means.

    Raises UsageError for an unknown name (with the nearest known ones), PlaceError for a folder, image or Python that
    is not there.
    """
    kind, colon, path = text.partition(":")
    if text in ("", "host"):
        host = context.host
        return Place(text or "host", host, context.place, None, described(host), ())
    if colon and kind in ("root", "image", "python") and not path:
        raise UsageError(f"{text!r} names nothing", hints=(f"write a path behind `{text}`",))
    if context.settings.libc.origin == "--libc" and not (colon and kind == "python"):
        hint = "leave it out: a name and a root file system say their libc themselves"
        raise UsageError(f"--libc is about this machine, not about {text}", hints=(hint,))
    if colon and kind == "root":
        return _root(context, text, path)
    if colon and kind == "image":
        return _image(context, text, path)
    if colon and kind == "python":
        return _python(context, text, path)
    from elfin.host.named import Unknown, named

    found = named(text)
    if isinstance(found, Unknown):
        raise _unknown(found, context.folder)
    return Place(text, found.host, None, None, found.understood, found.assumed, found.python)


def _root(context: Context, text: str, path: str) -> Place:
    from elfin.host.detect import detect
    from elfin.host.disk import FolderRoot

    folder = os.path.join(context.folder, os.path.expanduser(path))
    if not os.path.isdir(folder):
        raise PlaceError(f"{path} is no folder", hints=("root:DIR is a folder with a root file system",))
    if not os.access(folder, os.X_OK):  # everything in it would look as if it were not there
        raise PlaceError(f"permission denied at {path}", hints=("run it as a user who may look into that folder",))
    root = FolderRoot(folder)
    host = detect(root, None)
    return Place(text, host, root, None, described(host), ())


def _image(context: Context, text: str, path: str) -> Place:
    from elfin.host.detect import detect
    from elfin.host.disk_image import image_root

    file, at, platform = path.rpartition("@")
    if not at or not platform.startswith("linux/"):
        file, platform = path, ""
    file = os.path.join(context.folder, os.path.expanduser(file))
    if not os.path.exists(file):
        raise PlaceError(f"there is no {file}", hints=("image:FILE is an OCI layout or what `docker save` wrote",))
    try:
        root = image_root(file, platform or None)
        host = detect(root, None)
    except (MalformedArchive, UnsafeArchive, UsageError) as error:
        if path not in error.message:
            error.message = f"{path}: {error.message}"
        raise
    notes: tuple[str, ...] = ()
    if len(root.platforms) > 1 and not platform:
        notes = (f"the image is for {', '.join(root.platforms)}: {root.platform} is taken",)
    return Place(text, host, root, None, described(host), notes)


def _python(context: Context, text: str, path: str) -> Place:
    """This machine as one of its Pythons sees it. One that does not start here is read instead."""
    file = os.path.join(context.folder, os.path.expanduser(path))
    try:
        known = context.find_python(file)
    except (NoPython, PlaceError) as error:
        from elfin.pythons import reading

        found = reading.interpreter(context.place, context.host, os.path.realpath(file))
        if found is None:  # a place that is not there, like a folder or an image that is not
            raise PlaceError(error.message, state=error.state, hints=error.hints) from error
        known, note = found, f"{error.message}: its files were read instead"
    else:
        note = f"Python {known.version} at {known.executable}"
    from elfin.tags import explain

    words = explain.machine(Target(context.host, known))
    return Place(text, context.host, context.place, known, words, (note,))


def _unknown(found: object, folder: str) -> UsageError:
    from elfin.host.named import Unknown

    assert isinstance(found, Unknown)
    hints: list[str] = []
    path = os.path.join(folder, found.text)
    if os.path.isdir(path):
        hints.append(f"for the root file system in that folder write `root:{found.text}`")
    elif os.path.isfile(path):
        hints.append(f"for the image in that file write `image:{found.text}`, for a Python `python:{found.text}`")
    if found.nearest:
        hints.append("the nearest names: " + ", ".join(found.nearest))
    hints.append("a place is `host`, a distribution (`debian:12/arm64`), a platform tag (`musllinux_1_2_x86_64`), "
                 "a triple (`aarch64-unknown-linux-gnu.2.17`), `root:DIR`, `image:FILE` or `python:PATH`")  # fmt: skip
    return UsageError(f"no place is known as {found.text!r}", hints=tuple(hints))


def target(context: Context, text: str | None, python: str | None) -> Target:
    """The place narrowed to a Python: its own if one meets the request, else an imagined one. None: this machine.

    Raises what `aim` raises.
    """
    return aim(context, text, python).target


def aim(context: Context, text: str | None, python: str | None) -> Aim:
    """`target`, with the place and notes about what was assumed.

    Raises what `place` raises; UsageError for a request that is none; NoPython for a path without a Python, and for a
    version range that no Python is in.
    """
    where = place(context, text or "host")
    wanted = requests.parse(python or "any")
    if where.interpreter is not None and (python is None or requests.satisfied_by(wanted, where.interpreter)):
        return Aim(Target(where.host, where.interpreter), where, where.notes, False)
    own = _own(context, where, wanted, python)
    if own is None:
        return _imagined(context, where, wanted, python)
    if where.text != "host" and (gone := _loader_missing(where, own)) is not None:
        return _in_its_place(where, own, gone)
    notes = (f"its own Python is taken: {own.version} at {own.executable}", *_unread(where, own)) if text else ()
    return Aim(Target(where.host, own), where, (*where.notes, *notes), False)


def _own(context: Context, where: Place, wanted: requests.PythonRequest, python: str | None) -> Interpreter | None:
    """A Python of the place itself that meets the request; one that cannot start only where no other does."""
    if where.root is None or where.interpreter is not None:
        return None
    if where.text == "host":
        from elfin.flows import places

        try:
            return places.interpreter(context, python, fetch=False)  # a question installs nothing
        except NoPython:
            if wanted.path is not None:
                raise
            return None
    from elfin.pythons import reading

    if wanted.path is not None or wanted.name is not None:  # what is started here says nothing of another place
        own = reading.interpreter(where.root, where.host, wanted.path or wanted.text)
        if own is None:
            raise NoPython(
                f"{wanted.text} in {where.text} is no Python", hints=(f"`elfin host {where.text}` lists those",)
            )
        return own
    found = [one for one in reading.interpreters(where.root, where.host) if requests.satisfied_by(wanted, one)]
    return next((one for one in found if _loader_missing(where, one) is None), next(iter(found), None))


def _unread(where: Place, own: Interpreter) -> tuple[str, ...]:
    """What its distributor may have said of manylinux wheels, and nobody knows without running it."""
    from elfin.pythons import reading

    if where.root is None or where.text == "host" or own.manylinux is not None:
        return ()
    path = reading.manylinux_module(where.root, own)
    return (f"its {path} cannot be read without running it, so it is left out of account",) if path else ()


def _loader_missing(where: Place, own: Interpreter) -> str | None:
    from elfin.pythons import reading

    return None if where.root is None else reading.loader_missing(where.root, own.executable)


def _in_its_place(where: Place, own: Interpreter, gone: str) -> Aim:
    """A Python like one that cannot start, on the place's own libc: what wheels would be judged for once it is mended.

    Of the broken one nobody can say which libc it would meet; in a place without any, its files say the most.
    """
    note = f"its Python {own.version} at {own.executable} cannot start, its loader {gone} is not there"
    if not where.host.libcs:
        return Aim(Target(where.host, own), where, (*where.notes, f"{note}: it is judged by its files"), False)
    known = imagined(
        where.host,
        own.version,
        free_threaded=own.free_threaded,
        debug=own.debug,
        implementation=own.implementation,
    )
    return Aim(Target(where.host, known), where, (*where.notes, f"{note}: one like it is imagined"), True)


def _imagined(context: Context, where: Place, wanted: requests.PythonRequest, python: str | None) -> Aim:
    _refuse_elsewhere(where, wanted)
    like = _asked_like(context, wanted)
    if like is not None:
        version, implementation, threads, debug = like
        note = f"Python {version} is taken, as {python} is"
    else:
        version, said = _version(where, wanted)
        implementation = wanted.implementation or "cpython"
        threads, debug = bool(wanted.free_threaded), bool(wanted.debug)
        note = said
    _refuse_other_version(where, wanted, version)
    known = imagined(where.host, version, free_threaded=threads, debug=debug, implementation=implementation)
    return Aim(Target(where.host, known), where, (*where.notes, note) if note else where.notes, True)


def _refuse_elsewhere(where: Place, wanted: requests.PythonRequest) -> None:
    """A Python of another libc or machine than the place's would not run there."""
    host = where.host
    families = [libc.family for libc in host.libcs]
    for asked, there in ((wanted.libc, families), (wanted.arch, [host.arch.name])):
        if asked is not None and there and asked not in there:
            hint = "leave it out: a Python is of the libc and machine of its place"
            raise NoPython(f"{wanted.text} is for {asked}, and {where.text} is {' and '.join(there)}", hints=(hint,))


def _refuse_other_version(where: Place, wanted: requests.PythonRequest, version: str) -> None:
    """PEP 783: each platform of Python in the browser is for one version of it."""
    if where.host.os == "emscripten" and where.python not in (None, ".".join(version.split(".")[:2])):
        message = f"{where.host.distribution} is for Python {where.python}, and {wanted.text} was asked for"
        raise NoPython(message, hints=("leave the version out, or name the platform of another year",))


def _asked_like(context: Context, wanted: requests.PythonRequest) -> tuple[str, str, bool, bool] | None:
    """(version, implementation, free-threaded, debug) of the Python here that a path or name means."""
    if wanted.path is None and wanted.name is None:
        return None
    from elfin.flows import places

    known = places.interpreter(context, wanted.text)
    return known.version, known.implementation, known.free_threaded, known.debug


def _version(where: Place, wanted: requests.PythonRequest) -> tuple[str, str]:
    """(version, note) for a request that names no file."""
    own, ships = where.python, f"{where.host.distribution} ships"
    nothing_said = not (wanted.specifier or wanted.release or wanted.implementation or wanted.free_threaded)
    too_old = own is not None and tuple(map(int, own.split("."))) < requests.OLDEST
    if own is not None and nothing_said and not too_old:
        whole = own.count(".") > 1 or where.host.os != "linux"
        unsaid = "" if whole else f" (as {own}.0: its patch release is not known)"
        return own, f"no Python was said: {own} is taken, which {ships}{unsaid}"
    usual = DEFAULT_VERSIONS.get(wanted.implementation or "cpython", "3.12")
    version = requests.choose(wanted, own if own is not None and where.host.os == "emscripten" else usual)
    if version is None:
        oldest = ".".join(map(str, requests.OLDEST))
        raise NoPython(f"no Python that elfin knows of is {wanted.text}", hints=(f"the oldest one is {oldest}",))
    if where.root is not None and not (nothing_said and where.interpreter is None):
        return version, f"no Python {wanted.text} was found there: an imagined one is taken"
    if len(wanted.release) >= 2:
        return version, ""
    if not nothing_said:
        return version, f"{wanted.text} leaves the version open: {version} is taken"
    if where.root is not None:
        return version, f"no Python was found there: {version} is taken"
    return version, f"no Python was said: {version} is taken" + (f" (the {own} that {ships} is too old)" if own else "")


def described(host: Host) -> str:
    """A host in words: "Debian GNU/Linux 12 (bookworm) on aarch64: glibc 2.36"."""
    from elfin.host import fit
    from elfin.tags import explain

    float_abi = f", {host.arch.float_abi} float" if host.arch.float_abi else ""
    libcs = " and ".join(map(fit.spell_libc, host.libcs))
    if not libcs and host.os == "linux":
        libcs = "no libc, so only static programs run there" if not host.libc_unknown else "its libc cannot be told"
    return f"{host.distribution or explain.system(host.os)} on {host.arch.name}{float_abi}" + (libcs and f": {libcs}")
