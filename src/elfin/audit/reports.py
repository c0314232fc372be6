"""The files of one thing, each with a way to read it -> its report.

What cannot be read is kept with the reason; nothing is raised for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from elfin.audit import earned, facts, foreign, sums
from elfin.audit.model import Claim, Earned, FileFacts, Foreign, Report
from elfin.errors import MalformedElf
from elfin.formats.elf import Source
from elfin.record import NamedTuple


class Found(NamedTuple):
    """What one file is."""

    path: str
    facts: FileFacts | None
    """None: no ELF file, or one that cannot be read."""
    foreign: tuple[Foreign, ...]
    broken: str | None
    """Why it cannot be read."""


Each = Callable[[Callable[[tuple[str, Source]], Found], Iterable[tuple[str, Source]]], Iterable[Found]]
"""As `map`, the answers in the order of what was given."""


def of(
    path: str,
    kind: str,
    files: Iterable[tuple[str, Source]],
    claim: Claim | None = None,
    each: Each = map,
) -> Report:
    """The report of the files in `path`. Raises what reading a source raises, MalformedElf excepted.

    `each` may do the work in another way than `map` does.
    """
    found = list(each(_one, files))
    return judged(
        path,
        kind,
        [one.facts for one in found if one.facts is not None],
        claim,
        broken=tuple((one.path, one.broken) for one in found if one.broken is not None),
        others=tuple(code for one in found for code in one.foreign),
    )


def _one(file: tuple[str, Source]) -> Found:
    name, source = file
    try:
        head = source[:4] if isinstance(source, bytes) else source(0, 4)
        if not head.startswith(b"\x7fELF"):
            return Found(name, None, foreign.read(name, source), None)
        return Found(name, facts.read(name, source), (), None)
    except MalformedElf as error:
        return Found(name, None, (), error.message)


def judged(
    path: str,
    kind: str,
    files: Sequence[FileFacts],
    claim: Claim | None,
    *,
    broken: tuple[tuple[str, str], ...] = (),
    others: tuple[Foreign, ...] = (),
) -> Report:
    """The report of files whose facts are known."""
    total = sums.total(files, sums.bundled(files))
    if claim is not None:
        claim = claim._replace(pure_elf=tuple(_pure(claim, files)))
    own = _earned(files, broken, others, claim) or earned.platform_tags(
        files, total, claims=claim.platforms if claim is not None else ()
    )
    return Report(path, kind, tuple(files), broken, total, claim, own, others)


def _earned(
    files: Sequence[FileFacts], broken: tuple[tuple[str, str], ...], others: Sequence[Foreign], claim: Claim | None
) -> Earned | None:
    """The tags of a thing for macOS or Windows alone, none where a file cannot be read; None where ELF files decide.

    A wheel for any system brings programs of some: nothing is to be told of its tags.
    """
    if broken:
        return Earned((), tuple(f"{path} cannot be read: {why}" if path else why for path, why in broken))
    if not others or files:
        return None
    return Earned((), ()) if claim is not None and claim.platforms == ("any",) else foreign.platform_tags(others)


def _pure(claim: Claim, files: Sequence[FileFacts]) -> Iterator[str]:
    for file in files:
        top, _, rest = file.path.partition("/")
        scheme = rest.partition("/")[0] if top.endswith(".data") else "purelib" if claim.purelib else "platlib"
        if scheme == "purelib":
            yield file.path
