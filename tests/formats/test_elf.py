"""formats.elf: real heads are read, broken ones refused, and nothing else can happen."""

from __future__ import annotations

import random
import shutil
import struct
import subprocess
import sys
import tracemalloc

import pytest

from elfin.errors import MalformedElf
from elfin.formats import elf
from kit import elfsmith


@pytest.mark.parametrize("machine", sorted(elfsmith.MACHINES))
def test_the_header_is_read_in_every_class_and_byte_order(machine: str) -> None:
    number, bits, little, flags = elfsmith.MACHINES[machine]
    header = elf.read_header(elfsmith.elf(machine, interpreter="/lib/ld.so"))
    assert (header.machine, header.bits, header.little_endian, header.flags) == (number, bits, little, flags)
    assert header.interpreter == "/lib/ld.so" and header.dynamic and header.type == elf.ET_DYN


@pytest.mark.parametrize("machine", ["x86_64", "s390x", "armhf", "mips"])
def test_the_dynamic_section_is_read(machine: str) -> None:
    data = elfsmith.elf(
        machine,
        needed=("libm.so.6", "libc.so.6"),
        soname="libx.so.1",
        rpath="/opt",
        runpath="$ORIGIN/../lib",
        offers=("X_1.0", "X_1.1"),
        wants={"libc.so.6": ("GLIBC_2.17", "GLIBC_2.34"), "libm.so.6": ("GLIBC_2.29",)},
    )
    found = elf.read(data)
    assert found.needed == ("libm.so.6", "libc.so.6")
    assert (found.soname, found.rpath, found.runpath) == ("libx.so.1", "/opt", "$ORIGIN/../lib")
    assert found.offers == ("X_1.0", "X_1.1")
    assert found.wants == (("libc.so.6", ("GLIBC_2.17", "GLIBC_2.34")), ("libm.so.6", ("GLIBC_2.29",)))
    assert found.header.interpreter is None


def test_a_static_program_has_neither_loader_nor_libraries() -> None:
    found = elf.read(elfsmith.program(None))
    assert (found.header.interpreter, found.header.dynamic, found.needed) == (None, False, ())


def test_only_the_needed_blocks_are_read() -> None:
    data = elfsmith.program("/lib/ld.so") + bytes(1_000_000)
    asked = 0

    def read(offset: int, size: int) -> bytes:
        nonlocal asked
        asked += size
        return data[offset : offset + size]

    assert elf.read(read) == elf.read(data)
    assert asked <= 8192


_PLAIN = elfsmith.program()
_ENDLESS = elfsmith.elf(interpreter="/x")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"#!/bin/bash\necho\n",
        b"\x7fELF\3" + bytes(59),
        b"\0ELF" + _PLAIN[4:],
        _PLAIN[:40],
        _PLAIN[:70],
        _PLAIN[:4] + b"\0" + _PLAIN[5:],
        _PLAIN[:5] + b"\0" + _PLAIN[6:],
        elfsmith.elf(interpreter=""),
        _ENDLESS[: _ENDLESS.index(b"/x\0") + 2],
    ],
)
def test_what_is_not_a_sound_elf_file_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedElf):
        elf.read(data)


def test_a_circle_of_versions_ends_in_a_refusal() -> None:
    good = elfsmith.elf(wants={f"lib{number}.so": ("V",) for number in range(600)})
    data = bytearray(good)
    row = struct.pack("<HHIII", 1, 1, 1, 16, 32)  # the first Verneed
    at = data.index(row)
    # every Vernaux claims to be followed by itself, every Verneed claims 65535 of them
    for number in range(600):
        spot = at + number * 32
        data[spot + 2 : spot + 4] = b"\xff\xff"
        data[spot + 28 : spot + 32] = (2**31).to_bytes(4, "little")
    with pytest.raises(MalformedElf):
        elf.read(bytes(data))


def _rich() -> bytes:
    return elfsmith.elf(
        "x86_64",
        interpreter="/lib64/ld-linux-x86-64.so.2",
        needed=("libc.so.6",),
        soname="libx.so",
        runpath="/opt",
        offers=("X_1", "X_2"),
        wants={"libc.so.6": ("GLIBC_2.17", "GLIBC_2.34")},
    )


def refused(data: bytes) -> bool:
    """Whether it is refused; every other exception is a failure of the test."""
    try:
        elf.read(data)
    except MalformedElf:
        return True
    return False


SEEDS = {
    "x86_64": _rich(),
    "mips": elfsmith.glibc("2.5", "mips"),
    "armhf": elfsmith.elf("armhf", interpreter="/lib/ld-linux-armhf.so.3", needed=("libc.so.6",), offers=("A", "B")),
    "s390x": elfsmith.elf(
        "s390x", needed=("a", "b"), wants={"libc.so.6": ("X", "Y"), "libm.so.6": ("Z",)}, runpath="/x"
    ),
}
ABSURD = (
    b"\xff" * 8,
    bytes(8),
    b"\x7f" + b"\xff" * 7,
    b"\xff\xff\xff\x7f",
    b"\xff\xff",
    b"\1\0",
    b"\0\1",
    b"\xf8\xff\xff\xff",
)


@pytest.mark.parametrize("machine", sorted(SEEDS))
def test_a_file_cut_off_anywhere_is_refused_or_read(machine: str) -> None:
    seed = SEEDS[machine]
    assert sum(refused(seed[:size]) for size in range(len(seed))) > len(seed) * 9 // 10


@pytest.mark.slow
@pytest.mark.parametrize("machine", sorted(SEEDS))
def test_hostile_heads_raise_malformed_elf_or_nothing(machine: str) -> None:
    """Every field of every header overwritten with absurd values, then chance; 24,000 files in all, memory bounded."""
    seed, chance = SEEDS[machine], random.Random(machine)
    tracemalloc.start()
    mutants = no = 0
    for spot in range(len(seed)):
        for absurd in ABSURD:
            if mutants >= 3000:
                break
            mutants += 1
            no += refused(seed[:spot] + absurd + seed[spot + len(absurd) :])
    while mutants < 6000:
        data = bytearray(seed)
        for _ in range(chance.randint(1, 8)):
            spot = chance.randrange(len(data))
            what = chance.choice(ABSURD) if chance.random() < 0.5 else bytes([chance.randrange(256)])
            data[spot : spot + len(what)] = what
        mutants += 1
        no += refused(bytes(data[: chance.randrange(1, len(data))] if chance.random() < 0.1 else data))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert mutants == 6000 and no > 600 and peak < 16 << 20


def test_programs_that_point_at_themselves_end() -> None:
    seed = bytearray(_rich())
    for spot in range(64, len(seed) - 8, 4):  # every word in turn becomes the file's own beginning
        refused(bytes(seed[:spot] + struct.pack("<I", 0x10000) + seed[spot + 4 :]))


def test_hostile_counts_and_sizes_are_refused_without_being_followed() -> None:
    data = bytearray(_rich())
    data[56:58] = b"\xff\xff"  # e_phnum
    with pytest.raises(MalformedElf, match="impossible table"):
        elf.read(bytes(data))
    data = bytearray(_rich())
    data[32:40] = b"\xff" * 8  # e_phoff
    with pytest.raises(MalformedElf, match="outside"):
        elf.read(lambda offset, size: bytes(data)[offset : offset + size])


@pytest.mark.skipif(not sys.platform.startswith("linux") or not shutil.which("readelf"), reason="needs readelf")
def test_this_interpreter_is_read_as_readelf_reads_it() -> None:
    text = subprocess.run(["readelf", "-dl", sys.executable], capture_output=True, text=True, check=True).stdout
    with open(sys.executable, "rb") as file:
        found = elf.read(file.read())
    assert f"Requesting program interpreter: {found.header.interpreter}" in text
    for library in found.needed:
        assert f"Shared library: [{library}]" in text
    assert text.count("(NEEDED)") == len(found.needed)
