"""/proc/cpuinfo -> x86-64 level (x86-64 psABI, "Micro-Architecture Levels"). Fails closed: no flags, no level."""

from __future__ import annotations

# Linux's names of the flags; `pni` is SSE3, `abm` stands for LZCNT.
_LEVELS: tuple[frozenset[str], ...] = (
    frozenset(["lm", "cmov", "cx8", "fpu", "fxsr", "mmx", "syscall", "sse", "sse2"]),
    frozenset(["cx16", "lahf_lm", "popcnt", "pni", "sse4_1", "sse4_2", "ssse3"]),
    frozenset(["avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave"]),
    frozenset(["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"]),
)


def level(flags: frozenset[str]) -> int | None:
    """1 to 4, or None where the flags are not those of an x86-64 processor."""
    found = 0
    for needed in _LEVELS:
        if not needed <= flags:
            break
        found += 1
    return found or None


def flags(cpuinfo: str) -> frozenset[str]:
    """The flags of the first processor in the text of /proc/cpuinfo; empty on other architectures."""
    for line in cpuinfo.splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "flags":
            return frozenset(value.split())
    return frozenset()
