"""`self update`: fetch the installer of another version and let it do its work, which is to replace all or nothing."""

from __future__ import annotations

import os

from elfin.edges import child, disk
from elfin.errors import ElfinError, PlaceError, Unreachable, UsageError
from elfin.flows import scratch, self_installed
from elfin.flows.context import Context
from elfin.flows.self_installed import APP, Installed
from elfin.installers import manifest, updates
from elfin.record import NamedTuple

_LARGEST = 1 << 20


class Updated(NamedTuple):
    """What became of it."""

    before: str
    now: str
    """The same where nothing was to be done."""
    note: str = ""
    """Why nothing was done, a clause."""


class Script(NamedTuple):
    """An install.sh that was found."""

    text: str
    version: str
    base: str
    """The folder that it lies in, and with it the archives."""


def update(context: Context, wanted: str | None) -> Updated:
    """Have elfin's version `wanted` (None: the newest) in place of the running one.

    Raises UsageError where another tool installed this elfin, Unreachable where no installer was found, PlaceError
    where it failed; the old elfin is then still there.
    """
    if wanted is not None and not manifest.fits("version", wanted):
        raise UsageError(f"{wanted!r} is no version", hints=("`elfin self update --version 1.2`",))
    found = self_installed.installed(context, "update")
    before = found.receipt.version
    if wanted == before:
        return Updated(before, before, f"elfin {before} is installed already")
    script = _script(context, found, wanted)
    if script.version == before:
        return Updated(before, before, f"elfin {before} is the newest at {self_installed.shown(script.base)}")
    if wanted is None and updates.is_older(script.version, before):
        note = f"{self_installed.shown(script.base)} has elfin {script.version}, which is older than {before}"
        return Updated(before, before, note)
    context.explain(f"install.sh of {script.version} from {self_installed.shown(script.base)}")
    _run(context, found, script)
    return Updated(before, script.version)


def _script(context: Context, found: Installed, wanted: str | None) -> Script:
    reasons = []
    for base in self_installed.base_urls(context, found):
        place = updates.place(base, found.receipt.version, wanted)
        if place is None:
            reasons.append(f"{self_installed.shown(base)} is of {found.receipt.version} alone")
            continue
        try:
            text = _fetched(context, place)
            version = updates.version_of(text, APP)
        except ElfinError as error:
            reasons.append(f"{self_installed.shown(place)}/install.sh: {error.message}")
            continue
        if wanted is not None and version != wanted:
            reasons.append(f"{self_installed.shown(place)} has elfin {version}")
            continue
        return Script(text, version, place)
    hints = ["ELFIN_BASE_URL names the folder or address that a release lies in"]
    if wanted is None:
        hints.insert(0, "`elfin self update --version V` asks for one version")
    raise Unreachable(
        f"no installer of elfin{f' {wanted}' if wanted else ''} was found",
        state="\n".join([*reasons, f"elfin {found.receipt.version} stays as it is"]),
        hints=tuple(hints),
    )


def _fetched(context: Context, place: str) -> str:
    if place.startswith(("http://", "https://")):
        if context.settings.offline.value:
            raise Unreachable("elfin is offline")
        answer = context.client.get(f"{place}/install.sh", limit=_LARGEST)
        if answer.status != 200:
            raise Unreachable(f"the server answered {answer.status}")
        return answer.body.decode("utf-8", "replace")
    folder = place.removeprefix("file://") if place.startswith("file:///") else place
    if "://" in folder:
        raise Unreachable("it is neither an http, https or file:///PATH address nor a folder")
    path = os.path.join(context.folder, os.path.expanduser(folder), "install.sh")
    try:
        with open(path, "rb") as file:
            return file.read(_LARGEST).decode("utf-8", "replace")
    except OSError as error:
        raise PlaceError((error.strerror or str(error)).lower()) from error


def _run(context: Context, found: Installed, script: Script) -> None:
    """Let the installer work: it puts things where they are now, and leaves shells alone where it did before."""
    path = os.path.join(scratch.folder_of_this_run(), "install.sh")
    disk.write(path, script.text.encode())
    context.tell(f"Installing elfin {script.version} in place of {found.receipt.version}")
    done = child.run(["/bin/sh", path], environ=_environment(context, found, script))
    for line in done.out.decode("utf-8", "replace").splitlines():
        context.explain(line)
    if done.code != 0:
        words = done.err.strip().removeprefix("error: ")
        raise PlaceError(
            f"the installer of elfin {script.version} failed",
            state=f"{words}\nelfin {found.receipt.version} stays as it is",
        )
    for line in done.err.strip().splitlines():
        context.warn(line.removeprefix("note: "))


def _environment(context: Context, found: Installed, script: Script) -> dict[str, str]:
    """What the installer is told. PATH is without elfin's folder, as it was when the installer came first: it then
    finds the lines that it added to shells' files, and writes them down again."""
    environ = {name: value for name, value in context.environ.items() if name != "ELFIN_UNMANAGED_INSTALL"}
    folder = found.receipt.install_dir
    base = script.base if "://" in script.base else os.path.join(context.folder, os.path.expanduser(script.base))
    environ.update({"ELFIN_BASE_URL": base, "ELFIN_INSTALL_DIR": folder})
    if not found.receipt.path_files:
        environ["ELFIN_NO_MODIFY_PATH"] = "1"
    environ["PATH"] = os.pathsep.join(
        part for part in environ.get("PATH", os.defpath).split(os.pathsep) if part.rstrip("/") != folder.rstrip("/")
    )
    return environ
