"""Layers as dictionaries -> images in every form there is: OCI layout folders and tars, `docker save` old and new."""

from __future__ import annotations

import gzip
import hashlib
import importlib
import io
import json
import os
import tarfile
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType

import pytest

from kit.roots import Link


class Hard(str):
    """Target of a hard link."""

    __slots__ = ()


Layer = Mapping[str, bytes | str | None]
"""{name: content}; `Link` and `Hard` are links, other text is a file's, None is a folder."""


def layer(files: Layer, *, kind: int = tarfile.PAX_FORMAT) -> bytes:
    """The tar archive of a layer."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=kind) as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            if content is None:
                entry.type = tarfile.DIRTYPE
            elif isinstance(content, Link | Hard):
                entry.type = tarfile.SYMTYPE if isinstance(content, Link) else tarfile.LNKTYPE
                entry.linkname = str(content)
            else:
                data = content.encode() if isinstance(content, str) else content
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))
                continue
            archive.addfile(entry)
    return out.getvalue()


def zstd_module() -> ModuleType:
    """Python 3.14's zstd module or the same for older ones; skips the test where there is none."""
    for name in ("compression.zstd", "backports.zstd"):
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    pytest.skip("no zstd module here")


def zstd() -> Callable[[bytes], bytes]:
    """Its one-shot compression."""
    return zstd_module().compress  # type: ignore[no-any-return]


def digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


Compress = Callable[[bytes], bytes]


def layout(
    images: Mapping[str, Sequence[Layer]], *, compress: Compress = gzip.compress, nested: bool = False
) -> dict[str, bytes]:
    """{platform: layers} -> the files of an OCI image layout."""
    files: dict[str, bytes] = {"oci-layout": _json({"imageLayoutVersion": "1.0.0"})}

    def blob(data: bytes) -> str:
        files["blobs/" + digest(data).replace(":", "/")] = data
        return digest(data)

    rows = []
    for platform, layers in images.items():
        system, architecture, *variant = platform.split("/")
        told = {"os": system, "architecture": architecture, **({"variant": variant[0]} if variant else {})}
        manifest = {
            "schemaVersion": 2,
            "config": {"digest": blob(_json({**told, "rootfs": {}})), "mediaType": "c", "size": 1},
            "layers": [{"digest": blob(compress(layer(one))), "mediaType": "l", "size": 1} for one in layers],
        }
        rows.append({"digest": blob(_json(manifest)), "mediaType": "m", "size": 1, "platform": told})
    if nested:
        rows = [{"digest": blob(_json({"manifests": rows})), "mediaType": "i", "size": 1}]
    files["index.json"] = _json({"schemaVersion": 2, "manifests": rows})
    return files


def saved(platform: str, layers: Sequence[Layer]) -> bytes:
    """What `docker save` wrote before version 25: uncompressed layers, one of them twice as a link."""
    system, architecture = platform.split("/")[:2]
    files: dict[str, bytes | str | None] = {"c.json": _json({"os": system, "architecture": architecture})}
    paths = []
    for number, one in enumerate(layers):
        files[f"{number}/"] = None
        files[f"real{number}.tar"] = layer(one)
        files[f"{number}/layer.tar"] = Link(f"../real{number}.tar")
        paths.append(f"{number}/layer.tar")
    files["manifest.json"] = _json([{"Config": "c.json", "RepoTags": ["a:1"], "Layers": paths}])
    return layer(files)


def write(folder: str, files: Mapping[str, bytes]) -> str:
    """Put an image layout's files into a folder."""
    for name, data in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)
    return folder
