"""From parsed options to the values flows take. Imported by every command: light on purpose."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from elfin.flows.asked import Choice, Requests, Where
    from elfin.flows.context import Context


def begin(options: Namespace) -> Context:
    """The context of this run: settings with their origins, cache folder, terminal. Tells the settings with -v."""
    from elfin.flows.context import Context

    if options.directory:
        from elfin.errors import UsageError

        try:
            os.chdir(options.directory)
        except OSError as error:
            raise UsageError(f"cannot change to {options.directory}: {error.strerror}") from error
    context = Context.open(vars(options))
    context.tell_settings()
    return context


def requests(options: Namespace) -> Requests:
    """What the command line asks for."""
    from elfin.flows.asked import Requests

    given = vars(options)
    return Requests(
        packages=tuple(given.get("package", ())),
        files=tuple(options.requirement),
        constraints=tuple(given.get("constraint", ())),
        editables=tuple(given.get("editable", ())),
        require_hashes=bool(given.get("require_hashes")),
        choice=choice(options),
    )


def choice(options: Namespace) -> Choice:
    """How versions are to be chosen."""
    from elfin.flows.asked import Choice

    given = vars(options)
    return Choice(
        prereleases="allow" if given.get("pre") else given.get("prerelease"),
        resolution=given.get("resolution", "highest"),
        upgrade=bool(given.get("upgrade")),
        upgrade_packages=tuple(given.get("upgrade_package", ())),
        no_deps=bool(given.get("no_deps")),
    )


def where(options: Namespace) -> Where:
    """Which environment the command line means."""
    from elfin.flows.asked import Where

    given = vars(options)
    return Where(
        python=options.python,
        system=options.system,
        break_system_packages=options.break_system_packages,
        target=options.target,
        prefix=options.prefix,
        link_mode=given.get("link_mode"),
        durable=not given.get("no_sync", False),
        platform=platform(options),
        python_version=given.get("python_version"),
        audit=bool(given.get("audit")),
    )


def platform(options: Namespace) -> str | None:
    """The one place that `--platform` names, None for none. Raises UsageError for several."""
    places = list(dict.fromkeys(vars(options).get("platform") or ()))
    if len(places) > 1:
        from elfin.errors import UsageError

        shown = " and ".join(f"`--platform {place}`" for place in places)
        hint = "run it once for each; of several manylinux names the one with the highest number takes all the others"
        raise UsageError(f"{shown} are two answers", hints=(hint,))
    return places[0] if places else None


def show_size(size: int) -> str:
    """`size` in bytes for people."""
    value, unit = float(size), "B"
    for unit in ("B", "KiB", "MiB", "GiB"):
        if value < 1024 or unit == "GiB":
            break
        value /= 1024
    return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
