"""Requirements as lines: arguments and files, nested files followed. Judges nothing, imports no resolver."""

from __future__ import annotations

import os
import sys

from elfin.errors import UsageError
from elfin.flows.asked import Requests
from elfin.flows.context import Context
from elfin.formats import requirementsfile as reader
from elfin.formats.requirementsfile import DirectReference, PinnedLine, RequirementText
from elfin.formats.urltext import redacted
from elfin.record import NamedTuple
from elfin.settings.model import Sourced

Asked = PinnedLine | RequirementText | DirectReference


class Origin(NamedTuple):
    """One requirement, and how to name the place it was written at."""

    line: Asked
    origin: str
    """ "-r requirements.txt (line 3)", "argument"."""
    folder: str
    """Where a relative path in it starts."""


class Lines(NamedTuple):
    """Everything that arguments and files ask for."""

    requirements: tuple[Origin, ...]
    constraints: tuple[Origin, ...]
    prereleases: bool
    """A file says `--pre`."""
    require_hashes: bool


def read(context: Context, requests: Requests) -> Lines:
    """Read it all; index options in files are taken into the context. Raises UsageError, Unreachable."""
    if requests.editables:
        raise UsageError(
            f"elfin cannot install {requests.editables[0]} as editable yet: it builds nothing so far",
            hints=("build a wheel of it elsewhere, and install that by its path",),
        )
    collected = _Collected(context, require_hashes=requests.require_hashes)
    for typed in requests.packages:
        collected.requirements.append(Origin(reader.argument(typed), "argument", context.folder))
    for name in requests.files:
        collected.file(name, context.folder, constraints=False, above=())
    for name in requests.constraints:
        collected.file(name, context.folder, constraints=True, above=())
    return Lines(
        tuple(collected.requirements), tuple(collected.constraints), collected.prereleases, collected.require_hashes
    )


class _Collected:
    """What was found so far."""

    def __init__(self, context: Context, *, require_hashes: bool) -> None:
        self.context = context
        self.requirements: list[Origin] = []
        self.constraints: list[Origin] = []
        self.prereleases = False
        self.require_hashes = require_hashes

    def file(self, name: str, folder: str, *, constraints: bool, above: tuple[str, ...]) -> None:
        """Take in one file and those it names. `above`: the files that led here."""
        path = (
            name if "://" in name or name == "-" else os.path.normpath(os.path.join(folder, os.path.expanduser(name)))
        )
        if path in above:
            chain = " -> ".join(redacted(one) for one in (*above, path))
            raise UsageError(f"{redacted(name)} leads back to itself: {chain}")
        here = folder if "://" in path or path == "-" else os.path.dirname(path)
        shown = redacted(name)
        if os.path.basename(path) == "pyproject.toml":
            raise UsageError(
                f"{shown} is a project's file, and elfin reads requirements files only so far",
                hints=("write its dependencies into a requirements.txt",),
            )
        source = reader.text(_bytes(self.context, path, shown), shown)
        for line in reader.parse(source, shown, self.context.environ):
            self._take(line, shown, here, constraints=constraints, above=(*above, path))

    def _take(self, line: reader.Line, shown: str, folder: str, *, constraints: bool, above: tuple[str, ...]) -> None:
        if isinstance(line, reader.Nested):
            # A URL's own relative names are relative to it.
            base = above[-1] if "://" in above[-1] else ""
            name = (
                f"{base.rpartition('/')[0]}/{line.location}" if base and "://" not in line.location else line.location
            )
            self.file(name, folder, constraints=constraints or line.constraints, above=above)
        elif isinstance(line, reader.Option):
            self._option(line, shown)
        elif isinstance(line, reader.Ignored):
            self.context.warn(f"{line.at}: {line.name} is passed over: {line.note}")
        elif isinstance(line, reader.Editable):
            raise reader.bad(line.at, "no editable requirement: elfin builds nothing so far", None)
        else:
            flag = "-c" if constraints else "-r"
            into = self.constraints if constraints else self.requirements
            into.append(Origin(line, f"{flag} {shown} (line {line.at.line})", folder))

    def _option(self, line: reader.Option, shown: str) -> None:
        value = line.value or ""
        match line.name:
            case "--index-url":
                self.context.point_index(index_url=Sourced(value, shown))
            case "--extra-index-url":
                self.context.point_index(extra_index_urls=Sourced((value,), shown))
            case "--find-links":
                self.context.point_index(find_links=Sourced((value,), shown))
            case "--no-index":
                self.context.point_index(no_index=Sourced(True, shown))
            case "--pre":
                self.prereleases = True
            case "--require-hashes":
                self.require_hashes = True
            case "--no-binary":
                raise reader.bad(line.at, "wheels to be allowed: elfin builds nothing so far", None)


def _bytes(context: Context, path: str, shown: str) -> bytes:
    limit = reader.LARGEST_FILE + 1
    if path == "-":
        return sys.stdin.buffer.read(limit)
    if "://" in path:
        response = context.client.get(path, limit=limit)
        if response.status != 200:
            raise UsageError(f"there is no requirements file at {shown}: the server answered {response.status}")
        return response.body
    try:
        with open(path, "rb") as file:
            return file.read(limit)
    except OSError as error:
        raise UsageError(
            f"cannot read the requirements file {shown}: {(error.strerror or str(error)).lower()}"
        ) from error
