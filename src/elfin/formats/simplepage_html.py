"""The HTML form of a project's page (PEP 503), frozen by PEP 833.

The common shape (plain `<a name="value" ...>text</a>` and line breaks, nothing else between the first and the last
link) is split by hand; whatever that does not account for in full goes to `html.parser`, 20 times slower. A row is
[attributes as written, text]. Refuses pages that hold a form instead of links: a captive portal, a login.
"""

from __future__ import annotations

import re
from html import escape, unescape

from elfin.errors import MalformedPage
from elfin.formats.simplepage import File, Locate, Page, refuse_version
from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any


_ATTRIBUTE = re.compile(r'\s*([A-Za-z][A-Za-z0-9_-]*)(?:="([^"]*)")?(?=\s|$)')
_META = re.compile(r'<meta\s+name="([^"<>]*)"\s+content="([^"<>]*)"\s*/?>')
_DIFFICULT = re.compile(
    r"<!--|<!\[|<(?:base|script|style|template|textarea|xmp|iframe|noembed|noframes|plaintext|svg|math)\b",
    re.IGNORECASE,
)
_FORM = re.compile(rb"<(?:form|input|script)\b", re.IGNORECASE)
_FRAGMENT = re.compile(r"([A-Za-z0-9_]+)=([0-9A-Fa-f]+)")


def page(body: bytes) -> Page:
    """Take an HTML page apart. Raises MalformedPage."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("latin-1")
    found = _strict(text)
    if found is None:
        found = _lenient(text)
    names, rows, base, meta = found
    if "pypi:repository-version" in meta:
        refuse_version(meta["pypi:repository-version"])
    if not rows and _FORM.search(body):
        raise MalformedPage("the page is HTML without links but with a form or script, as a login or portal page is")
    status = meta.get("pypi:project-status")
    reason = meta.get("pypi:project-status-reason")
    return Page("html", base, None if status == "active" else status, reason, names, rows)


def file(row: Any, locate: Locate) -> File | None:
    """What one anchor says; None when it has no usable link."""
    attributes = _attributes(row[0])
    href = (attributes.get("href") or "").strip()
    if not href:
        return None
    url, _, fragment = href.partition("#")
    address = locate(url)
    if address is None:
        return None
    metadata = attributes.get("data-core-metadata", attributes.get("data-dist-info-metadata"))
    yanked = attributes.get("data-yanked")
    return File(
        filename(row[0], row[1]),
        address,
        {name.lower(): digest.lower() for name, digest in _FRAGMENT.findall(fragment)},
        attributes.get("data-requires-python") or None,
        yanked if yanked is not None else "" if "data-yanked" in attributes else None,
        None,
        None,
        _metadata(metadata),
    )


def filename(attributes: str, text: str) -> str:
    """The anchor's text, which PEP 503 wants to be the file name; else the last part of the link."""
    text = text.strip() if "&" not in text else unescape(text).strip()
    if "." in text and "/" not in text and " " not in text:
        return text
    from urllib.parse import unquote

    href = _attributes(attributes).get("href") or ""
    return unquote(re.split("[?#]", href, maxsplit=1)[0].rpartition("/")[2])


_Found = tuple[list[str], list[tuple[str, str]], str | None, dict[str, str]]


def _strict(text: str) -> _Found | None:
    """The page by splitting, None unless every anchor of it was understood."""
    first = max(text.find("<a"), 0)
    head = text[:first] if first else text
    meta = _META.findall(head)
    if _DIFFICULT.search(head) or head.lower().count("<meta") != len(meta):
        return None
    end = text.rfind("</a>") + 4 if "</a>" in text else 0
    pieces = text[first:end].split("</a>")[:-1]
    breaks = text.count("<br", first, end)
    # Every tag between the first and the last anchor is an anchor or a line break: no comment or script hides one,
    # and no attribute holds a bare angle bracket.
    tags = 2 * len(pieces) + breaks if pieces else 0
    if not text.count("<", first, end) == text.count(">", first, end) == tags or text.count("<a", end) or "<A" in text:
        return None
    anchors = []
    for piece in pieces:
        tag, _, content = piece.rpartition(">")
        start = tag.find("<a ")
        if start < 0:
            return None
        anchors.append((tag[start + 3 :], content))
    return _names(anchors), anchors, None, {unescape(name): unescape(content) for name, content in meta}


def _names(anchors: list[tuple[str, str]]) -> list[str]:
    """The file name of each anchor; one look at all of them decides whether each has to be looked at."""
    names = [text for _, text in anchors]
    joined = "".join(names)
    if joined.isascii() and not any(odd in joined for odd in "& /\n\t\r") and all("." in name for name in names):
        return names
    return [filename(*anchor) for anchor in anchors]


def _lenient(text: str) -> _Found:
    """The page by `html.parser`, which accepts anything. Its anchors are written anew for `file`."""
    from elfin.formats.simplepage_parser import anchors_of

    base, meta, anchors = anchors_of(text)
    rows = []
    for attributes, content in anchors:
        written = " ".join(name if value is None else f'{name}="{escape(value)}"' for name, value in attributes)
        rows.append((written, escape(content, quote=False)))
    return [filename(*row) for row in rows], rows, base, meta


def _attributes(written: str) -> dict[str, str | None]:
    """Attributes by lower-case name; the first of a name counts, as in HTML."""
    found: dict[str, str | None] = {}
    position = 0
    while match := _ATTRIBUTE.match(written, position):
        name, value = match[1].lower(), match[2]
        found.setdefault(name, unescape(value) if value and "&" in value else value)
        position = match.end()
    if written[position:].strip(" \t\r\n\f/"):
        from elfin.formats.simplepage_parser import anchors_of

        anchors = anchors_of(f"<a {written}></a>")[2]
        found = {}
        for name, value in anchors[0][0] if anchors else ():
            found.setdefault(name, value)
    return found


def _metadata(value: str | None) -> dict[str, str] | None:
    if value is None or value == "false":
        return None
    match = _FRAGMENT.fullmatch(value)
    return {match[1].lower(): match[2].lower()} if match else {}
