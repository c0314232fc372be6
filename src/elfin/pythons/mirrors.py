"""Where an archive may be had: the places to ask, in turn. Pure.

A mirror is exclusive. It may be a folder, `file://` or http(s), hold archives flat or below their release's tag, and
write `+` in names as it is or as `%2B`.
"""

from __future__ import annotations

import posixpath

from elfin.pythons.catalogue import PythonBuild

STANDALONE = "https://github.com/astral-sh/python-build-standalone/releases/download/"
OFFICIAL_MIRROR = "https://releases.astral.sh/github/python-build-standalone/releases/download/"
OFFICIAL_LIST = "https://releases.astral.sh/github/versions/main/v1/python-build-standalone.ndjson"
"""python-build-standalone's own list of what it has released."""


def candidates(build: PythonBuild, mirrors: tuple[str, ...]) -> tuple[str, ...]:
    """URLs and absolute paths to try for the build's archive, the first that has it being the one."""
    if not mirrors:
        if build.url.startswith(STANDALONE):
            return OFFICIAL_MIRROR + build.url[len(STANDALONE) :], build.url
        return (build.url,)
    plain = posixpath.basename(build.url).replace("%2B", "+")
    spellings = dict.fromkeys((plain.replace("+", "%2B"), plain))
    return tuple(
        f"{mirror.rstrip('/')}/{below}{spelling}"
        for mirror in mirrors
        for below in (f"{build.tag}/", "")
        for spelling in spellings
    )


def path_of(place: str) -> str | None:
    """The local path that a candidate is, None for http(s)."""
    if place.startswith("file://"):
        from urllib.parse import unquote

        return unquote(place[7:].removeprefix("localhost"))
    return None if "://" in place else place
