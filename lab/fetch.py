"""Files from the package index, through elfin's own client: chosen by name, checked against the index's hashes."""

from __future__ import annotations

import os
import re
import zipfile

from lab import cache
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


def wheel(project: str, pattern: str) -> str:
    """The path of the newest final version's wheel whose platform tags match `pattern`, fetched on first need.

    Raises LabError where the index has none.
    """
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
                    staged = f"{path}.{os.getpid()}"
                    index.download(file, staged)
                    os.rename(staged, path)
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

    if not os.path.isdir(folder):
        cache.replace(folder, unpack)
    return folder


def pip() -> str:
    """A folder that holds the package `pip`."""
    path = wheel("pip", "any")
    folder = os.path.join(cache.folder(), "peers", os.path.basename(path).removesuffix(".whl"))

    def unpack(staged: str) -> None:
        with zipfile.ZipFile(path) as archive:
            archive.extractall(staged)

    if not os.path.isdir(folder):
        cache.replace(folder, unpack)
    return folder
