"""Which wheel of the store a pin led to last time, for one interpreter and one set of indexes.

A pinned version's files do not change, so a sync that finds all its pins here asks no index and reads no page. Whatever
decides the choice of a wheel is in the key: another interpreter, libc or index asks anew, and so does `--refresh`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from elfin.flows.context import Context
from elfin.flows.lines import Lines
from elfin.formats.projectname import canonical
from elfin.formats.requirementsfile import PinnedLine
from elfin.formats.urltext import without_credentials
from elfin.host.model import Interpreter
from elfin.wheels import disk_store
from elfin.wheels.model import StoredWheel


def stored(
    context: Context, interpreter: Interpreter, read: Lines, names: Sequence[str]
) -> dict[str, StoredWheel] | None:
    """The wheels of the pins of these (normalised) names; None unless the store has every one, with an allowed hash."""
    if context.refreshing or not _lasting(context):
        return None
    prefix = _prefix(context, interpreter)
    pins = {canonical(one.line.name): one.line for one in read.requirements if isinstance(one.line, PinnedLine)}
    found = {}
    for name in names:
        line = pins[name]
        digest = disk_store.recall(context.pins, f"{prefix} {name}=={line.version}")
        wheel = disk_store.get(context.wheels, digest) if digest else None
        if wheel is None or (line.hashes and ("sha256", wheel.digest) not in line.hashes):
            return None
        if read.require_hashes and not line.hashes:
            return None
        found[name] = wheel
    disk_store.settle(context.wheels, [wheel.digest for wheel in found.values()])
    return found


def remember(context: Context, interpreter: Interpreter, wheels: Mapping[tuple[str, str], StoredWheel]) -> None:
    """Note the wheels of (normalised name, version) pairs that came from an index."""
    if not _lasting(context):
        return
    prefix = _prefix(context, interpreter)
    for (name, version), wheel in wheels.items():
        key = f"{prefix} {name}=={version}"
        if disk_store.recall(context.pins, key) != wheel.digest:
            disk_store.remember(context.pins, key, wheel.digest)


def _lasting(context: Context) -> bool:
    """Whether files stay what they are: those of an index do, a wheel in a folder may be built anew."""
    said = context.settings
    return not said.find_links.value and not said.index_url.value.startswith("file:")


def _prefix(context: Context, interpreter: Interpreter) -> str:
    said = context.settings
    urls = (said.index_url.value, *said.extra_index_urls.value)
    sources = (*(without_credentials(url)[0] for url in urls), said.no_index.value, said.index_strategy.value)
    return repr(
        (
            interpreter.implementation, interpreter.version, interpreter.free_threaded, interpreter.debug,
            interpreter.arch, interpreter.libc, interpreter.static, interpreter.os, interpreter.os_version,
            interpreter.manylinux, sources,
        )
    )  # fmt: skip
