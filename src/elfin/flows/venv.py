"""Make a virtual environment, with pip in it when asked."""

from __future__ import annotations

import os

from elfin import __version__
from elfin.envs import disk_venv
from elfin.envs.model import Environment
from elfin.flows import places
from elfin.flows.asked import Requests, Where
from elfin.flows.context import Context
from elfin.record import NamedTuple


class Made(NamedTuple):
    """The new environment."""

    environment: Environment
    path: str
    """As the user wrote it."""
    seeded: tuple[str, ...]
    """Packages put into it."""


def make(
    context: Context,
    path: str,
    *,
    python: str | None,
    prompt: str | None,
    clear: bool,
    seed: bool,
    system_site_packages: bool,
    link_mode: str | None,
) -> Made:
    """Make it at `path`. Raises NoPython, PlaceError, and what an installation raises with `seed`."""
    base = places.interpreter(context, python, inside=False)
    made = disk_venv.create(
        base,
        path,
        made_by=__version__,
        prompt=os.path.basename(context.folder) if prompt == "." else prompt,
        system_site_packages=system_site_packages,
        clear=clear,
    )
    seeded: tuple[str, ...] = ()
    if seed:
        from elfin.flows import install

        outcome = install.install(context, Requests(packages=("pip",)), Where(python=made.prefix, link_mode=link_mode))
        seeded = tuple(f"{one.name}=={one.after[0]}" for one in outcome.changes)
    return Made(made, path, seeded)
