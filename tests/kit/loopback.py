"""The stored pages and metadata of 115 real projects, read from the shared archive once a session."""

from __future__ import annotations

import functools
import json
import os
import tarfile
from typing import Any, NamedTuple

ARCHIVE = os.path.join(os.path.dirname(__file__), "..", "..", "..", "shared", "data", "loopback-index.tar.xz")
JUPYTER = ("jupyter", "pandas", "scikit-learn", "flask", "sqlalchemy", "boto3")
"""What the 115 pins of the field notes come from."""


class Loopback(NamedTuple):
    pages: dict[str, Any]
    """Project to its page as JSON (PEP 691)."""
    metadata: dict[tuple[str, str], bytes]
    """(project, version) to METADATA. Only the newest is real; the others repeat it under their own version."""


def available() -> bool:
    return os.path.exists(ARCHIVE)


@functools.cache
def loopback() -> Loopback:
    found = Loopback({}, {})
    with tarfile.open(ARCHIVE, "r|xz") as archive:
        for member in archive:
            parts = member.name.removeprefix("./").split("/")
            while parts and parts[0] not in ("simple", "metadata"):
                parts = parts[1:]
            if not member.isfile() or len(parts) != 3:
                continue
            stream = archive.extractfile(member)
            assert stream is not None
            if parts[0] == "metadata":
                found.metadata[parts[1], parts[2]] = stream.read()
            elif parts[2] == "index.json":
                found.pages[parts[1]] = json.loads(stream.read())
    return found
