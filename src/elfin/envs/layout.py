"""Where things go: the install scheme of a virtual environment, a system, a `--target` or `--prefix` folder.

Answers: into which folders a wheel is spread (sysconfig's schemes; pip's choices for headers and `--target`), and how
the programs of an environment are named. Refuses nothing and looks at nothing: all of it follows from the
`Interpreter` value. An environment always uses `lib`: where a distribution's platlibdir is `lib64` (Fedora), `venv`
makes `lib64` a link to `lib`, so both names are one folder.
"""

from __future__ import annotations

import ntpath
import posixpath
from collections.abc import Callable

from elfin.envs.model import Environment, Scheme
from elfin.host.model import Interpreter


def venv_scheme(interpreter: Interpreter, prefix: str) -> Scheme:
    """The scheme of a virtual environment at `prefix` (absolute) whose base interpreter is `interpreter`."""
    join = _join(interpreter, prefix)
    if interpreter.os == "windows":
        packages, scripts = join(prefix, "Lib", "site-packages"), join(prefix, "Scripts")
    else:
        packages = join(prefix, "lib", _versioned(interpreter), "site-packages")
        scripts = join(prefix, "bin")
    # pip puts headers here in every environment, free-threaded or not, named by version only.
    headers = join(prefix, "include", "site", f"python{_short(interpreter)}")
    return Scheme(purelib=packages, platlib=packages, scripts=scripts, data=prefix, headers=headers)


def venv_environment(interpreter: Interpreter, prefix: str) -> Environment:
    """The value of the virtual environment at `prefix` (absolute) whose base interpreter is `interpreter`."""
    scheme = venv_scheme(interpreter, prefix)
    return Environment(prefix, _join(interpreter, prefix)(scheme.scripts, "python"), interpreter, scheme, "venv")


def system_scheme(interpreter: Interpreter) -> Scheme:
    """The scheme the interpreter itself uses by default (Debian's `/usr/local/.../dist-packages` included)."""
    paths = interpreter.paths
    return Scheme(
        purelib=paths["purelib"],
        platlib=paths["platlib"],
        scripts=paths["scripts"],
        data=paths["data"],
        headers=paths["include"],
    )


def prefix_scheme(interpreter: Interpreter, prefix: str) -> Scheme:
    """The scheme of `--prefix`: as if the interpreter stood at `prefix` (sysconfig's `posix_prefix` or `nt`)."""
    join = _join(interpreter, prefix)
    if interpreter.os == "windows":
        return venv_scheme(interpreter, prefix)._replace(headers=join(prefix, "Include"))
    versioned = _versioned(interpreter)
    return Scheme(
        purelib=join(prefix, "lib", versioned, "site-packages"),
        platlib=join(prefix, _platlibdir(interpreter), versioned, "site-packages"),
        scripts=join(prefix, "bin"),
        data=prefix,
        headers=join(prefix, "include", _versioned(interpreter)),
    )


def target_scheme(folder: str) -> Scheme:
    """The scheme of `--target`: modules directly in `folder`, programs in its `bin`."""
    return Scheme(
        purelib=folder,
        platlib=folder,
        scripts=posixpath.join(folder, "bin"),
        data=folder,
        headers=posixpath.join(folder, "include"),
    )


def python_names(interpreter: Interpreter) -> tuple[str, ...]:
    """File names under which an environment offers its Python, the plain `python` first (PEP 394; `venv`'s set)."""
    names: tuple[str, ...] = ("python", f"python{interpreter.version_info[0]}", f"python{_short(interpreter)}")
    if interpreter.implementation == "pypy":
        names += ("pypy", f"pypy{interpreter.version_info[0]}", f"pypy{_short(interpreter)}")
    if interpreter.free_threaded:
        names += (f"python{_short(interpreter)}t",)
    return names


def include_folder(interpreter: Interpreter, prefix: str) -> str:
    """The folder `venv` makes for C headers: sysconfig's `include` below `prefix`."""
    if interpreter.os == "windows":
        return _join(interpreter, prefix)(prefix, "Include")
    return posixpath.join(prefix, "include", _versioned(interpreter))


def default_prompt(path: str) -> str:
    """The name of an environment in a prompt: its folder's, or the project's when the folder is only called `.venv`."""
    folder, name = posixpath.split(path.rstrip("/") or "/")
    if name in (".venv", "venv"):
        name = posixpath.basename(folder) or name
    return name or "/"


def _short(interpreter: Interpreter) -> str:
    return f"{interpreter.version_info[0]}.{interpreter.version_info[1]}"


def _versioned(interpreter: Interpreter) -> str:
    """`python3.13`, `python3.13t`, `pypy3.10`: sysconfig's {implementation_lower}{py_version_short}{abi_thread}."""
    stem = "pypy" if interpreter.implementation == "pypy" else "python"
    return f"{stem}{_short(interpreter)}{'t' if interpreter.free_threaded else ''}"


def _platlibdir(interpreter: Interpreter) -> str:
    """`lib64` where the interpreter keeps its own extension modules in one (Fedora, openSUSE), else `lib`."""
    return "lib64" if "/lib64/" in interpreter.paths.get("platstdlib", "") else "lib"


def _join(interpreter: Interpreter, prefix: str) -> Callable[..., str]:
    """Of the disk that is written to: a folder for a foreign Windows may lie below `/`."""
    return ntpath.join if interpreter.os == "windows" and not prefix.startswith("/") else posixpath.join
