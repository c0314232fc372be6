"""What might help against a conflict? One line for each kind of obstacle the proof names, most telling first."""

from __future__ import annotations

from elfin.resolve.clause import Asked, Depends, Unavailable
from elfin.resolve.conflict import Conflict
from elfin.resolve.wording import versions_text


def hints(conflict: Conflict) -> tuple[str, ...]:
    """Give lines to act on; none where only the user knows which requirement to give up."""
    obstacles: dict[tuple[str, str], int] = {}
    missing: dict[str, None] = {}
    for clause in conflict.clauses():
        match clause.cause:
            case Unavailable(name, versions, why):
                obstacles[why.kind, name] = obstacles.get((why.kind, name), 0) | versions
            case Asked(ask) if conflict.packages[ask.requirement.name].missing is not None:
                missing[ask.requirement.name] = None
            case Depends(_, _, _, requirement) if conflict.packages[requirement.name].missing is not None:
                missing[requirement.name] = None
    found = [f"check the spelling of {name}, or name the index that has it with --index" for name in missing]
    for kind in ("python", "wheel", "sdist", "yanked", "prerelease"):
        found += [
            _hint(kind, name, versions_text(name, conflict.packages[name], mask), mask, conflict)
            for (one, name), mask in obstacles.items()
            if one == kind
        ]
    return tuple(found)


def _hint(kind: str, name: str, said: str, mask: int, conflict: Conflict) -> str:
    newest = conflict.packages[name].listing.versions[mask.bit_length() - 2]
    match kind:
        case "python":
            return f"another Python would allow {said}: choose one with --python"
        case "wheel":
            return f"{said} has wheels, but none for this target: `elfin explain {name}=={newest}` says what would help"
        case "sdist":
            return f"{said} comes as source only: build a wheel of it elsewhere and name the wheel instead"
        case "yanked":
            return f"{said} was yanked: to take it all the same, pin it exactly, {name}=={newest}"
        case _:
            return f"{said} is a pre-release: allow it with --prerelease allow, or name it, {name}>={newest}"
