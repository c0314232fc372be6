"""The receipt that install.sh leaves (JSON) -> what was installed where; which of it may be removed again.

Refuses (MalformedRelease) what install.sh does not write. A receipt says what to remove, so it is not taken at its
word: files lie in the folder for programs, and a tree lies in a folder that has the program's name.
"""

from __future__ import annotations

import json
import posixpath

from elfin.errors import MalformedRelease
from elfin.formats.urltext import redacted
from elfin.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Final

SCHEMA: Final = 1
LARGEST: Final = 1 << 20
_TEXTS: Final = ("app", "version", "artifact", "target", "sha256", "install_dir", "base_url")


class Receipt(NamedTuple):
    """One install. Paths are absolute."""

    app: str
    version: str
    artifact: str
    target: str
    sha256: str
    install_dir: str
    """The folder for programs."""
    files: tuple[str, ...]
    """Programs, or links to them."""
    folders: tuple[str, ...]
    """Trees: the present one, and the one before it, since something of it may still run."""
    path_files: tuple[str, ...]
    """Files of shells that a line for PATH was added to."""
    base_url: str
    """The folder or address that it came from: a path or an http, https or file URL."""


def loads(text: str) -> Receipt:
    """The receipt that a text tells of. Raises MalformedRelease."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MalformedRelease("the receipt is no JSON") from error
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        raise MalformedRelease(f"the receipt has no schema {SCHEMA}", hints=("a newer installer may have written it",))
    app, version, artifact, target, sha256, install_dir, base_url = (_text(value, name) for name in _TEXTS)
    files, folders, path_files = (_texts(value, name) for name in ("files", "folders", "path_files"))
    found = Receipt(app, version, artifact, target, sha256, install_dir, files, folders, path_files, base_url)
    for path in (found.install_dir, *found.files, *found.folders, *found.path_files):
        if not path.startswith("/") or "\0" in path:
            raise MalformedRelease(f"the receipt names a path that is not absolute: {path[:200]!a}")
    # A relative one would be looked for below wherever elfin is called, and the install.sh that lies there be run.
    if not base_url.startswith(("/", "https://", "http://", "file:///")) or "\0" in base_url:
        raise MalformedRelease(
            f"the receipt names an origin that is neither path nor URL: {redacted(base_url)[:200]!a}"
        )
    return found


def _text(value: Mapping[str, Any], name: str) -> str:
    found = value.get(name)
    if not isinstance(found, str):
        raise MalformedRelease(f"the receipt has no {name}")
    return found


def _texts(value: Mapping[str, Any], name: str) -> tuple[str, ...]:
    found = value.get(name)
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise MalformedRelease(f"the receipt has no list of {name}")
    return tuple(found)


def programs(receipt: Receipt) -> tuple[str, ...]:
    """The files that may be removed: those in the folder for programs itself."""
    folder = posixpath.normpath(receipt.install_dir)
    return tuple(path for path in receipt.files if posixpath.dirname(posixpath.normpath(path)) == folder)


def trees(receipt: Receipt) -> tuple[str, ...]:
    """The folders that may be removed: those in a folder that is named for the program."""
    named = (receipt.app, f".{receipt.app}")
    return tuple(
        path
        for path in receipt.folders
        if ".." not in path.split("/")
        and posixpath.basename(posixpath.dirname(path)) in named
        and posixpath.basename(path) not in ("", ".")
    )


def without_lines(text: str, mark: str) -> str:
    """The text of a shell's file without the lines that end in an installer's mark."""
    return "".join(line for line in text.splitlines(keepends=True) if not line.rstrip("\r\n").endswith(f" {mark}"))
