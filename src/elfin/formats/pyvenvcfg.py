"""pyvenv.cfg: the `key = value` lines of a virtual environment (PEP 405).

Reads as CPython's `site` does: any line without `=` is ignored, keys are case-insensitive, the last one wins.
Refuses, when writing, a value that would not come back as it was.
"""

from __future__ import annotations

from collections.abc import Mapping

from elfin.errors import Bug


def parse(text: str) -> dict[str, str]:
    """Keys in lower case and their values, in file order."""
    values: dict[str, str] = {}
    for line in text.splitlines():
        key, equals, value = line.partition("=")
        if equals:
            values[key.strip().lower()] = value.strip()
    return values


def render(values: Mapping[str, str]) -> str:
    """The file's text. Raises Bug for a key or value that holds a line break or outer white space."""
    for key, value in values.items():
        if parse(f"{key} = {value}") != {key.lower(): value}:
            raise Bug(f"pyvenv.cfg cannot hold {key!r} = {value!r}")
    return "".join(f"{key} = {value}\n" for key, value in values.items())
