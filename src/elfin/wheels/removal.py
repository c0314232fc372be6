"""Which files of an installed distribution are its own to remove.

Follows recording installed projects (PEP 376, PEP 627). RECORD is another program's claim: a row that points outside
the environment's folders, at what makes the environment one, into the standard library, or at a file that another
distribution lists too, is not followed (pip deletes them: pip#14050).
"""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable

from elfin.envs.model import Environment
from elfin.formats import record
from elfin.wheels import launcher


def listed(site: str, rows: Iterable[record.Row]) -> list[str]:
    """Absolute, plain paths of RECORD rows; `site` is the folder that holds the dist-info."""
    paths = []
    for row in rows:
        path = row.path
        if path[0] != "/" and "./" not in path and "//" not in path:
            paths.append(f"{site}/{path}")
        else:
            paths.append(posixpath.normpath(posixpath.join(site, path)))
    return paths


def removable(paths: Iterable[str], environment: Environment, kept: Collection[str]) -> list[str]:
    """Those of the absolute `paths` that may be removed; `kept` are paths that other distributions list."""
    scheme = environment.scheme
    sites = (scheme.purelib + "/", scheme.platlib + "/")
    roots = (scheme.scripts + "/", scheme.headers + "/", scheme.data + "/")
    stdlib = environment.interpreter.stdlib + "/"

    def own(path: str) -> bool:
        if path.startswith(sites):
            return True
        return path.startswith(roots) and not path.startswith(stdlib) and not is_environment_file(path, environment)

    return [path for path in paths if path not in kept and own(path)]


def is_environment_file(path: str, environment: Environment) -> bool:
    """Whether an absolute path is one of those without which the environment would not work."""
    if path in (f"{environment.prefix}/pyvenv.cfg", environment.python, environment.interpreter.executable):
        return True
    folder, name = posixpath.split(path)
    return folder == environment.scheme.scripts and launcher.is_reserved(name)
