"""Root and live facts -> `Host`: what a place is, every fact with its evidence.

Userland decides, not the kernel: a 32-bit userland on a 64-bit kernel is 32-bit. Works in an empty root, without
/proc, /dev or a shell; never raises but for a bad `native` override, which is the user's. A root that comes with a
description, as an image does, has a `machine` beside the protocol: its word on what no file tells.
"""

from __future__ import annotations

from elfin.errors import MalformedElf, UsageError
from elfin.host import arch, libc, osrelease, witnesses
from elfin.host.model import Arch, Evidence, Host, Libc
from elfin.host.root import Remembering, Root, reader, text
from elfin.record import NamedTuple

NATIVE = ("glibc", "gnu", "gnueabi", "gnueabihf", "musl", "musleabi", "musleabihf", "none")
"""What `--libc` and ELFIN_LIBC may say."""


class Facts(NamedTuple):
    """What only the running machine can tell. A folder or an image has none."""

    system: str
    """uname's sysname: "Linux", "Darwin", "Windows"."""
    machine: str
    """uname -m."""
    cpuinfo: str | None = None
    """Text of /proc/cpuinfo, None where it cannot be read."""
    executable: str | None = None
    """The running interpreter, asked last for its loader."""
    release: tuple[int, ...] | None = None
    """macOS release; None elsewhere."""


def detect(place: Root, facts: Facts | None, *, native: str | None = None) -> Host:
    """What `place` is. `facts` is None for a folder or image; `native` overrides the native libc ("" is None).

    Raises UsageError for a `native` that is none of `NATIVE`.
    """
    family, float_abi = _override(native)
    if facts is not None and facts.system in ("Darwin", "Windows"):
        return _elsewhere(facts)
    described: str | None = getattr(place, "machine", None)
    place = Remembering(place)
    found = witnesses.find(place, None if facts is None else facts.executable)
    evidence = list(found.evidence)
    release, source = osrelease.read(place)
    machine = _arch(place, described, found, facts, evidence)
    if float_abi is not None and arch.is_arm(machine.name):
        machine = machine._replace(float_abi=float_abi)
    libcs = found.libcs
    if family is not None:
        libcs = _reordered(libcs, family, machine)
        evidence.append(Evidence("native libc", libc.spell(libcs[0]) if libcs else "none", f"override: {native}"))
    if source is not None:
        field = ": PRETTY_NAME" if source in osrelease.PATHS else ""
        evidence.append(Evidence("distribution", osrelease.pretty(release) or "", source + field))
    android = bool(libcs) and libcs[0].family == "bionic"
    os = "android" if android else "linux"
    layout = f"{libcs[0].loader}: a loader of that system" if android else "assumed: no program says otherwise"
    layout = f"{found.header_of}: a program for it" if found.header and not android else layout
    evidence.append(Evidence("os", os, "uname: sysname" if facts else layout))
    return Host(
        os,
        osrelease.pretty(release),
        machine,
        libcs,
        _cpu_level(machine, facts, evidence),
        tuple(evidence),
        os_version=libcs[0].version if android else None,
        libc_unknown=found.unknown and family is None,
    )


def _override(native: str | None) -> tuple[str | None, str | None]:
    """(family or "none" or None, float ABI or None)."""
    if not native:
        return None, None
    if native not in NATIVE:
        raise UsageError(f"{native!r} is not a libc", hints=("one of " + ", ".join(NATIVE),))
    family = "glibc" if native.startswith("g") else native.removesuffix("hf").removesuffix("eabi")
    return family, "hard" if native.endswith("hf") else "soft" if native.endswith("eabi") else None


def _reordered(libcs: tuple[Libc, ...], family: str, machine: Arch) -> tuple[Libc, ...]:
    if family == "none":
        return ()
    first = tuple(one for one in libcs if one.family == family)
    rest = tuple(one for one in libcs if one.family != family)
    return (first or (Libc(family, None, None, machine.name),)) + rest


def _elsewhere(facts: Facts) -> Host:
    os = "macos" if facts.system == "Darwin" else "windows"
    name = arch.canonical(facts.machine)
    evidence = [Evidence("os", os, "uname: sysname"), Evidence("arch", name, "uname: machine")]
    distribution = None
    if facts.release is not None:
        distribution = "macOS " + ".".join(map(str, facts.release)) if os == "macos" else None
        evidence.append(Evidence("os version", ".".join(map(str, facts.release)), "the system's version file"))
    return Host(os, distribution, arch.named(name), (), None, tuple(evidence), os_version=facts.release)


def _arch(
    place: Root, described: str | None, found: witnesses.Found, facts: Facts | None, evidence: list[Evidence]
) -> Arch:
    kernel, word = (described, "the image's configuration") if facts is None else (facts.machine, "uname")
    if found.header is None:
        known = arch.UNKNOWN if kernel is None else arch.named(kernel)
        evidence.append(Evidence("arch", known.name, f"{word}: machine" if kernel else "nothing names it"))
        return known
    source = found.header_of or ""
    known = arch.of(found.header, kernel)
    if arch.is_arm(known.name):
        loader = found.libcs[0].loader if found.libcs else None
        known = known._replace(float_abi=known.float_abi or arch.float_abi_of_loader(loader))
        known = _built_for(place, known, source, kernel is None, evidence)
    evidence.append(Evidence("arch", known.name, f"{source}: e_machine" + ("" if kernel is None else f"; {word}")))
    return known


def _built_for(place: Root, known: Arch, source: str, ask: bool, evidence: list[Evidence]) -> Arch:
    """Float ABI and, where no kernel was asked, generation of a 32-bit ARM place, from its files.

    ELF headers do not tell the generations apart, the attributes of the compiled files do. Alpine's "armhf" is ARMv6,
    Debian's ARMv7, Raspbian's ARMv6.
    """
    from elfin.formats import elfattributes  # for 32-bit ARM only

    read = reader(place, source)
    built = elfattributes.Attributes(None, None)
    try:
        built = built if read is None else elfattributes.read(read)
    except MalformedElf:
        pass
    if known.float_abi is None and built.vfp_arguments is not None:
        known = known._replace(float_abi="hard" if built.vfp_arguments == 1 else "soft")
    evidence.append(Evidence("float abi", known.float_abi or "unknown", f"{source}: e_flags"))
    if not ask:
        return known
    alpine = (text(place, "/etc/apk/arch") or "").strip()
    name, word = {"armhf": "armv6l", "armv7": "armv7l"}.get(alpine), f"/etc/apk/arch: {alpine}"
    if name is None and built.cpu_arch is not None:
        name = arch.generation(built.cpu_arch, little_endian=known.little_endian)
        word = f"{source}: Tag_CPU_arch {built.cpu_arch}"
    if name is None and known.float_abi == "hard" and osrelease.read(place)[0].get("ID") == "raspbian":
        name, word = "armv6l", "/etc/os-release: ID=raspbian"
    if name is None:
        return known
    evidence.append(Evidence("arch", name, word))
    return known._replace(name=name)


def _cpu_level(machine: Arch, facts: Facts | None, evidence: list[Evidence]) -> int | None:
    if machine.name != "x86_64" or facts is None or facts.cpuinfo is None:
        return None
    level = arch.cpu_level(arch.cpu_flags(facts.cpuinfo))
    evidence.append(Evidence("cpu level", "unknown" if level is None else f"x86-64-v{level}", "/proc/cpuinfo: flags"))
    return level
