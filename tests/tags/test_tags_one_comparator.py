"""The comparator is one file: nothing but host/fit.py puts two libc versions in order. Found by walking the source.

A value is a libc version when it comes from `.libc_floor`, or from `.version` of something called libc; and so is what
is assigned from one, taken out of one or looped over. Lists of tags count down from one, which compares nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "elfin"
ORDERS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
FUNCTIONS = {"max", "min", "sorted"}


def is_libc_version(node: ast.AST) -> bool:
    """`libc.version`, `host.libcs[0].version`, `known.libc.version`, `needs.libc_floor`."""
    if not isinstance(node, ast.Attribute):
        return False
    return node.attr == "libc_floor" or (node.attr == "version" and "libc" in ast.unparse(node.value))


def mentions(node: ast.AST, names: set[str]) -> bool:
    return any(
        is_libc_version(inner) or (isinstance(inner, ast.Name) and inner.id in names) for inner in ast.walk(node)
    )


def names_in(target: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(target) if isinstance(inner, ast.Name)}


def given(node: ast.AST) -> Iterator[tuple[ast.AST, list[ast.expr]]]:
    """(where from, where to) of an assignment or a loop."""
    if isinstance(node, ast.Assign):
        yield node.value, node.targets
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
        yield node.value, [node.target]
    elif isinstance(node, ast.For | ast.comprehension):
        yield node.iter, [node.target]


def carriers(function: ast.AST) -> set[str]:
    """Names that hold a libc version, or a part of one, somewhere in a function."""
    names: set[str] = set()
    while True:
        before = len(names)
        for node in ast.walk(function):
            for source, targets in given(node):
                if mentions(source, names):
                    names |= set().union(*map(names_in, targets))
        if len(names) == before:
            return names


def comparisons(tree: ast.AST) -> Iterator[int]:
    """Lines on which libc versions are put in order."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.Lambda)]
    for function in functions or [tree]:
        names = carriers(function)
        for node in ast.walk(function):
            if any(direct(side, names) for side in ordered(node)):
                yield getattr(node, "lineno", 0)


def ordered(node: ast.AST) -> list[ast.expr]:
    """What an expression puts in order."""
    if isinstance(node, ast.Compare) and any(isinstance(one, ORDERS) for one in node.ops):
        return [node.left, *node.comparators]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS:
        return list(node.args)
    return []


def direct(side: ast.AST, names: set[str]) -> bool:
    """Whether it is a libc version itself; `len(version)` and the like are not."""
    return not isinstance(side, ast.Call) and mentions(side, names)


def test_nothing_but_the_comparator_orders_libc_versions() -> None:
    found = {
        str(path.relative_to(PACKAGE))
        for path in sorted(PACKAGE.rglob("*.py"))
        if list(comparisons(ast.parse(path.read_text())))
    }
    assert found == {"host/fit.py"}


def test_the_search_sees_every_way_to_hide_a_comparison() -> None:
    hidden = [
        "def f(libc): return libc.version >= (2, 28)",
        "def f(host): return (2, 28) <= host.libcs[0].version",
        "def f(needs, has): return has < needs.libc_floor",
        "def f(libc):\n    major, minor = libc.version[:2]\n    return minor > 28",
        "def f(libcs): return max(libc.version for libc in libcs)",
        "def f(libcs): return sorted([libc.version for libc in libcs])",
        "def f(libc):\n    known = libc.version\n    for part in known:\n        if part < 3: return 1",
        "f = lambda libc: libc.version > (2, 17)",
    ]
    for source in hidden:
        tree = ast.parse(source)
        found = list(comparisons(tree))
        assert found, source
    innocent = [
        "def f(libc): return libc.version is None",
        "def f(libc): return len(libc.version) > 2",
        "def f(python): return python.version_info >= (3, 9)",
        "def f(libc):\n    major, minor = libc.version[:2]\n    return [n for n in range(minor, -1, -1)]",
    ]
    assert not [source for source in innocent if list(comparisons(ast.parse(source)))]
