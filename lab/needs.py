"""What the lab needs of the machine it runs on, and the one message that says what is missing."""

from __future__ import annotations

import os
import shutil

from lab.failure import LabError
from lab.places import EMULATORS, Place, emulated

SEARCH = os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin"
"""System programs are looked for where a user's PATH may not lead."""

_PACKAGES = {
    "debugfs": "e2fsprogs",
    "unshare": "util-linux",
    "setpriv": "util-linux",
    "mount": "mount",
    "chroot": "coreutils",
    "mmdebstrap": "mmdebstrap",
    "arch-test": "arch-test",
    "dpkg-deb": "dpkg",
    "cp": "coreutils",
}
_BINFMT = "/usr/lib/binfmt.d/qemu-{}.conf"


def program(name: str) -> str:
    """The path of a program. Raises LabError with the package to install."""
    found = shutil.which(name, path=SEARCH)
    if found is None:
        raise LabError(f"{name} is not installed", f"apt-get install {_PACKAGES.get(name, name)}")
    return found


def check_root() -> None:
    """Raise LabError for anybody but root."""
    if os.geteuid() != 0:
        raise LabError("the lab enters and makes root file systems, which needs root", "sudo lab/lab ...")


def check(place: Place, *, to_make: bool) -> None:
    """Raise LabError when the place cannot be entered (or made) here."""
    check_root()
    foreign = emulated(place, os.uname().machine)
    names = ["unshare", "mount", "chroot"]
    if to_make:
        names += [
            "cp",
            "setpriv",
            *{"image": ["debugfs"], "debian": ["mmdebstrap"], "ubuntu": ["mmdebstrap", "dpkg-deb"]}.get(place.made, []),
        ]
        if place.made == "debian" and not foreign and place.architecture != os.uname().machine:
            names += ["arch-test"]  # how mmdebstrap sees that the packages' scripts would run
    missing = [name for name in names if shutil.which(name, path=SEARCH) is None]
    packages = [_PACKAGES[name] for name in missing]
    if foreign and not os.path.exists(_BINFMT.format(EMULATORS[place.architecture])):
        missing.append(f"QEMU for {place.architecture}")
        packages.append("qemu-user-static")
    if missing:
        hint = f"apt-get install {' '.join(dict.fromkeys(packages))}"
        raise LabError(f"the place {place.name} needs {', '.join(missing)}", hint)


def binfmt(place: Place) -> str | None:
    """The binfmt_misc line that makes the place's programs run here, None where none is needed."""
    if not emulated(place, os.uname().machine):
        return None
    with open(_BINFMT.format(EMULATORS[place.architecture]), encoding="utf-8") as file:
        return file.read().strip()
