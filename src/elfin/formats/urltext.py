"""URLs inside text: shown without secrets, and parted from their user name and password.

RFC 3986. `redacted` takes any text, also whole lines with URLs in them and URLs that are none, and never fails: its
result stands in messages. Everything before an `@` is hidden, a lone user name too (it may be a token), and every value
of a query (signed links carry their secret under many names).
"""

from __future__ import annotations

import re

from elfin.record import NamedTuple

HIDDEN = "***"

# Compiled when a URL is shown, which is seldom, but this file is on every command's way.
_URL = r"([A-Za-z][A-Za-z0-9+.-]*:)?//\S*"
_QUERY_VALUE = r"([?&;][^=&;#\s]*=)[^&;#\s]*"
_END_OF_AUTHORITY = r"[/?#]"


def redacted(text: str) -> str:
    """The text with the secrets of all URLs in it replaced by `***`."""
    return re.sub(_URL, _without_secrets, text) if "//" in text else text


class Credentials(NamedTuple):
    """What HTTP Basic sends. Its repr hides the password."""

    user: str
    password: str

    def __repr__(self) -> str:
        return "Credentials(***)"

    def header(self) -> str:
        """The value of the `Authorization` header (RFC 7617)."""
        from base64 import b64encode

        pair = f"{self.user}:{self.password}".encode("utf-8", "surrogateescape")
        return "Basic " + b64encode(pair).decode("ascii")


def without_credentials(url: str) -> tuple[str, Credentials | None]:
    """(URL without user name and password, those percent-decoded, or None where there are none)."""
    scheme, colon, rest = url.partition("://")
    userinfo, at, _ = re.split(_END_OF_AUTHORITY, rest, maxsplit=1)[0].rpartition("@")
    if not colon or not at:
        return url, None
    plain = f"{scheme}://{rest[len(userinfo) + 1 :]}"
    if not userinfo.strip(":"):
        return plain, None
    from urllib.parse import unquote

    user, _, password = userinfo.partition(":")
    return plain, Credentials(unquote(user, errors="surrogateescape"), unquote(password, errors="surrogateescape"))


def _without_secrets(match: re.Match[str]) -> str:
    url = match[0]
    start = url.index("//") + 2
    rest = url[start:]
    authority = re.split(_END_OF_AUTHORITY, rest, maxsplit=1)[0]
    if "@" in authority:
        rest = f"{HIDDEN}@{rest[authority.rindex('@') + 1 :]}"
    elif "@" in rest and _odd_port(authority):
        # An unescaped `/`, `?` or `#` in a password: a browser would see another host here, who typed it did not.
        rest = f"{HIDDEN}@{rest.rpartition('@')[2]}"
    mark = rest.find("?")
    if mark >= 0:
        rest = rest[:mark] + re.sub(_QUERY_VALUE, rf"\1{HIDDEN}", rest[mark:])
    return url[:start] + rest


def _odd_port(authority: str) -> bool:
    _, colon, port = authority.rpartition(":")
    return bool(colon) and not port.isdigit() and not authority.startswith("[")
