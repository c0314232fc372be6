"""The journal of a transaction: what has to be undone if it does not finish.

Our own format, NUL between fields because paths may hold anything else. All that undoing needs is in it; nothing is
inferred from what a disk looks like but whether a file was moved already.
"""

from __future__ import annotations

from collections.abc import Iterator

from elfin.errors import Bug
from elfin.record import NamedTuple

_FORMAT = "elfin transaction 1"


class Journal(NamedTuple):
    """Absolute paths, in the order in which things are done."""

    moved: tuple[str, ...]
    """Files and dist-info folders that are put aside; the n-th one is kept under the name n."""
    new: tuple[str, ...]
    """Files and folders that were not there at all before: whatever is below them is of this transaction."""


def render(journal: Journal) -> bytes:
    """The journal as bytes. Names that are not UTF-8 survive."""
    fields = [_FORMAT]
    for paths in journal:
        fields.append(str(len(paths)))
        fields.extend(paths)
    return "\0".join(fields).encode("utf-8", "surrogateescape")


def parse(data: bytes) -> Journal:
    """The journal of an earlier run. Raises Bug when it is not one: it was written atomically."""
    fields = iter(data.decode("utf-8", "surrogateescape").split("\0"))
    try:
        if next(fields) != _FORMAT:
            raise ValueError("format")
        journal = Journal(_paths(fields), _paths(fields))
    except (StopIteration, ValueError) as error:
        raise Bug("the journal of an interrupted transaction cannot be read") from error
    return journal


def _paths(fields: Iterator[str]) -> tuple[str, ...]:
    return tuple([next(fields) for _ in range(int(next(fields)))])
