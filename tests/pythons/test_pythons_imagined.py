"""pythons.imagined: the Python that would run in a place has the facts that a real one there has."""

from __future__ import annotations

import glob
import os
import sys
from pathlib import Path

import pytest

from elfin.flows.context import Context
from elfin.host.named import Named, named
from elfin.pythons.imagined import DEFAULT_VERSIONS, imagined
from elfin.tags.expand import tag_set
from kit.places import MUSL_125, host, target

PYTHONS = sorted(
    path
    for path in glob.glob(os.path.expanduser("~/.pyenv/versions/3.*/bin/python3.*"))
    if path.rpartition(".")[2].isdigit() and int(path.rpartition(".")[2]) >= 8
)
UNKNOWABLE = {"platform_release", "platform_version"}
SUFFIXES = {
    "debian:12": ".cpython-313-x86_64-linux-gnu.so",
    "debian:12/i386": ".cpython-313-i386-linux-gnu.so",
    "debian:12/armhf": ".cpython-313-arm-linux-gnueabihf.so",
    "debian:12/armel": ".cpython-313-arm-linux-gnueabi.so",
    "debian:13/ppc64el": ".cpython-313-powerpc64le-linux-gnu.so",
    "debian:13/riscv64": ".cpython-313-riscv64-linux-gnu.so",
    "alpine:3.20": ".cpython-313-x86_64-linux-musl.so",
    "alpine:3.20/armv7": ".cpython-313-arm-linux-musleabihf.so",
    "alpine:3.20/x86": ".cpython-313-i386-linux-musl.so",
    "alpine:3.20/arm64": ".cpython-313-aarch64-linux-musl.so",
    "macosx_14_0_arm64": ".cpython-313-darwin.so",
    "win_amd64": ".cp313-win_amd64.pyd",
    "win_arm64": ".cp313-win_arm64.pyd",
    "android_24_arm64_v8a": ".cpython-313-aarch64-linux-android.so",
    "ios_13_0_arm64_iphoneos": ".cpython-313-iphoneos.so",
    "wasm32-pyodide2025": ".cpython-313-wasm32-emscripten.so",
}
MARKERS = {
    "alpine:3.20/arm64": ("posix", "aarch64", "Linux", "linux"),
    "debian:12/armhf": ("posix", "armv7l", "Linux", "linux"),
    "macosx_14_0_arm64": ("posix", "arm64", "Darwin", "darwin"),
    "win_amd64": ("nt", "AMD64", "Windows", "win32"),
    "win_arm64": ("nt", "ARM64", "Windows", "win32"),
    "android_24_arm64_v8a": ("posix", "aarch64", "Android", "android"),
    "ios_13_0_arm64_iphoneos": ("posix", "arm64", "iOS", "ios"),
    "wasm32-pyodide2025": ("posix", "wasm32", "Emscripten", "emscripten"),
}


def place(text: str) -> Named:
    found = named(text)
    assert isinstance(found, Named)
    return found


@pytest.mark.skipif(not sys.platform.startswith("linux") or not PYTHONS, reason="compares with the Pythons of a Linux")
@pytest.mark.parametrize("path", PYTHONS, ids=os.path.basename)
def test_an_imagined_python_has_the_facts_of_the_real_one(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELFIN_CACHE_DIR", str(tmp_path))
    context = Context.open({})
    real = context.probe(path)
    made = imagined(context.host, real.version)
    for fact in ("version", "version_info", "implementation", "arch", "os", "libc", "static", "ext_suffix", "soabi"):
        assert getattr(made, fact) == getattr(real, fact), fact
    assert set(made.markers) == set(real.markers) and set(made.paths) <= set(real.paths)
    assert {**made.markers, **dict.fromkeys(UNKNOWABLE, "")} == {**real.markers, **dict.fromkeys(UNKNOWABLE, "")}
    assert list(tag_set(target(made)).tags()) == list(tag_set(target(real)).tags())


@pytest.mark.parametrize("text", SUFFIXES)
def test_extension_suffixes(text: str) -> None:
    assert imagined(place(text).host, "3.13").ext_suffix == SUFFIXES[text]


@pytest.mark.parametrize("text", MARKERS)
def test_markers_are_those_of_the_place(text: str) -> None:
    markers = imagined(place(text).host, "3.13.2").markers
    names = ("os_name", "platform_machine", "platform_system", "sys_platform")
    assert tuple(markers[name] for name in names) == MARKERS[text]
    assert markers["python_version"] == "3.13" and markers["python_full_version"] == "3.13.2"
    assert markers["platform_release"] == markers["platform_version"] == ""


def test_flags_and_patch_numbers() -> None:
    made = imagined(host(MUSL_125), "3.14rc1", free_threaded=True, debug=True)
    assert (made.version, made.version_info) == ("3.14.0rc1", (3, 14, 0))
    assert made.soabi == "cpython-314td-x86_64-linux-musl"
    assert made.markers["implementation_version"] == "3.14.0rc1"
    assert imagined(host(MUSL_125), "3.13.2").version_info == (3, 13, 2)


def test_other_implementations_have_their_own_abi() -> None:
    pypy = imagined(place("debian:12").host, "3.11", implementation="pypy")
    assert next(tag_set(target(pypy)).tags()) == ("pp311", "pypy311_pp73", "linux_x86_64")
    assert pypy.markers["platform_python_implementation"] == "PyPy" and pypy.markers["implementation_name"] == "pypy"
    graalpy = imagined(place("debian:12").host, "3.12", implementation="graalpy")
    assert next(tag_set(target(graalpy)).tags()) == ("graalpy312", "graalpy250_312_native", "linux_x86_64")


def test_a_place_without_libc_runs_a_static_python() -> None:
    made = imagined(host(), "3.13")
    assert made.static and made.libc is None
    assert {tag.platform for tag in tag_set(target(made)).tags()} == {"any"}


def test_defaults_are_versions() -> None:
    for implementation, version in DEFAULT_VERSIONS.items():
        assert imagined(host(MUSL_125), version, implementation=implementation).version == f"{version}.0"
