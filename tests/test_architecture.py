"""The rules of the house (ARCHITECTURE.md), held by reading the source with `ast`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "elfin"
FLOORS = {
    "errors": 0,
    "record": 0,
    "formats": 0,
    "edges": 0.5,  # media speak formats (a URL shown without its secrets), never a room's words
    "host": 1,
    "settings": 1,
    "tags": 2,
    "pythons": 2,
    "index": 2,
    "envs": 2,
    "resolve": 3,
    "wheels": 3,
    "audit": 3,
    "installers": 3,
    "flows": 4,
    "cli": 5,
}
# The program's own start stands outside the floors: it makes the rest importable.
OUTSIDE = {"__init__", "__main__", "launch", "own"}
MEDIA = ("disk", "net", "child", "live")
INPUT_OUTPUT = {
    "asyncio", "ctypes", "fcntl", "http", "mmap", "multiprocessing", "pathlib", "platform", "shutil", "signal",
    "socket", "ssl", "subprocess", "sys", "sysconfig", "tempfile", "threading", "time", "urllib3",
}  # fmt: skip
SLOW_ON_EVERY_PATH = {"dataclasses", "pathlib", "tempfile", "logging", "asyncio", "importlib.metadata"}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "base", "manager", "core", "misc", "tools"}
LINE_LIMIT = 400


class Source(NamedTuple):
    path: Path
    room: str
    edge: bool
    tree: ast.Module


STRANGERS = ("_probe.py", "_first.py")


def sources() -> Iterator[Source]:
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        room = parts[0]
        if room in OUTSIDE:
            continue
        edge = room in ("edges", "flows", "cli") or parts[-1].split("_")[0] in MEDIA
        yield Source(path, room, edge, ast.parse(path.read_text()))


SOURCES = list(sources())
IDS = [str(source.path.relative_to(PACKAGE)) for source in SOURCES]
every_source = pytest.mark.parametrize("source", SOURCES, ids=IDS)


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of each import, with `from a import b` as `a.b` for elfin's own, `a` for the rest."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                own = node.module.split(".")[0] == "elfin"
                yield node.lineno, f"{node.module}.{alias.name}" if own else node.module


def top_level(tree: ast.Module) -> ast.Module:
    """The statements run at import: functions left out, `if TYPE_CHECKING` too."""
    kept = [node for node in tree.body if not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.If)]
    return ast.Module(kept, [])


@every_source
def test_a_room_imports_lower_floors_only(source: Source) -> None:
    floor = FLOORS[source.room]
    for line, name in imports(source.tree):
        parts = name.split(".")
        if parts[0] != "elfin" or len(parts) < 2 or parts[1] in (source.room, "errors", "record", "__version__", "own"):
            continue
        other = parts[1]
        if other == "edges" and source.room != "edges":
            assert source.edge, f"{source.path}:{line}: only edge files, flows and cli open an edge ({name})"
            continue
        assert FLOORS[other] < floor, f"{source.path}:{line}: {source.room} may not import {name}"


@every_source
def test_input_and_output_happen_in_edge_files(source: Source) -> None:
    if source.edge:
        return
    for line, name in imports(source.tree):
        # Two files run in somebody else's Python and stand alone.
        if source.path.name in STRANGERS:
            continue
        assert name.split(".")[0] not in INPUT_OUTPUT, f"{source.path}:{line}: a pure file imports {name}"
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and source.path.name not in STRANGERS:
            assert node.func.id not in ("open", "print", "input"), f"{source.path}:{node.lineno}: {node.func.id}()"


CHANGES = {
    "chmod",
    "link",
    "makedirs",
    "mkdir",
    "remove",
    "rename",
    "replace",
    "rmdir",
    "symlink",
    "truncate",
    "unlink",
}


@every_source
def test_a_disk_is_changed_by_one_module(source: Source) -> None:
    if source.room == "edges" and source.path.stem.startswith("disk"):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            of, what = node.func.value, node.func.attr
            changes = isinstance(of, ast.Name) and of.id == "os" and what in CHANGES
            assert not changes, f"{source.path}:{node.lineno}: os.{what} outside of edges/disk"


@every_source
def test_only_flows_open_the_edge_of_another_room(source: Source) -> None:
    if source.room in ("flows", "cli"):
        return
    for line, name in imports(source.tree):
        parts = name.split(".")
        if parts[0] == "elfin" and len(parts) > 2 and parts[1] not in (source.room, "edges", "errors", "record"):
            assert parts[2].split("_")[0] not in MEDIA, f"{source.path}:{line}: {name} is another room's edge"


@every_source
def test_nothing_slow_is_imported_with_a_module(source: Source) -> None:
    for line, name in imports(top_level(source.tree)):
        assert name not in SLOW_ON_EVERY_PATH, f"{source.path}:{line}: import {name} where it is needed"


@every_source
def test_a_file_has_a_charter_and_fits_it(source: Source) -> None:
    assert ast.get_docstring(source.tree), f"{source.path}: no charter"
    lines = len(source.path.read_text().splitlines())
    assert lines <= LINE_LIMIT, f"{source.path}: {lines} lines"
    assert source.path.stem not in FORBIDDEN_NAMES


@every_source
def test_public_functions_say_what_they_return(source: Source) -> None:
    for node in source.tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{source.path}:{node.lineno}: {node.name} has no docstring"


def test_every_room_has_a_map() -> None:
    rooms = {source.room for source in SOURCES} - {"errors", "record"}
    for room in sorted(rooms):
        readme = PACKAGE / room / "README.md"
        assert readme.is_file(), f"{room} has no README.md"
        assert len(readme.read_text().splitlines()) <= 40


def test_the_checks_see_a_planted_fault() -> None:
    """The walls above are worth nothing if `imports` is blind."""
    tree = ast.parse("import subprocess\nfrom elfin.wheels import plan\ndef f():\n    from pathlib import Path\n")
    assert list(imports(tree)) == [(1, "subprocess"), (2, "elfin.wheels.plan"), (4, "pathlib")]
    assert [name for _, name in imports(top_level(tree))] == ["subprocess", "elfin.wheels.plan"]
