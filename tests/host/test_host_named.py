"""host.named: what a name of a place means, what it assumes out loud, and the nearest names of an unknown one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from elfin.host import arch, distros, distros_glibc, named_distro
from elfin.host.named import Named, Unknown, named

TABLE = Path(__file__).resolve().parents[3] / "shared" / "data" / "distro-libc.json"


def place(text: str) -> Named:
    found = named(text)
    assert isinstance(found, Named), found
    return found


def short(text: str) -> str:
    """ "linux aarch64 glibc 2.36": the facts that verdicts hang on."""
    host = place(text).host
    words = [host.os, host.arch.name, host.arch.float_abi, host.cpu_level and f"v{host.cpu_level}"]
    words += [f"{libc.family} {'.'.join(map(str, libc.version or ('?',)))}" for libc in host.libcs]
    words += [".".join(map(str, host.os_version))] if host.os_version else []
    return " ".join(str(word) for word in words if word)


MEANINGS = {
    # distributions
    "debian:12": "linux x86_64 glibc 2.36",
    "debian:12/arm64": "linux aarch64 glibc 2.36",
    "debian:bookworm-slim/armhf": "linux armv7l hard glibc 2.36",
    "debian:12/armel": "linux armv5tel soft glibc 2.36",
    "debian:12/i386": "linux i686 glibc 2.36",
    "debian:13/ppc64el": "linux ppc64le glibc 2.41",
    "debian:sid/riscv64": "linux riscv64 glibc 2.42",
    "debian:7": "linux x86_64 glibc 2.13",
    "Debian:Trixie": "linux x86_64 glibc 2.41",
    "ubuntu:22.04/arm64": "linux aarch64 glibc 2.35",
    "ubuntu:noble": "linux x86_64 glibc 2.39",
    "ubuntu:14.04": "linux x86_64 glibc 2.19",
    "rhel:8": "linux x86_64 glibc 2.28",
    "rhel:8.10/s390x": "linux s390x glibc 2.28",
    "rhel:9": "linux x86_64 v2 glibc 2.34",
    "rhel:10": "linux x86_64 v3 glibc 2.39",
    "ubi8": "linux x86_64 glibc 2.28",
    "redhat/ubi9/arm64": "linux aarch64 glibc 2.34",
    "centos:7": "linux x86_64 glibc 2.17",
    "centos7": "linux x86_64 glibc 2.17",
    "centos:6/i386": "linux i686 glibc 2.12",
    "centos:stream9/arm64": "linux aarch64 glibc 2.34",
    "rocky:8/arm64": "linux aarch64 glibc 2.28",
    "rockylinux:9.4/arm64": "linux aarch64 glibc 2.34",
    "alma:8": "linux x86_64 glibc 2.28",
    "amazonlinux:2": "linux x86_64 glibc 2.26",
    "al2023/arm64": "linux aarch64 glibc 2.34",
    "fedora:rawhide": "linux x86_64 glibc 2.44",
    "opensuse/leap:15.6": "linux x86_64 glibc 2.38",
    "tumbleweed": "linux x86_64 glibc 2.43",
    "archlinux": "linux x86_64 glibc 2.44",
    "raspbian:12/armhf": "linux armv6l hard glibc 2.36",
    "alpine:3.18": "linux x86_64 musl 1.2.4",
    "alpine:3.20.3/arm64": "linux aarch64 musl 1.2.5",
    "alpine:3.12/armv7": "linux armv7l hard musl 1.1.24",
    "alpine:3.18/armhf": "linux armv6l hard musl 1.2.4",
    "alpine:3.20/x86": "linux i686 musl 1.2.5",
    "alpine:3.20/arm/v7": "linux armv7l hard musl 1.2.5",
    "postmarketos:v24.06/aarch64": "linux aarch64 musl 1.2.5",
    "openwrt:23.05/mipsel": "linux mipsel musl 1.2.4",
    "debian:12/amd64/v3": "linux x86_64 v3 glibc 2.36",
    # wheel tags
    "manylinux_2_28_x86_64": "linux x86_64 glibc 2.28",
    "manylinux_2_99_loongarch64": "linux loongarch64 glibc 2.99",
    "manylinux_3_1_riscv64": "linux riscv64 glibc 3.1",
    "manylinux1_i686": "linux i686 glibc 2.5",
    "manylinux2010_x86_64": "linux x86_64 glibc 2.12",
    "manylinux2014_aarch64": "linux aarch64 glibc 2.17",
    "manylinux2014": "linux x86_64 glibc 2.17",
    "manylinux_2_31_armv7l": "linux armv7l hard glibc 2.31",
    "musllinux_1_1_armv7l": "linux armv7l hard musl 1.1",
    "musllinux_1_2": "linux x86_64 musl 1.2",
    "linux_armv6l": "linux armv6l hard glibc 2.28",
    "win_amd64": "windows x86_64",
    "win32": "windows i686",
    "win_arm64": "windows aarch64",
    "macosx_14_0_arm64": "macos aarch64 14.0",
    "macosx_10_9_x86_64": "macos x86_64 10.9",
    "macosx_11_0_universal2": "macos aarch64 11.0",
    "android_24_arm64_v8a": "android aarch64 bionic ? 24",
    "android_21_x86": "android i686 bionic ? 21",
    "ios_13_0_arm64_iphoneos": "ios aarch64 13.0",
    "ios_17_2_x86_64_iphonesimulator": "ios-simulator x86_64 17.2",
    "pyemscripten_2026_0_wasm32": "emscripten wasm32 2026.0",
    # triples
    "aarch64-unknown-linux-gnu.2.17": "linux aarch64 glibc 2.17",
    "x86_64-unknown-linux-gnu": "linux x86_64 glibc 2.28",
    "x86_64-unknown-linux-musl": "linux x86_64 musl 1.2",
    "aarch64-unknown-linux-musl.1.1.24": "linux aarch64 musl 1.1.24",
    "x86_64-alpine-linux-musl": "linux x86_64 musl 1.2",
    "x86_64-linux-gnu": "linux x86_64 glibc 2.28",
    "i686-unknown-linux-gnu.2.5": "linux i686 glibc 2.5",
    "armv7-unknown-linux-gnueabihf": "linux armv7l hard glibc 2.28",
    "armv7-unknown-linux-gnueabi": "linux armv7l soft glibc 2.28",
    "armv7-unknown-linux-musleabihf": "linux armv7l hard musl 1.2",
    "armv7-unknown-linux-musleabi": "linux armv7l soft musl 1.2",
    "armv7-unknown-linux-gnu": "linux armv7l hard glibc 2.28",
    "armv7-unknown-linux-musl": "linux armv7l hard musl 1.2",
    "x86_64-unknown-linux-gnux32": "linux x32 glibc 2.28",
    "arm-linux-gnueabihf": "linux armv7l hard glibc 2.28",
    "arm-linux-gnueabi": "linux armv5tel soft glibc 2.28",
    "arm-linux-gnueabihf.2.36": "linux armv7l hard glibc 2.36",
    "x86_64-unknown-linux-uclibc.1.0.45": "linux x86_64 uclibc 1.0.45",
    "ios/arm64": "ios aarch64 13.0",
    "arm-unknown-linux-gnueabihf": "linux armv6l hard glibc 2.28",
    "arm-unknown-linux-gnueabi": "linux armv6l soft glibc 2.28",
    "powerpc64le-unknown-linux-gnu": "linux ppc64le glibc 2.28",
    "s390x-unknown-linux-gnu": "linux s390x glibc 2.28",
    "riscv64gc-unknown-linux-gnu": "linux riscv64 glibc 2.39",
    "loongarch64-unknown-linux-gnu": "linux loongarch64 glibc 2.36",
    "aarch64-apple-darwin": "macos aarch64 13.0",
    "x86_64-apple-darwin20": "macos x86_64 11.0",
    "aarch64-apple-macos14.5": "macos aarch64 14.5",
    "i686-pc-windows-msvc": "windows i686",
    "aarch64-linux-android": "android aarch64 bionic ? 24",
    "armv7-linux-androideabi21": "android armv7l bionic ? 21",
    # uv's names
    "linux": "linux x86_64 glibc 2.28",
    "macos": "macos aarch64 13.0",
    "windows": "windows x86_64",
    "riscv64-unknown-linux": "linux riscv64 glibc 2.39",
    "x86_64-manylinux2014": "linux x86_64 glibc 2.17",
    "aarch64-manylinux_2_31": "linux aarch64 glibc 2.31",
    "wasm32-pyodide2024": "emscripten wasm32 2024.0",
    "arm64-apple-ios": "ios aarch64 13.0",
    "arm64-apple-ios-simulator": "ios-simulator aarch64 13.0",
    "x86_64-apple-ios-simulator": "ios-simulator x86_64 13.0",
    "linux-x86_64-gnu": "linux x86_64 glibc 2.28",
    "linux-x86_64_v3-musl": "linux x86_64 v3 musl 1.2",
    "macos-aarch64-none": "macos aarch64 13.0",
    "windows-x86_64-none": "windows x86_64",
    # OCI platforms
    "linux/arm64/v8": "linux aarch64 glibc 2.28",
    "linux/amd64": "linux x86_64 glibc 2.28",
    "linux/amd64/v3": "linux x86_64 v3 glibc 2.28",
    "linux/386": "linux i686 glibc 2.28",
    "linux/arm/v7": "linux armv7l hard glibc 2.28",
    "linux/arm/v6/musl": "linux armv6l hard musl 1.2",
    "linux/arm/v5": "linux armv5tel soft glibc 2.28",
    "linux/arm64/v8/musl1.1": "linux aarch64 musl 1.1",
    "linux/ppc64le/glibc2.17": "linux ppc64le glibc 2.17",
    "windows/amd64": "windows x86_64",
    "darwin/arm64": "macos aarch64 13.0",
}


@pytest.mark.parametrize("text", MEANINGS)
def test_a_name_means_a_place(text: str) -> None:
    assert short(text) == MEANINGS[text]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x86_64-unknown-linux-gnu", "no glibc version was said: 2.28 is taken, as uv does (Rust means 2.17)"),
        ("linux", "linux is taken for x86_64-unknown-linux-gnu, as uv does"),
        ("linux/arm64/v8", "no libc was said: glibc is taken"),
        ("linux_x86_64", "no libc was said: glibc is taken"),
        ("linux/arm64/musl", "no musl version was said: 1.2 is taken"),
        ("alpine:3.18/armhf", "armhf is armv6l here"),
        ("debian:12/armhf", "armhf is armv7l here"),
        ("linux/arm", "arm is taken for armv7l"),
        ("manylinux2014", "no architecture was said: x86_64 is taken"),
        ("debian:12", "no architecture was said: x86_64 is taken"),
        ("debian/arm64", "no release was said: Debian 13 is taken"),
        ("debian:latest/arm64", "no release was said: Debian 13 is taken"),
        ("alpine:3", "only the first number was said: Alpine 3.24 is taken"),
        ("debian:testing/arm64", "Debian testing moves on: glibc 2.42 is what it had when the table was made"),
        ("ubuntu:22.04/mips64el", "Ubuntu 22.04 is not known to be there for mips64el: glibc 2.35"),
        ("macosx_11_0_universal2", "universal2 is a format, not a machine: arm64 is taken"),
        ("aarch64-apple-darwin", "no release was said: 13.0 is taken, as uv does"),
        ("x86_64-linux-android", "no API level was said: 24 is taken, as uv does"),
    ],
)
def test_what_a_name_leaves_open_is_assumed_out_loud(text: str, said: str) -> None:
    assert any(clause.startswith(said) for clause in place(text).assumed), place(text).assumed


@pytest.mark.parametrize(
    "text",
    ["debian:12/arm64", "manylinux_2_28_x86_64", "aarch64-unknown-linux-gnu.2.17", "win_amd64", "linux/amd64/musl1.2",
     "macosx_14_0_arm64", "android_24_x86_64", "alpine:3.20/armv7", "rhel:9/s390x"],
)  # fmt: skip
def test_a_name_that_says_everything_assumes_nothing(text: str) -> None:
    assert place(text).assumed == ()


def test_what_was_understood_is_said_in_words() -> None:
    assert place("debian:12/arm64").understood == "Debian 12 on aarch64: glibc 2.36"
    assert place("alpine:3.18/armv7").understood == "Alpine 3.18 on armv7l, hard float: musl 1.2.4"
    assert place("rhel:9").understood == "Red Hat Enterprise Linux 9 on x86_64, CPU level x86-64-v2: glibc 2.34"
    assert place("macosx_14_0_arm64").understood == "macOS 14.0 on arm64"
    assert place("musllinux_1_2_riscv64").understood == "Linux on riscv64: musl 1.2"


def test_a_distribution_s_own_python_is_known() -> None:
    assert place("debian:12").python == "3.11.2" and place("alpine:3.20").python == "3.12"
    assert place("rhel:8").python == "3.6.8" and place("manylinux_2_28_x86_64").python is None


def test_facts_of_a_name_have_the_name_or_the_table_for_evidence() -> None:
    evidence = {fact.fact: (fact.value, fact.source) for fact in place("debian:12/armhf").host.evidence}
    assert evidence["arch"] == ("armv7l", "the name debian:12/armhf")
    assert evidence["libc"] == ("glibc 2.36", "the table of distributions")
    assert evidence["float abi"][0] == "hard"


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("debian:14", "debian:13"),
        ("debain:12", "debian:12"),
        ("debain:12/arm64", "debian:12/arm64"),
        ("ubuntu:jamy", "ubuntu:jammy"),
        ("ubuntu:24.4", "ubuntu:24.04"),
        ("alpine:3.99", "alpine:3.24"),
        ("alpine:4/arm64", "alpine:3.24/arm64"),
        ("alpin", "alpine"),
        ("manylinux_2_28_x86-64", "manylinux_2_28_x86_64"),
        ("manylinux_2_28_foo", "manylinux_2_28_x86_64"),
        ("aarch64-unknown-linx-gnu", "aarch64-unknown-linux-gnu"),
        ("arm64", "manylinux_2_28_aarch64"),
        ("armhf", "manylinux_2_28_armv7l"),
        ("linux/foo", "linux"),
        ("debian:12/foo", "debian:12/aarch64"),
        ("win_amd46", "win_amd64"),
    ],
)
def test_an_unknown_name_has_its_nearest_known_ones(text: str, nearest: str) -> None:
    found = named(text)
    assert isinstance(found, Unknown) and found.text == text
    assert found.nearest[0] == nearest
    assert all(isinstance(named(name), Named) for name in found.nearest)


NONSENSE = (
    *("", " ", "/", ":", "::", "a/b/c", "root", "host", "\x1b[31m", "x" * 10_000, "manylinux_99999_1_x86_64"),
    *("linux-x86_64", "linux-x86-64-gnu", "linux-x86_64-gnu-extra", "linux-x86_64-none", "macos-aarch64-gnu"),
    *("debian:", "debian:12/", "linux/", "\u00e9:1"),
)


@pytest.mark.parametrize("text", NONSENSE)
def test_nonsense_is_unknown(text: str) -> None:
    assert isinstance(named(text), Unknown)


def test_every_other_name_leads_to_a_release_of_the_table() -> None:
    table = named_distro._table()
    assert set(distros.NAMES.values()) <= set(table) and set(distros.SHOWN) == set(table)
    for name, releases in distros.RELEASES.items():
        assert set(releases.values()) <= set(table[name])
    for known in (distros.PYTHONS, distros.CPU_LEVELS):
        for name, releases in known.items():
            assert name in table and set(releases) & set(table[name])
    assert all(release in table[name] for name, release in distros.LATEST.items())


@pytest.mark.skipif(not TABLE.is_file(), reason="the table it was made from is not beside the checkout")
def test_the_made_table_has_every_row_of_its_source() -> None:
    for row in json.loads(TABLE.read_text()):
        if row["distro"] == "manylinux":
            assert short(f"manylinux_{row['version'].replace('.', '_')}_{row['arch']}").startswith("linux")
            continue
        found = place(f"{row['distro']}:{row['release']}/{row['arch']}")
        (libc,) = found.host.libcs
        assert (libc.family, ".".join(map(str, libc.version or ()))) == ("glibc", row["version"]), row
        assert found.host.arch.name == row["arch"]


@pytest.mark.parametrize("text", [
    *("windows", "linux", "macos", "x86_64-pc-windows-msvc", "aarch64-pc-windows-msvc", "i686-pc-windows-msvc"),
    *("x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu", "x86_64-unknown-linux-musl", "riscv64-unknown-linux"),
    *("aarch64-unknown-linux-musl", "x86_64-apple-darwin", "aarch64-apple-darwin", "aarch64-linux-android"),
    *("x86_64-linux-android", "wasm32-pyodide2024", "wasm32-pyodide2025", "arm64-apple-ios"),
    *("arm64-apple-ios-simulator", "x86_64-apple-ios-simulator", "s390x-unknown-linux-gnu"),
    "powerpc64le-unknown-linux-gnu",
    *(f"{arch}-manylinux{version}" for arch in ("x86_64", "aarch64") for version in ("2014", "_2_17", "_2_28")),
    *(f"{arch}-manylinux_2_{minor}" for arch in ("x86_64", "aarch64") for minor in range(31, 41)),
    *(f"manylinux_2_{minor}_{arch}" for arch in ("x86_64", "aarch64") for minor in (17, 28, *range(31, 41))),
])  # fmt: skip
def test_every_platform_that_uv_takes_is_taken(text: str) -> None:
    assert isinstance(named(text), Named)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("ubuntu:resolute", "ubuntu:26.04"),
        ("debian:forky", "debian:testing"),
        ("alpine:v3.20", "alpine:3.20"),
        ("sles:15-SP5", "sles:15.5"),
        ("sles:15sp5", "sles:15.5"),
        ("fedora", "fedora:44"),
        ("chainguard", "wolfi"),
        ("ubuntu-24.04", "ubuntu:24.04"),
        ("ubuntu24.04/arm64", "ubuntu:24.04/arm64"),
        ("opensuse-leap-15.5", "opensuse:15.5"),
        ("al2023", "amazonlinux:2023"),
    ],
)
def test_a_release_has_several_names(text: str, same: str) -> None:
    found, other = place(text).host, place(same).host
    assert found._replace(evidence=()) == other._replace(evidence=())


def test_an_architecture_that_a_release_lacks_is_called_what_it_was_called() -> None:
    assert place("debian:12/armel").assumed == () and place("debian:12/armel").host.arch.name == "armv5tel"
    said = "Alpine 3.20 is not known to be there for armel (armv5tel): musl 1.2.5, which it has elsewhere, is taken"
    assert said in place("alpine:3.20/armel").assumed


def test_a_service_pack_is_not_taken_for_another() -> None:
    versions = {text: place(f"sles:{text}").host.libcs[0].version for text in ("15", "15.2", "15.4", "15.7", "12.5")}
    assert versions == {"15": (2, 26), "15.2": (2, 26), "15.4": (2, 31), "15.7": (2, 38), "12.5": (2, 22)}
    found = named("sles:15.9")
    assert isinstance(found, Unknown) and found.nearest[0] == "sles:15.7"


@pytest.mark.parametrize(
    ("text", "nearest"),
    [("ubuntu:2404", "ubuntu:24.04"), ("ubuntu:24.4", "ubuntu:24.04"), ("musl", "musllinux_1_2_x86_64"),
     ("glibc", "manylinux_2_28_x86_64"), ("wasm32", "pyemscripten_2026_0_wasm32"), ("ios", "ios_13_0_arm64_iphoneos"),
     ("ubuntu-23", "ubuntu:23.10")],
)  # fmt: skip
def test_half_a_name_is_answered_with_a_whole_one(text: str, nearest: str) -> None:
    found = named(text)
    assert isinstance(found, Unknown) and found.nearest[0] == nearest


@pytest.mark.parametrize(
    "text",
    ["macosx_100_0_arm64", "ios_100_0_arm64_iphoneos", "android_1000_x86_64", "arm64-apple-darwin9999",
     "arm64-apple-ios999", "x86_64-unknown-linux-gnu.2.9999", "linux/amd64/glibc9999.1", "manylinux_100_1_x86_64"],
)  # fmt: skip
def test_a_number_that_would_make_a_million_tags_is_no_version(text: str) -> None:
    assert isinstance(named(text), Unknown)


def test_what_is_kept_by_hand_never_contradicts_the_made_table() -> None:
    made = {tuple(row.split()[:2]): row.split() for row in distros_glibc.ROWS.splitlines()}
    rows = [row.split() for row in (*distros.GLIBC_ROWS.splitlines(), *distros.MUSL_ROWS.splitlines())]
    for row in rows:
        assert len(row) == 4 and set(row[3].split(",")) <= arch.TAGGED
        other = made.get((row[0], row[1]))
        assert other is None or other[2] == row[2], row
        assert row[0] in distros.SHOWN
    assert len({(row[0], row[1]) for row in rows}) == len(rows)
