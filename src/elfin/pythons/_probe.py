"""Runs in *their* Python and prints one JSON object about it. Stands alone: one file, standard library, old syntax.

Works from Python 3.6 on, so that an old one can be told apart with a clear word. Nothing here reads an ELF file.
"""

# Python 3.6 reads this file, so neither newer syntax nor `from __future__ import annotations`.
# ruff: noqa: UP036
import json
import os
import platform
import sys
import sysconfig


def _version(info: "tuple[int, int, int, str, int]") -> str:
    """PEP 440 text of a version_info: (3, 13, 0, "candidate", 1) -> "3.13.0rc1"."""
    version = f"{info[0]}.{info[1]}.{info[2]}"
    short = {"alpha": "a", "beta": "b", "candidate": "rc"}.get(info[3])
    return version if short is None else version + short + str(info[4])


def _markers() -> "dict[str, str]":
    return {
        "implementation_name": sys.implementation.name,
        "implementation_version": _version(sys.implementation.version),
        "os_name": os.name,
        "platform_machine": platform.machine(),
        "platform_python_implementation": platform.python_implementation(),
        "platform_release": platform.release(),
        "platform_system": platform.system(),
        "platform_version": platform.version(),
        "python_full_version": _version(sys.version_info),
        "python_version": ".".join(platform.python_version_tuple()[:2]),
        "sys_platform": sys.platform,
    }


def _paths() -> "dict[str, str]":
    default = getattr(sysconfig, "get_default_scheme", None) or getattr(sysconfig, "_get_default_scheme", None)
    paths = dict(sysconfig.get_paths(default()) if default else sysconfig.get_paths())
    if sys.version_info < (3, 10):
        # Debian's schemes came with 3.10; before, only `site` knows dist-packages.
        try:
            import site

            folders = site.getsitepackages()
        except (ImportError, AttributeError):
            folders = []
        if folders and paths["purelib"] not in folders:
            paths["purelib"] = paths["platlib"] = folders[0]
    return paths


def _externally_managed(stdlib: str) -> "str | None":
    """PEP 668: the Error text, "" for a file without one, None without a file."""
    path = os.path.join(stdlib, "EXTERNALLY-MANAGED")
    if not os.path.isfile(path):
        return None
    import configparser

    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read([path], encoding="utf-8")
        return parser.get("externally-managed", "Error", fallback="")
    except (configparser.Error, UnicodeDecodeError):
        return ""


def _manylinux() -> "tuple[dict[str, bool] | None, str | None]":
    """PEP 600: what the distributor's `_manylinux` module answers, None without one; and the module's file.

    -I hides PYTHONPATH, where clusters put the module, so its folders are looked through as well.
    """
    extra = [folder for folder in os.environ.get("PYTHONPATH", "").split(os.pathsep) if folder]
    sys.path.extend(extra)
    try:
        import _manylinux as module  # type: ignore[import-not-found]
    except Exception:
        return None, None
    finally:
        del sys.path[len(sys.path) - len(extra) :]
    answers = {}
    ask = getattr(module, "manylinux_compatible", None)
    if ask is None:
        for name in ("manylinux1", "manylinux2010", "manylinux2014"):
            if hasattr(module, name + "_compatible"):
                answers[name] = bool(getattr(module, name + "_compatible"))
    else:
        arch = sysconfig.get_platform().split("-", 1)[-1].replace("-", "_").replace(".", "_")
        if sys.maxsize < 2**32:
            arch = {"x86_64": "i686", "aarch64": "armv7l"}.get(arch, arch)
        for minor in range(61):
            try:
                answer = ask(2, minor, arch)
            except Exception:
                answer = None
            if answer is not None:
                answers[f"2_{minor}"] = bool(answer)
    return answers, getattr(module, "__file__", None)


def _os_version() -> "list[int] | None":
    if sys.platform == "darwin":
        return [int(part) for part in platform.mac_ver()[0].split(".")[:2]]
    level = getattr(sys, "getandroidapilevel", None)
    return [level()] if level else None


def main() -> None:
    """Print the record as one line of JSON."""
    paths = _paths()
    stdlib = sysconfig.get_path("stdlib")
    manylinux, manylinux_file = _manylinux()
    config = sysconfig.get_config_var
    executable = sys.executable or ""
    record = {
        "elfin": 1,
        "executable": executable,
        "real_executable": os.path.realpath(executable) if executable else "",
        "implementation": sys.implementation.name,
        "version": _version(sys.version_info),
        "version_info": list(sys.version_info[:3]),
        "free_threaded": bool(config("Py_GIL_DISABLED")),
        "debug": bool(config("Py_DEBUG")) or hasattr(sys, "gettotalrefcount"),
        "pointer_bits": 64 if sys.maxsize > 2**32 else 32,
        "platform": sysconfig.get_platform(),
        "sys_platform": "android" if hasattr(sys, "getandroidapilevel") else sys.platform,
        "os_version": _os_version(),
        "ext_suffix": config("EXT_SUFFIX") or "",
        "soabi": config("SOABI") or None,
        "prefix": sys.prefix,
        "base_prefix": getattr(sys, "base_prefix", sys.prefix),
        "stdlib": stdlib,
        "markers": _markers(),
        "paths": paths,
        "externally_managed": _externally_managed(stdlib),
        "manylinux": manylinux,
        "manylinux_file": manylinux_file,
    }
    sys.stdout.write(json.dumps(record) + "\n")


if __name__ == "__main__":
    main()
