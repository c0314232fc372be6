"""Get a build's archive: from a mirror, the catalogue's URL or a file beside it, in turn, with its SHA-256 seen to."""

from __future__ import annotations

import os

from elfin.edges.disk_stream import Writer
from elfin.errors import ElfinError, HashMismatch, Unreachable
from elfin.flows.context import Context
from elfin.formats.urltext import redacted
from elfin.pythons import disk_partial, mirrors
from elfin.pythons.catalogue import PythonBuild
from elfin.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from elfin.edges.net import Received

_LARGEST = 2 << 30
_MAGIC = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"bzh")


class Fetched(NamedTuple):
    """An archive at hand."""

    path: str
    sha256: str | None
    """What is still to be compared while it is read; None: it was, or nobody knows a hash."""
    ours: bool
    """It was downloaded, and is to be removed when it was read."""


def fetch(context: Context, build: PythonBuild, work: str, root: str) -> Fetched:
    """The archive: a local file where it is, or downloaded below `root`, into `work` if its hash is not known.

    A download that was cut off, by a kill too, is gone on with. Raises HashMismatch for other bytes than promised (no
    further place is asked then), Unreachable with every place's reason.
    """
    if build.sha256 is None:
        context.warn(f"nobody published a hash of {os.path.basename(build.url)}: it is taken unchecked")
    reasons: list[str] = []
    for place in mirrors.candidates(build, context.settings.python_mirrors.value):
        path = mirrors.path_of(place)
        if path is not None:
            path = os.path.join(context.folder, os.path.expanduser(path))
            if os.path.isfile(path):
                return Fetched(path, build.sha256, False)
            reasons.append(f"there is no {path}")
            continue
        if context.settings.offline.value:
            reasons.append("offline")
            continue
        try:
            return _downloaded(context, build, place, work, root)
        except Unreachable as error:
            reasons.append(error.message)
    hints = ("`--offline` keeps elfin from asking the network",) if "offline" in reasons else (
        "ELFIN_PYTHON_MIRROR names a folder or URL that has the archives",
    )  # fmt: skip
    raise Unreachable(
        f"the archive of {build.key} could not be had", state="\n".join(dict.fromkeys(reasons)), hints=hints
    )


def _downloaded(context: Context, build: PythonBuild, url: str, work: str, root: str) -> Fetched:
    if build.sha256 is None:
        path = os.path.join(work, f"archive-{len(os.listdir(work))}")
        _streamed(context, build, url, path)
        return Fetched(path, None, True)
    path = disk_partial.begin(root, build.key, build.sha256)
    held = disk_partial.digest(path)
    if held == build.sha256:
        return Fetched(path, None, True)
    try:
        received = _streamed(context, build, url, path)
        if held is not None and received.digests["sha256"] != build.sha256:
            context.explain("what an earlier download left is not the beginning of the archive")
            path = disk_partial.begin(root, build.key, build.sha256, anew=True)
            received = _streamed(context, build, url, path)
    except Unreachable:
        disk_partial.drop(path, empty_only=True)
        raise
    except ElfinError:  # a full disk, above all
        disk_partial.drop(path)
        raise
    if received.digests["sha256"] == build.sha256:
        return Fetched(path, None, True)
    head = next(disk_partial.pieces(path), b"")[:512].lower()
    disk_partial.drop(path)
    if not head.startswith(_MAGIC):
        what = "a web page" if b"<html" in head or b"<!doctype" in head else "something that is no archive"
        raise Unreachable(f"the server sent {what}: {redacted(received.url)}")
    raise HashMismatch(
        f"{os.path.basename(build.url)} is not the file that the catalogue promises",
        state=f"expected sha256 {build.sha256}\ngot             {received.digests['sha256']}\n"
        f"from {redacted(received.url)}\nNothing was installed",
    )


def _streamed(context: Context, build: PythonBuild, url: str, path: str) -> Received:
    """Download to the end of the file that may be there."""
    context.explain(f"downloading {redacted(url)}")
    with context.progress(f"Downloading {build.key}", build.size) as progress, Writer(path, onward=True) as writer:
        progress.unit = "bytes"
        done = 0

        def advance(now: int, total: int | None) -> None:
            nonlocal done
            if progress.total is None and total is not None:
                progress.expect(total)
            progress.add(now - done)
            done = now

        return context.client.stream(
            url, writer.write, restart=writer.restart, verified=build.sha256 is not None,
            held=disk_partial.pieces(path), limit=_LARGEST, progress=advance,
        )  # fmt: skip
