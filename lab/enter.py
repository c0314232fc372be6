"""Entering a place: namespaces of its own (mounts, processes; for foreign places a user namespace with a private
binfmt_misc), the checkout at /elfin, and nothing left behind, however it ends.

A foreign place's QEMU format is registered in a user namespace, so this machine's own table stays as it was (Linux 6.7
and later; earlier kernels must have the format registered machine-wide).
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from lab import cache, fetch, make, needs, pythons
from lab.failure import LabError
from lab.places import Place

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/python/bin"
JOBS = "/var/cache/lab"
CERTIFICATES = "/etc/ssl/certs/lab.crt"
_INSIDE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "inside.py")
_PASSED = (
    "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "https_proxy", "http_proxy", "no_proxy", "TERM",
    "ELFIN_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX", "PIP_INDEX_URL",
)  # fmt: skip
_HOST_CERTIFICATES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/cert.pem", "/etc/pki/tls/certs/ca-bundle.crt")


class Done(NamedTuple):
    """How a command ended."""

    code: int
    """Negative for a signal."""
    seconds: float
    out: str
    err: str
    timed_out: bool = False


_running: set[subprocess.Popen[bytes]] = set()


def end_all() -> None:
    """End every session that is open: for an interrupted run."""
    for child in list(_running):
        _end(child)


def _end(child: subprocess.Popen[bytes]) -> None:
    """End `unshare` and the first process inside; the kernel ends all others with that one.

    unshare's own --kill-child does not last: a program that gains powers, as in a user namespace, is released from it.
    """
    try:
        with open(f"/proc/{child.pid}/task/{child.pid}/children", encoding="utf-8") as file:
            inner = [int(pid) for pid in file.read().split()]
    except OSError:
        inner = []
    for pid in inner:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    child.kill()


class Session:
    """Commands in one place, one after the other; what one writes the next one sees, and nobody after them."""

    def __init__(self, place: Place, child: subprocess.Popen[bytes]) -> None:
        self.place = place
        self._child = child

    def run(self, command: Sequence[str], *, timeout: float = 600, **more: str) -> Done:
        """Run one command; `more` are further environment variables."""
        asked = {
            "command": list(command),
            "environment": {**environment(self.place), **more},
            "timeout": timeout,
        }
        child = self._child
        if child.stdin is None or child.stdout is None:
            raise ValueError("the session has no pipes")
        try:
            child.stdin.write(json.dumps(asked).encode() + b"\n")
            child.stdin.flush()
            line = child.stdout.readline()
        except BrokenPipeError:
            line = b""
        if not line:
            raise LabError(f"the place {self.place.name} cannot be entered", "the lines above say why")
        return Done(**json.loads(line))


@contextmanager
def session(
    place: Place, *, peers: bool = True, checkout: str = make.CHECKOUT, more: Sequence[tuple[str, str]] = ()
) -> Iterator[Session]:
    """Enter a place that is made. `peers` brings uv and pip along, at /opt/peers. `checkout` is what is at /elfin.

    `more` are further folders, and where the place has them, not to be written to. Raises LabError.
    """
    with cache.locked(place.name, alone=False):
        child, tie = _start(place, _wanted(place, peers=peers, checkout=checkout, more=more), pipe=True)
        _running.add(child)
        try:
            with tie:
                yield Session(place, child)
        finally:
            _running.discard(child)
            if child.stdin is not None:
                child.stdin.close()
            _end(child)
            child.wait()
            if child.stdout is not None:
                child.stdout.close()


def become(place: Place, command: Sequence[str]) -> int:
    """Run one command in a place, with this process's own standard streams; its exit code."""
    wanted = _wanted(place, peers=False, checkout=make.CHECKOUT)
    wanted["alone"] = {"command": list(command), "environment": environment(place)}
    with cache.locked(place.name, alone=False):
        child, tie = _start(place, wanted, pipe=False)
        with tie:
            try:
                code = child.wait()
            except KeyboardInterrupt:
                _end(child)
                code = 130
    return code if code >= 0 else 128 - code


def environment(place: Place) -> dict[str, str]:
    """The variables a program meets in a place."""
    found = {name: os.environ[name] for name in _PASSED if name in os.environ}
    if _certificates() is not None:
        found |= {"SSL_CERT_FILE": CERTIFICATES, "PIP_CERT": CERTIFICATES}
    return {
        **found,
        "PATH": PATH,
        "HOME": "/root",
        "LANG": "C.UTF-8",
        "ELFIN_CACHE_DIR": f"{JOBS}/elfin",
        "ELFIN_PYTHON_DOWNLOADS": "manual",  # as uv is told by a flag: a place is tried with the Pythons it has
        "XDG_DATA_HOME": f"{JOBS}/data",
        "UV_CACHE_DIR": f"{JOBS}/uv",
        "PIP_CACHE_DIR": f"{JOBS}/pip",
        **dict(place.environment),
    }


def _wanted(place: Place, *, peers: bool, checkout: str, more: Sequence[tuple[str, str]] = ()) -> dict[str, object]:
    """What `inside.py` is told of a place."""
    jobs, scratch = (os.path.join(cache.folder(), name) for name in ("jobs", "scratch"))
    for folder in (jobs, scratch):
        os.makedirs(folder, exist_ok=True)
    binds = [(checkout, "/elfin", "ro"), (jobs, JOBS, "rw"), *((folder, inside, "ro") for folder, inside in more)]
    if os.path.isdir(make.PYTHONS):
        binds.append((make.PYTHONS, "/shared/pythons", "ro"))
    if place.build:
        binds.append((os.path.join(make.build(place.build), "all"), "/opt/python", "ro"))
    if peers:
        binds.append((fetch.uv(place.architecture), "/opt/peers/uv", "ro"))
        binds.append((fetch.pip(), "/opt/peers/pip", "ro"))
        binds.append((pythons.for_uv(), "/opt/peers/pythons", "ro"))
    files = [(f"/etc/{name}", text) for name in ("resolv.conf", "hosts") if (text := _text(f"/etc/{name}")) is not None]
    certificates = _certificates()
    if certificates is not None:
        files.append((CERTIFICATES, certificates))
    return {
        "root": cache.root_of(place.name),
        "scratch": scratch,
        "mounts": place.mounts,
        "binfmt": needs.binfmt(place),
        "binds": binds,
        "files": files,
    }


def _certificates() -> str | None:
    """The text of this machine's certificate authorities."""
    for path in (os.environ.get("SSL_CERT_FILE"), *_HOST_CERTIFICATES):
        if path and (text := _text(path)) is not None:
            return text
    return None


def _text(path: str) -> str | None:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return None


def _start(place: Place, wanted: dict[str, object], *, pipe: bool) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start `inside.py` in namespaces of its own and tell it what is wanted; it ends when the socket is closed."""
    needs.check(place, to_make=False)
    told = os.memfd_create("wanted")
    os.write(told, json.dumps(wanted).encode())
    ours, theirs = socket.socketpair()
    private = ["--user"] if wanted["binfmt"] else []
    command = [
        needs.program("unshare"), "--mount", "--pid", "--fork", "--kill-child", *private,
        sys.executable, "-I", "-S", "-B", _INSIDE, str(told), str(theirs.fileno()),
    ]  # fmt: skip
    streams = subprocess.PIPE if pipe else None
    outside = {"PATH": needs.SEARCH, "LC_ALL": "C.UTF-8"}
    try:
        with theirs:
            child = subprocess.Popen(
                command, stdin=streams, stdout=streams, pass_fds=(told, theirs.fileno()), env=outside,
            )  # fmt: skip
        os.close(told)
        if ours.recv(1) and wanted["binfmt"]:
            _map_users(child.pid)
        ours.sendall(b"g")
    except BaseException:
        ours.close()
        raise
    return child, ours


def _map_users(pid: int) -> None:
    """Let the new user namespace have this machine's users, so that files keep their owners."""
    for kind in ("uid_map", "gid_map"):
        with open(f"/proc/{pid}/{kind}", "w", encoding="utf-8") as file:
            file.write("0 0 65536\n")
