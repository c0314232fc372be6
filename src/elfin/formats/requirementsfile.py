"""Requirements files (pip's format) and single requirements: text to values.

Answers: what each logical line says (a pin, a requirement, a file or URL, another file, an option) and where it stands.
Follows pip: comments, continuation lines, `${NAME}`, options on lines of their own, `--hash` behind a requirement.
Opens nothing: nested files are values. A line `name==1.2.3 ; marker --hash=...` is read without `packaging`; what is
more than that is `RequirementText`, and `requirement` reads it. Refuses what pip would only stumble over: NUL, other
encodings than UTF-8, files above 16 MiB, weak hashes, options it does not know. Errors show the line with a caret,
never a secret of a URL in it or the value of a variable.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from elfin.errors import UsageError
from elfin.formats.urltext import redacted
from elfin.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from packaging.markers import Marker
    from packaging.requirements import Requirement

LARGEST_FILE = 16 * 1024 * 1024
"""Bytes; who reads a file asks for one more than this, and `text` refuses it."""
LONGEST_REQUIREMENT = 16 * 1024
"""Characters of a requirement without its hashes."""


class Place(NamedTuple):
    """Where a value was written."""

    file: str
    """As it is to be named; "" for the command line."""
    line: int
    """The first physical line of it, from 1."""
    source: str
    """The logical line, before variables were put in."""
    exact: bool = True
    """No variable was put in, so columns of a value are columns of `source`."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.file else f"`{redacted(self.source)[:80]}`"


class PinnedLine(NamedTuple):
    """`name[extras]==version ; marker` with a plain version (PEP 440 canonical form)."""

    name: str
    version: str
    extras: tuple[str, ...]
    marker: str | None
    """PEP 508 text behind the `;`, not looked at yet."""
    hashes: tuple[tuple[str, str], ...]
    """(algorithm, lower-case hex); a file must match one of them. Empty: none were given."""
    at: Place


class RequirementText(NamedTuple):
    """Any other requirement by name (PEP 508), to be read by `requirement`."""

    text: str
    hashes: tuple[tuple[str, str], ...]
    at: Place


class DirectReference(NamedTuple):
    """A file or URL: `./x.whl`, `https://host/x.whl`, `name[extra] @ URL ; marker`, `git+https://...`."""

    name: str | None
    """None: only the file itself knows."""
    extras: tuple[str, ...]
    location: str
    """URL or path as written; a relative path starts where the file lies. May hold secrets."""
    marker: str | None
    hashes: tuple[tuple[str, str], ...]
    at: Place


class Editable(NamedTuple):
    """`-e PATH_OR_URL`."""

    location: str
    at: Place


class Nested(NamedTuple):
    """`-r FILE` or `-c FILE`: another file, relative to this one, or a URL."""

    location: str
    constraints: bool
    at: Place


class Option(NamedTuple):
    """An option on a line of its own, in its long spelling: `--index-url`, `--no-index`, ..."""

    name: str
    value: str | None
    """None for one without a value."""
    at: Place


class Ignored(NamedTuple):
    """An option of pip's that has no meaning here."""

    name: str
    note: str
    """Why, as a clause."""
    at: Place


Line = PinnedLine | RequirementText | DirectReference | Editable | Nested | Option | Ignored


def text(data: bytes, file: str) -> str:
    """The text of the file called `file`. Raises UsageError when it is too large, or no UTF-8 text."""
    if len(data) > LARGEST_FILE:
        raise UsageError(f"{file}: expected a requirements file of at most {LARGEST_FILE >> 20} MiB")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UsageError(f"{file}:1: expected UTF-8 text, and this is UTF-16", hints=("save the file as UTF-8",))
    try:
        found = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = data[error.start]
        raise UsageError(
            f"{file}:{line}: expected UTF-8 text, and there is a byte 0x{byte:02x}", hints=("save the file as UTF-8",)
        ) from error
    if "\0" in found:
        line = found.count("\n", 0, found.index("\0")) + 1
        raise UsageError(f"{file}:{line}: expected text, and there is a NUL character")
    return found


def parse(source: str, file: str, environ: Mapping[str, str]) -> tuple[Line, ...]:
    """What every line of a requirements file says; `environ` fills in `${NAME}`. Raises UsageError at a bad line."""
    found: list[Line] = []
    for number, line in _logical_lines(source):
        filled = _fill(line, environ) if "${" in line else line
        place = Place(file, number, line, filled == line)
        if filled.startswith("-"):
            found += _options(filled, place)
        else:
            found.append(single(filled, place))
    return tuple(found)


def argument(typed: str) -> PinnedLine | RequirementText | DirectReference:
    """What one requirement typed on a command line (or listed in a script) says. Raises UsageError."""
    return single(typed.strip(), Place("", 1, typed.strip()))


def single(line: str, place: Place) -> PinnedLine | RequirementText | DirectReference:
    """What one logical line without comment says that is no option line. Raises UsageError."""
    match = _PIN.match(line)
    if match is not None and match.end() == len(line):
        return PinnedLine(match["name"], match["version"], _extras(match["extras"]), None, (), place)
    body, hashes = _part_hashes(line, place)
    if len(body) > LONGEST_REQUIREMENT:
        raise bad(place, f"a requirement of at most {LONGEST_REQUIREMENT} characters", None)
    match = _PIN.match(body)
    if match is not None:
        rest = body[match.end() :].lstrip()
        if not rest or (rest.startswith(";") and rest[1:].strip()):
            return PinnedLine(
                match["name"], match["version"], _extras(match["extras"]), rest[1:].strip() or None, hashes, place
            )
    return _direct(body, hashes, place) or RequirementText(body, hashes, place)


def requirement(line: PinnedLine | RequirementText) -> Requirement:
    """The requirement as `packaging` reads it. Raises UsageError with a caret where it does not."""
    from packaging.requirements import InvalidRequirement, Requirement

    if isinstance(line, RequirementText):
        whole = line.text
    else:
        extras = f"[{','.join(line.extras)}]" if line.extras else ""
        whole = f"{line.name}{extras}=={line.version}" + (f" ; {line.marker}" if line.marker else "")
    try:
        return Requirement(whole)
    except InvalidRequirement as error:
        cause = error.__cause__
        span = getattr(cause, "span", None)
        said = str(getattr(cause, "message", "") or error).partition("\n")[0].removeprefix("Expected ")
        column = span[1] if span and isinstance(line, RequirementText) else None
        raise bad(line.at, said or "a requirement, as `name>=1.0`", column) from error
    except RecursionError as error:
        raise bad(line.at, "a requirement that is not nested so deeply", None) from error


def marker(line: PinnedLine | DirectReference) -> Marker | None:
    """The marker of a line as `packaging` reads it, None without one. Raises UsageError."""
    from packaging.markers import InvalidMarker, Marker

    if line.marker is None:
        return None
    try:
        return Marker(line.marker)
    except (InvalidMarker, RecursionError) as error:
        column = line.at.source.find(line.marker)
        raise bad(line.at, "a marker behind the `;`", column if column >= 0 else None) from error


def bad(place: Place, expected: str, column: int | None) -> UsageError:
    """The error for a bad line: `expected` is a clause; the `column` (from 0) gets a caret, None: none does."""
    line, clean = place.source, redacted(place.source)
    message = f"{place}: expected {redacted(expected)}"
    if column is None or not place.exact or clean[:column] != line[:column]:
        return UsageError(message, state=clean[:120])  # a caret could not stand where it belongs
    start = max(0, column - 60)
    return UsageError(message, state=f"{clean[start : start + 120]}\n{' ' * (column - start)}^")


_PIN = re.compile(
    r"(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)[ \t]*"
    r"(?:\[[ \t]*(?P<extras>(?:[A-Za-z0-9._-]+(?:[ \t]*,[ \t]*[A-Za-z0-9._-]+)*)?)[ \t]*\])?[ \t]*==[ \t]*"
    r"(?P<version>(?:[0-9]+!)?[0-9]+(?:\.[0-9]+)*(?:(?:a|b|rc)[0-9]+)?(?:\.post[0-9]+)?(?:\.dev[0-9]+)?"
    r"(?:\+[a-z0-9]+(?:\.[a-z0-9]+)*)?)(?![A-Za-z0-9._+*!-])"
)
_COMMENT = re.compile(r"(^|\s+)#.*$")
_VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)\}")
_NEWLINE = re.compile(r"\r\n|\n|\r")
_HASH_OPTION = re.compile(r"(?:^|(?<=\s))--hash(?:=|\s+)(\S*)")
_OPTION_STARTS = re.compile(r"\s-")
# Of one line in a hundred, so compiled when there is one.
_NAMED = r"(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[(?P<extras>[^\]]*)\])?\s*@\s*(?P<rest>\S.*)"
_SCHEME = r"(?i:https?|file|ftp|(?:git|hg|svn|bzr)(?:\+[a-z]+)?):"
_ARCHIVE = r"(?i:[^\s<>=~;]+\.(?:whl|zip|tar\.gz|tgz|tar\.bz2|tbz|tar\.xz|tar)(?:\[.*\])?)"
_MARKS_OF_A_PLACE = ("@", "/", ":", ".whl", ".zip", ".t")
_DIGITS = {"sha256": 64, "sha384": 96, "sha512": 128}


def _logical_lines(source: str) -> Iterator[tuple[int, str]]:
    """(number of its first line, text) of each line that says something; continuations joined, comments left out."""
    parts: list[str] = []
    first = 0
    for number, physical in enumerate(_NEWLINE.split(source), 1):
        comment = physical.lstrip().startswith("#")
        first = first or number
        if physical.endswith("\\") and not comment:
            parts.append(physical[:-1])
            continue
        parts.append(f" {physical}" if comment and parts else physical)  # pip: a comment ends a continued line
        line = _without_comment("".join(parts))
        if line:
            yield first, line
        parts, first = [], 0
    line = _without_comment("".join(parts))
    if line:  # the file ends in a backslash
        yield first, line


def _without_comment(line: str) -> str:
    return _COMMENT.sub("", line).strip() if "#" in line else line.strip()


def _fill(line: str, environ: Mapping[str, str]) -> str:
    """Variables filled in; one that is not set, or empty, stays as written (pip)."""
    return _VARIABLE.sub(lambda match: environ.get(match[1]) or match[0], line)


def _extras(listed: str | None) -> tuple[str, ...]:
    return tuple(extra for part in (listed or "").split(",") if (extra := part.strip()))


def _part_hashes(line: str, place: Place) -> tuple[str, tuple[tuple[str, str], ...]]:
    """(the requirement, its hashes); any other option behind a requirement is refused."""
    start = _OPTION_STARTS.search(line)
    if start is None:
        return line, ()
    body, options = line[: start.start()].rstrip(), line[start.start() :]
    hashes = []
    end = 0
    for match in _HASH_OPTION.finditer(options):
        if not options[end : match.start()].isspace():
            break
        end = match.end()
        algorithm, _, digest = match[1].strip("\"'").partition(":")
        algorithm, digest = algorithm.lower(), digest.lower()
        column = start.start() + match.start()
        if algorithm not in _DIGITS:
            raise bad(place, f"a hash by {', '.join(_DIGITS)}", column)
        if len(digest) != _DIGITS[algorithm] or digest.strip("0123456789abcdef"):
            raise bad(place, f"{_DIGITS[algorithm]} hex digits behind `{algorithm}:`", column)
        hashes.append((algorithm, digest))
    left = options[end:].lstrip()
    if left:
        column = start.start() + len(options) - len(left)
        raise bad(place, "only `--hash=ALGORITHM:HEX` behind a requirement", column)
    return body, tuple(hashes)


def _direct(body: str, hashes: tuple[tuple[str, str], ...], place: Place) -> DirectReference | None:
    if not body.startswith(".") and not any(mark in body.lower() for mark in _MARKS_OF_A_PLACE):
        return None
    named = re.fullmatch(_NAMED, body)
    if named is not None:
        location, marker = _part_marker(named["rest"])
        return DirectReference(named["name"], _extras(named["extras"]), location, marker, hashes, place)
    location, marker = _part_marker(body)
    if not (re.match(_SCHEME, location) or location.startswith((".", "/", "~/")) or re.fullmatch(_ARCHIVE, location)):
        return None
    extras: tuple[str, ...] = ()
    bracket = re.fullmatch(r"(?P<location>.+)\[(?P<extras>[A-Za-z0-9._\-, ]*)\]", location)
    if bracket is not None:
        location, extras = bracket["location"], _extras(bracket["extras"])
    return DirectReference(None, extras, location, marker, hashes, place)


def _part_marker(body: str) -> tuple[str, str | None]:
    """A URL may hold `;`: only one with a space before it starts a marker (PEP 508)."""
    parts = re.split(r"\s+;\s*", body, maxsplit=1)
    return parts[0].strip(), parts[1].strip() or None if len(parts) > 1 else None


def _options(line: str, place: Place) -> list[Line]:
    from elfin.formats.requirementsoption import options

    return options(line, place)
