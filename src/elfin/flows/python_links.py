"""The links on a user's PATH to installed Pythons: `python3.13` leads to the newest of its kind, over nobody's file."""

from __future__ import annotations

import os

from elfin.errors import PlaceError
from elfin.flows.context import Context
from elfin.pythons import disk_managed, manifest
from elfin.pythons.manifest import Installed


def linked(context: Context, root: str, one: Installed) -> tuple[str | None, tuple[str, ...]]:
    """(the link that leads to `one`, None if none does; clauses on what could not be done)."""
    name, folder = manifest.command_name(one.build), _folder(context)
    if name is None or folder is None:
        return None, ()
    path = os.path.join(folder, name)
    try:
        if not _leads_to(path, one):
            with disk_managed.linking(root):
                _mend(folder, root)
                note = _set(path, root, one)
            if note is not None:
                return None, note
    except PlaceError as error:
        return None, (f"{name} was not linked: {error.message}",)
    on_path = folder in context.environ.get("PATH", "").split(os.pathsep)
    return path, () if on_path else (f"{folder} is not on PATH",)


def mend(context: Context, root: str) -> None:
    """A link into `root` whose Python is gone leads to the next best of its kind, or goes too. Raises PlaceError."""
    folder = _folder(context)
    if folder is not None and os.path.isdir(folder) and os.path.isdir(root):
        with disk_managed.linking(root):
            _mend(folder, root)


def _folder(context: Context) -> str | None:
    folder = context.settings.python_links.value
    return None if folder is None else os.path.join(context.folder, os.path.expanduser(folder))


def _leads_to(path: str, one: Installed) -> bool:
    target = os.path.join(one.prefix, one.executable)
    return os.path.islink(path) and os.path.realpath(path) == os.path.realpath(target)


def _set(path: str, root: str, one: Installed) -> tuple[str, ...] | None:
    """Have `path` lead to `one`; None when it does, else why not in clauses, none where a newer one has it."""
    if os.path.lexists(path):
        owner = disk_managed.owner_of_link(path, root)
        if owner is None:
            return (f"{path} is not elfin's and was left alone",)
        other = disk_managed.at(owner)
        newer = other is not None and not manifest.is_upgrade(one.build, other.build)
        if owner != one.prefix and newer and os.path.exists(path):
            return ()
    if not disk_managed.set_link(path, os.path.join(one.prefix, one.executable)):
        return (f"{os.path.basename(path)} was not linked: the file system of {os.path.dirname(path)} has no links",)
    return None


def _mend(folder: str, root: str) -> None:
    dead = disk_managed.dead_links(folder, root)
    left = [one for one in disk_managed.installed(root) if one.ran and disk_managed.has_program(one)] if dead else []
    for path in dead:
        heir = next((one for one in left if manifest.command_name(one.build) == os.path.basename(path)), None)
        if heir is None:
            disk_managed.remove_link(path)
        else:
            disk_managed.set_link(path, os.path.join(heir.prefix, heir.executable))
