"""What might help against a conflict? One line for each kind of obstacle the proof names, most telling first."""

from __future__ import annotations

from collections.abc import Callable

from elfin.resolve.clause import Asked, Depends, Unavailable
from elfin.resolve.conflict import Conflict
from elfin.resolve.package import Package
from elfin.resolve.wording import versions_text


def hints(
    conflict: Conflict, *, another_python: Callable[[str, int], bool] | None = None, asked: str = ""
) -> tuple[str, ...]:
    """Give lines to act on; none where only the user knows which requirement to give up.

    `another_python`: whether a version of a project has a wheel for some other Python of the same place (None: each has
    one); `asked`: the options that named the target (" --platform debian:8"), so that a line to type is about it too.
    """
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
    for (kind, name), mask in obstacles.items():
        if kind == "python" and another_python is not None:
            bits = [index for index in range(mask.bit_length() - 1) if mask >> index + 1 & 1]
            obstacles[kind, name] = sum(2 << index for index in bits if another_python(name, index))
    for kind in ("python", "wheel", "sdist", "yanked", "prerelease"):
        found += [
            _hint(kind, name, conflict.packages[name], mask, asked)
            for (one, name), mask in obstacles.items()
            if one == kind and mask
        ]
    return tuple(found)


def _hint(kind: str, name: str, package: Package, mask: int, asked: str) -> str:
    said, newest = versions_text(name, package, mask), package.listing.versions[mask.bit_length() - 2]
    match kind:
        case "python":
            option = "--python-version" if asked.startswith(" --platform") else "--python"
            return f"another Python would allow {said}: choose one with {option}"
        case "wheel":
            typed = f"elfin explain {name}=={newest}{asked}"
            return f"{said} has wheels, but none for this target: `{typed}` says what would help"
        case "sdist":
            return f"{said} comes as source only: build a wheel of it elsewhere and name the wheel instead"
        case "yanked":
            return f"{said} was yanked: to take it all the same, pin it exactly, {name}=={newest}"
        case _:
            return f"{said} is a pre-release: allow it with --prerelease allow, or name it, {name}>={newest}"
