"""A project's page of a package index: its files, each read only when it is asked for.

PEP 503 (HTML), 592 (yanked), 629 (API version), 658/714 (metadata beside the file), 691/700 (JSON), 792 (status).
A page of 4000 files is taken apart into *rows*, which stay in the page's own words; `file` reads one row. Rows survive
a round trip through `packed` and `unpacked` (one line of JSON a group), so a cache need not know what is in them.
Refuses an API version above 1, JSON that is no simple page, and HTML that is somebody's login form. One bad row is no
file (None); it never spoils its page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence

from elfin.errors import MalformedPage
from elfin.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Any, TypeAlias

    import msgspec

Row: TypeAlias = "Any"
"""JSON page: a mapping with the page's own keys (or, fresh from msgspec, a struct). HTML page: [attributes, text]."""


Locate = Callable[[str], str | None]
"""A link as written, without fragment, to the absolute address; None: it leads where no link of this page may."""


class Page(NamedTuple):
    """One page, its rows unread."""

    form: str
    """"json" or "html": how `file` reads a row."""
    base: str | None
    """The document's `<base href>`, None where there is none."""
    status: str | None
    """PEP 792: "archived", "quarantined", "deprecated"; None: "active" or not said."""
    reason: str | None
    names: list[str]
    """File names in the page's order, unchecked."""
    rows: list[Row]
    """One per name."""


class File(NamedTuple):
    """One file of a project, as the simple API lists it (PEP 503, 592, 658, 691, 700, 714)."""

    filename: str
    url: str
    """Absolute, without fragment."""
    hashes: Mapping[str, str]
    """Algorithm to lower-case hex digest; empty when the index gives none."""
    requires_python: str | None
    yanked: str | None
    """None: not yanked; otherwise the reason, "" when none is given (PEP 592)."""
    size: int | None
    """Bytes; None when the index does not say."""
    upload_time: str | None
    """ISO 8601 as sent; None when the index does not say."""
    metadata: Mapping[str, str] | None
    """Hashes of the METADATA beside the file (PEP 658/714), empty when served without hash; None: not served."""


def prepare() -> None:
    """Make what the first page takes."""
    _msgspec_page(b"{}")


def page(body: bytes) -> Page:
    """Take a page apart; JSON or HTML is told by its first character. Raises MalformedPage."""
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start == b"{":
        return _json_page(body)
    if start not in (b"<", b""):
        raise MalformedPage("the page is neither JSON nor HTML")
    from elfin.formats import simplepage_html

    return simplepage_html.page(body)


def file(form: str, row: Row, locate: Locate) -> File | None:
    """What one row says; None when it is malformed, or its link leads nowhere."""
    if form == "html":
        from elfin.formats import simplepage_html

        return simplepage_html.file(row, locate)
    return _json_file(row if isinstance(row, dict) else unpacked(packed([[row]])[0])[0], locate)


def names(form: str, rows: Sequence[Row]) -> list[str]:
    """The file names of rows that come out of `unpacked`. Raises MalformedPage for rows that are none."""
    try:
        if form == "html":
            from elfin.formats import simplepage_html

            return [simplepage_html.filename(attributes, text) for attributes, text in rows]
        return [row["filename"] + "" for row in rows]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MalformedPage("a stored row is not a file's") from error


def packed(groups: Sequence[Sequence[Row]]) -> list[bytes]:
    """Each group of rows as one line of JSON."""
    encode = _msgspec_encode()
    if encode is not None:
        return [encode(group) + b"\n" for group in groups]
    return [json.dumps(group, separators=(",", ":")).encode() + b"\n" for group in groups]


def unpacked(line: bytes) -> list[Row]:
    """The rows of one line of `packed`. Raises MalformedPage."""
    try:
        rows = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise MalformedPage("a stored row is no JSON") from error
    if not isinstance(rows, list):
        raise MalformedPage("a stored row is no list")
    return rows


def _json_page(body: bytes) -> Page:
    document = _msgspec_page(body)
    if document is None:
        document = _plain_page(body)
    version, project, files = document
    refuse_version(version)
    status = project.get("status") if isinstance(project, dict) else None
    reason = project.get("reason") if isinstance(project, dict) else None
    names, rows = files
    return Page(
        "json",
        None,
        status if isinstance(status, str) and status != "active" else None,
        reason if isinstance(reason, str) else None,
        names,
        rows,
    )


def refuse_version(version: object) -> None:
    """Raise MalformedPage for an API version whose major number is not 1 (PEP 629)."""
    match = re.fullmatch(r"([0-9]+)\.[0-9]+", version) if isinstance(version, str) else None
    if match is None:
        raise MalformedPage(f"the page has no readable API version: {version!r:.40}")
    if int(match[1]) != 1:
        raise MalformedPage(f"the page is of API version {version}, and only 1 is understood")


_Document = tuple[object, object, tuple[list[str], list[Row]]]


def _plain_page(body: bytes) -> _Document:
    """(API version, project-status, (names, rows)) by the json module. Raises MalformedPage."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedPage("the page is no valid JSON") from error
    meta = document.get("meta", {}) if isinstance(document, dict) else None
    files = document.get("files") if isinstance(document, dict) else None
    if not isinstance(meta, dict) or not isinstance(files, list):
        raise MalformedPage("the page is JSON, but no page of a package index")
    rows = [row for row in files if isinstance(row, dict) and isinstance(row.get("filename"), str)]
    kept = [{key: row[key] for key in _KEYS if key in row} for row in rows]
    for row in kept:
        if "core-metadata" in row:
            row.pop("data-dist-info-metadata", None)
    return meta.get("api-version", "1.0"), document.get("project-status"), ([row["filename"] for row in kept], kept)


_KEYS = ("filename", "url", "hashes", "requires-python", "yanked", "size", "upload-time", "core-metadata",
         "data-dist-info-metadata")  # fmt: skip


def _json_file(row: dict[str, Any], locate: Locate) -> File | None:
    filename, url = row.get("filename"), row.get("url")
    if not isinstance(filename, str) or not isinstance(url, str):
        return None
    hashes, requires_python, yanked, size, upload_time = map(row.get, _KEYS[2:7])
    metadata = row.get("core-metadata", row.get("data-dist-info-metadata"))
    known = _hashes(hashes)
    if known is None or not isinstance(requires_python, str | None) or not isinstance(yanked, bool | str | None):
        return None
    address = locate(url.partition("#")[0])
    if address is None:
        return None
    return File(
        filename,
        address,
        known,
        requires_python or None,
        yanked if isinstance(yanked, str) else "" if yanked else None,
        size if isinstance(size, int) and size >= 0 else None,
        upload_time if isinstance(upload_time, str) else None,
        (_hashes(metadata) or {}) if metadata is True or isinstance(metadata, dict) else None,
    )


def _is_plain(digest: object) -> bool:
    return isinstance(digest, str) and digest.islower()


def _hashes(value: object) -> dict[str, str] | None:
    """Algorithm to digest, in lower case; None where it is no such thing."""
    if value is None or value is True:
        return {}
    if not isinstance(value, dict):
        return None
    if len(value) == 1 and _is_plain(value.get("sha256")):
        return value  # as nearly every index writes them
    return {name.lower(): digest.lower() for name, digest in value.items() if isinstance(digest, str)}


_decoders: dict[str, msgspec.json.Decoder[Any] | None] = {}


def _msgspec_encode() -> Callable[[object], bytes] | None:
    try:
        from msgspec.json import encode
    except ImportError:
        return None
    return encode


def _msgspec_page(body: bytes) -> _Document | None:
    """As `_plain_page`, 5 times as fast; None where msgspec is missing or the page is not wholly as expected."""
    # PEP 714: the older name counts only where the newer one is missing. Servers send both or one on all their files.
    key = "core-metadata" if b'"core-metadata"' in body else "data-dist-info-metadata"
    if key not in _decoders:
        _decoders[key] = _new_decoder(key)
    decoder = _decoders[key]
    if decoder is None:
        return None
    try:
        document = decoder.decode(body)
    except (ValueError, RecursionError):  # msgspec's errors are ValueErrors; the slow way says what is wrong
        return None
    return document.meta.version, document.status, ([row.filename for row in document.files], document.files)


def _new_decoder(metadata_key: str) -> msgspec.json.Decoder[Any] | None:
    from typing import Any

    try:
        import msgspec
    except ImportError:
        return None
    nothing = msgspec.Raw(b"null")
    raw = msgspec.Raw
    # Raw: a value is skipped over, and read when its row is asked for.
    names = {"requires_python": "requires-python", "upload_time": "upload-time", "metadata": metadata_key}
    fields = ["url", "hashes", "requires_python", "yanked", "size", "upload_time", "metadata"]
    row = msgspec.defstruct(
        "Row", [("filename", str), *((field, raw, nothing) for field in fields)], rename=names, gc=False
    )
    meta = msgspec.defstruct("Meta", [("version", str)], rename={"version": "api-version"})
    document = msgspec.defstruct(
        "Document", [("meta", meta), ("files", list[row]), ("status", dict[str, Any], {})],  # type: ignore[valid-type]
        rename={"status": "project-status"},
    )  # fmt: skip
    return msgspec.json.Decoder(document)
