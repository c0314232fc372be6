"""Files of an index to wheels in the store: what is there is used, the rest fetched and unpacked, on every core."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial

from elfin.edges import disk
from elfin.errors import HashMismatch, Malformed, UnsafeArchive
from elfin.flows.context import Context
from elfin.index.model import File
from elfin.record import TYPE_CHECKING
from elfin.wheels import disk_store
from elfin.wheels.model import StoredWheel

if TYPE_CHECKING:
    from elfin.edges.processes import Processes

_PATIENCE = 0.5
"""Seconds to let wheels be finished that are being unpacked while the command fails or is interrupted."""
_MOST_HELPERS = 8
"""More unpack no faster: the disk is busy by then."""


def collect(
    context: Context,
    files: Sequence[File],
    hashes: Mapping[str, frozenset[str]] | None = None,
    *,
    doubted: Collection[str] = (),
) -> list[StoredWheel]:
    """The wheels of `files`, in their order, unpacked in the store and safe from a power cut.

    `hashes`: for a file name the "algorithm:hex" texts of which one has to be its own. `doubted`: file names whose
    members in the store are read and compared first; a damaged wheel is set aside and fetched again. Raises
    HashMismatch, MalformedWheel, Unreachable, PlaceError; what was fetched before stays in the store.
    """
    found: dict[str, StoredWheel] = {}
    missing: list[File] = []
    for file in files:
        stored = _in_store(context, file)
        if stored is not None and file.filename in doubted and (problems := disk_store.verify(stored)):
            context.warn(f"the cached {file.filename} was changed ({problems[0]}): it is fetched again")
            disk_store.quarantine(context.wheels, stored.digest)
            stored = None
        if stored is None:
            missing.append(file)
        else:
            found[file.url] = stored
    if missing:
        found.update(_fetched(context, missing))
    disk_store.settle(context.wheels, [wheel.digest for wheel in found.values()])
    wheels = [found[file.url] for file in files]
    for file, wheel in zip(files, wheels, strict=True):
        _check(file, wheel, (hashes or {}).get(file.filename))
    return wheels


def _fetched(context: Context, files: Sequence[File]) -> dict[str, StoredWheel]:
    disk.make_folder(context.wheels)
    disk.sweep(context.wheels)
    with disk.staging(context.wheels) as staged, context.progress("Downloading", len(files)) as progress:
        by_size = sorted(files, key=lambda file: -(file.size or 0))  # the biggest first: they decide when all is done
        orders = {file.url: (file, os.path.join(staged, str(number))) for number, file in enumerate(by_size)}
        found: dict[str, StoredWheel] = {}
        for url, stored in (_by_processes(context, orders) or _by_threads)(context, orders):
            found[url] = stored
            progress.add(name=stored.name)
    return found


_Orders = Mapping[str, tuple[File, str]]
"""By URL: a file, and where it may lie until it is unpacked."""


def _by_threads(context: Context, orders: _Orders) -> Iterator[tuple[str, StoredWheel]]:
    from elfin.edges.workers import Workers

    workers: Workers[str] = Workers(context.settings.concurrency.value)
    for url, order in orders.items():
        workers.submit(url, partial(_fetch, context, *order))
    left = len(orders)
    try:
        while left:
            for ended in workers.finished():
                if ended.error is not None:
                    raise ended.error
                left -= 1
                yield ended.key, ended.value
    finally:
        workers.close(patience=_PATIENCE)


def _by_processes(context: Context, orders: _Orders) -> Callable[..., Iterator[tuple[str, StoredWheel]]] | None:
    """Unpacking is work for every core there is; None where threads have to do it."""
    from elfin.edges import processes

    if len(orders) == 1 or not (context.forking and processes.possible()):
        return None
    from elfin.edges import net_pool

    net_pool.prepare()
    index = context.index  # made before the helpers are: they share what it knows

    def work(order: tuple[tuple[object, ...], str]) -> None:
        _fetch(context, File._make(order[0]), order[1])

    count = min(len(orders), processes.cores(), _MOST_HELPERS)
    threads = context.settings.concurrency.value
    try:
        crew: processes.Processes[str] = processes.Processes(count, threads, work, begin=index.leave_connections)
    except OSError:
        return None
    return partial(_together, crew)


def _together(crew: Processes[str], context: Context, orders: _Orders) -> Iterator[tuple[str, StoredWheel]]:
    from elfin.edges.processes import NotDone

    left = len(orders)
    try:
        for url, (file, path) in orders.items():
            crew.submit(url, (tuple(file), path), weight=file.size or 1)
        while left:
            for ended in crew.finished():
                if ended.error is not None and not isinstance(ended.error, NotDone):
                    raise ended.error
                file, path = orders[ended.key]
                left -= 1
                yield ended.key, _in_store(context, file) or _fetch(context, file, path)
    finally:
        crew.close(wait=True)


def _in_store(context: Context, file: File) -> StoredWheel | None:
    digest = file.hashes.get("sha256") or disk_store.recall(context.wheels, _key(file))
    return disk_store.get(context.wheels, digest) if digest else None


def _fetch(context: Context, file: File, path: str) -> StoredWheel:
    """Download to `path`, unpack into the store. What an earlier try left at `path` is replaced."""
    disk.remove_file(path)
    digest = context.index.download(file, path)
    try:
        stored = disk_store.add(
            context.wheels,
            path,
            file.filename,
            digest,
            settled=False,
            on_warning=lambda text: context.explain(f"{file.filename}: {text}"),
        )
    except (Malformed, UnsafeArchive) as error:
        if file.filename in error.message:
            raise
        raise type(error)(f"{file.filename}: {error.message}", state=error.state, hints=error.hints) from error
    disk.remove_file(path)
    if "sha256" not in file.hashes:
        disk_store.remember(context.wheels, _key(file), digest)
    return stored


def _key(file: File) -> str:
    """What a file without a sha256 of the index's is remembered by: its address, and on a disk its identity too."""
    from elfin.formats.urltext import without_credentials
    from elfin.index.urls import local_path

    path = local_path(file.url)
    if path is None:
        return without_credentials(file.url)[0]
    try:
        about = os.stat(path)
    except OSError:
        return file.url
    return f"{file.url} {about.st_size} {about.st_mtime_ns} {about.st_ino}"


def _check(file: File, wheel: StoredWheel, allowed: frozenset[str] | None) -> None:
    """Hold a wheel to the hashes the user gave. Only sha256 is known of what the store already had."""
    if allowed is None:
        return
    known = {f"sha256:{wheel.digest}", *(f"{name}:{digest}" for name, digest in file.hashes.items())}
    if not known & allowed:
        shown = "\n".join(f"allowed  {one}" for one in sorted(allowed))
        raise HashMismatch(
            f"{file.filename} has none of the hashes that the requirements allow",
            state=f"received sha256:{wheel.digest}\n{shown}\nnothing was installed",
            hints=("if the file was replaced on purpose, `elfin pip compile --generate-hashes` writes its new hashes",),
        )
