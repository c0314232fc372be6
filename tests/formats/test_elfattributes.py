"""formats.elfattributes: which ARM a file was compiled for."""

from __future__ import annotations

import random
import struct

import pytest

from elfin.errors import MalformedElf
from elfin.formats import elfattributes
from elfin.formats.elfattributes import Attributes
from kit.elfsmith import arm_attributes, elf


@pytest.mark.parametrize(("cpu", "vfp"), [(4, 0), (6, 1), (10, 1), (10, None)])
def test_generation_and_calling_convention_are_told(cpu: int, vfp: int | None) -> None:
    data = arm_attributes(elf("armhf", interpreter="/lib/ld.so"), cpu, vfp)
    assert elfattributes.read(data) == Attributes(cpu, vfp)
    assert elfattributes.read(lambda offset, size: data[offset : offset + size]) == Attributes(cpu, vfp)


def test_a_file_without_sections_says_nothing() -> None:
    assert elfattributes.read(elf("armhf")) == Attributes(None, None)


def test_what_is_no_32_bit_file_or_points_outside_is_refused() -> None:
    good = arm_attributes(elf("armhf"), 10, 1)
    for data in (b"", elf("x86_64"), good[:-1], good[:32] + struct.pack("<I", 1 << 31) + good[36:]):
        with pytest.raises(MalformedElf):
            elfattributes.read(data)
    with pytest.raises(MalformedElf, match="impossible"):
        elfattributes.read(good[:48] + b"\xff\xff" + good[50:])


def test_mutants_raise_malformed_elf_or_nothing() -> None:
    chance, seed = random.Random(2), arm_attributes(elf("armhf"), 10, 1)
    for _ in range(4000):
        data = bytearray(seed)
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(30, len(data))] = chance.randrange(256)
        try:
            elfattributes.read(bytes(data))
        except MalformedElf:
            pass
