"""Real Debian root file systems for any architecture, unpacked from a handful of packages; nothing of them is run.

The packages come through apt, with folders of its own, from the mirror this machine's apt has for Debian, and are kept
in the user's cache. Needs apt, a network and a Debian keyring.
"""

from __future__ import annotations

import io
import lzma
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

from kit.images import zstd_module

PACKAGES = ("base-files", "coreutils", "dash", "libc6")
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
_PATIENCE = 300


class NoDebian(Exception):
    """Why a root cannot be had here."""


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "elfin-tests" / "debian"


def _apt(folder: Path, *words: str, architecture: str | None = None) -> str:
    options = []
    if architecture is not None:
        (folder / "etc").mkdir(parents=True, exist_ok=True)
        for name in ("state/lists/partial", "cache/archives/partial", "debs"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "status").touch()
        settings = {
            "APT::Architecture": architecture, "APT::Architectures": architecture, "Dir::State": folder / "state",
            "Dir::State::status": folder / "status", "Dir::Cache": folder / "cache", "APT::Sandbox::User": "root",
            "Dir::Etc::sourcelist": folder / "etc/sources.list", "Dir::Etc::sourceparts": "-",
            "Acquire::Languages": "none", "APT::Get::List-Cleanup": "false", "Acquire::Retries": "1",
        }  # fmt: skip
        options = [f"-o{name}={value}" for name, value in settings.items()]
    done = subprocess.run(
        ["apt-get", *options, *words], cwd=folder / "debs" if options else None, capture_output=True, text=True,
        check=False, timeout=_PATIENCE,
    )  # fmt: skip
    if done.returncode != 0:
        raise NoDebian(f"apt-get {words[0]} failed: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
    return done.stdout


def _mirror() -> str:
    if not shutil.which("apt-get") or not Path(KEYRING).is_file():
        raise NoDebian("there is no apt with a Debian keyring")
    told = _apt(Path("/"), "indextargets", "--format", "$(ORIGIN) $(REPO_URI)", "Created-By: Packages")
    mirrors = [row.split()[-1] for row in told.splitlines() if "security" not in row]
    own = [uri for uri in mirrors if uri.rstrip("/").endswith("/debian")]
    if not own:
        raise NoDebian("apt knows no Debian mirror")
    return own[0]


def packages(suite: str, architecture: str, names: tuple[str, ...] = PACKAGES) -> list[Path]:
    """The .deb files of these packages, fetched once. Raises NoDebian."""
    folder = _cache() / f"{suite}-{architecture}"
    found = {path.name.split("_")[0]: path for path in (folder / "debs").glob("*.deb")}
    missing = [name for name in names if name not in found]
    if missing:
        folder.mkdir(parents=True, exist_ok=True)
        source = f"deb [signed-by={KEYRING}] {_mirror()} {suite} main\n"
        (folder / "etc").mkdir(exist_ok=True)
        (folder / "etc/sources.list").write_text(source)
        try:
            _apt(folder, "update", "-qq", "--error-on=any", architecture=architecture)
            _apt(folder, "download", "-qq", *missing, architecture=architecture)
        except subprocess.TimeoutExpired as error:
            raise NoDebian("apt gave no answer in time") from error
        finally:
            for name in ("state", "cache"):
                shutil.rmtree(folder / name, ignore_errors=True)
        found = {path.name.split("_")[0]: path for path in (folder / "debs").glob("*.deb")}
    return [found[name] for name in names]


def _members(package: bytes) -> Iterator[tuple[str, bytes]]:
    """The files of an `ar` archive (deb(5))."""
    assert package[:8] == b"!<arch>\n"
    at = 8
    while at + 60 <= len(package):
        name, size = package[at : at + 16].decode().strip().rstrip("/"), int(package[at + 48 : at + 58])
        yield name, package[at + 60 : at + 60 + size]
        at += 60 + size + size % 2


def unpack(package: Path, root: Path) -> None:
    """Put a package's files below `root`; none of its scripts is run."""
    for name, data in _members(package.read_bytes()):
        if not name.startswith("data.tar"):
            continue
        plain = lzma.decompress(data) if name.endswith(".xz") else zstd_module().decompress(data)
        with tarfile.open(fileobj=io.BytesIO(plain)) as archive:
            archive.extractall(root, filter="fully_trusted")


def root(folder: Path, suite: str, architecture: str, names: tuple[str, ...] = PACKAGES) -> Path:
    """A root file system of these packages in `folder`. Raises NoDebian."""
    folder.mkdir(parents=True, exist_ok=True)
    for package in packages(suite, architecture, names):
        unpack(package, folder)
    return folder
