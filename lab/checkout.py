"""The checkout as the matrix runs it: frozen while others edit it, compiled, and named as git would.

A run of the matrix takes a while; all of its places are to see one elfin. What it is: PARTS.
Frozen copies are kept in the lab's cache as checkouts/STATE, their modules compiled for the Pythons that can be started
here: the places see them read-only, and under QEMU compiling them anew at every start took most of the time.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Mapping
from typing import NamedTuple

from lab import cache, compiled, make

PARTS = ("elfin", "elfinx", "src", "LICENSE", "tools/release.py")
"""What elfin is, and what its own release is made of and by."""
_KEPT = 3
"""Frozen checkouts that are kept; a session may still have an older one bound."""


class Checkout(NamedTuple):
    """A checkout that does not change any more."""

    folder: str
    sources: str
    """The git tree of `src`, as `git rev-parse COMMIT:src` tells it."""
    state: str
    """A digest of everything elfin is made of."""


def frozen() -> Checkout:
    """Freeze the checkout this lab is part of, unless that was done before."""
    files = read(make.CHECKOUT)
    tree = tree_of({name.removeprefix("src/"): one for name, one in files.items() if name.startswith("src/")})
    state = tree_of(files)
    folder = os.path.join(cache.folder(), "checkouts", state[:16])
    if not os.path.isdir(folder):
        cache.replace(folder, lambda staged: _write(staged, files))
        cache.keep_newest(os.path.dirname(folder), "", _KEPT)
    return Checkout(folder, tree, state[:16])


def read(checkout: str) -> dict[str, tuple[str, bytes]]:
    """The mode ("100644", "100755", "120000") and the bytes of every file that elfin is made of, by its path."""
    found = {}
    for name in _listed(checkout):
        path = os.path.join(checkout, name)
        if os.path.islink(path):
            found[name] = ("120000", os.readlink(path).encode())
        elif os.path.isfile(path):
            with open(path, "rb") as file:
                found[name] = ("100755" if os.access(path, os.X_OK) else "100644", file.read())
    return found


def _listed(checkout: str) -> list[str]:
    """What git tracks or would track; without git everything but compiled modules."""
    asked = ["git", "-C", checkout, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *PARTS]
    try:
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
    except OSError:
        done = None
    if done is not None and done.returncode == 0 and done.stdout:
        return sorted(set(done.stdout.split("\0")) - {""})
    found = [name for name in PARTS if os.path.isfile(os.path.join(checkout, name))]
    for above, folders, files in os.walk(os.path.join(checkout, "src")):
        folders[:] = [name for name in folders if name != "__pycache__" and not name.endswith(".egg-info")]
        found += [os.path.relpath(os.path.join(above, name), checkout) for name in files]
    return sorted(found)


def tree_of(files: Mapping[str, tuple[str, bytes]]) -> str:
    """The name of the git tree that holds these files: SHA-1, as git's objects have it."""
    entries: dict[str, tuple[str, str]] = {}
    below: dict[str, dict[str, tuple[str, bytes]]] = {}
    for path, one in files.items():
        folder, slash, rest = path.partition("/")
        if slash:
            below.setdefault(folder, {})[rest] = one
        else:
            entries[path] = (one[0], _object("blob", one[1]))
    for folder, inner in below.items():
        entries[folder] = ("40000", tree_of(inner))
    ordered = sorted(entries.items(), key=lambda entry: entry[0] + "/" * (entry[1][0] == "40000"))
    return _object("tree", b"".join(f"{mode} {name}\0".encode() + bytes.fromhex(one) for name, (mode, one) in ordered))


def _object(kind: str, data: bytes) -> str:
    return hashlib.sha1(f"{kind} {len(data)}\0".encode() + data, usedforsecurity=False).hexdigest()


def _write(folder: str, files: Mapping[str, tuple[str, bytes]]) -> None:
    for name, (mode, data) in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if mode == "120000":
            os.symlink(data.decode(), path)
            continue
        with open(path, "wb") as file:
            file.write(data)
        os.chmod(path, int(mode[-3:], 8))
    compiled.ahead(folder, os.path.join(folder, "src"), inside="/elfin")
