"""`--audit`: the binaries of wheels, read before they get into an environment; what cannot run there is refused.

Wheels are read where the store has unpacked them, those of `pip download` as they are. Libraries that come with other
wheels, of this change or installed before, count as there: packages find them by search paths of their own. A doubt is
told and refuses nothing.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from elfin.audit import disk_files, places, reports, sums, tagnames
from elfin.audit.model import Claim, Report
from elfin.envs.model import Environment
from elfin.errors import Refused
from elfin.flows import audit_reports
from elfin.flows.asked import Where
from elfin.flows.audit_places import Site
from elfin.flows.context import Context
from elfin.flows.places import is_place
from elfin.wheels.model import StoredWheel

_SHOWN = 3


def refuse(context: Context, where: Where, environment: Environment, wheels: Sequence[StoredWheel]) -> None:
    """Nothing if all of them may run in the place that the environment is for. Raises Refused, PlaceError."""
    folders = (environment.scheme.purelib, environment.scheme.platlib)
    place = _place(where.platform, where.python)
    read = [_report(wheel) for wheel in wheels]
    own = environment.interpreter if place == "host" else None  # of another place its files tell
    _refuse(context, Site(context, place, own), read, folders, "installed")


def refuse_files(context: Context, platform: str | None, python: str | None, paths: Sequence[str]) -> None:
    """The same of wheels as files, for the place that was asked for. Raises Malformed* and UnsafeArchive as well."""
    read = [audit_reports.wheel(path, os.path.basename(path)) for path in paths]
    _refuse(context, Site(context, _place(platform, python)), read, (), "saved")


def _place(platform: str | None, python: str | None) -> str:
    return platform or (python if is_place(python) else None) or "host"


def _refuse(context: Context, site: Site, read: Sequence[Report], there: Sequence[str], done: str) -> None:
    beside = _Beside(read, there)
    noes = []
    for report in read:
        verdict = site.runs(report, beside)
        sentences = [places.sentence(reason) for reason in verdict.reasons[:_SHOWN]]
        shown = report.path
        if verdict.runs is False:
            noes.append((shown, sentences))
        elif sentences:
            context.warn(f"{shown} may not run: {'; '.join(sentences)}")
    if noes:
        where_to = "this machine" if site.place.text == "host" else site.place.text
        lines = [f"{shown}: {sentence}" for shown, sentences in noes for sentence in sentences][1:]
        raise Refused(
            f"{noes[0][0]} does not run on {where_to}: {noes[0][1][0]}",
            state="\n".join([*lines, f"nothing was {done}"]),
            hints=(f"without `--audit` it is {done} all the same",),
        )


def _report(wheel: StoredWheel) -> Report:
    with disk_files.mapped(os.path.join(wheel.folder, wheel.dist_info, "WHEEL")) as data:
        tags, build = tagnames.of_wheel_file(bytes(data))
    platforms = tuple(dict.fromkeys(tag.rpartition("-")[2] for tag in tags))
    claim = Claim("", (), (), platforms, tags, build, build, wheel.root_is_purelib, (), ())
    return reports.of(f"{wheel.name} {wheel.version}", "wheel", disk_files.in_folder(wheel.folder), claim)


class _Beside:
    """Names of the libraries in all the wheels, and in the environment, whose folders are looked through once."""

    def __init__(self, read: Sequence[Report], folders: Sequence[str]) -> None:
        self._own = frozenset(name for report in read for name in sums.bundled(report.files))
        self._folders = dict.fromkeys(folders)
        self._all: frozenset[str] | None = None

    def __call__(self) -> frozenset[str]:
        if self._all is None:
            there = (name for top in self._folders for _, _, files in os.walk(top) for name in files if ".so" in name)
            self._all = self._own | frozenset(there)
        return self._all
