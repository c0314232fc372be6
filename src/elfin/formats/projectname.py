"""The one spelling of a project's name (PEP 503), which is that of an extra too (PEP 685).

Refuses nothing: what is no name stays none.
"""

from __future__ import annotations

import re
from functools import lru_cache

_RUNS = re.compile(r"[-_.]+")


@lru_cache(maxsize=65536)
def canonical(name: str) -> str:
    """The normalised form: lower case, runs of `-`, `_` and `.` one dash."""
    return _RUNS.sub("-", name).lower()
