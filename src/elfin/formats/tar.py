"""Tar archives member by member: ustar and pax (POSIX.1-2017, `pax`, "ustar Interchange Format"), GNU's long names.

Only headers are read, content is told by its place. Names are handed over as they are written, with whatever `..` is in
them: who lands them anywhere judges that. Refuses, with MalformedArchive, a header whose checksum is wrong, absurd
sizes, content that lies beyond the end, and multi-volume archives. Sparse files are told apart and not expanded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from elfin.errors import MalformedArchive
from elfin.record import NamedTuple

Source = Callable[[int, int], bytes]
"""(offset, size) -> at most `size` bytes, fewer only at the end."""

BLOCK = 512
_NAMES_AT_MOST = 65536
_LARGEST = 1 << 48
_ZEROS = bytes(BLOCK)
_KINDS = {"0": "file", "\0": "file", "7": "file", "1": "hard link", "2": "link", "5": "folder", "S": "sparse file"}
# Members whose size says nothing: no content follows them, whatever is written there.
_WITHOUT_CONTENT = frozenset("123456")


class Member(NamedTuple):
    """One entry of the archive."""

    name: str
    """As written, undecodable bytes as surrogates."""
    kind: str
    """"file", "folder", "link", "hard link", "sparse file", or "other" (devices, what nobody knows)."""
    size: int
    offset: int
    """Where its content begins in the archive."""
    target: str
    """Of a link: its text; of a hard link: the member it is another name of; else ""."""


def looks_like_tar(read: Source) -> bool:
    """Whether the first block is a tar header (or the end of an empty archive)."""
    head = read(0, BLOCK)
    return len(head) == BLOCK and (head == _ZEROS or _checksum_fits(head))


def members(read: Source) -> Iterator[Member]:
    """Every member in order, until the block of zeros or the end. Raises MalformedArchive."""
    at = content_end = 0
    every: dict[str, str] = {}
    own: dict[str, str] = {}
    while True:
        head = read(at, BLOCK)
        if head == _ZEROS:
            return
        if not head:
            if content_end and len(read(content_end - 1, 1)) != 1:
                raise MalformedArchive("the archive is cut off within a member")
            return
        kind, size, offset = _header(head, at)
        if kind in "xgXLK":
            text = _content(read, offset, size)
            if kind in "LK":
                own["path" if kind == "L" else "linkpath"] = _decoded(text.split(b"\0", 1)[0])
            else:
                (every if kind == "g" else own).update(_pax(text))
        else:
            known = {**every, **own}
            own = {}
            if "size" in known and kind not in _WITHOUT_CONTENT:
                size = _decimal(known["size"])
            if kind == "S":
                offset = _after_sparse_map(read, head, offset)
            yield _member(head, kind, size, offset, known)
        content_end = offset + size if size else 0
        at = offset + -(-size // BLOCK) * BLOCK


def _header(head: bytes, at: int) -> tuple[str, int, int]:
    """(typeflag, size of the content, where the content begins)."""
    if len(head) != BLOCK:
        raise MalformedArchive("the archive is cut off within a header")
    if not _checksum_fits(head):
        raise MalformedArchive(f"there is no tar header at byte {at}")
    kind = chr(head[156])
    if kind == "M":
        raise MalformedArchive("the archive is one of several volumes")
    size = 0 if kind in _WITHOUT_CONTENT else _number(head[124:136])
    if size > _LARGEST:
        raise MalformedArchive("a member of the archive is impossibly large")
    return kind, size, at + BLOCK


def _checksum_fits(head: bytes) -> bool:
    field = head[148:156].strip(b" \0")
    if not field or field.strip(b"01234567"):
        return False
    blank = head[:148] + b" " * 8 + head[156:]
    said, unsigned = int(field, 8), sum(blank)
    return said == unsigned or said == unsigned - 256 * sum(byte > 127 for byte in blank)  # old tars: signed bytes


def _number(field: bytes) -> int:
    """Octal digits, or GNU's base 256 where the first bit is set."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.split(b"\0", 1)[0].strip(b" ")
    if digits.strip(b"01234567"):
        raise MalformedArchive("a tar header has a size that is no number")
    return int(digits or b"0", 8)


def _decimal(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20) or int(text) > _LARGEST:
        raise MalformedArchive("a tar header has an impossible size")
    return int(text)


def _content(read: Source, offset: int, size: int) -> bytes:
    if size > _NAMES_AT_MOST:
        raise MalformedArchive("a tar header is impossibly large")
    data = read(offset, size)
    if len(data) != size:
        raise MalformedArchive("the archive is cut off within a header")
    return data


def _pax(data: bytes) -> dict[str, str]:
    """Records "LENGTH key=value\\n" of an extended header; a length counts itself."""
    values: dict[str, str] = {}
    while data:
        digits, space, _ = data[:20].partition(b" ")
        if not space or not digits.isdigit():
            raise MalformedArchive("a pax header is broken")
        length = int(digits)
        record = data[len(digits) + 1 : length]
        if length > len(data) or not record.endswith(b"\n") or b"=" not in record:
            raise MalformedArchive("a pax header is broken")
        key, _, value = record[:-1].partition(b"=")
        values[_decoded(key)] = _decoded(value)
        data = data[length:]
    return values


def _after_sparse_map(read: Source, head: bytes, offset: int) -> int:
    """Old GNU sparse files keep the rest of their map in blocks before the content."""
    more, blocks = head[482], 0
    while more:
        block = read(offset, BLOCK)
        blocks += 1
        if len(block) != BLOCK or blocks > 65536:
            raise MalformedArchive("the archive is cut off within a sparse file's map")
        more, offset = block[504], offset + BLOCK
    return offset


def _member(head: bytes, kind: str, size: int, offset: int, known: dict[str, str]) -> Member:
    name = known.get("path") or _field(head[:100])
    if "path" not in known and head[257:263] == b"ustar\0" and head[345]:
        name = f"{_field(head[345:500])}/{name}"
    told = _KINDS.get(kind, "other")
    if told == "file" and name.endswith("/"):  # tar before POSIX had no other word for a folder
        told = "folder"
    if any(key.startswith("GNU.sparse") for key in known):
        told, name = "sparse file", known.get("GNU.sparse.name") or name
    if "\0" in name or not name:
        raise MalformedArchive("a member of the archive has an impossible name")
    target = known.get("linkpath") or _field(head[157:257])
    return Member(name, told, size, offset, target if told in ("link", "hard link") else "")


def _field(data: bytes) -> str:
    return _decoded(data.split(b"\0", 1)[0])


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
