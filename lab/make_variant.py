"""The words of a variant's steps: each changes a root that is being made. Paths are relative to the root.

remove PATH · empty FOLDER · link PATH TARGET · file PATH TEXT (executable)
take PLACE THERE PATH     a file of another place, links followed
build NAME THERE PATH     a file of a CPython build
elf PATH WORD=VALUE...    a tiny ELF file of that shape (tests/kit/elfsmith.py); nothing can run with it
says PATH TEXT DATA       a static x86_64 program that prints TEXT to standard error, with DATA lying behind it
"""

from __future__ import annotations

import os
import shutil
import struct
from collections.abc import Callable


def act(root: str, step: tuple[str, ...], *, root_of: Callable[[str], str], build: Callable[[str], str]) -> None:
    """Do one step. `root_of` tells where a place's root is, `build` where a CPython build is."""
    word, *rest = step
    if word == "take":
        _copy(inside(root_of(rest[0]), rest[1]), _ready(root, rest[2]))
    elif word == "build":
        _copy(os.path.join(build(rest[0]), rest[1]), _ready(root, rest[2]))
    elif word == "elf":
        _write(_ready(root, rest[0]), _elf(rest[1:]))
    elif word == "says":
        _write(_ready(root, rest[0]), _says(rest[1], rest[2]))
    elif word == "file":
        _write(_ready(root, rest[0]), rest[1].encode())
    elif word == "link":
        os.symlink(rest[1], _ready(root, rest[0]))
    elif word == "remove":
        os.unlink(_parent(root, rest[0]))
    elif word == "empty":
        folder = inside(root, rest[0])
        shutil.rmtree(folder)
        os.mkdir(folder)
    else:
        raise ValueError(f"no such step: {word}")


def inside(root: str, path: str) -> str:
    """Where a path of a root leads on this machine, with the root's links followed within the root."""
    done, left = "", [part for part in path.split("/") if part]
    for _ in range(40 * (len(left) + 1)):
        if not left:
            return root + done
        part = left.pop(0)
        if part == "..":
            done = done.rpartition("/")[0]
            continue
        here = f"{root}{done}/{part}"
        if os.path.islink(here):
            target = os.readlink(here)
            done = "" if target.startswith("/") else done
            left = [one for one in target.split("/") if one not in ("", ".")] + left
        else:
            done = f"{done}/{part}"
    raise ValueError(f"links without end: {path}")


def _parent(root: str, path: str) -> str:
    """A path of the root whose last part is not followed."""
    folder, _, name = path.rpartition("/")
    return os.path.join(inside(root, folder), name)


def _ready(root: str, path: str) -> str:
    """The same, with its folder made and nothing at it."""
    there = _parent(root, path)
    os.makedirs(os.path.dirname(there), exist_ok=True)
    if os.path.lexists(there):
        os.unlink(there)
    return there


def _copy(source: str, target: str) -> None:
    shutil.copyfile(source, target)
    os.chmod(target, 0o755)


def _write(path: str, data: bytes) -> None:
    with open(path, "wb") as file:
        file.write(data)
    os.chmod(path, 0o755)


def _elf(words: list[str]) -> bytes:
    from kit import elfsmith

    said = dict(word.split("=", 1) for word in words)
    lists = {key: said[key].split(",") for key in ("needed", "offers") if key in said}
    return elfsmith.elf(
        "x86_64",
        interpreter=said.get("interpreter"),
        soname=said.get("soname"),
        rodata=said.get("rodata", "").replace("\\0", "\0").encode() + b"\0",
        **lists,  # type: ignore[arg-type]
    )


def _says(text: str, data: str) -> bytes:
    """write(2, text), exit(1), in machine code."""
    code = b"\xbf\x02\0\0\0" + b"\x48\x8d\x35\x18\0\0\0" + b"\xba" + struct.pack("<I", len(text)) + b"\xb8\x01\0\0\0"
    code += b"\x0f\x05" + b"\xbf\x01\0\0\0" + b"\xb8\x3c\0\0\0" + b"\x0f\x05"
    body = code + text.encode() + b"\0" + data.encode() + b"\0"
    place = 0x400000
    ident = b"\x7fELF\x02\x01\x01" + bytes(9)
    head = struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, place + 120, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    size = 120 + len(body)
    return ident + head + struct.pack("<IIQQQQQQ", 1, 5, 0, place, place, size, size, 0x1000) + body
