"""Runs once in a Python that was just unpacked: says in one line what its build promised. Stands alone.

It has no bytecode yet: what `_probe.py` imports takes 0.1 s to compile, and would prove no more. The line is
`elfin`, implementation, version, free-threaded, debug, the ending of extension modules and the ABI's name, by tabs.
"""

import sys


def _variables() -> "dict[str, object]":
    """The build variables, from the file that was rewritten for this place."""
    if sys.implementation.name == "cpython" and sys.platform != "win32":
        multiarch = getattr(sys.implementation, "_multiarch", "")
        return dict(__import__(f"_sysconfigdata_{sys.abiflags}_{sys.platform}_{multiarch}").build_time_vars)
    import sysconfig

    return sysconfig.get_config_vars()


def _endings() -> "list[str]":
    """What is put behind the name of an extension module when one is looked for; none in a static Python."""
    import _imp

    return _imp.extension_suffixes()


def main() -> None:
    """Print the line."""
    level = {"alpha": "a", "beta": "b", "candidate": "rc"}.get(sys.version_info[3])
    version = ".".join(map(str, sys.version_info[:3])) + ("" if level is None else level + str(sys.version_info[4]))
    values, endings = _variables(), _endings()
    debug = bool(values.get("Py_DEBUG")) or hasattr(sys, "gettotalrefcount")
    told = (
        "elfin", sys.implementation.name, version, int(bool(values.get("Py_GIL_DISABLED"))), int(debug),
        endings[0] if endings else "", values.get("SOABI") or "",
    )  # fmt: skip
    sys.stdout.write("\t".join(map(str, told)) + "\n")


if __name__ == "__main__":
    main()
