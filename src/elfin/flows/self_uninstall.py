"""`self uninstall`: remove what the installer's receipt names; what elfin made since (Pythons, the cache) stays."""

from __future__ import annotations

import os

from elfin.edges import disk, disk_output
from elfin.errors import ElfinError, PlaceError
from elfin.flows import self_installed
from elfin.flows.context import Context
from elfin.flows.self_installed import APP
from elfin.installers import receipt, shell
from elfin.record import NamedTuple


class Uninstalled(NamedTuple):
    """What is gone, and what is still there."""

    version: str
    removed: tuple[str, ...]
    """Paths, in the order in which they went."""
    kept: tuple[str, ...]
    """Folders that elfin made while it was used."""


def uninstall(context: Context) -> Uninstalled:
    """Remove the running elfin, whose own code goes last: after it nothing can be imported any more.

    Raises UsageError where another tool installed it, PlaceError with what is left.
    """
    found = self_installed.installed(context, "uninstall")
    removed: list[str] = []
    trouble: list[str] = []
    for path in found.receipt.path_files:
        _without_line(path, removed, trouble)
    trees = receipt.trees(found.receipt)
    for path in receipt.programs(found.receipt):
        if _leads_into(path, trees):
            _attempt(path, removed, trouble)
    kept = _kept(context)
    if not trouble:
        for path in (*(tree for tree in trees if tree != found.tree), found.tree):
            _attempt(path, removed, trouble)
    if trouble:
        raise PlaceError("not everything could be removed", state="\n".join(trouble))
    _attempt(found.path, removed, trouble)
    for folder in (os.path.dirname(found.path), *map(os.path.dirname, trees)):
        if os.path.isdir(folder) and not os.listdir(folder):
            disk.remove_folder_if_empty(folder)
    return Uninstalled(found.receipt.version, tuple(removed), tuple(path for path in kept if os.path.isdir(path)))


def _leads_into(path: str, trees: tuple[str, ...]) -> bool:
    """Whether a program is the link that the installer made: another tool may have put its own in that place since."""
    target = os.path.realpath(path)
    return os.path.islink(path) and any(target.startswith(os.path.realpath(tree) + os.sep) for tree in trees)


def _attempt(path: str, removed: list[str], trouble: list[str]) -> None:
    if not os.path.lexists(path):
        return
    try:
        disk.remove(path)
        removed.append(path)
    except ElfinError as error:
        trouble.append(error.message)


def _without_line(path: str, removed: list[str], trouble: list[str]) -> None:
    """Take the installer's line out of a shell's file; one that holds nothing else goes where it is fish's of ours."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
            text = file.read()
    except FileNotFoundError:
        return
    except OSError as error:
        trouble.append(f"{path} cannot be read: {(error.strerror or str(error)).lower()}")
        return
    rest = receipt.without_lines(text, shell.path_mark(APP))
    if rest == text:
        return
    try:
        if not rest and path.endswith(".fish"):
            disk.remove_file(path)
        else:
            disk_output.write_out(path, rest.encode("utf-8", "surrogateescape"))
        removed.append(f"a line of {path}")
    except ElfinError as error:
        trouble.append(error.message)


def _kept(context: Context) -> list[str]:
    folders = (context.settings.python_folder.value, context.settings.cache_dir.value)
    return [os.path.join(context.folder, os.path.expanduser(folder)) for folder in folders if folder]
