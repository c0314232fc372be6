"""`elfin installer build` and `check` as text and as JSON objects.

The text of a check answers first which file a place gets; the text of a build ends with what to mind.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from elfin.edges.terminal import safe
from elfin.flows.installer_build import Built
from elfin.flows.installer_check import Checked, Simulated
from elfin.host.model import Misfit, dotted
from elfin.installers import choose, holes, manifest
from elfin.installers.holes import Hole
from elfin.installers.model import Artifact, Candidate, Release
from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

SCHEMA = 1


def built(one: Built) -> str:
    """What the scripts choose from, what was passed over, which places get nothing, and the files written."""
    release = one.release
    lines = [safe(f"{release.app} {release.version}: {len(release.artifacts)} files")]
    lines += _table((f"  {artifact.name}", needs(artifact)) for artifact in release.artifacts)
    lines += [safe(f"note: {note}") for note in one.notes]
    lines += _holes(one.holes)
    lines.append(safe("wrote " + ", ".join(one.files)))
    return "\n".join(lines)


def _table(rows: Iterable[tuple[str, str]]) -> list[str]:
    known = list(rows)
    width = min(70, max((len(left) for left, _ in known), default=0))
    return [safe(f"{left:<{width}}  {right}".rstrip()) for left, right in known]


def needs(artifact: Artifact) -> str:
    """ "glibc 2.28 on x86_64 (hello: clock_gettime@GLIBC_2.17 of libc.so.6)"."""
    kinds = " or ".join(_one_need(artifact, number) for number in range(len(artifact.needs)))
    stated = ", as stated" if artifact.stated is not None else ""
    witness = f" ({artifact.witnesses[0]})" if artifact.witnesses else ""
    return kinds + stated + witness


def _one_need(artifact: Artifact, number: int) -> str:
    one = artifact.needs[number]
    machine = f"{one.arch}" + (f"-v{one.cpu_level}" if one.cpu_level else "")
    if one.os == "linux":
        if one.libc is None:
            return f"{'static' if artifact.measured else 'perhaps static'} on {machine}"
        unknown = "of any version" if artifact.measured else "of nobody knows which version"
        return f"{one.libc} {dotted(one.libc_floor) if one.libc_floor else unknown} on {machine}"
    floor = f" {dotted(one.os_floor)}" if one.os_floor else ""
    return f"{one.os}{floor} on {machine}"


def _holes(left: Sequence[Hole]) -> list[str]:
    if not left:
        return ["every place that is known gets a file"]
    lines = []
    guessed = [hole for hole in left if hole.why == holes.UNMEASURED]
    maybe = [hole for hole in left if hole.maybe and hole not in guessed]
    for title, some in (("nothing", [hole for hole in left if not hole.maybe]), ("only what may run", maybe)):
        if some:
            lines += [f"places that get {title}:", *(safe(f"  {holes.spell(hole)}") for hole in some)]
    if guessed:
        first = safe(guessed[0].place)
        more = f" and {len(guessed) - 1} more" if len(guessed) > 1 else ""
        lines.append(f"{first}{more} get a file by its name alone: {holes.UNMEASURED}")
    return lines


def checked(one: Checked, *, verbose: bool) -> str:
    """A block for each place; without places the holes."""
    if not one.places:
        release = one.release
        return "\n".join([safe(f"{release.app} {release.version}: {len(release.artifacts)} files"), *_holes(one.holes)])
    return "\n\n".join("\n".join(_place(place, one.release, verbose=verbose)) for place in one.places)


def _place(one: Simulated, release: Release, *, verbose: bool) -> list[str]:
    place, choice = one.place, one.choice
    lines = [safe(f"{place.text} ({place.understood})")]
    lines += [safe(f"  note: {note}") for note in place.notes]
    if not choice.tried:
        lines.append(safe(f"  nothing: no {release.app} {release.version} runs there"))
    for number, candidate in enumerate(choice.tried):
        word = "gets" if number == 0 else "then"
        lines.append(safe(f"  {word} {candidate.artifact.name}: {candidate.why}"))
    near = [candidate for candidate in choice.refused if verbose or _near(candidate)]
    lines += [safe(f"  not {candidate.artifact.name}: {candidate.why}") for candidate in near]
    if len(near) < len(choice.refused):
        lines.append(f"  {len(choice.refused) - len(near)} more are for other machines and systems (-v lists them)")
    return lines


def _near(one: Candidate) -> bool:
    """Refused for another reason than that it is for another machine."""
    return isinstance(one.verdict, Misfit) and one.verdict.reason not in ("os", "arch")


def built_as_json(one: Built) -> dict[str, Any]:
    """The release as release.json has it, holes and notes."""
    return {
        "schema": SCHEMA,
        "release": json.loads(manifest.dumps(one.release)),
        "holes": [_hole(hole) for hole in one.holes],
        "notes": list(one.notes),
        "files": list(one.files),
    }


def checked_as_json(one: Checked) -> dict[str, Any]:
    """Every place with what is tried in order and what is refused."""
    return {
        "schema": SCHEMA,
        "app": one.release.app,
        "version": one.release.version,
        "places": [
            {
                "place": simulated.place.text,
                "understood": simulated.place.understood,
                "notes": list(simulated.place.notes),
                "gets": simulated.choice.tried[0].artifact.name if simulated.choice.tried else None,
                "tried": [_candidate(candidate) for candidate in simulated.choice.tried],
                "refused": [_candidate(candidate) for candidate in simulated.choice.refused],
            }
            for simulated in one.places
        ],
        "holes": [_hole(hole) for hole in one.holes],
    }


def _candidate(one: Candidate) -> dict[str, Any]:
    refused = one.rank == choose.NO_RANK
    return {
        "artifact": one.artifact.name,
        "target": one.artifact.target,
        "rank": None if refused else one.rank,
        "verdict": "refused" if refused else "fits" if one.verdict is None else "may fit",
        "why": one.why,
    }


def _hole(one: Hole) -> dict[str, Any]:
    return {
        "place": one.place,
        "examples": list(one.examples),
        "maybe": one.maybe or None,
        "why": one.why or None,
        "remedy": one.remedy,
    }
