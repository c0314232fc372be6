"""Lines of requirements to what a resolver is asked: asks, constraints, direct references, hashes."""

from __future__ import annotations

import os

from elfin.errors import Malformed, NoWheel, UsageError
from elfin.flows import lines as line_flow
from elfin.flows.asked import Requests
from elfin.flows.context import Context
from elfin.flows.lines import Origin
from elfin.formats import requirementsfile as reader
from elfin.formats import wheelname
from elfin.formats.projectname import canonical
from elfin.formats.requirementsfile import DirectReference, PinnedLine
from elfin.formats.urltext import redacted, without_credentials
from elfin.host.model import Interpreter
from elfin.index.model import File
from elfin.record import NamedTuple
from elfin.resolve.markers import Markers
from elfin.resolve.model import Ask
from elfin.resolve.requirement import Requirement
from elfin.resolve.requirement import requirement as resolvable


class Gathered(NamedTuple):
    """Everything that is asked for, for one interpreter; asks whose marker does not hold are left out."""

    asks: tuple[Ask, ...]
    constraints: tuple[Ask, ...]
    references: dict[str, File]
    """Wheels by path or URL, by normalised name."""
    hashes: dict[str, frozenset[str]]
    """By normalised name the "algorithm:hex" of which a file must have one."""
    prereleases: bool
    require_hashes: bool
    notes: tuple[str, ...] = ()
    """Warnings for the user."""


def gather(context: Context, requests: Requests, interpreter: Interpreter) -> Gathered:
    """Read and judge everything that is asked for. Raises UsageError, NoWheel, Unreachable."""
    return from_lines(line_flow.read(context, requests), interpreter)


def from_lines(read: line_flow.Lines, interpreter: Interpreter) -> Gathered:
    """What the lines ask for. Raises UsageError, NoWheel."""
    markers = Markers(interpreter.markers)
    references: dict[str, File] = {}
    hashes: dict[str, frozenset[str]] = {}
    asks, notes = [], []
    for one in read.requirements:
        wanted = _requirement(one, references, markers)
        if wanted is None:
            notes.append(_left_out(one))
            continue
        if one.line.hashes:
            allowed = frozenset(f"{algorithm}:{digest}" for algorithm, digest in one.line.hashes)
            hashes[wanted.name] = hashes.get(wanted.name, frozenset()) | allowed
        elif read.require_hashes and wanted.name not in references:
            raise reader.bad(one.line.at, f"a hash for {wanted.name}, since hashes are required", None)
        if read.require_hashes and not isinstance(one.line, PinnedLine | DirectReference):
            raise reader.bad(one.line.at, f"{wanted.name} to be pinned with `==`, since hashes are required", None)
        asks.append(Ask(wanted, one.origin))
    bounds = []
    for one in read.constraints:
        bound = _requirement(one, references, markers)
        if bound is not None:
            bounds.append(Ask(bound, one.origin))
            if one.line.hashes:
                allowed = frozenset(f"{algorithm}:{digest}" for algorithm, digest in one.line.hashes)
                hashes[bound.name] = hashes.get(bound.name, frozenset()) | allowed
    return Gathered(
        tuple(asks), tuple(bounds), references, hashes, read.prereleases, read.require_hashes,
        tuple(note for note in notes if note),
    )  # fmt: skip


def names(context: Context, requests: Requests) -> tuple[str, ...]:
    """The names of what is listed, as `pip uninstall` takes them; versions are passed over."""
    found = []
    for one in line_flow.read(context, requests).requirements:
        if isinstance(one.line, DirectReference):
            found.append(one.line.name or wheelname.parse(_filename(one.line.location)).name)
        elif isinstance(one.line, PinnedLine):
            found.append(one.line.name)
        else:
            found.append(reader.requirement(one.line).name)
    return tuple(found)


def _requirement(one: Origin, references: dict[str, File], markers: Markers) -> Requirement | None:
    """One requirement, None when its marker does not hold here."""
    line = one.line
    if isinstance(line, PinnedLine):
        extras = f"[{','.join(line.extras)}]" if line.extras else ""
        text = f"{line.name}{extras}=={line.version}" + (f" ; {line.marker}" if line.marker else "")
        wanted = resolvable(text)
    elif isinstance(line, DirectReference):
        try:
            if not markers.hold(line.marker):
                return None
        except Malformed as error:
            raise _bad_marker(one) from error
        return _reference(line, one.folder, references)
    else:
        try:
            wanted = resolvable(line.text)
        except Malformed:
            reader.requirement(line)  # knows where the caret goes
            raise
    try:
        return wanted._replace(marker=None) if markers.hold(wanted.marker) else None
    except Malformed as error:
        raise _bad_marker(one) from error


def _bad_marker(one: Origin) -> UsageError:
    behind = one.line.at.source.rpartition(";")[2]
    column = len(one.line.at.source) - len(behind.lstrip()) if behind != one.line.at.source else None
    return reader.bad(one.line.at, "an environment marker behind `;`", column)


def _left_out(one: Origin) -> str:
    """A note for what was typed by hand and does not apply; files are full of such lines on purpose."""
    if one.origin != "argument":
        return ""
    return f"{redacted(one.line.at.source)} is left out: its marker does not hold for this interpreter"


def _reference(line: DirectReference, folder: str, references: dict[str, File]) -> Requirement:
    from urllib.parse import quote, unquote, urlsplit

    location = line.location
    url, _, fragment = location.partition("#")
    if "://" not in url and not url.startswith("file:"):
        path = os.path.normpath(os.path.join(folder, os.path.expanduser(url)))
        url = "file://" + quote(path)
    elif url.startswith("file:"):
        path = unquote(urlsplit(url).path)
        url = "file://" + quote(path)
    else:
        path = None
    filename = _filename(url)
    shown = redacted(location)
    if path is not None and not os.path.exists(path):
        raise UsageError(f"there is no file {path}", state=None, hints=_like_a_name(line))
    if not filename.endswith(".whl"):
        kind = "a folder" if path is not None and os.path.isdir(path) else "not a wheel"
        raise NoWheel(
            f"{shown} is {kind}, and elfin cannot build wheels yet",
            state="nothing was changed",
            hints=("build the wheel elsewhere, and give its path",),
        )
    try:
        parsed = wheelname.parse(filename)
    except Malformed as error:
        raise UsageError(f"{filename} is not a wheel's file name: {error.message}") from error
    name = canonical(parsed.name)
    if line.name is not None and canonical(line.name) != name:
        raise UsageError(f"{line.name} is asked for, and {filename} is a wheel of {parsed.name}")
    hashes = {}
    algorithm, _, digest = fragment.partition("&")[0].partition("=")
    if algorithm in ("sha256", "sha384", "sha512"):
        hashes[algorithm] = digest.lower()
    size = os.path.getsize(path) if path is not None else None
    file = File(filename, url, hashes, None, None, size, None, None)
    known = references.setdefault(name, file)
    if known.url != file.url:
        one, other = redacted(known.url), redacted(file.url)
        raise UsageError(f"{name} is asked for from two places: {one} and {other}")
    extras = tuple(sorted({canonical(extra) for extra in line.extras}))
    return Requirement(name, extras, (), without_credentials(url)[0])


def _filename(url: str) -> str:
    from urllib.parse import unquote

    return unquote(url.partition("#")[0].partition("?")[0].rstrip("/").rpartition("/")[2])


def _like_a_name(line: DirectReference) -> tuple[str, ...]:
    bare = line.location
    return (
        () if "/" in bare else (f"if you mean a package of that name, `{bare.partition('-')[0]}` is how to ask for it",)
    )
