"""Modules beside python and ABI tags: names that Pythons look for, names of the stable ABI that they have."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from elfin.audit import problems, python_abi, reports
from elfin.audit.model import Claim, Report
from elfin.formats import wheelname
from kit.commandline import Commandline
from kit.othersystems import mach, windows
from kit.symbolsmith import Symbol, binary, imports, x86_level
from kit.wheelsofelf import dynamic, put, static

VECTORS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "real_wheels.json").read_text())
STABLE, PRIVATE, YOUNG = "PyLong_FromLong", "_PyLong_Sign", "PyType_GetTypeDataSize"  # the young one came with 3.12
LINUX = "x86_64-linux-gnu"


@pytest.fixture
def elfin(tmp_path, monkeypatch, capsys) -> Commandline:  # type: ignore[no-untyped-def]
    return Commandline(tmp_path, monkeypatch, capsys)


def module(*names: str, called: str = "m") -> bytes:
    return binary(symbols=[Symbol(f"PyInit_{called}", defined=True), *imports(" ".join(names or (STABLE,)))])


def report(tags: str, files: Mapping[str, bytes]) -> Report:
    filename = f"tool-1.0-{tags}-linux_x86_64.whl"
    name = wheelname.parse(filename)
    claim = Claim(filename, name.pythons, name.abis, name.platforms, (), "", "", False, (), ())
    return reports.of(filename, "wheel", files.items(), claim)


def codes(found: Report) -> list[str]:
    return [one.code for one in problems.python(found, found.claim)]


@pytest.mark.parametrize(
    ("tags", "names"),
    [
        ("cp39-abi3", [f"m.cpython-39-{LINUX}.so"]),
        ("cp312-abi3", [f"m.cpython-312-{LINUX}.so"]),
        ("py3-none", [f"m.cpython-312-{LINUX}.so"]),
        ("py3-none", [f"m.cpython-313-{LINUX}.so", f"m.cpython-313t-{LINUX}.so"]),
        ("cp313-cp313t", [f"m.cpython-313-{LINUX}.so"]),
        ("cp313-cp313", [f"m.cpython-313t-{LINUX}.so"]),
        ("cp313-cp313.cp313t", [f"m.cpython-313-{LINUX}.so"]),
        ("cp312-cp312", [f"m.pypy310-pp73-{LINUX}.so"]),
        ("pp310-pypy310_pp73", [f"m.cpython-310-{LINUX}.so"]),
        ("cp312-cp312", [f"m.cpython-311-{LINUX}.so", f"m.cpython-312-{LINUX}.so"]),
        ("cp312.cp313-cp312.cp313", [f"m.cpython-312-{LINUX}.so"]),
        ("cp39-cp312", [f"m.cpython-312-{LINUX}.so"]),
        ("cp313-cp313t", ["m.abi3.so"]),
        ("cp315-abi3t", ["m.abi3.so"]),
        ("cp37-cp37m", [f"m.cpython-36m-{LINUX}.so"]),
    ],
)
def test_a_name_that_pythons_of_the_tags_do_not_look_for_is_found(tags: str, names: list[str]) -> None:
    assert codes(report(tags, dict.fromkeys(names, module()))) == ["A502"]


@pytest.mark.parametrize(
    ("tags", "names"),
    [
        ("cp312-cp312", [f"m.cpython-312-{LINUX}.so"]),
        ("cp312-cp312", ["m.so"]),
        ("cp312-cp312", ["m.abi3.so"]),
        ("cp313-cp313t", [f"m.cpython-313t-{LINUX}.so"]),
        ("cp313-cp313.cp313t", [f"m.cpython-313t-{LINUX}.so", "m.abi3.so"]),
        ("cp315-abi3t", ["m.abi3t.so"]),
        ("cp315-abi3.abi3t", ["m.abi3t.so"]),
        ("cp312.cp313-cp312.cp313", [f"m.cpython-312-{LINUX}.so", f"m.cpython-313-{LINUX}.so"]),
        ("cp39-abi3", [f"m.cpython-312-{LINUX}.so", "m.abi3.so"]),
        ("py3-none", [f"m.cpython-312-{LINUX}.so", f"m.cpython-313-{LINUX}.so"]),
        ("py3-none", [f"python/lib/python3.12/lib-dynload/m.cpython-312-{LINUX}.so"]),
        ("cp312-none", [f"m.cpython-312-{LINUX}.so"]),
        ("py312-none", [f"m.cpython-312-{LINUX}.so"]),
        ("pp310-pypy310_pp73", [f"m.pypy310-pp73-{LINUX}.so"]),
        ("cp37-cp37m", [f"m.cpython-37m-{LINUX}.so"]),
        ("py3-none", ["m.so"]),
    ],
)
def test_a_name_that_pythons_of_the_tags_look_for_is_fine(tags: str, names: list[str]) -> None:
    assert codes(report(tags, dict.fromkeys(names, module()))) == []


@pytest.mark.parametrize(
    ("tags", "path", "name", "wanted"),
    [
        ("cp39-abi3", "m.so", PRIVATE, ["A501"]),
        ("cp39-abi3", "m.so", YOUNG, ["A501"]),
        ("cp312-abi3", "m.so", YOUNG, []),
        ("py3-none", "m.so", PRIVATE, ["A501"]),
        ("py3-none", "m.so", YOUNG, []),
        ("cp312-cp312", "m.so", PRIVATE, []),
        ("cp312-cp312", "m.abi3.so", PRIVATE, ["A501"]),
        ("cp39-abi3", "libm.so", PRIVATE, []),  # nothing imports it by that name
    ],
)
def test_a_bare_name_under_tags_for_many_pythons_promises_the_stable_abi(
    tags: str, path: str, name: str, wanted: list[str]
) -> None:
    assert codes(report(tags, {path: module(name)})) == wanted


def test_a_library_for_modules_may_define_names_like_python_s() -> None:
    """PySide6 takes PyDateTime_Get of libshiboken6.abi3.so.6.9, which is in another wheel."""
    names = [Symbol("PyInit_m", defined=True), *imports("PyDateTime_Get")]
    for needed, wanted in (("libshiboken6.abi3.so.6.9", []), ("libother.so", ["A501"])):
        assert codes(report("cp39-abi3", {"m.abi3.so": binary(symbols=names, needed=[needed])})) == wanted


def test_what_is_no_module_is_not_judged() -> None:
    library = binary(symbols=[Symbol("run", defined=True), *imports("malloc")], needed=["libc.so.6"])
    assert codes(report("py3-none", {"x/data.so": library, "x/libx.cpython-312-x.so": library})) == []


@pytest.mark.parametrize("vector", [one for one in VECTORS if one["files"]], ids=lambda one: one["name"][:70])
def test_modules_of_published_wheels_have_names_that_their_tags_look_for(vector: dict[str, Any]) -> None:
    name = wheelname.parse(vector["name"])
    claim = Claim(vector["name"], name.pythons, name.abis, name.platforms, (), "", "", False, (), ())
    modules: dict[str, list[str]] = {}
    for row in vector["files"]:
        said = python_abi.suffix(row["path"])
        if row["module"] is not None and said is not None:
            modules.setdefault(python_abi.module(row["path"]), []).append(said.text)
    for texts in modules.values():
        assert python_abi.unserved(python_abi.pairs(claim), texts) is None


def test_a_file_alone_is_held_to_the_stable_abi_that_its_name_promises(elfin: Commandline) -> None:
    for name, data, code in (("bad.abi3.so", module(PRIVATE), 1), ("good.abi3.so", module(YOUNG), 0)):
        (elfin.work / name).write_bytes(data)
        answer = elfin("audit", "--check", name)
        assert answer.code == code, answer.said
    assert "_PyLong_Sign: not in the stable ABI" in elfin("audit", "--check", "bad.abi3.so").out


def test_json_has_the_python_side_of_each_file(elfin: Commandline) -> None:
    files = {"m.abi3.so": module(YOUNG), f"n.cpython-312-{LINUX}.so": module(), "libx.so": binary()}
    path = put(elfin.work, "cp39-abi3-linux_x86_64", files)
    found = {
        one["path"]: one["python"] for one in json.loads(elfin("audit", "--json", path).out)["audited"][0]["files"]
    }
    violations = [{"symbol": YOUNG, "since": "3.12"}]
    assert found == {
        "m.abi3.so": {
            "suffix": "abi3", "only": None, "free_threaded": False,
            "stable_abi": {"kept": False, "violations": violations},
        },
        f"n.cpython-312-{LINUX}.so": {
            "suffix": f"cpython-312-{LINUX}", "only": "cp312", "free_threaded": False, "stable_abi": None,
        },
        "libx.so": None,
    }  # fmt: skip


def test_json_has_the_floors_of_each_file(elfin: Commandline) -> None:
    levels = [*imports("a@GLIBC_2.14"), *imports("b@GLIBCXX_3.4.29", "libstdc++.so.6")]
    plus = binary(symbols=levels, needed=["libc.so.6", "libstdc++.so.6"])
    path = put(elfin.work, "py3-none-linux_x86_64", {"a.so": plus, "DATA/scripts/tool": dynamic("2.28")})
    files = {one["path"]: one for one in json.loads(elfin("audit", "--json", path).out)["audited"][0]["files"]}
    assert files["a.so"]["glibc"]["version"] == "2.14"
    assert files["a.so"]["levels"]["GLIBCXX"]["version"] == "3.4.29"
    assert files["tool-1.0.data/scripts/tool"]["glibc"]["witness"]["symbols"] == ["statx"]


@pytest.mark.parametrize(
    ("needed", "used", "confidence"),
    [(3, 4, "declared needed"), (None, 3, "declared used"), (None, None, "none")],
)
def test_json_tells_how_sure_a_cpu_level_is(
    elfin: Commandline, needed: int | None, used: int | None, confidence: str
) -> None:
    notes = x86_level(needed, used) if needed or used else b""
    (elfin.work / "tool").write_bytes(binary(kind=2, notes=notes))
    said = json.loads(elfin("audit", "--json", "tool").out)["audited"][0]
    assert (said["cpu_level"], said["cpu_used"], said["cpu_confidence"]) == (needed, used, confidence)


def test_a_floor_that_is_given_counts_whatever_is_selected(elfin: Commandline) -> None:
    path = put(elfin.work, "py3-none-manylinux_2_28_x86_64", {"DATA/scripts/tool": dynamic("2.28")})
    assert elfin("audit", "--max", "glibc=2.17", "--select", "A1", path).code == 1
    assert elfin("audit", "--max", "glibc=2.17", "--select", "A1", "--ignore", "A4", path).code == 0
    assert elfin("audit", "--max", "glibc=2.28", "--select", "A1", path).code == 0


@pytest.mark.parametrize(("twice", "words"), [(False, "does not list itself"), (True, "more than once")])
def test_a_record_has_one_row_for_each_file_and_one_for_itself(elfin: Commandline, *, twice: bool, words: str) -> None:
    good = put(elfin.work, "py3-none-linux_x86_64", {"DATA/scripts/tool": static()})
    with zipfile.ZipFile(good) as archive:
        rows = archive.read("tool-1.0.dist-info/RECORD").decode().splitlines(keepends=True)
    text = "".join([*rows[:1], *rows] if twice else rows[:-1])
    path = put(elfin.work, "py3-none-linux_x86_64", {"DATA/scripts/tool": static()}, record=text)
    answer = elfin("audit", "--check", path)
    assert answer.code == 1 and words in answer.out, answer.said


@pytest.mark.parametrize(
    ("files", "lie"),
    [
        ({"m.cp312-win_amd64.pyd": windows()}, True),
        ({"m.pyd": windows()}, True),
        ({"m.cpython-312-darwin.so": mach()}, True),
        ({"m.dll": windows()}, False),
        ({"m.pyd": windows(), "libm.dylib": mach()}, False),
        ({"m.pyd": windows(), "libm.so": binary()}, False),
    ],
)
def test_modules_of_one_system_alone_are_no_wheel_for_any(
    elfin: Commandline, files: Mapping[str, bytes], *, lie: bool
) -> None:
    answer = elfin("audit", "--check", "--select", "A1", put(elfin.work, "cp312-none-any", files))
    assert (answer.code == 1 and "for " in answer.out and " alone" in answer.out) is lie, answer.said
