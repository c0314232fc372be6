"""Inline script metadata (PEP 723): the `# /// script` block of a Python file.

Answers: what the script depends on and which Python it wants. Reads the block as the specification's reference does,
but says so when a block is begun and never ended, which the specification passes over. Refuses two blocks, and fields
of a wrong type, with the line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from elfin.errors import UsageError
from elfin.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Any


_BLOCK = re.compile(r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$")
_START = re.compile(r"(?m)^# /// script[ \t]*$")
_TOML_LINE = re.compile(r" \(at line ([0-9]+), column ([0-9]+)\)$")


class ScriptMetadata(NamedTuple):
    """What the block says."""

    dependencies: tuple[str, ...]
    requires_python: str | None
    tool: Mapping[str, Any]
    """The `[tool]` table, empty where there is none."""
    line: int
    """Where the block starts."""


def parse(data: bytes, file: str) -> ScriptMetadata | None:
    """The metadata of the script called `file`; None: it has no block. Raises UsageError."""
    if b"# /// script" not in data:
        return None
    try:
        source = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(
            f"{file}:{line}: expected UTF-8 text, and there is a byte 0x{data[error.start]:02x}"
        ) from error
    if not source.endswith("\n"):
        source += "\n"
    blocks = [match for match in _BLOCK.finditer(source) if match["type"] == "script"]
    if not blocks:
        begun = _START.search(source)
        if begun is None:
            return None
        raise UsageError(
            f"{file}:{_line(source, begun.start())}: expected the script block to end with a line `# ///`",
            hints=("every line in between starts with `# ` or is a single `#`",),
        )
    if len(blocks) > 1:
        raise UsageError(
            f"{file}:{_line(source, blocks[1].start())}: expected one script block, and this is a second one"
        )
    start = _line(source, blocks[0].start())
    content = "".join(
        line[2:] if line.startswith("# ") else line[1:] for line in blocks[0]["content"].splitlines(keepends=True)
    )
    return _checked(_toml(content, file, start), file, start)


def _toml(content: str, file: str, start: int) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        where = _TOML_LINE.search(said)
        line = start + (int(where[1]) if where else 1)
        reason = _TOML_LINE.sub("", said).removesuffix(" (at end of document)")
        raise UsageError(
            f"{file}:{line}: expected TOML in the script block: {reason[:1].lower()}{reason[1:]}"
        ) from error
    except RecursionError as error:
        raise UsageError(f"{file}:{start}: expected TOML that is not nested so deeply") from error


def _checked(table: dict[str, Any], file: str, start: int) -> ScriptMetadata:
    dependencies = table.get("dependencies", [])
    if not isinstance(dependencies, list) or not all(isinstance(one, str) for one in dependencies):
        raise UsageError(f"{file}:{start}: expected `dependencies` to be a list of texts")
    requires_python = table.get("requires-python")
    if requires_python is not None and not isinstance(requires_python, str):
        raise UsageError(f"{file}:{start}: expected `requires-python` to be a text")
    tool = table.get("tool", {})
    if not isinstance(tool, dict):
        raise UsageError(f"{file}:{start}: expected `tool` to be a table")
    return ScriptMetadata(tuple(dependencies), requires_python, tool, start)


def _line(source: str, offset: int) -> int:
    return source.count("\n", 0, offset) + 1
