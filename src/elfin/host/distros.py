"""Distributions' releases that the made table (`host.distros_glibc`) lacks, their other names, what else is known.

Data with sources. A row is: distribution, release, version of its libc, architectures; a release that the made table
has too is given more architectures here. `host.named_distro` reads it; what is not here is unknown, never guessed.
"""

from __future__ import annotations

from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Final

# glibc as the release first had it (it stays for a release's life), by what the distribution itself publishes:
# Amazon, Azure (CBL-Mariner), CentOS, Fedora, openEuler, Photon, RHEL: the `glibc` package of the release's repository;
#   CentOS 7's other architectures: its AltArch repositories.
# Debian, Raspbian, Ubuntu: the `libc6` (`glibc`, `eglibc`) source of the release, as tracker and Launchpad list it;
#   the architectures are those of each release's installation guide.
# NixOS: pkgs/development/libraries/glibc/common.nix of the release's branch (2.42 came after 25.11: nixpkgs 379542).
# openSUSE and SLES: the `glibc` package of each service pack's pool (build.opensuse.org, SUSE:SLE-15-SP3, ...).
# Slackware: PACKAGES.TXT of the release. Wolfi: glibc.yaml of wolfi-dev/os.
GLIBC_ROWS: Final = """\
amazonlinux 1 2.17 x86_64
azurelinux 2.0 2.35 aarch64,x86_64
azurelinux 3.0 2.38 aarch64,x86_64
centos 6 2.12 i686,x86_64
centos 7 2.17 aarch64,armv7l,i686,ppc64,ppc64le,x86_64
centos 8 2.28 aarch64,ppc64le,x86_64
centos stream8 2.28 aarch64,ppc64le,x86_64
debian 6 2.11 armv5tel,i686,mips,mipsel,ppc,x86_64
debian 7 2.13 armv5tel,armv7l,i686,mips,mipsel,ppc,s390x,x86_64
debian 8 2.19 aarch64,armv5tel,armv7l,i686,mips,mipsel,ppc,ppc64le,s390x,x86_64
debian 9 2.24 armv5tel,mips,mips64el,mipsel
debian 10 2.28 armv5tel,mips,mips64el,mipsel
debian 11 2.31 armv5tel,mips64el,mipsel
debian 12 2.36 armv5tel,mips64el,mipsel
debian 13 2.41 armv5tel
fedora 28 2.27 aarch64,armv7l,i686,ppc64le,s390x,x86_64
fedora 29 2.28 aarch64,armv7l,i686,ppc64le,s390x,x86_64
fedora 30 2.29 aarch64,armv7l,i686,ppc64le,s390x,x86_64
fedora 31 2.30 aarch64,armv7l,ppc64le,s390x,x86_64
fedora 32 2.31 aarch64,armv7l,ppc64le,s390x,x86_64
fedora 33 2.32 aarch64,armv7l,ppc64le,s390x,x86_64
fedora 34 2.33 aarch64,armv7l,ppc64le,s390x,x86_64
fedora 35 2.34 aarch64,armv7l,ppc64le,s390x,x86_64
fedora 36 2.35 aarch64,armv7l,ppc64le,s390x,x86_64
fedora 37 2.36 aarch64,ppc64le,s390x,x86_64
fedora 38 2.37 aarch64,ppc64le,s390x,x86_64
nixos 23.11 2.38 aarch64,x86_64
nixos 24.05 2.39 aarch64,x86_64
nixos 24.11 2.40 aarch64,x86_64
nixos 25.05 2.40 aarch64,x86_64
nixos 25.11 2.40 aarch64,x86_64
nixos 26.05 2.42 aarch64,x86_64
openeuler 20.03 2.28 aarch64,x86_64
openeuler 22.03 2.34 aarch64,x86_64
opensuse 15.0 2.26 aarch64,ppc64le,x86_64
opensuse 15.1 2.26 aarch64,ppc64le,x86_64
opensuse 15.2 2.26 aarch64,ppc64le,x86_64
opensuse 15.3 2.31 aarch64,ppc64le,s390x,x86_64
opensuse 15.4 2.31 aarch64,ppc64le,s390x,x86_64
photon 3.0 2.28 aarch64,x86_64
raspbian 9 2.24 armv6l
raspbian 10 2.28 armv6l
raspbian 11 2.31 armv6l
raspbian 12 2.36 armv6l
raspbian 13 2.41 armv6l
rhubi 6 2.12 i686,ppc64,s390x,x86_64
rhubi 7 2.17 aarch64,ppc64
slackware 14.2 2.23 i686,x86_64
sles 12 2.19 ppc64le,s390x,x86_64
sles 12.1 2.19 ppc64le,s390x,x86_64
sles 12.2 2.22 aarch64,ppc64le,s390x,x86_64
sles 12.3 2.22 aarch64,ppc64le,s390x,x86_64
sles 12.4 2.22 aarch64,ppc64le,s390x,x86_64
sles 12.5 2.22 aarch64,ppc64le,s390x,x86_64
sles 15 2.26 aarch64,ppc64le,s390x,x86_64
sles 15.1 2.26 aarch64,ppc64le,s390x,x86_64
sles 15.2 2.26 aarch64,ppc64le,s390x,x86_64
sles 15.3 2.31 aarch64,ppc64le,s390x,x86_64
sles 15.4 2.31 aarch64,ppc64le,s390x,x86_64
sles 15.5 2.31 aarch64,ppc64le,s390x,x86_64
sles 15.6 2.38 aarch64,ppc64le,s390x,x86_64
sles 15.7 2.38 aarch64,ppc64le,s390x,x86_64
ubuntu 12.04 2.15 armv7l,i686,x86_64
ubuntu 14.04 2.19 aarch64,armv7l,i686,ppc64le,x86_64
ubuntu 16.04 2.23 aarch64,armv7l,i686,ppc64le,s390x,x86_64
ubuntu 18.10 2.28 aarch64,armv7l,i686,ppc64le,s390x,x86_64
ubuntu 19.04 2.29 aarch64,armv7l,i686,ppc64le,s390x,x86_64
ubuntu 19.10 2.30 aarch64,armv7l,ppc64le,s390x,x86_64
ubuntu 20.10 2.32 aarch64,armv7l,ppc64le,riscv64,s390x,x86_64
ubuntu 21.04 2.33 aarch64,armv7l,ppc64le,riscv64,s390x,x86_64
ubuntu 21.10 2.34 aarch64,armv7l,ppc64le,riscv64,s390x,x86_64
ubuntu 22.10 2.36 aarch64,armv7l,ppc64le,riscv64,s390x,x86_64
ubuntu 23.04 2.37 aarch64,armv7l,ppc64le,riscv64,s390x,x86_64
wolfi latest 2.41 aarch64,x86_64
"""

# Alpine: `pkgver` of main/musl/APKBUILD in the aports branch of each release (3.18-stable, ...).
# Of 3.24 and edge only "1.2" is known, so what asks for a patch number of it cannot be told. Chimera: main/musl of
# cports, likewise.
# OpenWrt: the toolchain's versions in the release notes of each release; PKG_VERSION of toolchain/musl/common.mk.
# postmarketOS: the Alpine release that each of its releases says it is made from.
MUSL_ROWS: Final = """\
alpine 3.3 1.1.12 armv6l,i686,x86_64
alpine 3.4 1.1.14 armv6l,i686,x86_64
alpine 3.5 1.1.15 aarch64,armv6l,i686,x86_64
alpine 3.6 1.1.16 aarch64,armv6l,i686,ppc64le,s390x,x86_64
alpine 3.7 1.1.18 aarch64,armv6l,i686,ppc64le,s390x,x86_64
alpine 3.8 1.1.19 aarch64,armv6l,i686,ppc64le,s390x,x86_64
alpine 3.9 1.1.20 aarch64,armv6l,armv7l,i686,ppc64le,s390x,x86_64
alpine 3.10 1.1.22 aarch64,armv6l,armv7l,i686,ppc64le,s390x,x86_64
alpine 3.11 1.1.24 aarch64,armv6l,armv7l,i686,ppc64le,s390x,x86_64
alpine 3.12 1.1.24 aarch64,armv6l,armv7l,i686,ppc64le,s390x,x86_64
alpine 3.13 1.2.2 aarch64,armv6l,armv7l,i686,ppc64le,s390x,x86_64
alpine 3.14 1.2.2 aarch64,armv6l,armv7l,i686,ppc64le,s390x,x86_64
alpine 3.15 1.2.2 aarch64,armv6l,armv7l,i686,ppc64le,s390x,x86_64
alpine 3.16 1.2.3 aarch64,armv6l,armv7l,i686,ppc64le,s390x,x86_64
alpine 3.17 1.2.3 aarch64,armv6l,armv7l,i686,ppc64le,s390x,x86_64
alpine 3.18 1.2.4 aarch64,armv6l,armv7l,i686,ppc64le,s390x,x86_64
alpine 3.19 1.2.4 aarch64,armv6l,armv7l,i686,ppc64le,s390x,x86_64
alpine 3.20 1.2.5 aarch64,armv6l,armv7l,i686,ppc64le,riscv64,s390x,x86_64
alpine 3.21 1.2.5 aarch64,armv6l,armv7l,i686,loongarch64,ppc64le,riscv64,s390x,x86_64
alpine 3.22 1.2.5 aarch64,armv6l,armv7l,i686,loongarch64,ppc64le,riscv64,s390x,x86_64
alpine 3.23 1.2.5 aarch64,armv6l,armv7l,i686,loongarch64,ppc64le,riscv64,s390x,x86_64
alpine 3.24 1.2 aarch64,armv6l,armv7l,i686,loongarch64,ppc64le,riscv64,s390x,x86_64
alpine edge 1.2 aarch64,armv6l,armv7l,i686,loongarch64,ppc64le,riscv64,s390x,x86_64
chimera latest 1.2 aarch64,loongarch64,ppc64,ppc64le,riscv64,x86_64
openwrt 18.06 1.1.19 aarch64,armv7l,i686,mips,mipsel,x86_64
openwrt 19.07 1.1.24 aarch64,armv7l,i686,mips,mipsel,x86_64
openwrt 21.02 1.1.24 aarch64,armv7l,i686,mips,mipsel,x86_64
openwrt 22.03 1.2.3 aarch64,armv7l,i686,mips,mipsel,x86_64
openwrt 23.05 1.2.4 aarch64,armv7l,i686,mips,mipsel,x86_64
openwrt 24.10 1.2.5 aarch64,armv7l,i686,mips,mipsel,riscv64,x86_64
postmarketos v23.06 1.2.4 aarch64,armv6l,armv7l,i686,x86_64
postmarketos v23.12 1.2.4 aarch64,armv6l,armv7l,i686,x86_64
postmarketos v24.06 1.2.5 aarch64,armv6l,armv7l,i686,riscv64,x86_64
postmarketos v24.12 1.2.5 aarch64,armv6l,armv7l,i686,riscv64,x86_64
postmarketos v25.06 1.2.5 aarch64,armv6l,armv7l,i686,riscv64,x86_64
"""

SHOWN: Final = {
    "almalinux": "AlmaLinux", "alpine": "Alpine", "alt": "ALT Linux", "amazonlinux": "Amazon Linux",
    "anolisos": "Anolis OS", "archlinux": "Arch Linux", "azurelinux": "Azure Linux", "centos": "CentOS",
    "chimera": "Chimera Linux",
    "debian": "Debian", "fedora": "Fedora", "mageia": "Mageia", "nixos": "NixOS", "opencloudos": "OpenCloudOS",
    "openeuler": "openEuler", "opensuse": "openSUSE", "openwrt": "OpenWrt", "oraclelinux": "Oracle Linux",
    "photon": "Photon OS", "postmarketos": "postmarketOS", "raspbian": "Raspbian",
    "rhubi": "Red Hat Enterprise Linux", "rockylinux": "Rocky Linux", "slackware": "Slackware",
    "sles": "SUSE Linux Enterprise", "ubuntu": "Ubuntu", "wolfi": "Wolfi",
}  # fmt: skip
"""Each distribution's name as its own people write it."""

NAMES: Final = {
    "al": "amazonlinux", "alma": "almalinux", "amazon": "amazonlinux", "amzn": "amazonlinux", "anolis": "anolisos",
    "arch": "archlinux", "cbl-mariner": "azurelinux", "chainguard": "wolfi", "leap": "opensuse",
    "mariner": "azurelinux",
    "ol": "oraclelinux", "opensuse-leap": "opensuse", "opensuse-tumbleweed": "opensuse", "oracle": "oraclelinux",
    "photonos": "photon", "pmos": "postmarketos", "raspberrypios": "raspbian", "raspios": "raspbian",
    "redhat": "rhubi", "rhel": "rhubi", "rocky": "rockylinux", "sle": "sles", "suse": "sles",
    "tumbleweed": "opensuse", "ubi": "rhubi",
}  # fmt: skip
"""Other names, of users, of os-release's ID and of images -> the table's."""

RELEASES: Final = {
    "debian": {
        "squeeze": "6", "wheezy": "7", "jessie": "8", "stretch": "9", "buster": "10", "bullseye": "11",
        "bookworm": "12", "trixie": "13", "forky": "testing", "sid": "unstable", "stable": "13", "oldstable": "12",
        "oldoldstable": "11", "rc-buggy": "experimental",
    },
    "raspbian": {"stretch": "9", "buster": "10", "bullseye": "11", "bookworm": "12", "trixie": "13"},
    "ubuntu": {
        "precise": "12.04", "trusty": "14.04", "xenial": "16.04", "bionic": "18.04", "cosmic": "18.10",
        "disco": "19.04", "eoan": "19.10", "focal": "20.04", "groovy": "20.10",
        "hirsute": "21.04", "impish": "21.10", "jammy": "22.04", "kinetic": "22.10", "lunar": "23.04",
        "mantic": "23.10", "noble": "24.04", "oracular": "24.10", "plucky": "25.04", "questing": "25.10",
        "resolute": "26.04",
    },
    "amazonlinux": {"2018.03": "1"},
    "archlinux": {"base": "latest", "base-devel": "latest"},
    "centos": {"stream-8": "stream8", "stream-9": "stream9", "stream-10": "stream10"},
}  # fmt: skip
"""Other names of releases: code names, and what images are tagged."""

LATEST: Final = {
    "postmarketos": "v25.06",
}
"""The release meant by no release or `latest`, where it is not the one with the highest number."""

_LIKE_RHEL = ("almalinux", "centos", "oraclelinux", "rhubi", "rockylinux")

ROLLING: Final = frozenset(
    {"cauldron", "current", "devel", "edge", "experimental", "latest", "rawhide", "rolling", "sisyphus", "testing",
     "tumbleweed", "unstable"}
)  # fmt: skip
"""Releases that move on: the table has what they were when it was made."""
EXACT: Final = ("opensuse", "sles")
"""Distributions whose minor releases differ in glibc: one that is not in the table is not taken for its major."""
MAJORS: Final = ("alpine", "opensuse")
"""Distributions whose images are tagged with the first number alone, for the newest release of it."""

PYTHONS: Final = {
    "alpine": {
        "3.5": "3.5", "3.6": "3.6", "3.7": "3.6", "3.8": "3.6", "3.9": "3.6", "3.10": "3.7", "3.11": "3.8",
        "3.12": "3.8", "3.13": "3.8", "3.14": "3.9", "3.15": "3.9", "3.16": "3.10", "3.17": "3.10", "3.18": "3.11",
        "3.19": "3.11", "3.20": "3.12", "3.21": "3.12", "3.22": "3.12", "3.23": "3.12", "3.24": "3.14",
    },
    "amazonlinux": {"2": "3.7", "2023": "3.9.16"},
    "debian": {"8": "3.4.2", "9": "3.5.3", "10": "3.7.3", "11": "3.9.2", "12": "3.11.2", "13": "3.13.5"},
    "fedora": {
        "28": "3.6", "29": "3.7", "30": "3.7", "31": "3.7", "32": "3.8", "33": "3.9", "34": "3.9", "35": "3.10",
        "36": "3.10", "37": "3.11", "38": "3.11", "39": "3.12", "40": "3.12", "41": "3.13", "42": "3.13", "43": "3.14",
        "44": "3.14",
    },
    "raspbian": {"9": "3.5.3", "10": "3.7.3", "11": "3.9.2", "12": "3.11.2", "13": "3.13.5"},
    "ubuntu": {
        "14.04": "3.4", "16.04": "3.5", "18.04": "3.6", "20.04": "3.8.10", "20.10": "3.8", "21.04": "3.9",
        "21.10": "3.9", "22.04": "3.10.12", "22.10": "3.10", "23.04": "3.11", "23.10": "3.11", "24.04": "3.12.3",
        "24.10": "3.12", "25.04": "3.13", "25.10": "3.13",
        "26.04": "3.14",
    },
    **{
        name: {
            "7": "3.6.8", "8": "3.6.8", "9": "3.9.10", "10": "3.12.9",
            "stream8": "3.6.8", "stream9": "3.9.10", "stream10": "3.12.9",
        }
        for name in _LIKE_RHEL
    },
}  # fmt: skip
"""`python3` of each release's own package lists: Debian's stay with a patch release, Ubuntu's are those of -updates. Of
RHEL and Amazon Linux, which move on within a release, it is what the release first had. Only "3.11" is written where
the patch release is not known.
"""

CPU_LEVELS: Final = {
    **{name: {"9": 2, "10": 3, "stream9": 2, "stream10": 3} for name in _LIKE_RHEL},
    "opensuse": {"16.0": 2},
}  # fmt: skip
"""x86-64 level without which a release does not start (RHEL 9's and 10's, and Leap 16's release notes)."""
