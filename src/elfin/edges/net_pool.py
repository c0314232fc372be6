"""Connections: pools for 16 threads, proxies and TLS roots over urllib3, and what their failures mean in words.

urllib3 and truststore are imported at the first request. Reads no environment: `Network` says what the user chose.
Refuses SOCKS proxies.
"""

from __future__ import annotations

import os
from _thread import allocate_lock
from collections.abc import Mapping

from elfin.edges.net_body import AttemptError
from elfin.edges.net_url import bypasses_proxy, host_and_port
from elfin.formats.urltext import redacted, without_credentials
from elfin.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import ssl

    import urllib3


class Network(NamedTuple):
    """How to reach the world."""

    proxies: Mapping[str, str] = {}
    """By scheme of the target ("http", "https"), or "all"; a proxy's URL may carry credentials."""
    no_proxy: str = ""
    ca_bundle: str | None = None
    """File or folder of PEM certificates to trust instead of the system's; None: the system's."""
    netrc: str | None = None
    """Path of a netrc file; None: none is read."""
    insecure_hosts: frozenset[str] = frozenset()
    """Hosts whose certificate is not checked."""
    connect_timeout: float = 10.0
    read_timeout: float = 30.0
    """Seconds without a single byte."""
    retries: int = 3
    threads: int = 16
    user_agent: str = "elfin"


def prepare() -> None:
    """Import what the first request would."""
    import urllib3.connectionpool
    import urllib3.poolmanager  # noqa: F401


class Pools:
    """One urllib3 pool manager per way out: direct, or through a proxy. Threads share it."""

    def __init__(self, settings: Network) -> None:
        self._settings = settings
        self._lock = allocate_lock()
        self._managers: dict[tuple[str, bool, bool], urllib3.PoolManager] = {}

    def request(self, url: str, headers: Mapping[str, str]) -> urllib3.BaseHTTPResponse:
        """Send one GET and return once the header of the answer is there. Raises AttemptError."""
        import urllib3

        try:
            return self._manager(url).urlopen(
                "GET", url, headers=headers, preload_content=False, decode_content=False, redirect=False, retries=False
            )
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise broken(error) from error

    def close(self) -> None:
        """Close every idle connection."""
        for manager in self._managers.values():
            manager.clear()

    def _manager(self, url: str) -> urllib3.PoolManager:
        scheme, _, rest = url.partition("://")
        host = host_and_port(rest.split("/", 1)[0].lower())[0].strip("[]")
        proxies = self._settings.proxies
        proxy = proxies.get(scheme.lower()) or proxies.get("all") or ""
        if proxy and bypasses_proxy(host, self._settings.no_proxy):
            proxy = ""
        secure = scheme.lower() == "https" or proxy.lower().startswith("https")
        key = (proxy, host in self._settings.insecure_hosts, secure)
        with self._lock:
            manager = self._managers.get(key)
            if manager is None:
                manager = self._managers[key] = self._new_manager(*key)
        return manager

    def _new_manager(self, proxy: str, insecure: bool, secure: bool) -> urllib3.PoolManager:
        import urllib3

        settings = self._settings
        timeout = urllib3.Timeout(connect=settings.connect_timeout, read=settings.read_timeout)
        context = _tls(settings.ca_bundle, insecure) if secure else None
        # Without TLS no context: loading the roots costs 25 ms.
        # block: a seventeenth thread waits for a connection instead of opening one that is thrown away after use.
        if not proxy:
            return urllib3.PoolManager(8, maxsize=settings.threads, block=True, timeout=timeout, ssl_context=context)
        clean, credentials = without_credentials(proxy if "://" in proxy else f"http://{proxy}")
        if not clean.lower().startswith(("http://", "https://")):
            raise AttemptError(f"the proxy {redacted(clean)} is neither http nor https", transient=False)
        headers = None
        if credentials is not None:
            headers = urllib3.make_headers(proxy_basic_auth=f"{credentials.user}:{credentials.password}")
        return urllib3.ProxyManager(
            clean, 8, maxsize=settings.threads, block=True, timeout=timeout, proxy_headers=headers, ssl_context=context,
            proxy_ssl_context=context if clean.lower().startswith("https") else None,
        )  # fmt: skip


def _tls(ca_bundle: str | None, insecure: bool) -> ssl.SSLContext:
    import ssl

    if insecure:
        import urllib3

        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    if ca_bundle:
        folder = os.path.isdir(ca_bundle)
        try:
            return ssl.create_default_context(
                cafile=None if folder else ca_bundle, capath=ca_bundle if folder else None
            )
        except OSError as error:
            raise AttemptError(f"the certificates at {ca_bundle} cannot be read", transient=False) from error
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def broken(error: Exception) -> AttemptError:
    """What an exception of urllib3 or the socket means, in words of our own: theirs may quote a URL with a secret."""
    from urllib3 import exceptions

    if isinstance(error, exceptions.ProxyError):
        inner = error.original_error
        reason = broken(inner).cause if isinstance(inner, (exceptions.HTTPError, OSError)) else "it refused the tunnel"
        return AttemptError(f"the proxy could not be used: {reason}", transient=True, hint="check the proxy settings")
    if isinstance(error, exceptions.NameResolutionError):
        return AttemptError(
            "the host name could not be resolved", transient=True, hint="check the name and the connection"
        )
    if isinstance(error, exceptions.NewConnectionError):  # itself a ConnectTimeoutError in some versions
        return AttemptError(_os_reason(error) or "no connection could be made", transient=True)
    if isinstance(error, (exceptions.ConnectTimeoutError, exceptions.ReadTimeoutError, TimeoutError)):
        during = "connecting" if isinstance(error, exceptions.ConnectTimeoutError) else "waiting for an answer"
        return AttemptError(f"timed out {during}", transient=True)
    if isinstance(error, exceptions.SSLError):
        return _tls_failure(error)
    if isinstance(error, exceptions.ProtocolError):
        return AttemptError("the connection was closed in the middle of the answer", transient=True)
    if isinstance(error, OSError):
        return AttemptError(_os_reason(error) or "the connection failed", transient=True)
    return AttemptError("this is not an address that can be asked", transient=False)


def _tls_failure(error: Exception) -> AttemptError:
    import ssl

    inner = error.args[0] if error.args else None
    if isinstance(inner, ssl.SSLCertVerificationError):
        hint = "behind a proxy that inspects TLS, set SSL_CERT_FILE to a bundle with its certificate"
        return AttemptError(f"the certificate is not trusted: {inner.verify_message}", transient=False, hint=hint)
    return AttemptError("the TLS handshake failed", transient=False, hint="is this an https server?")


def _os_reason(error: BaseException) -> str | None:
    """The words of the operating system behind this error, None where there are none."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno:
            return os.strerror(seen.errno).lower()
        seen = seen.__cause__ or seen.__context__
    return None
