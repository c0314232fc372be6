"""What is installed in an environment: lists, details, and whether it all fits together."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence

from elfin.envs import disk as envs_disk
from elfin.envs.model import InstalledDistribution
from elfin.envs.state import Details, State, direct_url, is_editable
from elfin.errors import Malformed
from elfin.flows import change, places
from elfin.flows.asked import Where
from elfin.flows.context import Context
from elfin.formats.projectname import canonical
from elfin.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from elfin.resolve.markers import Markers


class Row(NamedTuple):
    """One installed distribution, for lists."""

    name: str
    version: str
    url: str | None
    """Of a direct reference, None for one from an index."""
    editable: str | None
    """The folder of an editable one."""


class Detail(NamedTuple):
    """One installed distribution, for `pip show`. A text that METADATA does not have is None."""

    name: str
    version: str
    summary: str | None
    home_page: str | None
    license: str | None
    location: str
    editable: str | None
    installer: str | None
    requires: tuple[str, ...]
    required_by: tuple[str, ...]
    files: tuple[str, ...]
    """Of RECORD, relative to `location`."""


def listing(context: Context, where: Where, *, editable: bool | None, exclude: Collection[str]) -> list[Row]:
    """Every distribution, by name; `editable` True: only editable ones, False: none of them."""
    left_out = {canonical(name) for name in exclude}
    state = _state(context, where)
    for problem in state.problems:
        context.warn(f"{problem.path}: {problem.reason}")
    rows = [_row(one) for one in state.distributions if one.canonical_name not in left_out]
    rows += [Row(old.name, old.version or "", None, None) for old in state.legacy if old.canonical_name not in left_out]
    kept = [row for row in rows if editable is None or (row.editable is not None) == editable]
    return sorted(kept, key=lambda row: canonical(row.name))


def details(context: Context, where: Where, names: Sequence[str]) -> tuple[list[Detail], list[str]]:
    """(the named distributions that are installed, the names that are not)."""
    from elfin.resolve.markers import Markers

    environment = places.environment(context, where, writing=False)
    change.recover(environment)
    state = envs_disk.installed(envs_disk.scheme_folders(environment.scheme))
    markers = Markers(environment.interpreter.markers)
    there = {one.canonical_name: one for one in state.distributions}
    wanted = list(dict.fromkeys(names))
    missing = [name for name in wanted if canonical(name) not in there]
    if len(missing) == len(wanted):
        return [], missing
    requirers: dict[str, list[str]] = {}
    for one in state.distributions:
        for name in _requires(envs_disk.metadata(one), markers):
            requirers.setdefault(canonical(name), []).append(one.name)
    found = [there[canonical(name)] for name in wanted if canonical(name) in there]
    return [_detail(one, requirers.get(one.canonical_name, []), markers) for one in found], missing


def check(context: Context, where: Where) -> tuple[int, list[str]]:
    """(how many distributions there are, one sentence for each problem)."""
    from elfin.envs import check as fitting
    from elfin.flows import misfits
    from elfin.formats import metadata
    from elfin.wheels import disk_verify

    environment, host = places.site(context, where, writing=False)
    change.recover(environment)
    state = envs_disk.installed(envs_disk.scheme_folders(environment.scheme))
    problems = [f"{problem.path}: {problem.reason}" for problem in state.problems]
    strangers = misfits.misfits(state, places.target(context, environment.interpreter, host))
    problems += [f"{one.name} {one.version} {reason}" for one, reason in strangers.items()]
    described = []
    for one in state.distributions:
        try:
            read = metadata.metadata(envs_disk.metadata(one) or b"")
        except Malformed as error:
            problems.append(f"{one.name} {one.version}: {error.message}")
            continue
        problems += [
            f"{one.name} {one.version}: {wrong.path}: {wrong.reason}" for wrong in disk_verify.check(one, content=False)
        ]
        described.append(fitting.Described(read.name, read.version, read.requires_dist, read.requires_python))
    troubles = fitting.troubles(described, environment.interpreter.markers)
    return len(state.distributions), [*problems, *(trouble.sentence() for trouble in troubles)]


def _state(context: Context, where: Where) -> State:
    environment = places.environment(context, where, writing=False)
    change.recover(environment)
    return envs_disk.installed(envs_disk.scheme_folders(environment.scheme))


def _row(one: InstalledDistribution) -> Row:
    told = envs_disk.details(one) if os.path.exists(f"{one.dist_info}/direct_url.json") else None
    url = _url(told)
    editable = is_editable(told.direct_url) if told is not None else False
    return Row(one.name, one.version, url, _folder(url) if editable else None)


def _url(told: Details | None) -> str | None:
    value = direct_url(told.direct_url) if told is not None else None
    url = value.get("url") if value else None
    return url if isinstance(url, str) else None


def _folder(url: str | None) -> str | None:
    from urllib.parse import unquote, urlsplit

    return unquote(urlsplit(url).path) if url else None


def _requires(data: bytes | None, markers: Markers) -> list[str]:
    """Names of the requirements that hold for the interpreter, those of extras left out."""
    from elfin.formats import metadata
    from elfin.resolve.requirement import requirement

    try:
        texts = metadata.metadata(data or b"").requires_dist
        read = [requirement(text) for text in texts]
    except Malformed:
        return []
    return sorted({one.name for one in read if markers.hold(one.marker)})


def _detail(one: InstalledDistribution, required_by: Sequence[str], markers: Markers) -> Detail:
    from elfin.formats import metadata, record

    told = envs_disk.details(one)
    read = metadata.metadata(told.metadata or b"")
    try:
        files = tuple(row.path for row in record.parse(told.record or b""))
    except Malformed:
        files = ()
    editable = _folder(_url(told)) if is_editable(told.direct_url) else None
    return Detail(
        name=read.name,
        version=read.version,
        summary=read.summary,
        home_page=read.home_page,
        license=read.license_expression or read.license,
        location=os.path.dirname(one.dist_info),
        editable=editable,
        installer=told.installer,
        requires=tuple(_requires(told.metadata, markers)),
        required_by=tuple(sorted(required_by)),
        files=files,
    )
