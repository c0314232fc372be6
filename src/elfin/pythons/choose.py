"""Which build answers a request in a place: `PythonRequest x Host x Catalogue -> PythonBuild | NoBuild`. Pure.

The default is the place's own libc and machine, dynamic, the baseline CPU, the newest version and of it the newest tag.
Refused unless asked for by name: a static build, one for the place's second libc, a CPU level above the baseline, a
musl build that names its modules wrongly (named: exact version and libc). What the place lacks is refused in any case;
`host.fit` is who compares. A pre-release is taken when one is asked for, or when nothing else is there.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable

from elfin.host import arch as arches
from elfin.host import fit
from elfin.host.model import CannotTell, Host
from elfin.pythons.catalogue import (
    DYNAMIC_MUSL_FROM,
    EXT_SUFFIX,
    RIGHT_SUFFIX_FROM,
    Catalogue,
    PythonBuild,
    is_prerelease,
    order,
)
from elfin.pythons.request import PythonRequest, version_test
from elfin.record import NamedTuple


class Rejected(NamedTuple):
    """A build of the wanted version that will not do there."""

    build: PythonBuild
    reason: str
    """A clause: "is static, so it loads no extension module"."""


class NoBuild(NamedTuple):
    """There is none, and why."""

    request: PythonRequest
    rejected: tuple[Rejected, ...]
    """Builds of the version asked for, the nearest miss first."""
    nearest: PythonBuild | None
    """What would do in the place; None: nothing would."""
    reason: str
    """In words, without the request's own text."""


def choose(request: PythonRequest, host: Host, catalogue: Catalogue) -> PythonBuild | NoBuild:
    """The build for `host`, or why there is none."""
    builds = _variant(request, host, catalogue)
    wanted = _of_version(request, builds)
    usable, rejected = _sifted(wanted, request, host)
    if usable:
        return usable[0]
    others, _ = _sifted(builds, request._replace(release=(), pre="", specifier=""), host)
    nearest = _nearest(request, others, rejected)
    return NoBuild(request, tuple(rejected), nearest, _reason(request, host, catalogue, rejected, bool(builds)))


def usable(request: PythonRequest, host: Host, catalogue: Catalogue) -> list[PythonBuild]:
    """Every build that answers the request there, the best first."""
    builds = _variant(request, host, catalogue)
    return _sifted(_of_version(request, builds), request, host)[0]


def objection(build: PythonBuild, request: PythonRequest, host: Host) -> str | None:
    """Why a build will not do in a place, as a clause about it; None when it does."""
    if not build.url.endswith((".tar.gz", ".tgz", ".tar.zst")):
        return f"comes as {posixpath.basename(build.url)}, of a kind that elfin does not unpack"
    if request.static is False and build.linkage == "static":
        return "is static"
    foreign = _foreign(build, host)
    if foreign is not None:
        return foreign
    if build.linkage == "static" and not request.static:
        since = f" as all builds for musl before {_day(DYNAMIC_MUSL_FROM)}" if build.tag < DYNAMIC_MUSL_FROM else ""
        return f"is static{since}: it loads no extension module"
    if request.static and build.linkage != "static":
        return "is not static"
    if EXT_SUFFIX in build.faults and not (len(request.release) == 3 and request.libc == "musl"):
        return (
            f"names extension modules for glibc, so wheels for musl do not import (repaired {_day(RIGHT_SUFFIX_FROM)})"
        )
    return None


def _foreign(build: PythonBuild, host: Host) -> str | None:
    """What the place lacks for it, by the one comparator."""
    verdict = fit.verdict(build.needs, host)
    # An unknown libc version is given the benefit of the doubt: the build is run once before it counts as installed.
    if verdict is not None and not (isinstance(verdict, CannotTell) and verdict.reason != "cpu level"):
        if isinstance(verdict, CannotTell):
            return f"needs {verdict.needs}, and the processor does not say what it is"
        return f"needs {verdict.needs}; there is {verdict.has}"
    return None


def _variant(request: PythonRequest, host: Host, catalogue: Catalogue) -> list[PythonBuild]:
    return catalogue.builds(_kind_test(request, host))


def is_kind(build: PythonBuild, request: PythonRequest) -> bool:
    """Whether a build is of the kind that a request names, for whatever place; what it does not name is free."""
    asked_and_has = (
        (request.implementation, build.implementation),
        (request.os, build.os),
        (request.arch, build.arch),
        (request.libc, build.libc),
        (request.float_abi, build.float_abi),
        (request.free_threaded, build.free_threaded),
        (request.debug, build.debug),
        (request.static, build.linkage == "static"),
        (request.level, build.level or 1),
    )
    return all(asked in (None, has) for asked, has in asked_and_has)


def is_early(build: PythonBuild, request: PythonRequest) -> bool:
    """Whether it is a pre-release and none was asked for: taken when nothing else is there."""
    wants_early = bool(request.pre) or any(mark in request.specifier for mark in ("a", "b", "rc"))
    return not wants_early and is_prerelease(build.version)


def answers(build: PythonBuild, request: PythonRequest, host: Host) -> bool:
    """Whether one build is what is asked for, and does in the place."""
    return bool(
        _kind_test(request, host)(build)
        and version_test(request)(build.version)
        and objection(build, request, host) is None
    )


def _kind_test(request: PythonRequest, host: Host) -> Callable[[PythonBuild], bool]:
    """For builds of the kind asked for, for the place's machine and own libc, or for the platform that is named."""
    machine, system = request.arch or host.arch.name, request.os or host.os
    compatible = arches.is_arm(machine) and request.arch is None
    own = host.libc.family if host.libc is not None and system == host.os else None
    family = request.libc or (None if request.static else own)

    def fits(kind: PythonBuild) -> bool:
        return (
            kind.implementation == (request.implementation or "cpython")
            and kind.os == system
            and (kind.arch == machine or (compatible and arches.runs(machine, kind.arch) is True))
            and (kind.level or 1) == (request.level or 1)
            and (kind.linkage == "static" or not request.static)
            and kind.free_threaded == bool(request.free_threaded)
            and kind.debug == bool(request.debug)
            and family in (None, kind.libc)
            and request.float_abi in (None, kind.float_abi)
        )

    return fits


def _of_version(request: PythonRequest, builds: list[PythonBuild]) -> list[PythonBuild]:
    asked = version_test(request)
    return [build for build in builds if asked(build.version)]


def _sifted(builds: list[PythonBuild], request: PythonRequest, host: Host) -> tuple[list[PythonBuild], list[Rejected]]:
    """(those that do, best first; the others with the reason, newest first)."""
    good: list[PythonBuild] = []
    bad: list[Rejected] = []
    for build in builds:
        reason = objection(build, request, host)
        if reason is None:
            good.append(build)
        else:
            bad.append(Rejected(build, reason))
    good.sort(key=lambda build: (not is_early(build, request), *_quality(build)), reverse=True)
    bad.sort(key=lambda one: _quality(one.build), reverse=True)
    return good, bad


def _quality(build: PythonBuild) -> tuple[object, ...]:
    return order(build.version), -(build.level or 0), build.tag, build.flavour == "install_only_stripped", build.url


def _nearest(request: PythonRequest, others: list[PythonBuild], rejected: list[Rejected]) -> PythonBuild | None:
    """Of what would do, the next version upwards of the same minor one, else the one whose version is least far off."""
    if not others:
        return None
    asked = request.release or (order(rejected[0].build.version)[0] if rejected else ())
    if len(asked) < 2:
        return others[0]
    stable = [build for build in others if not is_prerelease(build.version)] or others

    def distance(build: PythonBuild) -> tuple[int, int, bool, int]:
        release = order(build.version)[0]
        micro = release[2] - (asked[2] if len(asked) > 2 else 1 << 10)
        return abs(release[0] - asked[0]), abs(release[1] - asked[1]), micro < 0, abs(micro)

    return min(stable, key=distance)


def _reason(
    request: PythonRequest, host: Host, catalogue: Catalogue, rejected: list[Rejected], any_at_all: bool
) -> str:
    machine = request.arch or host.arch.name
    family = request.libc or (host.libc.family if host.libc else None)
    named = f"{request.os or host.os} on {machine}" + (f" with {family}" if family else "")
    if rejected:
        best = rejected[0]
        more = len({one.build.version for one in rejected}) - 1
        return f"{best.build.version} {best.reason}" + (f"; {more} more versions are refused" if more else "")
    if request.implementation not in (None, "cpython") or not any_at_all:
        everything = catalogue.builds(lambda kind: kind.implementation == (request.implementation or "cpython"))
        if not everything:
            return f"the catalogue has no {request.implementation or 'cpython'} at all"
        if not any_at_all:
            kinds = _kinds(request)
            return f"the catalogue has no{kinds} builds of {request.implementation or 'CPython'} for {named}"
    elsewhere = _of_version(request, catalogue.builds(lambda kind: kind.os == host.os))
    # Static ones are left out of some lists; for other machines than this one nobody built any for musl then.
    early = bool(elsewhere) and max(build.tag for build in elsewhere) < DYNAMIC_MUSL_FROM
    if early and family == "musl" and machine == "x86_64":
        version = max(elsewhere, key=lambda build: order(build.version)).version
        return f"{version} has no usable build for musl: all are from before {_day(DYNAMIC_MUSL_FROM)}, and static"
    if elsewhere:
        return f"there is such a version, but not for {named}"
    return "there is no such version"


def _kinds(request: PythonRequest) -> str:
    level = f" x86-64-v{request.level}" if (request.level or 1) > 1 else ""
    return (
        " static" * bool(request.static)
        + " free-threaded" * bool(request.free_threaded)
        + " debug" * bool(request.debug)
        + level
    )


def _day(tag: str) -> str:
    return f"{tag[:4]}-{tag[4:6]}-{tag[6:]}"
