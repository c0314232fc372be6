"""Get a build's archive: from a mirror, the catalogue's URL or a file beside it, in turn, with its SHA-256 seen to."""

from __future__ import annotations

import os

from elfin.edges.disk_stream import Writer
from elfin.errors import HashMismatch, Unreachable
from elfin.flows.context import Context
from elfin.pythons import mirrors
from elfin.pythons.catalogue import PythonBuild
from elfin.record import NamedTuple

_LARGEST = 2 << 30
_MAGIC = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd")


class Fetched(NamedTuple):
    """An archive at hand."""

    path: str
    sha256: str | None
    """What is still to be compared while it is read; None: it was, or nobody knows a hash."""


def fetch(context: Context, build: PythonBuild, folder: str) -> Fetched:
    """The archive: a local file where it is, or downloaded into `folder`.

    Raises HashMismatch for other bytes than promised (no further place is asked then), Unreachable with every place's
    reason.
    """
    if build.sha256 is None:
        context.warn(f"nobody published a hash of {os.path.basename(build.url)}: it is taken unchecked")
    reasons: list[str] = []
    for place in mirrors.candidates(build, context.settings.python_mirrors.value):
        path = mirrors.path_of(place)
        if path is not None:
            path = os.path.join(context.folder, os.path.expanduser(path))
            if os.path.isfile(path):
                return Fetched(path, build.sha256)
            reasons.append(f"there is no {path}")
            continue
        if context.settings.offline.value:
            reasons.append("offline")
            continue
        try:
            return _downloaded(context, build, place, folder)
        except Unreachable as error:
            reasons.append(error.message)
    hints = ("`--offline` keeps elfin from asking the network",) if "offline" in reasons else (
        "ELFIN_PYTHON_MIRROR names a folder or URL that has the archives",
    )  # fmt: skip
    raise Unreachable(
        f"the archive of {build.key} could not be had", state="\n".join(dict.fromkeys(reasons)), hints=hints
    )


def _downloaded(context: Context, build: PythonBuild, url: str, folder: str) -> Fetched:
    path = os.path.join(folder, f"archive-{len(os.listdir(folder))}")
    context.explain(f"downloading {url}")
    with context.progress(f"Downloading {build.key}", build.size) as progress, Writer(path) as writer:
        progress.unit = "bytes"
        done = 0

        def advance(now: int, total: int | None) -> None:
            nonlocal done
            if progress.total is None and total is not None:
                progress.expect(total)
            progress.add(now - done)
            done = now

        received = context.client.stream(
            url, writer.write, restart=writer.restart, verified=build.sha256 is not None, limit=_LARGEST,
            progress=advance,
        )  # fmt: skip
    digest = received.digests["sha256"]
    if build.sha256 in (None, digest):
        return Fetched(path, None)
    with open(path, "rb") as file:
        head = file.read(512)
    if not head.startswith(_MAGIC):
        what = (
            "a web page" if b"<html" in head.lower() or b"<!doctype" in head.lower() else "something that is no archive"
        )
        raise Unreachable(f"the server sent {what}: {received.url}")
    raise HashMismatch(
        f"{os.path.basename(build.url)} is not the file that the catalogue promises",
        state=f"expected sha256 {build.sha256}\ngot             {digest}\nfrom {received.url}\nNothing was installed",
    )
