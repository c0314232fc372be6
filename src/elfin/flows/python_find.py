"""The Python for a request: those elfin installed, then PATH, then one that is downloaded; and the folder's pin."""

from __future__ import annotations

import os

from elfin.errors import ElfinError, NoPython, PlaceError, UsageError
from elfin.flows.context import Context
from elfin.host.model import Host, Interpreter
from elfin.pythons import child
from elfin.pythons import request as requests
from elfin.pythons.request import PythonRequest
from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from elfin.pythons.manifest import Installed

PIN = ".python-version"


def folder_of(context: Context) -> str:
    """The folder of this user's Pythons, absolute. Raises PlaceError when there is no home for it."""
    folder = context.settings.python_folder.value
    if folder is None:
        raise PlaceError(
            "there is no home folder to keep Pythons in", hints=("ELFIN_PYTHON_INSTALL_DIR names a folder",)
        )
    return os.path.join(context.folder, os.path.expanduser(folder))


def find(context: Context, text: str | None, asking: child.Asking, *, fetch: bool = True) -> Interpreter:
    """The Python that a request means (None: the folder's pin, else any); `fetch`: one may be downloaded for it.

    Raises NoPython with what was passed over and why nothing was downloaded; what an installation raises.
    """
    request = requests.parse(text) if text is not None else (pinned(context) or requests.parse("any"))
    if request.path is not None or request.name is not None:
        return child.find(request, context.environ.get("PATH", ""), asking)
    for one in managed(context, request):
        try:
            return child.probe(os.path.join(one.prefix, one.executable), asking)
        except ElfinError as error:
            context.warn(f"{one.key} does not run any more: {error.message}")
    try:
        return child.find(request, context.environ.get("PATH", ""), asking)
    except NoPython as error:
        return _downloaded(context, request, asking, error, fetch=fetch)


def located(context: Context, text: str | None, *, inside: bool, fetch: bool = True) -> Interpreter:
    """The Python that a command started here with this request would use; `inside`: an environment's counts as well.

    Raises as `find`.
    """
    try:
        return _located(context, text, inside=inside, fetch=fetch)
    except NoPython as error:  # who asks with this is not a command that takes --python
        hints = tuple(hint for hint in error.hints if hint != child.BY_PATH)
        raise NoPython(error.message, state=error.state, hints=hints) from error


def _located(context: Context, text: str | None, *, inside: bool, fetch: bool) -> Interpreter:
    from elfin.envs import disk_find

    request = requests.parse(text or "any")
    environment = disk_find.find(None, context.environ, context.folder) if text is None and inside else None
    if (environment is not None and environment.path is not None) or request.path or request.name:
        from elfin.flows import places

        return places.interpreter(context, text, inside=inside)
    return find(context, text, child.Asking(context.place, context.interpreters), fetch=fetch)


def managed(context: Context, request: PythonRequest) -> list[Installed]:
    """Those that elfin installed for this machine and that answer the request, the best first."""
    if context.settings.python_folder.value is None:
        return []
    root = folder_of(context)
    if not os.path.isdir(root):  # most commands end here, without the rooms that know builds
        return []
    from elfin.pythons import disk_managed

    there = [one for one in disk_managed.installed(root) if one.ran]
    return answering(request, context.host, there) if there else []


def answering(request: PythonRequest, host: Host, there: list[Installed]) -> list[Installed]:
    """Those of `there` that answer the request in a place, the best first: `there` is the newest first."""
    from elfin.pythons import choose

    found = [one for one in there if choose.answers(one.build, request, host)]
    return sorted(found, key=lambda one: choose.is_early(one.build, request))


def _downloaded(
    context: Context, request: PythonRequest, asking: child.Asking, error: NoPython, *, fetch: bool
) -> Interpreter:
    from elfin.flows import python_catalogue, python_install
    from elfin.pythons import choose

    said = context.settings.python_downloads
    allowed = fetch and said.value == "automatic" and not context.settings.offline.value
    try:
        known = python_catalogue.load(context)
    except ElfinError as trouble:
        if allowed:
            raise
        state = "\n".join(filter(None, (error.state, f"what can be downloaded is not known: {trouble.message}")))
        raise NoPython(error.message, state=state, hints=error.hints) from trouble
    chosen = choose.choose(request, context.host, known)
    shown = request.text.strip() or "any"
    if isinstance(chosen, choose.NoBuild):
        refusal = python_install.refusal(chosen)
        state = "\n".join(filter(None, (error.state, f"and none can be downloaded: {refusal.state}")))
        raise NoPython(error.message, state=state, hints=(*refusal.hints, *error.hints)) from error
    if not allowed:
        why = f"; downloads are off ({said.origin})" if said.value != "automatic" else "; elfin is offline"
        never = said.value == "never" and not said.origin.startswith("--")
        first = "ELFIN_PYTHON_DOWNLOADS=manual " if never else ""
        command = f"`{first}elfin python install {python_install.typed(shown)}`"
        hint = f"{command} would get {chosen.version}" + (why if fetch else "")
        raise NoPython(error.message, state=error.state, hints=(hint, *error.hints)) from error
    context.tell(f"Installing Python {chosen.version}: none for {shown!r} is here")
    outcome = python_install.install_build(context, chosen, python_install.where(context, None))
    return child.probe(os.path.join(outcome.one.prefix, outcome.one.executable), asking)


def pin_file(context: Context) -> str | None:
    """The `.python-version` that counts here: this folder's or the nearest above; None without one."""
    folder = context.folder
    while True:
        path = os.path.join(folder, PIN)
        if os.path.isfile(path):
            return path
        if os.path.dirname(folder) == folder:
            return None
        folder = os.path.dirname(folder)


def pinned(context: Context) -> PythonRequest | None:
    """What the pin asks for; None without one, and for words that only pyenv understands."""
    path = pin_file(context)
    word = first_word(path) if path is not None else ""
    if not word or word == "system":
        return None
    try:
        request = requests.parse(word)
    except UsageError:
        request = None
    if request is None or request.name is not None:
        context.warn(f"{path} asks for {word!r}, which is no version: passed over")
        return None
    return request


def first_word(path: str) -> str:
    """The first word of a pin file that is no comment, or its first line if that is a path; "" for none."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read(65536).splitlines()
    except OSError:
        return ""
    absolute = next((line.strip() for line in lines if line.strip()), "")
    if absolute.startswith("/"):  # as `pin --resolved` writes it: a path may have a space in it
        return absolute.partition(" #")[0].rstrip()
    return next((word for line in lines for word in line.partition("#")[0].split()), "")
