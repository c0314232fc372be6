"""glibc of distributions' releases: data, made by tools/distros.py; what it lacks is in `host.distros`.

Source: the pep600_compliance project (MIT), which installs each image and asks it. One row a release:
distribution, release, glibc, architectures. Refuses nothing: `host.named_distro` reads the rows.
"""

from __future__ import annotations

ROWS = """\
almalinux 8 2.28 aarch64,ppc64le,s390x,x86_64
almalinux 9 2.34 aarch64,ppc64le,s390x,x86_64
almalinux 10 2.39 aarch64,ppc64le,s390x,x86_64
alt p10 2.32 aarch64,i686,x86_64
alt p11 2.38 aarch64,i686,x86_64
alt p8 2.23 i686,x86_64
alt p9 2.27 aarch64,i686,ppc64le,x86_64
alt sisyphus 2.43 aarch64,i686,riscv64,x86_64
amazonlinux 2 2.26 aarch64,x86_64
amazonlinux 2023 2.34 aarch64,x86_64
anolisos 8 2.28 aarch64,x86_64
anolisos 23 2.38 aarch64,loongarch64,x86_64
archlinux latest 2.44 x86_64
centos stream10 2.39 aarch64,ppc64le,s390x,x86_64
centos stream9 2.34 aarch64,ppc64le,s390x,x86_64
debian 8 2.19 armv7l,i686,x86_64
debian 9 2.24 aarch64,armv7l,i686,ppc64le,s390x,x86_64
debian 10 2.28 aarch64,armv7l,i686,ppc64le,s390x,x86_64
debian 11 2.31 aarch64,armv7l,i686,ppc64le,s390x,x86_64
debian 12 2.36 aarch64,armv7l,i686,ppc64le,s390x,x86_64
debian 13 2.41 aarch64,armv7l,i686,loongarch64,ppc64le,riscv64,s390x,x86_64
debian experimental 2.43 aarch64,armv7l,i686,ppc64le,riscv64,s390x,x86_64
debian testing 2.42 aarch64,armv7l,i686,ppc64le,riscv64,s390x,x86_64
debian unstable 2.42 aarch64,armv7l,i686,ppc64le,riscv64,s390x,x86_64
fedora 39 2.38 aarch64,ppc64le,s390x,x86_64
fedora 40 2.39 aarch64,ppc64le,s390x,x86_64
fedora 41 2.40 aarch64,ppc64le,s390x,x86_64
fedora 42 2.41 aarch64,ppc64le,s390x,x86_64
fedora 43 2.42 aarch64,ppc64le,s390x,x86_64
fedora 44 2.43 aarch64,ppc64le,s390x,x86_64
fedora rawhide 2.44 aarch64,ppc64le,s390x,x86_64
mageia 9 2.36 aarch64,x86_64
mageia 10 2.42 aarch64,x86_64
mageia cauldron 2.43 aarch64,x86_64
opencloudos 8 2.28 aarch64,x86_64
opencloudos 9 2.38 aarch64,x86_64
openeuler 24.03 2.38 aarch64,loongarch64,x86_64
opensuse 15.5 2.31 aarch64,armv7l,ppc64le,s390x,x86_64
opensuse 15.6 2.38 aarch64,x86_64
opensuse 16.0 2.40 aarch64,ppc64le,x86_64
opensuse tumbleweed 2.43 aarch64,armv7l,i686,ppc64le,riscv64,s390x,x86_64
oraclelinux 6 2.12 x86_64
oraclelinux 7 2.17 aarch64,x86_64
oraclelinux 8 2.28 aarch64,x86_64
oraclelinux 9 2.34 aarch64,x86_64
oraclelinux 10 2.39 aarch64,x86_64
photon 4.0 2.32 aarch64,x86_64
photon 5.0 2.36 aarch64,x86_64
rhubi 7 2.17 ppc64le,s390x,x86_64
rhubi 8 2.28 aarch64,ppc64le,s390x,x86_64
rhubi 9 2.34 aarch64,ppc64le,s390x,x86_64
rhubi 10 2.39 aarch64,ppc64le,s390x,x86_64
rockylinux 8 2.28 aarch64,x86_64
rockylinux 9 2.34 aarch64,ppc64le,s390x,x86_64
rockylinux 10 2.39 aarch64,ppc64le,riscv64,s390x,x86_64
slackware 15.0 2.33 x86_64
slackware current 2.42 aarch64,i686,x86_64
ubuntu 18.04 2.27 aarch64,armv7l,i686,ppc64le,s390x,x86_64
ubuntu 20.04 2.31 aarch64,armv7l,ppc64le,riscv64,s390x,x86_64
ubuntu 22.04 2.35 aarch64,armv7l,ppc64le,riscv64,s390x,x86_64
ubuntu 23.10 2.38 aarch64,armv7l,ppc64le,s390x,x86_64
ubuntu 24.04 2.39 aarch64,armv7l,ppc64le,riscv64,s390x,x86_64
ubuntu 24.10 2.40 aarch64,armv7l,ppc64le,s390x,x86_64
ubuntu 25.04 2.41 aarch64,armv7l,ppc64le,riscv64,s390x,x86_64
ubuntu 25.10 2.42 aarch64,armv7l,ppc64le,riscv64,s390x,x86_64
ubuntu 26.04 2.43 aarch64,armv7l,ppc64le,riscv64,s390x,x86_64
ubuntu devel 2.43 aarch64,armv7l,ppc64le,riscv64,s390x,x86_64
ubuntu rolling 2.43 aarch64,armv7l,ppc64le,riscv64,s390x,x86_64
"""
