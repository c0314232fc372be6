"""How the elfin that runs was installed: by its own installer, whose receipt tells all, or by something else."""

from __future__ import annotations

import os
import shlex

import elfin
from elfin.errors import MalformedRelease, PlaceError, UsageError
from elfin.flows.context import Context
from elfin.formats.urltext import redacted
from elfin.installers import receipt
from elfin.installers.receipt import Receipt
from elfin.record import NamedTuple

APP = "elfin"


class Installed(NamedTuple):
    """An elfin that its installer has put here."""

    receipt: Receipt
    path: str
    """The receipt's file."""
    tree: str
    """The folder that the running elfin lies in."""


def installed(context: Context, wish: str) -> Installed:
    """The install that the running elfin is of. `wish` is "update" or "uninstall".

    Raises UsageError with what to type instead where another tool installed it, PlaceError and MalformedRelease for a
    receipt that cannot be read, which they name.
    """
    path = _receipt_path(context)
    own = os.path.realpath(os.path.dirname(elfin.__file__))
    if path is not None and os.path.isfile(path):
        found = _read(path, wish)
        for tree in receipt.trees(found):
            if own.startswith(os.path.realpath(tree) + os.sep) and found.app == APP:
                return Installed(found, path, tree)
    raise UsageError(
        f"this elfin was not installed by its installer, so it cannot {wish} itself",
        state=f"it runs from {own}",
        hints=_instead(own, wish),
    )


def base_urls(context: Context, found: Installed) -> tuple[str, ...]:
    """Where releases come from: ELFIN_BASE_URL (one folder, or a list between spaces), else where this one did."""
    asked = context.environ.get("ELFIN_BASE_URL", "")
    if not asked.strip():
        return (found.receipt.base_url,)
    return (asked,) if os.path.isdir(asked) else tuple(asked.split())


def shown(url: str) -> str:
    """A base URL without its secrets."""
    return redacted(url) if "://" in url else url


def _receipt_path(context: Context) -> str | None:
    config = context.environ.get("XDG_CONFIG_HOME", "")
    if not os.path.isabs(config):
        home = os.path.expanduser("~")
        if not os.path.isabs(home):
            return None
        config = os.path.join(home, ".config")
    return os.path.join(config, APP, f"{APP}-receipt.json")


def _read(path: str, wish: str) -> Receipt:
    try:
        return receipt.loads(_text(path))
    except MalformedRelease as error:
        way_out = "`sh install.sh` again writes a new receipt"
        if wish == "uninstall":
            way_out += f"; without one (`rm {shlex.quote(path)}`) this command tells what to remove"
        raise MalformedRelease(
            f"{error.message} ({path})", state="nothing was changed", hints=(*error.hints, way_out)
        ) from error


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read(receipt.LARGEST)
    except OSError as error:
        raise PlaceError(f"the receipt {path} cannot be read: {(error.strerror or str(error)).lower()}") from error


def _instead(own: str, wish: str) -> tuple[str, ...]:
    """What to type, by where elfin lies."""
    above = os.path.dirname(own)
    checkout = os.path.dirname(above)
    if os.path.basename(above) == "src" and os.path.isfile(os.path.join(checkout, "pyproject.toml")):
        if wish == "update":
            return (f"it is a checkout: `git -C {shlex.quote(checkout)} pull`",)
        return (f"it is a checkout: remove {shlex.quote(checkout)}",)
    if os.path.isfile(os.path.join(above, "start.py")):
        tree = os.path.dirname(above)
        without = f"{tree} has no receipt: it was unpacked by hand, or with ELFIN_UNMANAGED_INSTALL"
        if wish == "update":
            return (without, "`sh install.sh` again puts another version there")
        return (without, f"remove {shlex.quote(tree)}")
    update, remove = _tool(above)
    return (f"`{update if wish == 'update' else remove}`",)


def _tool(packages: str) -> tuple[str, str]:
    """(what updates, what removes) a package in that site-packages folder."""
    parts = packages.split(os.sep)
    if "uv" in parts and "tools" in parts:
        return "uv tool upgrade elfin", "uv tool uninstall elfin"
    if "pipx" in parts:
        return "pipx upgrade elfin", "pipx uninstall elfin"
    installers = {_installer(os.path.join(packages, name)) for name in _listed(packages) if _is_own(name)}
    if "uv" in installers:
        return "uv pip install --upgrade elfin", "uv pip uninstall elfin"
    return "pip install --upgrade elfin", "pip uninstall elfin"


def _is_own(name: str) -> bool:
    return name.startswith("elfin-") and name.endswith(".dist-info")


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _installer(folder: str) -> str:
    try:
        with open(os.path.join(folder, "INSTALLER"), encoding="utf-8", errors="replace") as file:
            return file.read(100).strip()
    except OSError:
        return ""
