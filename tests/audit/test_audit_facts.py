"""One file: which libc, from when on, and what is odd about it; probes that peers misjudge come out right."""

from __future__ import annotations

import pytest

from elfin.audit import facts, sums
from elfin.audit.model import FileFacts
from elfin.formats.elf import Source
from kit.elfsmith import arm_attributes
from kit.symbolsmith import Symbol, binary, imports, note, x86_level

MODULE = Symbol("PyInit_x", defined=True)
GLIBC, MUSL = "/lib64/ld-linux-x86-64.so.2", "/lib/ld-musl-x86_64.so.1"


def read(data: Source, path: str = "pkg/x.so") -> FileFacts:
    return facts.read(path, data)


def floor(file: FileFacts) -> tuple[int, ...] | None:
    found = sums.glibc_floor((file, want) for want in file.wants if not want.weak)
    return None if found is None else found.version


@pytest.mark.parametrize(
    ("data", "libc"),
    [
        (binary(interpreter=GLIBC, needed=["libc.so.6"]), "glibc"),
        (binary(interpreter=MUSL, needed=["libc.so"]), "musl"),
        (binary(needed=["libc.musl-x86_64.so.1"]), "musl"),
        (binary(needed=["libc.so"]), "musl"),
        (binary("aarch64", needed=["libc.so"], notes=note(b"Android", 1, b"\x18\0\0\0")), "bionic"),
        (binary(symbols=imports("open@LIBC", "libc.so"), needed=["libc.so"]), "bionic"),
        (binary(needed=["libm.so.6"], symbols=imports("pow@GLIBC_2.29", "libm.so.6")), "glibc"),
        (binary(kind=2), "any"),
        (binary(symbols=[MODULE, *imports("PyLong_FromLong __cxa_finalize? malloc?")]), "any"),
        (binary(symbols=[MODULE, *imports("PyLong_FromLong malloc")]), None),
    ],
)
def test_the_libc_is_told_by_the_file_alone(data: bytes, libc: str | None) -> None:
    assert read(data).libc == libc


def test_the_floor_is_exact_and_names_its_symbols() -> None:
    file = read(binary(symbols=imports("open@GLIBC_2.2.5 pow@GLIBC_2.29 exp@GLIBC_2.29"), needed=["libc.so.6"]))
    found = sums.glibc_floor((file, want) for want in file.wants)
    assert found is not None
    assert (found.version, found.witness.symbols, found.without) == ((2, 29), ("pow", "exp"), (2, 2))
    assert (found.witness.library, found.witness.version) == ("libc.so.6", "GLIBC_2.29")


def test_versions_that_the_loader_goes_on_without_are_no_floor() -> None:
    assert floor(read(binary(symbols=imports("open@GLIBC_2.17 statx?@GLIBC_2.28"), needed=["libc.so.6"]))) == (2, 17)


def test_numbers_are_compared_as_numbers() -> None:
    assert floor(read(binary(symbols=imports("a@GLIBC_2.9 b@GLIBC_2.17"), needed=["libc.so.6"]))) == (2, 17)


def test_relative_relocations_packed_ask_for_the_glibc_that_reads_them() -> None:
    assert floor(read(binary(symbols=imports("x@GLIBC_ABI_DT_RELR"), needed=["libc.so.6"]))) == (2, 36)


@pytest.mark.parametrize(
    ("machine", "symbols", "version"),
    [
        ("x86_64", "open", None),
        ("x86_64", "getrandom", (1, 1, 20)),
        ("x86_64", "statx getrandom", (1, 2, 5)),
        ("x86_64", "statx?", None),
        ("i686", "__clock_gettime64", (1, 2, 0)),
        ("x86_64", "__clock_gettime64", None),
        ("x86_64", "qsort_r gettid", (1, 2, 3)),
    ],
)
def test_musl_is_told_by_symbols(machine: str, symbols: str, version: tuple[int, ...] | None) -> None:
    file = read(binary(machine, imports(symbols), needed=["libc.so"]))
    assert (None if file.musl is None else file.musl.version) == version


def test_what_musl_would_do_without_is_said() -> None:
    found = read(binary(symbols=imports("statx gettid"), needed=["libc.so"])).musl
    assert found is not None and (found.witness.symbols, found.without) == (("statx",), (1, 2, 2))


def test_oddities_are_told() -> None:
    file = read(binary(needed=["libc.so.6"], stack=True, textrel=True, rpath="$ORIGIN/a:/opt/x:"))
    words = " ".join(file.oddities)
    assert "executable stack" in words and "text relocations" in words
    assert "/opt/x, an empty entry" in words and "$ORIGIN" not in words
    assert read(binary(needed=["libc.so.6"], runpath="$ORIGIN/../x.libs")).oddities == ()


def test_static_glibc_carries_its_caveat() -> None:
    assert "iconv" in read(binary(kind=2, notes=note(b"GNU", 1, bytes(4) + b"\3\0\0\0\2\0\0\0\0\0\0\0"))).oddities[0]
    assert read(binary(kind=2)).oddities == ()


def test_the_cpu_level_is_the_declared_one() -> None:
    file = read(binary(needed=["libc.so.6"], notes=x86_level(3, 4)))
    assert (file.cpu_level, file.cpu_used) == (3, 4)


def test_arm_is_told_by_attributes_up_to_a_generation() -> None:
    file = read(arm_attributes(binary("armhf", needed=["libc.so.6"]), 7))
    assert (file.arch.name, file.arch.float_abi) == ("armv6l", "hard")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (binary(kind=2), "static program"),
        (binary(interpreter=GLIBC, needed=["libc.so.6"]), "program"),
        (binary(symbols=[MODULE], needed=["libc.so.6"]), "python module"),
        (binary(needed=["libc.so.6"]), "library"),
        (binary(kind=1), "object"),
    ],
)
def test_kinds(data: bytes, kind: str) -> None:
    assert read(data).kind == kind
