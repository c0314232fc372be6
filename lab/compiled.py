"""Python modules compiled ahead, for places that see them read-only: under QEMU it took most of the time.

Compiled modules are the same on every architecture, so Pythons that start on this machine compile for all of them. What
none of them is the right version for is compiled where it is run: nothing hangs on this but time.
"""

from __future__ import annotations

import os
import subprocess
import sys

from lab import make
from lab.failure import LabError


def ahead(top: str, folder: str, *, inside: str) -> None:
    """Compile all modules below `folder`; tracebacks name them as if `top` were at `inside`."""
    for python in _pythons():
        subprocess.run(
            [python, "-I", "-S", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash",
             "-s", top, "-p", inside, folder],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
        )  # fmt: skip


def _pythons() -> list[str]:
    """The Pythons of this machine that start, one of a version."""
    found = [sys.executable]
    if os.uname().machine == "x86_64":
        try:
            found.append(os.path.join(make.build("x86_64-static"), "all/bin/python3"))
        except LabError:
            pass
    return found
