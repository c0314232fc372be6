"""Files that a user named as a place for output: shells' rules hold for them, not those of our own files.

Refuses nothing: a link is followed, a device or a pipe is written into. Replacing `/dev/null` by a file, as an atomic
write would, breaks the machine.
"""

from __future__ import annotations

import os
import stat

from elfin.edges import disk
from elfin.edges.disk_act import act, place_error


def write_out(path: str, data: bytes) -> None:
    """Put `data` into the file at `path`: whole or not at all where it is a file (whose mode it keeps) or missing.

    Raises PlaceError.
    """
    place = os.path.realpath(path)
    try:
        mode = os.stat(place).st_mode
    except OSError:
        disk.write(place, data)
        return
    if stat.S_ISREG(mode):
        disk.write(place, data, mode=stat.S_IMODE(mode))
        return
    try:
        act("write", place)
        with open(place, "wb", buffering=0) as stream:
            stream.write(data)
    except OSError as error:
        raise place_error(error, path) from error
