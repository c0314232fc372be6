"""The values of the room: an environment, its install scheme, and a distribution that is in it."""

from __future__ import annotations

from elfin.host.model import Interpreter
from elfin.record import NamedTuple


class Scheme(NamedTuple):
    """Absolute folders a wheel is spread over (sysconfig's names; PEP 427 `.data` keys)."""

    purelib: str
    platlib: str
    scripts: str
    data: str
    headers: str
    """The folder that holds one `headers` folder per distribution: include/site/pythonX.Y in an environment."""


class Environment(NamedTuple):
    """A place packages are installed to: a virtual environment, a system interpreter, or a `--target` folder."""

    prefix: str
    python: str
    """Path of the interpreter that scripts name in their first line."""
    interpreter: Interpreter
    """The base interpreter's facts (ABI, libc, markers)."""
    scheme: Scheme
    kind: str
    """"venv", "system", "target" or "prefix"."""


class InstalledDistribution(NamedTuple):
    """One `*.dist-info` folder. Name and version are its folder's: cheap to list, enough to compare with a pin."""

    name: str
    """As the folder spells it (not normalised)."""
    canonical_name: str
    """PEP 503 normalised."""
    version: str
    dist_info: str
    """Absolute path."""
