"""Names of archive members: which may become paths below a folder.

Refuses names that leave the folder, that carry control or format characters, that could be written in a second way, or
that claim one place twice. What Windows would make of a name (`CON`, `a:b`, case) does not matter here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from elfin.errors import MalformedWheel, UnsafeArchive

MAX_PATH, MAX_PART, MAX_DEPTH = 1024, 255, 64

_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb]"
)
"""Control and format characters: what can forge a line, a RECORD row or a terminal's text."""


def check_all(names: Iterable[str]) -> None:
    """Check the names of one archive together; those of folders end in `/`.

    Raises UnsafeArchive for a name that leaves the folder, MalformedWheel for one that is doubtful or there twice.
    """
    files: set[str] = set()
    folders: set[str] = set()
    for name in names:
        kind, plain = (folders, name[:-1]) if name.endswith("/") else (files, name)
        check(plain)
        if plain in kind:
            raise MalformedWheel(f"the archive has two entries named {name!a}")
        kind.add(plain)
    _check_accents(files)
    parents = set(folders)
    for name in (*files, *folders):
        parent = name.rpartition("/")[0]
        while parent and parent not in parents:
            parents.add(parent)
            parent = parent.rpartition("/")[0]
    if both := files & parents:
        raise MalformedWheel(f"{min(both)!a} is both a file and a folder")


def check(name: str) -> None:
    """Check the name of one file or (without its last `/`) folder. Raises as `check_all`."""
    if _HIDDEN.search(name):
        raise MalformedWheel(f"the name {name[:200]!a} has control characters")
    parts = name.split("/")
    if name.startswith(("/", "\\")) or name[1:2] == ":" or ".." in name.replace("\\", "/").split("/"):
        raise UnsafeArchive(f"{name[:200]!a} would land outside its folder")
    if "\\" in name:
        raise MalformedWheel(f"the name {name[:200]!a} is written with backslashes, where archives have `/`")
    if "" in parts or "." in parts:
        raise MalformedWheel(f"the name {name[:200]!a} is not written plainly")
    if len(name.encode()) > MAX_PATH or len(parts) > MAX_DEPTH or max(len(part.encode()) for part in parts) > MAX_PART:
        raise MalformedWheel(f"the name {name[:60]!a}... is too long or too deep")


def _check_accents(names: set[str]) -> None:
    special = [name for name in names if not name.isascii()]
    if special:
        import unicodedata

        if len({unicodedata.normalize("NFC", name) for name in special}) != len(special):
            raise MalformedWheel("two names differ only in how their accents are encoded")
