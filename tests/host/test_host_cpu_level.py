"""host.arch: x86-64 levels from the flags Linux prints."""

from __future__ import annotations

from elfin.host import arch

V1 = "fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat mmx fxsr sse sse2 syscall nx lm"
V2 = V1 + " pni ssse3 cx16 sse4_1 sse4_2 popcnt lahf_lm"
V3 = V2 + " avx avx2 bmi1 bmi2 f16c fma abm movbe xsave"
V4 = V3 + " avx512f avx512bw avx512cd avx512dq avx512vl"


def test_a_level_needs_all_flags_of_the_levels_below() -> None:
    for level, flags in enumerate((V1, V2, V3, V4), 1):
        assert arch.cpu_level(frozenset(flags.split())) == level
    assert arch.cpu_level(frozenset(V4.split()) - {"popcnt"}) == 1
    assert arch.cpu_level(frozenset(V4.split()) - {"lm"}) is None
    assert arch.cpu_level(frozenset()) is None


def test_flags_are_those_of_the_first_processor() -> None:
    text = f"processor\t: 0\nmodel name\t: x\nflags\t\t: {V2}\n\nprocessor\t: 1\nflags\t\t: {V4}\n"
    assert arch.cpu_level(arch.cpu_flags(text)) == 2
    assert arch.cpu_flags("processor : 0\nFeatures : fp asimd\n") == frozenset()
