"""`explain`: for each wheel of a version and each place, whether it fits, what it misses on, and what would help.

The verdicts are the installer's own (`tags.match`, `Projects`). Refuses to guess what an index would say of a wheel
that is given by its name: only what the name says is judged then.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from elfin.errors import Malformed, NoAnswer, PlaceError, UsageError
from elfin.flows.context import Context
from elfin.flows.explain_help import Help, what_helps
from elfin.flows.place import Aim, aim
from elfin.flows.places import is_place
from elfin.formats import wheelname
from elfin.formats.urltext import redacted
from elfin.formats.wheelname import WheelName
from elfin.index.listing import Listing
from elfin.index.model import File
from elfin.record import TYPE_CHECKING, NamedTuple
from elfin.resolve.requirement import Requirement, requirement
from elfin.resolve.specifier import admits, clauses_of, names_prerelease, pins_exactly
from elfin.tags import expand, explain, match
from elfin.tags.model import Mismatch, Tag, TagSet

if TYPE_CHECKING:
    from packaging.version import Version

_SDISTS = (".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz")


class Judged(NamedTuple):
    """One wheel in one place."""

    filename: str
    rank: int | None
    """Of its best tag, 0 the best; None: the tags do not fit, or nobody can tell."""
    misses: tuple[Mismatch, ...]
    """What it misses on, the gravest first; empty: it fits."""
    evidence: str
    """Where the fact that decided was read: "/lib/libc.so.6: ..."; "" where nothing is known of that."""
    yanked: str | None
    """PEP 592: the reason it was withdrawn for, None: it was not."""

    @property
    def fits(self) -> bool | None:
        """Whether the place takes it; None: that cannot be told, for what it needs to know of the place is unknown."""
        return None if self.misses and all(miss.doubt for miss in self.misses) else not self.misses

    @property
    def distance(self) -> int:
        """How far it is from fitting, 0: it fits."""
        return sum(miss.distance for miss in self.misses)


class Answer(NamedTuple):
    """All wheels in one place."""

    platform: str | None
    """As typed; None: this machine, for want of another."""
    aim: Aim
    fitting: tuple[Judged, ...]
    """Those that fit, the one an installer takes first."""
    others: tuple[Judged, ...]
    """The nearest first; before them those of which nobody can tell."""
    help: Help
    """What would help; empty where something fits."""

    @property
    def fits(self) -> bool | None:
        """Whether something does; None: that cannot be told."""
        return True if self.fitting else None if any(one.fits is None for one in self.others) else False


class Explained(NamedTuple):
    """The whole of it."""

    project: str
    version: str
    wheels: tuple[str, ...]
    """File names."""
    sources: tuple[str, ...]
    """Names of source distributions."""
    single: bool
    """One wheel was asked about, by name or path; nothing was asked of an index."""
    notes: tuple[str, ...]
    answers: tuple[Answer, ...]


class Subject(NamedTuple):
    """What is judged."""

    project: str
    """Normalised."""
    version: Version
    files: tuple[File, ...]
    listing: Listing | None
    """All versions; None: one wheel was asked about."""
    notes: tuple[str, ...]
    marker: str | None = None
    """Of the requirement that was asked about: where it does not hold, an installer passes the project by."""


def explained(context: Context, text: str, platforms: Sequence[str], python: str | None) -> Explained:
    """Judge the wheel or project that `text` means in every place; none named: on this machine.

    Raises UsageError, NoAnswer for an unknown project or version, Unreachable, and what `place.aim` raises.
    """
    if is_place(python):
        raise UsageError(f"--python {python} is a place", hints=(f"`--platform {python}` asks about it",))
    aims = [(platform, aim(context, platform, python)) for platform in platforms or (None,)]
    subject = _wheel(context, text) if text.partition("#")[0].endswith(".whl") else _project(context, text)
    answers = tuple(_answer(context, subject, platform, where) for platform, where in aims)
    names = [file.filename for file in subject.files]
    return Explained(
        subject.project,
        str(subject.version),
        tuple(name for name in names if name.endswith(".whl")),
        tuple(name for name in names if name.endswith(_SDISTS)),
        subject.listing is None,
        subject.notes,
        answers,
    )


def _wheel(context: Context, text: str) -> Subject:
    """One wheel by path, URL or name alone. What a file says of Python itself is read where it is there."""
    from urllib.parse import quote, unquote

    from packaging.version import InvalidVersion, Version

    plain = text.partition("#")[0]
    filename = (unquote(plain) if "://" in plain else plain).rpartition("/")[2]
    path = os.path.join(context.folder, os.path.expanduser(plain))
    if "://" not in plain and os.path.isdir(path):
        raise UsageError(f"{redacted(plain)} is a folder, not a wheel", hints=("name the file that is in it",))
    if "://" not in plain and os.sep in plain and not os.path.isfile(path):
        hint = "a wheel's name alone, without a folder, is judged as it stands"
        raise PlaceError(f"there is no file {plain}", hints=(hint,))
    try:
        parsed = wheelname.parse(filename)
        version = Version(parsed.version.replace("_", "+", 1))
    except (Malformed, InvalidVersion) as error:
        message = f"{redacted(filename)!r} is not the name of a wheel"
        raise UsageError(message, hints=("NAME-VERSION-PYTHON-ABI-PLATFORM.whl is its form",)) from error
    python, note = None, "judged by its name alone"
    if "://" not in plain:
        note = f"there is no such file here, so it is {note}"
    if "://" not in plain and os.path.isfile(path):
        file = File(filename, "file://" + quote(path), {}, None, None, None, None, None)
        found = context.index.dependencies(file)
        python, note = (found.requires_python if found else None), ""
    file = File(filename, "", {}, python, None, None, None, None)
    return Subject(parsed.name, version, (file,), None, (note,) if note else ())


def _project(context: Context, text: str) -> Subject:
    """A version of a project as the index lists it: the one that is pinned, else the newest that is admitted."""
    try:
        wanted = requirement(text)
    except Malformed as error:
        hints = ("`elfin explain numpy`, `numpy==2.3.2`, or the name of a wheel",)
        raise UsageError(f"{redacted(text)!r} is neither a project nor a wheel", hints=hints) from error
    if wanted.url is not None or os.sep in text:
        raise UsageError(f"{redacted(text)!r} is neither a project nor a wheel", hints=("a wheel ends in .whl",))
    listing = context.index.listing(wanted.name)
    if listing is None:
        hints = ("check the spelling, or name the index that has it with --index",)
        raise NoAnswer(f"no index knows a project {wanted.name}", hints=hints)
    position = _position(listing, wanted)
    if position is None:
        newest = ", ".join(map(str, reversed(listing.versions[-5:]))) or "none"
        raise NoAnswer(f"there is no {wanted.text()}", hints=(f"the newest versions are {newest}",))
    notes: tuple[str, ...] = ()
    if wanted.extras:
        notes = (f"[{','.join(wanted.extras)}] asks for more projects beside it; its own wheels are the same",)
    return Subject(wanted.name, listing.versions[position], listing.files(position), listing, notes, wanted.marker)


def _position(listing: Listing, wanted: Requirement) -> int | None:
    """The place of the newest admitted version: no pre-release or withdrawn one while there are others."""
    admitted = [number for number, one in enumerate(listing.versions) if admits(wanted.clauses, one)]
    early = names_prerelease(wanted.clauses) or pins_exactly(wanted.clauses)
    for number in reversed(admitted):
        if early or not listing.versions[number].is_prerelease:
            files = listing.files(number)
            if any(file.yanked is None for file in files) or (files and pins_exactly(wanted.clauses)):
                return number
    return admitted[-1] if admitted else None


def _answer(context: Context, subject: Subject, platform: str | None, where: Aim) -> Answer:
    if subject.marker is not None and not _wanted(subject.marker, where):
        note = f"an installer would pass {subject.project} by here: {subject.marker} does not hold"
        where = where._replace(notes=(*where.notes, note))
    tags = expand.tag_set(where.target)
    judged = [_judged(tags, where, file, parsed) for file, parsed in _wheels(subject.files)]
    fitting = sorted((one for one in judged if one.fits), key=_preference)
    others = sorted((one for one in judged if not one.fits), key=lambda one: _order(one, where))
    helped = Help() if fitting else what_helps(context, subject, where, others[0].misses if others else ())
    return Answer(platform, where, tuple(fitting), tuple(others), helped)


def _wanted(marker: str, where: Aim) -> bool:
    from elfin.resolve.markers import Markers

    try:
        return Markers(where.target.interpreter.markers).hold(marker)
    except Malformed as error:
        raise UsageError(
            f"`{redacted(marker)}` is not a marker", hints=("`python_version < '3.12'` is one",)
        ) from error


def _wheels(files: Sequence[File]) -> Iterator[tuple[File, WheelName]]:
    for file in files:
        if file.filename.endswith(".whl"):
            try:
                yield file, wheelname.parse(file.filename)
            except Malformed:
                continue


def _judged(tags: TagSet, where: Aim, file: File, parsed: WheelName) -> Judged:
    found = match.match(tags, parsed)
    misses = () if found is not None else match.every_miss(where.target, parsed)
    # Each of them carries the distance of both together.
    misses = (*misses[:1], *(one._replace(distance=0) for one in misses[1:]))
    asked = _other_python(file, where, Tag(parsed.pythons[0], parsed.abis[0], parsed.platforms[0]))
    if asked is not None and not any(one.axis == "python" for one in misses):
        misses = (*misses, asked)
    misses = tuple(sorted(misses, key=lambda one: one.doubt))  # what is known for certain decides
    rank = None if found is None else found.rank
    return Judged(file.filename, rank, misses, _evidence(where, misses[0]) if misses else "", file.yanked)


def _other_python(file: File, where: Aim, tag: Tag) -> Mismatch | None:
    """What Requires-Python misses on. One that cannot be read asks nothing, as installers agree."""
    from packaging.version import Version

    if not file.requires_python:
        return None
    interpreter = where.target.interpreter
    try:
        if admits(clauses_of(file.requires_python), Version(interpreter.version)):
            return None
    except Malformed:
        return None
    needs = f"Python {file.requires_python}"
    return Mismatch(explain.REQUIRES_PYTHON, needs, f"Python {interpreter.version}", tag, match.DISTANCES["python"])


_FACTS = {"libc version": ("libc version", "libc", "native libc"), "libc family": ("native libc", "libc"),
          "arch": ("arch",), "float abi": ("float abi",), "os": ("os",), "os version": ("os version",),
          "cpu level": ("cpu level",)}  # fmt: skip
"""Axis -> the facts of a host's evidence that decide it."""


def _evidence(where: Aim, miss: Mismatch) -> str:
    """Where this place's side of a mismatch was read."""
    host, interpreter = where.target
    if miss.axis in ("python", "implementation", "abi", "free-threading", explain.REQUIRES_PYTHON):
        return "" if where.imagined else interpreter.executable
    if miss.axis == "static interpreter":
        return "" if where.imagined else f"{interpreter.executable}: no PT_INTERP"
    for fact in _FACTS.get(miss.axis, ()):
        for one in host.evidence:
            if one.fact == fact and (not miss.axis.startswith("libc") or one.value == miss.has):
                return one.source
    return ""


def _preference(one: Judged) -> tuple[bool, int, int, str]:
    """As installers choose: not withdrawn, the best tag, the highest build number."""
    build = wheelname.parse(one.filename).build
    return one.yanked is not None, one.rank or 0, -build[0] if build else 1, one.filename


def _order(one: Judged, where: Aim) -> tuple[bool, int, int, list[tuple[int, str]], str]:
    """The nearest first; of two as near, the one for the nearer Python."""
    minor = where.target.interpreter.version_info[1]
    digits = "".join(filter(str.isdigit, one.misses[0].tag.python))
    away = abs(int(digits[1:]) - minor) if len(digits) > 1 else minor
    return one.fits is not None, one.distance, away, explain.natural(one.misses[0].needs), one.filename
