"""host.libc and host.detect over roots made in memory, beginning with eighteen that other tools trip over."""

from __future__ import annotations

import pytest

from elfin.errors import UsageError
from elfin.formats import elf
from elfin.host import libc as libcs
from elfin.host import witnesses
from elfin.host.detect import NATIVE, Facts, detect
from elfin.host.model import Host, Libc
from kit import elfsmith
from kit.elfsmith import GLIBC_LOADER, MUSL_LOADER, glibc, glibc_loader, musl, program
from kit.roots import DictRoot, Link

FACTS = Facts("Linux", "x86_64")
GLIBC = {GLIBC_LOADER: glibc_loader(), "/lib64/libc.so.6": glibc("2.36")}
MUSL = {MUSL_LOADER: musl("1.2.5")}
GLIBC_SH = {"/bin/sh": program(GLIBC_LOADER)}
MUSL_SH = {"/bin/sh": program(MUSL_LOADER)}
STATIC_SH = {"/bin/sh": program(None)}
OLD = {
    GLIBC_LOADER: Link("ld-alias.so"),
    "/lib64/ld-alias.so": Link("ld-2.17.so"),
    "/lib64/ld-2.17.so": glibc_loader(),
    "/lib64/libc.so.6": Link("libc-2.17.so"),
    "/lib64/libc-2.17.so": glibc("2.17"),
}
ANCIENT = {
    GLIBC_LOADER: Link("ld-2.12.so"),
    "/lib64/ld-2.12.so": glibc_loader(),
    "/lib64/libc.so.6": glibc("2.12", banner=False),
}
GCOMPAT_LINK = {GLIBC_LOADER: Link("../lib/ld-musl-x86_64.so.1")}

ROWS: list[tuple[str, dict[str, bytes | str], str | None, list[tuple[str, tuple[int, ...]]]]] = [
    ("nothing", {}, None, []),
    ("nothing, musl is named", {}, "musl", [("musl", ())]),
    ("nothing, gnu is named", {}, "gnu", [("glibc", ())]),
    ("loaders, but neither /dev/null nor a program", {**GLIBC}, None, [("glibc", (2, 36))]),
    ("glibc sh", {**GLIBC, **GLIBC_SH}, None, [("glibc", (2, 36))]),
    ("musl sh", {**MUSL, **MUSL_SH}, None, [("musl", (1, 2, 5))]),
    ("both, glibc sh", {**GLIBC, **MUSL, **GLIBC_SH}, None, [("glibc", (2, 36)), ("musl", (1, 2, 5))]),
    ("both, musl sh", {**GLIBC, **MUSL, **MUSL_SH}, None, [("musl", (1, 2, 5)), ("glibc", (2, 36))]),
    ("both, static sh", {**GLIBC, **MUSL, **STATIC_SH}, None, [("glibc", (2, 36)), ("musl", (1, 2, 5))]),
    ("musl only, static sh", {**MUSL, **STATIC_SH}, None, [("musl", (1, 2, 5))]),
    ("gcompat link, static sh", {**MUSL, **GCOMPAT_LINK, **STATIC_SH}, None, [("musl", (1, 2, 5))]),
    (
        "sh is a script, env is glibc",
        {**GLIBC, **MUSL, "/bin/sh": "#!/bin/busybox sh\n", "/usr/bin/env": program()},
        None,
        [("glibc", (2, 36)), ("musl", (1, 2, 5))],
    ),
    ("sh names an absent loader", {**GLIBC_SH}, None, []),
    ("sh names an absent loader, musl is there", {**GLIBC_SH, **MUSL}, None, [("musl", (1, 2, 5))]),
    (
        "sh names an absent loader, ls a present one",
        {**GLIBC_SH, **MUSL, "/bin/ls": program(MUSL_LOADER)},
        None,
        [("musl", (1, 2, 5))],
    ),
    ("glibc 2.17 behind two links", {**OLD, **GLIBC_SH}, None, [("glibc", (2, 17))]),
    ("glibc 2.12", {**ANCIENT, **GLIBC_SH}, None, [("glibc", (2, 12))]),
    ("musl 1.1.16", {MUSL_LOADER: musl("1.1.16"), **MUSL_SH}, None, [("musl", (1, 1, 16))]),
    (
        "a glibc Python on PATH of a musl place",
        {**MUSL, **MUSL_SH, "/usr/bin/python3.12": program()},
        None,
        [("musl", (1, 2, 5))],
    ),
    (
        "a foreign Python on PATH",
        {**GLIBC, **GLIBC_SH, "/usr/bin/python3": program("/lib/ld-linux-aarch64.so.1", "aarch64")},
        None,
        [("glibc", (2, 36))],
    ),
]


@pytest.mark.parametrize(("files", "native", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_place_has_the_libcs_that_are_really_there(
    files: dict[str, bytes | str], native: str | None, expected: list[tuple[str, tuple[int, ...]]]
) -> None:
    host = detect(DictRoot(files), FACTS, native=native)
    assert [(libc.family, libc.version or ()) for libc in host.libcs] == expected
    assert host.arch.name == "x86_64" and host.os == "linux" and host.evidence
    if not expected:
        assert any(fact.value == "no libc found" for fact in host.evidence)


def native(files: dict[str, bytes | str], **options: str) -> Libc | None:
    return detect(DictRoot(files), None, **options).libc


def test_a_version_comes_from_the_file_name_the_banner_or_the_symbols() -> None:
    for name, library in (
        ("banner above the symbols", glibc("2.19").replace(b"GLIBC_2.19", b"GLIBC_2.18")),
        ("symbols alone", glibc("2.19", banner=False)),
    ):
        found = native({**GLIBC_SH, GLIBC_LOADER: glibc_loader(), "/lib64/libc.so.6": library})
        assert found == Libc("glibc", (2, 19), GLIBC_LOADER, "x86_64"), name


def test_a_distribution_s_banner_is_understood() -> None:
    text = b"GNU C Library (Ubuntu GLIBC 2.39-0ubuntu8.3) stable release version 2.39.\n"
    library = elfsmith.elf(soname="libc.so.6", rodata=text)
    found = native({GLIBC_LOADER: glibc_loader(), "/usr/lib/x86_64-linux-gnu/libc.so.6": library})
    assert found is not None and found.version == (2, 39)


def test_the_library_of_another_architecture_is_not_asked() -> None:
    files = {
        "/lib/ld-linux.so.2": glibc_loader("i686", "ld-linux.so.2"),
        "/lib64/libc.so.6": glibc("2.36"),
        "/lib/i386-linux-gnu/libc.so.6": glibc("2.31", "i686"),
    }
    assert native(files) == Libc("glibc", (2, 31), "/lib/ld-linux.so.2", "i686")


def test_a_glibc_without_a_readable_version_is_still_there() -> None:
    assert native({**GLIBC_SH, GLIBC_LOADER: glibc_loader()}) == Libc("glibc", None, GLIBC_LOADER, "x86_64")


@pytest.mark.parametrize("version", ["1.2.5", "1.2.4_git20230717", "1.1.24"])
def test_musl_s_version_is_read_from_its_loader(version: str) -> None:
    found = native({MUSL_LOADER: musl(version)})
    assert found is not None and found.version == tuple(int(n) for n in version.split("_", maxsplit=1)[0].split("."))


def test_musl_without_a_single_version_is_of_unknown_version() -> None:
    twice = musl("1.2.5").replace(b"Dynamic", b"\x001.1.1\x00")
    found = native({MUSL_LOADER: twice})
    assert found is not None and (found.family, found.version) == ("musl", None)


def test_gcompat_and_the_nixos_stub_are_not_libcs() -> None:
    gcompat = elfsmith.elf(interpreter=MUSL_LOADER, rodata=b"/lib/libgcompat.so.0")
    stub = elfsmith.elf(rodata=b"NixOS cannot run dynamically linked executables; see stub-ld")
    for fake, word in ((gcompat, "gcompat"), (stub, "NixOS")):
        host = detect(DictRoot({**MUSL, GLIBC_LOADER: fake, "/usr/bin/env": program()}), None)
        assert [libc.family for libc in host.libcs] == ["musl"]
        assert any(word in fact.source for fact in host.evidence)


def test_a_loader_in_a_store_finds_the_library_beside_it() -> None:
    folder = "/nix/store/abc-glibc-2.40/lib"
    files = {
        "/bin/sh": program(f"{folder}/ld-linux-x86-64.so.2"),
        f"{folder}/ld-linux-x86-64.so.2": glibc_loader(),
        f"{folder}/libc.so.6": glibc("2.40"),
    }
    assert native(files) == Libc("glibc", (2, 40), f"{folder}/ld-linux-x86-64.so.2", "x86_64")


def test_the_running_interpreter_is_the_last_witness() -> None:
    files = {
        "/opt/python": program("/store/ld-linux-x86-64.so.2"),
        "/store/ld-linux-x86-64.so.2": glibc_loader(),
        "/store/libc.so.6": glibc("2.38"),
    }
    host = detect(DictRoot(files), FACTS._replace(executable="/opt/python"))
    assert host.libc == Libc("glibc", (2, 38), "/store/ld-linux-x86-64.so.2", "x86_64")


def test_android_and_uclibc_are_named() -> None:
    bionic = {
        "/system/bin/sh": program("/system/bin/linker64", "aarch64"),
        "/system/bin/linker64": elfsmith.elf("aarch64", soname="ld-android.so"),
        "/system/build.prop": "a=b\nro.build.version.sdk=34\n",
    }
    host = detect(DictRoot(bionic), None)
    assert (host.os, host.os_version, host.arch.name) == ("android", (34,), "aarch64")
    assert host.libc is not None and host.libc.family == "bionic"
    small = {
        "/bin/sh": program("/lib/ld-uClibc.so.0", "armel"),
        "/lib/ld-uClibc.so.0": Link("ld-uClibc-1.0.31.so"),
        "/lib/ld-uClibc-1.0.31.so": elfsmith.elf("armel", soname="ld-uClibc.so.0"),
    }
    found = native(small)
    assert found is not None and (found.family, found.version) == ("uclibc", (1, 0, 31))


def test_the_userland_decides_the_architecture_not_the_kernel() -> None:
    files = {
        "/bin/sh": program("/lib/ld-linux.so.2", "i686"),
        "/lib/ld-linux.so.2": glibc_loader("i686", "ld-linux.so.2"),
        "/lib/libc.so.6": glibc("2.28", "i686"),
    }
    assert detect(DictRoot(files), FACTS).arch.name == "i686"


def arm(machine: str, extra: dict[str, bytes | str] | None = None, kernel: str | None = None) -> Host:
    loader = "/lib/ld-linux-armhf.so.3" if machine == "armhf" else "/lib/ld-linux.so.3"
    files: dict[str, bytes | str] = {
        "/bin/sh": program(loader, machine),
        loader: glibc_loader(machine, loader.rpartition("/")[2]),
        **(extra or {}),
    }
    return detect(DictRoot(files), None if kernel is None else Facts("Linux", kernel))


def test_float_abi_and_generation_of_arm() -> None:
    assert (arm("armhf").arch.name, arm("armhf").arch.float_abi) == ("armv7l", "hard")
    assert (arm("armel").arch.name, arm("armel").arch.float_abi) == ("armv5tel", "soft")
    assert arm("armhf", kernel="aarch64").arch.name == "armv8l"
    assert arm("armhf", kernel="armv6l").arch.name == "armv6l"
    assert arm("armhf", {"/etc/apk/arch": "armhf\n"}).arch.name == "armv6l"
    assert arm("armhf", {"/etc/apk/arch": "armv7\n"}).arch.name == "armv7l"
    assert arm("armhf", {"/etc/os-release": "ID=raspbian\n"}).arch.name == "armv6l"


def test_an_override_puts_its_family_first_or_makes_it() -> None:
    both: dict[str, bytes | str] = {**GLIBC, **MUSL, **GLIBC_SH}
    assert [libc.family for libc in detect(DictRoot(both), None, native="musl").libcs] == ["musl", "glibc"]
    assert detect(DictRoot(both), None, native="none").libcs == ()
    assert detect(DictRoot(both), None, native="").libc == detect(DictRoot(both), None).libc
    made = detect(DictRoot({}), Facts("Linux", "armv7l"), native="gnueabihf")
    assert made.libc == Libc("glibc", None, None, "armv7l") and made.arch.float_abi == "hard"
    for name in NATIVE:
        detect(DictRoot(both), None, native=name)
    with pytest.raises(UsageError) as caught:
        detect(DictRoot({}), None, native="uclibc")
    assert "gnueabihf" in caught.value.hints[0]


def test_a_folder_that_says_nothing_is_unknown_not_wrong() -> None:
    host = detect(DictRoot({}), None)
    assert (host.arch.name, host.libcs, host.distribution, host.cpu_level) == ("unknown", (), None, None)


def test_macos_and_windows_have_no_choice_of_libc() -> None:
    host = detect(DictRoot(), Facts("Darwin", "arm64", release=(14, 5)))
    assert (host.os, host.arch.name, host.libcs, host.os_version) == ("macos", "aarch64", (), (14, 5))
    assert host.distribution == "macOS 14.5"
    assert detect(DictRoot(), Facts("Windows", "AMD64")).arch.name == "x86_64"


def test_a_program_s_libc_is_that_of_its_own_loader() -> None:
    both = DictRoot({**GLIBC, **MUSL, **GLIBC_SH})
    found = libcs.of_program(both, elf.read_header(program(MUSL_LOADER)))
    assert found is not None and found.family == "musl"
    assert libcs.of_program(both, elf.read_header(program(None))) is None
    assert libcs.of_program(both, elf.read_header(program("/gone"))) is None


def test_broken_files_everywhere_never_raise() -> None:
    rubbish = b"\x7fELF" + bytes(range(200))
    paths = (*witnesses.PROGRAMS, *witnesses.LOADERS, MUSL_LOADER, "/etc/os-release", "/lib64/libc.so.6")
    assert detect(DictRoot(dict.fromkeys(paths, rubbish)), None).libcs == ()
    circle = DictRoot({"/bin/sh": Link("/bin/sh"), "/lib": Link("/lib")})
    assert detect(circle, None).libcs == ()


@pytest.mark.parametrize(
    ("machine", "loader", "name", "float_abi"),
    [
        ("x32", "/libx32/ld-linux-x32.so.2", "x32", None),
        ("x32", "/lib/ld-musl-x32.so.1", "x32", None),
        ("mips64el", "/lib64/ld.so.1", "mips64el", None),
        ("mipsn32el", "/lib32/ld.so.1", "mipsn32el", None),
        ("mips", "/lib/ld.so.1", "mips", None),
        ("armeb", "/lib/ld-linux-armhf.so.3", "armv7b", "hard"),
        ("aarch64_be", "/lib/ld-linux-aarch64_be.so.1", "aarch64_be", None),
        ("riscv64", "/lib/ld-linux-riscv64-lp64d.so.1", "riscv64", None),
        ("riscv64 soft", "/lib/ld-linux-riscv64-lp64.so.1", "riscv64", "soft"),
        ("loongarch64", "/lib64/ld-linux-loongarch-lp64d.so.1", "loongarch64", None),
        ("loongarch64 soft", "/lib64/ld-linux-loongarch-lp64s.so.1", "loongarch64", "soft"),
        ("s390", "/lib/ld.so.1", "s390", None),
        ("ppc64", "/lib64/ld64.so.1", "ppc64", None),
        ("sparc64", "/lib64/ld-linux.so.2", "sparc64", None),
        ("unheard of", "/lib64/ld-linux-new.so.1", "elf-machine-9999", None),
    ],
)
def test_every_port_s_loader_is_found_and_its_machine_named(
    machine: str, loader: str, name: str, float_abi: str | None
) -> None:
    contents = musl("1.2.5", machine) if "musl" in loader else glibc_loader(machine, loader.rpartition("/")[2])
    for shell in ({}, {"/bin/sh": program(loader, machine)}):
        host = detect(DictRoot({loader: contents, **shell}), None)
        assert host.libc is not None and (host.libc.loader, host.libc.arch) == (loader, name)
        assert (host.arch.name, host.arch.float_abi) == (name, float_abi)
        assert host.arch.little_endian == elfsmith.MACHINES[machine][2]


def test_the_attributes_of_a_file_tell_the_generation_of_arm() -> None:
    loader = "/lib/ld-linux-armhf.so.3"
    for cpu, name in ((4, "armv5tel"), (6, "armv6l"), (7, "armv6l"), (10, "armv7l"), (14, "armv7l")):
        shell = elfsmith.arm_attributes(program(loader, "armhf"), cpu, 1)
        files = {"/bin/sh": shell, loader: glibc_loader("armhf", "ld-linux-armhf.so.3")}
        assert detect(DictRoot(files), None).arch.name == name
        assert detect(DictRoot(files), Facts("Linux", "armv7l")).arch.name == "armv7l"
    old = elfsmith.arm_attributes(program("/lib/ld.so", "arm_oabi"), 4, 1)
    assert detect(DictRoot({"/bin/sh": old}), None).arch.float_abi == "hard"


def test_a_place_of_static_programs_has_no_libc_and_a_machine() -> None:
    for files in ({"/bin/sh": program(None, "riscv64")}, {"/app/server": program(None, "riscv64"), "/app/x": "text"}):
        host = detect(DictRoot(files), None)
        assert (host.libcs, host.arch.name) == ((), "riscv64")
    assert detect(DictRoot({"/bin/sh": program(None, "i686")}), FACTS).arch.name == "i686"


def test_a_nix_image_has_the_libc_of_its_store_and_nix_ld_is_none() -> None:
    folder = "/nix/store/" + "a" * 32 + "-glibc-2.40-66/lib"
    store = {f"{folder}/ld-linux-x86-64.so.2": glibc_loader(), f"{folder}/libc.so.6": glibc("2.40")}
    assert native(store) == Libc("glibc", (2, 40), f"{folder}/ld-linux-x86-64.so.2", "x86_64")
    door = elfsmith.elf(rodata=b"NIX_LD is not set")
    host = detect(DictRoot({GLIBC_LOADER: door}), None)
    assert host.libcs == () and any("nix-ld" in fact.source for fact in host.evidence)
    guix = "/gnu/store/" + "b" * 32 + "-glibc-2.39"
    sh = {"/bin/sh": Link(f"{guix}/bin/sh"), f"{guix}/bin/sh": program(f"{guix}/lib/ld-linux-x86-64.so.2")}
    libraries = {f"{guix}/lib/ld-linux-x86-64.so.2": glibc_loader(), f"{guix}/lib/libc.so.6": glibc("2.39")}
    found = native({**sh, **libraries})
    assert found is not None and found.version == (2, 39)


def test_termux_is_android_though_its_system_is_not_in_the_root() -> None:
    files = {"/data/data/com.termux/files/usr/bin/sh": program("/system/bin/linker64", "aarch64")}
    host = detect(DictRoot(files), Facts("Linux", "aarch64"))
    assert (host.os, host.os_version, host.arch.name) == ("android", None, "aarch64")
    assert host.libc == Libc("bionic", None, "/system/bin/linker64", None)
    apex = {
        "/system/bin/sh": program("/system/bin/linker64"),
        "/system/bin/linker64": Link("/apex/com.android.runtime/bin/linker64"),
        "/apex/com.android.runtime/bin/linker64": elfsmith.elf(soname="ld-android.so"),
        "/system/build.prop": "ro.build.version.release=14\nro.build.version.sdk=34\n",
    }
    host = detect(DictRoot(apex), None)
    assert (host.distribution, host.os_version, len(host.libcs)) == ("Android 14", (34,), 1)


def test_old_and_new_uclibc_are_told_by_their_files() -> None:
    old = {"/lib/ld-uClibc.so.0": Link("ld-uClibc-0.9.33.2.so"), "/lib/ld-uClibc-0.9.33.2.so": elfsmith.elf("mipsel")}
    new = {"/lib/ld64-uClibc.so.1": elfsmith.elf(), "/lib/libuClibc-1.0.45.so": elfsmith.elf()}
    for files, version in ((old, (0, 9, 33, 2)), (new, (1, 0, 45))):
        found = native(files)
        assert found is not None and (found.family, found.version) == ("uclibc", version)


def test_a_program_s_loader_that_is_no_file_of_a_libc_is_said_to_be_so() -> None:
    host = detect(DictRoot({**GLIBC_SH, GLIBC_LOADER: elfsmith.elf(rodata=b"something else")}), None)
    assert host.libcs == () and host.arch.name == "x86_64"
    assert any("neither glibc nor musl" in fact.source for fact in host.evidence)


def test_the_running_program_s_own_build_never_decides() -> None:
    """A musl Python on Debian, a glibc one on Alpine with gcompat: the place's own programs say what is native."""
    debian = {**GLIBC, **MUSL, **GLIBC_SH, "/opt/python": program(MUSL_LOADER)}
    gcompat = {GLIBC_LOADER: elfsmith.elf(interpreter=MUSL_LOADER, rodata=b"/lib/libgcompat.so.0")}
    alpine = {**MUSL, **MUSL_SH, **gcompat, "/opt/python": program(GLIBC_LOADER)}
    for files, families in ((debian, ["glibc", "musl"]), (alpine, ["musl"])):
        host = detect(DictRoot(files), FACTS._replace(executable="/opt/python"))
        assert [libc.family for libc in host.libcs] == families
