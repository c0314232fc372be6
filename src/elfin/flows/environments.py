"""Cached environments: one for each set of wheels, interpreter and libc, made once and then only entered.

`environments-v1/<key>` is an environment; the file `.elfin-complete` in it is written last and lists its programs.
`environments-v1/known/<question>` remembers which environment a question led to, for as long as an index page is
fresh: within that time a second run resolves nothing.
"""

from __future__ import annotations

import json
import os
import time
from hashlib import sha256

from elfin import __version__
from elfin.edges import disk
from elfin.flows.asked import Requests
from elfin.flows.context import Context
from elfin.host.model import Interpreter
from elfin.index.freshness import DEFAULT_LIFETIME
from elfin.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from elfin.wheels.model import Install

_COMPLETE = ".elfin-complete"


class Prepared(NamedTuple):
    """An environment that is ready to be entered."""

    path: str
    programs: tuple[str, ...]
    """Names of programs that the packages asked for by name provide."""


def prepared(context: Context, requests: Requests, interpreter: Interpreter, *, around: str | None) -> Prepared:
    """The environment that holds what is asked for, made now if there is none yet.

    `around`: an environment whose packages are to be seen as well. Raises what resolving and installing raise.
    """
    question = _question(context, requests, interpreter, around)
    # Files may name further files: whether one of them changed is not worth finding out here.
    doubtful = requests.files or requests.choice.upgrade or context.refreshing
    known = None if doubtful else _known(context, question)
    if known is not None:
        return known
    from elfin.flows import places, requirements, solution
    from elfin.flows.wheels import collect
    from elfin.wheels.model import Install

    gathered = requirements.gather(context, requests, interpreter)
    solved = solution.solve(context, gathered, places.target(context, interpreter), requests.choice, {})
    for warning in (*gathered.notes, *solved.resolution.warnings):
        context.warn(warning)
    pins = solved.resolution.pins
    files = [solved.files[pin.name] for pin in pins]
    stored = collect(context, files, solved.hashes_of(files))
    named = {ask.requirement.name for ask in gathered.asks}
    installs = [Install(wheel, pin.name in named) for pin, wheel in zip(pins, stored, strict=True)]
    programs = sorted(
        {name for one in installs if one.requested for name, _ in (*one.wheel.console_scripts, *one.wheel.gui_scripts)}
        | {name for one in installs if one.requested for name in _plain_scripts(one)}
    )
    key = _key(interpreter, around, sorted(wheel.digest for wheel in stored))
    made = Prepared(os.path.join(context.environments, key), tuple(programs))
    _make(context, made, installs, interpreter, around)
    _remember(context, question, made)
    return made


def _make(
    context: Context, made: Prepared, installs: list[Install], interpreter: Interpreter, around: str | None
) -> None:
    from elfin.envs import disk_venv
    from elfin.wheels import disk_install

    disk.make_folder(context.environments)
    with disk.locked(f"{made.path}.lock", on_wait=context.tell):
        if _is_whole(made.path):
            return
        environment = disk_venv.create(interpreter, made.path, made_by=__version__, clear=True)
        disk_install.apply(environment, (), installs, link_mode=context.settings.link_mode.value)
        if around is not None:
            line = f"import site; site.addsitedir({_site_packages(around, interpreter)!r})\n"
            disk.write(os.path.join(environment.scheme.purelib, "_elfin_around.pth"), line.encode())
        disk.write(os.path.join(made.path, _COMPLETE), "\n".join(made.programs).encode())


def _is_whole(path: str) -> bool:
    return os.path.exists(os.path.join(path, _COMPLETE)) and os.path.exists(os.path.join(path, "bin", "python"))


def _site_packages(prefix: str, interpreter: Interpreter) -> str:
    from elfin.envs import layout

    return layout.venv_scheme(interpreter, prefix).purelib


def _plain_scripts(one: Install) -> list[str]:
    folder = f"{one.wheel.dist_info.removesuffix('.dist-info')}.data/scripts/"
    return [file.path.removeprefix(folder) for file in one.wheel.files if file.path.startswith(folder)]


def _key(interpreter: Interpreter, around: str | None, digests: list[str]) -> str:
    """What decides the environment: its wheels, the interpreter, and the libc that they were chosen for."""
    about = [interpreter.executable, interpreter.version, repr(interpreter.libc), around or "", *digests]
    return sha256("\n".join(about).encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _question(context: Context, requests: Requests, interpreter: Interpreter, around: str | None) -> str:
    said = context.settings
    sources = (
        said.index_url.value,
        said.extra_index_urls.value,
        said.find_links.value,
        said.no_index.value,
        context.folder,
    )
    contents = [_digest_of(name) for name in requests.packages]
    about = (requests, sources, interpreter.executable, interpreter.version, interpreter.libc, around, contents)
    return sha256(repr(about).encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _digest_of(name: str) -> str:
    """What is in a file that is named, so that an edit is a new question; "" for what is no file."""
    try:
        with open(name, "rb") as file:
            return sha256(file.read(64 << 20)).hexdigest()
    except OSError:
        return ""


def _known(context: Context, question: str) -> Prepared | None:
    path = os.path.join(context.environments, "known", question)
    try:
        with open(path, "rb") as file:
            told = json.loads(file.read(1 << 20))
        made = Prepared(os.path.join(context.environments, told["key"]), tuple(told["programs"]))
        fresh = context.settings.offline.value or 0 <= time.time() - told["time"] < DEFAULT_LIFETIME
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return made if fresh and _is_whole(made.path) else None


def _remember(context: Context, question: str, made: Prepared) -> None:
    folder = os.path.join(context.environments, "known")
    disk.make_folder(folder)
    told = {"key": os.path.basename(made.path), "programs": made.programs, "time": time.time()}
    disk.write(os.path.join(folder, question), json.dumps(told).encode())
