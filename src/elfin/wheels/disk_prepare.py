"""Everything a transaction decides before it writes: what leaves, what comes, what is in the way.

Reads only. Refuses to replace another distribution's file by a different one, naming its owner (pip#4625, uv#10564),
and outside a virtual environment to replace any file that nobody lists. The same content under two distributions is
fine.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence

from elfin.edges.disk import Batch, place_error
from elfin.envs.model import Environment, InstalledDistribution
from elfin.errors import PlaceError, Refused
from elfin.formats.wheelfile import same_name
from elfin.record import NamedTuple
from elfin.wheels import plan as plans
from elfin.wheels import removal
from elfin.wheels.disk_survey import compiled, has_content, owners, present, read_record, survey
from elfin.wheels.disk_unpack import folders_of
from elfin.wheels.model import Install, StoredWheel
from elfin.wheels.plan import Plan, Written


class Prepared(NamedTuple):
    """What to do, in absolute paths."""

    plans: tuple[Plan, ...]
    moved: list[str]
    """Dist-info folders and files that leave; dist-info first."""
    emptied: list[str]
    """Folders that may be empty then, deepest first."""
    new: list[str]
    """Files and folders that are not there yet (topmost only)."""
    folders: list[tuple[str, list[str]]]
    """(root, folders below it to be made)."""
    batches: list[Batch]
    """Files to link; below `new/<number of plan>` of the transaction where `target` has no slash."""
    written: list[tuple[Written, str]]
    """(file, root)."""
    dist_info_folders: list[str]
    """Folders to be made below `new` of the transaction."""

    def located(self, transaction: str) -> list[Batch]:
        """The batches with all targets absolute."""
        return [
            batch if "/" in batch.target else batch._replace(target=f"{transaction}/new/{batch.target}")
            for batch in self.batches
        ]


def prepare(
    environment: Environment, removals: Sequence[InstalledDistribution], installs: Sequence[Install]
) -> Prepared:
    """Decide a transaction. Raises Refused (collision), UnsafeArchive, PlaceError; nothing is written."""
    made = tuple(plans.plan(install, environment, _scripts(install.wheel)) for install in installs)
    scheme = environment.scheme
    sites = tuple(dict.fromkeys((scheme.purelib, scheme.platlib)))
    dist_infos = [gone.dist_info for gone in removals if os.path.lexists(gone.dist_info)]
    dist_infos += [
        plan.dist_info for plan in made if plan.dist_info not in dist_infos and os.path.lexists(plan.dist_info)
    ]
    repaired = _repaired(removals, installs)
    leaving = _leaving(environment, dist_infos, repaired, owners(sites, dist_infos) if dist_infos else {})
    targets, digests = _targets(made)
    folders, new, taken = [], [], []
    for root, paths in targets.items():
        below = folders_of(paths)
        found = survey(root, below, paths, leaving)
        folders.append((root, below))
        new += found.new
        taken += found.taken
    kept = {path for path in taken if has_content(path, digests[path])}
    replaced = [path for path in taken if path not in kept]
    if replaced:
        _refuse_foreign(environment, made, replaced, owners(sites, dist_infos))
    new += [plan.dist_info for plan in made if plan.dist_info not in dist_infos]
    batches, written = _work(made, kept)
    moved = [*dist_infos, *leaving, *replaced]
    return Prepared(
        made, moved, _emptied(leaving, environment), new, folders, batches, written, _dist_info_folders(made)
    )


def _scripts(wheel: StoredWheel) -> dict[str, bytes]:
    """Content of the scripts whose first line has to name the interpreter."""
    found = {}
    for path in plans.scripts_to_read(wheel):
        try:
            with open(f"{wheel.folder}/{path}", "rb") as stream:
                if stream.read(8) == b"#!python":
                    stream.seek(0)
                    found[path] = stream.read()
        except OSError as error:
            raise place_error(error, f"{wheel.folder}/{path}") from error
    return found


def _repaired(removals: Sequence[InstalledDistribution], installs: Sequence[Install]) -> frozenset[str]:
    """Dist-info folders of removals whose distribution comes back: these may lack their RECORD."""
    return frozenset(
        gone.dist_info for gone in removals if any(same_name(gone.name, install.wheel.name) for install in installs)
    )


def _leaving(
    environment: Environment, dist_infos: Sequence[str], repaired: Collection[str], others: Mapping[str, str]
) -> dict[str, None]:
    """Files of the distributions that go, without their dist-info folders; ordered, and quick to look into."""
    found: dict[str, None] = {}
    for dist_info in dist_infos:
        site = os.path.dirname(dist_info)
        rows = read_record(dist_info)
        if rows is None:
            if dist_info in repaired:
                continue  # half installed: its files are replaced where the new ones land
            name = os.path.basename(dist_info)
            raise PlaceError(
                f"{name} has no usable RECORD, so its files are unknown",
                state="nothing was changed",
                hints=("install the same distribution again (this repairs it), then remove it",),
            )
        inside = dist_info + "/"
        paths = [path for path in removal.listed(site, rows) if not path.startswith(inside)]
        found.update(dict.fromkeys(present(removal.removable(paths, environment, others))))
    found.update(dict.fromkeys(compiled(found)))
    return found


def _targets(made: Sequence[Plan]) -> tuple[dict[str, dict[str, None]], dict[str, str]]:
    """({root: paths below it}, {absolute path: digest}); Refused when two wheels differ about a file."""
    targets: dict[str, dict[str, None]] = {}
    digests: dict[str, str] = {}
    for plan in made:
        for part in plan.parts:
            before = len(digests)
            mine = {f"{part.root}/{path}": digest for path, digest in part.digests.items()}
            shared = digests.keys() & mine.keys() if before else ()
            for path in shared:
                if digests[path] != mine[path]:
                    raise _collision(plan, path, _bringer(made, path))
            digests.update(mine)
            targets.setdefault(part.root, {}).update(dict.fromkeys(part.digests))
    return targets, digests


def _bringer(made: Sequence[Plan], path: str) -> str:
    for plan in made:
        for part in plan.parts:
            if path.startswith(part.root + "/") and path[len(part.root) + 1 :] in part.digests:
                return plan.wheel.name
    return "another distribution"


def _collision(plan: Plan, path: str, owner: str) -> Refused:
    wheel = plan.wheel
    return Refused(
        f"{wheel.name} {wheel.version} and {owner} both have {path}, with different content",
        state="nothing was changed",
        hints=(f"remove {owner}, or leave out {wheel.name}",),
    )


def _refuse_foreign(
    environment: Environment, made: Sequence[Plan], replaced: Sequence[str], others: Mapping[str, str]
) -> None:
    sites = (environment.scheme.purelib + "/", environment.scheme.platlib + "/")
    for path in replaced:
        for plan in made:
            if any(path.startswith(f"{p.root}/") and path[len(p.root) + 1 :] in p.digests for p in plan.parts):
                break
        if path in others:
            raise _collision(plan, path, others[path])
        if environment.kind != "venv" and not path.startswith(sites):
            raise Refused(
                f"{plan.wheel.name} {plan.wheel.version} would replace {path}, which no distribution lists",
                state="nothing was changed",
                hints=(f"move {path} away if it is not needed",),
            )


def _work(made: Sequence[Plan], kept: Collection[str]) -> tuple[list[Batch], list[tuple[Written, str]]]:
    """What to link and what to write; a file that two wheels share is brought by the first."""
    batches: list[Batch] = []
    written: list[tuple[Written, str]] = []
    done: dict[str, set[str]] = {}
    for number, plan in enumerate(made):
        for part in plan.parts:
            links, makes = part.links, part.written
            seen = done.setdefault(part.root, set())
            if kept or not seen.isdisjoint(part.digests):
                skip = {path for path in part.digests if path in seen or f"{part.root}/{path}" in kept}
                links = [pair for pair in links if pair[1] not in skip]
                makes = [item for item in makes if item.path not in skip]
            seen.update(part.digests)
            if links:
                batches.append(Batch(plan.wheel.folder, part.root, links))
            written += [(item, part.root) for item in makes]
        if plan.dist_info_links:
            batches.append(Batch(plan.wheel.folder, str(number), plan.dist_info_links))
    return batches, written


def _dist_info_folders(made: Sequence[Plan]) -> list[str]:
    folders = []
    for number, plan in enumerate(made):
        folders.append(str(number))
        folders += [f"{number}/{folder}" for folder in folders_of(name for _, name in plan.dist_info_links)]
    return folders


def _emptied(leaving: Collection[str], environment: Environment) -> list[str]:
    """The folders of files that leave, and those above them; deepest first.

    No root that every environment has; the one for headers is made when it is needed.
    """
    scheme = environment.scheme
    roots = {
        scheme.purelib,
        scheme.platlib,
        scheme.scripts,
        scheme.data,
        environment.prefix,
        environment.interpreter.stdlib,
    }
    folders = {path.rpartition("/")[0] for path in leaving}
    for folder in list(folders):
        above = folder.rpartition("/")[0]
        while above and above not in folders and above not in roots and above.startswith(environment.prefix + "/"):
            folders.add(above)
            above = above.rpartition("/")[0]
    return sorted(folders - roots, key=lambda folder: (-folder.count("/"), folder))
