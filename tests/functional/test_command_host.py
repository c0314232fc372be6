"""`elfin host PLACE`: folders, images, interpreters and names, as somebody reads them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kit import elfsmith, images
from kit.commandline import PYTHON, SOURCE, Commandline
from kit.elfsmith import MUSL_LOADER, glibc, glibc_loader, musl, program

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads a Linux")
LOADER = "/lib/ld-linux-aarch64.so.1"
FILES: dict[str, bytes | str | None] = {
    "bin/sh": program(LOADER, "aarch64"),
    LOADER[1:]: glibc_loader("aarch64", "ld-linux-aarch64.so.1"),
    "lib/libc.so.6": glibc("2.36", "aarch64"),
    "etc/os-release": 'PRETTY_NAME="Made 7"\n',
    "usr/bin/python3.12": elfsmith.elf("aarch64", interpreter=LOADER, rodata=b"\0" + b"3.12.4\0"),
    "usr/lib/python3.12/os.py": "",
    "usr/lib/python3.12/lib-dynload/_x.cpython-312-aarch64-linux-gnu.so": b"",
}
EXPECTED = [
    "system        Linux, Made 7",
    "architecture  aarch64",
    "libc          glibc 2.36 (/lib/ld-linux-aarch64.so.1)",
    "python        CPython 3.12.4 on glibc 2.36 (/usr/bin/python3.12)",
    "wheels        linux_aarch64, manylinux_2_36_aarch64",
]


def folder(elfin: Commandline, files: dict[str, bytes | str | None]) -> str:
    raw = {name: content.encode() if isinstance(content, str) else content or b"" for name, content in files.items()}
    return images.write(str(elfin.work / "root"), raw)


def test_a_folder_is_described_without_a_program_of_it_being_started(elfin: Commandline) -> None:
    folder(elfin, FILES)
    assert elfin.good("host", "root:root").out.splitlines() == ["place         root:root", *EXPECTED]
    told = json.loads(elfin.good("host", "root:root", "--json").out)
    assert told["place"] == "root:root" and told["python"] == told["pythons"][0]
    assert (told["python"]["ext_suffix"], told["cpu_level"]) == (".cpython-312-aarch64-linux-gnu.so", None)
    assert "/bin/sh: PT_INTERP" in elfin.good("host", "root:root", "--why").out


def test_an_image_is_described_and_says_which_platforms_it_has(elfin: Commandline) -> None:
    shell = {"bin/sh": program(MUSL_LOADER), MUSL_LOADER[1:]: musl("1.2.5")}
    layout = images.layout({"linux/amd64": [shell], "linux/arm64": [FILES]})
    (elfin.work / "image.tar").write_bytes(images.layer(dict(layout)))
    shown = elfin.good("host", "image:image.tar@linux/arm64").out.splitlines()
    assert shown[1] == "understood    linux/arm64 of the image is shown; it is there for linux/amd64 too"
    assert shown[2:] == EXPECTED
    refused = elfin("host", "image:image.tar@linux/riscv64")
    assert refused.code == 2 and "not for linux/riscv64" in refused.err and "linux/amd64, linux/arm64" in refused.err


def test_an_interpreter_is_described_in_full(elfin: Commandline) -> None:
    shown = elfin.good("host", f"python:{PYTHON}").out
    for words in (
        "loader        /",
        ", which is there",
        "with the GIL",
        "extensions    end in .cpython-",
        "packages      /",
    ):
        assert words in shown


def test_an_interpreter_whose_loader_is_missing_is_still_described(elfin: Commandline) -> None:
    files = {
        "opt/bin/python3.12": elfsmith.elf(interpreter="/gone/ld.so.1", rodata=b"\0" + b"3.12.4\0"),
        "opt/lib/python3.12/os.py": b"",
    }
    path = os.path.join(folder(elfin, dict(files)), "opt/bin/python3.12")
    os.chmod(path, 0o755)
    shown = elfin.good("host", f"python:{path}").out
    assert "CPython 3.12.4" in shown and "cannot start, its loader /gone/ld.so.1 is not there" in shown
    assert "wheels" not in shown


def test_a_name_is_described_with_what_was_assumed(elfin: Commandline) -> None:
    shown = elfin.good("host", "manylinux_2_28_aarch64").out
    assert "understood" in shown and "manylinux_2_28_aarch64 (for CPython" in shown


@pytest.mark.parametrize("place", ["root:none", "image:none", "image:plain", "python:none", "no such place"])
def test_what_is_not_there_is_said_in_a_clause(elfin: Commandline, place: str) -> None:
    elfin.file("plain", "no image")
    done = elfin("host", place)
    assert done.code == (3 if ":" in place else 2) and done.err.startswith("error: ") and not done.out
    assert place.rpartition(":")[2] in done.err


def test_a_root_may_be_said_as_an_option(elfin: Commandline) -> None:
    root = folder(elfin, FILES)
    assert elfin.good("host", "--root", root).out == elfin.good("host", f"root:{root}").out
    assert "are two places" in elfin("host", "--root", root, "debian:12").err


def test_what_is_wrong_with_an_image_names_it(elfin: Commandline) -> None:
    elfin.file("layout/index.json", "{")
    asked = elfin("host", "image:layout")
    assert asked.code == 3 and asked.err.startswith("error: layout: the image index is not JSON")


def rows(text: str, *names: str) -> list[str]:
    return [row for row in text.splitlines() if row.startswith(names)]


def test_elfin_s_own_python_is_told_alike_with_and_without_a_child(elfin: Commandline, tmp_path: Path) -> None:
    """The short answer is by what the interpreter knows of itself; the long one asks it as any other."""
    told: dict[str, str] = {}
    for words in ((), ("--why",)):
        done = subprocess.run(
            [PYTHON, "-I", "-S", os.path.join(SOURCE, "elfin", "launch.py"), "host", *words],
            capture_output=True, text=True, check=True, env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        )  # fmt: skip
        told["".join(words)] = done.stdout.partition("\n\n")[0].strip()
    assert told["--why"] == told[""] and rows(told[""], "python", "wheels")


def test_a_python_with_a_manylinux_module_is_asked(elfin: Commandline, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site/_manylinux.py").write_text("def manylinux_compatible(major, minor, arch):\n    return False\n")
    done = subprocess.run(
        [PYTHON, "-I", "-S", os.path.join(SOURCE, "elfin", "launch.py"), "host"], capture_output=True, text=True,
        check=True, env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(tmp_path / "site")},
    )  # fmt: skip
    assert "manylinux" not in done.stdout and rows(done.stdout, "wheels        linux_")


@pytest.mark.parametrize(
    ("name", "system"),
    [
        ("ios_13_0_arm64_iphoneos", "iOS 13.0"),
        ("ios_13_0_arm64_iphonesimulator", "the iOS simulator 13.0"),
        ("android_24_x86_64", "Android API level 24"),
        ("macosx_14_0_arm64", "macOS 14.0"),
        ("win_amd64", "Windows"),
        ("pyodide_2025_0_wasm32", "Emscripten, PyEmscripten 2025.0"),
        ("debian:12", "Linux, Debian 12"),
    ],
)
def test_every_system_is_called_by_its_name(elfin: Commandline, name: str, system: str) -> None:
    assert f"system        {system}" in elfin.good("host", name).out.splitlines()
