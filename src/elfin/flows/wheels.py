"""Files of an index to wheels in the store: what is there is used, threads download and unpack the rest."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence

from elfin.edges import disk
from elfin.errors import HashMismatch, Malformed, UnsafeArchive
from elfin.flows.context import Context
from elfin.index.model import File
from elfin.wheels import disk_store
from elfin.wheels.model import StoredWheel

_PATIENCE = 0.5
"""Seconds to let wheels be finished that are being unpacked while the command fails or is interrupted."""


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
        digest = file.hashes.get("sha256") or disk_store.recall(context.wheels, _key(file))
        stored = disk_store.get(context.wheels, digest) if digest else None
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
    from elfin.edges.workers import Workers

    found: dict[str, StoredWheel] = {}
    workers: Workers[str] = Workers(context.settings.concurrency.value)
    disk.make_folder(context.wheels)
    disk.sweep(context.wheels)
    with disk.staging(context.wheels) as staged, context.progress("Downloading", len(files)) as progress:
        by_size = sorted(files, key=lambda file: -(file.size or 0))  # the biggest first: they decide when all is done
        for number, file in enumerate(by_size):
            path = os.path.join(staged, str(number))
            workers.submit(file.url, lambda file=file, path=path: _fetch(context, file, path))  # type: ignore[misc]
        try:
            while len(found) < len({file.url for file in files}):
                for ended in workers.finished():
                    if ended.error is not None:
                        raise ended.error
                    found[ended.key] = ended.value
                    progress.add(name=ended.value.name)
        finally:
            workers.close(patience=_PATIENCE)
    return found


def _fetch(context: Context, file: File, path: str) -> StoredWheel:
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
