"""Edge: `image:FILE`, an OCI image layout (a folder or a tar archive) or what `docker save` wrote, as a `Root`.

Reads only; nothing is unpacked to the disk. The archive itself may be compressed with gzip or zstd.
"""

from __future__ import annotations

import os

from elfin.errors import MalformedArchive, PlaceError
from elfin.formats import compressed, oci, tar
from elfin.host import image
from elfin.host.disk import FolderRoot
from elfin.host.image import ImageRoot
from elfin.host.layers import LayeredRoot
from elfin.host.root import Root

_SYSTEMS = {"Darwin": "linux"}  # what containers run there


def image_root(path: str, platform: str | None = None) -> ImageRoot:
    """The files of the image at `path`.

    `platform` ("linux/arm64") chooses among several; None takes this machine's, else the only one. Raises PlaceError
    (no such file, no zstd here), UsageError (platform), MalformedArchive and UnsafeArchive.
    """
    return image.read(_layout(path), platform, _own())


def _layout(path: str) -> Root:
    if os.path.isdir(path):
        return FolderRoot(path)
    if not os.path.isfile(path):
        raise PlaceError(f"there is no image at {path}")
    disk, full = FolderRoot("/"), os.path.realpath(path)
    if not os.access(full, os.R_OK):
        raise PlaceError(f"{path} cannot be read: permission denied")
    plain = compressed.plain(lambda offset, size: disk.some(full, offset, size))
    if not tar.looks_like_tar(plain):
        raise MalformedArchive(f"{path} is no tar archive")
    files = LayeredRoot()
    files.add(tar.members(plain), plain)
    return files


def _own() -> str | None:
    """This machine's platform as images spell it."""
    name = os.uname()
    machine = name.machine.lower()
    arm = {"armv5tel": "v5", "armv6l": "v6", "armv7l": "v7", "armv8l": "v7"}
    if machine in arm:
        return oci.platform("linux", "arm", arm[machine])
    goarch = {"i686": "386", "i586": "386", "mips64el": "mips64le", "mipsel": "mipsle"}
    return oci.platform(_SYSTEMS.get(name.sysname, name.sysname), goarch.get(machine, machine))
