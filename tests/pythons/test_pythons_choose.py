"""pythons.choose: the build for a request in a place, and every "no" with its reason and the nearest that works."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from elfin.host.model import Host
from elfin.host.named import Unknown, named
from elfin.pythons import catalogue, catalogue_build, choose
from elfin.pythons.catalogue import Catalogue, PythonBuild
from elfin.pythons.catalogue_source import Row
from elfin.pythons.request import parse
from kit import pythonarchives as kit


@functools.cache
def shipped() -> Catalogue:
    return catalogue.read(Path(catalogue.__file__).with_name("pythons.txt").read_text())


@functools.cache
def host(name: str) -> Host:
    found = named(name)
    assert not isinstance(found, Unknown)
    return found.host


def made(*names: str) -> Catalogue:
    rows = [Row(f"https://example.org/{name}", None) for name in names]
    return catalogue.read(catalogue.write(catalogue_build.made(rows).builds, {}))


def chosen(text: str, place: str, known: Catalogue | None = None, level: int | None = None) -> PythonBuild:
    where = host(place)._replace(cpu_level=level) if level else host(place)
    answer = choose.choose(parse(text), where, known or shipped())
    assert isinstance(answer, PythonBuild), answer
    return answer


def refused(text: str, place: str, known: Catalogue | None = None, level: int | None = None) -> choose.NoBuild:
    where = host(place)._replace(cpu_level=level) if level else host(place)
    answer = choose.choose(parse(text), where, known or shipped())
    assert isinstance(answer, choose.NoBuild), answer
    return answer


@pytest.mark.parametrize(
    ("text", "place", "key"),
    [
        ("3.13", "debian:12", "cpython-3.13.15-linux-x86_64-gnu"),
        ("3.13", "alpine:3.22", "cpython-3.13.15-linux-x86_64-musl"),
        ("3.13t", "debian:12", "cpython-3.13.15+freethreaded-linux-x86_64-gnu"),
        ("3.13td", "alpine:3.22", "cpython-3.13.15+freethreaded+debug-linux-x86_64-musl"),
        ("3.13", "debian:12/arm64", "cpython-3.13.15-linux-aarch64-gnu"),
        ("3.13", "alpine:3.22/arm64", "cpython-3.13.15-linux-aarch64-musl"),
        ("3.13", "debian:12/armhf", "cpython-3.13.15-linux-armv7l-gnueabihf"),
        ("3.13", "debian:12/riscv64", "cpython-3.13.15-linux-riscv64-gnu"),
        ("3.13", "centos:7", "cpython-3.13.15-linux-x86_64-gnu"),
        (">=3.11,<3.13", "alpine:3.22", "cpython-3.12.14-linux-x86_64-musl"),
        ("pypy@3.10", "debian:12", "pypy-3.10.16-linux-x86_64-gnu"),
        ("graalpy", "debian:12", "graalpy-3.12.0-linux-x86_64-gnu"),
        ("any", "debian:12", "cpython-3.14.7-linux-x86_64-gnu"),
        ("3.15", "debian:12", "cpython-3.15.0rc1-linux-x86_64-gnu"),
        ("3.12.9+musl", "alpine:3.22", "cpython-3.12.9-linux-x86_64-musl"),
        ("cpython-3.12-linux-x86_64-gnu", "debian:12", "cpython-3.12.14-linux-x86_64-gnu"),
    ],
)
def test_the_build_for_a_place(text: str, place: str, key: str) -> None:
    assert chosen(text, place).key == key


def test_the_default_is_stripped_dynamic_and_for_every_processor() -> None:
    build = chosen("3.13", "debian:12", level=4)
    assert (build.level, build.linkage, build.flavour) == (1, "dynamic", "install_only_stripped")


def test_a_level_is_taken_when_asked_for_and_there() -> None:
    assert chosen("3.13+v3", "debian:12", level=3).key == "cpython-3.13.15-linux-x86_64_v3-gnu"
    assert "needs x86-64-v3; there is x86-64-v2" in refused("3.13+v3", "debian:12", level=2).reason
    assert "does not say what it is" in refused("3.13+v3", "debian:12").reason
    assert "x86-64-v3 builds" in refused("3.13+v3", "debian:12/arm64").reason


@pytest.mark.parametrize(
    ("text", "place", "words", "nearest"),
    [
        ("3.12.3", "alpine:3.22", "no usable build for musl: all are from before 2025-03-11, and static", "3.12.12"),
        ("3.12.9", "alpine:3.22", "names extension modules for glibc", "3.12.12"),
        ("3.13", "alpine:3.12", "needs musl 1.2.2; there is musl 1.1.24", None),
        ("3.13", "centos:6", "needs glibc 2.17; there is glibc 2.12", None),
        ("3.13+musl", "debian:12", "needs musl 1.2.2; there is glibc 2.36", None),
        ("3.13", "alpine:3.22/armv7", "the catalogue has no builds of CPython for linux on armv7l with musl", None),
        ("3.13", "alpine:3.22/riscv64", "the catalogue has no builds of CPython for linux on riscv64 with musl", None),
        ("pypy", "alpine:3.22", "the catalogue has no builds of pypy for linux on x86_64 with musl", None),
        ("3.12.3", "debian:12/riscv64", "there is such a version, but not for linux on riscv64", "3.12.8"),
        ("3.99", "debian:12", "there is no such version", "3.14.7"),
        ("3.13+static", "debian:12", "the catalogue has no static builds", None),
        ("graalpy@3.7", "debian:12", "there is no such version", "3.8.5"),
    ],
)
def test_a_no_has_a_reason_and_the_nearest(text: str, place: str, words: str, nearest: str | None) -> None:
    answer = refused(text, place)
    assert words in answer.reason
    if nearest is None or answer.nearest is None:
        assert answer.nearest is None and nearest is None
    else:
        assert answer.nearest.version == nearest


def test_what_was_never_built_for_musl_is_not_called_static() -> None:
    reason = refused("3.12.3", "alpine:3.22/arm64").reason
    assert reason == "there is such a version, but not for linux on aarch64 with musl"


STATIC = "cpython-3.13.15+20250106-x86_64-unknown-linux-musl-install_only_stripped.tar.gz"


def test_what_another_machine_is_for_is_told_before_that_it_is_static() -> None:
    assert (
        "needs x86_64; there is aarch64"
        in refused("any-3.13-any-x86_64+musl", "alpine:3.22/arm64", made(STATIC)).reason
    )


@pytest.mark.parametrize(
    ("text", "right"),
    [("3.13+static", "linux-musl"), ("cpython-3.13-linux-aarch64-gnu", "aarch64-unknown-linux-gnu"),
     ("3.13+debug", "debug"), ("3.13+v3", "x86_64_v3"), ("3.13t", "freethreaded"), ("windows", "windows")],
)  # fmt: skip
def test_a_build_is_of_the_kind_that_is_named(text: str, right: str) -> None:
    ending = "install_only_stripped.tar.gz"
    names = [
        STATIC.replace("3.13.15", "3.13.1"),
        *(f"cpython-3.13.1+20260101-{platform}-{ending}" for platform in
          ("x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu", "x86_64_v3-unknown-linux-gnu",
           "x86_64-pc-windows-msvc", "x86_64-unknown-linux-gnu-freethreaded", "x86_64-unknown-linux-gnu-debug")),
    ]  # fmt: skip
    text = "any-any-windows" if text == "windows" else text
    found = [build.url for build in made(*names).builds() if choose.is_kind(build, parse(text))]
    assert found and all(right in url for url in found)


def test_a_static_build_is_refused_unless_it_is_asked_for() -> None:
    known = made(STATIC)
    answer = refused("3.13", "alpine:3.22", known)
    assert "is static as all builds for musl before 2025-03-11: it loads no extension module" in answer.reason
    assert [one.build.linkage for one in answer.rejected] == ["static"]
    for place in ("alpine:3.22", "debian:12"):
        assert chosen("3.13+static", place, known).linkage == "static"


def test_a_place_without_a_libc_takes_static_ones_when_asked() -> None:
    nothing = host("debian:12")._replace(libcs=())
    known = made(STATIC, STATIC.replace("20250106", "20261101"))
    assert isinstance(choose.choose(parse("3.13"), nothing, known), choose.NoBuild)
    answer = choose.choose(parse("3.13+static"), nothing, known)
    assert isinstance(answer, PythonBuild) and answer.linkage == "static"


def test_a_second_libc_is_taken_only_when_it_is_named() -> None:
    both = host("debian:12")._replace(libcs=(*host("debian:12").libcs, *host("alpine:3.22").libcs))
    for text, libc in (("3.13", "glibc"), ("3.13+musl", "musl"), ("cpython-3.13-linux-x86_64-musl", "musl")):
        answer = choose.choose(parse(text), both, shipped())
        assert isinstance(answer, PythonBuild) and answer.libc == libc


def test_of_two_builds_of_a_version_the_newer_and_of_one_build_the_smaller() -> None:
    platform = "x86_64-unknown-linux-gnu"
    names = [f"cpython-3.13.1+{tag}-{platform}-{kind}.tar.gz" for tag in ("20241205", "20250106")
             for kind in ("install_only", "install_only_stripped")]  # fmt: skip
    builds = catalogue_build.made([Row(f"https://example.org/{one}", None) for one in names], every_tag=True).builds
    build = chosen("3.13.1", "debian:12", catalogue.read(catalogue.write(builds, {})))
    assert (build.tag, build.flavour) == ("20250106", "install_only_stripped")


def test_a_prerelease_is_taken_when_it_is_asked_for_or_all_there_is() -> None:
    names = [kit.name_of(version, "20251101", "x86_64-unknown-linux-gnu") for version in ("3.14.0", "3.15.0a1")]
    known = made(*names)
    assert chosen("any", "debian:12", known).version == "3.14.0"
    assert chosen("3.15", "debian:12", known).version == "3.15.0a1"
    assert chosen("3.15.0a1", "debian:12", known).version == "3.15.0a1"
    assert chosen(">=3.14", "debian:12", known).version == "3.14.0"


def test_an_installed_build_answers_what_it_would_be_chosen_for() -> None:
    free = chosen("3.13t", "debian:12")
    assert choose.answers(free, parse("3.13t"), host("debian:12"))
    assert not choose.answers(free, parse("3.13"), host("debian:12"))
    assert not choose.answers(chosen("3.13", "alpine:3.22"), parse("3.13"), host("debian:12"))


@pytest.mark.parametrize(
    ("place", "text", "libc", "level"),
    [
        # What other tools were seen to get wrong on these places (field notes on python-build-standalone, section 4).
        pytest.param("alpine:3.22", "3.13", "musl", 1, id="glibc and v3 where the running Python names no libc"),
        pytest.param("alpine:3.22", "3.14", "musl", 1, id="glibc on musl from 3.14 on"),
        pytest.param("alpine:3.22", "3.13", "musl", 1, id="glibc always: a table without libc"),
        pytest.param("alpine:3.22/arm64", "3.13", "musl", None, id="no musl on aarch64"),
        pytest.param("debian:12", "3.13", "glibc", 1, id="v3 by default, SIGILL on older processors"),
        pytest.param("debian:12/arm64", "3.13", "glibc", None, id="the machine of the tool's own build"),
        pytest.param("debian:12/armhf", "3.13", "glibc", None, id="hard float"),
        pytest.param("debian:12/armel", "3.13", None, None, id="soft float"),
    ],
)
def test_where_other_tools_take_the_wrong_build(place: str, text: str, libc: str | None, level: int | None) -> None:
    answer = choose.choose(parse(text), host(place), shipped())
    if libc is None:  # armel is ARMv5: the soft-float builds are for ARMv7
        assert isinstance(answer, choose.NoBuild)
        return
    assert isinstance(answer, PythonBuild)
    assert (answer.libc, answer.level, answer.linkage, answer.faults) == (libc, level, "dynamic", ())
    assert answer.float_abi == host(place).arch.float_abi


@pytest.mark.parametrize("version", ["3.9.20", "3.10.15", "3.11.10", "3.12.3", "3.13.1"])
def test_an_old_version_on_musl_never_means_the_static_build(version: str) -> None:
    name = f"cpython-{version}+20250106-x86_64-unknown-linux-musl-install_only.tar.gz"
    assert "static" in refused(version, "alpine:3.22", made(name)).reason
    assert "static" in refused(version, "alpine:3.22").reason


@pytest.mark.parametrize("version", ["3.9.21", "3.10.16", "3.11.11", "3.12.9", "3.12.11"])
def test_builds_whose_wheels_do_not_import_are_refused_where_others_offer_them(version: str) -> None:
    answer = refused(version, "alpine:3.22")
    assert "names extension modules for glibc" in answer.reason
    assert answer.nearest is not None and answer.nearest.faults == ()
    assert answer.nearest.version.rpartition(".")[0] == version.rpartition(".")[0]
