"""Triples and file names -> what they declare."""

from __future__ import annotations

import pytest

from elfin.host.model import Needs
from elfin.installers import target


@pytest.mark.parametrize(
    ("name", "triple", "before"),
    [
        ("hello-x86_64-unknown-linux-musl.tar.gz", "x86_64-unknown-linux-musl", "hello"),
        ("uv-aarch64-apple-darwin.tar.gz", "aarch64-apple-darwin", "uv"),
        ("hello_1.0_linux_amd64.tar.gz", "x86_64-unknown-linux", "hello_1.0"),
        ("hello-linux-x64-musl.zip", "x86_64-unknown-linux-musl", "hello"),
        ("hello-windows-x64.zip", "x86_64-pc-windows-msvc", "hello"),
        ("hello-x86_64-pc-windows-gnu.zip", "x86_64-pc-windows-gnu", "hello"),
        ("hello-macos-universal.tar.gz", "universal2-apple-darwin", "hello"),
        ("hello-v1.0-x86_64-linux.tar.gz", "x86_64-unknown-linux", "hello-v1.0"),
        ("uv-armv7-unknown-linux-gnueabihf.tar.gz", "armv7-unknown-linux-gnueabihf", "uv"),
        ("uv-arm-unknown-linux-musleabihf.tar.gz", "arm-unknown-linux-musleabihf", "uv"),
        ("hello-armv5te-unknown-linux-gnueabi.tar.gz", "armv5te-unknown-linux-gnueabi", "hello"),
        ("gh_2.0_linux_armv6.tar.gz", "arm-unknown-linux", "gh_2.0"),
        ("hello-win32.zip", "i686-pc-windows-msvc", "hello"),
        ("kubectl-darwin-arm64", "aarch64-apple-darwin", "kubectl"),
        ("windows-terminal-linux-x64.tar.gz", "x86_64-unknown-linux", "windows-terminal"),
        ("hello-riscv64-linux-musl.tar.gz", "riscv64gc-unknown-linux-musl", "hello"),
        ("hello-x86_64-alpine-linux-musl.tar.gz", "x86_64-unknown-linux-musl", "hello"),
        ("hello-armv7-linux-androideabi.tar.gz", "armv7-linux-androideabi", "hello"),
        ("hello-i586-unknown-linux-musl.tar.gz", "i686-unknown-linux-musl", "hello"),
    ],
)
def test_a_files_name_is_read_as_makers_of_releases_write_them(name: str, triple: str, before: str) -> None:
    declared = target.of_name(name)
    assert declared is not None
    assert target.triple_of(declared) == triple
    assert target.before_target(name) == before


@pytest.mark.parametrize("name", ["hello.tar.gz", "hello-1.0.tar.gz", "apple-pie-1.0.tar.gz", "the-linux-tool.tar.gz"])
def test_a_name_without_machine_declares_nothing(name: str) -> None:
    assert target.of_name(name) is None


@pytest.mark.parametrize(
    ("name", "system"),
    [
        ("deno-x86_64-unknown-freebsd.tar.gz", "freebsd"),
        ("hello-freebsd-amd64.tar.gz", "freebsd"),
        ("hello-x86_64-unknown-linux-gnux32.tar.gz", "gnux32"),
        ("hello-x86_64-unknown-linux-ohos.tar.gz", "ohos"),
        ("hello-x86_64-unknown-illumos.tar.gz", "illumos"),
    ],
)
def test_systems_that_scripts_do_not_serve_are_not_taken_for_linux(name: str, system: str) -> None:
    declared = target.of_name(name)
    assert declared is not None and declared.os == system
    assert target.triple_of(declared) is None


def test_a_libc_version_and_a_cpu_level_may_stand_in_a_name() -> None:
    declared = target.of_name("hello-x86_64-unknown-linux-gnu.2.17.tar.gz")
    assert declared is not None and declared.libc_floor == (2, 17)
    leveled = target.of_name("hello-x86_64_v3-unknown-linux-gnu.tar.gz")
    assert leveled is not None and (leveled.arch, leveled.cpu_level) == ("x86_64", 3)


def test_without_hf_behind_the_libc_arm_is_soft_float() -> None:
    hard, soft = target.parse("armv7-unknown-linux-gnueabihf"), target.parse("armv7-unknown-linux-gnueabi")
    assert hard is not None and soft is not None
    assert (hard.float_abi, soft.float_abi) == ("hard", "soft")


def test_every_triple_that_is_spelled_is_read_back() -> None:
    for triple in (
        *("x86_64-unknown-linux-gnu", "arm-unknown-linux-gnueabihf", "powerpc64le-unknown-linux-musl"),
        *("universal2-apple-darwin", "aarch64-pc-windows-msvc", "riscv64gc-unknown-linux-gnu", "i686-unknown-linux"),
        *("aarch64-linux-android", "armv5te-unknown-linux-gnueabi", "s390x-unknown-linux-gnu"),
    ):
        declared = target.parse(triple)
        assert declared is not None and target.triple_of(declared) == triple


def test_a_musl_archive_that_nobody_has_seen_is_taken_for_static() -> None:
    declared = target.parse("aarch64-unknown-linux-musl")
    assert declared is not None
    assert target.needs_of(declared) == (Needs("linux", "aarch64"),)
