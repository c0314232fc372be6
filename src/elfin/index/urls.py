"""Addresses of a package index: a project's page, and where a page's links lead.

PEP 503 (normalised names, one page a project, URLs may be relative), PEP 691 (content negotiation). Pure. Refuses a
link of a web page to anything that is not on the web.
"""

from __future__ import annotations

import re

ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"
"""JSON first: it is the form that new fields go to (PEP 833)."""

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")


def is_name(project: str) -> bool:
    """Whether a normalised name is one (PEP 508): nothing else becomes part of an address or path."""
    return _NAME.fullmatch(project) is not None


def project_url(index: str, project: str) -> str:
    """The page of a normalised project name."""
    return f"{index.rstrip('/')}/{project}/"


def joined(base: str, link: str) -> str | None:
    """Where `link` leads on the page at `base`; None when a page of the web points off the web."""
    if link.startswith("https://"):
        return link
    if link.startswith("/") and not link.startswith("//") and is_web(base) and "/../" not in link:
        scheme, _, rest = base.partition("://")
        return f"{scheme}://{rest.partition('/')[0]}{link}"
    from urllib.parse import urljoin

    try:
        target = urljoin(base, link)
    except ValueError:  # "//[" and the like
        return None
    return target if is_web(target) or not is_web(base) else None


def is_web(url: str) -> bool:
    """Whether this is fetched over http(s)."""
    return url[:8].lower().startswith(("http://", "https://"))


def local_path(url: str) -> str | None:
    """The path that a file: URL or a plain path names, None for any other URL."""
    if url.startswith("file:"):
        from urllib.parse import unquote, urlsplit

        return unquote(urlsplit(url).path)
    return None if "://" in url else url


def metadata_url(file_url: str) -> str:
    """Where a file's METADATA is served beside it (PEP 658)."""
    path, question, query = file_url.partition("?")
    return f"{path}.metadata{question}{query}"
