"""`elfin retag`: name, WHEEL and RECORD change together, every other byte stays; unearned claims are refused."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from kit.commandline import PYTHON, Commandline, assert_refusal
from kit.othersystems import mach, windows
from kit.symbolsmith import Symbol, binary, imports
from kit.wheelsofelf import dynamic, put, static

TOOL = "DATA/scripts/tool"


@pytest.fixture
def elfin(tmp_path, monkeypatch, capsys) -> Commandline:  # type: ignore[no-untyped-def]
    return Commandline(tmp_path, monkeypatch, capsys)


def tags(path: Path) -> list[str]:
    """The Tag lines, after the archive was found whole and RECORD true."""
    from elfin.flows import audit_reports

    assert audit_reports.wheel(str(path), path.name, hashes=True).claim.record == ()  # type: ignore[union-attr]
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        name = next(name for name in archive.namelist() if name.endswith("/WHEEL"))
        assert archive.namelist()[-1].endswith("/RECORD")
        lines = archive.read(name).decode().splitlines()
    return [line.partition(": ")[2] for line in lines if line.startswith("Tag: ")]


def test_the_static_wheel_of_uv_3439_takes_both_families_sorted(elfin: Commandline) -> None:
    path = put(elfin.work, "py3-none-musllinux_1_1_aarch64", {TOOL: static("aarch64")})
    answer = elfin.good("retag", "--platform-tag", "+manylinux_2_17_aarch64.manylinux2014_aarch64", path)
    name = "tool-1.0-py3-none-manylinux2014_aarch64.manylinux_2_17_aarch64.musllinux_1_1_aarch64.whl"
    assert answer.out.strip() == name
    assert tags(elfin.work / name) == [
        "py3-none-manylinux2014_aarch64",
        "py3-none-manylinux_2_17_aarch64",
        "py3-none-musllinux_1_1_aarch64",
    ]
    assert path.exists()  # unless --remove
    assert elfin.good("audit", "--check", "--select", "A", elfin.work / name)


def test_every_other_member_keeps_its_bytes(elfin: Commandline) -> None:
    path = put(elfin.work, "py3-none-linux_x86_64", {TOOL: static(), "a.py": b"x = 1\n" * 999}, executable=(TOOL,))
    new = elfin.work / elfin.good("retag", "--earned", path).out.strip()
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(new) as after:
        for member in before.infolist():
            same = after.getinfo(member.filename)
            assert same.date_time == member.date_time and same.external_attr == member.external_attr
            if not member.filename.endswith(("WHEEL", "RECORD")):
                assert (same.CRC, same.compress_size) == (member.CRC, member.compress_size)
                assert after.read(member.filename) == before.read(member.filename)


def test_a_claim_the_bytes_contradict_is_refused_unless_forced(elfin: Commandline) -> None:
    path = put(elfin.work, "py3-none-manylinux_2_34_x86_64", {TOOL: dynamic("2.34", symbol="__libc_start_main")})
    before = sorted(os.listdir(elfin.work))
    answer = elfin("retag", "--platform-tag", "manylinux_2_5_x86_64", path)
    assert_refusal(answer, 4)
    assert "__libc_start_main" in answer.err and "they earn manylinux_2_34_x86_64" in answer.err
    assert sorted(os.listdir(elfin.work)) == before
    answer = elfin.good("retag", "--platform-tag", "manylinux_2_5_x86_64", "--force", path)
    assert "claimed by force" in answer.err and tags(elfin.work / answer.out.strip()) == [
        "py3-none-manylinux_2_5_x86_64"
    ]


@pytest.mark.parametrize(
    ("orders", "name"),
    [
        (["--python-tag", "+py2"], "tool-1.0-py2.py3-none-linux_x86_64.whl"),
        (["--python-tag", "cp312", "--abi-tag", "cp312"], "tool-1.0-cp312-cp312-linux_x86_64.whl"),
        (["--build", "3b"], "tool-1.0-3b-py3-none-linux_x86_64.whl"),
        (["--platform-tag", "manylinux_2_28_x86_64"], "tool-1.0-py3-none-manylinux_2_28_x86_64.whl"),
        (["--platform-tag", "+manylinux_2_28_x86_64", "--platform-tag", "-linux_x86_64"],
         "tool-1.0-py3-none-manylinux_2_28_x86_64.whl"),
        (["--earned"], "tool-1.0-py3-none-manylinux_2_28_x86_64.whl"),
    ],
)  # fmt: skip
def test_orders(elfin: Commandline, orders: list[str], name: str) -> None:
    path = put(elfin.work, "py3-none-linux_x86_64", {TOOL: dynamic("2.28")})
    assert elfin.good("retag", *orders, "--remove", path).out.strip() == name
    assert os.listdir(elfin.work) == [name]
    assert len(tags(elfin.work / name)) == len(name.split("-")[-3].split("."))


def test_a_claim_of_the_machine_alone_is_checked_by_headers(elfin: Commandline) -> None:
    path = put(elfin.work, "py3-none-manylinux_2_28_x86_64", {TOOL: dynamic("2.28")})
    assert_refusal(elfin("retag", "--platform-tag", "+linux_aarch64", path), 4)
    assert_refusal(elfin("retag", "--platform-tag", "+nonsense", path), 4)
    assert "linux_x86_64.many" in elfin.good("retag", "--platform-tag", "+linux_x86_64", path).out
    pure = put(elfin.work, "py3-none-any", {"x.py": b""})
    assert_refusal(elfin("retag", "--platform-tag", "nonsense", pure), 4)
    assert "linux_x86_64" in elfin.good("retag", "--platform-tag", "linux_x86_64", pure).out


def test_a_build_number_is_taken_away(elfin: Commandline) -> None:
    path = put(elfin.work, "py3-none-linux_x86_64", {TOOL: static()})
    built = elfin.work / elfin.good("retag", "--build", "7", path).out.strip()
    with zipfile.ZipFile(built) as archive:
        assert b"Build: 7\n" in archive.read("tool-1.0.dist-info/WHEEL")
    path.unlink()
    assert elfin.good("retag", "--build", "", "--remove", built).out.strip() == path.name
    assert os.listdir(elfin.work) == [path.name]


def test_a_wheel_whose_name_and_text_disagree_is_mended_in_place(elfin: Commandline) -> None:
    path = put(
        elfin.work,
        "py3-none-linux_x86_64",
        {TOOL: static()},
        wheel_file="Wheel-Version: 1.0\nX-Kept: yes\nRoot-Is-Purelib: false\nTag: py3-none-any\nBuild: 9\n",
    )
    assert elfin("audit", "--check", path).code == 1
    elfin.good("retag", path)
    assert tags(path) == ["py3-none-linux_x86_64"]
    assert elfin("audit", "--check", path).code == 0
    with zipfile.ZipFile(path) as archive:
        text = archive.read("tool-1.0.dist-info/WHEEL")
    assert b"X-Kept: yes" in text and b"Build" not in text
    assert "already" in elfin.good("retag", path).err


def test_a_build_number_that_alone_disagrees_is_mended_in_place(elfin: Commandline) -> None:
    text = "Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: py3-none-linux_x86_64\nBuild: 2\n"
    path = put(elfin.work, "py3-none-linux_x86_64", {TOOL: static()}, wheel_file=text)
    path = path.rename(elfin.work / "tool-1.0-1-py3-none-linux_x86_64.whl")
    assert elfin("audit", "--check", path).code == 1
    assert "already" not in elfin.good("retag", path).err
    assert elfin("audit", "--check", path).code == 0
    assert "already" in elfin.good("retag", path).err


def module(*names: str) -> bytes:
    return binary(symbols=[Symbol("PyInit_m", defined=True), *imports(" ".join(names) or "PyLong_FromLong")])


@pytest.mark.parametrize(
    ("tag", "name", "orders", "words"),
    [
        ("cp312-cp312", "m.cpython-312-x86_64-linux-gnu.so", ["--abi-tag", "none", "--python-tag", "py3"], "py3-none"),
        ("cp312-cp312", "m.cpython-312-x86_64-linux-gnu.so", ["--abi-tag", "abi3"], "only cp312 looks for that name"),
        ("cp312-cp312", "m.cpython-312-x86_64-linux-gnu.so", ["--abi-tag", "cp312t"], "no Python of cp312-cp312t"),
        ("cp312-cp312", "m.cpython-312-x86_64-linux-gnu.so", ["--python-tag", "+cp313"], "Pythons of cp313-cp312"),
        ("cp312-abi3", "m.abi3.so", ["--python-tag", "cp36"], "PyType_GetTypeDataSize: in it since 3.12"),
        (
            "cp312-cp312",
            "m.so",
            ["--abi-tag", "abi3", "--python-tag", "cp38"],
            "PyType_GetTypeDataSize: in it since 3.12",
        ),
    ],
)
def test_pythons_that_cannot_load_the_modules_are_refused_unless_forced(
    elfin: Commandline, tag: str, name: str, orders: list[str], words: str
) -> None:
    path = put(elfin.work, f"{tag}-linux_x86_64", {name: module("PyType_GetTypeDataSize")})
    before = os.listdir(elfin.work)
    answer = elfin("retag", *orders, path)
    assert_refusal(answer, 4)
    assert words in answer.err and "--force" in answer.err and os.listdir(elfin.work) == before
    assert words in elfin.good("retag", "--force", *orders, path).err


def test_pythons_that_load_the_modules_are_taken(elfin: Commandline) -> None:
    path = put(elfin.work, "cp38-abi3-linux_x86_64", {"m.abi3.so": module("PyType_GetTypeDataSize")})
    assert elfin("audit", "--check", path).code == 1
    mended = elfin.good("retag", "--python-tag", "cp312", path).out.strip()
    assert elfin("audit", "--check", mended).code == 0
    path = put(elfin.work, "cp312.cp313-cp312-linux_x86_64", {"m.cpython-312-x86_64-linux-gnu.so": module()})
    mended = elfin.good("retag", "--python-tag", "-cp313", path).out.strip()
    assert elfin("audit", "--check", mended).code == 0


@pytest.mark.parametrize(
    ("platform", "files", "words"),
    [
        ("win_amd64", {"m.cp312-win_amd64.pyd": windows()}, "m.cp312-win_amd64.pyd is machine code for Windows"),
        ("win_amd64", {"run.exe": windows()}, "run.exe is machine code for Windows"),
        ("macosx_11_0_arm64", {"m.cpython-312-darwin.so": mach()}, "m.cpython-312-darwin.so is machine code for macOS"),
        ("linux_x86_64", {"m.cpython-312-x86_64-linux-gnu.so": module()}, "it holds machine code"),
    ],
)
def test_machine_code_is_not_for_any_platform(
    elfin: Commandline, platform: str, files: dict[str, bytes], words: str
) -> None:
    answer = elfin("retag", "--platform-tag", "any", put(elfin.work, f"cp312-cp312-{platform}", files))
    assert_refusal(answer, 4)
    assert f"do not earn any: {words}" in answer.err


def test_a_record_that_lists_a_file_twice_is_mended(elfin: Commandline) -> None:
    path = put(elfin.work, "py3-none-linux_x86_64", {TOOL: static()})
    with zipfile.ZipFile(path) as archive:
        text = archive.read("tool-1.0.dist-info/RECORD").decode()
    path = put(elfin.work, "py3-none-linux_x86_64", {TOOL: static()}, record=text + text)
    assert tags(elfin.work / elfin.good("retag", "--build", "1", path).out.strip()) == ["py3-none-linux_x86_64"]


def test_signatures_do_not_survive(elfin: Commandline) -> None:
    path = put(elfin.work, "py3-none-linux_x86_64", {TOOL: static(), "INFO/RECORD.jws": b"{}"})
    new = elfin.work / elfin.good("retag", "--build", "1", path).out.strip()
    with zipfile.ZipFile(new) as archive:
        assert not [name for name in archive.namelist() if "jws" in name]
        assert b"jws" not in archive.read("tool-1.0.dist-info/RECORD")


def test_dry_run_and_refusals_write_nothing(elfin: Commandline) -> None:
    path = put(elfin.work, "py3-none-linux_x86_64", {TOOL: static()})
    before = sorted(os.listdir(elfin.work))
    assert "manylinux_2_5" in elfin.good("retag", "--earned", "--dry-run", path).out
    for orders in (["--build", "x"], ["--platform-tag", "-nothing_x"], ["--platform-tag", "a b"],
                   ["--platform-tag", "-linux_x86_64"]):  # fmt: skip
        assert_refusal(elfin("retag", *orders, path), 2)
    put(elfin.work / "..", "py3-none-linux_x86_64", {TOOL: static()})
    assert_refusal(elfin("retag", "nowhere-1.0-py3-none-any.whl"), 3)
    assert sorted(os.listdir(elfin.work)) == before


def test_elfin_installs_what_it_retagged(elfin: Commandline) -> None:
    machine = os.uname().machine
    if machine not in ("x86_64", "aarch64"):
        pytest.skip("made for two machines")
    path = put(elfin.work, f"py3-none-musllinux_1_1_{machine}", {TOOL: static(machine)})
    new = elfin.good("retag", "--earned", path).out.strip()
    venv = elfin.venv()
    elfin.good("pip", "install", "--no-index", "--find-links", elfin.work, "tool")
    assert (venv.prefix / "bin" / "tool").exists() and "manylinux" in new and PYTHON


def test_the_output_folder_is_made(elfin: Commandline) -> None:
    path = put(elfin.work, "py3-none-musllinux_1_1_aarch64", {TOOL: static("aarch64")})
    said = elfin.good("retag", "--platform-tag", "+manylinux2014_aarch64", "-o", "new/deep", path).out.strip()
    assert (elfin.work / "new/deep" / os.path.basename(said)).exists()


def test_what_is_not_named_as_a_wheel_is_refused(elfin: Commandline) -> None:
    for name in ("tool.whl", "tool-1.0.whl", "tool-1.0-py3-none-.whl"):
        (elfin.work / name).write_bytes(b"PK")
        assert_refusal(elfin("retag", "--earned", name), 2, 3)
    assert_refusal(elfin("retag", "--earned", elfin.file("tool.zip", "PK")), 2)
