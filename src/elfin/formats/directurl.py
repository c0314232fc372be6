"""direct_url.json: where a distribution came from that was not found through an index.

Follows the direct URL data structure (PEP 610). User names and passwords are never written (the specification's rule),
except those that only name environment variables (`${NAME}`). Refuses JSON of another shape.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from elfin.errors import MalformedMetadata
from elfin.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Any


_USER = re.compile(r"^([A-Za-z][A-Za-z0-9+.\-]*://)([^/?#@]*(?:@[^/?#@]*)*)@")
_VARIABLES = re.compile(r"\$\{[A-Za-z0-9_-]+\}(:\$\{[A-Za-z0-9_-]+\})?")


class Origin(NamedTuple):
    """What the file says."""

    url: str
    archive_hashes: tuple[tuple[str, str], ...]
    """(algorithm, hex digest) pairs; empty for folders and version control, or where none is given."""
    is_folder: bool
    editable: bool
    vcs: tuple[str, str] | None
    """(system, commit), None where it did not come from version control."""


def render(
    url: str, *, archive_hashes: Iterable[tuple[str, str]] = (), is_folder: bool = False, editable: bool = False
) -> bytes:
    """The text of a direct_url.json for an archive, or for a folder."""
    told: dict[str, object] = {"url": _without_user(url)}
    hashes = dict(sorted(archive_hashes))
    if is_folder:
        told["dir_info"] = {"editable": True} if editable else {}
    elif hashes:
        told["archive_info"] = {"hashes": hashes}
    else:
        told["archive_info"] = {}
    return json.dumps(told, sort_keys=True).encode()


def parse(data: bytes) -> Origin:
    """What a direct_url.json says. Raises MalformedMetadata."""
    try:
        told = json.loads(data)
        url = told["url"]
        archive, folder, vcs = (_object(told, key) for key in ("archive_info", "dir_info", "vcs_info"))
        if not isinstance(url, str) or [archive, folder, vcs].count(None) != 2:
            raise ValueError("one of archive_info, dir_info and vcs_info is needed")
        hashes = _hashes(archive or {})
        commit = (str(vcs["vcs"]), str(vcs["commit_id"])) if vcs is not None else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise MalformedMetadata(f"direct_url.json is damaged: {type(error).__name__}") from error
    return Origin(url, hashes, folder is not None, bool(folder and folder.get("editable")), commit)


def _object(told: dict[str, Any], key: str) -> dict[str, Any] | None:
    value = told.get(key)
    if value is not None and not isinstance(value, dict):
        raise ValueError(key)
    return value


def _hashes(archive: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    hashes = archive.get("hashes")
    if hashes is None:  # the older form: "sha256=<hex>"
        algorithm, equals, digest = archive.get("hash", "").partition("=")
        return ((algorithm, digest),) if equals else ()
    return tuple((str(algorithm), str(digest)) for algorithm, digest in sorted(hashes.items()))


def _without_user(url: str) -> str:
    match = _USER.match(url)
    if match is None or _VARIABLES.fullmatch(match[2]) or (match[2] == "git" and match[1].endswith("ssh://")):
        return url
    return match[1] + url[match.end() :]
