"""Files -> the platform tags they earn, beside the tags that are claimed."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from elfin.audit import earned, facts, reports, sums
from elfin.audit.model import Earned
from kit.elfsmith import arm_attributes
from kit.symbolsmith import Symbol, binary, imports

MODULE = Symbol("PyInit_x", defined=True)


def tags(files: Mapping[str, bytes], claims: tuple[str, ...] = ()) -> Earned:
    read = [facts.read(path, data) for path, data in files.items()]
    return earned.platform_tags(read, sums.total(read, sums.bundled(read)), claims=claims)


def of(data: bytes, claims: tuple[str, ...] = (), path: str = "x.abi3.so") -> tuple[str, ...]:
    return tags({path: data}, claims).tags


def glibc(text: str, machine: str = "x86_64", needed: tuple[str, ...] = ()) -> bytes:
    return binary(machine, imports(text), needed=["libc.so.6", *needed])


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (glibc("a@GLIBC_2.29"), ["manylinux_2_29_x86_64"]),
        (glibc("a@GLIBC_2.2.5"), ["manylinux1_x86_64", "manylinux_2_5_x86_64"]),
        (glibc("a@GLIBC_2.17"), ["manylinux2014_x86_64", "manylinux_2_17_x86_64"]),
        (glibc("a@GLIBC_2.17", "aarch64"), ["manylinux2014_aarch64", "manylinux_2_17_aarch64"]),
        (glibc("a@GLIBC_2.18", "aarch64"), ["manylinux2014_aarch64", "manylinux_2_17_aarch64"]),
        (glibc("a@GLIBC_2.27", "riscv64"), ["manylinux_2_31_riscv64"]),
        (glibc("a@GLIBC_2.36", "loongarch64"), ["manylinux_2_36_loongarch64"]),
        (glibc("a@GLIBC_2.4", "armhf"), ["manylinux2014_armv7l", "manylinux_2_17_armv7l"]),
        (glibc("a@GLIBC_2.4", "armel"), ["linux_armv5tel"]),
        (glibc("a@GLIBC_2.4", "mips"), ["linux_mips"]),
        (glibc("a@GLIBC_PRIVATE"), ["linux_x86_64"]),
        (glibc("a@GLIBC_2.17", needed=("libffi.so.6",)), ["linux_x86_64"]),
        (glibc("a@GLIBC_2.17", needed=("libstdc++.so.6",)), ["manylinux2014_x86_64", "manylinux_2_17_x86_64"]),
        (binary(symbols=imports("open"), needed=["libc.so"]), ["musllinux_1_1_x86_64"]),
        (binary(symbols=imports("gettid"), needed=["libc.musl-x86_64.so.1"]), ["musllinux_1_2_x86_64"]),
        (binary(needed=["libc.so", "libstdc++.so.6"]), ["linux_x86_64"]),
        (
            binary("aarch64", kind=2),
            ["manylinux2014_aarch64", "manylinux_2_17_aarch64", "musllinux_1_1_aarch64"],
        ),
        (binary(kind=2), ["manylinux1_x86_64", "manylinux_2_5_x86_64", "musllinux_1_1_x86_64"]),
    ],
)
def test_tags_are_exact(data: bytes, wanted: list[str]) -> None:
    assert list(of(data)) == wanted


def test_libstdcpp_can_be_what_decides() -> None:
    data = binary(
        symbols=[*imports("a@GLIBC_2.14"), *imports("b@GLIBCXX_3.4.29", "libstdc++.so.6")],
        needed=["libc.so.6", "libstdc++.so.6"],
    )
    assert of(data) == ("manylinux_2_33_x86_64",)
    bundled = binary(needed=["libc.so.6"], symbols=imports("a@GLIBC_2.14"), soname="libstdc++.so.6")
    assert tags({"x.so": data, "x.libs/libstdc++.so.6": bundled}).tags == ("manylinux_2_14_x86_64",)


def test_a_static_module_is_for_the_interpreters_that_look_for_its_name() -> None:
    data = binary(symbols=[MODULE, *imports("PyLong_FromLong")])
    assert len(of(data, path="x.abi3.so")) == 3
    assert of(data, path="x.cpython-313-x86_64-linux-gnu.so") == ("manylinux1_x86_64", "manylinux_2_5_x86_64")
    assert of(data, path="x.cpython-313-x86_64-linux-musl.so") == ("musllinux_1_1_x86_64",)
    assert len(of(data, path="x.cpython-310-x86_64-linux-gnu.so")) == 3  # so called on musl as well


def test_where_no_byte_tells_the_libc_the_claim_does() -> None:
    data = binary(symbols=[MODULE, *imports("malloc")])
    assert of(data) == ("linux_x86_64",)
    assert of(data, ("musllinux_1_2_x86_64",)) == ("musllinux_1_1_x86_64",)
    assert "no byte tells" in tags({"x.abi3.so": data}, ("musllinux_1_2_x86_64",)).reasons[0]


def test_two_machines_or_two_libcs_earn_nothing_more_than_linux() -> None:
    assert tags({"a": glibc("a@GLIBC_2.5"), "b": glibc("a@GLIBC_2.17", "aarch64")}).tags == ()
    assert tags({"a": glibc("a@GLIBC_2.5"), "b": binary(needed=["libc.so"])}).tags == ("linux_x86_64",)


def test_arm_attributes_are_an_upper_bound_so_an_older_claim_stands() -> None:
    files = {"a": arm_attributes(binary("armhf", kind=2), 10), "b": arm_attributes(binary("armhf", kind=2), 6)}
    assert tags(files, ("linux_armv6l",)).tags == ("linux_armv6l",)
    assert tags(files).tags == ("manylinux2014_armv7l", "manylinux_2_17_armv7l", "musllinux_1_1_armv7l")


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("manylinux_2_28_x86_64", "earned"),
        ("manylinux_2_17_x86_64", "too wide"),
        ("manylinux2014_x86_64", "too wide"),
        ("manylinux_2_34_x86_64", "narrow"),
        ("linux_x86_64", "narrow"),
        ("musllinux_1_2_x86_64", "too wide"),
        ("manylinux_2_28_aarch64", "wrong"),
        ("macosx_11_0_arm64", "wrong"),
        ("manylinux_x86_64", "unknown"),
        ("any", "too wide"),
    ],
)
def test_a_claim_is_judged(claim: str, verdict: str) -> None:
    report = reports.of("x.so", "file", [("x.so", glibc("statx@GLIBC_2.28 open@GLIBC_2.5"))])
    found = earned.compare([claim], report)[0]
    assert found.verdict == verdict
    if claim == "manylinux_2_17_x86_64":
        assert "statx" in found.why and "x.so" in found.why


def test_missing_tags_are_those_no_claim_covers() -> None:
    tags = ("manylinux2014_x86_64", "manylinux_2_17_x86_64", "musllinux_1_1_x86_64")
    own = reports.judged("x", "file", (), None)._replace(earned=Earned(tags, ()))
    assert earned.missing(["manylinux2014_x86_64"], own) == ("musllinux_1_1_x86_64",)
    assert earned.missing(["manylinux_2_28_x86_64"], own) == tags
    assert earned.missing(["manylinux_2_12_x86_64", "musllinux_1_1_x86_64"], own) == ()
