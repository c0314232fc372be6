"""Binaries of macOS and Windows, as small as they can be: headers, and a load command."""

from __future__ import annotations

import struct

ARM, INTEL = 0x0100000C, 0x01000007


def mach(machine: int = ARM, least: tuple[int, int] = (11, 0), kind: int = 6) -> bytes:
    """A thin 64-bit Mach-O file that says which macOS it needs."""
    body = struct.pack("<6I", 0x32, 24, 1, least[0] << 16 | least[1] << 8, 0, 0)
    return struct.pack("<8I", 0xFEEDFACF, machine, 0, kind, 1, 24, 0, 0) + body


def fat(*slices: bytes) -> bytes:
    """A universal binary."""
    head, body, start = struct.pack(">2I", 0xCAFEBABE, len(slices)), b"", 8 + 20 * len(slices)
    for one in slices:
        head += struct.pack(">5I", 0, 0, start + len(body), len(one), 0)
        body += one
    return head + body


def windows(machine: int = 0x8664, least: tuple[int, int] = (6, 0)) -> bytes:
    """A PE file that says which Windows it needs: headers alone."""
    optional = struct.pack("<H", 0x20B) + bytes(46) + struct.pack("<2H", *least)
    return b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0" + struct.pack("<H", machine) + bytes(18) + optional
