"""Wheels that must be refused, by what is wrong with them. Each is otherwise a proper `spam-1.0-py3-none-any.whl`."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from kit.wheelsmith import FOLDER, LINK, Member, archive, members, wheel

FILENAME = "spam-1.0-py3-none-any.whl"
Shape = Callable[[], bytes]


def plus(*extra: Member, **options: Any) -> Shape:
    """A proper wheel with more entries."""
    return lambda: archive([*extra, *members()], **options)


def first(**changes: Any) -> Shape:
    """A proper wheel whose first entry is changed."""

    def shape() -> bytes:
        head, *rest = members()
        return archive([head._replace(**changes), *rest])

    return shape


def made(**options: Any) -> Shape:
    """A wheel with other contents."""
    return lambda: wheel(**options)


def cut(end: int) -> Shape:
    """A proper wheel without its last bytes."""
    return lambda: wheel()[:end]


def _names() -> Iterator[tuple[str, Shape]]:
    for title, name in {
        "up": "../../evil.py",
        "up in the middle": "spam/../../evil.py",
        "up that stays inside": "spam/../evil.py",
        "absolute": "/evil.py",
        "backslash up": "..\\..\\evil.py",
        "backslash": "spam\\evil.py",
        "drive": "C:evil.py",
        "drive slash": "C:/evil.py",
        "dot": "./evil.py",
        "only dot": ".",
        "only dots": "..",
        "empty part": "spam//evil.py",
        "dot part": "spam/./evil.py",
        "data up": "spam-1.0.data/data/../../evil",
        "scripts up": "spam-1.0.data/scripts/../x",
        "newline": "spam/a\nb.py",
        "carriage return": "spam/a\rb.py",
        "tab": "spam/a\tb.py",
        "escape": "spam/\x1b[31m.py",
        "bell title": "spam/\x1b]0;x\x07.py",
        "delete": "spam/\x7f.py",
        "c1": "spam/\x9b31m.py",
        "nul": "spam/a\0.py",
        "bidi": "spam/\u202eyp.py",
        "zero width": "spam/\u200bx.py",
        "line separator": "spam/\u2028x.py",
        "long part": "spam/" + "x" * 256,
        "long path": "spam/" + "/".join(["x" * 200] * 6),
        "deep": "d/" * 70 + "x",
    }.items():
        yield f"name {title}", plus(Member(name, b"evil"))
    yield "name empty", plus(Member("", b"evil"))
    yield "name slash only", plus(Member("/", b""))
    yield "name bad utf-8", plus(Member("x", b"", raw_name=b"spam/\xff\xfe.py", flags=1 << 11))
    yield "name twice same", plus(Member("spam/a.py", b"1"), Member("spam/a.py", b"1"))
    yield "name twice other", plus(Member("spam/a.py", b"1"), Member("spam/a.py", b"2"))
    yield "folder twice", plus(Member("spam/", mode=FOLDER), Member("spam/", mode=FOLDER))
    yield "accents twice", plus(Member("spam/\u00e9.py", b"1"), Member("spam/e\u0301.py", b"2"))
    yield "file and folder", plus(Member("spam", b"1"))
    yield "file and folder entry", plus(Member("spam/x", b"1"), Member("spam/x/", mode=FOLDER))
    yield "file above file", plus(Member("spam/x", b"1"), Member("spam/x/y/z", b"2"))


def _kinds() -> Iterator[tuple[str, Shape]]:
    yield "symlink", plus(Member("spam/link", b"/etc/passwd", mode=LINK))
    yield "symlink from dos", plus(Member("spam/link", b"/etc/passwd", mode=LINK, system=0))
    yield "symlink and through", plus(Member("lib", b"/tmp", mode=LINK), Member("lib/x", b"1"))
    for title, mode in {"fifo": 0o010644, "device": 0o020644, "block": 0o060644, "socket": 0o140644}.items():
        yield f"kind {title}", plus(Member("spam/special", b"", mode=mode))
    yield "folder with content", plus(Member("spam/x/", b"content", mode=FOLDER))
    yield "folder named as file", plus(Member("spam/x", b"", mode=FOLDER))
    yield "file named as folder", plus(Member("spam/x/", b""))
    yield "dos folder named as file", plus(Member("spam/x", b"", mode=0, system=0, central={"attributes": 0x10}))


def _entries() -> Iterator[tuple[str, Shape]]:
    for title, told in {
        "crc": {"crc": 1},
        "size": {"size": 1},
        "packed": {"packed": 3},
        "method": {"method": 0},
        "flags": {"flags": 2},
        "name": {"name": b"spam/__other_.py"},
        "utf-8 flag": {"flags": 1 << 11},
    }.items():
        yield f"local {title} differs", first(local=told)
    for title, told in {
        "crc": {"crc": 1},
        "size": {"size": 1},
        "longer": {"size": 99},
        "packed": {"packed": 3},
        "disk": {"disk": 1},
        "offset": {"offset": 1},
        "zip64 missing": {"size": 0xFFFFFFFF},
    }.items():
        yield f"central {title} wrong", first(central=told)
    yield "hidden entry", plus(Member("spam/hidden.py", b"1", hidden=True))
    yield "ghost entry", plus(Member("spam/ghost.py", b"1", ghost=True))
    yield (
        "two entries one place",
        plus(Member("spam/a.py", b"1"), Member("spam/b.py", b"1", ghost=True, central={"offset": 0})),
    )
    yield "gap", plus(Member("spam/a.py", b"1"), Member("spam/b.py", b"1", before=b"gap"))
    yield "entry comment", first(comment=b"hello")
    yield "second name", first(extra=struct.pack("<2HBL", 0x7075, 10, 1, 0) + b"other")
    yield "extra cut", first(extra=b"\x01")
    yield "extra overrun", first(extra=struct.pack("<2H", 0x5455, 40))
    yield "extra twice", first(extra=struct.pack("<2HL", 0x5455, 4, 0) * 2)
    yield "zip64 extra too short", first(extra=struct.pack("<2HL", 1, 4, 0))
    yield "zip64 extra lies", first(extra=struct.pack("<2H2Q", 1, 16, 5, 5))
    yield "zip64 central lies", first(zip64=True, central={"size": 1 << 40})
    for method in (1, 6, 12, 14, 93, 95, 99):
        yield f"method {method}", first(method=method, packed_data=b"xx")
    for bit in (0, 4, 5, 6, 13):
        yield f"flag bit {bit}", first(flags=1 << bit)
    yield "bad crc", first(central={"crc": 1}, local={"crc": 1})
    yield "bad deflate", first(packed_data=b"\xff" * 20)
    yield "cut deflate", first(data=b"x" * 999, packed_data=b"\x4b")
    yield "bytes after deflate", first(packed_data=_deflate(b"version = '1.0'\n") + b"more")
    yield "second deflate stream", first(packed_data=_deflate(b"version = '1.0'\n") * 2)
    yield "stored sizes differ", first(method=0, central={"size": 3}, local={"size": 3})
    yield "descriptor wrong", first(descriptor="signed", packed_data=_deflate(b"other"))
    yield "descriptor missing", first(flags=1 << 3)
    yield "descriptor unflagged", first(descriptor="signed", flags=0)
    yield "bomb", lambda: archive([_claims(1 << 40), *members()])
    yield "bomb of many", lambda: archive([*(_claims(1 << 29, f"spam/{n}") for n in range(3)), *members()])


def _ends() -> Iterator[tuple[str, Shape]]:
    yield "empty", lambda: b""
    yield "not a zip", lambda: b"<!doctype html><title>Log in</title>" * 9
    yield "empty zip", lambda: archive([])
    yield "prefix", lambda: archive(members(), prefix=b"#!/bin/sh\n")
    yield "prefix in offsets", plus(Member("spam/a.py", b"1", before=b"#!/bin/sh\n"))
    yield "suffix", lambda: archive(members(), suffix=b"more")
    yield "zip after zip", lambda: wheel() + wheel()
    yield "zip in comment", lambda: archive(members(), comment=wheel())
    yield "record in comment", lambda: archive(members(), comment=b"xxPK\x05\x06xx")
    for title, told in {
        "count high": {"count": 99},
        "count low": {"count": 1},
        "count zero": {"count": 0},
        "size short": {"size": 9},
        "start early": {"start": 0},
        "start late": {"start": 1 << 20},
        "disk": {"disk": 1},
        "size zero": {"size": 0},
    }.items():
        yield f"end {title}", lambda told=told: archive(members(), end=told)  # type: ignore[misc]
        yield f"end64 {title}", lambda told=told: archive(members(), zip64=True, end64=told)  # type: ignore[misc]
    yield "locator wrong", lambda: archive(members(), zip64=True, end64={"record": 1})
    for end in (-1, -21, -22, -23, -60, 100, 40, 4, 1):
        yield f"cut at {end}", cut(end)


def _structure() -> Iterator[tuple[str, Shape]]:
    yield "no dist-info", lambda: archive(members()[:1])
    for name in ("METADATA", "WHEEL", "RECORD"):
        yield f"no {name}", lambda name=name: archive([m for m in members() if not m.name.endswith(name)])  # type: ignore[misc]
    yield "two dist-infos", plus(Member("other-1.0.dist-info/METADATA", b""))
    yield "dist-info of another", lambda: archive(members("other"))
    yield "dist-info of another version", lambda: archive(members(version="2.0"))
    yield "metadata of another", made(metadata="Name: other\nVersion: 1.0\n")
    yield "metadata of another version", made(metadata="Name: spam\nVersion: 9.9\n")
    yield "metadata without name", made(metadata="Version: 1.0\n")
    yield "metadata name twice", made(metadata="Name: spam\nName: other\nVersion: 1.0\n")
    yield "metadata name in body", made(metadata="Version: 1.0\n\nName: spam\n")
    yield "metadata name binary", made(metadata="Name: sp\u00e4m\nVersion: 1.0\n")
    yield "metadata huge", made(metadata="Name: spam\nVersion: 1.0\n" + "x" * (17 << 20))
    yield "wheel 2.0", made(wheel_file="Wheel-Version: 2.0\nRoot-Is-Purelib: true\n")
    yield "wheel without version", made(wheel_file="Root-Is-Purelib: true\n")
    yield "wheel version rubbish", made(wheel_file="Wheel-Version: one\n")
    yield "wheel huge", made(wheel_file="Wheel-Version: 1.0\n" + "x" * (70 << 10))
    yield "record binary", made(record=b"\xff\xfe\x00")
    yield "record columns", made(record="spam/__init__.py,sha256=x\n")
    yield "record quote", made(record='"spam/__init__.py,sha256=x,1\n')
    yield "record size", made(record="spam/__init__.py,sha256=x,many\n")
    yield "data of another", made(files={"other-1.0.data/scripts/x": "1"})
    yield "data scheme unknown", made(files={"DATA/stdlib/os.py": "1"})
    yield "data without scheme", made(files={"DATA/file": "1"})
    yield "folder in scripts", made(files={"DATA/scripts/sub/x": "1"})
    for title, line in {
        "up": "../../x = spam:main",
        "absolute": "/bin/x = spam:main",
        "blank": "a b = spam:main",
        "hidden": ".x = spam:main",
        "no value": "x",
        "no object": "x = spam",
        "code": "x = spam:main(); import os",
        "code in module": "x = os;spam:main",
        "keyword-like": "x = spam:1st",
        "empty part": "x = spam..a:main",
        "two": "x = spam:a\nx = spam:b",
        "colon": "x = spam:main:more",
        "long": "x" * 300 + " = spam:main",
    }.items():
        yield f"entry point {title}", made(entry_points=f"[console_scripts]\n{line}\n")
    yield "entry point both", made(entry_points="[console_scripts]\nx = a:b\n[gui_scripts]\nx = a:b\n")


def _deflate(data: bytes) -> bytes:
    stream = zlib.compressobj(6, zlib.DEFLATED, -15)
    return stream.compress(data) + stream.flush()


def _claims(size: int, name: str = "spam/zeros") -> Member:
    extra = struct.pack("<2HQ", 1, 8, size) if size >= 0xFFFFFFFF else b""
    told = {"size": min(size, 0xFFFFFFFF), "extra": extra}
    return Member(name, b"\0" * 4096, central=told, local=told)


HOSTILE: dict[str, Shape] = {
    title: shape for group in (_names, _kinds, _entries, _ends, _structure) for title, shape in group()
}
