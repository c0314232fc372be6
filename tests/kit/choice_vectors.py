"""Host x release -> the order in which artifacts are tried, as plain data that other languages can read.

`vectors()` is what choose.choose says (the norm); scripts in other languages are held against it. Each release is a
subset of `KINDS`; a host is a dictionary of facts. Deterministic.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from elfin.host import arch as arches
from elfin.host.model import Host, Libc, Needs
from elfin.installers import classes
from elfin.installers.choose import choose
from elfin.installers.model import Artifact, Layout, Program, Release

LOADERS = {
    ("glibc", "x86_64"): "/lib64/ld-linux-x86-64.so.2",
    ("glibc", "i686"): "/lib/ld-linux.so.2",
    ("glibc", "aarch64"): "/lib/ld-linux-aarch64.so.1",
    ("glibc", "armv7l"): "/lib/ld-linux-armhf.so.3",
    ("glibc", "armv6l"): "/lib/ld-linux-armhf.so.3",
    ("glibc", "riscv64"): "/lib/ld-linux-riscv64-lp64d.so.1",
    ("glibc", "s390x"): "/lib/ld64.so.1",
    ("glibc", "ppc64le"): "/lib64/ld64.so.2",
    ("glibc", "loongarch64"): "/lib64/ld-linux-loongarch-lp64d.so.1",
    ("musl", "x86_64"): "/lib/ld-musl-x86_64.so.1",
    ("musl", "i686"): "/lib/ld-musl-i386.so.1",
    ("musl", "aarch64"): "/lib/ld-musl-aarch64.so.1",
    ("musl", "armv7l"): "/lib/ld-musl-armhf.so.1",
    ("musl", "armv6l"): "/lib/ld-musl-armhf.so.1",
    ("musl", "riscv64"): "/lib/ld-musl-riscv64.so.1",
    ("musl", "s390x"): "/lib/ld-musl-s390x.so.1",
    ("musl", "ppc64le"): "/lib/ld-musl-powerpc64le.so.1",
    ("musl", "loongarch64"): "/lib/ld-musl-loongarch64.so.1",
}


def artifact(name: str, *needs: Needs, target: str, measured: bool = True, kind: str = "tar.gz") -> Artifact:
    """An artifact with those needs, whose one program is `hello`."""
    first = needs[0]
    loader = LOADERS.get((first.libc or "", first.arch or "")) if measured else None
    ending = {"binary": "", "tar.gz": ".tar.gz", "zip": ".zip", "tar.xz": ".tar.xz"}[kind]
    program = "hello.exe" if first.os == "windows" else "hello"
    member = "" if kind == "binary" else f"hello/{program}"
    return Artifact(
        f"hello-{name}{ending}", target, kind, 1000, "0" * 64, "" if kind == "binary" else "hello",
        (Program(program, member),), needs, loader, (), (), measured,
    )  # fmt: skip


def release(artifacts: tuple[Artifact, ...], app: str = "hello") -> Release:
    """A release of those."""
    return Release(app, "1.0", ("https://example.org/hello",), artifacts, Layout("programs"))


def _linux(arch: str, libc: str | None = None, floor: tuple[int, ...] | None = None, level: int | None = None) -> Needs:
    hard = "hard" if arches.is_arm(arch) and libc is not None else None
    return Needs("linux", arch, hard, libc, floor, level)


_GNU, _MUSL = "x86_64-unknown-linux-gnu", "x86_64-unknown-linux-musl"
KINDS: tuple[Artifact, ...] = (
    artifact("gnu217", _linux("x86_64", "glibc", (2, 17)), target=_GNU),
    artifact("gnu228", _linux("x86_64", "glibc", (2, 28)), target=_GNU),
    artifact("gnu228v3", _linux("x86_64", "glibc", (2, 28), 3), target=_GNU),
    artifact("gnuany", _linux("x86_64", "glibc"), target=_GNU),
    artifact("gnuguess", _linux("x86_64", "glibc"), target=_GNU, measured=False),
    artifact("static", _linux("x86_64"), target=_MUSL),
    artifact("staticv3", _linux("x86_64", None, None, 3), target=_MUSL),
    artifact("staticguess", _linux("x86_64"), target=_MUSL, measured=False),
    artifact("musl", _linux("x86_64", "musl"), target=_MUSL),
    artifact("musl123", _linux("x86_64", "musl", (1, 2, 3)), target=_MUSL),
    artifact("i686gnu", _linux("i686", "glibc", (2, 17)), target="i686-unknown-linux-gnu"),
    artifact("i686static", _linux("i686"), target="i686-unknown-linux-musl"),
    artifact("arm64gnu", _linux("aarch64", "glibc", (2, 28)), target="aarch64-unknown-linux-gnu"),
    artifact("arm64static", _linux("aarch64"), target="aarch64-unknown-linux-musl"),
    artifact("armv7gnu", _linux("armv7l", "glibc", (2, 28)), target="armv7-unknown-linux-gnueabihf"),
    artifact("armv7static", _linux("armv7l"), target="armv7-unknown-linux-musleabihf"),
    artifact("armv6static", _linux("armv6l"), target="arm-unknown-linux-musleabihf"),
    artifact("riscv64gnu", _linux("riscv64", "glibc", (2, 31)), target="riscv64gc-unknown-linux-gnu"),
    artifact("mac-arm64", Needs("macos", "aarch64", os_floor=(11, 0)), target="aarch64-apple-darwin"),
    artifact("mac-x64", Needs("macos", "x86_64", os_floor=(10, 13)), target="x86_64-apple-darwin"),
    artifact("mac-both", Needs("macos", "aarch64", os_floor=(12, 0)), Needs("macos", "x86_64", os_floor=(12, 0)),
             target="universal2-apple-darwin"),
    artifact("win-x64", Needs("windows", "x86_64"), target="x86_64-pc-windows-msvc", kind="zip"),
    artifact("win-arm64", Needs("windows", "aarch64"), target="aarch64-pc-windows-msvc", kind="zip"),
    artifact("win-x86", Needs("windows", "i686"), target="i686-pc-windows-msvc", kind="zip"),
)  # fmt: skip
"""One of every kind of artifact that choosing tells apart."""


def _host(
    arch: str, *libcs: Libc, level: int | None = None, os: str = "linux", version: tuple[int, ...] | None = None
) -> Host:
    hard = "hard" if arches.is_arm(arch) else None
    return Host(os, None, arches.named(arch, hard), libcs, level, (), version)


def _libc(family: str, version: tuple[int, ...] | None, arch: str) -> Libc:
    return Libc(family, version, LOADERS[family, arch], arch)


ODD_HOSTS: dict[str, Host] = {
    "glibc of unknown version": _host("x86_64", _libc("glibc", None, "x86_64"), level=2),
    "glibc of unknown version and unknown CPU": _host("x86_64", _libc("glibc", None, "x86_64")),
    "glibc 2.36 and unknown CPU": _host("x86_64", _libc("glibc", (2, 36), "x86_64")),
    "musl 1.2 with glibc 2.35 beside": _host(
        "x86_64", _libc("musl", (1, 2, 5), "x86_64"), _libc("glibc", (2, 35), "x86_64"), level=3
    ),
    "glibc 2.17 with musl 1.2.5 beside": _host(
        "x86_64", _libc("glibc", (2, 17), "x86_64"), _libc("musl", (1, 2, 5), "x86_64"), level=2
    ),
    "musl of unknown version": _host("x86_64", _libc("musl", None, "x86_64"), level=1),
    "musl 1.2, the rest unknown": _host("x86_64", _libc("musl", (1, 2), "x86_64"), level=1),
    "no libc": _host("x86_64", level=3),
    "glibc 2.36 with that of i686 beside": _host(
        "x86_64", _libc("glibc", (2, 36), "x86_64"), _libc("glibc", (2, 36), "i686"), level=3
    ),
    "aarch64 with armv7 beside": _host(
        "aarch64", _libc("glibc", (2, 36), "aarch64"), _libc("glibc", (2, 36), "armv7l")
    ),
    "32-bit userland of an aarch64 kernel": _host("armv8l", _libc("glibc", (2, 36), "armv7l")),
    "macOS of unknown release": _host("aarch64", os="macos"),
    "Android": _host("aarch64", Libc("bionic", None, "/system/bin/linker64", "aarch64"), os="android", version=(30,)),
}
"""Places that no table has."""


def hosts() -> dict[str, Host]:
    """Every host class, and the odd ones, by a name."""
    named = {
        " ".join(
            [one.host.os, one.host.arch.name]
            + [f"{libc.family} {'.'.join(map(str, libc.version or ()))}" for libc in one.host.libcs]
            + ([f"v{one.host.cpu_level}"] if one.host.cpu_level else [])
            + (['.'.join(map(str, one.host.os_version))] if one.host.os_version else [])
        ): one.host
        for one in classes.every()
    }  # fmt: skip
    return {**named, **ODD_HOSTS}


def subsets(host: Host) -> Iterator[tuple[Artifact, ...]]:
    """Every subset of the kinds that can matter to a place, each with one file that cannot."""
    mine = [one for one in KINDS if any(_may_matter(needs, host) for needs in one.needs)]
    stranger = next(one for one in KINDS if one not in mine)
    for size in range(len(mine) + 1):
        for chosen in combinations(mine, size):
            yield (*chosen, stranger)


def _may_matter(needs: Needs, host: Host) -> bool:
    if needs.os != host.os and not (needs.os == "linux" and host.os == "android"):
        return False
    emulated = host.os in ("macos", "windows") and host.arch.name == "aarch64"
    return needs.arch == host.arch.name or emulated or arches.runs(host.arch.name, needs.arch or "") is not False


def pairs(host: Host) -> Iterator[tuple[Artifact, ...]]:
    """The subsets of one and two: what a real script is run with."""
    return (one for one in subsets(host) if len(one) <= 3)


def facts(host: Host) -> dict[str, Any]:
    """A host as plain data."""
    return {
        "os": host.os,
        "arch": host.arch.name,
        "bits": host.arch.bits,
        "float_abi": host.arch.float_abi,
        "libcs": [
            {"family": libc.family, "version": list(libc.version) if libc.version else None, "loader": libc.loader,
             "arch": libc.arch}
            for libc in host.libcs
        ],
        "cpu_level": host.cpu_level,
        "os_version": list(host.os_version) if host.os_version else None,
    }  # fmt: skip


def vectors() -> Iterator[dict[str, Any]]:
    """{"name", "host": facts, "artifacts": names in the release's order, "order": names as tried, "ranks", "refused"}
    for every host with every subset of one and two kinds that may matter to it."""
    for name, host in hosts().items():
        for chosen in pairs(host):
            yield vector(name, host, chosen)


def vector(name: str, host: Host, chosen: tuple[Artifact, ...]) -> dict[str, Any]:
    """One host with one release."""
    choice = choose(release(chosen), host)
    return {
        "name": name,
        "host": facts(host),
        "artifacts": [one.name for one in chosen],
        "order": [one.artifact.name for one in choice.tried],
        "ranks": [one.rank for one in choice.tried],
        "refused": [one.artifact.name for one in choice.refused],
    }
