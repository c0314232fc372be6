"""`pip download`: the wheels of a resolution as files in a folder, for this machine or another place.

Every file is held to the hashes of the index and of the requirements; all of them appear under their names when all
are there and right. A file that is there already and is the right one stays; another one of its name is replaced.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from time import perf_counter

from elfin.edges import disk
from elfin.errors import HashMismatch, PlaceError, UnsafeArchive, UsageError
from elfin.flows import places, requirements, solution
from elfin.flows.asked import Requests
from elfin.flows.context import Context
from elfin.index import hashes
from elfin.index.model import File
from elfin.record import NamedTuple

_PATIENCE = 0.5
"""Seconds to let downloads end that are under way while the command fails or is interrupted."""


class Saved(NamedTuple):
    """One file of the answer."""

    filename: str
    size: int
    """In bytes."""
    kept: bool
    """It was there already."""


class Downloaded(NamedTuple):
    """The whole answer."""

    files: tuple[Saved, ...]
    folder: str
    resolve_seconds: float
    seconds: float
    """Of fetching."""
    warnings: tuple[str, ...]


class _Order(NamedTuple):
    """One file, and what it is held to beyond what the index says."""

    file: File
    allowed: frozenset[str] | None
    """ "algorithm:hex" texts of which one has to be its own; None: the requirements name none."""


def download(
    context: Context,
    requests: Requests,
    folder: str,
    *,
    python: str | None,
    python_version: str | None,
    platform: str | None,
    audit: bool = False,
) -> Downloaded:
    """Resolve for the place that is meant and have all files in `folder`, which is made if need be.

    `audit`: read their binaries first, and refuse what cannot run there.

    Raises UsageError, NoPython, Conflict, NoWheel, Unreachable, Refused, PlaceError; after an error no file of the
    folder has changed.
    """
    started = perf_counter()
    context.expect_index()
    target = places.aimed(context, platform, python, python_version)
    gathered = requirements.gather(context, requests, target.interpreter)
    if not gathered.asks and not (requests.packages or requests.files):
        raise UsageError("nothing to download was named", hints=("`elfin pip download flask`",))
    path = os.path.join(context.folder, os.path.expanduser(folder))
    if not gathered.asks:  # markers left out all of them: an answer like any other, with its folder
        disk.make_folder(path)
        return Downloaded((), path, perf_counter() - started, 0.0, gathered.notes)
    asked = places.words(platform, python, python_version)
    solved = solution.solve(context, gathered, target, requests.choice, {}, asked=asked)
    resolved = perf_counter()
    files = [solved.files[pin.name] for pin in solved.resolution.pins]
    allowed = solved.hashes_of(files)
    disk.make_folder(path)

    def refuse(paths: Sequence[str]) -> None:
        if audit:
            from elfin.flows import audit_installed

            audit_installed.refuse_files(context, platform, python, paths)

    saved = _saved(context, [_Order(file, allowed.get(file.filename)) for file in files], path, refuse)
    warnings = (*gathered.notes, *solved.resolution.warnings)
    return Downloaded(saved, path, resolved - started, perf_counter() - resolved, warnings)


def _saved(
    context: Context, orders: Sequence[_Order], folder: str, refuse: Callable[[Sequence[str]], None]
) -> tuple[Saved, ...]:
    """`refuse` is asked about all the files before any of them is where it belongs."""
    for order in orders:
        if order.file.filename != os.path.basename(order.file.filename):
            raise UnsafeArchive(f"the index offers a file whose name leads elsewhere: {order.file.filename!a}")
        if os.path.isdir(os.path.join(folder, order.file.filename)):
            raise PlaceError(f"a folder stands where {order.file.filename} belongs: {folder}")
    missing = [order for order in orders if not _is_right(order, os.path.join(folder, order.file.filename))]
    kept = [os.path.join(folder, order.file.filename) for order in orders if order not in missing]
    if not missing:
        refuse(kept)
    else:
        disk.sweep(folder)
        with disk.staging(folder) as staged:
            _fetch_all(context, missing, staged)
            refuse([*kept, *(os.path.join(staged, order.file.filename) for order in missing)])
            disk.sync(staged)
            _publish([order.file.filename for order in missing], staged, folder)
        disk.sync_file(folder)
    fetched = {order.file.filename for order in missing}
    names = sorted(order.file.filename for order in orders)
    return tuple(Saved(name, os.path.getsize(os.path.join(folder, name)), name not in fetched) for name in names)


def _publish(names: Sequence[str], staged: str, folder: str) -> None:
    """Give every staged file its name, or after an error none: what stood there gets its name back."""
    begun: list[tuple[str, str, str]] = []
    try:
        for name in names:
            new, final, old = os.path.join(staged, name), os.path.join(folder, name), os.path.join(staged, f".{name}")
            if os.path.lexists(final):
                _keep(final, old)
            begun.append((new, final, old))
            disk.rename(new, final)
    except BaseException:
        for new, final, old in begun:
            if os.path.lexists(new):  # it never was renamed
                continue
            try:
                if os.path.lexists(old):
                    disk.rename(old, final)
                else:
                    disk.remove_file(final)
            except PlaceError:
                continue  # the first error is the one worth telling
        raise


def _keep(final: str, old: str) -> None:
    """Have a file under a second name; where a file system knows no such thing, under that one alone."""
    try:
        disk.link(final, old, "hardlink")
    except PlaceError:
        disk.rename(final, old)


def _fetch_all(context: Context, orders: Sequence[_Order], folder: str) -> None:
    from elfin.edges.workers import Workers

    index = context.index  # made before threads could make two
    workers: Workers[str] = Workers(context.settings.concurrency.value)
    by_size = sorted(orders, key=lambda order: -(order.file.size or 0))
    with context.progress("Downloading", len(orders)) as progress:
        for order in by_size:
            path = os.path.join(folder, order.file.filename)
            workers.submit(order.file.filename, partial(_fetch, index.download, order, path))
        left = len(orders)
        try:
            while left:
                for ended in workers.finished():
                    if ended.error is not None:
                        raise ended.error
                    left -= 1
                    progress.add(name=ended.key)
        finally:
            workers.close(patience=_PATIENCE)


def _fetch(fetch: Callable[[File, str], str], order: _Order, path: str) -> None:
    digest = fetch(order.file, path)
    if order.allowed is None:
        return
    found = {"sha256": digest, **_digests(path, {one.partition(":")[0] for one in order.allowed} - {"sha256"})}
    if not any(f"{name}:{text}" in order.allowed for name, text in found.items()):
        shown = "\n".join(f"allowed  {one}" for one in sorted(order.allowed))
        raise HashMismatch(
            f"{order.file.filename} has none of the hashes that the requirements allow",
            state=f"received sha256:{digest}\n{shown}\nnothing was saved",
            hints=("if the file was replaced on purpose, `elfin pip compile --generate-hashes` writes its new hashes",),
        )


def _is_right(order: _Order, path: str) -> bool:
    """Whether the file is there already: only with a hash to hold it to can that be told."""
    promised, allowed = order.file.hashes, order.allowed
    algorithms = {*hashes.checkable(promised), *(one.partition(":")[0] for one in allowed or ())}
    if not algorithms or not os.path.isfile(path) or os.path.islink(path):
        return False
    try:
        if order.file.size is not None and os.path.getsize(path) != order.file.size:
            return False
        found = _digests(path, algorithms)
    except OSError:
        return False
    if hashes.difference(promised, found) is not None:
        return False
    return allowed is None or any(f"{name}:{text}" in allowed for name, text in found.items())


def _digests(path: str, algorithms: Iterable[str]) -> Mapping[str, str]:
    """Hex digests of a file by algorithm; unknown algorithms are left out."""
    import hashlib

    made = {name: hashlib.new(name) for name in algorithms if name in hashlib.algorithms_guaranteed}
    if made:
        with open(path, "rb") as stream:
            while piece := stream.read(1 << 20):
                for one in made.values():
                    one.update(piece)
    return {name: one.hexdigest() for name, one in made.items()}
