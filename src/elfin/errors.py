"""Every deliberate error of elfin, by whose move is next. Imports nothing.

An expected "no" inside a room is a value (a `Misfit`, a `Conflict`); flows turn it into one of these, and only
`cli` catches them. `message` is one clause, cause first, without a full stop; `state` says in what state things are
now; `hints` are lines to type or act on. Text from outside goes in raw: it is made safe for a terminal where it is
printed.
"""

from __future__ import annotations


class ElfinError(Exception):
    """The root: carries facts, is rendered in one place (`cli/report.py`)."""

    exit_code = 1

    def __init__(self, message: str, *, state: str | None = None, hints: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.state = state
        self.hints = hints


class UsageError(ElfinError):
    """The command line or a file the user wrote has to be typed differently."""

    exit_code = 2


class ConfigError(ElfinError):
    """A setting (environment variable, configuration file) has to be edited."""

    exit_code = 2


class NoAnswer(ElfinError):
    """A fair question whose answer is no."""

    exit_code = 1


class NoPython(NoAnswer):
    """No interpreter fits the request."""


class NoWheel(NoAnswer):
    """No file of a distribution fits the target."""


class Conflict(NoAnswer):
    """The requirements cannot be met together."""


class Malformed(ElfinError):
    """Bytes from outside break a format."""

    exit_code = 3


class MalformedElf(Malformed):
    """Not an ELF file, or one whose headers point outside it."""


class MalformedWheel(Malformed):
    """A wheel whose archive, WHEEL, METADATA or RECORD cannot be trusted to mean one thing."""


class MalformedMetadata(Malformed):
    """METADATA that breaks the core metadata specification."""


class MalformedPage(Malformed):
    """A page of a package index that cannot be read."""


class MalformedArchive(Malformed):
    """A tar archive, a compressed stream or an image that cannot be read as one thing."""


class MalformedRelease(Malformed):
    """A release.json, or the parts of one, that cannot become install scripts."""


class Unreachable(ElfinError):
    """The network or an index did not give an answer; includes "offline and not cached"."""

    exit_code = 3


class Unauthorized(Unreachable):
    """The index wants credentials, or other ones."""


class BuildFailed(ElfinError):
    """Somebody's build backend failed."""

    exit_code = 3


class PlaceError(ElfinError):
    """This disk, environment or interpreter stands in the way."""

    exit_code = 3


class Refused(ElfinError):
    """It would be unsafe to go on."""

    exit_code = 4


class HashMismatch(Refused):
    """Bytes are not the ones that were promised."""


class UnsafeArchive(Refused):
    """An archive member would land, or point, outside its place."""


class Bug(ElfinError):
    """An invariant of elfin's own is broken: worth a report."""

    exit_code = 70
