"""Which environment a command works on, and which interpreter and target wheels are judged against."""

from __future__ import annotations

import os

from elfin.envs import disk_find, layout
from elfin.envs.model import Environment
from elfin.errors import NoPython, PlaceError, Refused, UsageError
from elfin.flows.asked import Where
from elfin.flows.context import Context
from elfin.host.model import Host, Interpreter, Target
from elfin.record import NamedTuple


class Site(NamedTuple):
    """An environment, and where its Python runs."""

    environment: Environment
    host: Host | None
    """None: this machine."""


def target(context: Context, interpreter: Interpreter, host: Host | None = None) -> Target:
    """A place (None: the running machine) narrowed to an interpreter."""
    return Target(context.host if host is None else host, interpreter)


def aimed(context: Context, platform: str | None, python: str | None, python_version: str | None) -> Target:
    """What `--platform`, `--python` and `--python-version` (None: not given) mean, told to the user if not this place.

    Raises UsageError, NoPython, PlaceError.
    """
    if platform is None and python_version is None and not is_place(python):
        try:
            return target(context, interpreter(context, python, fetch=python is None))
        except NoPython:
            from elfin.pythons import request as requests

            wanted = requests.parse(python or "python")
            if python is None or wanted.path is not None or wanted.name is not None:
                raise
            context.tell(context.styled(f"No Python {python} is here: one is imagined", "dim"))
            python, python_version = None, python
    from elfin.flows import foreign

    return foreign.told(context, foreign.aimed(context, platform, python, python_version))


def words(platform: str | None, python: str | None, python_version: str | None) -> str:
    """Options that let `elfin explain` answer for what `aimed` takes, a space before each; "": it does so anyway."""
    import shlex

    if is_place(python):
        platform, python = python, None
    said = (("--platform", platform), ("--python", python_version or python))
    return "".join(f" {flag} {shlex.quote(value)}" for flag, value in said if value)


def site(context: Context, where: Where, *, writing: bool) -> Site:
    """The environment that is meant, and the place it is for: see `environment`."""
    if where.platform is None and where.python_version is None and not is_place(where.python):
        return Site(_own(context, where, writing=writing), None)
    from elfin.flows import foreign

    return foreign.site(context, where, writing=writing)


def is_place(python: str | None) -> bool:
    """Whether a `--python` names a place whose Python is meant, without being on this machine's PATH."""
    return python is not None and python.startswith(("root:", "image:"))


def interpreter(context: Context, request: str | None, *, inside: bool = True, fetch: bool = True) -> Interpreter:
    """The Python that a request (version, name, path; None: any) means; of an environment, its base.

    `inside`: without a request, the environment around is asked before PATH. `fetch`: one may be downloaded.
    Raises NoPython, PlaceError.
    """
    if request is not None or inside:
        found = disk_find.find(request, context.environ, context.folder)
        if found.path is not None and (request is not None or os.path.isdir(found.path)):
            context.explain(f"Python of the environment {found.path} ({found.origin})")
            return _interpreter_of(context, found)
    chosen = context.find_python(request, fetch=fetch)
    context.explain(f"Python {chosen.version} at {chosen.executable}")
    return chosen


def environment(context: Context, where: Where, *, writing: bool) -> Environment:
    """The environment that is meant.

    `writing` asks for one that may be changed: PEP 668 is honoured. Raises PlaceError when none is found, Refused for
    a Python that its system manages.
    """
    return site(context, where, writing=writing).environment


def _own(context: Context, where: Where, *, writing: bool) -> Environment:
    if where.target is not None and where.prefix is not None:
        raise UsageError("--target and --prefix are two places", hints=("give one of them",))
    if where.target is not None or where.prefix is not None:
        return _folder(context, where, writing)
    if where.system and where.python is not None:
        return _system(context, where, writing)
    if not where.system:
        found = disk_find.find(where.python, context.environ, context.folder)
        if found.path is not None:
            context.explain(f"environment {found.path} ({found.origin})")
            return _environment_at(context, found)
        if where.python is None:
            raise PlaceError(
                f"no virtual environment was found: {found.origin}",
                hints=(
                    "`elfin venv` makes one here",
                    "`--system` means the system's Python, `--python PATH` any other",
                ),
            )
    return _system(context, where, writing)


def _environment_at(context: Context, found: disk_find.Found) -> Environment:
    assert found.path is not None
    if found.conda:
        base = _interpreter_of(context, found)
        return Environment(found.path, base.executable, base, layout.system_scheme(base), "venv")
    return layout.venv_environment(_interpreter_of(context, found), os.path.abspath(found.path))


def _interpreter_of(context: Context, found: disk_find.Found) -> Interpreter:
    assert found.path is not None
    if found.conda:
        return context.probe(os.path.join(found.path, "bin", "python"))
    return context.probe(disk_find.read_environment(found.path).base_python)


def _system(context: Context, where: Where, writing: bool) -> Environment:
    base = context.find_python(where.python, fetch=writing)
    said = f"--python {where.python}" if where.python else "--system"
    # A change outside of any virtual environment should surprise nobody.
    (context.tell if writing else context.explain)(f"Using Python {base.version} at {base.executable} ({said})")
    if writing and base.externally_managed is not None and not where.break_system_packages:
        raise managed(base, base.executable)
    return Environment(base.prefix, base.executable, base, layout.system_scheme(base), "system")


def managed(base: Interpreter, shown: str) -> Refused:
    """The refusal of PEP 668."""
    return Refused(
        f"the Python at {shown} is managed by its system",
        state=base.externally_managed or None,
        hints=(
            "`elfin venv` makes an environment of your own",
            "`--break-system-packages` goes ahead all the same",
        ),
    )


def _folder(context: Context, where: Where, writing: bool) -> Environment:
    base = interpreter(context, where.python, fetch=writing)
    prefix = os.path.abspath(where.target or where.prefix or "")
    scheme = layout.target_scheme(prefix) if where.target else layout.prefix_scheme(base, prefix)
    return Environment(prefix, base.executable, base, scheme, "target" if where.target else "prefix")
