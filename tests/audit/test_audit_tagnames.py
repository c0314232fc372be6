"""Names with sorted sets, changed by orders; what the public index takes; WHEEL and RECORD rewritten."""

from __future__ import annotations

import pytest

from elfin.audit import policy, python_abi, rewrite, tagnames
from elfin.errors import UsageError
from elfin.formats import record


def test_sets_are_sorted_as_text() -> None:
    parts = tagnames.split(
        "uv-1.0-2x-py3.py2-none-manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64.whl"
    )
    assert parts.build == "2x" and not tagnames.is_sorted(parts)
    assert tagnames.joined(parts) == (
        "uv-1.0-2x-py2.py3-none-manylinux2014_aarch64.manylinux_2_17_aarch64.musllinux_1_1_aarch64.whl"
    )
    assert len(tagnames.expanded(parts)) == 6
    assert tagnames.is_sorted(tagnames.split(tagnames.joined(parts)))


@pytest.mark.parametrize(
    ("order", "after"),
    [("c", "c"), ("+c", "a.b.c"), ("+a", "a.b"), ("-a", "b"), ("c.d", "c.d"), ("+C", "a.b.c"), ("-a.b", None),
     ("-x", None), ("", None), ("+", None), ("a-b", None), ("a..b", None)],
)  # fmt: skip
def test_orders_replace_add_and_take_away(order: str, after: str | None) -> None:
    if after is None:
        with pytest.raises(UsageError):
            tagnames.changed(("a", "b"), order)
    else:
        assert ".".join(tagnames.changed(("a", "b"), order)) == after


@pytest.mark.parametrize(
    ("tag", "takes"),
    [("manylinux_2_39_riscv64", True), ("manylinux2014_ppc64", True), ("manylinux_2_36_loongarch64", False),
     ("musllinux_1_2_armv6l", False), ("linux_armv6l", True), ("linux_x86_64", False), ("any", True),
     ("macosx_11_7_arm64", False), ("macosx_11_0_arm64", True), ("win_amd64", True), ("manylinux1_aarch64", False)],
)  # fmt: skip
def test_what_the_index_takes(tag: str, takes: bool) -> None:
    assert tagnames.index_takes(tag) is takes


def test_wheel_file_keeps_every_other_line() -> None:
    text = b"Wheel-Version: 1.0\r\nTag: a-b-c\r\n  folded\r\nX-Own: 1\r\nBuild: 3\r\n\r\n"
    assert rewrite.wheel_file(text, ["py3-none-any"], "4") == (
        b"Wheel-Version: 1.0\r\nX-Own: 1\r\nTag: py3-none-any\r\nBuild: 4\r\n"
    )


def test_record_changes_in_the_rows_that_changed() -> None:
    text = b'"a,b.py",sha256=x,1\nd/WHEEL,sha256=y,2\nd/RECORD.jws,,\nd/RECORD,,\n'
    after = record.parse(rewrite.record_file(text, "d", [rewrite.Changed("d/WHEEL", b"new")]))
    assert [row.path for row in after] == ["a,b.py", "d/WHEEL", "d/RECORD"]
    assert after[0] == ("a,b.py", "sha256=x", 1) and after[1].digest == record.digest_of(b"new")


@pytest.mark.parametrize(
    ("path", "text", "libc"),
    [
        ("x.cpython-313-x86_64-linux-gnu.so", "cpython-313-x86_64-linux-gnu", "glibc"),
        ("x.cpython-310-x86_64-linux-gnu.so", "cpython-310-x86_64-linux-gnu", None),
        ("x.cpython-313-arm-linux-musleabihf.so", "cpython-313-arm-linux-musleabihf", "musl"),
        ("x.cpython-313t-x86_64-linux-gnu.so", "cpython-313t-x86_64-linux-gnu", "glibc"),
        ("x.abi3.so", "abi3", None),
        ("x.abi3t.so", "abi3t", None),
        ("x.so", "", None),
    ],
)
def test_suffixes_of_modules(path: str, text: str, libc: str | None) -> None:
    assert python_abi.suffix(path) == (text, libc)
    assert python_abi.suffix("libx.so.1") is None


def test_the_stable_abi_knows_when_a_name_came() -> None:
    assert python_abi.stable_since("PyLong_FromLong") == (3, 2)
    assert python_abi.stable_since("PyType_GetDict") is None
    names = ["PyLong_FromLong", "PyDict_GetItemRef", "PyType_GetDict", "Py_Own"]
    found = python_abi.violations("x", names, (3, 8), frozenset({"Py_Own"}))
    assert [(one.symbol, one.since) for one in found] == [("PyDict_GetItemRef", (3, 13)), ("PyType_GetDict", None)]
    assert len(python_abi.violations("x", names[:2], (3, 13), frozenset())) == 0


@pytest.mark.parametrize(
    ("version", "glibc"),
    [("GLIBC_2.2.5", (2, 2)), ("GLIBC_2.34", (2, 34)), ("GLIBC_PRIVATE", None), ("GLIBC_ABI_DT_RELR", (2, 36)),
     ("GLIBCXX_3.4", None), ("OPENSSL_3.0.0", None)],
)  # fmt: skip
def test_versions_and_the_glibc_they_ask_for(version: str, glibc: tuple[int, ...] | None) -> None:
    assert policy.glibc_of(version) == glibc


@pytest.mark.parametrize(
    ("kind", "level", "glibc"),
    [("GLIBCXX", (3, 4, 19), (2, 17)), ("GLIBCXX", (3, 4, 31), (2, 39)), ("CXXABI", (1, 3, 11), (2, 26)),
     ("GCC", (7, 0, 0), (2, 26)), ("ZLIB", (1, 2, 9), (2, 27)), ("GLIBCXX", (3, 5), None), ("OTHER", (9,), (2, 5))],
)  # fmt: skip
def test_levels_and_the_glibc_from_which_every_distribution_has_them(
    kind: str, level: tuple[int, ...], glibc: tuple[int, int] | None
) -> None:
    assert policy.glibc_for(kind, level) == glibc
