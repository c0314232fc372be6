"""The list of tags is the one that `packaging` makes, for made-up Pythons of every kind: the same ELF file is shown to
both. The differences are in docs/tags.md; each has a test here that bears its name.
"""

from __future__ import annotations

import itertools
import sys
import sysconfig
import types
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging import _manylinux, _musllinux
from packaging import tags as theirs

from elfin.formats import elf
from elfin.host.model import Interpreter, Libc
from elfin.pythons import _probe, probe
from elfin.tags import platform
from elfin.tags.expand import tag_set
from kit import elfsmith
from kit.places import interpreter, target

# name -> (ELF file of, sysconfig.get_platform(): what the kernel says)
MACHINES = {
    "x86_64": ("x86_64", "linux-x86_64"),
    "i686": ("i686", "linux-i686"),
    "i686 on x86_64": ("i686", "linux-x86_64"),
    "x32": ("x32", "linux-x86_64"),
    "aarch64": ("aarch64", "linux-aarch64"),
    "armhf": ("armhf", "linux-armv7l"),
    "armhf on aarch64": ("armhf", "linux-aarch64"),
    "armel": ("armel", "linux-armv7l"),
    "armel on aarch64": ("armel", "linux-aarch64"),
    "armv6": ("armhf", "linux-armv6l"),
    "armv5": ("armel", "linux-armv5tel"),
    "old ABI arm": ("arm_oabi", "linux-armv7l"),
    "ppc64le": ("ppc64le", "linux-ppc64le"),
    "ppc64": ("ppc64", "linux-ppc64"),
    "s390x": ("s390x", "linux-s390x"),
    "riscv64": ("riscv64", "linux-riscv64"),
    "loongarch64": ("loongarch64", "linux-loongarch64"),
    "mips64el": ("mips64el", "linux-mips64el"),
}
GLIBCS = [(2, 3), (2, 5), (2, 12), (2, 17), (2, 28), (2, 36), (2, 43), (3, 1)]
LIBCS = [
    *(Libc("glibc", version, None) for version in GLIBCS),
    Libc("musl", (1, 1, 24), None),
    Libc("musl", (1, 2, 5), None),
]  # fmt: skip
PYTHONS = [("3.8.20", ""), ("3.11.9", ""), ("3.12.1", "d"), ("3.13.0", "t"), ("3.14.2", ""), ("3.15.0", "td")]
COMBINATIONS = list(itertools.product(MACHINES, LIBCS))


class World:
    """What a Python at `path` would see of its machine."""

    def __init__(self, machine: str, libc: Libc, path: Path) -> None:
        made, self.platform = MACHINES[machine]
        self.libc = libc
        self.executable = str(path)
        self.loader = "/lib/ld-musl-made-up.so.1" if libc.family == "musl" else "/lib/ld-linux.so.2"
        path.write_bytes(elfsmith.elf(made, interpreter=self.loader))

    def theirs(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """The platforms as packaging has them."""
        libc = self.libc
        glibc = libc.version[:2] if libc.family == "glibc" and libc.version else (-1, -1)
        musl = _musllinux._MuslVersion(*libc.version[:2]) if libc.family == "musl" and libc.version else None
        monkeypatch.setattr(_manylinux, "_get_glibc_version", lambda: _manylinux._GLibCVersion(*glibc))
        monkeypatch.setattr(_musllinux, "_get_musl_version", lambda executable: musl)
        monkeypatch.setattr(sysconfig, "get_platform", lambda: self.platform)
        monkeypatch.setattr(sys, "executable", self.executable)
        bits = elf.read_header(self._some).bits
        return list(theirs._linux_platforms(is_32bit=bits == 32))

    def ours(self, version: str, flags: str) -> Interpreter:
        """The interpreter as elfin's probe has it."""
        like = interpreter(version, free_threaded="t" in flags, debug="d" in flags)
        answer = {**like._asdict(), "sys_platform": "linux", "platform": self.platform, "os_version": None}
        header = elf.read_header(self._some)
        return probe.interpreter(self.executable, answer, header, self.libc)

    def _some(self, offset: int, size: int) -> bytes:
        return Path(self.executable).read_bytes()[offset : offset + size]


def expected(version: str, flags: str, platforms: list[str]) -> list[str]:
    """packaging's list for a CPython of that version and those ABI flags."""
    minor = int(version.split(".")[1])
    plain = f"cp3{minor}" + ("t" if "t" in flags else "")
    abis = [plain + "d", plain] if "d" in flags else [plain]
    both = (
        theirs.cpython_tags((3, minor), abis, platforms),
        theirs.compatible_tags((3, minor), f"cp3{minor}", platforms),
    )
    return list(dict.fromkeys(map(str, itertools.chain(*both))))


@pytest.mark.parametrize(
    ("machine", "libc"), COMBINATIONS, ids=[f"{name}-{libc.family}-{libc.version}" for name, libc in COMBINATIONS]
)
def test_linux_tags_are_those_of_packaging(
    machine: str, libc: Libc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """180 machines and libcs with six Pythons each."""
    world = World(machine, libc, tmp_path / "python")
    platforms = world.theirs(monkeypatch)
    for version, flags in PYTHONS:
        python = world.ours(version, flags)
        assert [str(tag) for tag in tag_set(target(python)).tags()] == expected(version, flags, platforms)


class Module(types.ModuleType):
    """A `_manylinux` module with these names in it."""

    def __init__(self, **names: object) -> None:
        super().__init__("_manylinux")
        self.__dict__.update(names)


MODULES = {
    "nothing in it": Module(),
    "2014 refused": Module(manylinux2014_compatible=False),
    "2010 and 1 refused": Module(manylinux2010_compatible=False, manylinux1_compatible=False),
    "2014 allowed, no more": Module(manylinux2014_compatible=True, manylinux1_compatible=0),
    "up to 2.17": Module(manylinux_compatible=lambda major, minor, arch: (major, minor) <= (2, 17)),
    "nothing": Module(manylinux_compatible=lambda major, minor, arch: False),
    "no opinion": Module(manylinux_compatible=lambda major, minor, arch: None),
    "function before names": Module(
        manylinux_compatible=lambda major, minor, arch: True if minor > 20 else None, manylinux2014_compatible=False
    ),
    "by architecture": Module(manylinux_compatible=lambda major, minor, arch: arch == "x86_64"),
    "every other": Module(manylinux_compatible=lambda major, minor, arch: bool(minor % 2)),
}


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize("machine", ["x86_64", "aarch64", "i686 on x86_64", "armhf"])
def test_a_manylinux_module_rules_out_what_it_rules_out_for_packaging(
    machine: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(machine, Libc("glibc", (2, 36), None), tmp_path / "python")
    monkeypatch.setattr(_manylinux, "_get_manylinux_module", lambda: MODULES[name])
    platforms = world.theirs(monkeypatch)
    monkeypatch.setitem(sys.modules, "_manylinux", MODULES[name])
    monkeypatch.setattr(sys, "maxsize", 2**63 - 1 if MACHINES[machine][0] in ("x86_64", "aarch64") else 2**31 - 1)
    answers, _ = _probe._manylinux()
    assert platform.supported(world.ours("3.12.0", "")._replace(manylinux=answers)) == platforms


def apple() -> Iterator[tuple[str, tuple[int, int], str]]:
    for version in (
        (10, 4),
        (10, 6),
        (10, 9),
        (10, 15),
        (10, 16),
        (11, 0),
        (11, 7),
        (12, 0),
        (14, 5),
        (21, 6),
        (26, 1),
    ):
        for arch in ("x86_64", "arm64", "i386", "ppc", "ppc64"):
            yield "macos", version, arch
    for version in ((11, 0), (12, 0), (12, 3), (13, 0), (15, 1), (17, 4), (26, 0)):
        for abi in ("arm64_iphoneos", "arm64_iphonesimulator", "x86_64_iphonesimulator"):
            yield "ios", version, abi


@pytest.mark.parametrize(("os", "version", "arch"), list(apple()))
def test_tags_of_apple_s_systems_are_those_of_packaging(os: str, version: tuple[int, int], arch: str) -> None:
    if os == "macos":
        wanted = list(theirs.mac_platforms(version, arch))
        found = platform.supported(interpreter(os=os, machine=arch, os_version=version, libc=None))
    else:
        wanted = list(theirs.ios_platforms(version, arch))
        system = "ios-simulator" if arch.endswith("simulator") else "ios"
        machine = arch.rpartition("_")[0]
        found = platform.supported(interpreter(os=system, machine=machine, os_version=version, libc=None))
    assert found == wanted


@pytest.mark.parametrize("level", [14, 16, 20, 21, 24, 35])
@pytest.mark.parametrize("machine", ["aarch64", "armv7l", "x86_64", "i686"])
def test_tags_of_android_are_those_of_packaging(level: int, machine: str) -> None:
    abi = {"aarch64": "arm64-v8a", "armv7l": "armeabi-v7a", "i686": "x86"}.get(machine, machine)
    found = platform.supported(interpreter(os="android", machine=machine, os_version=(level,)))
    assert found == list(theirs.android_platforms(level, abi))


@pytest.mark.parametrize(("machine", "name"), [("AMD64", "win-amd64"), ("aarch64", "win-arm64"), ("i686", "win32")])
def test_tags_of_windows_are_those_of_packaging(machine: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sysconfig, "get_platform", lambda: name)
    assert platform.supported(interpreter(os="windows", machine=machine)) == list(theirs._generic_platforms())


def test_difference_a_static_python_takes_no_platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World("x86_64", Libc("glibc", None, None), tmp_path / "python")  # no libc that packaging can see
    assert world.theirs(monkeypatch) == ["linux_x86_64"]
    assert platform.supported(interpreter(static=True)) == []


def test_difference_a_32_bit_userland_is_told_by_its_own_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MACHINES, "s390 on s390x", ("s390", "linux-s390x"))
    world = World("s390 on s390x", Libc("glibc", (2, 17), None), tmp_path / "python")
    theirs_too = ["linux_s390x", "manylinux_2_17_s390x", "manylinux2014_s390x"]
    assert world.theirs(monkeypatch) == theirs_too
    assert platform.supported(world.ours("3.12.0", "")) == ["linux_s390"]


def test_difference_a_process_is_asked_for_one_architecture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World("armhf on aarch64", Libc("glibc", (2, 17), None), tmp_path / "python")
    module = Module(manylinux_compatible=lambda major, minor, arch: arch == "armv7l")
    monkeypatch.setattr(_manylinux, "_get_manylinux_module", lambda: module)
    assert "manylinux_2_17_armv8l" not in world.theirs(monkeypatch)
    monkeypatch.setitem(sys.modules, "_manylinux", module)
    monkeypatch.setattr(sys, "maxsize", 2**31 - 1)
    answers, _ = _probe._manylinux()
    assert "manylinux_2_17_armv8l" in platform.supported(world.ours("3.12.0", "")._replace(manylinux=answers))


def test_difference_pyodide_s_older_name_and_no_emscripten_release(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sysconfig, "get_platform", lambda: "emscripten-4.0.9-wasm32")
    monkeypatch.setattr(sysconfig, "get_config_var", {"PYEMSCRIPTEN_PLATFORM_VERSION": "2025_0"}.get)
    assert list(theirs._emscripten_platforms()) == ["pyemscripten_2025_0_wasm32", "emscripten_4_0_9_wasm32"]
    ours = platform.supported(interpreter(os="emscripten", machine="wasm32", os_version=(2025, 0)))
    assert ours == ["pyemscripten_2025_0_wasm32", "pyodide_2025_0_wasm32"]


def test_pypy_and_graalpy_have_the_abi_that_packaging_reads_off_their_suffix(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, version, suffix in (
        ("pypy", "3.11.13", ".pypy311-pp73-x86_64-linux-gnu.so"),
        ("graalpy", "3.12.8", ".graalpy250-312-native-x86_64-linux.so"),
        ("pyston", "3.8.12", ".pyston-23-x86_64-linux-gnu.so"),
    ):
        python = interpreter(version, implementation=name, ext_suffix=suffix)
        monkeypatch.setattr(theirs, "_get_config_var", lambda key, warn=False, suffix=suffix: suffix)
        minor = python.version_info[1]
        short = {"pypy": "pp"}.get(name, name)
        platforms = platform.supported(python)
        both = (
            theirs.generic_tags(f"{short}3{minor}", None, platforms),
            theirs.compatible_tags((3, minor), "pp3" if name == "pypy" else None, platforms),
        )
        wanted = list(dict.fromkeys(map(str, itertools.chain(*both))))
        assert [str(tag) for tag in tag_set(target(python)).tags()] == wanted
