"""Installing and resolving for another place than this one: a named platform, another Python, a root file system.

Answers: what wheels are judged against (`aimed`), and which folders a `--platform`, `--python-version` or
`--python root:DIR` means (`site`). Nothing of the other place is started. Refuses to put another place's wheels into an
environment of this machine, and to follow a link of a root out of it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress

from elfin.envs import layout
from elfin.envs.model import Environment
from elfin.errors import NoPython, PlaceError, UsageError
from elfin.flows import place as place_flow
from elfin.flows import places
from elfin.flows.asked import Where
from elfin.flows.context import Context
from elfin.flows.places import Site
from elfin.host import root as roots
from elfin.host.model import Host, Interpreter, Target
from elfin.host.root import Root
from elfin.pythons import request as requests
from elfin.record import NamedTuple
from elfin.tags import explain


class Aimed(NamedTuple):
    """What wheels are judged against, and how it came to that."""

    target: Target
    notes: tuple[str, ...]
    """Lines for the user: what was understood and assumed; empty where nothing had to be."""


def aimed(context: Context, platform: str | None, python: str | None, python_version: str | None) -> Aimed:
    """The target of `--platform`, `--python` and `--python-version` (each None: not given).

    Raises UsageError, NoPython, PlaceError.
    """
    if places.is_place(python):
        if platform is not None:
            raise UsageError(f"--platform {platform} and --python {python} are two places", hints=("give one of them",))
        platform, python = python, None
    wanted = None if python_version is None else version_asked(python_version)
    if platform in (None, "", "host"):
        known = of_version(context, python, python_version)
        note = f"For {explain.python(known)} here, as the version was left open"
        return Aimed(places.target(context, known), () if wanted is None or len(wanted.release) > 1 else (note,))
    if python is not None and python_version is not None:
        hint = f"`--python-version {python_version}` alone will do; it takes `pypy3.11` and `3.13t` too"
        raise UsageError("--python and --python-version are two Pythons for one place", hints=(hint,))
    aim = place_flow.aim(context, platform, python_version or python)
    whose = "" if aim.place.interpreter is aim.target.interpreter else f"; {explain.python(aim.target.interpreter)}"
    return Aimed(aim.target, (f"For {aim.place.understood}{whose}", *(f"  {note}" for note in aim.notes)))


def told(context: Context, aim: Aimed) -> Target:
    """The target, its notes told to the user."""
    for note in aim.notes:
        context.tell(context.styled(note, "dim"))
    return aim.target


def of_version(context: Context, python: str | None, text: str | None) -> Interpreter:
    """A Python of this machine, as if it were of another version where one is said; for that none is downloaded.

    Where none here can stand for it, it is imagined as of a named place. Raises UsageError, NoPython, PlaceError.
    """
    if text is None:
        return places.interpreter(context, python)
    wanted = version_asked(text)
    for known in _stand_ins(context, python, text):
        made = known
        if len(wanted.release) > 1:
            made = with_version(known, ".".join(map(str, wanted.release)) + wanted.pre)
        if wanted.release >= requests.OLDEST[: len(wanted.release)] and requests.satisfied_by(wanted, made):
            return made
    if python is not None:
        hint = f"`--python-version {text}` alone will do"
        raise UsageError(f"--python {python} and --python-version {text} are two Pythons", hints=(hint,))
    return place_flow.aim(context, "host", text).target.interpreter


def _stand_ins(context: Context, python: str | None, text: str) -> Iterator[Interpreter]:
    """The Python that was named; else that version's own, which stands for it best, then the one around."""
    if python is not None:
        yield places.interpreter(context, python)
        return
    with suppress(NoPython):
        yield context.find_python(text, fetch=False)
    with suppress(NoPython):
        yield places.interpreter(context, None, fetch=False)


def version_asked(text: str) -> requests.PythonRequest:
    """What a `--python-version` asks for, wherever it is given. Raises UsageError for a path or a program's name."""
    wanted = requests.parse(text)
    if wanted.path is not None or wanted.name is not None:
        raise UsageError(f"`{text}` is not a Python version", hints=("`--python-version 3.12`",))
    return wanted


def with_version(interpreter: Interpreter, text: str) -> Interpreter:
    """The interpreter as if it were of another version: "3.11" (its first release), "3.11.7", "3.15.0a1"."""
    # PyPy and GraalPy count their own releases; which of them a Python version comes with, `imagined` knows.
    from elfin.pythons.imagined import implementation_version, release

    full, numbers = release(text)
    markers = {
        **interpreter.markers,
        "python_version": "{}.{}".format(*numbers),
        "python_full_version": full,
        "implementation_version": implementation_version(interpreter.implementation, full, numbers),
    }
    return interpreter._replace(version=full, version_info=numbers, markers=markers)


def site(context: Context, where: Where, *, writing: bool) -> Site:
    """The environment of a command line that names another place or version, and that place.

    Raises UsageError, NoPython, PlaceError, Refused.
    """
    if where.target is not None and where.prefix is not None:
        raise UsageError("--target and --prefix are two places", hints=("give one of them",))
    folder = where.target or where.prefix
    if places.is_place(where.python) and where.platform is None and folder is None:
        return _rooted(context, where, writing=writing)
    if where.platform in ("", "host"):
        return places.site(context, where._replace(platform=None), writing=writing)
    if folder is None:
        return _live(context, where, writing=writing)
    target = told(context, aimed(context, where.platform, where.python, where.python_version))
    base, prefix = target.interpreter, os.path.abspath(folder)
    scheme = layout.target_scheme(prefix) if where.target else layout.prefix_scheme(base, prefix)
    python = base.executable
    if base.os == "windows":
        python = "python"  # what Windows' own launcher takes for any Python
        if writing:
            context.tell("  programs of packages become scripts, which Windows starts with `py` only")
    environment = Environment(prefix, python, base, scheme, "target" if where.target else "prefix")
    return Site(environment, target.host)


def _live(context: Context, where: Where, *, writing: bool) -> Site:
    """An environment of this machine takes what is for this machine and its own Python, and nothing else."""
    hints = (
        "`--target DIR` or `--prefix DIR` puts them into a folder",
        "`elfin pip download -d DIR` fetches them as they are",
        "`--python root:DIR` installs into an unpacked root file system, for its own Python",
    )
    if where.platform is not None:
        message = f"wheels for {where.platform} do not belong into an environment of this machine"
        raise UsageError(message, state="nothing was changed", hints=hints)
    found = places.site(context, where._replace(python_version=None), writing=writing)
    has, wanted = found.environment.interpreter, where.python_version or ""
    if requests.satisfied_by(version_asked(wanted), has):
        return found
    message = f"wheels for Python {wanted} do not belong into an environment of {explain.python(has)}"
    raise UsageError(message, state="nothing was changed", hints=hints[:2])


def _rooted(context: Context, where: Where, *, writing: bool) -> Site:
    """The system Python of an unpacked root file system, found and described by reading."""
    text = where.python or ""
    if text.startswith("image:"):
        raise UsageError(
            f"{text} cannot be installed into: an image is only read",
            hints=(
                f"`--target DIR --platform {text}` puts packages for it into a folder",
                "`--python root:DIR` installs into an unpacked one",
            ),
        )
    found = place_flow.place(context, text)
    assert found.root is not None
    known = _python(found.root, found.host, text, where.python_version)
    (context.tell if writing else context.explain)(f"Using Python {known.version} at {known.executable} in {text}")
    if writing and known.externally_managed is not None and not where.break_system_packages:
        raise places.managed(known, f"{known.executable} in {text}")
    if writing and (where.link_mode or context.settings.link_mode.value) == "symlink":
        hint = "leave out `--link-mode symlink`"
        raise UsageError(f"links to the cache would lead nowhere from within {text}", hints=(hint,))
    folder = os.path.realpath(os.path.join(context.folder, os.path.expanduser(text.removeprefix("root:"))))
    # Scripts name the interpreter as it is seen from inside; whatever is compared with paths of this disk is moved.
    moved = known._replace(
        executable=outside(found.root, folder, known.executable),
        prefix=outside(found.root, folder, known.prefix),
        base_prefix=outside(found.root, folder, known.base_prefix),
        stdlib=outside(found.root, folder, known.stdlib),
        paths={name: outside(found.root, folder, path) for name, path in known.paths.items()},
    )
    return Site(Environment(moved.prefix, known.executable, moved, layout.system_scheme(moved), "system"), found.host)


def _python(root: Root, host: Host, text: str, version: str | None) -> Interpreter:
    """The root's own Python, the one that `python3` starts there or the first of a version."""
    from elfin.pythons import reading

    there = reading.interpreters(root, host)
    wanted = requests.parse(version or "any")
    right = [one for one in there if requests.satisfied_by(wanted, one)]
    known = next((one for one in right if reading.loader_missing(root, one.executable) is None), None)
    if known is not None:
        return known
    if right:
        gone = reading.loader_missing(root, right[0].executable)
        raise PlaceError(
            f"the Python {right[0].executable} in {text} cannot start: its loader {gone} is not there",
            state="nothing was changed; which wheels it takes is told by the libc behind that loader",
            hints=(f"`--target DIR --platform {text}` puts packages into a folder, for a Python on its own libc",),
        )
    hints: tuple[str, ...] = (f"`--target DIR --platform {text}` needs no Python there",)
    if there:
        names = ", ".join(f"{one.version} ({one.executable})" for one in there)
        hints = (f"there is {names}", *hints)
    raise NoPython(f"no Python{f' {version}' if version else ''} was found in {text}", hints=hints)


def outside(root: Root, folder: str, path: str) -> str:
    """A path of `root` as a path of this disk, where its files are below `folder`; need not be there yet.

    Links are followed as from inside the root. Raises PlaceError for one that leads nowhere: made on this disk, what
    lies behind it would land outside.
    """
    here, rest = path, []
    while (physical := roots.real(root, here)) is None:
        here, _, name = here.rpartition("/")
        rest.append(name)
    dangling = f"{physical.rstrip('/')}/{rest[-1]}" if rest else ""
    if dangling and root.kind(dangling) is not None:
        hint = "mend the link in the root first"
        raise PlaceError(f"{path} cannot be written to: {dangling} is a link that leads nowhere", hints=(hint,))
    return os.path.join(folder, *filter(None, physical.split("/")), *reversed(rest))
