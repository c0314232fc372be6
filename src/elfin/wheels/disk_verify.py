"""Whether an installed distribution still is what its RECORD says.

Follows recording installed projects (PEP 376, PEP 627). Files that are not listed do not matter (compiled modules,
data that a program wrote); neither do listed rows without hash, except that the file must be there.
"""

from __future__ import annotations

import os
from hashlib import new as new_hash

from elfin.envs.model import InstalledDistribution
from elfin.formats import record
from elfin.record import NamedTuple
from elfin.wheels import removal
from elfin.wheels.disk_survey import read_record


class Problem(NamedTuple):
    """One file that is not as listed."""

    path: str
    """Absolute."""
    reason: str
    """"missing", "size", "hash", "unreadable", or "no RECORD" for the distribution as a whole."""


def check(distribution: InstalledDistribution, *, content: bool = True) -> tuple[Problem, ...]:
    """What differs from RECORD; empty: nothing. `content` False looks at presence and size only.

    Raises PlaceError when RECORD itself cannot be read.
    """
    rows = read_record(distribution.dist_info)
    if not rows:
        return (Problem(distribution.dist_info, "no RECORD"),)
    paths = removal.listed(os.path.dirname(distribution.dist_info), rows)
    problems = []
    for path, row in zip(paths, rows, strict=True):
        reason = _reason(path, row, content)
        if reason is not None:
            problems.append(Problem(path, reason))
    return tuple(problems)


def _reason(path: str, row: record.Row, content: bool) -> str | None:
    try:
        size = os.stat(path).st_size
        if row.size is not None and size != row.size:
            return "size"
        if content and row.digest:
            return None if _digest(path, row.digest.partition("=")[0]) == row.digest.rstrip("=") else "hash"
    except FileNotFoundError:
        # A compiled module may be listed by other installers, and is nobody's loss.
        return None if path.endswith(".pyc") else "missing"
    except (OSError, ValueError):
        return "unreadable"
    return None


def _digest(path: str, algorithm: str) -> str:
    hashed = new_hash(algorithm, usedforsecurity=False)
    with open(path, "rb") as stream:
        while piece := stream.read(1 << 20):
            hashed.update(piece)
    return f"{algorithm}={record.encode(hashed.digest()).partition('=')[2]}"
