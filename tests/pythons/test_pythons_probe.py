"""pythons.probe: answers and ELF headers become interpreters, and nothing else passes."""

from __future__ import annotations

import ast
import json
from typing import Any

import pytest

from elfin.errors import NoPython
from elfin.formats import elf
from elfin.host.model import Libc
from elfin.pythons import _probe, probe
from kit import elfsmith
from kit.places import MUSL_125, interpreter


def answer(**changes: Any) -> dict[str, Any]:
    return {
        "elfin": 1,
        "executable": "/usr/bin/python3",
        "real_executable": "/usr/bin/python3.12",
        "implementation": "cpython",
        "version": "3.12.4",
        "version_info": [3, 12, 4],
        "free_threaded": False,
        "debug": False,
        "pointer_bits": 64,
        "platform": "linux-x86_64",
        "sys_platform": "linux",
        "os_version": None,
        "ext_suffix": ".so",
        "soabi": None,
        "prefix": "/usr",
        "base_prefix": "/usr",
        "stdlib": "/usr/lib/python3.12",
        "markers": {"platform_machine": "x86_64"},
        "paths": {},
        "externally_managed": None,
        "manylinux": None,
        "manylinux_file": None,
        **changes,
    }


def test_the_executable_s_own_header_decides_arch_libc_and_static() -> None:
    header = elf.read_header(elfsmith.program(elfsmith.MUSL_LOADER))
    known = probe.interpreter("/usr/bin/python3", answer(), header, MUSL_125)
    assert (known.arch.name, known.libc, known.static) == ("x86_64", MUSL_125, False)
    static = probe.interpreter("/p", answer(), elf.read_header(elfsmith.program(None)), None)
    assert static.static and static.libc is None


def test_a_32_bit_python_on_a_64_bit_kernel_is_32_bit() -> None:
    header = elf.read_header(elfsmith.program("/lib/ld-linux.so.2", "i686"))
    assert probe.interpreter("/p", answer(), header, None).arch.name == "i686"
    arm = elf.read_header(elfsmith.program("/lib/ld-linux-armhf.so.3", "armhf"))
    known = probe.interpreter("/p", answer(platform="linux-aarch64"), arm, None)
    assert (known.arch.name, known.arch.float_abi) == ("armv8l", "hard")
    known = probe.interpreter("/p", answer(platform="linux-armv6l"), arm, None)
    assert known.arch.name == "armv6l"


def test_macos_has_no_libc_and_is_never_static() -> None:
    fields = answer(platform="macosx-11.0-universal2", sys_platform="darwin", os_version=[14, 5])
    fields["markers"] = {"platform_machine": "arm64"}
    known = probe.interpreter("/p", fields, None, None)
    assert (known.os, known.os_version, known.arch.name, known.static) == ("macos", (14, 5), "aarch64", False)


@pytest.mark.parametrize("output", [b"", b"hello\n", b"[]", b'{"elfin": 2}', b"\xff\xfe", b'{"elfin": 1}', b"null"])
def test_what_is_no_answer_is_no_python(output: bytes) -> None:
    with pytest.raises(NoPython, match="not a Python"):
        probe.record("/bin/ls", output)


def test_an_old_python_is_told_its_age() -> None:
    with pytest.raises(NoPython, match=r"is Python 3\.6\.15, and the oldest that will do is 3\.8"):
        probe.record("/p", json.dumps(answer(version="3.6.15", version_info=[3, 6, 15])).encode())


def test_words_before_the_answer_are_passed_over() -> None:
    assert probe.record("/p", b"welcome\n" + json.dumps(answer()).encode() + b"\n") == answer()


@pytest.mark.parametrize(
    "known",
    [
        interpreter(),
        interpreter(libc=Libc("glibc", None, None, None), manylinux={"2_17": False}),
        interpreter(static=True),
        interpreter(os="macos", machine="arm64", os_version=(14, 5)),
    ],
)
def test_an_interpreter_survives_the_cache_file(known: Any) -> None:
    assert probe.from_json(json.loads(json.dumps(probe.to_json(known)))) == known


def test_the_probe_stands_alone_and_is_read_by_python_3_6() -> None:
    with open(_probe.__file__, encoding="utf-8") as file:
        tree = ast.parse(file.read(), feature_version=(3, 6))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert imported <= {"json", "os", "platform", "sys", "sysconfig", "site", "configparser", "_manylinux"}
    assert not any(isinstance(node, ast.ImportFrom) for node in ast.walk(tree))


def test_pre_releases_are_spelt_as_pep_440_does() -> None:
    assert _probe._version((3, 13, 0, "candidate", 1)) == "3.13.0rc1"
    assert _probe._version((3, 14, 0, "alpha", 2)) == "3.14.0a2"
    assert _probe._version((3, 12, 4, "final", 0)) == "3.12.4"
