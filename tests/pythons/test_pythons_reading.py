"""pythons.reading: what files tell of a Python is what the Python tells of itself."""

from __future__ import annotations

import glob
import json
import os
import subprocess
import sys

import pytest

from elfin.host.detect import detect
from elfin.host.disk import FolderRoot
from elfin.host.live import host as live_host
from elfin.host.model import Interpreter
from elfin.pythons import _probe, probe, reading
from elfin.pythons.request import OLDEST
from kit import elfsmith
from kit.elfsmith import GLIBC_LOADER, MUSL_LOADER, glibc, glibc_loader, musl, program
from kit.roots import DictRoot, Link

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads a Linux")
BASE = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
HERE = sorted(
    {
        os.path.realpath(path)
        for pattern in (
            BASE,
            "/usr/bin/python3",
            "/usr/local/bin/python3",
            os.path.expanduser("~/.pyenv/versions/3.*/bin/python3"),
        )
        for path in glob.glob(pattern)
        if os.path.isfile(path)
    }
)


def told(path: str) -> Interpreter | None:
    """What it says of itself; None when it is too old to be asked."""
    done = subprocess.run([path, "-I", "-B", _probe.__file__], capture_output=True, check=True, timeout=60)
    answer = json.loads(done.stdout)
    if tuple(answer["version_info"]) < OLDEST:
        return None
    from elfin.formats import elf
    from elfin.host import libc

    with open(path, "rb") as file:
        header = elf.read_header(file.read())
    return probe.interpreter(path, answer, header, libc.of_program(FolderRoot("/"), header))


@linux
@pytest.mark.parametrize("path", HERE)
def test_reading_agrees_with_asking(path: str) -> None:
    asked = told(path)
    if asked is None:
        pytest.skip("too old to be asked")
    read = reading.interpreter(FolderRoot("/"), live_host(), path)
    assert read is not None
    kernel = {"platform_release": "", "platform_version": ""}
    expected = asked._replace(markers={**asked.markers, **kernel}, os_version=None)
    assert read._asdict() == expected._asdict()


@linux
def test_an_environment_is_described_by_its_base(tmp_path: object) -> None:
    folder = str(tmp_path)
    os.makedirs(f"{folder}/bin")
    os.symlink(BASE, f"{folder}/bin/python")
    with open(f"{folder}/pyvenv.cfg", "w") as file:
        file.write(f"home = {os.path.dirname(BASE)}\nversion = {'.'.join(map(str, sys.version_info[:3]))}\n")
    linked = reading.interpreter(FolderRoot("/"), live_host(), f"{folder}/bin/python")
    os.unlink(f"{folder}/bin/python")
    with open(BASE, "rb") as source, open(f"{folder}/bin/python", "wb") as copy:
        copy.write(source.read())
    copied = reading.interpreter(FolderRoot("/"), live_host(), f"{folder}/bin/python")
    assert linked is not None and linked == copied and linked.executable == BASE


def python(
    version: str = "3.12.4",
    *,
    loader: str | None = GLIBC_LOADER,
    flags: str = "",
    suffix: str = "x86_64-linux-gnu",
    needed: tuple[str, ...] = (),
    machine: str = "x86_64",
) -> bytes:
    """An executable with those strings in it."""
    major, minor, *_ = version.split(".")
    text = f"\0{version}\0rest\0.cpython-{major}{minor}{flags}-{suffix}.so\0.abi3.so\0".encode()
    return elfsmith.elf(machine, interpreter=loader, needed=needed, rodata=text)


GLIBC: dict[str, bytes | str] = {
    "/bin/sh": program(),
    GLIBC_LOADER: glibc_loader(),
    "/lib64/libc.so.6": glibc("2.36"),
    MUSL_LOADER: musl("1.2.5"),
}


def found(files: dict[str, bytes | str]) -> tuple[Interpreter, ...]:
    place = DictRoot({**GLIBC, **files})
    return reading.interpreters(place, detect(place, None))


def one(files: dict[str, bytes | str]) -> Interpreter:
    (only,) = found(files)
    return only


def test_the_python_of_a_root_is_read_to_the_patch_level() -> None:
    known = one(
        {
            "/usr/bin/python3.12": python(),
            "/usr/bin/python3": Link("python3.12"),
            "/usr/bin/python": Link("python3"),
            "/usr/lib/python3.12/os.py": "",
            "/usr/lib/python3.12/EXTERNALLY-MANAGED": "[externally-managed]\nError=use apt\n",
        }
    )
    assert (known.version, known.version_info, known.executable) == ("3.12.4", (3, 12, 4), "/usr/bin/python3.12")
    assert (known.ext_suffix, known.soabi) == (".cpython-312-x86_64-linux-gnu.so", "cpython-312-x86_64-linux-gnu")
    assert (known.free_threaded, known.debug, known.static, known.externally_managed) == (
        False,
        False,
        False,
        "use apt",
    )
    assert known.libc is not None and (known.libc.family, known.libc.version) == ("glibc", (2, 36))
    assert known.markers["python_full_version"] == "3.12.4" and known.markers["platform_machine"] == "x86_64"
    assert (known.prefix, known.paths["purelib"]) == ("/usr", "/usr/lib/python3.12/site-packages")


def test_a_python_has_the_libc_of_its_own_loader() -> None:
    files = {
        "/opt/x/bin/python3.12": python(loader=MUSL_LOADER, suffix="x86_64-linux-musl"),
        "/opt/x/lib/python3.12/os.py": "",
    }
    known = one(dict(files))
    assert known.libc is not None and known.libc.family == "musl" and known.prefix == "/opt/x"
    static = one({"/opt/x/bin/python3.12": python(loader=None), "/opt/x/lib/python3.12/os.py": ""})
    assert static.static and static.libc is None
    place = DictRoot({**GLIBC, "/p/bin/python3.12": python(loader="/gone/ld.so"), "/p/lib/python3.12/os.py": ""})
    missing = reading.interpreter(place, detect(place, None), "/p/bin/python3.12")
    assert missing is not None and missing.libc is None and not missing.static
    assert reading.loader_missing(place, "/p/bin/python3.12") == "/gone/ld.so"
    assert reading.loader_missing(place, "/bin/sh") is None


def test_free_threaded_and_debug_builds_are_told_by_every_source() -> None:
    suffix = ".cpython-313t-x86_64-linux-gnu.so"
    data = f"build_time_vars = {{'EXT_SUFFIX': '{suffix}',\n 'Py_DEBUG': 0,\n 'Py_GIL_DISABLED': 1}}\n"
    by_data = one(
        {
            "/usr/bin/python3.13": python("3.13.1"),
            "/usr/lib/python3.13/os.py": "",
            "/usr/lib/python3.13/_sysconfigdata__linux_x86_64-linux-gnu.py": data,
        }
    )
    assert by_data.free_threaded and not by_data.debug and by_data.soabi == "cpython-313t-x86_64-linux-gnu"
    by_name = one({"/usr/bin/python3.13t": python("3.13.1", flags="t"), "/usr/lib/python3.13t/os.py": ""})
    assert by_name.free_threaded and by_name.stdlib == "/usr/lib/python3.13t"
    assert by_name.paths["include"] == "/usr/include/python3.13t"
    debug = one(
        {
            "/usr/bin/python3.13d": python("3.13.1"),
            "/usr/lib/python3.13/os.py": "",
            "/usr/lib/python3.13/_sysconfigdata__linux_x.py": "{'EXT_SUFFIX': '.cpython-313-x86_64-linux-gnu.so'}",
            "/usr/lib/python3.13/_sysconfigdata_d_linux_x.py": '{"EXT_SUFFIX": ".cpython-313d-x-y.so", "Py_DEBUG": 1}',
        }
    )
    assert debug.debug and debug.ext_suffix == ".cpython-313d-x-y.so"
    by_module = one(
        {
            "/usr/bin/python3.13": elfsmith.program(),
            "/usr/lib/python3.13/os.py": "",
            "/usr/lib/python3.13/lib-dynload/_ssl.cpython-313td-x86_64-linux-gnu.so": b"",
        }
    )
    assert by_module.free_threaded and by_module.debug


def test_the_version_comes_from_whatever_tells_it() -> None:
    details = {
        "implementation": {"version": {"major": 3, "minor": 15, "micro": 0, "releaselevel": "beta", "serial": 2}}
    }
    plain = elfsmith.program()
    known = one(
        {
            "/usr/bin/python3.15": plain,
            "/usr/lib/python3.15/os.py": "",
            "/usr/lib/python3.15/build-details.json": json.dumps(details),
        }
    )
    assert (known.version, known.version_info) == ("3.15.0b2", (3, 15, 0))
    header = one(
        {
            "/usr/bin/python3.9": plain,
            "/usr/lib/python3.9/os.py": "",
            "/usr/include/python3.9/patchlevel.h": '#define PY_VERSION      \t"3.9.2rc1+"\n',
        }
    )
    assert header.version == "3.9.2rc1"
    library = one(
        {
            "/usr/bin/python3.9": elfsmith.elf(
                interpreter=GLIBC_LOADER, needed=("libpython3.9.so.1.0",), runpath="$ORIGIN/../x"
            ),
            "/usr/x/libpython3.9.so.1.0": python("3.9.18", loader=None),
            "/usr/lib/python3.9/os.py": "",
        }
    )
    assert library.version == "3.9.18"
    unknown = one({"/usr/bin/python3.9": plain, "/usr/lib/python3.9/os.py": ""})
    assert (unknown.version, unknown.version_info) == ("3.9", (3, 9, 0))
    assert (unknown.ext_suffix, unknown.soabi) == (".so", None)


def test_folders_follow_the_distribution() -> None:
    debian = one(
        {
            "/usr/bin/python3.12": python(),
            "/usr/lib/python3.12/os.py": "",
            "/usr/lib/python3.12/sysconfig.py": "'posix_local': {'purelib': '{base}/local/lib/dist-packages'}",
        }
    )
    assert debian.paths["purelib"] == debian.paths["platlib"] == "/usr/local/lib/python3.12/dist-packages"
    assert (debian.paths["scripts"], debian.paths["data"]) == ("/usr/local/bin", "/usr/local")
    fedora = one(
        {
            "/usr/bin/python3.12": python(),
            "/usr/lib64/python3.12/os.py": "",
            "/usr/lib64/python3.12/sysconfig/__init__.py": "if 'RPM_BUILD_ROOT' not in os.environ: ...",
        }
    )
    assert fedora.paths["purelib"] == "/usr/local/lib/python3.12/site-packages"
    assert (
        fedora.paths["platlib"] == "/usr/local/lib64/python3.12/site-packages"
        and fedora.stdlib == "/usr/lib64/python3.12"
    )
    old = one(
        {
            "/usr/bin/python3.9": python("3.9.2"),
            "/usr/lib/python3.9/os.py": "",
            "/usr/lib/python3.9/site.py": "dist-packages",
        }
    )
    assert old.paths["platlib"] == "/usr/local/lib/python3.9/dist-packages" and old.paths["scripts"] == "/usr/bin"


def test_pypy_is_read_too() -> None:
    known = one(
        {
            "/opt/pypy/bin/pypy3.10": elfsmith.elf(interpreter=GLIBC_LOADER, needed=("libpypy3.10-c.so",)),
            "/opt/pypy/bin/pypy3": Link("pypy3.10"),
            "/opt/pypy/bin/python3": Link("pypy3"),
            "/opt/pypy/lib/pypy3.10/os.py": "",
            "/opt/pypy/lib/pypy3.10/_ctypes_test.pypy310-pp73-x86_64-linux-gnu.so": b"",
            "/opt/pypy/include/pypy3.10/patchlevel.h": '#define PY_VERSION "3.10.14"\n#define PYPY_VERSION "7.3.17"\n',
        }
    )
    assert (known.implementation, known.version, known.markers["implementation_version"]) == (
        "pypy",
        "3.10.14",
        "7.3.17",
    )
    assert known.soabi == "pypy310-pp73-x86_64-linux-gnu" and known.paths["purelib"].endswith("pypy3.10/site-packages")


def test_a_pypy_without_headers_is_read_from_its_library() -> None:
    text = b"xx\x033.9.16 (7.3.11+dfsg-2, Dec 30)\n[PyPy 7.3.11 with \0.pypy39-pp73-x86_64-linux-gnu.so;"
    known = one(
        {
            "/usr/bin/pypy3.9": elfsmith.elf(interpreter=GLIBC_LOADER, needed=("libpypy3.9-c.so",)),
            "/usr/lib/x86_64-linux-gnu/libpypy3.9-c.so": elfsmith.elf(rodata=text),
            "/usr/lib/pypy3.9/os.py": "",
        }
    )
    assert (known.version, known.markers["implementation_version"]) == ("3.9.16", "7.3.11")
    assert known.ext_suffix == ".pypy39-pp73-x86_64-linux-gnu.so"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (
            "manylinux2014_compatible = False  # no\n\nmanylinux1_compatible = True\n",
            {"manylinux2014": False, "manylinux1": True},
        ),
        ("import os\nmanylinux1_compatible = os.path.exists('/x')\n", None),
        (
            "def manylinux_compatible(major, minor, arch):\n    return False\n",
            dict.fromkeys((f"2_{n}" for n in range(61)), False),
        ),
        ("def manylinux_compatible(major, minor, arch):\n    return minor < 17\n", None),
    ],
)
def test_a_manylinux_module_is_believed_only_when_its_text_alone_tells(
    text: str, answer: dict[str, bool] | None
) -> None:
    known = one(
        {
            "/usr/bin/python3.12": python(),
            "/usr/lib/python3.12/os.py": "",
            "/usr/lib/python3.12/site-packages/_manylinux.py": text,
        }
    )
    assert known.manylinux == answer


def test_the_python3_of_the_path_comes_first_and_scripts_do_not_count() -> None:
    pythons = found(
        {
            "/usr/bin/python3.12": python(),
            "/usr/lib/python3.12/os.py": "",
            "/usr/bin/python3.9": python("3.9.2"),
            "/usr/lib/python3.9/os.py": "",
            "/usr/bin/python3": Link("python3.9"),
            "/usr/bin/python3-config": "#!/bin/sh\n",
            "/usr/bin/python2.7": python("2.7.18"),
            "/usr/lib/python2.7/os.py": "",
            "/opt/python/cp311-cp311/bin/python3.11": python("3.11.9"),
            "/opt/python/cp311-cp311/lib/python3.11/os.py": "",
            "/opt/shim/bin/python3": "#!/bin/sh\n",
            "/opt/lone/bin/python3.12": python(),
            "/usr/local/bin/python": Link("/gone"),
            "/home/a/.pyenv/versions/3.8.1/bin/python3.8": python("3.8.1"),
            "/home/a/.pyenv/versions/3.8.1/lib/python3.8/os.py": "",
        }
    )
    assert [known.version for known in pythons] == ["3.9.2", "3.12.4", "3.11.9", "3.8.1"]


def test_a_python_on_32_bit_arm_is_of_the_place_s_generation() -> None:
    loader = "/lib/ld-linux-armhf.so.3"
    files: dict[str, bytes | str] = {
        "/bin/sh": program(loader, "armhf"),
        loader: glibc_loader("armhf", "ld-linux-armhf.so.3"),
        "/etc/apk/arch": "armhf\n",
        "/usr/bin/python3.12": python(loader=loader, machine="armhf", suffix="arm-linux-gnueabihf"),
        "/usr/lib/python3.12/os.py": "",
    }
    place = DictRoot(files)
    (known,) = reading.interpreters(place, detect(place, None))
    assert (known.arch.name, known.arch.float_abi, known.markers["platform_machine"]) == ("armv6l", "hard", "armv6l")


def test_termux_pythons_are_android_s() -> None:
    prefix = "/data/data/com.termux/files/usr"
    files: dict[str, bytes | str] = {
        f"{prefix}/bin/sh": program("/system/bin/linker64", "aarch64"),
        f"{prefix}/lib/python3.13/os.py": "",
        f"{prefix}/bin/python3.13": python(
            "3.13.2", loader="/system/bin/linker64", machine="aarch64", suffix="aarch64-linux-android"
        ),
    }
    place = DictRoot(files)
    (known,) = reading.interpreters(place, detect(place, None))
    assert (known.os, known.markers["sys_platform"], known.libc is not None and known.libc.family) == (
        "android",
        "android",
        "bionic",
    )


def test_a_program_beside_a_python_is_none() -> None:
    root = {"/usr/bin/ls": elfsmith.program(), "/usr/bin/python3.12": python(), "/usr/lib/python3.12/os.py": ""}
    tree = DictRoot({**GLIBC, **root})
    assert reading.interpreter(tree, detect(tree, None), "/usr/bin/ls") is None
    assert reading.interpreter(tree, detect(tree, None), "/usr/bin/python3.12") is not None


def test_rubbish_is_no_python_and_no_error() -> None:
    rubbish = b"\x7fELF" + bytes(range(250))
    assert found({"/usr/bin/python3": rubbish, "/usr/bin/python3.12": b"", "/usr/lib/python3.12/os.py": ""}) == ()
    odd = one(
        {
            "/usr/bin/python3.12": python(),
            "/usr/lib/python3.12/os.py": "",
            "/usr/lib/python3.12/build-details.json": "[" * 100000,
            "/usr/lib/python3.12/EXTERNALLY-MANAGED": "\xff[[[\n",
            "/usr/lib/python3.12/_sysconfigdata__x.py": "'EXT_SUFFIX': " + "(" * 9999,
        }
    )
    assert odd.version == "3.12.4" and odd.externally_managed == ""


@pytest.mark.parametrize(
    "version",
    [
        {"major": True, "minor": 1, "micro": 1},
        {"major": 2, "minor": 7, "micro": 1},
        {"major": 3, "minor": 12, "micro": 10**6},
        {"major": 3, "minor": 12, "micro": "4"},
    ],
)
def test_details_of_another_python_are_not_believed(version: dict[str, object]) -> None:
    known = one(
        {
            "/usr/bin/python3.12": python(),
            "/usr/lib/python3.12/os.py": "",
            "/usr/lib/python3.12/build-details.json": json.dumps({"implementation": {"version": version}}),
        }
    )
    assert known.version == "3.12.4"


def test_texts_of_a_root_that_are_no_such_thing_go_untold() -> None:
    known = one(
        {
            "/usr/bin/python3.9": elfsmith.program(),
            "/usr/lib/python3.9/os.py": "",
            "/usr/lib/python3.9/_sysconfigdata__x.py": "{'EXT_SUFFIX': '.cp-\x1b[31m\x07.so', 'SOABI': 'a b'}",
            "/usr/include/python3.9/patchlevel.h": '#define PY_VERSION "3.9.9zzz"\n',
        }
    )
    assert (known.version, known.ext_suffix, known.soabi) == ("3.9", ".so", None)


def test_a_root_full_of_would_be_pythons_is_not_searched_forever() -> None:
    files: dict[str, bytes | str] = {f"/opt/p{number}/bin/python3.12": b"" for number in range(3000)}
    files |= {f"/usr/bin/python3.{number}": python() for number in range(3000)}
    assert len(list(reading._candidates(DictRoot(files)))) <= 2 * reading._MOST
