"""Anchors of any HTML whatsoever, by the standard library's parser: the slow way of `simplepage_html`.

Answers `<base href>`, `<meta name content>` and every `<a>` with its text. Refuses nothing: HTML has no errors.
"""

from __future__ import annotations

from html.parser import HTMLParser

Attributes = list[tuple[str, str | None]]


def anchors_of(text: str) -> tuple[str | None, dict[str, str], list[tuple[Attributes, str]]]:
    """(first base href or None, meta content by name, [(attributes, text) of each anchor])."""
    parser = _Anchors()
    parser.feed(text)
    parser.close()
    return parser.base, parser.meta, [(attributes, "".join(parts)) for attributes, parts in parser.anchors]


class _Anchors(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.base: str | None = None
        self.meta: dict[str, str] = {}
        self.anchors: list[tuple[Attributes, list[str]]] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        if tag == "a":
            self.anchors.append((attrs, []))
            self._inside = True
        elif tag == "base" and self.base is None:
            self.base = dict(attrs).get("href")
        elif tag == "meta":
            given = dict(attrs)
            self.meta.setdefault(given.get("name") or "", given.get("content") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.anchors[-1][1].append(data)
