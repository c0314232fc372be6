"""`elfin python install --platform`: the layouts of other systems and other Pythons, from archives made like theirs."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from kit import elfsmith
from kit import pythonarchives as archives
from kit.commandline import Commandline
from kit.pythonarchives import Member, member

GLIBC_ON_ARM = "/lib/ld-linux-aarch64.so.1"


def on_macos() -> list[Member]:
    """What python-build-standalone's archive for macOS has: a Mach-O program and a library beside it."""
    variables = {"prefix": "/install", "CC": "clang -isysroot /Applications/SDK -pthread", "AR": "/usr/bin/ar"}
    return [
        member("python/bin/python3.13", b"\xcf\xfa\xed\xfe" + bytes(60), mode=0o755),
        archives.link("python/bin/python3", "python3.13"),
        member("python/lib/libpython3.13.dylib", b"\xcf\xfa\xed\xfe" + bytes(60)),
        member("python/lib/python3.13/os.py", b"# os\n"),
        member(
            "python/lib/python3.13/_sysconfigdata__darwin_darwin.py", b"build_time_vars = " + repr(variables).encode()
        ),
        member("python/lib/pkgconfig/python3.pc", b"prefix=/install\nlibdir=${prefix}/lib\n"),
    ]


def on_windows() -> list[Member]:
    """No `bin`, no `lib`: everything lies beside the program."""
    return [
        member("python/python.exe", b"MZ" + bytes(60)),
        member("python/pythonw.exe", b"MZ" + bytes(60)),
        member("python/python313.dll", b"MZ" + bytes(60)),
        member("python/DLLs/_ssl.pyd", b"MZ"),
        member("python/Lib/os.py", b"# os\n"),
        member("python/Scripts/pip.exe", b"MZ"),
    ]


@pytest.fixture
def offered(elfin: Commandline, monkeypatch: pytest.MonkeyPatch) -> Commandline:
    """The catalogue is `list`, and archives lie beside it."""
    monkeypatch.setenv("ELFIN_PYTHON_CATALOGUE", str(elfin.work / "list"))
    return elfin


def standalone(elfin: Commandline, platform: str, members: list[Member]) -> None:
    name = archives.name_of(platform=platform)
    data = archives.archive(members)
    (elfin.work / name).write_bytes(data)
    elfin.file("list", archives.ndjson({name: data}))


def other(elfin: Commandline, implementation: str, system: str, name: str, data: bytes) -> None:
    """A list as uv has it: the only kind with PyPy and GraalPy in it."""
    (elfin.work / name).write_bytes(data)
    row = {
        "name": implementation, "arch": {"family": "x86_64" if system == "windows" else "aarch64", "variant": None},
        "os": system, "libc": "gnu" if system == "linux" else "none", "major": 3, "minor": 11, "patch": 15,
        "prerelease": "", "url": name, "sha256": hashlib.sha256(data).hexdigest(), "variant": None, "build": "7.3.23",
    }  # fmt: skip
    elfin.file("list", json.dumps({implementation: row}))


def put(elfin: Commandline, request: str, platform: str) -> Path:
    said = elfin.good("python", "install", request, "--platform", platform, "--install-dir", "there").err
    assert "not run: it is for another place" in said
    (prefix,) = (elfin.work / "there").glob("*-3.1*")
    verified = elfin.good("python", "verify", "--install-dir", "there").out
    assert verified == f"{prefix.name}: as it was installed, not run here\n"
    return prefix


def names(prefix: Path) -> set[str]:
    return {str(path.relative_to(prefix)) for path in prefix.rglob("*") if not path.is_dir() or path.is_symlink()}


def test_a_python_for_macos(offered: Commandline) -> None:
    standalone(offered, "aarch64-apple-darwin", on_macos())
    prefix = put(offered, "3.13", "macosx_14_0_arm64")
    assert prefix.name == "cpython-3.13.9-macos-aarch64-none"
    assert {"bin/python3.13", "bin/python3", "bin/python", "lib/python3.13/EXTERNALLY-MANAGED"} <= names(prefix)
    variables = (prefix / "lib/python3.13/_sysconfigdata__darwin_darwin.py").read_text()
    assert f"'prefix': '{prefix}'" in variables and "'CC': 'cc -pthread'" in variables and "isysroot" not in variables
    assert "prefix=${pcfiledir}/../.." in (prefix / "lib/pkgconfig/python3.pc").read_text()


def test_a_python_for_windows(offered: Commandline) -> None:
    standalone(offered, "x86_64-pc-windows-msvc", on_windows())
    prefix = put(offered, "3.13", "win_amd64")
    assert prefix.name == "cpython-3.13.9-windows-x86_64-none"
    assert names(prefix) - {"elfin-python.json", "elfin-files.tsv"} == {
        "python.exe", "pythonw.exe", "python313.dll", "DLLs/_ssl.pyd", "Lib/os.py", "Scripts/pip.exe",
        "Lib/EXTERNALLY-MANAGED",
    }  # fmt: skip
    listed = offered.good("python", "list", "--install-dir", "there", "--only-installed").out
    assert listed.startswith(f"{prefix.name}\n") and "(for another place)" in listed


def test_one_that_lacks_its_program_is_told_and_nothing_is_left(offered: Commandline) -> None:
    standalone(offered, "x86_64-pc-windows-msvc", on_macos())
    answer = offered("python", "install", "3.13", "--platform", "win_amd64", "--install-dir", "there")
    assert answer.code == 1 and "holds no python.exe" in answer.err
    assert not (offered.work / "there").exists()


@pytest.mark.parametrize(
    ("implementation", "name", "program", "library"),
    [
        ("pypy", "pypy3.11-v7.3.23-aarch64", "pypy3.11", "pypy3.11"),
        ("graalpy", "graalpy3.11-25.2.4-linux-aarch64", "graalpy", "python3.11"),
    ],
)
def test_other_pythons_have_layouts_of_their_own(
    implementation: str, name: str, program: str, library: str, offered: Commandline
) -> None:
    members = [
        member(f"{name}/bin/{program}", elfsmith.program(GLIBC_ON_ARM, "aarch64"), mode=0o755),
        member(f"{name}/lib/{library}/os.py", b"# os\n"),
        member(f"{name}/bin/libpypy3.11-c.so", b"\x7fELF"),
        member(f"{name}/README", b"/install is a word here\n"),
    ]
    other(offered, implementation, "linux", f"{name}.tar.gz", archives.archive(members))
    prefix = put(offered, f"{implementation}@3.11", "debian:12/arm64")
    assert prefix.name == f"{implementation}-3.11.15-linux-aarch64-gnu"
    assert {f"bin/{program}", "bin/python3", "bin/python", f"lib/{library}/EXTERNALLY-MANAGED"} <= names(prefix)
    assert (prefix / "bin/python").resolve() == prefix / "bin" / program
    # What is CPython's own to rewrite is nobody else's.
    assert (prefix / "README").read_text() == "/install is a word here\n"


@pytest.mark.parametrize(
    ("system", "place", "name"),
    [("windows", "win_amd64", "pypy3.11-v7.3.23-win64.zip"), ("linux", "debian:12/arm64", "pypy3.11-aarch64.tar.bz2")],
)
def test_kinds_of_archives_that_are_not_unpacked_are_told(
    system: str, place: str, name: str, offered: Commandline
) -> None:
    other(offered, "pypy", system, name, b"PK")
    answer = offered("python", "install", "pypy", "--platform", place, "--install-dir", "there")
    assert answer.code == 1 and f"comes as {name}, of a kind that elfin does not unpack" in answer.err
    assert not (offered.work / "there").exists()
    assert offered.good("python", "list", "pypy", "--platform", place).out == ""
