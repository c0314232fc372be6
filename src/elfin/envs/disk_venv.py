"""Makes a virtual environment (PEP 405) on the disk without running Python or pip.

Answers: an environment in the layout of `python -m venv --without-pip`, built in a folder of its own beside the place
and published by rename, so that nobody meets half of one. With `clear`, the new one is whole before the old one moves
aside. Refuses to touch a folder with something in it that is no virtual environment.
"""

from __future__ import annotations

import os

from elfin.edges import disk
from elfin.edges.disk_act import place_error
from elfin.envs import activate, layout, venv_files
from elfin.envs.model import Environment
from elfin.errors import PlaceError, UsageError
from elfin.host.model import Interpreter
from elfin.record import NamedTuple

_CONFIGURATION = "pyvenv.cfg"


def create(
    interpreter: Interpreter,
    path: str,
    *,
    made_by: str,
    prompt: str | None = None,
    system_site_packages: bool = False,
    clear: bool = False,
) -> Environment:
    """Make an environment at `path` for the base interpreter `interpreter`; it has no pip yet.

    `made_by` is elfin's version, noted in pyvenv.cfg. `prompt` None: the folder's name, the project's for `.venv`. An
    empty folder is filled; an environment is replaced with `clear` only. A link at `path` is followed.
    Raises UsageError for a path no shell can enter, PlaceError where something is in the way or the disk fails.
    """
    prefix = os.path.abspath(path)
    _check(interpreter, prefix)
    final = os.path.realpath(prefix)
    shown = prompt if prompt is not None else layout.default_prompt(prefix)
    plan = _Plan(interpreter, prefix, shown, system_site_packages, made_by)
    if not _occupied(final, prefix, clear=clear):
        parent = os.path.dirname(final)
        disk.make_folder(parent)
        with disk.staging(parent) as staged:
            _build(plan, os.path.join(staged, "new"))
            if not disk.publish(os.path.join(staged, "new"), final):
                raise PlaceError(f"something was made at {prefix} meanwhile", state="it was left as it is")
    elif _must_keep_folder(final):
        _fill(plan, final)
    else:
        _replace(plan, final)
    return layout.venv_environment(interpreter, prefix)


class _Plan(NamedTuple):
    interpreter: Interpreter
    prefix: str
    """Where the environment will be found; it is built elsewhere."""
    prompt: str
    system_site_packages: bool
    made_by: str


def _check(interpreter: Interpreter, prefix: str) -> None:
    reason = activate.refusal(prefix)
    if reason is not None:
        raise UsageError(f"no environment can be made at {prefix}: {reason}", hints=("choose another folder",))
    if interpreter.os == "windows":
        raise PlaceError("elfin cannot make environments for Windows yet", hints=("`py -m venv` can",))
    if not os.path.isfile(interpreter.executable):
        raise PlaceError(f"the interpreter {interpreter.executable} is gone")
    for text in (interpreter.executable, os.path.realpath(interpreter.executable)):
        if not text.isprintable() or text != text.strip():  # undecodable bytes are not printable either
            raise PlaceError(f"pyvenv.cfg cannot hold the interpreter's path {text}")


def _occupied(final: str, prefix: str, *, clear: bool) -> bool:
    """Whether a folder is at `final`, which then may be filled or replaced. Raises PlaceError when it may not be."""
    try:
        names = _names(final)
    except FileNotFoundError:
        return False
    except NotADirectoryError as error:
        raise PlaceError(f"{prefix} is a file", hints=("choose another folder",)) from error
    except OSError as error:
        raise place_error(error, final) from error
    if not names:
        return True
    if _CONFIGURATION not in names:
        raise PlaceError(
            f"{prefix} is not empty and not a virtual environment",
            state="it was left as it is",
            hints=("choose another folder, or empty this one yourself",),
        )
    if not clear:
        raise PlaceError(
            f"a virtual environment is already at {prefix}",
            state="it was left as it is",
            hints=("`--clear` replaces it",),
        )
    return True


def _names(folder: str) -> set[str]:
    """What lies in a folder, but for what a killed elfin may have left there."""
    return {name for name in os.listdir(folder) if not name.startswith(".elfin-staging-")}


def _must_keep_folder(final: str) -> bool:
    """Whether the folder itself stays: empty (somebody prepared it), mounted, worked in, or in a closed parent."""
    return (
        not _names(final)
        or os.path.ismount(final)
        or final == os.path.realpath(os.curdir)
        or not os.access(os.path.dirname(final), os.W_OK)
    )


def _replace(plan: _Plan, final: str) -> None:
    """The new environment is built first; the old one is out of the way for one rename only, and deleted last."""
    with disk.staging(os.path.dirname(final)) as staged:
        new, old = os.path.join(staged, "new"), os.path.join(staged, "old")
        _build(plan, new)
        disk.rename(final, old)
        try:
            if not disk.publish(new, final):
                raise PlaceError(f"something was made at {plan.prefix} meanwhile")
        except BaseException:
            if not os.path.lexists(final):
                disk.rename(old, final)
            raise


def _fill(plan: _Plan, final: str) -> None:
    """As `_replace`, but name by name inside the folder. pyvenv.cfg comes first and goes last: if this is interrupted,
    what is there still is an environment, a broken one, which `--clear` may replace."""
    before = _names(final) - {_CONFIGURATION}
    with disk.staging(final) as staged:
        new, old = os.path.join(staged, "new"), os.path.join(staged, "old")
        _build(plan, new)
        disk.make_folder(old)
        disk.rename(os.path.join(new, _CONFIGURATION), os.path.join(final, _CONFIGURATION))
        for name in sorted(before):
            disk.rename(os.path.join(final, name), os.path.join(old, name))
        for name in sorted(os.listdir(new)):
            disk.rename(os.path.join(new, name), os.path.join(final, name))


def _build(plan: _Plan, root: str) -> None:
    """Put the whole environment into the new folder `root`."""
    interpreter = plan.interpreter
    scheme = layout.venv_scheme(interpreter, root)
    for folder in (scheme.purelib, scheme.scripts, layout.include_folder(interpreter, root)):
        disk.make_folder(folder)
    if interpreter.os == "linux" and interpreter.arch.bits == 64:
        disk.symlink("lib", os.path.join(root, "lib64"))
    names = layout.python_names(interpreter)
    _offer(interpreter.executable, os.path.join(scheme.scripts, names[0]))
    for name in names[1:]:
        _offer(names[0], os.path.join(scheme.scripts, name))
    for name, text in activate.scripts(plan.prefix, plan.prompt).items():
        disk.create(os.path.join(scheme.scripts, name), text.encode("utf-8", "surrogateescape"))
    disk.create(os.path.join(root, ".gitignore"), venv_files.GITIGNORE.encode())
    configuration = venv_files.configuration(
        interpreter,
        executable=os.path.realpath(interpreter.executable),
        prompt=plan.prompt,
        system_site_packages=plan.system_site_packages,
        made_by=plan.made_by,
    )
    disk.create(os.path.join(root, _CONFIGURATION), configuration.encode())


def _offer(source: str, path: str) -> None:
    """Make `path` start the program `source` (absolute, or beside it): a link, or a copy where there are no links."""
    if not disk.symlink(source, path):
        program = os.path.realpath(os.path.join(os.path.dirname(path), source))
        disk.link(program, path, "copy")
