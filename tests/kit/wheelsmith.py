"""Wheels made from a few words, honest and hostile: a ZIP writer that does as it is told, also when that is wrong.

`wheel(...)` gives the bytes of a proper wheel; `members(...)` gives its parts, to be changed with `_replace` and
written with `archive(...)`, every field of which can be made to lie.
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

REGULAR = 0o100644
EXECUTABLE = 0o100755
LINK = 0o120777
FOLDER = 0o040755


class Member(NamedTuple):
    """One entry of an archive, and the lies told about it."""

    name: str
    data: bytes = b""
    method: int = 8
    mode: int = REGULAR
    system: int = 3
    raw_name: bytes | None = None
    flags: int | None = None
    descriptor: str | None = None
    """None, "signed", "plain" or "wide" (zip64)."""
    zip64: bool = False
    extra: bytes = b""
    comment: bytes = b""
    local: Mapping[str, Any] = {}
    """Fields of the local header that differ: name, flags, method, crc, packed, size, extra."""
    central: Mapping[str, Any] = {}
    """Fields of the central header that differ: the same, and offset, disk, attributes."""
    before: bytes = b""
    """Bytes between the previous entry and this one."""
    hidden: bool = False
    """Only local, not in the directory."""
    ghost: bool = False
    """Only in the directory."""
    packed_data: bytes | None = None
    """Instead of the compressed data."""


def archive(
    members: Sequence[Member],
    *,
    prefix: bytes = b"",
    suffix: bytes = b"",
    comment: bytes = b"",
    zip64: bool = False,
    end: Mapping[str, Any] | None = None,
    end64: Mapping[str, Any] | None = None,
) -> bytes:
    """The bytes of a ZIP archive. `end` and `end64` change fields of the end records: count, size, start, disk."""
    body = bytearray(prefix)
    directory = bytearray()
    count = 0
    for member in members:
        body += member.before
        offset = len(body) - len(prefix)
        local, data, central = _parts(member, offset)
        if not member.ghost:
            body += local + data
        if not member.hidden:
            directory += central
            count += 1
    start = len(body) - len(prefix)
    told = {"count": count, "size": len(directory), "start": start, "disk": 0, **(end or {})}
    result = bytes(body + directory)
    if zip64:
        result += _end64(len(result) - len(prefix), {**told, **(end64 or {})})
        told = {"count": 0xFFFF, "size": 0xFFFFFFFF, "start": 0xFFFFFFFF, "disk": 0}
    result += struct.pack(
        "<4s4H2LH",
        b"PK\x05\x06",
        told["disk"],
        0,
        told["count"],
        told["count"],
        told["size"],
        told["start"],
        len(comment),
    )
    return result + comment + suffix


def _end64(position: int, told: Mapping[str, Any]) -> bytes:
    record = struct.pack(
        "<4sQ2H2L4Q",
        b"PK\x06\x06",
        44,
        45,
        45,
        told["disk"],
        0,
        told["count"],
        told["count"],
        told["size"],
        told["start"],
    )
    return record + struct.pack("<4sLQL", b"PK\x06\x07", 0, told.get("record", position), 1)


def _parts(member: Member, offset: int) -> tuple[bytes, bytes, bytes]:
    name = member.raw_name if member.raw_name is not None else member.name.encode()
    packed = member.packed_data
    if packed is None:
        packed = _deflated(member.data) if member.method == 8 else member.data
    flags = member.flags
    if flags is None:
        flags = (0 if name.isascii() else 1 << 11) | (1 << 3 if member.descriptor else 0)
    facts = {
        "name": name,
        "flags": flags,
        "method": member.method,
        "crc": zlib.crc32(member.data),
        "packed": len(packed),
        "size": len(member.data),
        "extra": member.extra,
        "offset": offset,
        "disk": 0,
        "attributes": member.mode << 16,
    }
    told = {**facts, **member.local}
    if member.descriptor:
        told = {**facts, "crc": 0, "packed": 0, "size": 0, **member.local}
    if member.zip64:
        told["extra"] += struct.pack("<2H2Q", 1, 16, told["size"], told["packed"])
        told["size"] = told["packed"] = 0xFFFFFFFF
    local = (
        struct.pack(
            "<4s5H3L2H",
            b"PK\x03\x04",
            20,
            told["flags"],
            told["method"],
            0,
            0x21,
            told["crc"],
            told["packed"],
            told["size"],
            len(told["name"]),
            len(told["extra"]),
        )
        + told["name"]
        + told["extra"]
    )
    told = {**facts, **member.central}
    if member.zip64:
        told["extra"] += struct.pack("<2H2Q", 1, 16, told["size"], told["packed"])
        told["size"] = told["packed"] = 0xFFFFFFFF
    central = (
        struct.pack(
            "<4s6H3L5H2L",
            b"PK\x01\x02",
            member.system << 8 | 20,
            20,
            told["flags"],
            told["method"],
            0,
            0x21,
            told["crc"],
            told["packed"],
            told["size"],
            len(told["name"]),
            len(told["extra"]),
            len(member.comment),
            told["disk"],
            0,
            told["attributes"],
            told["offset"],
        )
        + told["name"]
        + told["extra"]
        + member.comment
    )
    return local, packed + _descriptor(member.descriptor, facts), central


def _descriptor(kind: str | None, facts: Mapping[str, Any]) -> bytes:
    if kind is None:
        return b""
    sizes = struct.pack("<2Q" if kind == "wide" else "<2L", facts["packed"], facts["size"])
    return (b"" if kind == "plain" else b"PK\x07\x08") + struct.pack("<L", facts["crc"]) + sizes


def _deflated(data: bytes) -> bytes:
    stream = zlib.compressobj(6, zlib.DEFLATED, -15)
    return stream.compress(data) + stream.flush()


def row(path: str, data: bytes) -> str:
    """One line of RECORD."""
    digest = base64.urlsafe_b64encode(sha256(data).digest()).rstrip(b"=").decode()
    return f"{path},sha256={digest},{len(data)}\n"


def filename(name: str, version: str, tag: str = "py3-none-any") -> str:
    """The file name of a wheel."""
    return f"{name.replace('-', '_')}-{version}-{tag}.whl"


def members(
    name: str = "spam",
    version: str = "1.0",
    files: Mapping[str, bytes | str] | None = None,
    *,
    purelib: bool = True,
    entry_points: str = "",
    metadata: str | None = None,
    wheel_file: str | None = None,
    record: str | bytes | None = None,
    executable: Sequence[str] = (),
    tag: str = "py3-none-any",
) -> list[Member]:
    """The entries of a wheel. Paths in `files` that begin with "DATA/" go to the `.data` folder, "INFO/" to dist-info.

    `metadata`, `wheel_file` and `record` replace the generated texts.
    """
    stem = f"{name.replace('-', '_')}-{version}"
    info = f"{stem}.dist-info"
    if files is None:
        files = {f"{name.replace('-', '_')}/__init__.py": f"version = {version!r}\n"}
    contents: dict[str, bytes] = {}
    for path, data in files.items():
        spelled = path.replace("DATA/", f"{stem}.data/", 1) if path.startswith("DATA/") else path
        spelled = spelled.replace("INFO/", f"{info}/", 1) if spelled.startswith("INFO/") else spelled
        contents[spelled] = data.encode() if isinstance(data, str) else data
    if metadata is None:
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    if wheel_file is None:
        wheel_file = f"Wheel-Version: 1.0\nGenerator: smith\nRoot-Is-Purelib: {str(purelib).lower()}\nTag: {tag}\n"
    contents[f"{info}/METADATA"] = metadata.encode()
    contents[f"{info}/WHEEL"] = wheel_file.encode()
    if entry_points:
        contents[f"{info}/entry_points.txt"] = entry_points.encode()
    if record is None:
        record = "".join(row(path, data) for path, data in contents.items()) + f"{info}/RECORD,,\n"
    contents[f"{info}/RECORD"] = record.encode() if isinstance(record, str) else record
    return [Member(path, data, mode=EXECUTABLE if path in executable else REGULAR) for path, data in contents.items()]


def wheel(
    name: str = "spam", version: str = "1.0", files: Mapping[str, bytes | str] | None = None, **options: Any
) -> bytes:
    """The bytes of a proper wheel; options as for `members`."""
    return archive(members(name, version, files, **options))
