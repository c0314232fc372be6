"""Edge: the running machine. Asks the kernel and /proc; runs no child and needs neither /proc nor /dev to answer."""

from __future__ import annotations

import os
import sys

from elfin.host.detect import Facts, detect
from elfin.host.disk import FolderRoot
from elfin.host.model import Host, Interpreter, Target


def facts() -> Facts:
    """What only the running machine can tell."""
    if sys.platform == "win32":
        return Facts("Windows", os.environ.get("PROCESSOR_ARCHITECTURE", "unknown"))
    name = os.uname()
    executable = sys.executable or None
    if name.sysname == "Darwin":
        return Facts("Darwin", name.machine, None, executable, _macos_release())
    cpuinfo = FolderRoot("/").some("/proc/cpuinfo", 0, 65536).decode("utf-8", "replace")
    return Facts("Linux", name.machine, cpuinfo or None, executable)


def host(*, native: str | None = None) -> Host:
    """This machine. `native` as in `detect`; raises UsageError for a bad one."""
    return detect(FolderRoot("/"), facts(), native=native)


def target(interpreter: Interpreter, *, native: str | None = None) -> Target:
    """This machine, narrowed to one of its interpreters."""
    return Target(host(native=native), interpreter)


def _macos_release() -> tuple[int, ...] | None:
    import platform

    numbers = platform.mac_ver()[0].split(".")
    return tuple(int(number) for number in numbers[:2]) if numbers[0].isdigit() else None
