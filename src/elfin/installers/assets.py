"""Lists of a release's files, as others keep them -> names and checksums; which names are files to install.

Lines as sha256sum, BSD's sha256 and openssl write them (`HEX  NAME`, `HEX *NAME`, `SHA256 (NAME) = HEX`,
`SHA2-256(NAME)= HEX`), and names alone; a byte order mark and a line's repetition mean nothing. Refuses, with
MalformedRelease, any other line, and a name that is a path.
"""

from __future__ import annotations

import re

from elfin.errors import MalformedRelease
from elfin.installers import target as targets
from elfin.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final

_LINE = r"(?:(?P<hash>[0-9a-fA-F]{64})(?:  ?| \*|\t+))?(?:\./)?(?P<name>[^\s/\\*][^\s/\\]*)"
_BSD = r"SHA(?:2-)?256 ?\((?:\./)?(?P<name>[^\s/\\()]+)\) ?= (?P<hash>[0-9a-fA-F]{64})"

NOT_ARTIFACTS: Final = (
    *(".sha256", ".sha256sum", ".sha512", ".md5", ".sum", ".sig", ".asc", ".minisig", ".pem", ".crt", ".sigstore"),
    *(".json", ".txt", ".md", ".html", ".yml", ".yaml", ".toml", ".sh", ".ps1", ".bat", ".rb", ".whl", ".intoto.jsonl"),
    *(".deb", ".rpm", ".apk", ".msi", ".pkg", ".dmg", ".appimage", ".flatpak", ".snap", ".msix", ".vsix", ".nupkg"),
    *(".pdb", ".debug", ".dwp", ".spdx", ".sbom", ".tar.bz2", ".tbz", ".7z", ".rar", ".patch", ".diff"),
)
"""How names end of what is no archive and no program, or of a kind that other installers take."""
_PACKED_FILES: Final = (".gz", ".xz", ".zst", ".bz2", ".br", ".lz4", ".z")
"""How names of single files end that are packed: no archive, and no program before they are unpacked."""
_NAMES_OF_NONE = ("sha256sums", "sha256sum", "checksums", "sha512sums", "license", "licence", "changelog", "readme")


class Asset(NamedTuple):
    """One line."""

    name: str
    sha256: str | None


def parse(text: str) -> tuple[Asset, ...]:
    """The files of a list, in its order. Raises MalformedRelease."""
    found: list[Asset] = []
    for number, line in enumerate(map(str.strip, text.removeprefix("\ufeff").splitlines()), 1):
        if not line or line.startswith("#"):
            continue
        match = re.fullmatch(_BSD, line) or re.fullmatch(_LINE, line)
        if match is None:
            raise MalformedRelease(
                f"line {number} of the list is neither a file name nor a checksum and a file name: {line[:80]!a}"
            )
        digest = match["hash"]
        found.append(Asset(match["name"], digest.lower() if digest else None))
    return tuple(dict.fromkeys(found))


def is_artifact(name: str) -> bool:
    """Whether a name may be that of an archive or a bare program."""
    lower = name.lower()
    if lower.startswith(".") or lower.endswith(NOT_ARTIFACTS) or lower in _NAMES_OF_NONE or is_packed(name):
        return False
    return not re.fullmatch(r"(?:.*[-_.])?(?:source|src|sources|vendored?)", targets.stem_of(lower))


def is_packed(name: str) -> bool:
    """Whether it is the name of one packed file: "hello-linux-x64.gz"."""
    return targets.format_of(name) == "binary" and name.lower().endswith(_PACKED_FILES)


def name_and_version(names: tuple[str, ...]) -> tuple[str | None, str | None]:
    """(app, version) that all the names of a release's files begin with, None for what they do not agree on."""
    parts = [_taken_apart(targets.before_target(name)) for name in names]
    apps = {app for app, _ in parts}
    versions = {version for _, version in parts}
    return (
        apps.pop() if len(apps) == 1 else None,
        versions.pop() if len(versions) == 1 else None,
    )


def of_other_apps(names: Sequence[str], app: str) -> tuple[str, ...]:
    """The names that begin with another app's name, where some begin with this one's: else it is a name of the user's
    own for all of them."""
    wanted = _alike(app)
    apps = {name: _taken_apart(targets.before_target(name))[0] for name in names}
    if wanted not in map(_alike, apps.values()):
        return ()
    return tuple(name for name, other in apps.items() if other is not None and _alike(other) != wanted)


def _alike(app: str | None) -> str:
    return (app or "").lower().replace("_", "-")


def numbers(version: str) -> str | None:
    """What tells a version from another one, "1.1-rc1" of "v1.1.0-rc.1-portable"; None for a text without numbers."""
    match = re.match(r"v?(\d+(?:\.\d+)*)(?:[-._]?(alpha|beta|preview|pre|post|rc|dev|a|b|c)[-._]?(\d*)(?![a-z]))?",
                     version.lower(), re.ASCII)  # fmt: skip
    if match is None:
        return None
    plain = re.sub(r"(?:\.0+)+$", "", match[1])
    return f"{plain}-{match[2]}{match[3]}" if match[2] else plain


def said_version(filename: str, top: str, app: str) -> str | None:
    """The version that a file's name carries, else its top folder where that is named for the app."""
    _, version = _taken_apart(targets.before_target(filename))
    if version is None:
        name, inside = _taken_apart(targets.before_target(top))
        version = inside if name is not None and name.lower() == app.lower() else None
    return version


def _taken_apart(stem: str) -> tuple[str | None, str | None]:
    match = re.fullmatch(r"(.+?)[-_]v?(\d+(?:\.\d+)+(?:[-+.]?[A-Za-z0-9]+)*)", stem, re.ASCII)
    if match is None:
        return stem or None, None
    return match[1], match[2]


def member(pattern: str, filename: str, program: str) -> str:
    """Where a program lies in an archive that nobody has seen.

    `pattern`: "{stem}/{program}", whose words are filled in; "" is cargo-dist's custom: a tar archive has a folder of
    its own name, a zip archive has none.
    """
    if not pattern:
        pattern = "{program}" if targets.format_of(filename) == "zip" else "{stem}/{program}"
    return pattern.replace("{stem}", targets.stem_of(filename)).replace("{program}", program)
