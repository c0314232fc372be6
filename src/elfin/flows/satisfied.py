"""Does an environment already hold what is asked for, with everything that needs? Answered from its METADATA alone."""

from __future__ import annotations

from elfin.envs import disk as envs_disk
from elfin.envs.model import InstalledDistribution
from elfin.envs.state import State
from elfin.errors import Malformed
from elfin.flows.requirements import Gathered
from elfin.formats import metadata
from elfin.formats.projectname import canonical
from elfin.host.model import Interpreter
from elfin.resolve.markers import Markers
from elfin.resolve.requirement import Requirement, requirement
from elfin.resolve.specifier import admits


def satisfied(state: State, gathered: Gathered, interpreter: Interpreter, *, no_deps: bool) -> int | None:
    """How many installed distributions answer the asks; None: something is missing, too old, or cannot be told."""
    if state.problems:
        return None
    there = {one.canonical_name: one for one in state.distributions}
    markers = Markers(interpreter.markers)
    bounds: dict[str, list[Requirement]] = {}
    for ask in gathered.constraints:
        bounds.setdefault(ask.requirement.name, []).append(ask.requirement)
    waiting = [ask.requirement for ask in gathered.asks if markers.hold(ask.requirement.marker)]
    seen: set[tuple[str, str | None]] = set()
    read: dict[str, tuple[str, ...]] = {}
    try:
        while waiting:
            wanted = waiting.pop()
            one = there.get(wanted.name)
            if one is None or wanted.url is not None or not _fits(one, [wanted, *bounds.get(wanted.name, ())]):
                return None
            for extra in (None, *wanted.extras):
                if no_deps or (wanted.name, extra) in seen:
                    continue
                seen.add((wanted.name, extra))
                waiting += _required(one, extra, markers, read)
    except Malformed:
        return None
    return len({name for name, _ in seen} | {ask.requirement.name for ask in gathered.asks})


def _fits(one: InstalledDistribution, wanted: list[Requirement]) -> bool:
    from packaging.version import InvalidVersion, Version

    try:
        version = Version(one.version)
    except InvalidVersion:
        return False
    return all(admits(requirement.clauses, version) for requirement in wanted)


def _required(
    one: InstalledDistribution, extra: str | None, markers: Markers, read: dict[str, tuple[str, ...]]
) -> list[Requirement]:
    if one.canonical_name not in read:
        data = envs_disk.metadata(one)
        if data is None:
            raise Malformed("METADATA is gone")
        read[one.canonical_name] = metadata.metadata(data).requires_dist
    found = [requirement(text) for text in read[one.canonical_name]]
    if extra is None:
        return [item for item in found if markers.hold(item.marker)]
    wanted = canonical(extra)
    return [
        item for item in found if item.marker and markers.hold(item.marker, wanted) and not markers.hold(item.marker)
    ]
