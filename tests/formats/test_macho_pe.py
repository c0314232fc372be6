"""Binaries of macOS and Windows: machine and lowest system; what only begins alike is none."""

from __future__ import annotations

import random
import struct

import pytest

from elfin.formats import macho, pe


def thin(machine: int = 0x0100000C, least: int = 0x000B0000, command: int = 0x32, kind: int = 6) -> bytes:
    """A 64-bit Mach-O file with one load command."""
    body = struct.pack("<4I", command, 24, 1, least) if command == 0x32 else struct.pack("<4I", command, 24, least, 0)
    return struct.pack("<8I", 0xFEEDFACF, machine, 0, kind, 1, 24, 0, 0) + body + bytes(8)


def fat(*slices: bytes) -> bytes:
    """A universal binary."""
    head, body = struct.pack(">2I", 0xCAFEBABE, len(slices)), b""
    start = 8 + 20 * len(slices)
    for one in slices:
        head += struct.pack(">5I", 0, 0, start + len(body), len(one), 0)
        body += one
    return head + body


def windows(machine: int = 0x8664, version: tuple[int, int] = (6, 0)) -> bytes:
    """The headers of a PE file."""
    optional = struct.pack("<H", 0x20B) + bytes(46) + struct.pack("<2H", *version)
    return b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0" + struct.pack("<H", machine) + bytes(18) + optional


def test_machine_and_lowest_system_are_read() -> None:
    assert macho.read(thin()) == (("aarch64", "macos", (11, 0), True),)
    assert macho.read(thin(0x01000007, 0x000A0D00, 0x24)) == (("x86_64", "macos", (10, 13), True),)
    both = macho.read(fat(thin(), thin(0x01000007, 0x000A0900, 0x24)))
    assert both is not None and [one.arch for one in both] == ["aarch64", "x86_64"]
    assert pe.read(windows()) == ("x86_64", (6, 0))
    assert pe.read(windows(0xAA64, (10, 0))) == ("aarch64", (10, 0))


def test_objects_and_debug_symbols_are_told_from_what_is_loaded() -> None:
    assert [(macho.read(thin(kind=kind)) or [])[0].loaded for kind in (1, 2, 6, 8, 10)] == [
        False,
        True,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    "data", [b"", b"MZ", b"MZ" + bytes(70), b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(99), thin()[:40]]
)
def test_what_only_begins_alike_is_none(data: bytes) -> None:
    assert macho.read(data) is None and pe.read(data) is None


def test_broken_files_give_an_answer_or_none() -> None:
    rng = random.Random(3)
    for number in range(3000):
        data = bytearray((thin(), fat(thin(), thin()), windows())[number % 3])
        for _ in range(rng.randint(1, 4)):
            data[rng.randrange(len(data))] = rng.choice((0, 255, rng.randrange(256)))
        macho.read(bytes(data))
        pe.read(bytes(data[: rng.randrange(len(data))]))
