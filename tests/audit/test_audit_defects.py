"""What other tools were seen to get wrong (field notes on auditing), each with the right answer.

Files made here have no section headers at all: the first of the defects is in every test of this folder.
"""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from elfin.audit import places, problems, reports
from elfin.audit.model import Report
from elfin.host.named import Named, named
from kit.commandline import Commandline, assert_refusal
from kit.elfsmith import arm_attributes
from kit.symbolsmith import Symbol, binary, imports, note, x86_level
from kit.wheelsofelf import dynamic, put, static

TOOL = "DATA/scripts/tool"


@pytest.fixture
def elfin(tmp_path, monkeypatch, capsys) -> Commandline:  # type: ignore[no-untyped-def]
    return Commandline(tmp_path, monkeypatch, capsys)


def of(data: bytes, path: str = "x.so") -> Report:
    return reports.of("x", "file", [(path, data)])


def test_a_file_without_section_headers_keeps_its_floor() -> None:
    data = dynamic("2.34")
    assert struct.unpack_from("<Q", data, 40) == (0,)
    assert of(data).earned.tags == ("manylinux_2_34_x86_64",)


def test_a_static_program_earns_both_families_whatever_host_asks() -> None:
    by_glibc = binary(kind=2, notes=note(b"GNU", 1, struct.pack("<4I", 0, 3, 2, 0)))
    for data in (static(), by_glibc):
        assert of(data).earned.tags == ("manylinux1_x86_64", "manylinux_2_5_x86_64", "musllinux_1_1_x86_64")


def test_the_musl_floor_is_computed() -> None:
    old, new = (binary(symbols=imports(name), needed=["libc.musl-x86_64.so.1"]) for name in ("getauxval", "statx"))
    assert of(old).earned.tags == ("musllinux_1_1_x86_64",)
    assert of(new).earned.tags == ("musllinux_1_2_x86_64",)
    assert of(new).total.musl is not None and of(new).total.musl.version == (1, 2, 5)  # type: ignore[union-attr]


def test_libc_so_is_musl_s_and_no_crash() -> None:
    module = binary(symbols=[Symbol("PyInit_x", defined=True), *imports("malloc")], needed=["libc.so"])
    assert of(module, "x.abi3.so").earned.tags == ("musllinux_1_1_x86_64",)
    program = binary(interpreter="/lib/ld-musl-x86_64.so.1", needed=["libc.so"])
    assert of(program).total.libc == "musl" and of(program).total.external == ()


def test_armv6_is_not_taken_for_armv7_and_soft_float_is_named() -> None:
    armv6 = arm_attributes(binary("armhf", imports("open@GLIBC_2.4"), needed=["libc.so.6"]), 7)
    assert of(armv6).total.arches == ("armv6l",) and of(armv6).earned.tags == ("linux_armv6l",)
    soft = arm_attributes(binary("armel", imports("open@GLIBC_2.4"), needed=["libc.so.6"]), 10)
    assert not any(tag.startswith("manylinux") for tag in of(soft).earned.tags)
    assert "soft-float" in " ".join(of(soft).earned.reasons)


def test_a_cpu_level_is_told_and_changes_no_glibc() -> None:
    data = binary(symbols=imports("open@GLIBC_2.34"), needed=["libc.so.6"], notes=x86_level(3, 4))
    assert of(data).earned.tags == ("manylinux_2_34_x86_64",)
    assert [one.code for one in problems.find(of(data))] == ["A402"]
    old = named("debian:12")
    assert isinstance(old, Named)
    verdict = places.judge(of(data), old.host._replace(cpu_level=2))
    assert verdict.runs is False and verdict.reasons[0].axis == "cpu level"


def test_policies_are_exact() -> None:
    assert of(dynamic("2.29")).earned.tags == ("manylinux_2_29_x86_64",)
    assert of(dynamic("2.42")).earned.tags == ("manylinux_2_42_x86_64",)


def test_a_lie_fails_and_is_not_made(elfin: Commandline) -> None:
    lie = put(elfin.work, "py3-none-manylinux_2_17_x86_64", {TOOL: dynamic("2.34")})
    assert elfin("audit", "--check", lie).code == 1
    true = put(elfin.work, "py3-none-manylinux_2_34_x86_64", {TOOL: dynamic("2.34")})
    assert_refusal(elfin("retag", "--platform-tag", "+manylinux_2_5_x86_64", true), 4)
    assert Path(true).exists()
