"""RECORD: the list of a distribution's files with their hashes and sizes.

Follows the recording installed projects specification (PEP 376, PEP 627): CSV, UTF-8, three columns. Refuses other
numbers of columns, unterminated quotes, sizes that are no numbers, and text that is not UTF-8.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from elfin.errors import MalformedWheel


class Row(NamedTuple):
    """One line."""

    path: str
    """With `/`; relative to the folder that holds the dist-info, or absolute."""
    digest: str
    """"sha256=<urlsafe base64 without padding>"; "" where none is given (RECORD itself, compiled files)."""
    size: int | None
    """Bytes; None where none is given."""


def parse(data: bytes) -> list[Row]:
    """The rows of a RECORD file. Raises MalformedWheel."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedWheel("RECORD is not UTF-8") from error
    if '"' in text or "\0" in text:
        return [_row(columns) for columns in _quoted(text) if columns]
    return [_row(line.rstrip("\r").split(",")) for line in text.split("\n") if line and line != "\r"]


def render(rows: Sequence[tuple[str, str, int | None]]) -> bytes:
    """The text of a RECORD file, in the order given; rows are `Row`s or tuples like them."""
    if _SPECIAL.search("".join([row[0] for row in rows])):
        rows = [(_quote(path) if _SPECIAL.search(path) else path, digest, size) for path, digest, size in rows]
    return "".join([f"{path},{digest},{'' if size is None else size}\n" for path, digest, size in rows]).encode()


def encode(digest: bytes) -> str:
    """RECORD's form of a raw SHA-256 digest."""
    from binascii import b2a_base64

    return "sha256=" + b2a_base64(digest, newline=False).rstrip(b"=").translate(_URLSAFE).decode()


def digest_of(data: bytes) -> str:
    """RECORD's form of the SHA-256 of `data`."""
    from hashlib import sha256

    return encode(sha256(data).digest())


_SPECIAL = re.compile('[",\r\n]')
_URLSAFE = bytes.maketrans(b"+/", b"-_")


def _row(columns: list[str]) -> Row:
    if len(columns) != 3 or not columns[0]:
        raise MalformedWheel("RECORD has a line that does not have a path, a hash and a size")
    path, digest, size = columns
    if size and not (size.isascii() and size.isdigit()):
        raise MalformedWheel(f"RECORD gives a size that is no number: {size[:40]!a}")
    return Row(path, digest, int(size) if size else None)


def _quoted(text: str) -> list[list[str]]:
    import csv

    try:
        return list(csv.reader(text.splitlines(keepends=True), strict=True))
    except (csv.Error, ValueError) as error:
        raise MalformedWheel(f"RECORD is not valid CSV: {error}") from error


def _quote(path: str) -> str:
    return '"' + path.replace('"', '""') + '"'
