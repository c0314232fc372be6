"""The tags that wheels may have in a place, best first."""

from __future__ import annotations

from elfin.flows.context import Context
from elfin.flows.place import Aim, aim
from elfin.record import NamedTuple
from elfin.tags.expand import tag_set
from elfin.tags.model import TagSet


class Answer(NamedTuple):
    """What one place takes."""

    platform: str | None
    """The place as typed; None: this machine, for want of another."""
    aim: Aim
    tags: TagSet


def taken(
    context: Context, platforms: tuple[str, ...], python: str | None, *, linux_last: bool = False
) -> tuple[Answer, ...]:
    """An answer for each place, in the order typed; for none, of this machine. Raises what `place.aim` raises."""
    answers = []
    for platform in platforms or (None,):
        found = aim(context, platform, python)
        answers.append(Answer(platform, found, tag_set(found.target, linux_last=linux_last)))
    return tuple(answers)
