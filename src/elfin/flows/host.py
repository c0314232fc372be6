"""What a place is, for `elfin host`: this machine and the Python elfin runs on, or another place and its Pythons."""

from __future__ import annotations

import sys

from elfin.errors import ElfinError, NoPython
from elfin.flows.context import Context
from elfin.host.model import Host, Interpreter
from elfin.host.root import Root
from elfin.record import NamedTuple


class Python(NamedTuple):
    """A Python that was found, and what its executable names as its loader."""

    interpreter: Interpreter
    loader: str | None
    """None: static, or no ELF file."""
    loader_missing: bool


class About(NamedTuple):
    """A place and what is in it."""

    place: str | None
    """As typed; None: this machine, without a word."""
    host: Host
    pythons: tuple[Python, ...]
    """Those that are there, the first of its PATH first."""
    notes: tuple[str, ...] = ()
    """What was understood and assumed, in clauses."""
    imagined: Interpreter | None = None
    """For a name, which has no files: the Python that wheels are judged for."""
    detailed: bool = False
    """One Python was asked about: everything about it is wanted."""


def about(context: Context, text: str | None, *, full: bool = True) -> About:
    """The place that `text` means; `full`: see `this_machine`. Raises what `flows.place.place` raises."""
    if text in (None, "", "host"):
        return this_machine(context, text or None, full=full)
    from elfin.flows import place

    where = place.place(context, text)
    if where.root is None:
        return _named(context, where)
    if where.interpreter is not None:
        return About(text, where.host, (_python(where.root, where.interpreter),), (), None, True)
    from elfin.pythons import reading

    found = reading.interpreters(where.root, where.host)
    return About(text, where.host, tuple(_python(where.root, known) for known in found), _image(where.root))


def this_machine(context: Context, text: str | None = None, *, full: bool = True) -> About:
    """The running machine, and elfin's own interpreter; none when that cannot be asked.

    Not `full`: the interpreter without its markers and paths, for they cost as much as all the rest.
    """
    from elfin.host import live

    host = context.host
    known = None if full else live.own_python(host)
    try:
        known = known or context.probe(sys.executable)
    except ElfinError:
        return About(text, host, ())
    loader = None if known.libc is None else known.libc.loader
    return About(text, host, (Python(known, loader, loader_missing=False),))


def _python(root: Root, known: Interpreter) -> Python:
    from elfin.host import libc
    from elfin.pythons import reading

    header = libc.header_of(root, known.executable)
    loader = None if header is None else header.interpreter
    return Python(known, loader, reading.loader_missing(root, known.executable) is not None)


def _named(context: Context, where: object) -> About:
    from elfin.flows import place

    assert isinstance(where, place.Place)
    try:
        aim = place.aim(context, where.text, None)
    except NoPython:
        return About(where.text, where.host, (), (where.understood, *where.notes))
    return About(where.text, where.host, (), (where.understood, *aim.notes), aim.target.interpreter)


def _image(root: Root) -> tuple[str, ...]:
    from elfin.host.image import ImageRoot

    if not isinstance(root, ImageRoot) or len(root.platforms) < 2:
        return ()
    others = ", ".join(one for one in root.platforms if one != root.platform)
    return (f"{root.platform} of the image is shown; it is there for {others} too",)
