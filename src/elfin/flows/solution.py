"""A gathered set of requirements, resolved for a target, with the file of each pin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from packaging.version import InvalidVersion, Version

from elfin.errors import Conflict, Refused
from elfin.flows.asked import Choice
from elfin.flows.context import Context
from elfin.flows.projects import Projects
from elfin.flows.requirements import Gathered
from elfin.flows.resolution import resolve
from elfin.host.model import Target
from elfin.index.model import File
from elfin.record import NamedTuple
from elfin.resolve.model import Problem, Resolution, Unusable
from elfin.tags import expand


class Solved(NamedTuple):
    """The answer."""

    resolution: Resolution
    files: Mapping[str, File]
    """The file to install for each pin, by normalised name."""
    projects: Projects
    hashes: Mapping[str, frozenset[str]]

    def hashes_of(self, files: Sequence[File]) -> dict[str, frozenset[str]]:
        """What the user's hashes allow, by file name, for those of `files` that have some."""
        names = {file.filename: name for name, file in self.files.items()}
        return {
            file.filename: self.hashes[names[file.filename]] for file in files if names[file.filename] in self.hashes
        }


def solve(
    context: Context,
    gathered: Gathered,
    target: Target,
    choice: Choice,
    kept: Mapping[str, str],
    *,
    asked: str = "",
) -> Solved:
    """Resolve for the target: its tags, and its markers. `kept`: versions to prefer, by normalised name.

    `asked`: the options by which the target was named, as `places.words` gives them, for hints.

    Raises errors.Conflict with the reasons, Unreachable, Refused where hashes are required and missing.
    """
    interpreter = target.interpreter
    tags = expand.tag_set(target)
    version = Version(interpreter.version)
    projects = Projects(context.index, tags, version, references=gathered.references, hashes=gathered.hashes)
    prereleases = choice.prereleases or ("allow" if gathered.prereleases else "if-necessary")
    problem = Problem(
        asks=gathered.asks,
        environment=interpreter.markers,
        python_version=version,
        constraints=gathered.constraints,
        preferences=_versions(kept),
        prereleases="if-necessary" if prereleases == "if-necessary-or-explicit" else prereleases,
        resolution=choice.resolution,
        no_deps=choice.no_deps,
    )
    try:
        with context.progress("Resolving") as progress:
            resolution = resolve(
                problem,
                projects,
                threads=context.settings.concurrency.value,
                forking=context.forking,
                progress=lambda name: progress.add(name=name),
                asked=asked,
            )
    except Conflict as error:
        if error.state and ("for this target" in error.state or "needs Python" in error.state):
            error.hints = (*error.hints, f"the target is {projects.machine()}")
        raise
    files, notes = {}, []
    for pin in resolution.pins:
        file = projects.file(pin.name, pin.position)
        assert not isinstance(file, Unusable), f"{pin.name} was chosen although it {file}"
        files[pin.name] = file
        if file.yanked is not None:
            notes.append(f"{pin.name} {pin.version} was yanked" + (f": {file.yanked}" if file.yanked else ""))
        if gathered.require_hashes and pin.name not in gathered.hashes:
            raise Refused(
                f"{pin.name} {pin.version} is needed, and has no hash although hashes are required",
                state="nothing was changed",
                hints=("`elfin pip compile --generate-hashes` writes the hashes of everything that is needed",),
            )
    resolution = resolution._replace(warnings=(*resolution.warnings, *notes))
    return Solved(resolution, files, projects, gathered.hashes)


def _versions(kept: Mapping[str, str]) -> dict[str, Version]:
    found = {}
    for name, text in kept.items():
        try:
            found[name] = Version(text)
        except InvalidVersion:
            continue
    return found
