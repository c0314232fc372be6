"""A package index on loopback for timing clients: pages and files are answered from memory, after an optional delay.

    python benchmarks/index_server.py FOLDER [--delay MILLISECONDS] [--wheels FOLDER]

FOLDER holds `simple/NAME/index.json` (PEP 691) and `metadata/NAME/VERSION` (PEP 658, served at the file's URL with
`.metadata` behind). With --wheels the index is made from the wheels in that folder instead, real bodies and all.
Prints the port and serves until its standard input closes.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import hashlib
import json
import re
import sys
import threading
import zipfile
from pathlib import Path

JSON_TYPE = "application/vnd.pypi.simple.v1+json"


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def response(body: bytes, kind: str, *, packed: bool = False, status: str = "200 OK", extra: str = "") -> bytes:
    etag = hashlib.sha256(body).hexdigest()[:24]
    head = f'HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nETag: "{etag}"\r\n'
    head += (
        "Cache-Control: max-age=600, public\r\n"
        if kind == JSON_TYPE
        else "Cache-Control: max-age=365000000, immutable, public\r\n"
    )
    if packed:
        head += "Content-Encoding: gzip\r\n"
    return (head + extra + "\r\n").encode() + body


def from_pages(folder: Path) -> dict[str, bytes]:
    """Path to whole response for the 115-project data."""
    answers = {}
    for page in sorted((folder / "simple").iterdir()):
        body = (page / "index.json").read_bytes()
        answers[f"/simple/{page.name}/"] = response(gzip.compress(body, 6), JSON_TYPE, packed=True)
        for row in json.loads(body)["files"]:
            if row.get("core-metadata"):
                parts = row["filename"].split("-")
                metadata = folder / "metadata" / page.name / parts[1]
                if metadata.is_file():
                    answers[row["url"] + ".metadata"] = response(metadata.read_bytes(), "application/octet-stream")
    return answers


def from_wheels(folder: Path) -> dict[str, bytes]:
    """Path to whole response for a folder of real wheels."""
    pages: dict[str, list[dict[str, object]]] = {}
    answers = {}
    for path in sorted(folder.glob("*.whl")):
        body = path.read_bytes()
        with zipfile.ZipFile(path) as archive:
            name = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA") and n.count("/") == 1)
            metadata = archive.read(name)
        url = f"/files/{path.name}"
        answers[url] = response(body, "application/octet-stream", extra="Accept-Ranges: bytes\r\n")
        answers[url + ".metadata"] = response(metadata, "application/octet-stream")
        pages.setdefault(canonical(path.name.split("-")[0]), []).append(
            {
                "filename": path.name,
                "url": url,
                "hashes": {"sha256": hashlib.sha256(body).hexdigest()},
                "size": len(body),
                "core-metadata": {"sha256": hashlib.sha256(metadata).hexdigest()},
            }
        )
    for project, files in pages.items():
        body = json.dumps({"meta": {"api-version": "1.1"}, "name": project, "files": files}).encode()
        answers[f"/simple/{project}/"] = response(gzip.compress(body, 6), JSON_TYPE, packed=True)
    return answers


class Connection(asyncio.Protocol):
    """One client: requests are answered in order, each `delay` seconds after it came."""

    def __init__(self, answers: dict[str, bytes], delay: float) -> None:
        self.answers, self.delay, self.buffer = answers, delay, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while b"\r\n\r\n" in self.buffer:
            head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            path = lines[0].split(" ")[1]
            answer = self.answers.get(path) or self.answers.get(path + "/")
            if answer is None:
                answer = response(b"not found", "text/plain", status="404 Not Found")
            wanted = next(
                (line.split(":", 1)[1].strip() for line in lines[1:] if line.lower().startswith("if-none-match:")), ""
            )
            if wanted and f"ETag: {wanted}\r\n".encode() in answer[:400]:
                answer = b"HTTP/1.1 304 Not Modified\r\nContent-Length: 0\r\nETag: " + wanted.encode() + b"\r\n\r\n"
            if self.delay:
                asyncio.get_running_loop().call_later(self.delay, self.transport.write, answer)  # type: ignore[attr-defined]
            else:
                self.transport.write(answer)  # type: ignore[attr-defined]


async def serve(answers: dict[str, bytes], delay: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(answers, delay), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    closed = asyncio.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), loop.call_soon_threadsafe(closed.set)), daemon=True).start()
    await closed.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--delay", type=float, default=0)
    parser.add_argument("--wheels", action="store_true", help="FOLDER holds wheels")
    options = parser.parse_args()
    answers = from_wheels(options.folder) if options.wheels else from_pages(options.folder)
    asyncio.run(serve(answers, options.delay / 1000))


if __name__ == "__main__":
    main()
