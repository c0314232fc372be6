"""Installed packages as text: columns, requirements, JSON, and `pip show`'s blocks."""

from __future__ import annotations

import json
from collections.abc import Sequence

from elfin.flows.inspect import Detail, Row


def table(rows: Sequence[Row], form: str) -> str:
    """`pip list` as "columns", "freeze" or "json"."""
    if form == "json":
        listed = []
        for row in rows:
            one = {"name": row.name, "version": row.version}
            listed.append(one | ({"editable_project_location": row.editable} if row.editable else {}))
        return json.dumps(listed)
    if form == "freeze":
        return "\n".join(f"{row.name}=={row.version}" for row in rows)
    if not rows:
        return ""
    heads = ["Package", "Version"]
    cells = [[row.name, row.version] for row in rows]
    if any(row.editable for row in rows):
        heads.append("Editable project location")
        cells = [[*cell, row.editable or ""] for cell, row in zip(cells, rows, strict=True)]
    widths = [max(len(head), *(len(cell[column]) for cell in cells)) for column, head in enumerate(heads)]
    lines = [heads, ["-" * width for width in widths], *cells]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def frozen(rows: Sequence[Row]) -> str:
    """`pip freeze`: pins, and the origins of what came from elsewhere than an index."""
    lines = []
    for row in rows:
        if row.editable:
            lines.append(f"-e {row.editable}")
        elif row.url:
            lines.append(f"{row.name} @ {row.url}")
        else:
            lines.append(f"{row.name}=={row.version}")
    return "\n".join(lines)


def blocks(found: Sequence[Detail], *, files: bool) -> str:
    """`pip show`: one block a package."""
    return "\n---\n".join(_block(one, files) for one in found)


def _block(one: Detail, files: bool) -> str:
    rows = [
        ("Name", one.name),
        ("Version", one.version),
        ("Summary", one.summary),
        ("Home-page", one.home_page),
        ("License", one.license),
        ("Location", one.location),
        ("Editable project location", one.editable),
        ("Installer", one.installer),
        ("Requires", ", ".join(one.requires)),
        ("Required-by", ", ".join(one.required_by)),
    ]
    optional = {"Home-page", "License", "Editable project location", "Summary", "Installer"}
    lines = [f"{label}: {value or ''}".rstrip() for label, value in rows if value or label not in optional]
    if files:
        lines += ["Files:", *(f"  {path}" for path in one.files)]
    return "\n".join(lines)
