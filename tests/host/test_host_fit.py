"""host.fit: the comparator, over hosts that start programs and targets that load libraries."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elfin.host import fit
from elfin.host.model import Arch, CannotTell, Host, Libc, Misfit, Needs, Target
from kit.places import GLIBC_236, MUSL_125, host, interpreter, target

OLD = Libc("glibc", (2, 17), "/lib64/ld-linux-x86-64.so.2", "x86_64")
GLIBC_I686 = Libc("glibc", (2, 36), "/lib/ld-linux.so.2", "i686")
HARD = Libc("glibc", (2, 31), "/lib/ld-linux-armhf.so.3", "armv7l")
SOFT = Libc("glibc", (2, 31), "/lib/ld-linux.so.3", "armv5tel")


def linux(machine: str = "x86_64", libc: str | None = None, *floor: int, **more: object) -> Needs:
    return Needs("linux", machine, libc=libc, libc_floor=floor or None)._replace(**more)


RISCV = Libc("glibc", (2, 41), "/lib/ld-linux-riscv64-lp64d.so.1", "riscv64")
SOFT_RISCV = Arch("riscv64", 64, True, "soft")
MANYLINUX = linux("x86_64", "glibc", 2, 28)
MUSLLINUX = linux("x86_64", "musl", 1, 2)

CASES: list[tuple[str, Needs, Host | Target, str | None]] = [
    ("enough glibc", MANYLINUX, host(GLIBC_236), None),
    ("too old a glibc", MANYLINUX, host(OLD), "libc version"),
    ("the second libc will do", MUSLLINUX, host(GLIBC_236, MUSL_125), None),
    ("only the other family", MUSLLINUX, host(GLIBC_236), "libc family"),
    ("no libc at all", MANYLINUX, host(), "libc family"),
    ("static fits any", linux(), host(MUSL_125), None),
    ("static fits none", linux(), host(), None),
    ("unknown version", MANYLINUX, host(GLIBC_236._replace(version=None)), "?libc version"),
    ("unknown version, no floor", linux("x86_64", "glibc"), host(GLIBC_236._replace(version=None)), None),
    ("another machine", linux("aarch64"), host(GLIBC_236), "arch"),
    ("i686 with its libc", linux("i686", "glibc", 2, 17), host(GLIBC_236, GLIBC_I686), None),
    ("i686 without its libc", linux("i686", "glibc", 2, 17), host(GLIBC_236), "arch"),
    ("i686 static", linux("i686"), host(GLIBC_236), None),
    ("x86_64 on i686", linux("x86_64"), host(GLIBC_I686, machine="i686"), "arch"),
    ("armv7 userland on aarch64", linux("armv7l", "glibc", 2, 17), host(HARD, machine="aarch64"), None),
    ("armv7 static on aarch64", linux("armv7l"), host(machine="aarch64"), "?arch"),
    ("armv7 on armv8l", linux("armv7l", "glibc", 2, 17), host(HARD, machine="armv8l", float_abi="hard"), None),
    ("armv6 on armv7", linux("armv6l"), host(HARD, machine="armv7l"), None),
    ("armv7 on armv6", linux("armv7l"), host(HARD, machine="armv6l"), "arch"),
    ("hard float on soft", linux("armv7l", "glibc", float_abi="hard"), host(SOFT, machine="armv7l"), "float abi"),
    ("hard float on hard", linux("armv7l", "glibc", float_abi="hard"), host(HARD, machine="armv7l"), None),
    (
        "float abi unknown",
        linux("armv7l", "musl", float_abi="hard"),
        host(Libc("musl", None, None), machine="armv7l"),
        "?float abi",
    ),
    ("double floats", linux("riscv64", "glibc", 2, 17), host(RISCV, machine="riscv64"), None),
    ("double on soft", linux("riscv64", "glibc"), host(RISCV)._replace(arch=SOFT_RISCV), "float abi"),
    ("static on soft", linux("riscv64"), host(RISCV)._replace(arch=SOFT_RISCV), None),
    (
        "target: double on single",
        linux("loongarch64", "musl"),
        target(interpreter(libc=MUSL_125)._replace(arch=Arch("loongarch64", 64, True, "single"))),
        "float abi",
    ),
    ("another os", Needs("macos", "arm64"), host(GLIBC_236), "os"),
    ("static on Android", linux("aarch64"), host(machine="aarch64", os="android"), None),
    ("glibc on Android", linux("aarch64", "glibc"), host(machine="aarch64", os="android"), "os"),
    ("unknown machine", linux("x86_64"), host(machine="unknown"), "?arch"),
    ("cpu level", linux(cpu_level=3), host(cpu_level=3), None),
    ("cpu level too low", linux(cpu_level=3), host(cpu_level=2), "cpu level"),
    ("cpu level unknown", linux(cpu_level=3), host(), "?cpu level"),
    ("cpu level 1", linux(cpu_level=1), host(), None),
    ("macOS", Needs("macos", "aarch64", os_floor=(11, 0)), host(machine="arm64", os="macos", os_version=(14, 5)), None),
    (
        "old macOS",
        Needs("macos", os_floor=(15, 0)),
        host(machine="arm64", os="macos", os_version=(14, 5)),
        "os version",
    ),
    ("macOS unknown", Needs("macos", os_floor=(15, 0)), host(machine="arm64", os="macos"), "?os version"),
    ("anywhere", Needs(), host(), None),
    ("target: its own libc", MANYLINUX, target(), None),
    ("target: not the host's other libc", MUSLLINUX, Target(host(GLIBC_236, MUSL_125), interpreter()), "libc family"),
    ("target: too old", MANYLINUX, target(interpreter(libc=OLD)), "libc version"),
    ("target: static", MANYLINUX, target(interpreter(static=True)), "static interpreter"),
    ("target: static, pure", Needs(), target(interpreter(static=True)), None),
    ("target: libc unknown", MANYLINUX, target(interpreter(libc=None)), "?libc family"),
    ("target: no 32-bit libraries", linux("i686"), Target(host(GLIBC_236, GLIBC_I686), interpreter()), "arch"),
    ("target: armv8l loads armv7l", linux("armv7l"), target(interpreter(machine="armv8l", libc=HARD)), None),
    (
        "target: soft float",
        linux("armv7l", "glibc", float_abi="hard"),
        target(interpreter(machine="armv7l", float_abi="soft", libc=SOFT)),
        "float abi",
    ),
    ("a misfit beats a doubt", MANYLINUX._replace(cpu_level=4), host(OLD), "libc version"),
    ("a later misfit beats an earlier doubt", linux(cpu_level=4), host(machine="unknown", cpu_level=1), "cpu level"),
]


@pytest.mark.parametrize(("needs", "place", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_verdicts(needs: Needs, place: Host | Target, expected: str | None) -> None:
    found = fit.verdict(needs, place)
    if expected is None:
        assert found is None
    elif expected.startswith("?"):
        assert isinstance(found, CannotTell) and found.reason == expected[1:]
    else:
        assert isinstance(found, Misfit) and found.reason == expected


def test_a_misfit_says_both_sides() -> None:
    assert fit.verdict(MANYLINUX, host(OLD)) == Misfit("libc version", "glibc 2.28", "glibc 2.17")
    assert fit.verdict(MUSLLINUX, host(GLIBC_236)) == Misfit("libc family", "musl 1.2", "glibc 2.36")
    assert fit.verdict(MUSLLINUX, host()) == Misfit("libc family", "musl 1.2", "no libc")


def test_alternatives_fit_if_one_does_and_else_keep_the_nearest() -> None:
    assert fit.any_verdict((MUSLLINUX, MANYLINUX), host(GLIBC_236)) is None
    found = fit.any_verdict((MUSLLINUX, MANYLINUX), host(OLD))
    assert isinstance(found, Misfit) and found.reason == "libc version"
    assert isinstance(fit.any_verdict((MUSLLINUX, MANYLINUX), host(OLD._replace(version=None))), CannotTell)
    assert isinstance(fit.any_verdict((), host(OLD)), CannotTell)


versions = st.tuples(st.just(2), st.integers(0, 60))
needs_values = st.builds(
    Needs,
    os=st.sampled_from(["linux", "macos", None]),
    arch=st.sampled_from(["x86_64", "i686", "aarch64", "armv7l", None]),
    float_abi=st.sampled_from(["hard", None]),
    libc=st.sampled_from(["glibc", "musl", None]),
    libc_floor=st.none() | versions,
    cpu_level=st.none() | st.integers(1, 4),
)
libc_values = st.builds(
    Libc, st.sampled_from(["glibc", "musl"]), st.none() | versions, st.none(), st.sampled_from(["x86_64", "i686", None])
)
hosts = st.builds(
    lambda libcs, machine, level: host(*libcs, machine=machine, cpu_level=level),
    st.lists(libc_values, max_size=3),
    st.sampled_from(["x86_64", "i686", "aarch64", "armv7l", "unknown"]),
    st.none() | st.integers(1, 4),
)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(needs_values, hosts, st.sampled_from(Needs._fields))
def test_asking_for_less_never_stops_a_fit(needs: Needs, place: Host, field: str) -> None:
    if fit.verdict(needs, place) is not None:
        return
    less = needs._replace(**{field: None})
    if field == "libc":
        less = less._replace(libc_floor=None)
    assert fit.verdict(less, place) is None or (field == "libc" and needs.arch not in (None, place.arch.name))


@settings(derandomize=True, max_examples=150, deadline=None)
@given(needs_values, hosts, libc_values)
def test_one_more_libc_never_stops_a_fit(needs: Needs, place: Host, more: Libc) -> None:
    if fit.verdict(needs, place) is None:
        assert fit.verdict(needs, place._replace(libcs=(*place.libcs, more))) is None
