"""ELF files read for what they need: symbols with versions, notes, stacks; section headers are never wanted."""

from __future__ import annotations

import random
import struct

import pytest

from elfin.audit import earned, facts, sums
from elfin.errors import MalformedElf
from elfin.formats import elfneeds
from kit.elfsmith import MACHINES
from kit.symbolsmith import Symbol, binary, imports, note, x86_level

KNOWN = sorted(set(MACHINES) - {"unheard of"})


@pytest.mark.parametrize("machine", KNOWN)
@pytest.mark.parametrize("table", ["hash", "lld's hash", "gnu"])
def test_each_import_has_its_version_and_library(machine: str, table: str) -> None:
    symbols = [*imports("open@GLIBC_2.2.5 statx?@GLIBC_2.28 bare"), *imports("pow@GLIBC_2.29", "libm.so.6")]
    needs = elfneeds.read(
        binary(machine, [*symbols, Symbol("PyInit_x", defined=True)], needed=["libc.so.6"], table=table)
    )
    found = {one.name: one for one in needs.symbols.imports}
    assert list(found) == ["open", "statx", "bare", "pow"]
    assert found["open"].version == ("libc.so.6", "GLIBC_2.2.5", False) and not found["open"].weak
    assert found["statx"].version == ("libc.so.6", "GLIBC_2.28", True) and found["statx"].weak
    assert found["bare"].version is None
    assert found["pow"].version == ("libm.so.6", "GLIBC_2.29", False)
    assert needs.symbols.defined == ("PyInit_x",)


@pytest.mark.parametrize("table", ["gnu", "none"])
def test_a_program_that_defines_nothing_still_shows_what_it_takes(table: str) -> None:
    symbols = imports("open@GLIBC_2.2.5 statx@GLIBC_2.28 gettid@GLIBC_2.30")
    data = binary("x86_64", symbols, interpreter="/lib64/ld-linux-x86-64.so.2", needed=["libc.so.6"], table=table)
    assert [one.name for one in elfneeds.read(data).symbols.imports] == ["open", "statx", "gettid"]


def test_a_reader_of_pieces_sees_what_a_reader_of_the_whole_sees() -> None:
    data = binary("aarch64", imports("open@GLIBC_2.17 fork@GLIBC_2.17"), needed=["libc.so.6"], runpath="$ORIGIN/x")
    assert elfneeds.read(lambda offset, size: data[offset : offset + size]) == elfneeds.read(data)


def test_static_programs_of_both_kinds_are_told_from_libraries() -> None:
    assert elfneeds.read(binary(kind=2)).static_program
    assert elfneeds.read(binary(symbols=[Symbol("x", defined=True)], pie=True)).static_program
    assert not elfneeds.read(binary(symbols=[Symbol("x", defined=True)])).static_program
    assert not elfneeds.read(binary(needed=["libc.so"])).static_program
    assert not elfneeds.read(binary(interpreter="/lib/ld-musl-x86_64.so.1")).static_program


@pytest.mark.parametrize(("stack", "said"), [(True, True), (False, False), (None, None)])
def test_the_stack_is_read_from_its_own_header(stack: bool | None, said: bool | None) -> None:
    assert elfneeds.read(binary(needed=["libc.so.6"], stack=stack)).executable_stack is said


def test_notes_tell_cpu_level_kernel_go_and_android() -> None:
    kernel = note(b"GNU", 1, struct.pack("<4I", 0, 3, 2, 0))
    notes = elfneeds.read(binary(notes=x86_level(3, 4))).notes
    assert (notes.cpu_needed, notes.cpu_used) == (3, 4)
    notes = elfneeds.read(binary(notes=kernel + note(b"Go", 4, b"id"))).notes
    assert (notes.kernel, notes.go, notes.cpu_needed) == ((3, 2, 0), True, None)
    assert elfneeds.read(binary("aarch64", notes=note(b"Android", 1, struct.pack("<I", 24)))).notes.android == 24
    assert elfneeds.read(binary("aarch64", notes=x86_level(3))).notes.cpu_needed is None  # x86's alone


def test_search_paths_and_text_relocations() -> None:
    needs = elfneeds.read(binary(needed=["libc.so.6"], rpath="/opt", runpath="$ORIGIN", textrel=True, soname="libx.so"))
    assert (needs.rpath, needs.runpath, needs.text_relocations, needs.soname) == ("/opt", "$ORIGIN", True, "libx.so")


def test_an_absurd_count_of_symbols_is_refused() -> None:
    data = bytearray(binary(symbols=imports("open@GLIBC_2.2.5"), needed=["libc.so.6"]))
    place = data.find(struct.pack("<4I", 1, 2, 0, 0))
    assert place > 0
    struct.pack_into("<I", data, place + 4, 0xFFFFFFFF)
    with pytest.raises(MalformedElf):
        elfneeds.read(bytes(data))


def mutated(data: bytes, rng: random.Random) -> bytes:
    """The file with a few bytes, words or its length changed."""
    changed = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        kind, at = rng.randrange(4), rng.randrange(len(changed))
        if kind == 0:
            changed[at] = rng.randrange(256)
        elif kind == 1:
            changed[at : at + 4] = struct.pack("<I", rng.choice((0, 1, 0x7FFFFFFF, 0xFFFFFFFF, rng.getrandbits(32))))
        elif kind == 2 and len(changed) > 32:
            del changed[rng.randrange(16, len(changed)) :]
        else:
            changed[at:at] = bytes(rng.randrange(1, 9))
    return bytes(changed)


def samples() -> list[bytes]:
    symbols = [*imports("open@GLIBC_2.2.5 statx?@GLIBC_2.28 bare"), Symbol("PyInit_x", defined=True)]
    made = [
        binary(machine, symbols, needed=["libc.so.6"], runpath="$ORIGIN", notes=x86_level(2), table=table)
        for machine in ("x86_64", "i686", "s390x", "armhf")
        for table in ("hash", "gnu", "none")
    ]
    return [*made, binary(kind=2), binary(interpreter="/lib/ld-musl-x86_64.so.1", needed=["libc.so"])]


@pytest.mark.slow
def test_twenty_thousand_broken_files_give_needs_or_malformed() -> None:
    rng = random.Random(5)  # the same files in every run
    files = samples()
    read = refused = 0
    for number in range(20_000):
        data = mutated(files[number % len(files)], rng)
        try:
            file = facts.read("x.so", data)
            total = sums.total([file], frozenset())
            earned.platform_tags([file], total)
            read += 1
        except MalformedElf:
            refused += 1
    assert read > 1000 and refused > 1000
