"""Releases to install in places: their archives, made once, and the scripts that the frozen elfin makes for them.

    releases/hello-DIGEST/            the archives of examples/hello, for all targets (or CI's few)
    releases/hello-DIGEST-STATE/      the same, linked, with install.sh as elfin of that state makes it
    releases/elfin-DIGEST-STATE/      elfin's own release, of the CPython builds beside the checkout

A place sees the latter two at /release/NAME: each is folder of archives and base URL in one.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from typing import NamedTuple

from lab import cache, make
from lab.checkout import Checkout
from lab.failure import LabError

INSIDE = "/release"
QUICK = ("x86_64-unknown-linux-gnu", "x86_64-unknown-linux-musl", "aarch64-unknown-linux-gnu")
"""The targets that CI makes: a static one takes zig a minute."""
_OWN_QUICK = ("x86_64-unknown-linux-gnu", "x86_64-unknown-linux-musl", "aarch64-unknown-linux-gnu")
_VERSION = "1.0"


class Release(NamedTuple):
    """A folder with archives and scripts."""

    name: str
    folder: str
    state: str
    """A digest of what the archives were made of; the scripts hang on elfin's state."""


def hello(elfin: Checkout, *, quick: bool) -> Release:
    """The example release. Raises LabError when it cannot be made."""
    source = os.path.join(make.CHECKOUT, "examples", "hello")
    state = digest(source, QUICK if quick else ())
    archives = os.path.join(cache.folder(), "releases", f"hello-{state}")
    whole = f"{archives}-{elfin.state}"
    with cache.locked("release-hello", alone=True):
        if not os.path.isdir(archives):
            build = [os.path.join(source, "build.py")]
            targets = QUICK if quick else ()
            cache.replace(archives, lambda staged: _elfin(elfin, "run", "-q", *build, staged, *targets))
        if not os.path.isdir(whole):
            cache.replace(whole, lambda staged: _scripts(elfin, archives, staged))
            cache.keep_newest(os.path.dirname(whole), f"hello-{state}-", 3)
    return Release("hello", whole, state)


def own(elfin: Checkout, *, quick: bool) -> Release | None:
    """elfin's own release; None where there are no CPython builds to make it of. Raises LabError."""
    if not os.path.isdir(make.PYTHONS):
        return None
    targets = _OWN_QUICK if quick else ()
    state = hashlib.sha256(repr((targets, sorted(os.listdir(make.PYTHONS)))).encode()).hexdigest()[:12]
    whole = os.path.join(cache.folder(), "releases", f"elfin-{state}-{elfin.state}")
    words = [word for target in targets for word in ("--target", target)]
    # It is to be installed from a folder; the URL is there to see that nobody asks for it.
    words += ["--pythons", make.PYTHONS, "--base-url", "https://example.invalid/elfin"]
    with cache.locked("release-elfin", alone=True):
        if not os.path.isdir(whole):
            tool = os.path.join(elfin.folder, "tools", "release.py")
            cache.replace(whole, lambda staged: _run("tools/release.py", sys.executable, tool, staged, *words))
            cache.keep_newest(os.path.dirname(whole), f"elfin-{state}-", 2)
    return Release("elfin", whole, state)


def digest(folder: str, more: object) -> str:
    """A digest of a folder's files and of whatever else matters."""
    found = hashlib.sha256(repr(more).encode())
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if os.path.isfile(path) and not name.endswith(".md"):
            with open(path, "rb") as file:
                found.update(name.encode() + b"\0" + hashlib.sha256(file.read()).digest())
    return found.hexdigest()[:12]


def _scripts(elfin: Checkout, archives: str, staged: str) -> None:
    # Its URL is replaced in the place by a folder; it is there to see that nobody asks for it.
    _elfin(
        elfin, "installer", "build", "-q", archives, "-o", staged, "--name", "hello", "--version", _VERSION,
        "--base-url", "https://example.invalid/hello",
    )  # fmt: skip
    for name in os.listdir(archives):
        os.link(os.path.join(archives, name), os.path.join(staged, name))


def _elfin(elfin: Checkout, *words: str) -> None:
    """Run the frozen elfin on this machine. Raises LabError."""
    launch = os.path.join(elfin.folder, "src/elfin/launch.py")
    _run(f"elfin {' '.join(words[:2])}", sys.executable, "-I", "-S", launch, *words)


def _run(name: str, *command: str) -> None:
    """Run a command with the lab's own caches. Raises LabError with what it said first."""
    kept = cache.folder()
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False,
        env={
            **os.environ, "ELFIN_CACHE_DIR": os.path.join(kept, "jobs", "elfin"),
            "ZIG_GLOBAL_CACHE_DIR": os.path.join(kept, "zig"), "ZIG_LOCAL_CACHE_DIR": os.path.join(kept, "zig"),
        },
    )  # fmt: skip
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip() or "it said nothing").splitlines()
        raise LabError(f"{name} failed with {done.returncode}: {said[0]}")
