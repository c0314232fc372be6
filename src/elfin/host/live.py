"""Edge: the running machine. Asks the kernel and /proc; runs no child and needs neither /proc nor /dev to answer."""

from __future__ import annotations

import os
import sys

from elfin.errors import MalformedElf
from elfin.formats import elf
from elfin.host import arch, libc
from elfin.host.detect import Facts, detect
from elfin.host.disk import FolderRoot
from elfin.host.model import Host, Interpreter, Target

_PAGES = 16384
"""Bytes of /proc/cpuinfo that hold its first processor: the kernel makes the text while it is read."""


def facts() -> Facts:
    """What only the running machine can tell."""
    if sys.platform == "win32":
        return Facts("Windows", os.environ.get("PROCESSOR_ARCHITECTURE", "unknown"))
    name = os.uname()
    executable = sys.executable or None
    if name.sysname == "Darwin":
        return Facts("Darwin", name.machine, None, executable, _macos_release())
    cpuinfo = FolderRoot("/").some("/proc/cpuinfo", 0, _PAGES).decode("utf-8", "replace")
    return Facts("Linux", name.machine, cpuinfo or None, executable)


def host(*, native: str | None = None) -> Host:
    """This machine. `native` as in `detect`; raises UsageError for a bad one."""
    return detect(FolderRoot("/"), facts(), native=native)


def target(interpreter: Interpreter, *, native: str | None = None) -> Target:
    """This machine, narrowed to one of its interpreters."""
    return Target(host(native=native), interpreter)


def own_python(host: Host) -> Interpreter | None:
    """The Python that elfin itself runs on, by what it knows of itself and its ELF file; no child is asked.

    `markers` and `paths` are empty: they take longer to find out than all the rest. None where more has to be asked:
    in an environment, of another implementation or system, and of a Python with a `_manylinux` module.
    """
    import _imp

    if sys.platform != "linux" or sys.implementation.name != "cpython" or sys.prefix != sys.base_prefix:
        return None
    place, short, stdlib = FolderRoot("/"), "{}.{}".format(*sys.version_info), os.path.dirname(os.__file__)
    try:
        header = elf.read_header(lambda offset, size: place.some(sys.executable, offset, size))
    except MalformedElf:
        return None
    if _more_to_ask(stdlib, short):
        return None
    machine = arch.of(header, os.uname().machine)
    if arch.is_arm(machine.name) and machine.float_abi is None:
        machine = machine._replace(float_abi=arch.float_abi_of_loader(header.interpreter))
    known = next((one for one in host.libcs if one.loader == header.interpreter), None)
    suffix = _imp.extension_suffixes()[0]
    serial = (
        "" if sys.version_info[3] == "final" else f"{sys.version_info[3][0].replace('c', 'rc')}{sys.version_info[4]}"
    )
    return Interpreter(
        executable=sys.executable,
        implementation="cpython",
        version="{}.{}.{}".format(*sys.version_info) + serial,
        version_info=sys.version_info[:3],
        free_threaded="t" in sys.abiflags,
        debug=hasattr(sys, "gettotalrefcount"),
        arch=machine,
        os=host.os,
        os_version=host.os_version,
        libc=known or libc.of_program(place, header),
        static=header.interpreter is None,
        ext_suffix=suffix,
        soabi=suffix.split(".")[1] if suffix.count(".") == 2 else None,
        prefix=sys.prefix,
        base_prefix=sys.base_prefix,
        stdlib=stdlib,
        markers={},
        paths={},
        externally_managed=None,
    )


def _more_to_ask(stdlib: str, short: str) -> bool:
    """Whether this Python is an environment's (`python -S` does not say so itself), or there is a `_manylinux` module.

    Of the module (PEP 600), whether it lies where this Python or PYTHONPATH may find it.
    """
    folder = os.path.dirname(sys.executable)
    if any(os.path.exists(f"{one}/pyvenv.cfg") for one in (folder, os.path.dirname(folder))):
        return True
    named = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    debian = (f"/usr/local/lib/python{short}/dist-packages", "/usr/lib/python3/dist-packages")
    folders = (stdlib, f"{stdlib}/site-packages", f"{sys.prefix}/lib/python{short}/site-packages", *debian, *named)
    return any(os.path.exists(f"{folder}/_manylinux.py") for folder in dict.fromkeys(folders))


def _macos_release() -> tuple[int, ...] | None:
    import platform

    numbers = platform.mac_ver()[0].split(".")
    return tuple(int(number) for number in numbers[:2]) if numbers[0].isdigit() else None
