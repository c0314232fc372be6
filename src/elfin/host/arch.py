"""ELF header -> architecture and calling convention; which userlands run on which machine; a processor's level.

Names are those of `uname -m`, as wheel tags spell them; where one kernel name stands for several conventions (MIPS
n32), musl's. Numbers: e_machine of the System V gABI; e_flags of the ARM (IHI 0044), MIPS, RISC-V and LoongArch
supplements; levels of the x86-64 psABI, "Micro-Architecture Levels". A header cannot tell the generations of 32-bit
ARM apart: that needs the machine's name, or the file's build attributes. Refuses to guess: an unknown machine is named
by its number.
"""

from __future__ import annotations

import posixpath

from elfin.formats.elf import Header
from elfin.host.model import Arch
from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Final


EM_ARM: Final = 40
_EF_ARM_EABIMASK, _EF_ARM_EABI_VER5 = 0xFF000000, 0x05000000
_EF_ARM_ABI_FLOAT_SOFT, _EF_ARM_ABI_FLOAT_HARD = 0x200, 0x400

UNKNOWN: Final = Arch("unknown", 64, True, None)
"""A place that says nothing about its machine."""

TAGGED: Final = frozenset(
    (
        *("x86_64", "i686", "aarch64", "aarch64_be", "armv8l", "armv7l", "armv6l", "armv5tel"),
        *("ppc64le", "ppc64", "ppc", "s390x", "s390", "riscv64", "riscv32", "loongarch64"),
        *("mips", "mipsel", "mips64", "mips64el", "sparc64", "sparc", "parisc", "alpha", "ia64", "m68k", "sh4"),
    )
)
"""Architectures whose names wheel tags have."""

DOUBLE: Final = ("riscv64", "loongarch64")
"""Where floats in registers are the rule, and nobody writes it down; other userlands of these do exist."""

# (e_machine, bits, little endian) -> name
_MACHINES: dict[tuple[int, int, bool], str] = {
    (3, 32, True): "i686",
    (62, 64, True): "x86_64",
    (62, 32, True): "x32",
    (183, 64, True): "aarch64",
    (183, 64, False): "aarch64_be",
    (183, 32, True): "aarch64_ilp32",
    (21, 64, True): "ppc64le",
    (21, 64, False): "ppc64",
    (20, 32, False): "ppc",
    (20, 32, True): "ppcle",
    (22, 64, False): "s390x",
    (22, 32, False): "s390",
    (243, 64, True): "riscv64",
    (243, 32, True): "riscv32",
    (258, 64, True): "loongarch64",
    (258, 32, True): "loongarch32",
    (8, 32, False): "mips",
    (8, 32, True): "mipsel",
    (8, 64, False): "mips64",
    (8, 64, True): "mips64el",
    (43, 64, False): "sparc64",
    (2, 32, False): "sparc",
    (18, 32, False): "sparc",
    (15, 32, False): "parisc",
    (50, 64, True): "ia64",
    (4, 32, False): "m68k",
    (42, 32, True): "sh4",
    (42, 32, False): "sh4eb",
    (0x9026, 64, True): "alpha",
    (93, 32, True): "arc",
    (195, 32, True): "arc",
    (92, 32, False): "openrisc",
    (113, 32, True): "nios2",
    (189, 32, False): "microblaze",
    (189, 32, True): "microblazeel",
    (252, 32, True): "csky",
}
_EM_MIPS, _EF_MIPS_ABI2 = 8, 0x20
# Where double floats are the rule: mask of the float ABI in e_flags -> what the other values mean.
_OTHER_FLOATS = {243: (0x6, {0: "soft", 2: "single"}), 258: (0x7, {1: "soft", 2: "single"})}
_BITS = {name: (bits, little) for (_, bits, little), name in _MACHINES.items()}

# What else `uname -m`, sysconfig and users call them.
_ALIASES = {
    "amd64": "x86_64",
    "x64": "x86_64",
    "x86": "i686",
    "i386": "i686",
    "i486": "i686",
    "i586": "i686",
    "arm64": "aarch64",
    "ppc64el": "ppc64le",
    "powerpc64le": "ppc64le",
    "powerpc64": "ppc64",
    "powerpc": "ppc",
}
_ARM = ("armv8l", "armv7l", "armv6l", "armv5tel")  # newest first; each runs those after it
_ARM_BIG = ("armv8b", "armv7b", "armv6b", "armv5teb")  # the same, big endian

# A machine or userland of the first name runs programs of the others, given their libc.
_RUNS: dict[str, tuple[str, ...]] = {
    "x86_64": ("i686",),
    "aarch64": _ARM,
    "aarch64_be": _ARM_BIG,
    "ppc64": ("ppc",),
    "s390x": ("s390",),
    "mips64": ("mips",),
    "mips64el": ("mipsel",),
    "sparc64": ("sparc",),
    **{name: family[index + 1 :] for family in (_ARM, _ARM_BIG) for index, name in enumerate(family)},
}
# Machines of which some models have dropped the 32-bit side in silicon.
_MAYBE = frozenset({"aarch64", "aarch64_be"})


def canonical(name: str) -> str:
    """One spelling for a machine's name; an unknown one as it is, in lower case."""
    name = name.strip().lower()
    if name in _ALIASES or name in _ARM_BIG:
        return _ALIASES.get(name, name)
    if name.startswith("armv7"):
        return "armv7l"
    if name.startswith("armv6"):
        return "armv6l"
    return "armv5tel" if name.startswith("armv5") else name


def named(name: str, float_abi: str | None = None) -> Arch:
    """The architecture of that name. `float_abi` only counts on 32-bit ARM."""
    name = canonical(name)
    if is_arm(name):
        return Arch(name, 32, name in _ARM, float_abi)
    bits, little = _BITS.get(name, (64, True))
    return Arch(name, bits, little, None)


def of(header: Header, machine: str | None = None) -> Arch:
    """The architecture a file was built for.

    `machine` is the kernel's name (`uname -m`), None where no kernel can be asked: 32-bit ARM code on an aarch64
    kernel is armv8l, as `packaging` has it; with no kernel at all it is armv7l with hard and armv5tel with soft float.
    """
    if header.machine == EM_ARM and header.bits == 32:
        return Arch(_arm_name(header, machine), 32, header.little_endian, _float_abi(header))
    name = _MACHINES.get((header.machine, header.bits, header.little_endian)) or f"elf-machine-{header.machine}"
    if header.machine == _EM_MIPS and header.bits == 32 and header.flags & _EF_MIPS_ABI2:
        name = name.replace("mips", "mipsn32")
    mask, meanings = _OTHER_FLOATS.get(header.machine, (0, {}))
    return Arch(name, header.bits, header.little_endian, meanings.get(header.flags & mask))


def _arm_name(header: Header, machine: str | None) -> str:
    names = _ARM if header.little_endian else _ARM_BIG
    kernel = canonical(machine or "")
    if kernel in names:
        return kernel
    if kernel.startswith("aarch64"):
        return names[0]
    return names[3] if _float_abi(header) == "soft" else names[1]


def generation(level: int, *, little_endian: bool = True) -> str:
    """The 32-bit ARM machine a Tag_CPU_arch of build attributes asks for (ARM IHI 0045, Tag_CPU_arch)."""
    names = _ARM if little_endian else _ARM_BIG
    return names[3] if level < 6 else names[2] if level in (6, 7, 8, 9, 11, 12) else names[1]


def _float_abi(header: Header) -> str | None:
    if header.flags & _EF_ARM_EABIMASK != _EF_ARM_EABI_VER5:
        return None
    if header.flags & _EF_ARM_ABI_FLOAT_HARD:
        return "hard"
    # A shared library may carry neither flag; a program carries one.
    return "soft" if header.flags & _EF_ARM_ABI_FLOAT_SOFT else None


def float_abi_of_loader(path: str | None) -> str | None:
    """What the name of a 32-bit ARM loader says: "hard", "soft", or None for any other."""
    name = posixpath.basename(path or "")
    if name in ("ld-linux-armhf.so.3", "ld-musl-armhf.so.1", "ld-musl-armebhf.so.1"):
        return "hard"
    return "soft" if name in ("ld-linux.so.3", "ld-musl-arm.so.1", "ld-musl-armeb.so.1") else None


def is_arm(name: str) -> bool:
    """Whether it is one of the 32-bit ARM names, which have a float ABI."""
    return name in _ARM or name in _ARM_BIG


def runs(machine: str, program: str) -> bool | None:
    """Whether a machine or userland of one name runs programs of another; None: some models do."""
    if machine == program:
        return True
    if program not in _RUNS.get(machine, ()):
        return False
    return None if machine in _MAYBE else True


def loads(process: str, library: str) -> bool:
    """Whether a process of one name loads libraries of another (an armv8l process takes armv7l ones)."""
    return library == process or (process == "armv8l" and library == "armv7l")


# Linux's names of the flags; `pni` is SSE3, `abm` stands for LZCNT.
_LEVELS: tuple[frozenset[str], ...] = (
    frozenset(["lm", "cmov", "cx8", "fpu", "fxsr", "mmx", "syscall", "sse", "sse2"]),
    frozenset(["cx16", "lahf_lm", "popcnt", "pni", "sse4_1", "sse4_2", "ssse3"]),
    frozenset(["avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave"]),
    frozenset(["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"]),
)


def cpu_level(flags: frozenset[str]) -> int | None:
    """1 to 4, or None where the flags are not those of an x86-64 processor."""
    found = 0
    for needed in _LEVELS:
        if not needed <= flags:
            break
        found += 1
    return found or None


def cpu_flags(cpuinfo: str) -> frozenset[str]:
    """The flags of the first processor in the text of /proc/cpuinfo; empty on other architectures."""
    for line in cpuinfo.splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "flags":
            return frozenset(value.split())
    return frozenset()
