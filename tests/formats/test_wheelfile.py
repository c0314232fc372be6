from __future__ import annotations

import io
import random
import struct
import sys
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elfin.errors import MalformedWheel, UnsafeArchive
from elfin.formats import record, wheelfile
from elfin.formats import zip as archives
from kit.hostilewheels import FILENAME, HOSTILE
from kit.wheelsmith import FOLDER, Member, archive, members, wheel


def listing(data):
    found = wheelfile.directory(data, len(data))
    assert isinstance(found, wheelfile.Directory)
    return found


def content(data, entry):
    return wheelfile.read_member(data[entry.offset : entry.end], entry)


def everything(data, filename=FILENAME):
    """All that the store reads: structure and every member."""
    found = wheelfile.directory(data, len(data))
    if isinstance(found, wheelfile.NeedMore):
        raise MalformedWheel("points before its beginning")
    told = wheelfile.wheel(found, filename, lambda entry: content(data, entry))
    return told, {entry.name: content(data, entry) for entry in found.entries}


@pytest.fixture(params=["isal", "zlib"])
def codec(request, monkeypatch):
    if request.param == "zlib":
        monkeypatch.setitem(sys.modules, "isal", None)
    else:
        pytest.importorskip("isal")


@pytest.mark.parametrize("title", HOSTILE)
def test_hostile_wheels_are_refused_in_one_clause(title):
    with pytest.raises((MalformedWheel, UnsafeArchive)) as caught:
        everything(HOSTILE[title]())
    assert caught.value.message.isprintable()
    assert not caught.value.message.endswith(".")


def test_there_are_enough_hostile_wheels():
    assert len(HOSTILE) >= 130


@pytest.mark.parametrize(
    "shape",
    [
        {},
        {"method": 0},
        {"descriptor": "signed"},
        {"descriptor": "plain"},
        {"descriptor": "wide"},
        {"descriptor": "wide", "zip64": True},
        {"zip64": True},
        {"descriptor": "signed", "local": {"crc": 0}},
        {"flags": 1 << 11},
        {"flags": 0b110},
        {"system": 0, "mode": 0},
        {"extra": struct.pack("<2HBL", 0x5455, 5, 1, 0)},
        {"data": b""},
        {"data": b"", "method": 0},
        {"data": bytes(range(256)) * 40_000},
    ],
)
def test_ordinary_ways_to_write_an_entry_are_read(shape, codec):
    data = archive([Member("spam/x", b"content of x")._replace(**shape), *members()])
    _, contents = everything(data)
    assert contents["spam/x"] == shape.get("data", b"content of x")


def test_folders_zip64_ends_comments_and_foreign_letters_are_read():
    parts = [
        Member("spam/", mode=FOLDER),
        Member("spam/sub/", mode=0, system=0),
        Member("spam/caf\u00e9.txt", b"1"),
        Member("spam/x", b"2", raw_name="spam/\u00e9".encode("cp437"), flags=0),
        *members(),
    ]
    for options in ({}, {"zip64": True}, {"comment": b"made by hand"}):
        _, contents = everything(archive(parts, **options))
        assert contents["spam/caf\u00e9.txt"] == b"1"
        assert contents["spam/\u00e9"] == b"2"
        assert contents["spam/sub/"] == b""


class Pipe(io.RawIOBase):
    """Takes bytes, and cannot go back."""

    def __init__(self):
        self.taken = b""

    def write(self, data):
        self.taken += bytes(data)
        return len(data)

    def writable(self):
        return True


@pytest.mark.parametrize("target", [io.BytesIO, Pipe])
def test_what_the_standard_library_writes_is_read(target):
    stream = target()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for member in members():
            made.writestr(member.name, member.data)
        with made.open("spam/big", "w", force_zip64=True) as big:
            big.write(b"big")
    _, contents = everything(stream.taken if target is Pipe else stream.getvalue())
    assert contents["spam/big"] == b"big"


def test_we_agree_with_the_standard_library_about_contents(codec):
    data = wheel(files={"spam/a.py": "a = 1\n" * 5000, "spam/b.bin": random.Random(1).randbytes(300_000)})
    _, contents = everything(data)
    with zipfile.ZipFile(io.BytesIO(data)) as other:
        assert contents == {name: other.read(name) for name in other.namelist()}


def test_the_structure_of_a_wheel():
    data = wheel(
        "Spam.Egg", "1.0", {"DATA/scripts/x": "#!python\n"}, purelib=False, entry_points="[console_scripts]\na=b:c\n"
    )
    told, _ = everything(data, "spam_egg-1.0-py3-none-any.whl")
    assert (told.name, told.version, told.dist_info) == ("Spam.Egg", "1.0", "Spam.Egg-1.0.dist-info")
    assert told.data == "Spam.Egg-1.0.data"
    assert not told.root_is_purelib
    assert told.scripts == ((("a", "b:c"),), ())
    assert told.warnings == ()


@pytest.mark.parametrize(
    ("named", "says"), [("1.0", "1.0.0"), ("1.0", "1"), ("1.0+a.1", "1.0+a-1"), ("1.0a1", "1.0-alpha1")]
)
def test_versions_are_compared_as_versions(named, says):
    data = wheel(version=named, metadata=f"Name: SPAM\nVersion: {says}\n")
    told, _ = everything(data, f"spam-{named}-py3-none-any.whl")
    assert told.version == says


def test_a_newer_minor_format_and_a_strange_tag_are_fine():
    told, _ = everything(wheel(wheel_file="Wheel-Version: 1.9\nRoot-Is-Purelib: true\nTag: cp27-none-win32\n"))
    assert told.warnings == ("the wheel is of format 1.9, newer than 1.0",)


def test_a_field_given_twice_has_to_say_the_same():
    told, _ = everything(wheel(wheel_file="Wheel-Version: 1.0\nRoot-Is-Purelib: false\nRoot-Is-Purelib: false\n"))
    assert not told.root_is_purelib
    with pytest.raises(MalformedWheel, match="root-is-purelib twice: 'false' and 'true'"):
        everything(wheel(wheel_file="Wheel-Version: 1.0\nRoot-Is-Purelib: false\nRoot-Is-Purelib: true\n"))


def rows(contents):
    return [record.Row(path, record.digest_of(data), len(data)) for path, data in contents.items()]


def test_a_record_that_is_wrong_is_told_but_not_refused():
    told, contents = everything(wheel())
    assert wheelfile.record_problems(told, rows(contents)) == ()
    text = "spam/__init__.py,sha256=AAAA,3\nghost.py,sha256=AAAA,3\nspam-1.0.dist-info/WHEEL,md5=AAAA,3\n"
    told, contents = everything(wheel(record=text))
    problems = "\n".join(wheelfile.record_problems(told, rows(contents)))
    assert "another hash or size of 'spam/__init__.py'" in problems
    assert "lists 'ghost.py', which is not there" in problems
    assert "no sha256 of 'spam-1.0.dist-info/WHEEL'" in problems
    assert "does not list 'spam-1.0.dist-info/METADATA'" in problems


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.integers(0, 400), st.booleans(), st.sampled_from([b"", b"a comment"]))
def test_a_remote_wheel_is_read_from_its_end(length, zip64, comment):
    data = archive(members(), zip64=zip64, comment=comment)
    tail = data[len(data) - min(length, len(data)) :]
    asked = []
    while isinstance(found := wheelfile.directory(tail, len(data)), wheelfile.NeedMore):
        assert found.offset < len(data) - len(tail)
        asked.append(found.offset)
        tail = data[found.offset :]
    assert len(asked) <= 3
    assert found == listing(data)
    entry = wheelfile.metadata_entry(found, FILENAME)
    assert wheelfile.read_member(data[entry.offset : entry.end], entry).startswith(b"Metadata-Version: 2.1\nName: spam")


def test_a_short_range_of_a_member_is_refused():
    data = wheel()
    entry = wheelfile.metadata_entry(listing(data), FILENAME)
    with pytest.raises(MalformedWheel, match="cut off"):
        wheelfile.read_member(data[entry.offset : entry.end - 1], entry)
    with pytest.raises(MalformedWheel, match="more than 10"):
        wheelfile.read_member(data[entry.offset : entry.end], entry, limit=10)


def test_too_many_entries_are_not_even_read():
    data = archive(members(), zip64=True, end64={"count": 200_001})
    with pytest.raises(MalformedWheel, match="200001 files"):
        wheelfile.directory(data, len(data))


def test_large_archives_may_be_larger_unpacked(monkeypatch):
    monkeypatch.setattr(archives, "MAX_TOTAL", 1000)
    everything(wheel(files={"spam/x": "x" * 900}))
    with pytest.raises(MalformedWheel, match="unpack to more"):
        listing(wheel(files={"spam/x": "x" * 50_000}))


def test_mutants_are_refused_or_whole(codec):
    """Bytes changed, removed or doubled anywhere: no other error, and nothing accepted whose content is not its
    CRC's."""
    seeds = [wheel(), archive(members(), zip64=True), archive([m._replace(descriptor="signed") for m in members()])]
    dice = random.Random(20)
    accepted = 0
    for _ in range(1500):
        data = bytearray(dice.choice(seeds))
        for _ in range(dice.choice((1, 1, 1, 2, 4))):
            place = dice.randrange(len(data))
            kind = dice.randrange(4)
            if kind == 0:
                data[place] = dice.randrange(256)
            elif kind == 1:
                data[place] ^= 1 << dice.randrange(8)
            elif kind == 2:
                del data[place : place + dice.randrange(1, 30)]
            else:
                data[place:place] = data[place : place + dice.randrange(1, 30)]
        try:
            told, contents = everything(bytes(data))
        except (MalformedWheel, UnsafeArchive):
            continue
        accepted += 1
        with zipfile.ZipFile(io.BytesIO(data)) as other:
            assert {name: other.read(name) for name in other.namelist()} == contents
        assert told.name == "spam"
    assert accepted < 600
