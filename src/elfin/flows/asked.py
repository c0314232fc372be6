"""What a command line asks of a flow, as values."""

from __future__ import annotations

from elfin.record import NamedTuple


class Choice(NamedTuple):
    """How versions are chosen."""

    prereleases: str | None = None
    """One of `resolve.model.Problem.prereleases`; None: the default."""
    resolution: str = "highest"
    upgrade: bool = False
    """Do not prefer versions that are pinned or installed."""
    upgrade_packages: tuple[str, ...] = ()
    no_deps: bool = False


class Requests(NamedTuple):
    """What is to be resolved, installed or removed, as typed."""

    packages: tuple[str, ...] = ()
    """Requirements, paths and URLs of wheels, names."""
    files: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    editables: tuple[str, ...] = ()
    require_hashes: bool = False
    choice: Choice = Choice()


class Where(NamedTuple):
    """Which environment is meant, and how it is to be written to."""

    python: str | None = None
    """A path, name or version request, or `root:DIR`; None: the active environment, or the nearest `.venv`."""
    system: bool = False
    break_system_packages: bool = False
    target: str | None = None
    prefix: str | None = None
    link_mode: str | None = None
    """"reflink", "hardlink", "copy" or "symlink"; None: the first that works."""
    durable: bool = True
    """Wait until the disk has everything."""
    platform: str | None = None
    """A place to choose wheels for, as typed; None: this machine."""
    python_version: str | None = None
    """The version of Python to choose wheels for; None: that of the interpreter."""
    audit: bool = False
    """Read the binaries of what is installed, and refuse what cannot run."""
