"""`elfin tags` as text and as one JSON object."""

from __future__ import annotations

from collections.abc import Sequence

from elfin.cli.show import aim
from elfin.edges.terminal import safe
from elfin.flows.tags import Answer
from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

SCHEMA = 1


def understood(answer: Answer) -> list[str]:
    """For stderr: the place and its Python in words, and what was assumed."""
    from elfin.tags import explain

    place, interpreter = answer.aim.place, answer.aim.target.interpreter
    whose = "" if place.interpreter is interpreter else f"; {explain.python(interpreter)}"
    lines = [safe(place.understood) + whose]
    return lines + [f"  {safe(note)}" for note in answer.aim.notes]


def listing(answers: Sequence[Answer]) -> str:
    """For stdout: one tag a line; of several places, each under a line with its name."""
    blocks = ["\n".join(map(str, answer.tags.tags())) for answer in answers]
    if len(blocks) == 1:
        return blocks[0]
    return "\n\n".join(
        f"# {safe(answer.aim.place.text)}\n{block}" for answer, block in zip(answers, blocks, strict=True)
    )


def as_json(answers: Sequence[Answer]) -> dict[str, Any]:
    """One place: an object with its `tags`. Several: an object whose `places` holds such objects, in order."""
    objects = [_object(answer) for answer in answers]
    return {"schema": SCHEMA, **objects[0]} if len(objects) == 1 else {"schema": SCHEMA, "places": objects}


def _object(answer: Answer) -> dict[str, Any]:
    return {
        **aim.as_json(answer.platform, answer.aim),
        "tags": list(map(str, answer.tags.tags())),
    }
