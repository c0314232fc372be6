"""Named interpreters, hosts and targets, for whoever needs one and does not care how it was found."""

from __future__ import annotations

from elfin.host import arch
from elfin.host.model import Host, Interpreter, Libc, Target

GLIBC_236 = Libc("glibc", (2, 36), "/lib64/ld-linux-x86-64.so.2", "x86_64")
MUSL_125 = Libc("musl", (1, 2, 5), "/lib/ld-musl-x86_64.so.1", "x86_64")


def interpreter(
    version: str = "3.12.4",
    *,
    libc: Libc | None = GLIBC_236,
    machine: str = "x86_64",
    float_abi: str | None = None,
    os: str = "linux",
    implementation: str = "cpython",
    free_threaded: bool = False,
    debug: bool = False,
    static: bool = False,
    os_version: tuple[int, ...] | None = None,
    ext_suffix: str | None = None,
    manylinux: dict[str, bool] | None = None,
    executable: str = "/usr/bin/python3",
) -> Interpreter:
    """An interpreter of that kind; everything else is as on a plain machine."""
    major, minor, micro = (int("".join(filter(str.isdigit, part[:2]))) for part in version.split("."))
    flags = "t" * free_threaded + "d" * debug
    known = arch.named(machine, float_abi)
    soabi = f"{implementation}-{major}{minor}{flags}-{machine}-linux-gnu"
    short = f"{major}.{minor}"
    markers = {
        "implementation_name": implementation,
        "implementation_version": version,
        "os_name": "nt" if os == "windows" else "posix",
        "platform_machine": machine,
        "platform_python_implementation": "CPython" if implementation == "cpython" else "PyPy",
        "platform_release": "",
        "platform_system": {"linux": "Linux", "macos": "Darwin", "windows": "Windows"}.get(os, "Android"),
        "platform_version": "",
        "python_full_version": version,
        "python_version": short,
        "sys_platform": {"macos": "darwin", "windows": "win32"}.get(os, os),
    }
    lib = f"/usr/lib/python{short}"
    return Interpreter(
        executable=executable,
        implementation=implementation,
        version=version,
        version_info=(major, minor, micro),
        free_threaded=free_threaded,
        debug=debug,
        arch=known,
        os=os,
        os_version=os_version,
        libc=None if static or os != "linux" else libc,
        static=static,
        ext_suffix=ext_suffix or f".{soabi}.so",
        soabi=soabi,
        prefix="/usr",
        base_prefix="/usr",
        stdlib=lib,
        markers=markers,
        paths={
            "stdlib": lib,
            "platstdlib": lib,
            "purelib": f"{lib}/site-packages",
            "platlib": f"{lib}/site-packages",
            "include": f"/usr/include/python{short}",
            "platinclude": f"/usr/include/python{short}",
            "scripts": "/usr/bin",
            "data": "/usr",
        },
        externally_managed=None,
        manylinux=manylinux,
    )


def host(
    *libcs: Libc,
    machine: str = "x86_64",
    float_abi: str | None = None,
    os: str = "linux",
    cpu_level: int | None = None,
    os_version: tuple[int, ...] | None = None,
) -> Host:
    """A host with these libcs, native first."""
    return Host(os, None, arch.named(machine, float_abi), libcs, cpu_level, (), os_version)


def target(python: Interpreter | None = None, *, cpu_level: int | None = None) -> Target:
    """The plain host of an interpreter, narrowed to it."""
    python = python or interpreter()
    libcs = () if python.libc is None else (python.libc,)
    return Target(Host(python.os, None, python.arch, libcs, cpu_level, (), python.os_version), python)
