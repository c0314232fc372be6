"""Which environment a command works on, and which interpreter and target wheels are judged against."""

from __future__ import annotations

import os

from elfin.envs import disk_find, layout
from elfin.envs.model import Environment
from elfin.errors import PlaceError, Refused, UsageError
from elfin.flows.asked import Where
from elfin.flows.context import Context
from elfin.host.model import Interpreter, Target


def target(context: Context, interpreter: Interpreter) -> Target:
    """The running machine narrowed to an interpreter."""
    return Target(context.host, interpreter)


def interpreter(context: Context, request: str | None, *, inside: bool = True) -> Interpreter:
    """The Python that a request (version, name, path; None: any) means; of an environment, its base.

    `inside`: without a request, the environment around is asked before PATH. Raises NoPython, PlaceError.
    """
    if request is not None or inside:
        found = disk_find.find(request, context.environ, context.folder)
        if found.path is not None and (request is not None or os.path.isdir(found.path)):
            context.explain(f"Python of the environment {found.path} ({found.origin})")
            return _interpreter_of(context, found)
    chosen = context.find_python(request)
    context.explain(f"Python {chosen.version} at {chosen.executable}")
    return chosen


def environment(context: Context, where: Where, *, writing: bool) -> Environment:
    """The environment that is meant.

    `writing` asks for one that may be changed: PEP 668 is honoured. Raises PlaceError when none is found, Refused for
    a Python that its system manages.
    """
    if where.target is not None and where.prefix is not None:
        raise UsageError("--target and --prefix are two places", hints=("give one of them",))
    if where.target is not None or where.prefix is not None:
        return _folder(context, where)
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
    base = context.find_python(where.python)
    said = f"--python {where.python}" if where.python else "--system"
    # A change outside of any virtual environment should surprise nobody.
    (context.tell if writing else context.explain)(f"Using Python {base.version} at {base.executable} ({said})")
    if writing and base.externally_managed is not None and not where.break_system_packages:
        raise Refused(
            f"the Python at {base.executable} is managed by its system",
            state=base.externally_managed or None,
            hints=(
                "`elfin venv` makes an environment of your own",
                "`--break-system-packages` goes ahead all the same",
            ),
        )
    return Environment(base.prefix, base.executable, base, layout.system_scheme(base), "system")


def _folder(context: Context, where: Where) -> Environment:
    base = interpreter(context, where.python)
    prefix = os.path.abspath(where.target or where.prefix or "")
    scheme = layout.target_scheme(prefix) if where.target else layout.prefix_scheme(base, prefix)
    return Environment(prefix, base.executable, base, scheme, "target" if where.target else "prefix")
