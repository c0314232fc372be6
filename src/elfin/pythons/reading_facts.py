"""What the files of one Python say: exact version, how it was built, its folders, its markers.

Sources, best first: `build-details.json` (PEP 739), `_sysconfigdata_*.py`, the names of its extension modules, strings
in the executable or its library, `patchlevel.h`. Install folders follow `sysconfig`'s schemes, with Debian's and
Fedora's changes to them told by the text of the Python's own `sysconfig`. Nothing of it is executed or imported.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from elfin.host import root as roots
from elfin.host.model import Arch, Host
from elfin.host.root import Root
from elfin.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import ast
    from typing import Any


_LARGEST_BINARY = 128 << 20
_CHUNK = 4 << 20
_SUFFIX = r"\.((?:cpython|pypy)[\w-]*)\.so"
_MACHINES = {"armv8l": "aarch64"}  # a 32-bit process of a 64-bit kernel is told the kernel's name


class Kind(NamedTuple):
    """What names alone tell."""

    implementation: str
    """"python" or "pypy", as files are named."""
    major: int
    minor: int
    flags: str
    """ABI flags in a name: "", "t", "d", "td"; "m" and "u" of old ones."""


class Files(NamedTuple):
    """Where the files of one Python are."""

    root: Root
    prefix: str
    library_folder: str
    """Name of the folder that holds the standard library: "lib" or "lib64" (sys.platlibdir)."""
    stdlib: str
    binary: str
    """The file with the interpreter in it: libpython, else the executable."""
    kind: Kind


class Built(NamedTuple):
    """How it was built."""

    ext_suffix: str
    soabi: str | None
    free_threaded: bool
    debug: bool
    strings: Mapping[str, str]
    """What the binary itself says: "version", "suffix", and "implementation" of PyPy's own version."""


def built(files: Files) -> Built:
    """Suffix and flags."""
    values = _sysconfigdata(files.root, files.stdlib, files.kind)
    strings = _strings(files.root, files.binary, files.kind)
    told = values.get("EXT_SUFFIX") or _suffix_of_modules(files.root, files.stdlib)
    suffix = told or strings.get("suffix") or ".so"
    found = re.fullmatch(_SUFFIX, suffix)
    soabi = values.get("SOABI") or (found[1] if found else None)
    tag = re.match(r"cpython-\d+([a-z]*)", soabi or "")
    flags = (tag[1] if tag else "") + files.kind.flags
    return Built(
        ext_suffix=suffix,
        soabi=soabi,
        free_threaded=values.get("Py_GIL_DISABLED") == "1" or "t" in flags,
        debug=values.get("Py_DEBUG") == "1" or "d" in flags,
        strings=strings,
    )


def _sysconfigdata(root: Root, stdlib: str, kind: Kind) -> dict[str, str]:
    """The few build variables that matter, by their text: the file is a dict literal, in Python's or JSON's quotes."""
    flags = "".join(flag for flag in kind.flags if flag in "td")
    names = [name for name in root.names(roots.real(root, stdlib) or stdlib) if name.startswith("_sysconfigdata_")]
    own = [name for name in names if name.startswith(f"_sysconfigdata_{flags}_")] or names
    text = roots.text(root, f"{stdlib}/{own[0]}", 1 << 20) if own else None
    found: dict[str, str] = {}
    for key in ("EXT_SUFFIX", "SOABI", "Py_GIL_DISABLED", "Py_DEBUG"):
        match = re.search(rf"""["']{key}["']:\s*(?:["']([A-Za-z0-9_.-]{{0,100}})["']|([0-9]{{1,9}}))""", text or "")
        if match is not None:
            found[key] = match[1] or match[2] or ""
    return found


def _suffix_of_modules(root: Root, stdlib: str) -> str | None:
    """The suffix that its own extension modules carry."""
    for folder in (f"{stdlib}/lib-dynload", stdlib):
        for name in root.names(roots.real(root, folder) or folder):
            found = re.search(_SUFFIX + "$", name)
            if found is not None:
                return found[0]
    return None


def _strings(root: Root, binary: str, kind: Kind) -> dict[str, str]:
    """Version, suffix and PyPy's own version as the binary holds them; what is there in two forms is not told.

    C has its strings whole, with a zero at both ends; in PyPy they stand without, and its sys.version is one of them.
    """
    short = f"{kind.major}.{kind.minor}".encode(), f"{kind.major}{kind.minor}".encode()
    stage = rb"(?:(?:a|b|rc)\d{1,3})?"
    if kind.implementation == "pypy":
        patterns = {
            "version": rb"(?<![\d.])(%s\.\d{1,3}%s) \(" % (re.escape(short[0]), stage),
            "suffix": rb"(\.pypy%s-pp\d{2,3}-\w+-linux-[a-z]{3,12}\.so)" % short[1],
            "implementation": rb"\[PyPy (\d+\.\d+\.\d{1,3})",
        }
    else:
        patterns = {
            "version": rb"\0(%s\.\d{1,3}%s)\+?\0" % (re.escape(short[0]), stage),
            "suffix": rb"\0(\.cpython-%s[a-z]*-[\w-]{3,60}\.so)\0" % short[1],
        }
    told: dict[str, set[bytes]] = {key: set() for key in patterns}
    physical = roots.file(root, binary) or binary
    for offset in range(0, _LARGEST_BINARY, _CHUNK):
        data = root.some(physical, offset, _CHUNK + 128)  # a string may lie across the border
        for key, pattern in patterns.items():
            told[key].update(re.findall(pattern, data))
        if len(data) < _CHUNK:
            break
    return {key: next(iter(found)).decode() for key, found in told.items() if len(found) == 1}


def markers(files: Files, host: Host, arch: Arch, built: Built) -> tuple[tuple[int, int, int], dict[str, str]]:
    """(version numbers, PEP 508 environment). A patch level that no file tells is 0, and left out of the text."""
    kind = files.kind
    header = _patchlevel(files.root, files.prefix, kind)
    details = _details_version(files.root, files.stdlib, kind)
    version = details or built.strings.get("version") or header.get("PY_VERSION") or f"{kind.major}.{kind.minor}"
    numbers = re.match(r"(\d+)\.(\d+)(?:\.(\d+))?", version)
    assert numbers is not None, version
    pypy = kind.implementation == "pypy"
    android = host.os == "android" and (kind.major, kind.minor) >= (3, 13)
    environment = {
        "implementation_name": "pypy" if pypy else "cpython",
        "implementation_version": (header.get("PYPY_VERSION") or built.strings.get("implementation") or version)
        if pypy
        else version,
        "os_name": "posix",
        "platform_machine": _MACHINES.get(arch.name, arch.name),
        "platform_python_implementation": "PyPy" if pypy else "CPython",
        "platform_release": "",
        "platform_system": "Android" if android else "Linux",
        "platform_version": "",
        "python_full_version": version,
        "python_version": f"{kind.major}.{kind.minor}",
        "sys_platform": "android" if android else "linux",
    }
    return (int(numbers[1]), int(numbers[2]), int(numbers[3] or 0)), environment


def _details_version(root: Root, stdlib: str, kind: Kind) -> str | None:
    """The exact version in build-details.json (PEP 739, from Python 3.14 on); None where it is of another Python."""
    details = _json(roots.text(root, f"{stdlib}/build-details.json"))
    info = details.get("implementation")
    told = info.get("version") if isinstance(info, dict) else None
    if not isinstance(told, dict):
        return None
    numbers = [told.get(key) for key in ("major", "minor", "micro")]
    if not all(type(number) is int and 0 <= number < 1000 for number in numbers):
        return None
    if numbers[:2] != [kind.major, kind.minor]:
        return None
    stage = {"alpha": "a", "beta": "b", "candidate": "rc"}.get(str(told.get("releaselevel")))
    serial = told.get("serial")
    return ".".join(map(str, numbers)) + (
        f"{stage}{serial}" if stage and type(serial) is int and 0 <= serial < 1000 else ""
    )


def _json(text: str | None) -> dict[str, Any]:
    import json

    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


_HEADER_VERSION = (
    r"#\s*define\s+(PY_VERSION|PYPY_VERSION)\s+"
    r'"([0-9]+\.[0-9]+\.[0-9]{1,3}(?:(?:a|b|rc)[0-9]{1,3})?)\+?"'
)


def _patchlevel(root: Root, prefix: str, kind: Kind) -> dict[str, str]:
    """PY_VERSION and PYPY_VERSION of the C headers, where they are installed."""
    found: dict[str, str] = {}
    name = f"{kind.implementation}{kind.major}.{kind.minor}"
    for folder in dict.fromkeys((f"{name}{kind.flags}", name, f"{name}m")):
        text = roots.text(root, f"{prefix.rstrip('/')}/include/{folder}/patchlevel.h") or ""
        for key, value in re.findall(_HEADER_VERSION, text):
            found.setdefault(key, value)
    if not found.get("PY_VERSION", "").startswith(f"{kind.major}.{kind.minor}."):
        found.pop("PY_VERSION", None)
    return found


def paths(files: Files, built: Built) -> dict[str, str]:
    """The default install scheme, as the Python's own `sysconfig` would give it outside of an environment."""
    root, stdlib, kind = files.root, files.stdlib, files.kind
    base = files.prefix.rstrip("/")
    name = stdlib.rpartition("/")[2]
    flags = "t" * built.free_threaded + "d" * built.debug if kind.implementation == "python" else ""
    include = f"{base}/include/{kind.implementation}{kind.major}.{kind.minor}{flags}"
    found = {
        "stdlib": stdlib,
        "platstdlib": stdlib,
        "purelib": f"{base}/lib/{name}/site-packages",
        "platlib": f"{base}/{files.library_folder}/{name}/site-packages",
        "include": include,
        "platinclude": include,
        "scripts": f"{base}/bin",
        "data": files.prefix,
    }
    schemes = roots.text(root, f"{stdlib}/sysconfig.py") or roots.text(root, f"{stdlib}/sysconfig/__init__.py") or ""
    if "posix_local" in schemes and "dist-packages" in schemes:  # Debian, from Python 3.10 on
        packages = f"{base}/local/lib/{name}/dist-packages"
        found |= {"purelib": packages, "platlib": packages, "scripts": f"{base}/local/bin", "data": f"{base}/local"}
    elif "RPM_BUILD_ROOT" in schemes:  # Fedora, from Python 3.10 on
        found |= {key: f"{base}/local{found[key].removeprefix(base)}" for key in ("purelib", "platlib", "scripts")}
        found["data"] = f"{base}/local"
    elif "dist-packages" in (roots.text(root, f"{stdlib}/site.py") or ""):  # Debian before
        found["purelib"] = found["platlib"] = f"{base}/local/lib/{name}/dist-packages"
    return found


def externally_managed(files: Files) -> str | None:
    """PEP 668: the Error text, "" for a file without one, None without a file."""
    text = roots.text(files.root, f"{files.stdlib}/EXTERNALLY-MANAGED")
    if text is None:
        return None
    import configparser

    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(text)
        return parser.get("externally-managed", "Error", fallback="")
    except configparser.Error:
        return ""


def manylinux_module(root: Root, stdlib: str) -> str | None:
    """The path of the `_manylinux` module that the Python with this standard library imports, None without one."""
    folder, _, name = stdlib.rpartition("/")
    prefix = folder.rpartition("/")[0]
    lib = f"{prefix}/lib"
    places = (
        stdlib,
        f"{stdlib}/site-packages",
        f"{lib}/{name}/site-packages",
        f"{lib}/python3/dist-packages",
        f"{prefix}/local/lib/{name}/dist-packages",
    )
    return next((path for place in places if roots.file(root, path := f"{place}/_manylinux.py")), None)


def manylinux(files: Files, host: Host) -> dict[str, bool] | None:
    """What a `_manylinux` module (PEP 600) answers, where its text alone tells: constants, and one constant answer.

    None without such a module, and for one whose code would have to be run (`manylinux_module` tells them apart).
    """
    path = manylinux_module(files.root, files.stdlib)
    text = None if path is None else roots.text(files.root, path)
    return None if text is None or host.os != "linux" else _answers(text)


def _answers(source: str) -> dict[str, bool] | None:
    """The function is asked alone where there is one, as PEP 600 has it; what it leaves open, None, is allowed."""
    import ast
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    found: dict[str, bool] = {}
    function: dict[str, bool] | None = None
    for statement in body:
        match statement:
            case ast.Assign([ast.Name(name)], ast.Constant(value)):
                legacy = re.fullmatch(r"(manylinux(?:1|2010|2014))_compatible", name)
                found |= {legacy[1]: bool(value)} if legacy and value is not None else {}
            case ast.FunctionDef(
                "manylinux_compatible", body=[*before, ast.Return(ast.Constant(value))], decorator_list=[]
            ) if all(map(_docstring, before)):
                function = {f"2_{minor}": value is None or bool(value) for minor in range(61)}
            case _ if not _docstring(statement):
                return None
    return found if function is None else function


def _docstring(statement: ast.stmt) -> bool:
    """Whether it is text and nothing else."""
    import ast

    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
