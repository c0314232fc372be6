"""Installed distributions whose wheel was for another place or Python, told by the tags that its WHEEL file lists.

Answers: which of them are no answer to what is asked for here. A folder (`--target`, `--prefix`) or a root may have
been filled for anywhere; an environment's own Python took what is in it, so that only `pip check` looks there. Refuses
to guess: a distribution without tags, or with tags that cannot be read, is taken for one that fits.
"""

from __future__ import annotations

from collections.abc import Iterator

from elfin.audit import tagnames
from elfin.envs import disk as envs_disk
from elfin.envs.model import InstalledDistribution
from elfin.envs.state import Problem, State
from elfin.errors import Malformed
from elfin.formats import wheelname
from elfin.formats.wheelname import WheelName
from elfin.host.model import Target
from elfin.tags import expand, explain, match


def set_aside(state: State, target: Target) -> State:
    """The state with what does not fit the target among its problems: a change replaces that. Raises PlaceError."""
    found = misfits(state, target)
    fitting = tuple(one for one in state.distributions if one not in found)
    problems = [Problem(one.dist_info, reason, one) for one, reason in found.items()]
    return state._replace(distributions=fitting, problems=(*state.problems, *problems))


def misfits(state: State, target: Target) -> dict[InstalledDistribution, str]:
    """Each distribution that does not fit the target, and why, in the words of `explain`. Raises PlaceError."""
    tags = expand.tag_set(target)
    found = {}
    for one in state.distributions:
        kinds = list(_tags(one))
        if kinds and all(match.match(tags, kind) is None for kind in kinds):
            nearest = min((match.why_not(target, kind) for kind in kinds), key=lambda miss: miss.distance)
            found[one] = explain.sentence(nearest)
    return found


def _tags(one: InstalledDistribution) -> Iterator[WheelName]:
    """Each `Tag` of WHEEL (PEP 427) as the name of a wheel that has it."""
    for tag in tagnames.of_wheel_file(envs_disk.wheel(one) or b"")[0]:
        try:
            yield wheelname.parse(f"any-0-{tag}.whl")
        except Malformed:
            continue
