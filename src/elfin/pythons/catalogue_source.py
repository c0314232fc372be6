"""Lists of Pythons as others publish them -> rows: the official NDJSON, GitHub's releases, SHA256SUMS, uv's metadata.

Pure: text in, rows out, each with the words its source has for it. A URL that is a bare file name is relative to the
source. Refuses, with MalformedPage, a text that is none of these.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import urljoin

from elfin.errors import MalformedPage
from elfin.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Any


class Row(NamedTuple):
    """One archive as a source has it; `catalogue_build` says which make no sense."""

    url: str
    sha256: str | None
    size: int | None = None
    tag: str = ""
    """The release it is in, where the source says so."""
    fields: dict[str, Any] = {}  # noqa: RUF012 never changed
    """uv's own words about it; empty for the other sources."""


class Read(NamedTuple):
    """What a source held."""

    rows: tuple[Row, ...]
    sums: tuple[str, ...] = ()
    """URLs of SHA256SUMS files that the source names and that have what it lacks."""


def read(text: str, base: str) -> Read:
    """The rows of a source that came from the URL `base`. Raises MalformedPage."""
    begin = text.lstrip()[:1]
    if re.match(r"[0-9a-fA-F]{64}\s", text.lstrip()[:65]):
        return Read(tuple(_sums(text, base)))
    try:
        if begin == "[":
            return _releases(json.loads(text), base)
        if begin == "{":
            line, _, rest = text.strip().partition("\n")
            first = _json(line)
            if isinstance(first, dict) and "artifacts" in first:
                return Read(tuple(_ndjson(text, base)))
            whole = first if first is not None and not rest else json.loads(text)
            return _releases([whole], base) if "assets" in whole else Read(tuple(_metadata(whole, base)))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise MalformedPage(f"the list of Pythons cannot be read: {base}") from error
    raise MalformedPage(f"this is no list of Pythons that elfin knows: {base}")


def _json(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _digest(value: object) -> str | None:
    text = str(value or "").lower().removeprefix("sha256:")
    return text if re.fullmatch(r"[0-9a-f]{64}", text) else None


def _ndjson(text: str, base: str) -> Iterator[Row]:
    for line in text.splitlines():
        if line.strip():
            release = json.loads(line)
            tag = str(release["version"]).partition("+")[2]
            for one in release["artifacts"]:
                yield Row(urljoin(base, one["url"]), _digest(one.get("sha256")), one.get("size"), tag)


def _releases(releases: list[Any], base: str) -> Read:
    rows, sums = [], []
    for release in releases:
        assets = release["assets"]
        for one in assets:
            url = urljoin(base, one.get("browser_download_url") or one["name"])
            if one["name"] == "SHA256SUMS":
                if any(_digest(other.get("digest")) is None for other in assets if other is not one):
                    sums.append(url)
            elif one["name"].endswith((".tar.gz", ".tar.zst")):
                rows.append(Row(url, _digest(one.get("digest")), one.get("size"), str(release.get("tag_name") or "")))
    return Read(tuple(rows), tuple(sums))


def _sums(text: str, base: str) -> Iterator[Row]:
    for line in text.splitlines():
        digest, _, name = line.strip().partition(" ")
        name = name.strip().removeprefix("*")
        if _digest(digest) and name:
            yield Row(urljoin(base, name.replace("+", "%2B")), _digest(digest))


def _metadata(entries: dict[str, Any], base: str) -> Iterator[Row]:
    if "version" in entries:
        raise MalformedPage(f"this is no list of Pythons that elfin knows: {base}")
    for fields in entries.values():
        build = str(fields.get("build") or "")
        yield Row(urljoin(base, fields["url"]), _digest(fields.get("sha256")), None, build, fields)
