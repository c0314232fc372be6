"""`pip compile`: requirements to pins, with who required what and, if asked, the hashes of every file."""

from __future__ import annotations

import os

from elfin.edges.disk_output import is_file, write_out
from elfin.errors import UsageError
from elfin.flows import places, requirements, solution
from elfin.flows.asked import Requests
from elfin.flows.context import Context
from elfin.formats import requirementsfile as reader
from elfin.formats.projectname import canonical
from elfin.formats.requirementsfile import PinnedLine
from elfin.formats.urltext import redacted
from elfin.record import NamedTuple


class CompiledPin(NamedTuple):
    """One line of the answer."""

    name: str
    version: str
    extras: tuple[str, ...]
    url: str | None
    """Of a direct reference."""
    hashes: tuple[str, ...]
    """"algorithm:hex" of all its files, sorted; empty unless asked for."""
    via: tuple[str, ...]
    """Who required it: names of packages, and origins ("-r requirements.in"), sorted."""


class Compiled(NamedTuple):
    """The whole answer."""

    pins: tuple[CompiledPin, ...]
    index_url: str
    """Without credentials."""
    extra_index_urls: tuple[str, ...]


def compile_pins(
    context: Context,
    requests: Requests,
    *,
    python: str | None,
    python_version: str | None,
    platform: str | None,
    output: str | None,
    hashes: bool,
) -> Compiled:
    """Resolve. Pins that `output` holds already are preferred, unless an upgrade is asked for.

    Raises UsageError, NoPython, Conflict, Unreachable.
    """
    context.expect_index()
    target = places.aimed(context, platform, python, python_version)
    gathered = requirements.gather(context, requests, target.interpreter)
    if not gathered.asks:
        return Compiled((), redacted(context.settings.index_url.value), ())
    kept = {} if requests.choice.upgrade else _present(output)
    for name in requests.choice.upgrade_packages:
        kept.pop(canonical(name), None)
    asked = places.words(platform, python, python_version)
    solved = solution.solve(context, gathered, target, requests.choice, kept, asked=asked)
    for warning in (*gathered.notes, *solved.resolution.warnings):
        context.warn(warning)
    via: dict[str, set[str]] = {}
    for edge in solved.resolution.edges:
        via.setdefault(edge.child, set()).add(edge.parent or edge.origin.partition(" (line ")[0])
    for ask in gathered.constraints:
        if ask.requirement.name in via:
            via[ask.requirement.name].add(ask.origin.partition(" (line ")[0])
    pins = tuple(
        CompiledPin(
            pin.name,
            str(pin.version),
            pin.extras,
            pin.url,
            _hashes(context, solved, pin.name, pin.position) if hashes else (),
            tuple(sorted(via.get(pin.name, ()))),
        )
        for pin in solved.resolution.pins
    )
    said = context.settings
    return Compiled(pins, redacted(said.index_url.value), tuple(redacted(url) for url in said.extra_index_urls.value))


def write(path: str, text: str) -> None:
    """Put the answer where the user said. Raises PlaceError."""
    write_out(os.path.abspath(path), text.encode())


def _present(output: str | None) -> dict[str, str]:
    """The pins of the file that is about to be replaced; a file that cannot be read has none."""
    if output is None or not is_file(output):
        return {}
    try:
        with open(output, "rb") as file:
            lines = reader.parse(reader.text(file.read(reader.LARGEST_FILE + 1), output), output, {})
    except (OSError, UsageError):
        return {}
    return {canonical(line.name): line.version for line in lines if isinstance(line, PinnedLine)}


def _hashes(context: Context, solved: solution.Solved, name: str, index: int) -> tuple[str, ...]:
    files = solved.projects.files(name, index)
    if any(not file.hashes for file in files):
        # Only who has the bytes knows their hash: a wheel named by path or URL, an index that gives none.
        from elfin.flows.wheels import collect

        return tuple(f"sha256:{wheel.digest}" for wheel in collect(context, [solved.files[name]]))
    return tuple(sorted({f"{algorithm}:{digest}" for file in files for algorithm, digest in file.hashes.items()}))
