"""The text of a virtual environment's own files: `pyvenv.cfg` (PEP 405, and the keys virtualenv and uv add).

Pure; `disk_venv` writes what this returns, and `disk_find` reads it back.
"""

from __future__ import annotations

import posixpath

from elfin.formats import pyvenvcfg
from elfin.host.model import Interpreter

GITIGNORE = "*\n"
"""An environment is never part of somebody's repository; CPython 3.13 and uv write the same."""


def configuration(
    interpreter: Interpreter,
    *,
    executable: str,
    prompt: str,
    system_site_packages: bool,
    made_by: str,
) -> str:
    """The text of pyvenv.cfg.

    `executable` is the base interpreter's path without links; `home`, from which CPython finds its standard library, is
    the folder of the path that starts it, as `venv` writes it. `made_by` is elfin's version.
    """
    from elfin.envs.activate import clean_prompt

    version = ".".join(str(number) for number in interpreter.version_info)
    return pyvenvcfg.render(
        {
            "home": posixpath.dirname(interpreter.executable),
            "implementation": {"cpython": "CPython", "pypy": "PyPy"}.get(
                interpreter.implementation, interpreter.implementation
            ),
            "version": version,
            "version_info": interpreter.version,
            "include-system-site-packages": "true" if system_site_packages else "false",
            "prompt": clean_prompt(prompt),
            "executable": executable,
            "elfin": made_by,
        }
    )


def base_candidates(values: dict[str, str]) -> tuple[str, ...]:
    """Paths at which the base interpreter of an environment may be, the likeliest first, from its pyvenv.cfg values.

    For environments whose `bin/python` is a copy: virtualenv and venv name the base executable, others only `home`.
    """
    home = values.get("home", "")
    numbers = (values.get("version_info") or values.get("version") or "").split(".")
    names = [f"python{'.'.join(numbers[:2])}"] if len(numbers) > 1 else []
    named = [values[key] for key in ("base-executable", "executable") if values.get(key)]
    return (*named, *(posixpath.join(home, name) for name in (*names, "python3", "python") if home))
