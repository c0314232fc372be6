"""The classes of hosts that there are: every machine, libc and version that a known release of a distribution has.

Linux from the tables of distributions (`host.distros`), one class for each architecture, libc version and, on x86-64,
CPU level; macOS and Windows from the releases below. A class is a `Host` that every release of it stands for.
"""

from __future__ import annotations

from elfin.host import arch as arches
from elfin.host import distros, distros_glibc
from elfin.host.model import Arch, Host, Libc
from elfin.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Final

MACHINES: Final = ("x86_64", "aarch64", "armv7l", "armv6l", "i686", "riscv64", "ppc64le", "s390x", "loongarch64")
"""Machines of Linux, the most common first."""
MACOS: Final = (
    *((version, "x86_64") for version in ((10, 12), (10, 13), (10, 14), (10, 15))),
    *((version, arch) for arch in ("x86_64", "aarch64") for version in ((11, 0), (12, 0), (13, 0), (14, 0), (15, 0))),
    ((26, 0), "x86_64"),
    ((26, 0), "aarch64"),
)
"""Releases of macOS by machine, from Apple's list of security updates."""
WINDOWS: Final = ("x86_64", "aarch64", "i686")
WITHOUT_LOADER: Final = ("NixOS", "Guix", "distroless images")
"""Linux without a dynamic loader in the place that programs name, whatever libc there is."""
_SAID_FIRST = ("debian", "ubuntu", "rhubi", "alpine", "amazonlinux", "fedora", "raspbian", "sles", "centos")


class HostClass(NamedTuple):
    """Places that are the same to a release."""

    host: Host
    examples: tuple[str, ...]
    """Distributions it stands for, the best known first: "Debian 9"."""


def linux() -> tuple[HostClass, ...]:
    """By machine, libc, its version rising, and CPU level rising."""
    known: dict[tuple[int, str, tuple[int, ...]], list[tuple[int, str]]] = {}
    for family, rows in (("glibc", distros_glibc.ROWS), ("glibc", distros.GLIBC_ROWS), ("musl", distros.MUSL_ROWS)):
        for row in rows.splitlines():
            name, release, version, machines = row.split()
            number = tuple(map(int, version.split(".")))
            said = _SAID_FIRST.index(name) if name in _SAID_FIRST else len(_SAID_FIRST)
            shown = f"{distros.SHOWN.get(name, name)} {release.replace('stream', 'Stream ')}"
            if family == "musl" and len(number) < 3:
                continue  # a release whose musl is not known to the last number is like its neighbours
            for machine in machines.split(","):
                if machine in MACHINES:
                    key = (MACHINES.index(machine), family, number)
                    known.setdefault(key, []).append((said, shown))
    return tuple(
        HostClass(_host(MACHINES[machine], family, number, level), tuple(shown for _, shown in sorted(known[key])))
        for key in sorted(known)
        for machine, family, number in [key]
        for level in (range(1, 5) if MACHINES[machine] == "x86_64" else (None,))
    )


def _host(machine: str, family: str, version: tuple[int, ...], level: int | None) -> Host:
    return Host("linux", None, arch(machine), (Libc(family, version, None, machine),), level, ())


def arch(machine: str) -> Arch:
    """A machine of Linux as its distributions are built: with floats in registers."""
    return arches.named(machine, "hard" if arches.is_arm(machine) else None)


def macos() -> tuple[HostClass, ...]:
    """By machine and release."""
    return tuple(
        HostClass(
            Host("macos", None, arches.named(machine), (), None, (), version), (f"macOS {'.'.join(map(str, version))}",)
        )
        for version, machine in MACOS
    )


def windows() -> tuple[HostClass, ...]:
    """By machine, all of them Windows 10 or newer: there is no older one that is still served."""
    return tuple(
        HostClass(Host("windows", None, arches.named(machine), (), None, (), (10, 0)), (f"Windows on {machine}",))
        for machine in WINDOWS
    )


def every() -> tuple[HostClass, ...]:
    """All classes."""
    return (*linux(), *macos(), *windows())
