"""A few words -> an ELF file with dynamic symbols, versions, notes and a stack: what `kit.elfsmith` leaves out."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import NamedTuple

from kit.elfsmith import MACHINES

_BASE = 0x400000


class Symbol(NamedTuple):
    """One dynamic symbol."""

    name: str
    library: str | None = None
    version: str | None = None
    weak: bool = False
    defined: bool = False


def imports(text: str, library: str = "libc.so.6") -> list[Symbol]:
    """ "open@GLIBC_2.2.5 statx?@GLIBC_2.28 bare": a question mark makes it weak."""
    found = []
    for word in text.split():
        name, _, version = word.partition("@")
        weak = name.endswith("?")
        found.append(Symbol(name.rstrip("?"), library if version else None, version or None, weak))
    return found


def note(owner: bytes, kind: int, data: bytes, align: int = 4) -> bytes:
    """One ELF note, little endian."""
    name = owner + b"\0"
    padded = name + b"\0" * (-len(name) % 4)
    return struct.pack("<3I", len(name), len(data), kind) + padded + data + b"\0" * (-len(data) % align)


def x86_level(needed: int | None = None, used: int | None = None) -> bytes:
    """The GNU property note of x86-64 levels."""
    data = b""
    for kind, level in ((0xC0008002, needed), (0xC0010002, used)):
        if level is not None:
            data += struct.pack("<3I4x", kind, 4, 1 << (level - 1))
    return note(b"GNU", 5, data, 8)


def binary(  # noqa: C901  one option a branch, all of one file
    machine: str = "x86_64",
    symbols: Sequence[Symbol] = (),
    *,
    needed: Sequence[str] = (),
    interpreter: str | None = None,
    soname: str | None = None,
    rpath: str | None = None,
    runpath: str | None = None,
    stack: bool | None = False,
    notes: bytes = b"",
    kind: int = 3,
    pie: bool = False,
    textrel: bool = False,
    table: str = "hash",
) -> bytes:
    """The file. `stack`: executable, None for no such header; `table`: "hash", "gnu" or "none" counts the symbols.

    "lld's hash" has words of 32 bits on every machine.
    """
    number, bits, little, flags = MACHINES[machine]
    order, wide = "<" if little else ">", bits == 64
    strings = bytearray(b"\0")

    def text(value: str) -> int:
        strings.extend(value.encode() + b"\0")
        return len(strings) - 1 - len(value.encode())

    entries = [(1, text(name)) for name in needed]
    entries += [(tag, text(value)) for tag, value in ((14, soname), (15, rpath), (29, runpath)) if value is not None]
    entries += [(0x6FFFFFFB, 0x08000000)] if pie else []
    entries += [(22, 0)] if textrel else []
    ordered = sorted(symbols, key=lambda symbol: symbol.defined)  # DT_GNU_HASH wants the undefined ones first
    wants: dict[str, dict[str, list[Symbol]]] = {}
    for symbol in ordered:
        if symbol.version is not None:
            wants.setdefault(symbol.library or "libc.so.6", {}).setdefault(symbol.version, []).append(symbol)
    numbers: dict[tuple[str, str], int] = {}
    verneed = b""
    for index, (library, versions) in enumerate(wants.items()):
        size = 16 + 16 * len(versions)
        following = size if index + 1 < len(wants) else 0
        verneed += struct.pack(order + "HHIII", 1, len(versions), text(library), 16, following)
        for position, (version, users) in enumerate(versions.items()):
            numbers[library, version] = len(numbers) + 2
            weak = 2 if all(user.weak for user in users) else 0
            then = 16 if position + 1 < len(versions) else 0
            verneed += struct.pack(order + "IHHII", 0, weak, numbers[library, version], text(version), then)
    symtab = bytes(24 if wide else 16)
    versym = struct.pack(order + "H", 0)
    for symbol in ordered:
        info = (2 if symbol.weak else 1) << 4 | 2
        section, value = (1, _BASE + 1) if symbol.defined else (0, 0)
        if wide:
            symtab += struct.pack(order + "IBBHQQ", text(symbol.name), info, 0, section, value, 0)
        else:
            symtab += struct.pack(order + "IIIBBH", text(symbol.name), value, 0, info, 0, section)
        key = (symbol.library or "libc.so.6", symbol.version or "")
        versym += struct.pack(order + "H", numbers.get(key, 1) if symbol.version else 1)
    count = len(ordered) + 1
    shape = order + ("QQ" if wide else "II")
    if table in ("hash", "lld's hash"):
        word = "Q" if wide and number == 22 and table == "hash" else "I"  # s390x counts in longer words than all others
        hashes = struct.pack(order + 4 * word, 1, count, 0, 0) + bytes(struct.calcsize(word) * (count - 1))
    else:
        first = count - sum(symbol.defined for symbol in ordered)
        some = first < count
        hashes = struct.pack(order + "4I", 1, first if some else 1, 1, 0) + bytes(8 if wide else 4)
        hashes += struct.pack(order + "I", first if some else 0)
        hashes += b"".join(struct.pack(order + "I", int(n + 1 == count)) for n in range(first, count)) if some else b""

    body = bytearray()
    header_size, entry_size = (64, 56) if wide else (52, 32)
    segments: list[tuple[int, int, int, int]] = []
    count_segments = 1 + (interpreter is not None) + bool(notes) + (stack is not None) + bool(symbols or entries)
    start = header_size + entry_size * count_segments

    def place(data: bytes) -> int:
        while (start + len(body)) % 16:
            body.append(0)
        offset = start + len(body)
        body.extend(data)
        return offset

    if interpreter is not None:
        path = interpreter.encode() + b"\0"
        segments.append((3, 4, place(path), len(path)))
    if notes:
        segments.append((4, 4, place(notes), len(notes)))
    if stack is not None:
        segments.append((0x6474E551, 7 if stack else 6, 0, 0))
    if symbols or entries:
        entries += [(6, _BASE + place(symtab)), (5, _BASE + place(bytes(strings))), (10, len(strings))]
        if table != "none":
            entries.append((4 if "hash" in table else 0x6FFFFEF5, _BASE + place(hashes)))
        if verneed:
            entries += [(0x6FFFFFF0, _BASE + place(versym)), (0x6FFFFFFE, _BASE + place(verneed))]
            entries.append((0x6FFFFFFF, len(wants)))
        data = b"".join(struct.pack(shape, *entry) for entry in (*entries, (0, 0)))
        segments.append((2, 6, place(data), len(data)))
    total = start + len(body)
    segments.insert(0, (1, 5, 0, total))
    headers = b""
    for segment, access, offset, length in segments:
        address = _BASE + offset
        if wide:
            headers += struct.pack(order + "IIQQQQQQ", segment, access, offset, address, 0, length, length, 8)
        else:
            headers += struct.pack(order + "8I", segment, offset, address, 0, length, length, access, 4)
    ident = b"\x7fELF" + bytes([2 if wide else 1, 1 if little else 2, 1, 0]) + bytes(8)
    shape = order + ("HHIQQQIHHHHHH" if wide else "HHIIIIIHHHHHH")
    head = struct.pack(
        shape, kind, number, 1, 0, header_size, 0, flags, header_size, entry_size, len(segments), 0, 0, 0
    )
    return ident + head + headers + bytes(body)
