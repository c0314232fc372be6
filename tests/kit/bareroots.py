"""Real roots without any Python, entered by chroot: Alpine out of its disk image, Debian out of its essential packages.

Nothing of a Debian root is configured: its packages are unpacked, which is enough for what a minimal image has.
Needs root. Every command has its own mount namespace, so nothing stays mounted.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from kit import alpine, debian

DEBIAN = (
    "base-files", "base-passwd", "bash", "coreutils", "dash", "debianutils", "diffutils", "dpkg", "findutils", "grep",
    "gzip", "hostname", "libacl1", "libattr1", "libbz2-1.0", "libc-bin", "libc6", "libcrypt1", "libgcc-s1", "libgmp10",
    "liblzma5", "libmd0", "libpcre2-8-0", "libselinux1", "libtinfo6", "perl-base", "sed", "tar", "util-linux", "zlib1g",
)  # fmt: skip
# Of what these link with, a name changed.
_OF_SUITE = {"bullseye": ("libpcre3",), "buster": ("libpcre3",)}
_ENTER = """
mount --make-rprivate / && mount -t proc proc "$1/proc" && mount --bind /dev "$1/dev"
root=$1; shift; cd / && exec chroot "$root" "$@"
"""


class Root:
    """A root file system in a folder."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        for name in ("proc", "dev", "tmp", "root"):
            (folder / name).mkdir(exist_ok=True)
        pythons = [path for place in ("usr/bin", "usr/local/bin", "bin", "opt/python/bin")
                   for path in (folder / place).glob("python*")]  # fmt: skip
        assert pythons == [], pythons

    def run(self, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a command inside; `more` are further environment variables. Output is text, nothing is checked."""
        variables = {"PATH": "/root/.local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/root", **more}
        inside = ["/usr/bin/env", "-i", *(f"{name}={value}" for name, value in variables.items()), *command]
        return subprocess.run(
            ["unshare", "--mount", "sh", "-c", _ENTER, "sh", str(self.root), *inside],
            capture_output=True, text=True, check=False, timeout=600,
            env={"PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"},
        )  # fmt: skip

    def bring(self, folder: Path, inside: str) -> None:
        """Put a copy of a folder into the root."""
        shutil.copytree(folder, self.root / inside.lstrip("/"))


def alpine_root(folder: Path, image: Path) -> Root:
    """Alpine, without the Python that the other tests put into it."""
    made = alpine.Alpine(folder, image)
    shutil.rmtree(made.root / "opt/python")
    return Root(made.root)


def debian_root(folder: Path, suite: str, machine: str = "amd64") -> Root:
    """A Debian of nothing but essential packages. Raises NoDebian."""
    root = debian.root(folder, suite, machine, (*DEBIAN, *_OF_SUITE.get(suite, ())))
    if not (root / "bin/sh").exists():
        (root / "bin/sh").symlink_to("dash")
    return Root(root)
