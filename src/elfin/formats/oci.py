"""The JSON of images: OCI index, manifest and configuration (OCI image spec 1.1), and `docker save`'s manifest.json.

Refuses, with MalformedArchive, what is no such document, digests that are none, and encrypted layers. Platforms are
spelt as images spell them, `linux/arm64` or `linux/arm/v7`; `machine` gives the name that Linux has for one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from elfin.errors import MalformedArchive
from elfin.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Any


class Descriptor(NamedTuple):
    """What an index or a manifest points to."""

    digest: str
    """"sha256:" and 64 hexadecimal digits, or "sha512:" and 128."""
    media_type: str
    platform: str | None
    """"linux/arm64"; None where the index does not say."""
    name: str | None
    """The reference it is stored under: a tag, or a whole image name."""


class Manifest(NamedTuple):
    """One image for one platform."""

    config: str
    """Digest of its configuration."""
    layers: tuple[str, ...]
    """Digests, the lowest first."""


class Saved(NamedTuple):
    """One row of `docker save`'s manifest.json: paths within the archive."""

    config: str
    layers: tuple[str, ...]
    names: tuple[str, ...]


_ARCHITECTURES = {"x86_64": "amd64", "x86-64": "amd64", "aarch64": "arm64", "i386": "386", "loongarch64": "loong64"}
_MACHINES = {
    "amd64": "x86_64",
    "386": "i686",
    "arm64": "aarch64",
    "arm64be": "aarch64_be",
    "arm/v5": "armv5tel",
    "arm/v6": "armv6l",
    "arm/v7": "armv7l",
    "arm/v8": "armv8l",
    "arm": "armv7l",
    "loong64": "loongarch64",
    "mips64le": "mips64el",
    "mipsle": "mipsel",
}
"""GOARCH to `uname -m`, where the two differ."""


def platform(system: str, architecture: str, variant: str = "") -> str:
    """ "linux/arm64"; arm64's only variant, v8, and amd64's first are left out, as containerd does."""
    architecture, variant = architecture.lower(), variant.lower()
    architecture = _ARCHITECTURES.get(architecture, architecture)
    if (architecture, variant) in (("arm64", "v8"), ("arm64", "8"), ("amd64", "v1")):
        variant = ""
    if architecture == "arm" and variant.isdigit():
        variant = f"v{variant}"
    return "/".join(filter(None, (system.lower(), architecture, variant)))


def normal(text: str) -> str:
    """A platform as a user wrote it ("linux/aarch64", "arm64/v8") in the one spelling."""
    parts = text.strip().lower().split("/")
    if parts[0] not in ("linux", "windows", "darwin", "freebsd", "android"):
        parts.insert(0, "linux")
    return platform(parts[0], *parts[1:3]) if len(parts) > 1 else parts[0]


def machine(name: str) -> str | None:
    """What Linux calls the machine of a platform; None for a platform that names none."""
    _, _, architecture = name.partition("/")
    if not architecture:
        return None
    return (
        _MACHINES.get(architecture) or _MACHINES.get(architecture.partition("/")[0]) or architecture.partition("/")[0]
    )


def answers(asked: str, has: str) -> bool:
    """Whether an image for platform `has` is meant by `asked`: an ARM variant that was not asked for may be any."""
    return has == asked or has.startswith(asked + "/")


def index(data: bytes) -> tuple[Descriptor, ...]:
    """The manifests (or further indexes) an index lists, attestations left out."""
    found = []
    for row in _list(_object(data, "image index"), "manifests"):
        annotations = row.get("annotations") or {}
        annotations = annotations if isinstance(annotations, dict) else {}
        if annotations.get("vnd.docker.reference.type") == "attestation-manifest":
            continue
        name = annotations.get("io.containerd.image.name") or annotations.get("org.opencontainers.image.ref.name")
        found.append(
            Descriptor(digest(row), str(row.get("mediaType", "")), _platform_of(row.get("platform")), _text(name))
        )
    return tuple(found)


def is_index(data: bytes) -> bool:
    """Whether a document is an index rather than a manifest."""
    return "manifests" in _object(data, "image manifest")


def manifest(data: bytes) -> Manifest:
    """The parts of one image."""
    document = _object(data, "image manifest")
    config = document.get("config")
    if not isinstance(config, dict):
        raise MalformedArchive("the image manifest names no configuration")
    layers = _list(document, "layers")
    if any("+encrypted" in str(layer.get("mediaType")) for layer in layers):
        raise MalformedArchive("the image has encrypted layers")
    return Manifest(digest(config), tuple(map(digest, layers)))


def configured_platform(data: bytes) -> str | None:
    """What an image's configuration says it runs on; None where it does not say."""
    return _platform_of(_object(data, "image configuration"))


def saved(data: bytes) -> tuple[Saved, ...]:
    """The images of a `docker save` archive."""
    try:
        rows = json.loads(data)
        return tuple(
            Saved(_path(row["Config"]), tuple(map(_path, row["Layers"])), tuple(map(str, row.get("RepoTags") or ())))
            for row in rows
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise MalformedArchive("manifest.json is not the one of `docker save`") from error


def digest(row: dict[str, Any]) -> str:
    """The digest of a descriptor. Raises MalformedArchive for anything that could be another path."""
    text = row.get("digest")
    algorithm, _, digits = text.partition(":") if isinstance(text, str) else ("", "", "")
    if {"sha256": 64, "sha512": 128}.get(algorithm) != len(digits) or digits.strip("0123456789abcdef"):
        raise MalformedArchive("the image names a part by something that is no digest")
    return f"{algorithm}:{digits}"


def blob(digest: str) -> str:
    """Where an image layout keeps the part of that digest."""
    return "/blobs/" + digest.replace(":", "/")


def is_intact(pieces: Iterable[bytes], digest: str) -> bool:
    """Whether these, one after another, are the bytes that a digest promises."""
    import hashlib

    algorithm, _, digits = digest.partition(":")
    found = hashlib.new(algorithm)
    for piece in pieces:
        found.update(piece)
    return found.hexdigest() == digits


def _platform_of(row: object) -> str | None:
    if not isinstance(row, dict):
        return None
    system, architecture, variant = (row.get(key) or "" for key in ("os", "architecture", "variant"))
    if not (isinstance(system, str) and isinstance(architecture, str) and isinstance(variant, str)):
        raise MalformedArchive("the image has a platform that is no text")
    if not system or not architecture or "unknown" in (system, architecture):
        return None
    return platform(system, architecture, variant)


def _object(data: bytes, what: str) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise MalformedArchive(f"the {what} is not JSON") from error
    if not isinstance(found, dict):
        raise MalformedArchive(f"the {what} is no JSON object")
    return found


def _list(document: dict[str, Any], key: str) -> list[dict[str, Any]]:
    rows = document.get(key)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise MalformedArchive(f"the image has no list of {key}")
    return rows


def _path(text: object) -> str:
    if not isinstance(text, str) or not text:
        raise TypeError("no path")
    return text


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
