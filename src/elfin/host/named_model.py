"""The values that a name of a place becomes."""

from __future__ import annotations

from elfin.host.model import Host
from elfin.record import NamedTuple


class Named(NamedTuple):
    """The place that a name means."""

    host: Host
    understood: str
    """In words: "Debian 12 on aarch64: glibc 2.36"."""
    assumed: tuple[str, ...]
    """Clauses about what the name did not say: "no glibc version was said: 2.28 is taken"."""
    python: str | None
    """The Python that the distribution ships ("3.11"), None where the table does not say."""


class Unknown(NamedTuple):
    """A name that means no place."""

    text: str
    nearest: tuple[str, ...]
    """Known names that it may have been meant for, the likeliest first."""
