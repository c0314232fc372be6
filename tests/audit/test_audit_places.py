"""Verdicts at named places: backports, versions that nobody promises, other systems, and the distributions listed."""

from __future__ import annotations

import pytest

from elfin.audit import earned, places, reports
from elfin.audit.model import Report
from elfin.host.named import Named, named
from kit.symbolsmith import binary, imports, x86_level

LOADER = "/lib64/ld-linux-x86-64.so.2"


def of(data: bytes) -> Report:
    return reports.of("x", "file", [("x", data)])


def judged(data: bytes, place: str) -> places.Verdict:
    found = named(place)
    assert isinstance(found, Named)
    return places.judge(of(data), found.host)


@pytest.mark.parametrize("place", ["manylinux_2_17_aarch64", "centos:7/arm64", "debian:12/arm64"])
def test_the_backport_of_aarch64_runs_where_its_tag_is_earned(place: str) -> None:
    data = binary("aarch64", imports("__cxa_thread_atexit_impl@GLIBC_2.18"), needed=["libc.so.6"])
    assert judged(data, place).runs is True
    assert earned.compare(["manylinux_2_17_aarch64"], of(data))[0].verdict == "earned"
    assert "CentOS" in {one.name.split()[0] for one in places.served(of(data))}


def test_other_machines_have_no_backport() -> None:
    data = binary("x86_64", imports("__cxa_thread_atexit_impl@GLIBC_2.18"), needed=["libc.so.6"])
    assert judged(data, "manylinux_2_17_x86_64").runs is False


def test_a_version_that_no_glibc_promises_is_a_doubt() -> None:
    verdict = judged(binary(symbols=imports("_nss_files_parse@GLIBC_PRIVATE"), needed=["libc.so.6"]), "debian:13")
    assert verdict.runs is None and "GLIBC_PRIVATE of libc.so.6" in places.sentence(verdict.reasons[0])
    assert places.served(of(binary(symbols=imports("a@GLIBC_PRIVATE"), needed=["libc.so.6"]))) == ()


def test_the_listed_distributions_are_given_what_they_do_not_all_have() -> None:
    assert places.given(of(binary(needed=["libc.so.6", "libssl.so.1.1", "libz.so.1"]))) == ("libssl.so.1.1",)
    assert places.given(of(binary(kind=2, notes=x86_level(3)))) == ("x86-64-v3",)
    assert places.given(of(binary(needed=["libc.so", "libz.so.1"]))) == ()


def test_a_program_for_freebsd_does_not_run_on_linux() -> None:
    by_loader = binary(interpreter="/libexec/ld-elf.so.1", needed=["libc.so.7"])
    static = bytearray(binary(kind=2))
    static[7] = 9  # EI_OSABI
    for data in (by_loader, bytes(static)):
        verdict = judged(data, "debian:12")
        assert verdict.runs is False and "freebsd" in places.sentence(verdict.reasons[0])
        assert of(data).earned.tags == () and places.served(of(data)) == ()


def test_what_cannot_be_told_is_said_in_words() -> None:
    verdict = judged(binary(kind=2, notes=x86_level(3)), "debian:12")
    assert places.sentence(verdict.reasons[0]) == "x needs x86-64-v3, and whether that is there cannot be told"
