"""A list of Pythons and an archive for another place, on loopback: everything about fetching, without a real Python.

mirror = Mirror(elfin, server, monkeypatch.setenv)
mirror.elfin.good(*mirror.arguments())
"""

from __future__ import annotations

from collections.abc import Callable

from elfin.pythons import disk_managed
from kit import pythonarchives as archives
from kit.commandline import Commandline
from kit.indexserver import IndexServer

KEY = "cpython-3.13.9-linux-aarch64-musl"
Environ = Callable[[str, str], None]


class Mirror:
    """A list and a small archive on loopback, for a place that is not here."""

    def __init__(self, elfin: Commandline, server: IndexServer, environ: Environ) -> None:
        self.elfin, self.server = elfin, server
        self.name = archives.name_of()
        self.data = archives.archive(archives.small())
        server.projects["pythons"] = {self.name: self.data}
        self.list(self.data)
        self.folder = elfin.work / "arm"
        environ("ELFIN_PYTHON_CATALOGUE", str(elfin.work / "list.ndjson"))
        environ("ELFIN_PYTHON_MIRROR", f"{server.root}/files/pythons")

    def list(self, data: bytes) -> None:
        self.elfin.file("list.ndjson", archives.ndjson({self.name: data}))

    @property
    def path(self) -> str:
        """Of the first address that is tried and can have it."""
        return f"/files/pythons/{self.name.replace('+', '%2B')}"

    def arguments(self) -> tuple[str, ...]:
        return ("python", "install", "3.13", "--platform", "alpine:3.20/arm64", "--install-dir", str(self.folder))

    def refused(self) -> str:
        answer = self.elfin(*self.arguments())
        assert answer.code in (3, 4) and answer.err.count("error: ") == 1 and "Traceback" not in answer.said, (
            answer.said
        )
        assert disk_managed.installed(str(self.folder)) == []
        assert not self.folder.exists() or list(self.folder.iterdir()) == []
        return answer.err
