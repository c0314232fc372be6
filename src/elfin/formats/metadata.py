"""METADATA and PKG-INFO: the core metadata of a distribution.

https://packaging.python.org/en/latest/specifications/core-metadata/ (Metadata 1.0 to 2.5): headers as in RFC 822, then
the description. Read by an own scan, because `email` costs a quarter of a second for a hundred files; the description
is not read at all. Requirements stay texts. Refuses a file without a name or version, or with two that differ.
"""

from __future__ import annotations

import re

from elfin.errors import MalformedMetadata
from elfin.record import NamedTuple

MAX_SIZE = 32 << 20
"""Bytes. Descriptions of some megabytes exist."""
MAX_HEADERS = 20_000
"""Headers. The longest list of classifiers, files and requirements seen has some hundred."""

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_HEADER_NAME = re.compile(r"[!-9;-~]+[ \t]*")
_BODY = re.compile(rb"\r?\n\r?\n|\r\r")


class Metadata(NamedTuple):
    """What elfin asks of core metadata. A text that is not given is None, a list that is not given is empty."""

    metadata_version: str | None
    name: str
    """As written, not normalised."""
    version: str
    """As written, not parsed."""
    summary: str | None
    requires_dist: tuple[str, ...]
    """Texts of requirements, in order."""
    requires_python: str | None
    provides_extra: tuple[str, ...]
    """As written, not normalised."""
    dynamic: tuple[str, ...]
    """Names of fields in lower case that a build may change (PEP 643)."""
    home_page: str | None
    author: str | None
    author_email: str | None
    license: str | None
    license_expression: str | None
    project_urls: tuple[str, ...]
    """"label, url" each."""
    classifiers: tuple[str, ...]
    keywords: str | None


class Dependencies(NamedTuple):
    """What a version depends on. Requirements are texts; they are read when needed."""

    requires: tuple[str, ...]
    """Requires-Dist, in order."""
    requires_python: str | None
    """None: not said."""
    extras: tuple[str, ...]
    """Provides-Extra as written."""


def dependencies(data: bytes) -> Dependencies:
    """What the bytes of a METADATA file say of dependencies. Raises MalformedMetadata, wherever the file is wrong."""
    read = metadata(data)
    return Dependencies(read.requires_dist, read.requires_python, read.provides_extra)


def metadata(data: bytes) -> Metadata:
    """Read the bytes of a METADATA or PKG-INFO file; bytes that are not UTF-8 become U+FFFD.

    Raises MalformedMetadata, naming the field.
    """
    if len(data) > MAX_SIZE:
        raise MalformedMetadata(f"metadata is larger than {MAX_SIZE >> 20} MiB")
    fields = _fields(data)

    def every(name: str) -> tuple[str, ...]:
        return tuple(value for value in fields.get(name, ()) if value)

    def first(name: str) -> str | None:
        values = fields.get(name)
        # "UNKNOWN" is what old setuptools wrote for "nothing".
        return None if not values or values[0] in ("", "UNKNOWN") else values[0]

    return Metadata(
        metadata_version=first("metadata-version"),
        name=_single(fields, "name", "Name", _NAME),
        version=_single(fields, "version", "Version", re.compile(r"\S+")),
        summary=first("summary"),
        requires_dist=every("requires-dist"),
        requires_python=first("requires-python"),
        provides_extra=every("provides-extra"),
        dynamic=tuple(value.lower() for value in every("dynamic")),
        home_page=first("home-page"),
        author=first("author"),
        author_email=first("author-email"),
        license=first("license"),
        license_expression=first("license-expression"),
        project_urls=every("project-url"),
        classifiers=every("classifier"),
        keywords=first("keywords"),
    )


def _single(fields: dict[str, list[str]], key: str, shown: str, shape: re.Pattern[str]) -> str:
    values = set(fields.get(key, ()))
    if not values:
        raise MalformedMetadata(f"metadata has no {shown}")
    if len(values) > 1:
        raise MalformedMetadata(f"metadata has {len(values)} different values of {shown}")
    value = values.pop()
    if not shape.fullmatch(value):
        raise MalformedMetadata(f'"{value[:80]}" in metadata is not a {shown}')
    return value


def _fields(data: bytes) -> dict[str, list[str]]:
    """Give the headers by lower-case name, up to the first line that is neither one nor continues one."""
    fields: dict[str, list[str]] = {}
    values: list[str] = []
    keys: dict[str, str] = {}
    for count, line in enumerate(_head(data).split("\n")):
        if line[:1] in (" ", "\t"):
            if values:
                # Folding (RFC 822, 3.1.1): a line that begins with white space goes on with the value.
                values[-1] = f"{values[-1]}\n{line.strip()}" if "\n" in values[-1] or line.strip() else values[-1]
            continue
        name, colon, value = line.partition(":")
        key = keys.get(name)
        if key is None:
            if not colon or not _HEADER_NAME.fullmatch(name):
                break
            key = keys[name] = name.rstrip(" \t").lower()
        if count >= MAX_HEADERS:
            raise MalformedMetadata(f"metadata has more than {MAX_HEADERS} headers")
        values = fields.setdefault(key, [])
        values.append(value.strip())
    return {name: [_unfolded(name, value) for value in found] for name, found in fields.items()}


def _head(data: bytes) -> str:
    """Give the text before the first empty line, with `\\n` for every kind of line end."""
    end = data.find(b"\n\n")
    head = data if end < 0 else data[:end]
    if b"\r" in head:
        body = _BODY.search(data)
        head = (data if body is None else data[: body.start()]).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return head.decode("utf-8", "replace").removeprefix("\ufeff")


def _unfolded(name: str, value: str) -> str:
    """Keep the lines of texts for people; anything else is one line."""
    if "\n" not in value or name in ("license", "description"):
        return value
    return " ".join(value.split())
