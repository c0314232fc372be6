"""What the header of an HTTP answer means: refusals in words, redirects, waits, ranges and validators.

RFC 9110. Decides on values only; `net` does the asking. Refuses a redirect that leaves http(s) or gives up TLS.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping

from elfin.edges.net_body import AttemptError
from elfin.errors import Unauthorized
from elfin.formats.urltext import redacted

_TRANSIENT = frozenset((408, 425, 429, 500, 502, 503, 504))


def refusal(status: int, headers: Mapping[str, str]) -> AttemptError:
    """The failure that a status stands for which is not the answer to anything."""
    wait = retry_after(headers.get("retry-after", ""), time.time()) if status in (429, 503) else None
    return AttemptError(status_words(status), transient=status in _TRANSIENT, wait=wait)


def status_words(status: int) -> str:
    """A status as a person reads it."""
    from http import HTTPStatus

    try:
        return f"the server answered {status} ({HTTPStatus(status).phrase})"
    except ValueError:
        return f"the server answered {status}"


def unauthorized(url: str, status: int, had_credentials: bool) -> Unauthorized:
    """The error for 401 and 403."""
    if had_credentials:
        cause = f"the credentials were not accepted (status {status}): {redacted(url)}"
        return Unauthorized(cause, hints=("check the user name and password in the URL, netrc or keyring",))
    cause = f"the server wants credentials (status {status}): {redacted(url)}"
    return Unauthorized(cause, hints=("put a user name and password into netrc, the keyring or the URL of the index",))


def redirected(url: str, target: str) -> str:
    """Where a redirect leads, without userinfo. Raises AttemptError when it is not to be followed."""
    from urllib.parse import urljoin

    from elfin.formats.urltext import without_credentials

    try:
        joined = urljoin(url, target)
    except ValueError:
        joined = ""
    clean = without_credentials(joined)[0]
    scheme = clean.partition("://")[0].lower()
    if not target or scheme not in ("http", "https"):
        raise AttemptError(f"a redirect leads to {redacted(target) or 'nowhere'}, which is not http", transient=False)
    if scheme == "http" and url.lower().startswith("https:"):
        raise AttemptError(f"a redirect gives up TLS: it leads to {redacted(clean)}", transient=False)
    return clean


def retry_after(value: str, now: float) -> float | None:
    """Seconds to wait, from a number or an HTTP date; None where the header says nothing that can be read."""
    value = value.strip()
    if value.isdigit():
        return float(value[:9])
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return None


def content_range(value: str) -> tuple[int | None, int | None]:
    """(first byte, size of the whole) of a Content-Range; None for what it does not say."""
    match = re.fullmatch(r"\s*bytes\s+(?:([0-9]{1,18})-[0-9]{1,18}|\*)/([0-9]{1,18}|\*)\s*", value)
    if match is None:
        return None, None
    return (int(match[1]) if match[1] else None), (int(match[2]) if match[2] != "*" else None)


def strong_validator(headers: Mapping[str, str]) -> str | None:
    """What If-Range may carry: a strong entity tag or a date; None where neither was sent."""
    tag = headers.get("etag", "")
    if tag.startswith('"'):
        return tag
    return headers.get("last-modified") or None
