"""Edge: puts a retagged wheel in place, all of it or nothing. Raises PlaceError."""

from __future__ import annotations

import os
from collections.abc import Iterable

from elfin.edges import disk
from elfin.edges.disk_stream import Writer
from elfin.formats.zip import Buffer


def put(folder: str, filename: str, pieces: Iterable[Buffer]) -> str:
    """Write the pieces to a new file and give it its name when it is whole; replaces a file of that name. Its path."""
    final = os.path.join(folder, filename)
    with disk.staging(folder) as staged:
        path = os.path.join(staged, filename)
        with Writer(path) as out:
            for piece in pieces:
                out.write(piece)  # type: ignore[arg-type]  # os.write takes any buffer
        disk.sync_file(path)
        disk.rename(path, final)
    return final
