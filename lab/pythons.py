"""The CPython builds beside the checkout, as the catalogue that each tool reads: the same files for elfin and for uv.

elfin reads the builds' own NDJSON. uv wants a JSON object of its own form (`UV_PYTHON_DOWNLOADS_JSON_URL`), which is
written here from the same lines: the same archives, the same hashes.
"""

from __future__ import annotations

import json
import os
import re
from urllib.parse import unquote

from lab import cache, make

CATALOGUE = "python-build-standalone.ndjson"
INSIDE = "/shared/pythons"
"""Where a place has the builds."""
_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)\+(\d+)")
_PLATFORM = re.compile(r"([a-z0-9_]+)-unknown-linux-(gnu|musl)")


def for_uv() -> str:
    """A folder that holds `downloads.json`; empty of builds where there are none beside the checkout."""
    try:
        with open(os.path.join(make.PYTHONS, CATALOGUE), encoding="utf-8") as file:
            text = file.read()
    except OSError:
        text = ""
    folder = os.path.join(cache.folder(), "peers", "pythons")
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "downloads.json")
    with cache.locked("peers-pythons", alone=True):
        with open(f"{path}.new", "w", encoding="utf-8") as file:
            json.dump(downloads(text), file, indent=1)
        os.replace(f"{path}.new", path)
    return folder


def downloads(lines: str) -> dict[str, dict[str, object]]:
    """The lines of the NDJSON catalogue as uv's object; the newest build of a version and platform, as uv's own has."""
    found: dict[str, dict[str, object]] = {}
    for line in filter(None, lines.splitlines()):
        release = json.loads(line)
        version = _VERSION.fullmatch(release["version"])
        for one in release["artifacts"]:
            platform = _PLATFORM.fullmatch(one["platform"])
            if version is None or platform is None:
                continue
            variant = "freethreaded" if one["variant"].startswith("freethreaded") else None
            machine, libc = platform.groups()
            major, minor, patch, build = map(int, version.groups())
            key = f"cpython-{major}.{minor}.{patch}{'+' + variant if variant else ''}-linux-{machine}-{libc}"
            if key in found and str(found[key]["build"]) > str(build):
                continue
            found[key] = {
                "name": "cpython", "arch": {"family": machine, "variant": None}, "os": "linux", "libc": libc,
                "major": major, "minor": minor, "patch": patch, "prerelease": "", "variant": variant,
                "url": f"file://{INSIDE}/{unquote(one['url'])}", "sha256": one["sha256"], "build": str(build),
            }  # fmt: skip
    return found
