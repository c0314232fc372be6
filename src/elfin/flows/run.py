"""`run` and `tool run`: become a command, with packages at hand that nobody had to install."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from elfin.edges import child
from elfin.envs import disk_find
from elfin.errors import PlaceError, UsageError
from elfin.flows import places
from elfin.flows.asked import Choice, Requests
from elfin.flows.context import Context
from elfin.flows.environments import Prepared, prepared
from elfin.formats import scriptmetadata
from elfin.host.model import Interpreter
from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import NoReturn


_AT_VERSION = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[^\]]*\])?)@(?P<version>.+)")
_LARGEST_SCRIPT = 64 << 20


def run(
    context: Context,
    command: Sequence[str],
    *,
    packages: Sequence[str],
    files: Sequence[str],
    python: str | None,
    module: bool,
    script: bool,
    isolated: bool,
    choice: Choice,
) -> NoReturn:
    """Become `command`. Raises UsageError, NoPython, Conflict, Unreachable, PlaceError (127: no such command)."""
    if not command:
        raise UsageError("no command was given", hints=("`elfin run --with numpy -- python`",))
    if not script and not module and command[0].endswith((".py", ".pyw")) and not os.path.exists(command[0]):
        raise UsageError(f"there is no file {command[0]}")
    from_stdin = command[0] == "-"  # the script comes on standard input, which is read once, by Python
    is_script = script or (not module and command[0].endswith((".py", ".pyw")) and os.path.isfile(command[0]))
    metadata = _script_metadata(command[0]) if is_script else None
    wanted = (*_split(packages), *(metadata.dependencies if metadata else ()))
    if wanted or files:
        context.expect_index()
    # A script that names its requirements is complete in itself; anything else sees the environment around.
    around = None if isolated or metadata is not None or python is not None else _around(context)
    if metadata is not None and python is None:
        chosen = places.interpreter(context, metadata.requires_python, inside=False)
    else:
        chosen = places.interpreter(context, python)
    requests = Requests(packages=wanted, files=tuple(files), choice=choice)
    environment = prepared(context, requests, chosen, around=around) if wanted or files else None
    program = _python(environment, around, chosen)
    if metadata is not None and python is not None and metadata.requires_python:
        _warn_of_python(context, command[0], metadata.requires_python, chosen)
    if is_script or from_stdin:
        command = [program, *command]
    elif module:
        command = [program, "-m", *command]
    _become(context, command, environment, around, chosen)


def _warn_of_python(context: Context, script: str, requires: str, chosen: Interpreter) -> None:
    """The user's `--python` wins over the script's own word, but not in silence."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        fits = SpecifierSet(requires).contains(chosen.version, prereleases=True)
    except InvalidSpecifier:
        raise UsageError(f"{script}: `requires-python` is no version specifier: {requires}") from None
    if not fits:
        context.warn(f"{script} asks for Python {requires}, and --python chose {chosen.version}")


def tool_run(
    context: Context,
    command: Sequence[str],
    *,
    package: str | None,
    packages: Sequence[str],
    python: str | None,
    choice: Choice,
) -> NoReturn:
    """Become the tool `command[0]`, which `package` (default: the one of its name) provides.

    Raises UsageError when the package has no such program, and what resolving and installing raise.
    """
    tool, wanted = command[0], package or command[0]
    at = _AT_VERSION.fullmatch(wanted)
    if at is not None:
        wanted = at["name"] if at["version"] == "latest" else f"{at['name']}=={at['version']}"
        choice = choice._replace(upgrade=True) if at["version"] == "latest" else choice
    if package is None:
        tool = re.split(r"[@\[<>=!~;\s]", tool, maxsplit=1)[0]
    context.expect_index()
    chosen = places.interpreter(context, python, inside=False)
    requests = Requests(packages=(wanted, *_split(packages)), choice=choice)
    environment = prepared(context, requests, chosen, around=None)
    program = os.path.join(environment.path, "bin", tool)
    if not os.access(program, os.X_OK):
        provided = ", ".join(environment.programs) or "none"
        raise UsageError(
            f"{wanted} has no program `{tool}`",
            state=f"its programs: {provided}",
            hints=tuple(f"elfin tool run --from {wanted} {name}" for name in environment.programs[:3]),
        )
    _become(context, [program, *command[1:]], environment, None, chosen)


def _become(
    context: Context, command: Sequence[str], environment: Prepared | None, around: str | None, chosen: Interpreter
) -> NoReturn:
    folders = [os.path.join(prefix, "bin") for prefix in (environment.path if environment else None, around) if prefix]
    if not folders:
        folders = [os.path.dirname(chosen.executable)]
    environ = {key: value for key, value in context.environ.items() if key not in ("PYTHONHOME", "__PYVENV_LAUNCHER__")}
    environ["PATH"] = os.pathsep.join([*folders, context.environ.get("PATH", os.defpath)])
    prefix = environment.path if environment else around
    if prefix:
        environ["VIRTUAL_ENV"] = prefix
    elif command[0] in ("python", "python3", "python{}.{}".format(*chosen.version_info)):
        # The folder of a system's Python may have no such name, or another Python behind it.
        command = [chosen.executable, *command[1:]]
    context.explain(f"becoming {' '.join(command)}")
    child.replace(command, environ)


def _python(environment: Prepared | None, around: str | None, chosen: Interpreter) -> str:
    prefix = environment.path if environment else around
    return os.path.join(prefix, "bin", "python") if prefix else chosen.executable


def _around(context: Context) -> str | None:
    """The environment that is active or nearest, None where there is none."""
    found = disk_find.find(None, context.environ, context.folder)
    return found.path if found.path is not None and os.path.isdir(found.path) else None


def _split(packages: Sequence[str]) -> tuple[str, ...]:
    """`--with a,b>=1,<2` are two requirements: a comma parts them where a name follows it."""
    found: list[str] = []
    for typed in packages:
        depth = 0
        start = 0
        for position, letter in enumerate(typed):
            depth += (letter == "[") - (letter == "]")
            if letter == "," and depth == 0 and re.match(r"\s*[A-Za-z./]", typed[position + 1 :]):
                found.append(typed[start:position])
                start = position + 1
        found.append(typed[start:])
    return tuple(one.strip() for one in found if one.strip())


def _script_metadata(path: str) -> scriptmetadata.ScriptMetadata | None:
    try:
        with open(path, "rb") as file:
            return scriptmetadata.parse(file.read(_LARGEST_SCRIPT), path)
    except OSError as error:
        raise PlaceError(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from error
