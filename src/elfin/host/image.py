"""An image's layout (a `Root` of blobs and JSON) -> the `Root` of what runs in it.

Reads OCI image layouts and `docker save` archives, old ones (manifest.json and layer.tar) and new ones (an OCI layout
with manifest.json beside it). Of several platforms one is chosen: the one asked for, else this machine's, else the only
one. Whatever is named by a digest, documents and layers, has to match it before it is believed. Refuses, with
UsageError, a platform that is not there or has to be said.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from elfin.errors import MalformedArchive, UsageError
from elfin.formats import compressed, oci, tar
from elfin.host import root
from elfin.host.layers import LayeredRoot, Source
from elfin.record import NamedTuple

_LARGEST_DOCUMENT = 8 << 20
_MOST_DOCUMENTS = 1000
_PIECE = 1 << 20


class ImageRoot(LayeredRoot):
    """The merged files of one image for one platform."""

    def __init__(self, platform: str | None, platforms: tuple[str, ...], name: str | None) -> None:
        super().__init__()
        self.platform = platform
        """"linux/arm64", None where the image does not say."""
        self.platforms = platforms
        """All that were there to choose from, in the image's order."""
        self.name = name
        """What the chosen one is called in the archive, None without a name."""

    @property
    def machine(self) -> str | None:
        """What the image's own description says it is made for, as `uname -m` would; None where it does not say."""
        return None if self.platform is None else oci.machine(self.platform)


class _Image(NamedTuple):
    """One that could be read: where its layers are in the layout."""

    platform: str | None
    name: str | None
    layers: tuple[tuple[str, str | None], ...]
    """(path, digest), the lowest first; no digest in what old versions of Docker saved."""


def read(layout: root.Root, asked: str | None, own: str | None) -> ImageRoot:
    """The files of the image in a layout.

    `asked` is the platform the user named, None if none; `own` that of this machine.
    Raises MalformedArchive, UnsafeArchive, UsageError, and PlaceError where zstd is wanting.
    """
    images = _images(layout)
    chosen = _choose(images, None if asked is None else oci.normal(asked), own)
    made = ImageRoot(chosen.platform, _platforms(images), chosen.name)
    for path, digest in chosen.layers:
        plain = compressed.plain(_layer(layout, path, digest))
        made.add(tar.members(plain), plain)
    return made


def _images(layout: root.Root) -> list[_Image]:
    if root.file(layout, "/index.json") is not None:
        found = _from_index(layout)
        if not found:
            raise MalformedArchive("the image layout holds no image")
    elif root.file(layout, "/manifest.json") is not None:
        found = [_from_saved(layout, row) for row in oci.saved(_document(layout, "/manifest.json"))]
        if not found:
            raise MalformedArchive("the archive holds no image")
    else:
        raise MalformedArchive("this is neither an OCI image layout nor what `docker save` writes")
    return found


def _from_index(layout: root.Root) -> list[_Image]:
    """Every image that an index leads to, indexes within it followed; one whose manifest is not there is left out."""
    pending = [(row, 0) for row in oci.index(_document(layout, "/index.json"))][::-1]
    found: list[_Image] = []
    seen = 0
    while pending:
        row, depth = pending.pop()
        seen += 1
        if seen > _MOST_DOCUMENTS or depth > 4:
            raise MalformedArchive("the image's index has no end")
        if root.file(layout, oci.blob(row.digest)) is None:
            continue  # an archive of one platform keeps the index of all
        data = _verified(layout, row.digest)
        if oci.is_index(data):
            below = [(one._replace(name=one.name or row.name), depth + 1) for one in oci.index(data)]
            pending += below[::-1]
            continue
        manifest = oci.manifest(data)
        platform = row.platform
        if root.file(layout, oci.blob(manifest.config)) is not None:
            platform = oci.configured_platform(_verified(layout, manifest.config)) or platform
        if platform is not None or row.platform is not None or len(manifest.layers) > 0:
            found.append(_Image(platform, row.name, tuple((oci.blob(one), one) for one in manifest.layers)))
    return found


def _from_saved(layout: root.Root, row: oci.Saved) -> _Image:
    paths = tuple((posixpath.join("/", layer), None) for layer in row.layers)
    platform = oci.configured_platform(_document(layout, posixpath.join("/", row.config)))
    return _Image(platform, next(iter(row.names), None), paths)


def _choose(images: list[_Image], asked: str | None, own: str | None) -> _Image:
    names = ", ".join(_platforms(images)) or "no platform that it names"
    if asked is not None:
        for image in images:
            if image.platform is not None and oci.answers(asked, image.platform):
                return image
        raise UsageError(f"the image is not for {asked}", hints=(f"it is for {names}",))
    for image in images:
        if own is not None and image.platform is not None and oci.answers(own, image.platform):
            return image
    if len({image.platform for image in images}) == 1:
        return images[0]
    first = _platforms(images)[0]
    raise UsageError(
        f"the image is for {names}, and none of them is this machine's", hints=(f"say which, as in image:FILE@{first}",)
    )


def _platforms(images: list[_Image]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(image.platform for image in images if image.platform is not None))


def _document(layout: root.Root, path: str) -> bytes:
    found = root.file(layout, path)
    if found is None:
        raise MalformedArchive(f"the image lacks {path.lstrip('/')}")
    data = layout.some(found, 0, _LARGEST_DOCUMENT + 1)
    if len(data) > _LARGEST_DOCUMENT:
        raise MalformedArchive(f"the image has an impossibly large {path.lstrip('/')}")
    return data


def _verified(layout: root.Root, digest: str) -> bytes:
    data = _document(layout, oci.blob(digest))
    if not oci.is_intact([data], digest):
        raise MalformedArchive(f"a part of the image is not what its digest says: {digest}")
    return data


def _layer(layout: root.Root, path: str, digest: str | None) -> Source:
    source = root.reader(layout, path)
    if source is None:
        raise MalformedArchive(f"the image lacks its layer {path.lstrip('/')}")
    if digest is not None and not oci.is_intact(_pieces(source), digest):
        raise MalformedArchive(f"a layer of the image is not what its digest says: {digest}")
    return source


def _pieces(source: Source) -> Iterator[bytes]:
    offset = 0
    while piece := source(offset, _PIECE):
        yield piece
        offset += len(piece)
