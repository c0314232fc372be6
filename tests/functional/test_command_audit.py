"""`elfin audit`: will it run there, and if not, which file and which symbol; checks, JSON, SARIF."""

from __future__ import annotations

import contextlib
import io
import json
import random
import tarfile
import zipfile
from pathlib import Path

import pytest

from elfin.audit import disk_files, problems
from elfin.errors import Malformed, UnsafeArchive
from elfin.flows import audit_reports
from kit import wheelsmith
from kit.commandline import Commandline, assert_refusal
from kit.symbolsmith import Symbol, binary, imports, x86_level
from kit.wheelsofelf import dynamic, put, static

TOOL = "DATA/scripts/tool"


@pytest.fixture
def elfin(tmp_path, monkeypatch, capsys) -> Commandline:  # type: ignore[no-untyped-def]
    return Commandline(tmp_path, monkeypatch, capsys)


def test_a_no_names_the_file_the_symbol_and_what_is_there(elfin: Commandline) -> None:
    put(elfin.work, "py3-none-manylinux_2_17_x86_64", {TOOL: dynamic("2.34", symbol="__libc_start_main")})
    answer = elfin("audit", "tool-1.0-py3-none-manylinux_2_17_x86_64.whl", "--platform", "debian:11")
    assert answer.code == 1
    assert "does not run" in answer.out and "Debian 11" in answer.out
    assert "tool-1.0.data/scripts/tool needs glibc 2.34 for __libc_start_main, there is glibc 2.31" in answer.out
    assert "promises too much" in answer.out


def test_a_yes_is_a_yes_and_the_claims_are_judged(elfin: Commandline) -> None:
    path = put(elfin.work, "py3-none-manylinux_2_28_x86_64", {TOOL: dynamic("2.28")})
    answer = elfin.good("audit", path, "--platform", "debian:11")
    assert "runs (Debian 11 on x86_64: glibc 2.31)" in answer.out
    assert "manylinux_2_28_x86_64  earned" in answer.out


def test_without_a_place_the_distributions_are_listed(elfin: Commandline) -> None:
    answer = elfin.good("audit", put(elfin.work, "py3-none-manylinux_2_28_x86_64", {TOOL: dynamic("2.28")}))
    assert "Debian 10+" in answer.out and "Ubuntu 18.10+" in answer.out and "Red Hat Enterprise Linux 8+" in answer.out
    assert "Alpine" not in answer.out
    answer = elfin.good("audit", put(elfin.work, "py3-none-linux_x86_64", {TOOL: static()}))
    assert "Alpine 3." in answer.out and "Debian 6+" in answer.out
    # The patch number of the newest releases' musl is not always known: they are no reason to list none.
    young = binary(symbols=imports("qsort_r"), needed=["libc.so"])
    answer = elfin.good("audit", put(elfin.work, "py3-none-musllinux_1_2_x86_64", {"tool/x.so": young}))
    assert "Alpine 3.16+" in answer.out and "Debian" not in answer.out


def test_a_static_wheel_beside_a_dynamic_one_is_advised(elfin: Commandline) -> None:
    """astral-sh/uv#3439."""
    put(elfin.work, "py3-none-manylinux_2_28_aarch64", {TOOL: dynamic("2.28", "aarch64")})
    put(elfin.work, "py3-none-musllinux_1_1_aarch64", {TOOL: static("aarch64")})
    answer = elfin.good("audit", ".")
    assert "it also serves glibc 2.17 to 2.27" in answer.out
    assert "elfin retag --platform-tag +manylinux2014_aarch64.manylinux_2_17_aarch64" in answer.out
    assert "fewer wheels" in answer.out


def test_of_several_wheels_each_place_has_to_be_served_by_one(elfin: Commandline) -> None:
    put(elfin.work, "py3-none-manylinux_2_28_aarch64", {TOOL: dynamic("2.28", "aarch64")})
    put(elfin.work, "py3-none-manylinux_2_28_x86_64", {TOOL: dynamic("2.28")})
    answer = elfin.good("audit", ".", "--platform", "debian:10", "--platform", "debian:10/arm64")
    assert "debian:10 is served by ./tool-1.0-py3-none-manylinux_2_28_x86_64.whl\n" in answer.out
    assert "debian:10/arm64 is served by ./tool-1.0-py3-none-manylinux_2_28_aarch64.whl" in answer.out
    answer = elfin("audit", ".", "--platform", "debian:9")
    assert answer.code == 1 and "debian:9 is served by none of these wheels" in answer.out
    put(elfin.work, "py3-none-manylinux_2_17_x86_64", {TOOL: dynamic("2.28")})  # it lies, and would be taken
    assert elfin("audit", ".", "--platform", "debian:9", "--platform", "debian:10").code == 1


def test_json_has_every_number_with_its_witness(elfin: Commandline) -> None:
    path = put(elfin.work, "py3-none-manylinux_2_28_x86_64", {TOOL: dynamic("2.28")})
    said = elfin("audit", path, "--json", "--platform", "alpine:3.20", "--platform", "debian:12")
    assert said.code == 1  # it does not run in the first place
    answer = json.loads(said.out)
    assert answer["schema"] == 1
    thing = answer["audited"][0]
    assert thing["glibc"]["version"] == "2.28" and thing["glibc"]["witness"]["symbols"] == ["statx"]
    assert [place["runs"] for place in thing["places"]] == [False, True]
    assert thing["places"][0]["reasons"][0]["axis"] == "libc family"
    assert thing["earned"]["tags"] == ["manylinux_2_28_x86_64"]


CASES = {
    "A101": ("py3-none-manylinux_2_17_x86_64", {TOOL: dynamic("2.34")}, {}),
    "A102": ("py3-none-musllinux_1_1_x86_64", {TOOL: static()}, {}),
    "A103": ("py3-none-manylinux_2_17_aarch64", {TOOL: static()}, {}),
    "A104": ("py3-none-manylinux_x86_64", {TOOL: static()}, {}),
    "A105": ("py3-none-linux_x86_64", {TOOL: static(), "x.so": binary("aarch64", kind=2)}, {}),
    "A201": ("py3-none-linux_x86_64", {TOOL: static()}, {"wheel_file": "Wheel-Version: 1.0\nRoot-Is-Purelib: false\n"
                                                                      "Tag: py3-none-any\n"}),
    "A202": ("py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64", {TOOL: static()}, {}),
    "A203": ("py3-none-linux_x86_64", {TOOL: static()}, {"wheel_file": "Wheel-Version: 1.0\nRoot-Is-Purelib: false\n"
                                                                      "Tag: py3-none-linux_x86_64\nBuild: 9\n"}),
    "A204": ("py3-none-manylinux_2_36_loongarch64", {TOOL: binary("loongarch64", kind=2)}, {}),
    "A301": ("py3-none-linux_x86_64", {TOOL: static()}, {"record": "tool-1.0.dist-info/RECORD,,\n"}),
    "A302": ("py3-none-linux_x86_64", {"DATA/purelib/x.so": static()}, {}),
    "A402": ("py3-none-linux_x86_64", {TOOL: binary(kind=2, notes=x86_level(3))}, {}),
    "A403": ("py3-none-linux_x86_64", {TOOL: binary(kind=2, stack=True)}, {}),
    "A501": ("cp38-abi3-linux_x86_64", {"x.abi3.so": binary(symbols=[Symbol("PyInit_x", defined=True),
                                                                   *imports("PyType_GetDict")])}, {}),
    "A502": ("cp312-cp312-linux_x86_64", {"x.cpython-311-x86_64-linux-gnu.so": binary(
        symbols=[Symbol("PyInit_x", defined=True)])}, {}),
    "A503": ("cp312-cp312-linux_x86_64", {"x.so": binary(symbols=[Symbol("PyInit_x", defined=True)],
                                                         needed=["libc.so.6", "libpython3.12.so.1.0"])}, {}),
    "A601": ("py3-none-linux_x86_64", {TOOL: static(), "x.so": b"\x7fELF" + bytes(60)}, {}),
}  # fmt: skip


@pytest.mark.parametrize("code", sorted(set(problems.RULES) - {"A401"}))
def test_each_rule_finds_its_fault_and_fails_only_when_it_counts(elfin: Commandline, code: str) -> None:
    tag, files, options = CASES[code]
    path = put(elfin.work, tag, files, **options)
    answer = elfin("audit", path, "--check", "--select", code)
    assert answer.code == 1 and f"  {code}  " in answer.out, answer.said
    others = ",".join(other for other in problems.RULES if other != code)
    assert elfin("audit", path, "--check", "--ignore", code, "--select", "A").out.count(code) == 0
    assert f"  {code}  " not in elfin("audit", path, "--check", "--select", others).out


def test_a_wheel_without_fault_passes_every_check(elfin: Commandline) -> None:
    path = put(elfin.work, "py3-none-manylinux_2_28_x86_64", {TOOL: dynamic("2.28")})
    assert elfin.good("audit", "--check", "--select", "A", path)
    assert elfin.good("audit", "--check", put(elfin.work, "py3-none-any", {"x.py": b""}))


def test_a_floor_that_is_exceeded_fails(elfin: Commandline) -> None:
    path = put(elfin.work, "py3-none-manylinux_2_28_x86_64", {TOOL: dynamic("2.28")})
    answer = elfin("audit", path, "--max", "glibc=2.17")
    assert answer.code == 1 and "glibc 2.28 for statx, allowed is 2.17" in answer.out
    assert elfin("audit", path, "--max", "glibc=2.28").code == 0
    assert_refusal(elfin("audit", path, "--max", "glibc"), 2)
    assert_refusal(elfin("audit", path, "--check", "--select", "Z9"), 2)


def test_sarif_names_rule_and_file(elfin: Commandline) -> None:
    path = put(elfin.work, "py3-none-manylinux_2_17_x86_64", {TOOL: dynamic("2.34")})
    run = json.loads(elfin("audit", path, "--check", "--format", "sarif").out)["runs"][0]
    assert [result["ruleId"] for result in run["results"]] == ["A101"]
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == str(path)
    assert "A101" in [rule["id"] for rule in run["tool"]["driver"]["rules"]]


@pytest.mark.parametrize("form", ["file", "folder", "zip", "tar", "tar.gz", "tar.xz", "tar.bz2", "gz", "root"])
def test_every_container_gives_the_same_needs(elfin: Commandline, form: str) -> None:
    data = dynamic("2.28")
    path = elfin.work / f"thing.{form}"
    if form == "file":
        path.write_bytes(data)
    elif form in ("folder", "root"):
        (path / "usr" / "bin").mkdir(parents=True)
        (path / "usr" / "bin" / "tool").write_bytes(data)
        (path / "usr" / "bin" / "again").symlink_to("tool")
        (path / "usr" / "bin" / "script").write_text("#!/bin/sh\n")
    elif form == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("bin/tool", data)
            archive.writestr("README", "words")
    elif form == "gz":
        import gzip

        path.write_bytes(gzip.compress(data))
    else:
        with tarfile.open(path, "w:" + form.partition(".")[2]) as archive:
            member = tarfile.TarInfo("bin/tool")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    asked = f"root:{path}" if form == "root" else path
    thing = json.loads(elfin.good("audit", asked, "--json").out)["audited"][0]
    assert (thing["glibc"]["version"], len(thing["files"])) == ("2.28", 1)


def test_a_library_that_is_not_there_says_no_where_one_can_look(elfin: Commandline) -> None:
    from kit import elfsmith

    root = elfin.work / "root"
    for folder in ("bin", "lib64"):
        (root / folder).mkdir(parents=True)
    (root / "bin" / "sh").write_bytes(elfsmith.program())
    (root / "lib64" / "ld-linux-x86-64.so.2").write_bytes(elfsmith.glibc_loader())
    (root / "lib64" / "libc.so.6").write_bytes(elfsmith.glibc("2.36"))
    program = elfin.work / "program"
    program.write_bytes(binary(interpreter="/lib64/ld-linux-x86-64.so.2", needed=["libc.so.6", "libodd.so.3"]))
    answer = elfin("audit", program, "--platform", f"root:{root}")
    assert answer.code == 1 and "needs libodd.so.3: it is not there" in answer.out
    (root / "lib64" / "libodd.so.3").write_bytes(binary(needed=["libc.so.6"]))
    assert elfin("audit", program, "--platform", f"root:{root}").code == 0
    assert "nobody can tell" in elfin.good("audit", program, "--platform", "debian:12").out


def test_what_cannot_be_audited_is_refused(elfin: Commandline) -> None:
    assert_refusal(elfin("audit", elfin.file("words.txt", "words")), 2)
    assert_refusal(elfin("audit", "nowhere"), 3)
    assert_refusal(elfin("audit", elfin.file("x-1.0-py3-none-any.whl", "words")), 3)
    assert_refusal(elfin("audit", "ftp://example.org/x.whl"), 2)


@pytest.mark.slow
def test_two_thousand_broken_wheels_give_a_report_or_malformed(elfin: Commandline) -> None:
    files = {
        TOOL: dynamic("2.28"),
        "x.abi3.so": binary(symbols=[Symbol("PyInit_x", defined=True)]),
        "x.py": b"1\n" * 99,
    }
    name = wheelsmith.filename("tool", "1.0", "py3-none-manylinux_2_28_x86_64")
    good = wheelsmith.wheel("tool", "1.0", files, purelib=False, tag="py3-none-manylinux_2_28_x86_64")
    stored = wheelsmith.archive([
        member._replace(method=0) for member in wheelsmith.members("tool", "1.0", files, purelib=False)
    ])  # fmt: skip
    path = Path(elfin.work / name)
    rng = random.Random(7)
    reported = refused = 0
    for number in range(2000):
        data = bytearray(stored if number % 2 else good)
        for _ in range(rng.randint(1, 3)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        path.write_bytes(data if rng.random() > 0.1 else data[: rng.randrange(len(data))])
        try:
            audit_reports.wheel(str(path), name, hashes=True)
            reported += 1
        except (Malformed, UnsafeArchive):
            refused += 1
        with contextlib.suppress(Malformed, UnsafeArchive), disk_files.mapped(str(path)) as view:
            audit_reports.proof(name, disk_files.opened(view), files=True)
    assert refused > 100 and reported + refused == 2000


def test_a_folder_that_is_named_as_a_wheel_is_a_folder(elfin: Commandline) -> None:
    folder = elfin.work / "dist"
    put_in = folder / "unpacked-1.0-py3-none-any.whl"
    put_in.mkdir(parents=True)
    (put_in / "tool").write_bytes(dynamic("2.31"))
    assert "glibc 2.31" in elfin.good("audit", folder).out
    assert "glibc 2.31" in elfin.good("audit", put_in).out
    put(folder, "py3-none-manylinux_2_28_x86_64", {TOOL: dynamic("2.28")})
    assert "glibc 2.31" not in elfin.good("audit", folder).out
