"""cargo-dist's dist-manifest.json -> the files of one release, their targets, checksums and where they are hosted.

Follows cargo-dist-schema as of 0.31 as far as installing needs it: releases, artifacts of kind "executable-zip", their
assets, checksums and hosting. What the manifest does not say (floors, static or not) it does not say: `systems` tells
of the machine that built, not of what the files need. Refuses, with MalformedRelease, another shape, and several apps
where none was asked for.
"""

from __future__ import annotations

import json

from elfin.errors import MalformedRelease
from elfin.installers import assets, manifest
from elfin.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any


class DistFile(NamedTuple):
    """One archive."""

    name: str
    target: str
    """A triple; anything else where the manifest names none, or several."""
    sha256: str | None
    programs: tuple[str, ...]
    """Paths in the archive, with the folder that tar archives of cargo-dist have."""


class DistRelease(NamedTuple):
    """One app's release."""

    app: str
    version: str
    base_urls: tuple[str, ...]
    files: tuple[DistFile, ...]


def is_dist_manifest(text: str) -> bool:
    """Whether a text is JSON of that shape."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and "releases" in value and "artifacts" in value


def parse(text: str, app: str | None) -> DistRelease:
    """The release of `app`, or the only one. Raises MalformedRelease."""
    try:
        value = json.loads(text)
        releases = {str(one["app_name"]): one for one in value["releases"]}
        if app is None and len(releases) != 1:
            names = ", ".join(sorted(releases)) or "none"
            raise MalformedRelease(f"the manifest has releases of several apps: {names}", hints=("say which: --name",))
        if app is not None and app not in releases:
            raise MalformedRelease(
                f"the manifest has no release of {app}", hints=(f"it has {', '.join(sorted(releases))}",)
            )
        release = releases[app or next(iter(releases))]
        files = [_file(value["artifacts"][name]) for name in release["artifacts"] if name in value["artifacts"]]
        return DistRelease(
            str(release["app_name"]),
            str(release["app_version"]),
            tuple(_urls(release.get("hosting") or {})),
            tuple(one for one in files if one is not None),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise MalformedRelease("it is no dist-manifest.json that elfin can read") from error


def _file(artifact: Mapping[str, Any]) -> DistFile | None:
    if artifact.get("kind") != "executable-zip":
        return None
    name = artifact["name"]
    if not isinstance(name, str) or not manifest.fits("artifact name", name):
        raise MalformedRelease(f"the manifest has a file named {str(name)[:80]!a}")
    programs = tuple(
        assets.member("", name, str(asset["path"]))
        for asset in artifact.get("assets") or ()
        if asset.get("kind") == "executable"
    )
    target = _target(artifact.get("target_triples") or ())
    digest = (artifact.get("checksums") or {}).get("sha256")
    return DistFile(name, target, str(digest).lower() if digest else None, programs)


def _target(triples: Sequence[object]) -> str:
    """The one triple; of a file for both machines of macOS, the triple of that; else all there are, which is none."""
    if sorted(map(str, triples)) == ["aarch64-apple-darwin", "x86_64-apple-darwin"]:
        return "universal2-apple-darwin"
    return " and ".join(map(str, triples))


def _urls(hosting: Mapping[str, Any]) -> list[str]:
    found = []
    simple = hosting.get("simple") or {}
    github = hosting.get("github") or {}
    if simple.get("download_url"):
        found.append(str(simple["download_url"]))
    if github.get("artifact_base_url"):
        found.append(str(github["artifact_base_url"]).rstrip("/") + str(github.get("artifact_download_path") or ""))
    if (hosting.get("order") or [""])[0] == "github":
        found.reverse()
    return found
