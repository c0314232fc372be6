"""Files from the package index, through elfin's own client: chosen by name, checked against the index's hashes.

And one from elsewhere, checked against a hash that is written down here: the keys that Ubuntu signs its packages with.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import tarfile
import urllib.request
import zipfile

from lab import cache, compiled
from lab.failure import LabError

UV = {
    "x86_64": r"musllinux_\d+_\d+_x86_64",
    "i686": r"musllinux_\d+_\d+_i686",
    "aarch64": r"musllinux_\d+_\d+_aarch64",
    "armv7l": r"musllinux_\d+_\d+_armv7l",
    "riscv64": r"musllinux_\d+_\d+_riscv64",
    "ppc64le": r"manylinux2014_ppc64le",
    "s390x": r"manylinux2014_s390x",
}
"""The platform tag of uv's wheel for each architecture: the static build where there is one."""

UBUNTU = "http://archive.ubuntu.com/ubuntu"
_KEYS = (
    "pool/main/u/ubuntu-keyring/ubuntu-keyring_2023.11.28.1_all.deb",
    "36de43b15853ccae0028e9a767613770c704833f82586f28eb262f0311adb8a8",
)
"""It holds the archive's key of 2018, F6ECB3762474EDA9D21B7022871920D1991BC93C. Debian 12 has no such package."""
_KEYRING = "./usr/share/keyrings/ubuntu-archive-keyring.gpg"


_known: dict[tuple[str, str], str] = {}
"""What was found in this run: all of a run's places are to have the same, whatever is published meanwhile."""


def wheel(project: str, pattern: str) -> str:
    """The path of the newest final version's wheel whose platform tags match `pattern`, fetched on first need.

    Raises LabError where the index has none.
    """
    with cache.locked(f"wheel-{project}", alone=True):
        if (project, pattern) not in _known:
            _known[project, pattern] = _newest(project, pattern)
        return _known[project, pattern]


def _newest(project: str, pattern: str) -> str:
    from elfin.errors import ElfinError
    from elfin.flows.context import Context

    above = os.path.join(cache.folder(), "wheels")
    os.makedirs(above, exist_ok=True)
    ours = re.compile(rf"{re.escape(project.replace('-', '_'))}-.*-[^-]*{pattern}[^-]*\.whl")
    try:
        index = Context.open({}).index
        listing = index.listing(project)
        for position in reversed(range(0 if listing is None else len(listing.texts))):
            if listing is None or re.search(r"[abc]\d|dev|rc", listing.texts[position]):
                continue
            for file in listing.files(position):
                if not ours.fullmatch(file.filename):
                    continue
                path = os.path.join(above, file.filename)
                if not os.path.exists(path):
                    cache.remove(f"{path}.new")
                    index.download(file, f"{path}.new")
                    os.rename(f"{path}.new", path)
                return path
    except ElfinError as error:
        raise LabError(f"{project} cannot be fetched: {error.message}", *error.hints) from error
    raise LabError(f"the package index has no wheel of {project} that matches {pattern}")


def uv(architecture: str) -> str:
    """A folder that holds the program `uv` for an architecture. Raises LabError where there is none."""
    if architecture not in UV:
        raise LabError(f"there is no uv for {architecture}")
    path = wheel("uv", UV[architecture])
    folder = os.path.join(cache.folder(), "peers", os.path.basename(path).removesuffix(".whl"))

    def unpack(staged: str) -> None:
        with zipfile.ZipFile(path) as archive:
            member = next(name for name in archive.namelist() if name.endswith(".data/scripts/uv"))
            with open(os.path.join(staged, "uv"), "wb") as file:
                file.write(archive.read(member))
        os.chmod(os.path.join(staged, "uv"), 0o755)

    with cache.locked(f"peer-{os.path.basename(folder)}", alone=True):
        if not os.path.isdir(folder):
            cache.replace(folder, unpack)
    return folder


def pip() -> str:
    """A folder that holds the package `pip`."""
    path = wheel("pip", "any")
    folder = os.path.join(cache.folder(), "peers", os.path.basename(path).removesuffix(".whl"))

    def unpack(staged: str) -> None:
        with zipfile.ZipFile(path) as archive:
            archive.extractall(staged)  # noqa: S202 - zipfile keeps members inside
        compiled.ahead(staged, staged, inside="/opt/peers/pip")

    with cache.locked(f"peer-{os.path.basename(folder)}", alone=True):
        if not os.path.isdir(folder):
            cache.replace(folder, unpack)
    return folder


def ubuntu_keyring(dpkg_deb: str) -> str:
    """The path of Ubuntu's keyring, fetched on first need. Raises LabError."""
    folder = os.path.join(cache.folder(), "files")
    path = os.path.join(folder, "ubuntu-archive-keyring.gpg")
    if os.path.isfile(path):
        return path
    name, expected = _KEYS
    try:
        with urllib.request.urlopen(f"{UBUNTU}/{name}", timeout=60) as answer:  # noqa: S310 - a constant
            package = answer.read(1 << 20)
    except OSError as error:
        raise LabError(f"Ubuntu's keys cannot be fetched: {error}") from error
    if hashlib.sha256(package).hexdigest() != expected:
        raise LabError("Ubuntu's keys are not those that were expected")
    done = subprocess.run([dpkg_deb, "--fsys-tarfile", "/dev/stdin"], input=package, capture_output=True, check=True)
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        member = archive.extractfile(_KEYRING)
        keys = b"" if member is None else member.read()
    os.makedirs(folder, exist_ok=True)
    with open(f"{path}.{os.getpid()}", "wb") as file:
        file.write(keys)
    os.replace(f"{path}.{os.getpid()}", path)
    return path
