"""A package index on loopback that can be told to misbehave.

    with IndexServer({"good": {"good-1.0-py3-none-any.whl": data}}) as server:
        server.fault("/simple/good/", status(503), times=2)
        Index(Client(), [server.url]).listing("good")
        assert [request.path for request in server.requests] == [...]

Pages are PEP 691 JSON or PEP 503 HTML, files have METADATA beside them (PEP 658) or not, ranges work or not.
"""

from __future__ import annotations

import gzip
import hashlib
import html
import io
import json
import re
import socket
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import unquote

JSON = "application/vnd.pypi.simple.v1+json"
HTML = "text/html"


class Request(NamedTuple):
    """One request as it came: path with query, headers in lower case."""

    path: str
    headers: Mapping[str, str]


Answer = Callable[["Exchange"], None]
"""A way to answer: what a fault is."""


class Exchange:
    """One request being answered."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        self._handler = handler
        self.path = handler.path
        self.caller = handler.client_address
        self.headers = {name.lower(): value for name, value in handler.headers.items()}

    def head(self, code: int, headers: Mapping[str, object]) -> None:
        self._handler.send_response(code)
        for name, value in headers.items():
            self._handler.send_header(name, str(value))
        self._handler.end_headers()

    def send(self, code: int, body: bytes = b"", headers: Mapping[str, object] | None = None) -> None:
        self.head(code, {"content-length": len(body), **(headers or {})})
        self.write(body)

    def write(self, data: bytes) -> None:
        self._handler.wfile.write(data)
        self._handler.wfile.flush()

    def hang_up(self) -> None:
        """Close the connection at once."""
        self._handler.close_connection = True
        with _quiet():
            self._handler.connection.shutdown(socket.SHUT_RDWR)


def status(code: int, body: bytes = b"", **headers: object) -> Answer:
    """Answer with a status; header names are written with underscores: `retry_after=3`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda exchange: exchange.send(code, body, named)


def page(body: bytes | str, content_type: str = HTML, **headers: object) -> Answer:
    """Answer 200 with this body."""
    data = body.encode() if isinstance(body, str) else body
    return status(200, data, content_type=content_type, **headers)


def redirect(to: str, code: int = 302) -> Answer:
    """Send the client elsewhere."""
    return status(code, location=to)


def truncated(body: bytes, keep: int, **headers: object) -> Answer:
    """Promise all of `body`, send `keep` bytes of it, hang up."""

    def answer(exchange: Exchange) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        exchange.head(200, {"content-length": len(body), **named})
        exchange.write(body[:keep])
        exchange.hang_up()

    return answer


def truncated_chunks(body: bytes) -> Answer:
    """Send one chunk of a chunked body and hang up before the last."""

    def answer(exchange: Exchange) -> None:
        exchange.head(200, {"transfer-encoding": "chunked"})
        exchange.write(f"{len(body):x}\r\n".encode() + body + b"\r\n")
        exchange.hang_up()

    return answer


def drip(pieces: int, piece: bytes = b"x") -> Answer:
    """Send the body byte by byte, one packet each; pair it with a fast clock."""

    def answer(exchange: Exchange) -> None:
        exchange.head(200, {"content-length": pieces * len(piece)})
        for _ in range(pieces):
            exchange.write(piece)

    return answer


def endless(piece: bytes = b"<!-- more -->" * 5000) -> Answer:
    """Send a chunked body until the client hangs up."""

    def answer(exchange: Exchange) -> None:
        exchange.head(200, {"transfer-encoding": "chunked", "content-type": HTML})
        while True:
            exchange.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")

    return answer


def bomb(size: int, content_type: str = HTML) -> Answer:
    """A gzip stream that unpacks to `size` zeros."""
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=9, mtime=0) as packed:
        for _ in range(size >> 20):
            packed.write(bytes(1 << 20))
    return status(200, buffer.getvalue(), content_type=content_type, content_encoding="gzip")


def hang_up() -> Answer:
    """Close the connection instead of answering."""
    return Exchange.hang_up


class IndexServer:
    """The server; a context manager. `projects` maps project to file name to content, and may change while it runs."""

    def __init__(
        self,
        projects: Mapping[str, Mapping[str, bytes]] | None = None,
        *,
        form: str = "json",
        metadata: bool = True,
        ranges: bool = True,
        suffix_ranges: bool = True,
        etag: bool = True,
        max_age: int | None = None,
        hashes: bool = True,
        auth: tuple[str, str] | None = None,
    ) -> None:
        self.projects: dict[str, dict[str, bytes]] = {name: dict(files) for name, files in (projects or {}).items()}
        self.form, self.metadata, self.ranges, self.suffix_ranges = form, metadata, ranges, suffix_ranges
        self.etag, self.max_age, self.hashes, self.auth = etag, max_age, hashes, auth
        self.yanked: dict[str, str] = {}
        """File name to reason."""
        self.requests: list[Request] = []
        self._faults: dict[str, list[tuple[Answer, int | None]]] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> IndexServer:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                with _quiet():
                    outer._answer(Exchange(self))
                    self.wfile.flush()

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, *_: object) -> None:
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def root(self) -> str:
        """http://127.0.0.1:PORT"""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        """The address of the simple index."""
        return f"{self.root}/simple/"

    def url_with(self, user: str, password: str) -> str:
        """The address with credentials in it."""
        return self.url.replace("://", f"://{user}:{password}@")

    def fault(self, path: str, answer: Answer, *, times: int | None = None) -> None:
        """Answer requests for `path` this way, `times` times or for ever; several faults of a path take turns."""
        self._faults.setdefault(path, []).append((answer, times))

    def paths(self) -> list[str]:
        """The paths asked for so far."""
        return [request.path for request in self.requests]

    def _answer(self, exchange: Exchange) -> None:
        with self._lock:
            self.requests.append(Request(exchange.path, exchange.headers))
            planned = self._fault_of(exchange.path)
        if planned is not None:
            planned(exchange)
        elif self.auth is not None and exchange.headers.get("authorization") != _basic(*self.auth):
            exchange.send(401, headers={"www-authenticate": 'Basic realm="index"'})
        elif match := re.fullmatch(r"/simple/([^/]+)/", exchange.path):
            self._page(exchange, match[1])
        elif match := re.fullmatch(r"/files/([^/]+)/([^/]+)", exchange.path):
            self._file(exchange, match[1], unquote(match[2]))
        else:
            exchange.send(404)

    def _fault_of(self, path: str) -> Answer | None:
        planned = self._faults.get(path)
        if not planned:
            return None
        answer, times = planned[0]
        if times is not None:
            planned[0] = (answer, times - 1)
            if times == 1:
                planned.pop(0)
        return answer

    def _page(self, exchange: Exchange, project: str) -> None:
        if project not in self.projects:
            exchange.send(404)
            return
        rows = [self._row(project, name, data) for name, data in sorted(self.projects[project].items())]
        body = self._json(project, rows) if self.form == "json" else self._html(project, rows)
        headers: dict[str, object] = {"content-type": JSON if self.form == "json" else HTML}
        if self.max_age is not None:
            headers["cache-control"] = f"max-age={self.max_age}"
        if self.etag:
            headers["etag"] = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            if exchange.headers.get("if-none-match") == headers["etag"]:
                exchange.head(304, headers)
                return
        if "gzip" in exchange.headers.get("accept-encoding", ""):
            headers["content-encoding"], body = "gzip", gzip.compress(body, 1)
        exchange.send(200, body, headers)

    def _row(self, project: str, name: str, data: bytes) -> dict[str, Any]:
        metadata = metadata_of(data) if name.endswith(".whl") else None
        found = re.search(rb"(?m)^Requires-Python: *(.*?)\r?$", metadata or b"")
        return {
            "filename": name,
            "url": f"../../files/{project}/{name}",
            "hashes": {"sha256": hashlib.sha256(data).hexdigest()} if self.hashes else {},
            "requires-python": found[1].decode() if found else None,
            "yanked": self.yanked.get(name, False),
            "size": len(data),
            "upload-time": "2026-01-02T03:04:05.678901Z",
            "core-metadata": {"sha256": hashlib.sha256(metadata).hexdigest()} if self.metadata and metadata else False,
        }

    def _json(self, project: str, rows: list[dict[str, Any]]) -> bytes:
        return json.dumps({"meta": {"api-version": "1.1"}, "name": project, "files": rows}).encode()

    def _html(self, project: str, rows: list[dict[str, Any]]) -> bytes:
        lines = [f"<!DOCTYPE html>\n<html>\n<head><title>Links for {project}</title></head>\n<body>"]
        for row in rows:
            fragment = "".join(f"#{name}={digest}" for name, digest in row["hashes"].items())
            attributes = {"href": row["url"] + fragment}
            if row["requires-python"]:
                attributes["data-requires-python"] = row["requires-python"]
            if row["yanked"] is not False:
                attributes["data-yanked"] = row["yanked"]
            if row["core-metadata"]:
                attributes["data-core-metadata"] = f"sha256={row['core-metadata']['sha256']}"
            written = " ".join(f'{name}="{html.escape(value)}"' for name, value in attributes.items())
            lines.append(f"<a {written}>{row['filename']}</a><br/>")
        return "\n".join([*lines, "</body>\n</html>\n"]).encode()

    def _file(self, exchange: Exchange, project: str, name: str) -> None:
        files = self.projects.get(project, {})
        if name.endswith(".metadata") and self.metadata:
            data = (
                metadata_of(files[name.removesuffix(".metadata")]) if name.removesuffix(".metadata") in files else None
            )
        else:
            data = files.get(name)
        if data is None:
            exchange.send(404)
            return
        tag = f'"{hashlib.sha256(data).hexdigest()[:16]}"'
        headers: dict[str, object] = {"etag": tag} if self.etag else {}
        asked = re.fullmatch(r"bytes=([0-9]*)-([0-9]*)", exchange.headers.get("range", ""))
        if not asked or not self.ranges or (not asked[1] and not self.suffix_ranges):
            exchange.send(200, data, headers)
            return
        if exchange.headers.get("if-range", tag) != tag:
            exchange.send(200, data, headers)
            return
        first = int(asked[1]) if asked[1] else max(0, len(data) - int(asked[2]))
        last = min(int(asked[2]), len(data) - 1) if asked[1] and asked[2] else len(data) - 1
        if first > last:
            exchange.send(416, headers={"content-range": f"bytes */{len(data)}"})
            return
        headers["content-range"] = f"bytes {first}-{last}/{len(data)}"
        exchange.send(206, data[first : last + 1], headers)


def wheel(
    name: str, version: str, *, requires: tuple[str, ...] = (), python: str | None = None, extra: int = 0
) -> bytes:
    """A small pure wheel; `extra` is the number of further modules of 1 KiB of noise each."""
    buffer = io.BytesIO()
    folder = f"{name}-{version}.dist-info"
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Python: {python}"] if python else []
    lines += [f"Requires-Dist: {requirement}" for requirement in requires]
    members = {f"{name}/__init__.py": b""}
    for number in range(extra):
        members[f"{name}/module_{number}.py"] = hashlib.shake_128(str(number).encode()).digest(1024)
    members[f"{folder}/METADATA"] = "\n".join([*lines, "", ""]).encode()
    members[f"{folder}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: kit\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    members[f"{folder}/RECORD"] = "".join(f"{path},,\n" for path in [*members, f"{folder}/RECORD"]).encode()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in members.items():
            archive.writestr(zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0)), data)
    return buffer.getvalue()


def metadata_of(data: bytes) -> bytes | None:
    """METADATA of a wheel, None for what is no wheel."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
            return archive.read(names[0]) if names else None
    except zipfile.BadZipFile:
        return None


def _basic(user: str, password: str) -> str:
    from base64 import b64encode

    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


@contextmanager
def _quiet() -> Iterator[None]:
    """The client hung up: that is what some tests are about."""
    try:
        yield
    except OSError:
        pass
