"""Lists of a release's files, as others keep them -> names and checksums; which names are files to install.

Lines as sha256sum and BSD's sha256 write them (`HEX  NAME`, `HEX *NAME`, `SHA256 (NAME) = HEX`), and names alone.
Refuses, with MalformedRelease, any other line, and a name that is a path.
"""

from __future__ import annotations

import re

from elfin.errors import MalformedRelease
from elfin.installers import target as targets
from elfin.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Final

_LINE = r"(?:(?P<hash>[0-9a-fA-F]{64})(?:  ?| \*|\t+))?(?:\./)?(?P<name>[^\s/\\*][^\s/\\]*)"
_BSD = r"SHA256 \((?:\./)?(?P<name>[^\s/\\()]+)\) = (?P<hash>[0-9a-fA-F]{64})"

NOT_ARTIFACTS: Final = (
    *(".sha256", ".sha256sum", ".sha512", ".md5", ".sum", ".sig", ".asc", ".minisig", ".pem", ".crt", ".sigstore"),
    *(".json", ".txt", ".md", ".html", ".yml", ".yaml", ".toml", ".sh", ".ps1", ".bat", ".rb", ".whl", ".intoto.jsonl"),
    *(".deb", ".rpm", ".apk", ".msi", ".pkg", ".dmg", ".appimage", ".flatpak", ".snap", ".msix", ".vsix", ".nupkg"),
    *(".pdb", ".debug", ".dwp", ".spdx", ".sbom", ".tar.bz2", ".tbz", ".7z", ".rar", ".patch", ".diff"),
)
"""How names end of what is no archive and no program, or of a kind that other installers take."""
_NAMES_OF_NONE = ("sha256sums", "sha256sum", "checksums", "sha512sums", "license", "licence", "changelog", "readme")


class Asset(NamedTuple):
    """One line."""

    name: str
    sha256: str | None


def parse(text: str) -> tuple[Asset, ...]:
    """The files of a list, in its order. Raises MalformedRelease."""
    found: list[Asset] = []
    for number, line in enumerate(map(str.strip, text.splitlines()), 1):
        if not line or line.startswith("#"):
            continue
        match = re.fullmatch(_BSD, line) or re.fullmatch(_LINE, line)
        if match is None:
            raise MalformedRelease(
                f"line {number} of the list is neither a file name nor a checksum and a file name: {line[:80]!a}"
            )
        digest = match["hash"]
        found.append(Asset(match["name"], digest.lower() if digest else None))
    return tuple(found)


def is_artifact(name: str) -> bool:
    """Whether a name may be that of an archive or a bare program."""
    lower = name.lower()
    if lower.startswith(".") or lower.endswith(NOT_ARTIFACTS) or lower in _NAMES_OF_NONE:
        return False
    return not re.fullmatch(r"(?:.*[-_.])?(?:source|src|sources|vendored?)", targets.stem_of(lower))


def name_and_version(names: tuple[str, ...]) -> tuple[str | None, str | None]:
    """(app, version) that all the names of a release's files begin with, None for what they do not agree on."""
    parts = [_taken_apart(targets.before_target(name)) for name in names]
    apps = {app for app, _ in parts}
    versions = {version for _, version in parts}
    return (
        apps.pop() if len(apps) == 1 else None,
        versions.pop() if len(versions) == 1 else None,
    )


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
