"""A wheel gets honest tags: name, WHEEL and RECORD changed together, everything else as it was, byte for byte.

What is claimed beyond what the bytes earn is refused unless forced. Wheels whose name and WHEEL disagree are mended on
the way.
"""

from __future__ import annotations

import os

from elfin.audit import disk_files, disk_retag, earned, rewrite, tagnames
from elfin.audit.model import Report
from elfin.audit.tagnames import Parts
from elfin.edges import disk
from elfin.errors import MalformedElf, MalformedWheel, PlaceError, Refused, UsageError
from elfin.flows import audit_reports
from elfin.flows.context import Context
from elfin.formats import wheelfile, wheelname
from elfin.record import NamedTuple

_MAX_TEXT = 64 << 20


class Orders(NamedTuple):
    """What is to change. None: stays."""

    earned: bool = False
    """Claim exactly the platform tags that the bytes earn."""
    platforms: tuple[str, ...] = ()
    """Orders such as "+manylinux_2_17_x86_64", one after the other."""
    pythons: tuple[str, ...] = ()
    abis: tuple[str, ...] = ()
    build: str | None = None
    """"" takes the build number away."""
    force: bool = False
    remove: bool = False
    """The old file goes once the new one is there."""
    folder: str | None = None
    """Where the new file goes; None: beside the old one."""
    dry_run: bool = False


class Retagged(NamedTuple):
    """One wheel."""

    before: str
    """Path of the old file."""
    after: str
    """Path of the new one."""
    report: Report
    refused: tuple[str, ...]
    """Clauses about claims that were forced."""
    changed: bool


def retag(context: Context, path: str, orders: Orders) -> Retagged:
    """Write the wheel with its new tags.

    Raises Refused for claims not earned, UsageError, MalformedWheel, PlaceError.
    """
    full = os.path.join(context.folder, os.path.expanduser(path))
    if not full.endswith(".whl"):
        raise UsageError(f"{path} is no wheel", hints=("its name ends in .whl",))
    wheelname.parse(os.path.basename(full))
    with audit_reports.naming(path), disk_files.mapped(full) as data:
        return _retagged(context, full, orders, disk_files.opened(data))


def _retagged(context: Context, full: str, orders: Orders, archive: disk_files.Archive) -> Retagged:
    old = tagnames.split(os.path.basename(full))
    new = () if orders.earned else _to_prove(old, _ordered(old, orders))
    proven = not orders.earned and (not new or _plainly_true(archive, new))
    report = audit_reports.proof(os.path.basename(full), archive, files=not proven)
    if orders.earned and not report.earned.tags:
        raise Refused("the bytes earn no platform tag", hints=report.earned.reasons[:3])
    parts = _ordered(old._replace(platforms=report.earned.tags) if orders.earned else old, orders)
    unearned = () if proven else _unearned(report, old, parts)
    if unearned and not orders.force:
        earnt = ".".join(report.earned.tags) or "no platform tag"
        raise Refused(
            f"the bytes do not earn {unearned[0]}",
            state=f"they earn {earnt}; nothing was written",
            hints=("--earned takes exactly those", "--force claims it all the same"),
        )
    folder = os.path.join(context.folder, orders.folder) if orders.folder else os.path.dirname(full)
    filename = tagnames.joined(parts)
    after = os.path.join(folder, filename)
    same = os.path.exists(after) and os.path.samefile(after, full)
    changed = not same or set(report.claim.wheel_tags if report.claim else ()) != set(tagnames.expanded(parts))
    if not orders.dry_run and changed:
        if os.path.exists(after) and not same:
            raise PlaceError(f"there is already a {filename}", hints=("remove it, or give --output-dir",))
        disk.make_folder(folder)
        _write(os.path.basename(full), archive, folder, parts)
        if orders.remove and not same:
            disk.remove_file(full)
    return Retagged(full, after, report, unearned, changed)


def _ordered(parts: Parts, orders: Orders) -> Parts:
    platforms, pythons, abis = parts.platforms, parts.pythons, parts.abis
    for order in orders.platforms:
        platforms = tagnames.changed(platforms, order)
    for order in orders.pythons:
        pythons = tagnames.changed(pythons, order)
    for order in orders.abis:
        abis = tagnames.changed(abis, order)
    build = parts.build if orders.build is None else tagnames.check_build(orders.build)
    return Parts(parts.stem, build, pythons, abis, platforms)


def _to_prove(old: Parts, new: Parts) -> tuple[str, ...]:
    """Platform tags that are newly claimed. What was claimed before is `elfin audit --check`'s to judge."""
    return tuple(tag for tag in new.platforms if tag not in old.platforms)


def _plainly_true(archive: disk_files.Archive, tags: tuple[str, ...]) -> bool:
    """Whether the tags say no more than the machine, and it is the right one: headers tell without inflating."""
    if not all(tag.startswith("linux_") for tag in tags):
        return False
    try:
        return frozenset(tag.removeprefix("linux_") for tag in tags) == audit_reports.machines(archive)
    except MalformedElf:
        return False


def _unearned(report: Report, old: Parts, new: Parts) -> tuple[str, ...]:
    """New claims that the bytes contradict."""
    compared = earned.compare(_to_prove(old, new), report)
    bad = [one for one in compared if one.verdict in ("too wide", "wrong", "unknown")]
    return tuple(f"{one.tag}: {one.why}" for one in bad)


def _write(filename: str, archive: disk_files.Archive, folder: str, parts: Parts) -> None:
    info = wheelfile.dist_info(archive.listing, filename)
    texts = [disk_files.content(archive, f"{info}/{name}", _MAX_TEXT) for name in ("WHEEL", "RECORD")]
    if texts[0] is None or texts[1] is None:
        raise MalformedWheel("not a wheel: it has no WHEEL or no RECORD")
    wheel = rewrite.Changed(f"{info}/WHEEL", rewrite.wheel_file(texts[0], tagnames.expanded(parts), parts.build))
    record = rewrite.Changed(f"{info}/RECORD", rewrite.record_file(texts[1], info, [wheel]))
    pieces = rewrite.archive(archive.data, archive.listing, info, [wheel, record])
    disk_retag.put(folder, tagnames.joined(parts), pieces)
