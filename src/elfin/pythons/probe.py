"""What `_probe.py` printed, and the executable's ELF header -> `Interpreter`; and to a cache file and back.

Refuses, as NoPython, what is not a Python's answer or an older Python than elfin serves.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from elfin.errors import NoPython
from elfin.formats.elf import Header
from elfin.host import arch
from elfin.host.model import Arch, Interpreter, Libc
from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any


_SYSTEMS = {"linux": "linux", "darwin": "macos", "win32": "windows", "android": "android"}


def record(executable: str, output: bytes) -> dict[str, Any]:
    """The probe's JSON object. Raises NoPython when the output is none, or comes from too old a Python."""
    lines = output.decode("utf-8", "replace").splitlines()
    try:
        # Wrappers and `sitecustomize` may print before it.
        found = json.loads(lines[-1])
        version = tuple(found["version_info"]) if found["elfin"] == 1 else ()
    except (IndexError, KeyError, TypeError, ValueError):
        version = ()
    if not version:
        raise NoPython(f"{executable} is not a Python: it does not answer as one")
    from elfin.pythons.request import OLDEST

    if version < OLDEST:
        from elfin.pythons.trouble import TOO_OLD

        raise NoPython(f"{executable} is Python {found['version']}, and {TOO_OLD} {'.'.join(map(str, OLDEST))}")
    return dict(found)


def interpreter(executable: str, answer: Mapping[str, Any], header: Header | None, libc: Libc | None) -> Interpreter:
    """The interpreter that starts as `executable`.

    `header` is of the real executable, None where it is no ELF file; `libc` that of its own loader.
    """
    system = _SYSTEMS.get(answer["sys_platform"], answer["sys_platform"])
    on_elf = system in ("linux", "android")
    os_version = answer["os_version"]
    return Interpreter(
        executable=executable,
        implementation=answer["implementation"],
        version=answer["version"],
        version_info=tuple(answer["version_info"]),
        free_threaded=answer["free_threaded"],
        debug=answer["debug"],
        arch=_arch(answer, header if on_elf else None),
        os=system,
        os_version=None if os_version is None else tuple(os_version),
        libc=libc if on_elf else None,
        static=on_elf and header is not None and header.interpreter is None,
        ext_suffix=answer["ext_suffix"],
        soabi=answer["soabi"],
        prefix=answer["prefix"],
        base_prefix=answer["base_prefix"],
        stdlib=answer["stdlib"],
        markers=answer["markers"],
        paths=answer["paths"],
        externally_managed=answer["externally_managed"],
        manylinux=answer["manylinux"],
    )


def _arch(answer: Mapping[str, Any], header: Header | None) -> Arch:
    machine = answer["platform"].rpartition("-")[2]
    if header is None:
        known = arch.named({"win32": "i686"}.get(machine, machine))
        # macOS: a universal2 build says so; the machine it runs as is the marker's.
        return arch.named(answer["markers"]["platform_machine"]) if machine == "universal2" else known
    known = arch.of(header, machine)
    loader = arch.float_abi_of_loader(header.interpreter)
    return known if known.float_abi or not arch.is_arm(known.name) else known._replace(float_abi=loader)


def to_json(known: Interpreter) -> dict[str, Any]:
    """A form that JSON can hold and `from_json` takes back."""
    return dict(known._asdict())


def from_json(fields: dict[str, Any]) -> Interpreter:
    """The interpreter of `to_json`. Raises KeyError, TypeError or ValueError for anything else."""
    libc, os_version = fields["libc"], fields["os_version"]
    family = None if libc is None else Libc(libc[0], None if libc[1] is None else tuple(libc[1]), libc[2], libc[3])
    known = {
        **fields,
        "version_info": tuple(fields["version_info"]),
        "arch": Arch(*fields["arch"]),
        "libc": family,
        "os_version": None if os_version is None else tuple(os_version),
    }
    return Interpreter(**known)
