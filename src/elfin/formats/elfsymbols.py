"""Symbols of an ELF file that others must provide, each with the version and the library it was linked with.

Follows the System V gABI ("Symbol Table", "Hash Table") and GNU symbol versioning (LSB 3.1, 10.7). Of defined symbols
only those asked for are named. Refuses, with MalformedElf, tables outside the file or of absurd size.
"""

from __future__ import annotations

import struct

from elfin.errors import MalformedElf
from elfin.formats import elfdynamic as dynamics
from elfin.formats.elfdynamic import Dynamic
from elfin.record import NamedTuple

_MAX_SYMBOLS = 4_000_000
_MAX_VERSIONS = 65536
_STB_WEAK, _STB_GLOBAL = 2, 1
_VER_FLG_WEAK = 2
_EM_S390, _EM_ALPHA = 22, 0x9026


class Version(NamedTuple):
    """One version that is needed of a library."""

    library: str
    """As DT_NEEDED names it: "libc.so.6"."""
    name: str
    """ "GLIBC_2.34"."""
    weak: bool
    """The loader goes on without it (VER_FLG_WEAK)."""


class Import(NamedTuple):
    """A symbol that some library must provide."""

    name: str
    version: Version | None
    """None: any version will do, from any library."""
    weak: bool
    """The program runs without it, and has to look before it calls."""


class Symbols(NamedTuple):
    """What a file takes and what it gives."""

    versions: tuple[Version, ...]
    """Every version needed, in the order of the file, whether or not a symbol carries it."""
    imports: tuple[Import, ...]
    defined: tuple[str, ...]
    """Defined names with one of the prefixes that were asked for."""


def read(dynamic: Dynamic, prefixes: tuple[bytes, ...] = ()) -> Symbols:
    """The symbols; `prefixes` tells which defined names are wanted. Raises MalformedElf."""
    versions = _versions(dynamic)
    imports, defined = _symbols(dynamic, versions, prefixes)
    return Symbols(tuple(version for version in versions.values()), imports, defined)


def _versions(dynamic: Dynamic) -> dict[int, Version]:
    """Needed versions by the number that symbols refer to them with."""
    address, count = dynamic.value(dynamics.DT_VERNEED), dynamic.value(dynamics.DT_VERNEEDNUM)
    found: dict[int, Version] = {}
    if address is None or not count:
        return found
    if count > _MAX_VERSIONS:
        raise MalformedElf("the ELF file has impossibly many versions")
    offset = dynamic.offset(address)
    unnumbered = -1
    budget = _MAX_VERSIONS
    for _ in range(count):
        # Verneed: vn_version, vn_cnt, vn_file, vn_aux, vn_next
        row = struct.unpack(dynamic.order + "HHIII", dynamic.exactly(offset, 16, "version table"))
        _, entries, library, auxiliary, following = row
        at = offset + auxiliary
        for _ in range(entries):
            budget -= 1
            if budget < 0:
                raise MalformedElf("the ELF file has impossibly many versions")
            # Vernaux: vna_hash, vna_flags, vna_other, vna_name, vna_next
            _, flags, other, name, then = struct.unpack(
                dynamic.order + "IHHII", dynamic.exactly(at, 16, "version table")
            )
            number = other & 0x7FFF
            if number < 2 or number in found:  # no symbol can mean it, the loader asks for it all the same
                number, unnumbered = unnumbered, unnumbered - 1
            found[number] = Version(dynamic.name(library), dynamic.name(name), bool(flags & _VER_FLG_WEAK))
            if not then:
                break
            at += then
        if not following:
            break
        offset += following
    return found


def _symbols(
    dynamic: Dynamic, versions: dict[int, Version], prefixes: tuple[bytes, ...]
) -> tuple[tuple[Import, ...], tuple[str, ...]]:
    address = dynamic.value(dynamics.DT_SYMTAB)
    if address is None:
        return (), ()
    wide = dynamic.header.bits == 64
    shape = dynamic.order + ("IBBHQQ" if wide else "IIIBBH")
    size = struct.calcsize(shape)
    exact, most = _count(dynamic, address, size)
    if most == 0:
        return (), ()
    offset = dynamic.offset(address)
    data = dynamic.exactly(offset, exact * size, "symbol table")
    if most > exact:
        data += dynamic.some(offset + exact * size, (most - exact) * size)
        data = data[: len(data) // size * size]
    numbers = _numbers(dynamic, len(data) // size)
    info, section, value = (1, 3, 4) if wide else (3, 5, 1)
    strings = dynamic.strings
    imports: list[Import] = []
    defined: list[str] = []
    for index, row in enumerate(struct.iter_unpack(shape, data)):
        if row[section] != 0:
            if prefixes and strings.startswith(prefixes, row[0]) and index < exact:
                defined.append(dynamic.name(row[0]))
            continue
        binding = row[info] >> 4
        if not row[0] or binding not in (_STB_GLOBAL, _STB_WEAK):
            continue
        if index >= exact and (row[value] or row[0] >= len(strings)):  # past the end: something else lies there
            break
        version = versions.get(numbers[index] & 0x7FFF) if index < len(numbers) else None
        imports.append(Import(dynamic.name(row[0]), version, binding == _STB_WEAK))
    return tuple(imports), tuple(defined)


def _numbers(dynamic: Dynamic, count: int) -> tuple[int, ...]:
    """DT_VERSYM: the number of each symbol's version."""
    address = dynamic.value(dynamics.DT_VERSYM)
    if address is None:
        return ()
    data = dynamic.some(dynamic.offset(address), 2 * count)
    return struct.unpack(f"{dynamic.order}{len(data) // 2}H", data[: len(data) // 2 * 2])


def _count(dynamic: Dynamic, address: int, size: int) -> tuple[int, int]:
    """(symbols there are for sure, symbols there may be): the section says nowhere how many.

    DT_HASH counts them all. DT_GNU_HASH counts up to the last defined one, so a program that defines none has no count:
    then the next table is the bound, and what does not look like an undefined symbol ends the list.
    """
    table = dynamic.value(dynamics.DT_HASH)
    if table is not None:
        exact = most = _count_by_hash(dynamic, dynamic.offset(table))
    else:
        table = dynamic.value(dynamics.DT_GNU_HASH)
        exact = 0 if table is None else _count_by_gnu_hash(dynamic, dynamic.offset(table))
        most = exact or dynamic.room(address) // size
    if max(exact, most) > _MAX_SYMBOLS:
        raise MalformedElf("the ELF file has impossibly many symbols")
    return exact, most


def _count_by_hash(dynamic: Dynamic, offset: int) -> int:
    """nchain. Words are of 64 bits on s390x and Alpha; lld writes 32 bits there as well, which read as too many."""
    if dynamic.header.bits == 64 and dynamic.header.machine in (_EM_S390, _EM_ALPHA):
        buckets, chains = struct.unpack(dynamic.order + "QQ", dynamic.exactly(offset, 16, "hash table"))
        if max(buckets, chains) <= _MAX_SYMBOLS:
            return int(chains)
    return int(struct.unpack(dynamic.order + "II", dynamic.exactly(offset, 8, "hash table"))[1])


def _count_by_gnu_hash(dynamic: Dynamic, offset: int) -> int:
    """Symbols up to the end of the last chain, 0 where every bucket is empty."""
    buckets, first, words, _ = struct.unpack(dynamic.order + "4I", dynamic.exactly(offset, 16, "hash table"))
    if max(buckets, words) > _MAX_SYMBOLS:
        raise MalformedElf("the ELF file has an impossible hash table")
    at = offset + 16 + words * (dynamic.header.bits // 8)
    data = dynamic.exactly(at, 4 * buckets, "hash table")
    last: int = max(struct.unpack(f"{dynamic.order}{buckets}I", data), default=0)
    if last < max(first, 1):
        return 0
    chains = at + 4 * buckets
    for index in range(last, _MAX_SYMBOLS):
        (value,) = struct.unpack(dynamic.order + "I", dynamic.exactly(chains + 4 * (index - first), 4, "hash table"))
        if value & 1:
            return index + 1
    raise MalformedElf("the ELF file has impossibly many symbols")
