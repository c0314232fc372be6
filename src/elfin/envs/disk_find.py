"""Finds the environment that is meant, and reads what its pyvenv.cfg says.

Answers: which environment a command works on and how it came to that (`--python`, VIRTUAL_ENV, CONDA_PREFIX, a `.venv`
here or above), and of an environment, where its base Python is. Refuses an environment that is broken, and says which
part of it is missing. Changes nothing; runs nothing.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from elfin.edges.disk_act import place_error
from elfin.envs import venv_files
from elfin.errors import PlaceError
from elfin.formats import pyvenvcfg
from elfin.record import NamedTuple


class Found(NamedTuple):
    """Which environment is meant."""

    path: str | None
    """Absolute prefix; None: none was found, or `--python` asks for an interpreter."""
    origin: str
    """What led there, in words."""
    conda: bool = False
    """A conda environment: no pyvenv.cfg, its Python is its own base."""


class VirtualEnvironment(NamedTuple):
    """What a virtual environment says of itself."""

    prefix: str
    python: str
    """Its own `bin/python`."""
    base_python: str
    """The interpreter it was made from, without links."""
    system_site_packages: bool
    values: Mapping[str, str]
    """Everything in pyvenv.cfg, keys in lower case."""


def find(asked: str | None, environ: Mapping[str, str], folder: str) -> Found:
    """The environment meant by `--python` (None: not given), the variables, and the working folder (absolute).

    A `--python` that names an environment's folder or its `bin/python` means that environment; any other is a request
    for an interpreter, whose answer is not an environment. Whether the environment is whole is `read_environment`'s
    question.
    """
    if asked is not None:
        prefix = (
            _prefix_of(os.path.join(folder, asked))
            if os.sep in asked or os.path.isdir(os.path.join(folder, asked))
            else None
        )
        return Found(prefix, f"--python {asked}")
    active = environ.get("VIRTUAL_ENV")
    if active:
        return Found(os.path.join(folder, active), "VIRTUAL_ENV")
    conda = environ.get("CONDA_PREFIX")
    # Conda's base environment is what conda itself runs in: it counts as a system, not as somebody's environment.
    if conda and environ.get("CONDA_DEFAULT_ENV") not in ("base", "root"):
        return Found(os.path.join(folder, conda), "CONDA_PREFIX", conda=True)
    here = folder
    while True:
        candidate = os.path.join(here, ".venv")
        if os.path.isdir(candidate) and (here == folder or not _planted(here, candidate)):
            return Found(candidate, ".venv in this folder" if here == folder else f".venv in {here}")
        above = os.path.dirname(here)
        if above == here:
            return Found(None, "no VIRTUAL_ENV or CONDA_PREFIX is set, and there is no .venv here or in a folder above")
        here = above


def read_environment(path: str) -> VirtualEnvironment:
    """What the virtual environment at `path` says of itself. Raises PlaceError with the part that is broken."""
    prefix = os.path.abspath(path)
    values = _configuration(prefix)
    python = os.path.join(prefix, "bin", "python")
    home = values.get("home", "")
    if not home:
        raise _broken(prefix, "its pyvenv.cfg has no `home`")
    if not os.path.isdir(home):
        closed = _closed_to_us(home)
        if closed is not None:
            raise PlaceError(
                f"the Python that {prefix} was made from is out of reach: permission denied at {closed}",
                state="the environment itself is as it was",
            )
        raise _broken(prefix, f"the Python it was made from is gone: there is no {home}")
    if not os.path.lexists(python):
        raise _broken(prefix, "it has no bin/python")
    if not os.path.exists(python):
        raise _broken(prefix, f"its bin/python points to {_last_link(python)}, which is not there")
    return VirtualEnvironment(
        prefix=prefix,
        python=python,
        base_python=_base_python(prefix, python, values),
        system_site_packages=values.get("include-system-site-packages", "").lower() == "true",
        values=values,
    )


def _configuration(prefix: str) -> dict[str, str]:
    path = os.path.join(prefix, "pyvenv.cfg")
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return pyvenvcfg.parse(file.read(1 << 20))
    except FileNotFoundError:
        if not os.path.isdir(prefix):
            raise PlaceError(
                f"there is no environment at {prefix}",
                hints=(f"`elfin venv {_typed(prefix)}` makes one", "if VIRTUAL_ENV names it, `deactivate` first"),
            ) from None
        raise PlaceError(
            f"{prefix} is not a virtual environment: it has no pyvenv.cfg",
            hints=("name an environment with `--python`, or make one with `elfin venv`",),
        ) from None
    except NotADirectoryError as error:
        raise PlaceError(f"{prefix} is a file, not a virtual environment") from error
    except OSError as error:
        raise place_error(error, path) from error


def _base_python(prefix: str, python: str, values: dict[str, str]) -> str:
    real = os.path.realpath(python)
    if not real.startswith(os.path.realpath(prefix) + os.sep):
        return real
    for candidate in venv_files.base_candidates(values):  # bin/python is a copy
        if os.path.isfile(candidate) and os.access(candidate, os.X_OK):
            return os.path.realpath(candidate)
    raise _broken(prefix, f"there is no Python in {values.get('home')}, from which it was made")


def _closed_to_us(path: str) -> str | None:
    """The first folder on the way to `path` that this user may not look into, None where that is not the matter."""
    try:
        os.stat(path)
    except PermissionError:
        while not os.path.isdir(path):
            path = os.path.dirname(path)
        return path
    except OSError:
        pass
    return None


def _prefix_of(path: str) -> str | None:
    """The environment that a path means: the folder itself, or the one whose `bin` holds this program."""
    path = os.path.abspath(path)
    if os.path.isdir(path):
        return path if os.path.isfile(os.path.join(path, "pyvenv.cfg")) else None
    folder, name = os.path.split(path)
    above = os.path.dirname(folder)
    if name.startswith(("python", "pypy")) and os.path.isfile(os.path.join(above, "pyvenv.cfg")):
        return above
    return None


def _planted(folder: str, candidate: str) -> bool:
    """Whether somebody else may have put this `.venv` into a folder where everybody may write, such as /tmp."""
    try:
        open_to_all = os.stat(folder).st_mode & 0o002
        return bool(open_to_all) and os.lstat(candidate).st_uid not in (0, os.geteuid())
    except OSError:
        return True


def _last_link(path: str) -> str:
    """Where a chain of links breaks off."""
    for _ in range(40):
        try:
            path = os.path.join(os.path.dirname(path), os.readlink(path))
        except OSError:
            break
    return os.path.normpath(path)


def _broken(prefix: str, reason: str) -> PlaceError:
    return PlaceError(
        f"the environment {prefix} is broken: {reason}",
        hints=(f"`elfin venv --clear {_typed(prefix)}` makes it anew; what was installed has to be installed again",),
    )


def _typed(path: str) -> str:
    """The path as it can be typed in a shell."""
    import shlex

    return shlex.quote(path)
