"""URLs as the network shaft needs them: reduced to an origin, and held against `no_proxy`.

RFC 3986 (syntax), RFC 6454 (origins). Pure. How secrets leave a URL is `formats.urltext`'s matter.
"""

from __future__ import annotations

import re

_PORTS = {"http": "80", "https": "443"}


def origin(url: str) -> str:
    """`scheme://host:port` in lower case with the port always written; userinfo does not count. "" for no URL."""
    scheme, colon, rest = url.partition("://")
    if not colon:
        return ""
    scheme = scheme.lower()
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2].lower()
    host, port = host_and_port(authority)
    return f"{scheme}://{host}:{port or _PORTS.get(scheme, '')}"


def host_and_port(authority: str) -> tuple[str, str]:
    """(host, port) of an authority without userinfo; brackets of IPv6 stay, "" for no port."""
    match = re.fullmatch(r"(\[[^\]]*\]|[^:]*)(?::([0-9]*))?", authority)
    return (match[1], match[2] or "") if match else (authority, "")


def bypasses_proxy(host: str, no_proxy: str) -> bool:
    """Whether `no_proxy` (names, `.suffixes`, `*`, addresses and networks, comma separated) names this host."""
    host = host.strip("[]").lower()
    for item in no_proxy.lower().split(","):
        entry = host_and_port(item.strip())[0].strip("[]") if item.count(":") <= 1 else item.strip().strip("[]")
        entry = entry.removeprefix("*.").removeprefix(".")
        if not entry:
            continue
        if entry in ("*", host) or host.endswith("." + entry):
            return True
        if "/" in entry and _in_network(host, entry):
            return True
    return False


def _in_network(host: str, network: str) -> bool:
    import ipaddress

    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False
