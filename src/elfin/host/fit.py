"""THE comparator: does a place meet a need. Nothing else in elfin compares a libc version.

Two questions share one answer. A `Host` starts programs: any of its libcs will do, and a 64-bit machine runs 32-bit
programs when their libc is there. A `Target` is one process that loads libraries: only the interpreter's own libc and
architecture count, and a static interpreter loads nothing. Unknown facts give `CannotTell`, never a guess.
"""

from __future__ import annotations

from collections.abc import Iterable

from elfin.host import arch as arches
from elfin.host.model import Arch, CannotTell, Host, Interpreter, Libc, Misfit, Needs, Target, dotted

Verdict = Misfit | CannotTell | None
"""None: it fits."""


def verdict(needs: Needs, place: Host | Target) -> Verdict:
    """The first need that `place` does not meet, None when it meets them all.

    Checked in this order: os, static interpreter, arch, float abi, libc family, libc version, os version, cpu level.
    A Misfit on any axis wins over a CannotTell on an earlier one.
    """
    checks = _of_target(needs, place) if isinstance(place, Target) else _of_host(needs, place)
    doubt: CannotTell | None = None
    for check in checks:
        if isinstance(check, Misfit):
            return check
        doubt = doubt or check
    return doubt


def any_verdict(alternatives: tuple[Needs, ...], place: Host | Target) -> Verdict:
    """The verdict for any-of needs: None if one fits, else a doubt, else the misfit that came furthest.

    No alternative at all (a platform nothing is known of) is a doubt.
    """
    verdicts = [verdict(needs, place) for needs in alternatives]
    if not verdicts:
        return CannotTell("os", "an unknown platform")
    if None in verdicts:
        return None
    doubt = next((one for one in verdicts if isinstance(one, CannotTell)), None)
    return doubt or max((one for one in verdicts if isinstance(one, Misfit)), key=lambda one: _progress(one.reason))


_AXES = (
    "os",
    "static interpreter",
    "arch",
    "float abi",
    "libc family",
    "libc version",
    "os version",
    "cpu level",
)


def _progress(reason: str) -> int:
    return _AXES.index(reason)


def _of_target(needs: Needs, target: Target) -> list[Verdict]:
    interpreter = target.interpreter
    if needs.os is None:
        return [_cpu(needs, target.host)]
    if needs.os != interpreter.os:
        return [Misfit("os", needs.os, interpreter.os)]
    if interpreter.static:
        return [Misfit("static interpreter", "a dynamically linked interpreter", "a static one")]
    return [
        _loads(needs, interpreter.arch),
        _float(needs, _float_abi(interpreter.arch)),
        _own_libc(needs, interpreter),
        _release(needs, interpreter.os_version),
        _cpu(needs, target.host),
    ]


def _of_host(needs: Needs, host: Host) -> list[Verdict]:
    if needs.os is not None and needs.os != host.os and not _plain_kernel(needs, host):
        return [Misfit("os", needs.os, host.os)]
    usable = [libc for libc in host.libcs if needs.arch is None or _serves(libc, needs.arch, host.arch)]
    machine = _runs(needs, host, usable)
    if isinstance(machine, Misfit):
        return [machine]
    return [
        machine,
        _host_float(needs, host.arch, usable),
        _any_libc(needs, host, usable),
        _release(needs, host.os_version),
        _cpu(needs, host),
    ]


def _plain_kernel(needs: Needs, host: Host) -> bool:
    """Android's kernel is Linux: a static program asks for no more."""
    return needs.os == "linux" and needs.libc is None and host.os == "android"


def _loads(needs: Needs, arch: Arch) -> Verdict:
    if needs.arch is None or arches.loads(arch.name, needs.arch):
        return None
    return CannotTell("arch", needs.arch) if arch.name == "unknown" else Misfit("arch", needs.arch, arch.name)


def _runs(needs: Needs, host: Host, usable: list[Libc]) -> Verdict:
    """Whether the machine starts such programs; another architecture's dynamic ones need a libc of their own."""
    if needs.arch is None or needs.arch == host.arch.name:
        return None
    if host.arch.name == "unknown":
        return CannotTell("arch", needs.arch)
    answer = _EMULATED.get((host.os, host.arch.name, needs.arch), arches.runs(host.arch.name, needs.arch))
    if answer is False:
        return Misfit("arch", needs.arch, host.arch.name)
    if usable:
        return None
    if needs.libc is not None and not host.libc_unknown:
        return Misfit("arch", needs.arch, f"{host.arch.name} without a libc for {needs.arch}")
    return None if answer else CannotTell("arch", needs.arch)


# Windows translates; macOS does where Rosetta is installed.
_EMULATED: dict[tuple[str, str, str], bool | None] = {
    ("windows", "aarch64", "x86_64"): True,
    ("windows", "aarch64", "i686"): True,
    ("macos", "aarch64", "x86_64"): None,
}


def _serves(libc: Libc, program: str, machine: Arch) -> bool:
    """Whether programs of an architecture can be linked to that libc."""
    own = libc.arch or machine.name
    if not arches.is_arm(own):
        return own == program
    # An ARM loader does not say which generation it is for; a 32-bit ARM machine does.
    return arches.runs(machine.name if arches.is_arm(machine.name) else own, program) is True


def _float(needs: Needs, has: str | None) -> Verdict:
    asked = needs.float_abi or ("double" if needs.libc is not None and needs.arch in arches.DOUBLE else None)
    if asked is None or asked == has:
        return None
    return CannotTell("float abi", asked) if has is None else Misfit("float abi", asked, has)


def _float_abi(arch: Arch) -> str | None:
    return arch.float_abi or ("double" if arch.name in arches.DOUBLE else None)


def _host_float(needs: Needs, arch: Arch, usable: list[Libc]) -> Verdict:
    """A static program brings its own calling convention; a dynamic one shares its libc's."""
    if needs.libc is None:
        return None
    if needs.float_abi is None:
        return _float(needs, _float_abi(arch)) if needs.arch == arch.name else None
    known = [_float_of(libc, arch) for libc in usable if libc.family == needs.libc]
    if not known or needs.float_abi in known:
        return None
    return _float(needs, next((abi for abi in known if abi is not None), None) if None not in known else None)


def _float_of(libc: Libc, arch: Arch) -> str | None:
    return arches.float_abi_of_loader(libc.loader) or arch.float_abi


def _own_libc(needs: Needs, interpreter: Interpreter) -> Verdict:
    if needs.libc is None:
        return None
    if interpreter.libc is None:
        return CannotTell("libc family", _spell(needs))
    return _libc(needs, interpreter.libc)


def _any_libc(needs: Needs, host: Host, usable: list[Libc]) -> Verdict:
    if needs.libc is None:
        return None
    verdicts = [_libc(needs, libc) for libc in usable]
    if None in verdicts:
        return None
    doubt = next((one for one in verdicts if isinstance(one, CannotTell)), None)
    if doubt is None and host.libc_unknown:
        doubt = CannotTell("libc family", _spell(needs))
    if doubt is not None:
        return doubt
    misfits = [one for one in verdicts if isinstance(one, Misfit)]
    has = ", ".join(spell_libc(libc) for libc in host.libcs) or "no libc"
    return max(misfits, key=lambda one: _progress(one.reason), default=Misfit("libc family", _spell(needs), has))


def _libc(needs: Needs, libc: Libc) -> Verdict:
    if libc.family != needs.libc:
        return Misfit("libc family", _spell(needs), spell_libc(libc))
    if needs.libc_floor is None:
        return None
    if libc.version is None:
        return CannotTell("libc version", _spell(needs))
    unsaid = needs.libc_floor[len(libc.version) :]
    if any(unsaid) and needs.libc_floor[: len(libc.version)] == libc.version:
        return CannotTell("libc version", _spell(needs))  # of musl 1.2, whether it is 1.2.3
    if libc.version + (0,) * len(unsaid) < needs.libc_floor:
        return Misfit("libc version", _spell(needs), spell_libc(libc))
    return None


def _release(needs: Needs, has: tuple[int, ...] | None) -> Verdict:
    if needs.os_floor is None:
        return None
    wanted = f"{needs.os} {dotted(needs.os_floor)}"
    if has is None:
        return CannotTell("os version", wanted)
    fits = has == needs.os_floor if needs.os in _EACH_ITS_OWN else has >= needs.os_floor
    return None if fits else Misfit("os version", wanted, f"{needs.os} {dotted(has)}")


_EACH_ITS_OWN = frozenset({"emscripten"})
"""Systems each version of which is an ABI of its own, and takes nothing older (PEP 783)."""


def _cpu(needs: Needs, host: Host) -> Verdict:
    if needs.cpu_level is None or needs.cpu_level <= 1:
        return None
    wanted = f"x86-64-v{needs.cpu_level}"
    if host.cpu_level is None:
        return CannotTell("cpu level", wanted)
    if host.cpu_level < needs.cpu_level:
        return Misfit("cpu level", wanted, f"x86-64-v{host.cpu_level}")
    return None


def spell_libc(libc: Libc) -> str:
    """ "glibc 2.36"; the family alone where the version cannot be told."""
    return f"{libc.family} {dotted(libc.version)}" if libc.version else libc.family


def _spell(needs: Needs) -> str:
    return f"{needs.libc} {dotted(needs.libc_floor)}" if needs.libc_floor else str(needs.libc)


def newer(version: tuple[int, ...], than: tuple[int, ...]) -> bool:
    """Whether a libc version is above another; () is below all."""
    return version > than


def lowest(versions: Iterable[tuple[int, ...]]) -> tuple[int, ...] | None:
    """The lowest of some versions of one libc, None of none."""
    return min(versions, default=None)


def rising(versions: Iterable[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Versions of one libc, the lowest first."""
    return sorted(versions)
