"""The values an index speaks in: files, and the listing of a project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class File(NamedTuple):
    """One file of a project, as the simple API lists it (PEP 503, 592, 658, 691, 700, 714)."""

    filename: str
    url: str
    """Absolute, without fragment."""
    hashes: Mapping[str, str]
    """Algorithm to lower-case hex digest; empty when the index gives none."""
    requires_python: str | None
    yanked: str | None
    """None: not yanked; otherwise the reason, "" when none is given (PEP 592)."""
    size: int | None
    """Bytes; None when the index does not say."""
    upload_time: str | None
    """ISO 8601 as sent; None when the index does not say."""
    metadata: Mapping[str, str] | None
    """Hashes of the METADATA beside the file (PEP 658/714), empty when served without hash; None: not served."""
