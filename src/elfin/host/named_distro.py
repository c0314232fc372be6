"""Distributions as names of places: `debian:12`, `alpine:3.18/armv7`, `rhel:8`, from a table with sources.

The form is `distribution:release[/architecture]`; without release the newest, without architecture x86_64, both said
out loud. An architecture that the table does not list for a release is taken with the release's libc, out loud.
"""

from __future__ import annotations

import re

from elfin.host import distros, named_arch
from elfin.host.model import Host, Libc, dotted
from elfin.host.named_model import Named
from elfin.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

_FORM = re.compile(
    r"(?:docker\.io/|library/|opensuse/|rockylinux/|redhat/)*([a-z][a-z0-9+-]*)(?:[:=]([a-z0-9._-]+))?(?:/([a-z0-9_/-]+))?"
)
_COMPACT = re.compile(r"((?:[a-z.]+/)*)([a-z][a-z-]*?)-?(\d[\d.]*)((?:/.*)?)", re.ASCII)
_FLAVOURS = ("-slim", "-minimal", "-backports")


class _Release(NamedTuple):
    family: str
    version: tuple[int, ...]
    arches: tuple[str, ...]


def distro(word: str) -> Named | None:
    """The place of a distribution's release, None for one that the table does not have."""
    found = _taken_apart(word)
    if found is None:
        return None
    name, release, arch = found
    releases = _table()[name]
    assumed = []
    if release is None:
        release = _newest(name, releases)
        assumed.append(f"no release was said: {_shown(name, release)} is taken, the newest that is known")
    elif name in distros.MAJORS and release.isdigit() and release not in releases:
        release = next((one for one in _newest_first(list(releases)) if one.startswith(f"{release}.")), release)
        assumed.append(f"only the first number was said: {_shown(name, release)} is taken, the newest that is known")
    row = releases.get(release)
    if row is None:
        return None
    if release in distros.ROLLING:
        libc = f"{row.family} {dotted(row.version)}"
        assumed.append(f"{_shown(name, release)} moves on: {libc} is what it had when the table was made")
    if arch is None:
        arch = "x86_64" if "x86_64" in row.arches else row.arches[0]
        assumed.append(f"no architecture was said: {arch} is taken")
    return _place(name, release, row, arch, tuple(assumed))


def _place(name: str, release: str, row: _Release, word: str, assumed: tuple[str, ...]) -> Named | None:
    known = named_arch.machine(word, name)
    if known is None:
        return None
    machine, level = known
    odd = named_arch.ambiguous(word, machine)
    said = [*assumed, *((odd,) if odd else ())]
    if machine.name not in row.arches:
        called = machine.name if word == machine.name else f"{word} ({machine.name})"
        said.append(
            f"{_shown(name, release)} is not known to be there for {called}: "
            f"{row.family} {dotted(row.version)}, which it has elsewhere, is taken"
        )
    if machine.name == "x86_64" and level is None:
        level = distros.CPU_LEVELS.get(name, {}).get(release)
    libc = Libc(row.family, row.version, None, machine.name)
    host = Host("linux", _shown(name, release), machine, (libc,), level, ())
    understood = f"{_shown(name, release)} on {named_arch.shown(machine, level)}: {row.family} {dotted(row.version)}"
    return Named(host, understood, tuple(said), distros.PYTHONS.get(name, {}).get(release))


def nearest(word: str) -> tuple[str, ...]:
    """Of the distribution that is named, or misspelt, the releases nearest to the one asked for; else ()."""
    match = _FORM.fullmatch(_spelt_out(word))
    if match is None:
        return ()
    name = _canonical(match[1])
    if name in _table():
        return _nearest_releases(match[1], name, match[2] or "", match[3])
    if match[2] is None:
        return ()
    import difflib

    close = difflib.get_close_matches(match[1], [*_table(), *distros.NAMES], n=3, cutoff=0.7)
    behind = f"/{match[3]}" if match[3] else ""
    return tuple(
        f"{other}:{match[2]}{behind}"
        for other in close
        if _release(_canonical(other), match[2]) in _table()[_canonical(other)]
    )


def _nearest_releases(written: str, name: str, wanted: str, arch: str | None) -> tuple[str, ...]:
    releases = list(_table()[name])
    if _release(name, wanted) in releases and arch is not None:  # so it is the architecture that is unknown
        return tuple(f"{written}:{wanted}/{other}" for other in _table()[name][_release(name, wanted)].arches)
    behind = f"/{arch}" if arch and named_arch.machine(arch, name) else ""
    number = _number(wanted)
    if name == "ubuntu" and re.fullmatch(r"\d{4}", wanted):
        number = int(wanted[:2]), int(wanted[2:])
    if number is None:
        import difflib

        others = [*releases, *distros.RELEASES.get(name, {})]
        close = difflib.get_close_matches(wanted, others, n=3, cutoff=0.5) or _newest_first(releases)[:4]
    else:
        close = sorted(_newest_first(releases), key=lambda one: _away(number, _number(one)))[:4]
    return tuple(f"{written}:{release}{behind}" for release in close)


def names() -> tuple[str, ...]:
    """Every distribution with its newest release, and every other name of one."""
    table = _table()
    own = [f"{name}:{_newest(name, releases)}" for name, releases in table.items()]
    others = [f"{other}:{_newest(name, table[name])}" for other, name in distros.NAMES.items()]
    return (*own, *others, *table, *distros.NAMES)


def _taken_apart(word: str) -> tuple[str, str | None, str | None] | None:
    """(distribution of the table, release, architecture) of a word; None where no distribution is named."""
    match = _FORM.fullmatch(_spelt_out(word))
    if match is None or _canonical(match[1]) not in _table():
        return None
    name, release, arch = match[1], match[2], match[3]
    known = _canonical(name)
    for flavour in _FLAVOURS:
        release = release.removesuffix(flavour) if release else None
    if release in (None, "latest") and "latest" not in _table()[known]:
        release = "tumbleweed" if name.endswith("tumbleweed") else None
    else:
        release = _release(known, release or "latest")
    return known, release, arch


def _spelt_out(word: str) -> str:
    """ubi8, al2023, ubuntu-24.04 and centos7/arm64 with the colon that they lack; any other word as it is."""
    compact = _COMPACT.fullmatch(word)
    if compact is None or word in _table() or _canonical(compact[2]) not in _table():
        return word
    return f"{compact[1]}{compact[2]}:{compact[3]}{compact[4]}"


def _canonical(name: str) -> str:
    return distros.NAMES.get(name, name)


def _release(name: str, written: str) -> str:
    """The table's spelling of a release: a code name's number, 3.20.3 -> 3.20, 9.4 -> 9."""
    releases = _table()[name]
    written = distros.RELEASES.get(name, {}).get(written, written)
    if written not in releases:
        written = re.sub(r"^v(?=\d)", "", re.sub(r"[-.]?sp(?=\d)", ".", written))  # v3.20, 15-SP5
    shorter = written
    while shorter not in releases and "." in shorter and name not in distros.EXACT:
        shorter = shorter.rpartition(".")[0]
    return shorter if shorter in releases else written


_cached: dict[str, dict[str, _Release]] = {}


def _table() -> Mapping[str, Mapping[str, _Release]]:
    """distribution -> release -> what is known; read from the rows once."""
    if not _cached:
        from elfin.host import distros_glibc

        for family, rows in (("glibc", distros_glibc.ROWS), ("glibc", distros.GLIBC_ROWS), ("musl", distros.MUSL_ROWS)):
            for row in rows.splitlines():
                name, release, version, arches = row.split()
                numbers = tuple(map(int, version.split(".")))
                known = _cached.setdefault(name, {}).get(release)
                before = () if known is None else known.arches
                _cached[name][release] = _Release(family, numbers, tuple(sorted({*before, *arches.split(",")})))
    return _cached


def _newest(name: str, releases: Mapping[str, _Release]) -> str:
    return distros.LATEST.get(name) or _newest_first(list(releases))[0]


def _newest_first(releases: list[str]) -> list[str]:
    return sorted(releases, key=lambda one: _number(one) or (0,), reverse=True)


def _number(release: str) -> tuple[int, ...] | None:
    digits = release.removeprefix("stream").removeprefix("p")
    return tuple(map(int, digits.split("."))) if re.fullmatch(r"\d+(\.\d+)*", digits) else None


def _away(wanted: tuple[int, ...], other: tuple[int, ...] | None) -> tuple[int, ...]:
    """How far a release is from the one asked for, as something to sort by."""
    if other is None:
        return (1000,)
    padded = other + (0,) * (len(wanted) - len(other))
    return tuple(abs(left - right) for left, right in zip(wanted, padded, strict=False))


def _shown(name: str, release: str) -> str:
    release = release.removesuffix("latest").replace("stream", "Stream ")
    return f"{distros.SHOWN.get(name, name)} {release}".rstrip()
