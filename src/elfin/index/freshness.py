"""How long a page may be used without asking again, and what to say when asking.

The part of RFC 9111 that a private cache of pages needs: max-age, no-cache, no-store, Age; of RFC 9110: ETag and
Last-Modified. An index that says nothing about it is asked again after 600 seconds. Pure: the clock is an argument.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from elfin.record import NamedTuple

DEFAULT_LIFETIME = 600.0

_MAX_AGE = re.compile(r'(?:^|[,\s])max-age\s*=\s*"?([0-9]{1,12})')
_ASK_AGAIN = re.compile(r"(?:^|[,\s])no-(?:cache|store)\b")


class Validators(NamedTuple):
    """What is remembered of an answer beside its body."""

    fetched: float
    """Seconds since the epoch."""
    lifetime: float
    """Seconds from `fetched` on; 0: ask each time."""
    etag: str | None
    last_modified: str | None


def validators(headers: Mapping[str, str], now: float) -> Validators:
    """What an answer that came at `now` says; header names in lower case."""
    control = headers.get("cache-control", "").lower()
    lifetime = DEFAULT_LIFETIME
    said = _MAX_AGE.search(control)
    if _ASK_AGAIN.search(control):
        lifetime = 0.0
    elif said is not None:
        age = headers.get("age", "").strip()
        lifetime = max(0.0, float(said[1]) - (float(age[:12]) if age.isdigit() else 0.0))
    return Validators(now, lifetime, headers.get("etag") or None, headers.get("last-modified") or None)


def renewed(old: Validators, headers: Mapping[str, str], now: float) -> Validators:
    """After a 304: the answer's own headers, and what was known where it is silent (RFC 9111 section 4.3.4)."""
    new = validators(headers, now)
    lifetime = new.lifetime if "cache-control" in headers else old.lifetime
    return Validators(now, lifetime, new.etag or old.etag, new.last_modified or old.last_modified)


def fresh(known: Validators, now: float) -> bool:
    """Whether the page may be used without asking. A page from the future (a clock went back) may not."""
    return 0.0 <= now - known.fetched < known.lifetime


def conditions(known: Validators) -> dict[str, str]:
    """The headers of a conditional request; empty where the index gave no validator."""
    headers = {}
    if known.etag:
        headers["if-none-match"] = known.etag
    if known.last_modified:
        headers["if-modified-since"] = known.last_modified
    return headers
