"""A requirement as text and as value (PEP 508), read fast where it is plain.

One page of metadata holds dozens of requirements, a resolution a thousand, and reading one with `packaging` takes 40
microseconds. The shapes nearly all of them have are matched by one expression; everything else goes to `packaging`.
A marker is kept as text: it is read when it is asked (`markers.py`), which is seldom.
"""

from __future__ import annotations

import re
from functools import lru_cache

from elfin.errors import Malformed
from elfin.formats.projectname import canonical
from elfin.record import NamedTuple
from elfin.resolve.specifier import Clauses, clauses_of, plain_clauses, text_of

_PLAIN = re.compile(
    r"\s*(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)"
    r"\s*(?:\[\s*(?P<extras>[A-Za-z0-9][A-Za-z0-9._-]*(?:\s*,\s*[A-Za-z0-9][A-Za-z0-9._-]*)*)\s*\])?"
    r"\s*(?P<open>\()?\s*(?P<clauses>[<>=!~][^;()]*)?(?(open)\))"
    r"\s*(?:;\s*(?P<marker>\S.*?))?\s*"
)


class Requirement(NamedTuple):
    """What is asked of one package."""

    name: str
    """Normalised (PEP 503)."""
    extras: tuple[str, ...] = ()
    """Normalised (PEP 685), sorted, each once."""
    clauses: Clauses = ()
    """The version specifier, empty for any version."""
    url: str | None = None
    """A direct reference; None: any index will do."""
    marker: str | None = None
    """The text of the environment marker, None: always."""

    def text(self) -> str:
        """Write it as people do, without its marker: "name[extra]>=1,<2"."""
        extras = f"[{','.join(self.extras)}]" if self.extras else ""
        where = f" @ {self.url}" if self.url else text_of(self.clauses)
        return f"{self.name}{extras}{where}"


@lru_cache(maxsize=65536)
def requirement(text: str) -> Requirement:
    """Read one requirement. Raises Malformed; a bad marker may show only when it is asked."""
    plain = _PLAIN.fullmatch(text)
    if plain is None:
        return _by_packaging(text)
    name, extras, _, specifier, marker = plain.groups()
    clauses = plain_clauses(specifier) if specifier else ()
    if clauses is None:
        return _by_packaging(text)
    return Requirement(
        canonical(name),
        _extras(extras.split(",")) if extras else (),
        clauses,
        None,
        marker,
    )


def _extras(names: list[str]) -> tuple[str, ...]:
    return tuple(sorted({canonical(name.strip()) for name in names}))


def _by_packaging(text: str) -> Requirement:
    from packaging.requirements import InvalidRequirement
    from packaging.requirements import Requirement as Full

    try:
        read = Full(text)
    except InvalidRequirement as bad:
        raise Malformed(f'"{text.strip()}" is not a requirement') from bad
    return Requirement(
        canonical(read.name),
        _extras(list(read.extras)),
        clauses_of(str(read.specifier)),
        read.url,
        str(read.marker) if read.marker else None,
    )
