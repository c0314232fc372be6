"""A release of small shell scripts in real archives, with its install.sh; and a server that misbehaves."""

from __future__ import annotations

import hashlib
import importlib
import io
import os
import sys
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from elfin.host.model import Host, Needs
from elfin.installers import shell
from elfin.installers.model import Artifact, Layout, Program, Release
from kit import shells, simhost

GNU, MUSL = "x86_64-unknown-linux-gnu", "x86_64-unknown-linux-musl"


def says(text: str, code: int = 0) -> bytes:
    """A program that prints a line and ends."""
    return f"#!/bin/sh\necho '{text}'\nexit {code}\n".encode()


def archive(members: Mapping[str, bytes], kind: str = "tar.gz") -> bytes:
    """An archive of executable files; "binary" is the first of them as it is."""
    if kind == "binary":
        return next(iter(members.values()))
    out = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(out, "w") as zipped:
            for name, data in members.items():
                entry = zipfile.ZipInfo(name)
                entry.external_attr = 0o100755 << 16
                zipped.writestr(entry, data)
        return out.getvalue()
    mode = {"tar.gz": "w:gz", "tar.xz": "w:xz", "tar.zst": "w:", "tar": "w:"}[kind]
    with tarfile.open(fileobj=out, mode=mode) as tar:  # type: ignore[call-overload]
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode, member.uid = len(data), 0o755, 4321
            tar.addfile(member, io.BytesIO(data))
    if kind == "tar.zst":
        zstd = importlib.import_module("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")
        packed: bytes = zstd.compress(out.getvalue())
        return packed
    return out.getvalue()


class World:
    """A folder with a release's files, a home, and a PATH of few tools."""

    def __init__(self, folder: str, *without: str, more: tuple[str, ...] = ()) -> None:
        self.folder = folder
        self.files, self.home, self.tools = f"{folder}/files", f"{folder}/home", f"{folder}/tools"
        os.makedirs(self.files)
        os.makedirs(self.home)
        shells.tools(self.tools, *without, more=more)
        if "uname" not in without:
            shells.stub(self.tools, "uname", "case $1 in (-s) echo Linux ;; (-m) echo x86_64 ;; esac")
        self.variables = {"PATH": self.tools, "HOME": self.home, "HELLO_BASE_URL": self.files}
        self.artifacts: list[Artifact] = []
        self.base_urls: tuple[str, ...] = ("https://example.invalid/hello",)
        self.layout = Layout("programs")
        self.probe: tuple[str, ...] = ("--version",)
        self.version = "1.0"
        self.homepage = ""
        self.fetcher = ""

    def stand_in(self, host: Host) -> None:
        """Lets the script see that host; its tools stay the world's."""
        simhost.root(f"{self.folder}/root", host)
        self.variables["HELLO_INSTALLER_ROOT"] = f"{self.folder}/root"

    def add(
        self,
        target: str = MUSL,
        programs: Mapping[str, bytes] | None = None,
        *,
        kind: str = "tar.gz",
        floor: tuple[int, ...] | None = None,
        loader: str | None = None,
        more: Mapping[str, bytes] | None = None,
        arch: str = "x86_64",
        top: str = "hello-1.0",
        published: bool = True,
        name: str = "",
    ) -> Artifact:
        """Publishes an artifact; "gnu" in the target makes it one for glibc."""
        programs = programs or {"hello": says(f"hello 1.0 {target}")}
        prefix = f"{top}/" if top else ""
        members = {f"{prefix}{one}": data for one, data in programs.items()} | dict(more or {})
        data = archive(members, kind)
        name = name or f"hello-{self.version}-{target}" + ("" if kind == "binary" else f".{kind}")
        if published:
            with open(f"{self.files}/{name}", "wb") as file:
                file.write(data)
        libc = "glibc" if "-gnu" in target else None
        one = Artifact(
            name, target, kind, len(data), hashlib.sha256(data).hexdigest(), "" if kind == "binary" else top,
            tuple(Program(os.path.basename(each), "" if kind == "binary" else f"{prefix}{each}") for each in programs),
            (Needs("linux", arch, None, libc, floor),), loader, (), (), True,
        )  # fmt: skip
        self.artifacts.append(one)
        return one

    @property
    def release(self) -> Release:
        return Release(
            "hello", self.version, self.base_urls, tuple(self.artifacts), self.layout, self.probe,
            homepage=self.homepage,
        )  # fmt: skip

    def script(self) -> str:
        """Writes install.sh beside the files. Returns its path."""
        path = f"{self.folder}/install.sh"
        with open(path, "w") as file:
            file.write(shell.script(self.release))
        return path

    def run(
        self,
        *arguments: str,
        sh: tuple[str, ...] = ("dash",),
        stdin: str | None = None,
        options: tuple[str, ...] = (),
        **variables: str | None,
    ) -> shells.Ran:
        """Runs install.sh. A variable that is None is not set."""
        script = self.script()
        merged = {**self.variables, **variables}
        kept = {name: value for name, value in merged.items() if value is not None}
        return shells.run((*sh, *options), script, *arguments, variables=kept, folder=self.folder, stdin=stdin)

    def chosen(self, **variables: str | None) -> list[str]:
        """Targets in the order in which they would be tried."""
        lines = self.run("--explain", **variables).out.splitlines()
        if "tried in this order:" not in lines:
            return []
        listed = lines[lines.index("tried in this order:") + 1 :]
        end = next(number for number, line in enumerate(listed) if not line.startswith("  "))
        names = [line.split("   ")[0].strip() for line in listed[:end]]
        return [one.target for name in names for one in self.artifacts if one.name == name]

    def installed(self, name: str = "hello") -> str:
        """Where a program goes by default."""
        return f"{self.home}/.local/bin/{name}"

    def says(self, name: str = "hello") -> str:
        """What the installed program prints."""
        return shells.run((self.installed(name),), variables={"PATH": "/bin:/usr/bin"}, folder=self.folder).out.strip()

    def leftovers(self) -> list[str]:
        """Whatever an installer left on its way, below the home."""
        return [
            os.path.join(where, name)
            for where, folders, files in os.walk(self.home)
            for name in (*folders, *files)
            if "install." in name or name.startswith(".receipt")
        ]


Answer = Callable[[BaseHTTPRequestHandler, bytes | None], None]


def answer(handler: BaseHTTPRequestHandler, code: int, body: bytes = b"", **headers: str) -> None:
    """A whole answer."""
    handler.send_response(code)
    handler.send_header("content-length", headers.pop("length", str(len(body))))
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


class Server:
    """Serves a folder; `faults` maps a path to answers that are given first, one a request."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.requests: list[tuple[str, str | None]] = []
        """(path, Authorization) of each."""
        self.faults: dict[str, list[Answer]] = {}
        self.url = ""

    def handle(self, handler: BaseHTTPRequestHandler) -> None:
        path = handler.path
        self.requests.append((path, handler.headers.get("authorization")))
        body: bytes | None = None
        if os.path.isfile(self.folder + path):
            with open(self.folder + path, "rb") as file:
                body = file.read()
        waiting = self.faults.get(path)
        if waiting:
            waiting.pop(0)(handler, body)
        elif body is None:
            answer(handler, 404)
        else:
            answer(handler, 200, body)


@contextmanager
def serving(folder: str) -> Iterator[Server]:
    """A server of that folder, on loopback."""
    server = Server(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.handle(self)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        httpd.daemon_threads = True
        thread = threading.Thread(target=httpd.serve_forever, daemon=True)
        thread.start()
        server.url = f"http://127.0.0.1:{httpd.server_address[1]}"
        try:
            yield server
        finally:
            httpd.shutdown()
            thread.join()
