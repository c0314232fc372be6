"""formats.tar: what the standard library writes is read back, and nothing broken is."""

from __future__ import annotations

import io
import random
import tarfile

import pytest

from elfin.errors import MalformedArchive
from elfin.formats import tar
from kit.images import Hard, layer
from kit.roots import Link

FILES = {
    "bin": None,
    "bin/sh": b"#!" * 700,
    "./bin/empty": b"",
    "d" * 90 + "/" + "e" * 120 + "/é" * 3: "long",
    "x/" * 60 + "y": "deep",
    "lib": Link("usr/lib/" + "z" * 130),
    "again": Hard("bin/sh"),
}


def members(data: bytes) -> list[tar.Member]:
    return list(tar.members(lambda offset, size: data[offset : offset + size]))


@pytest.mark.parametrize("kind", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
def test_every_dialect_tells_the_same(kind: int) -> None:
    files = dict(FILES)
    if kind == tarfile.USTAR_FORMAT:
        files["lib"] = Link("usr/lib")
        files.pop(next(name for name in files if name.startswith("ddd")))
    data = layer(files, kind=kind)
    found = {member.name.removesuffix("/"): member for member in members(data)}
    assert list(found) == [name.removesuffix("/") for name in files]
    for name, content in files.items():
        member = found[name]
        if isinstance(content, Link | Hard):
            assert (member.kind, member.target) == ("link" if isinstance(content, Link) else "hard link", content)
        elif content is None:
            assert (member.kind, member.size) == ("folder", 0)
        else:
            raw = content.encode() if isinstance(content, str) else content
            assert data[member.offset : member.offset + member.size] == raw and member.kind == "file"


def test_sizes_of_pax_and_of_base_256_count() -> None:
    data = bytearray(layer({"a": b"x" * 600, "b": b"y"}))
    data[124:136] = b"\x80" + (600).to_bytes(11, "big")
    data[148:156] = b"%06o\0 " % (sum(data[:148]) + 8 * 32 + sum(data[156:512]))
    assert [(member.name, member.size) for member in members(bytes(data))] == [("a", 600), ("b", 1)]
    out = io.BytesIO()
    entry = tarfile.TarInfo("p")
    entry.pax_headers = {"size": "3"}
    entry.size = 3
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(entry, io.BytesIO(b"abc"))
    assert [member.size for member in members(out.getvalue())] == [3]


def test_devices_and_sparse_files_are_told_apart() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, kind in (("null", tarfile.CHRTYPE), ("pipe", tarfile.FIFOTYPE), ("holes", tarfile.GNUTYPE_SPARSE)):
            entry = tarfile.TarInfo(name)
            entry.type = kind
            archive.addfile(entry)
    assert [member.kind for member in members(out.getvalue())] == ["other", "other", "sparse file"]


def test_an_archive_without_the_closing_zeros_is_read_and_a_cut_one_is_not() -> None:
    data = layer({"a": b"x" * 600})
    content = data[: data.index(b"x") + 600]
    assert len(members(content)) == 1
    for broken in (content[:-1], content[:700], content[:100], b"", layer({})):
        if not broken.strip(b"\0"):
            assert members(broken) == []
            continue
        with pytest.raises(MalformedArchive, match="cut off"):
            members(broken)


@pytest.mark.parametrize(
    ("at", "value"), [(0, b"Z"), (124, b"9"), (148, b"0000001"), (156, b"M"), (124, b"\x80" + b"\xff" * 11)]
)
def test_a_header_that_lies_is_refused(at: int, value: bytes) -> None:
    data = bytearray(layer({"a": b"x"}))
    data[at : at + len(value)] = value
    if at not in (0, 148):
        data[148:156] = b"%06o\0 " % (sum(data[:148]) + 8 * 32 + sum(data[156:512]))
    with pytest.raises(MalformedArchive):
        members(bytes(data))


@pytest.mark.parametrize("record", [b"9 path=x\n", b"x path=y\n", b"11 path=xyz", b"7 path\n", b"99 path=x\n"])
def test_a_broken_pax_header_is_refused(record: bytes) -> None:
    good = layer({"é" * 80: b""})
    start = good.index(b" path=") - 3
    data = good[:start] + record.ljust(1024 - start, b"\0") + good[1024:]
    with pytest.raises(MalformedArchive):
        members(data)


def test_mutants_raise_malformed_archive_or_nothing() -> None:
    chance = random.Random(5)
    seed = layer(FILES)
    refused = 0
    for _ in range(1500):
        data = bytearray(seed)
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        if chance.random() < 0.3:
            del data[chance.randrange(len(data)) :]
        try:
            members(bytes(data))
        except MalformedArchive:
            refused += 1
    assert refused > 300
