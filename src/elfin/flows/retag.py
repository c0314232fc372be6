"""A wheel gets honest tags: name, WHEEL and RECORD changed together, everything else as it was, byte for byte.

What is claimed beyond what the bytes earn, of platforms, Pythons or ABIs, is refused unless forced. Wheels whose name
and WHEEL disagree are mended on the way.
"""

from __future__ import annotations

import os

from elfin.audit import disk_files, disk_retag, earned, problems, rewrite, tagnames
from elfin.audit.model import Report
from elfin.audit.tagnames import Parts
from elfin.edges import disk
from elfin.errors import MalformedElf, MalformedWheel, PlaceError, Refused, UsageError
from elfin.flows import audit_reports
from elfin.flows.context import Context
from elfin.formats import wheelfile, wheelname
from elfin.record import NamedTuple
from elfin.tags import explain

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
    asked = _ordered(old, orders)
    new = () if orders.earned else _to_prove(old, asked)
    proven = not orders.earned and not _new_pythons(old, asked) and (not new or _plainly_true(archive, new))
    report = audit_reports.proof(os.path.basename(full), archive, files=not proven)
    if orders.earned and not report.earned.tags:
        raise Refused("the bytes earn no platform tag", hints=report.earned.reasons[:3])
    parts = _ordered(old._replace(platforms=report.earned.tags) if orders.earned else old, orders)
    unearned = () if proven else _checked(report, old, parts, force=orders.force)
    folder = os.path.join(context.folder, orders.folder) if orders.folder else os.path.dirname(full)
    filename = tagnames.joined(parts)
    after = os.path.join(folder, filename)
    same = os.path.exists(after) and os.path.samefile(after, full)
    assert report.claim is not None
    told = (set(report.claim.wheel_tags), report.claim.wheel_build)
    changed = not same or told != (set(tagnames.expanded(parts)), parts.build)
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


def _new_pythons(old: Parts, new: Parts) -> bool:
    """Whether Pythons or ABIs are newly claimed."""
    return not (set(new.pythons) <= set(old.pythons) and set(new.abis) <= set(old.abis))


def _checked(report: Report, old: Parts, new: Parts, *, force: bool) -> tuple[str, ...]:
    """New claims that the bytes contradict, in clauses. Raises Refused for them, unless forced."""
    platforms, pythons = _unearned(report, old, new), _unloadable(report, old, new)
    if platforms and not force:
        earnt = ".".join(report.earned.tags) or "no platform tag"
        raise Refused(
            f"the bytes do not earn {platforms[0]}",
            state=f"they earn {earnt}; nothing was written",
            hints=("--earned takes exactly those", "--force claims it all the same"),
        )
    if pythons and not force:
        raise Refused(
            f"the bytes do not earn {pythons[0]}",
            state="nothing was written",
            hints=("--force claims it all the same",),
        )
    return (*platforms, *pythons)


def _unearned(report: Report, old: Parts, new: Parts) -> tuple[str, ...]:
    """New claims of platforms that the bytes contradict."""
    asked = _to_prove(old, new)
    if "any" in asked and report.foreign:
        return (f"any: {report.foreign[0].path} is machine code for {explain.system(report.foreign[0].os)}",)
    bad = [one for one in earned.compare(asked, report) if one.verdict in ("too wide", "wrong", "unknown")]
    return tuple(f"{one.tag}: {one.why}" for one in bad)


def _unloadable(report: Report, old: Parts, new: Parts) -> tuple[str, ...]:
    """Modules that Pythons which are newly claimed cannot load, or do not look for; a clause for each file."""
    if report.claim is None or not _new_pythons(old, new):
        return ()
    before = problems.python(report, report.claim)
    after = problems.python(report, report.claim._replace(pythons=new.pythons, abis=new.abis))
    tags = f"{'.'.join(new.pythons)}-{'.'.join(new.abis)}"
    clauses: dict[str, str] = {}
    for one in after:
        if one not in before:
            clauses.setdefault(one.path, f"{tags}: {one.path}: {one.text}")
    return tuple(clauses.values())


def _write(filename: str, archive: disk_files.Archive, folder: str, parts: Parts) -> None:
    info = wheelfile.dist_info(archive.listing, filename)
    texts = [disk_files.content(archive, f"{info}/{name}", _MAX_TEXT) for name in ("WHEEL", "RECORD")]
    if texts[0] is None or texts[1] is None:
        raise MalformedWheel("not a wheel: it has no WHEEL or no RECORD")
    wheel = rewrite.Changed(f"{info}/WHEEL", rewrite.wheel_file(texts[0], tagnames.expanded(parts), parts.build))
    record = rewrite.Changed(f"{info}/RECORD", rewrite.record_file(texts[1], info, [wheel]))
    pieces = rewrite.archive(archive.data, archive.listing, info, [wheel, record])
    disk_retag.put(folder, tagnames.joined(parts), pieces)
