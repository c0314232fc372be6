"""What users reported of other generators' install scripts comes out right here.

The numbers are those of the study behind issue 6.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pytest

from elfin.host import arch as arches
from elfin.host.model import Host, Libc
from kit import shells, simhost
from kit.installerworld import GNU, MUSL, World, says


@pytest.fixture
def world(tmp_path: object) -> World:
    return World(f"{tmp_path}/w")


def host(arch: str, *libcs: tuple[str, tuple[int, ...] | None, str | None], floats: str | None = None) -> Host:
    found = tuple(Libc(family, version, loader, arch) for family, version, loader in libcs)
    return Host("linux", None, arches.named(arch, floats), found, None, ())


PLACES = {
    "1: musl on aarch64, only a static build": (
        host("aarch64", ("musl", (1, 2, 4), "/lib/ld-musl-aarch64.so.1")), "aarch64",
        ["aarch64 static", "armv7 static"]),
    "2: glibc 2.28, symbols up to 2.28": (simhost.GLIBC_228, "x86_64", ["gnu 2.28", "static", "i686 static"]),
    "4: glibc 2.17 is too old for 2.28": (
        host("x86_64", ("glibc", (2, 17), simhost.LOADER)), "x86_64", ["static", "i686 static"]),
    "7: 32-bit x86 on a 64-bit kernel, musl": (
        host("i686", ("musl", (1, 2, 4), "/lib/ld-musl-i386.so.1")), "x86_64", ["i686 static"]),
    "7: 32-bit x86 on a 64-bit kernel, glibc": (
        host("i686", ("glibc", (2, 28), "/lib/ld-linux.so.2")), "x86_64", ["i686 static"]),
    "7: 32-bit ARM on a 64-bit kernel": (
        host("armv8l", ("musl", (1, 2, 4), "/lib/ld-musl-armhf.so.1"), floats="hard"), "aarch64", ["armv7 static"]),
    "8: musl without any distribution's file": (
        host("x86_64", ("musl", (1, 2, 4), "/lib/ld-musl-x86_64.so.1")), "x86_64", ["static", "i686 static"]),
    "9: glibc with a musl package": (
        host("x86_64", ("glibc", (2, 28), simhost.LOADER), ("musl", (1, 2, 3), "/lib/ld-musl-x86_64.so.1")), "x86_64",
        ["gnu 2.28", "static", "i686 static"]),
    "14: musl with a glibc package": (
        host("x86_64", ("musl", (1, 2, 3), "/lib/ld-musl-x86_64.so.1"), ("glibc", (2, 35), simhost.LOADER)), "x86_64",
        ["static", "gnu 2.28", "i686 static"]),
    "static-busybox initramfs": (host("x86_64"), "x86_64", ["static", "i686 static"]),
}  # fmt: skip


def publish_all(world: World) -> dict[str, str]:
    """Target to a short name, of one release for many places."""
    names = {GNU: "gnu 2.28", MUSL: "static"}
    world.add(GNU, floor=(2, 28), loader=simhost.LOADER)
    world.add()
    for arch, target in (("aarch64", "aarch64"), ("i686", "i686"), ("armv7l", "armv7")):
        world.add(f"{target}-unknown-linux-musl", arch=arch)
        names[f"{target}-unknown-linux-musl"] = f"{target} static"
    return names


@pytest.mark.parametrize("name", PLACES)
def test_reported_places_get_what_runs_there(world: World, name: str) -> None:
    names = publish_all(world)
    there, kernel, wanted = PLACES[name]
    world.stand_in(there)
    shells.stub(world.tools, "uname", f"case $1 in (-s) echo Linux ;; (-m) echo {kernel} ;; esac")
    # 10, 11: what ldd prints, where, and how it ends, decides nothing
    shells.stub(world.tools, "ldd", "echo 'musl libc (x86_64)' >&2; echo 'Version 1.2.4' >&2; exit 1")
    assert [names[target] for target in world.chosen()] == wanted


def test_report_1_alpine_aarch64_installs_the_static_build(world: World) -> None:
    world.add("aarch64-unknown-linux-gnu", {"hello": says("no")}, arch="aarch64", floor=(2, 28))
    world.add("aarch64-unknown-linux-musl", {"hello": says("static")}, arch="aarch64")
    world.stand_in(PLACES["1: musl on aarch64, only a static build"][0])
    assert world.run().code == 0 and world.says() == "static"


def test_report_2_rhel_8_gets_the_gnu_build_also_from_a_mirror_without_the_musl_one(world: World) -> None:
    world.stand_in(simhost.GLIBC_228)
    world.add(programs={"hello": says("static")}, published=False)
    world.add(GNU, {"hello": says("gnu")}, floor=(2, 28), loader=simhost.LOADER)
    assert world.run().code == 0 and world.says() == "gnu"
    os.remove(f"{world.files}/{world.artifacts[1].name}")
    world.artifacts[1] = world.artifacts[1]._replace(needs=(world.artifacts[1].needs[0]._replace(libc_floor=(2, 31)),))
    ran = world.run()
    assert ran.code == 1 and "no such file" in ran.err and "needs glibc 2.31; this place has glibc 2.28" in ran.err


def test_report_2_a_missing_file_leads_to_the_next_candidate(world: World) -> None:
    world.add(GNU, {"hello": says("gnu")}, floor=(2, 17), published=False)
    world.add(programs={"hello": says("static")})
    assert world.run().code == 0 and world.says() == "static"


def test_report_4_one_message_says_why_each_was_refused(world: World) -> None:
    world.stand_in(host("x86_64", ("glibc", (2, 17), simhost.LOADER)))
    world.add(GNU, floor=(2, 28), loader=simhost.LOADER)
    world.add("aarch64-unknown-linux-musl", arch="aarch64")
    world.homepage = "https://example.org/hello"
    ran = world.run()
    lines = ran.err.splitlines()
    assert ran.code == 1
    assert lines[0] == f"error: no hello 1.0 build runs here (linux, x86_64, glibc 2.17 via {simhost.LOADER})"
    assert lines[1] == f"  hello-1.0-{GNU}.tar.gz   needs glibc 2.28; this place has glibc 2.17"
    assert lines[2] == "  hello-1.0-aarch64-unknown-linux-musl.tar.gz   is for linux on aarch64; this place is x86_64"
    assert lines[4] == "  see https://example.org/hello"


GENTOO = "ld.so (Gentoo 2.39-r6 (patchset 7)) stable release version 2.39.\nCopyright (C) 2024\n"
OLD = "GNU C Library (GNU libc) stable release version 2.17, by Roland McGrath et al.\nCompiled by GNU CC 4.8.5.\n"
GLIBC_TOLD = {
    "12: the loader, in Gentoo's words": (simhost.LOADER, GENTOO, "2.39"),
    "the library": ("/usr/lib64/libc.so.6", OLD, "2.17"),
    "the bytes of a library that cannot be started": ("/usr/lib64/libc.so.6", None, "2.31"),
    "getconf": ("getconf", "echo glibc 2.31", "2.31"),
    "11: ldd, without the letters GNU": ("ldd", "echo 'ldd (Ubuntu EGLIBC 2.15-0ubuntu10) 2.15'; echo 2.99", "2.15"),
    "a development snapshot": ("getconf", "echo glibc 2.39.9000", "2.39.9000"),
    "the name of a file": ("link", "ld-2.12.so", "2.12"),
}


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="small programs of x86_64 are started")
@pytest.mark.parametrize("source", GLIBC_TOLD)
def test_reports_5_12_13_each_source_alone_tells_the_glibc(world: World, source: str) -> None:
    world.add(GNU, floor=(2, 12))
    world.stand_in(host("x86_64", ("glibc", None, simhost.LOADER)))
    where, text, version = GLIBC_TOLD[source]
    root = f"{world.folder}/root"
    if where == "link":
        os.rename(root + simhost.LOADER, f"{root}/lib64/{text}")
        os.symlink(text, root + simhost.LOADER)
    elif where in ("getconf", "ldd"):
        shells.stub(world.tools, where, text)
    elif text is None:
        simhost.write(root + where, simhost.elfsmith.glibc(version))
    else:
        simhost.write(root + where, simhost.printing(text, b"GLIBC_PRIVATE"), 0o755)
    ran = world.run("--explain")
    assert f"libc: glibc {version}, by" in ran.out, ran


@pytest.mark.parametrize(
    "lie", ["echo 'musl libc (x86_64)'; exit 1", "echo; exit 0", "echo cannot execute; exit 127", "echo glibc"]
)
def test_report_10_what_is_not_a_version_is_passed_over(world: World, lie: str) -> None:
    world.add(GNU, floor=(2, 12))
    world.add()
    world.stand_in(host("x86_64", ("glibc", None, simhost.LOADER)))
    for name in ("ldd", "getconf"):
        shells.stub(world.tools, name, lie)
    assert world.chosen() == [MUSL, GNU], "of unknown version is not old: still a candidate, behind the static one"


def test_report_6_no_proc_is_needed_and_everything_can_be_said_instead(world: World) -> None:
    publish_all(world)
    world.stand_in(simhost.GLIBC_228)
    assert "cpuinfo" not in world.run("--explain").err
    assert world.chosen(HELLO_LIBC="glibc:2.17")[0] == MUSL
    assert world.chosen(HELLO_LIBC="musl")[0] == MUSL
    assert world.chosen(HELLO_TARGET=GNU) == [GNU]
    os.remove(f"{world.folder}/root/bin/sh")
    assert world.chosen()[0] == GNU, "the loaders that are there tell"


@pytest.mark.parametrize(
    "stub", [b"gcompat GLIBC_PRIVATE", b"NixOS cannot run dynamically linked", b"NIX_LD GLIBC_PRIVATE"]
)
def test_report_14_imitated_loaders_are_no_glibc(world: World, stub: bytes) -> None:
    world.add(GNU, floor=(2, 12), loader=simhost.LOADER)
    world.add()
    world.stand_in(host("x86_64", ("musl", (1, 2, 4), "/lib/ld-musl-x86_64.so.1")))
    simhost.write(f"{world.folder}/root{simhost.LOADER}", simhost.elfsmith.program(None) + stub)
    assert world.chosen() == [MUSL]


def test_report_16_a_place_without_the_loader_is_refused_before_anything_is_fetched(world: World) -> None:
    world.add(GNU, floor=(2, 12), loader=simhost.LOADER)
    world.stand_in(host("x86_64", ("glibc", (2, 39), "/lib64/ld64.so.2")))
    ran = world.run()
    assert (
        ran.code == 1
        and f"names the loader {simhost.LOADER}, which is not here" in ran.err
        and "fetching" not in ran.out
    )


@pytest.mark.parametrize(
    ("number", "program", "said"),
    [
        ("15", b"#!/nonexistent/loader\n", "does not run here"),
        ("17", b"#!/bin/sh\necho 'error while loading shared libraries: libstdc++.so.6: cannot open' >&2\nexit 127\n",
         "libstdc++.so.6"),
        ("18", b"#!/bin/sh\necho \"libc.so.6: version \\`GLIBC_2.39' not found\" >&2\nexit 1\n", "GLIBC_2.39"),
        ("35", b"#!/bin/sh\nkill -ILL $$\n", "lacks an instruction"),
        ("37", b"#!/bin/sh\necho 'Error relocating x: reallocarray: symbol not found' >&2\nexit 127\n", "reallocarray"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("probe", [("--version",), ()])
def test_reports_of_programs_that_do_not_start_lead_to_the_next_one(
    world: World, number: str, program: bytes, said: str, probe: tuple[str, ...]
) -> None:
    world.probe = probe
    world.add(GNU, {"hello": program}, floor=(2, 12))
    world.add(programs={"hello": says("runs")})
    ran = world.run("--verbose")
    assert ran.code == 0 and world.says() == "runs", ran
    assert said in ran.out
    world.artifacts.pop()
    ran = world.run()
    assert ran.code == 1 and said in ran.err and world.says() == "runs", "the old one stays"


def test_a_program_without_a_probe_only_has_to_start(world: World) -> None:
    world.probe = ()
    world.add(programs={"hello": says("usage: hello", 2)})
    assert world.run().code == 0


def test_report_25_read_only_files_of_shells_are_no_failure(world: World) -> None:
    world.add()
    os.makedirs(f"{world.home}/.bashrc")
    os.symlink("/nonexistent/place", f"{world.home}/.profile")
    ran = world.run(SHELL="/bin/bash")
    assert ran.code == 0 and "installed" in ran.out


def test_report_27_a_folder_that_forbids_programs_is_said(world: World) -> None:
    world.add(programs={"hello": b"\x7fELF no program"})
    ran = world.run()
    assert ran.code == 1 and "does not run here" in ran.err


def test_report_28_what_cannot_be_opened_is_not_fetched(tmp_path: object) -> None:
    world = World(f"{tmp_path}/w", "xz")
    world.add(GNU, kind="tar.xz")
    world.add(kind="tar.gz")
    ran = world.run()
    assert ran.code == 0 and world.says() == f"hello 1.0 {MUSL}" and ".tar.xz" not in ran.out
    assert "is a tar.xz, and nothing here opens that" in world.run("--explain").out


@pytest.mark.parametrize(
    "tool", ["sha256sum", "shasum -a 256", "openssl dgst -sha256", "cksum -a sha256", "python3", "perl"]
)
def test_report_31_any_tool_checks_and_without_one_nothing_is_installed(tmp_path: object, tool: str) -> None:
    name, *options = tool.split()
    real = sys.executable if name == "python3" else shutil.which(name)
    if real is None or (
        name == "cksum" and subprocess.run([real, *options], stdin=subprocess.DEVNULL, check=False).returncode
    ):
        pytest.skip(f"no {tool} here")
    world = World(f"{tmp_path}/w", "sha256sum")
    shells.stub(world.tools, name, f'exec {real} "$@"')
    world.add()
    assert world.run("--explain").out.splitlines()[-1].endswith(f"checked by {tool}")
    assert world.run().code == 0
    with open(f"{world.files}/{world.artifacts[0].name}", "ab") as file:
        file.write(b"x")
    assert world.run().code == 1
    os.remove(f"{world.tools}/{name}")
    ran = world.run()
    assert ran.code == 1 and "nothing here computes sha256" in ran.err


def test_report_31_a_tool_that_lies_is_not_believed(tmp_path: object) -> None:
    world = World(f"{tmp_path}/w", more=("openssl",))
    world.add()
    shells.stub(world.tools, "sha256sum", f"echo {world.artifacts[0].sha256}")
    ran = world.run("--explain")
    assert "checked by openssl" in ran.out


def test_report_33_the_native_libc_is_preferred_and_the_choice_recorded(world: World) -> None:
    world.add(programs={"hello": says("static")})
    world.add(GNU, {"hello": says("gnu")}, floor=(2, 17))
    world.stand_in(simhost.GLIBC_228)
    assert world.run().code == 0 and world.says() == "gnu"
    with open(f"{world.home}/.config/hello/hello-receipt.json") as file:
        assert json.load(file)["target"] == GNU


def test_another_program_of_that_name_on_path_is_mentioned(world: World) -> None:
    world.add()
    shells.stub(world.tools, "hello", ":")
    ran = world.run(PATH=f"{world.tools}:{world.home}/.local/bin")
    assert f"another hello comes first on PATH: {world.tools}/hello" in ran.err
