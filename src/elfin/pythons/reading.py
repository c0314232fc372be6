"""The Pythons in a root, found and described by reading their files; none is started.

A Python is its executable with its standard library (CPython's getpath, `Modules/getpath.py`: the library is looked for
from the executable's real folder upwards). What files cannot tell is left empty: the kernel's release, and what a
`_manylinux` module with code of its own would answer. Refuses nothing; what is not a whole Python is not there.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from elfin.errors import MalformedElf
from elfin.formats import elf, pyvenvcfg
from elfin.host import arch as arches
from elfin.host import libc as libcs
from elfin.host import root as roots
from elfin.host.model import Arch, Host, Interpreter
from elfin.host.root import Root
from elfin.pythons import reading_facts as facts

FOLDERS = (
    "/usr/local/bin",
    "/usr/bin",
    "/bin",
    "/opt/*/bin",
    "/opt/python/*/bin",
    "/python/bin",
    "/usr/libexec",
    "/run/current-system/sw/bin",
    "/root/.nix-profile/bin",
    "/root/.pyenv/versions/*/bin",
    "/home/*/.pyenv/versions/*/bin",
    "/root/.local/share/uv/python/*/bin",
    "/home/*/.local/share/uv/python/*/bin",
    "/data/data/com.termux/files/usr/bin",
    "/nix/store/*-python3-3.*/bin",
    "/gnu/store/*-python-3.*/bin",
)
"""Where Pythons are: a PATH's usual folders first, then those of distributions' and installers' own."""

_MOST = 100
"""How many folders one `*` may stand for, and how many programs of one folder are looked at."""
_NAME = re.compile(r"(?:platform-)?python(?:3(?:\.[0-9]{1,3})?)?[tdmu]*|pypy(?:3(?:\.[0-9]{1,3})?)?")
_LIBRARY = re.compile(r"lib(python|pypy)([0-9])\.([0-9]{1,3})([tdmu]*)(?:-c)?\.so")
_VERSIONED = re.compile(r"(?:platform-)?(python|pypy)([0-9])\.([0-9]{1,3})([tdmu]*)(?:-dbg)?")


def interpreters(root: Root, host: Host) -> tuple[Interpreter, ...]:
    """Every Python in `root`, the one that `python3` would start first. Each real file once."""
    found: dict[str, Interpreter] = {}
    seen: set[str] = set()
    for path in _candidates(root):
        physical = roots.file(root, path)
        if physical is None or physical in seen:
            continue
        seen.add(physical)
        known = interpreter(root, host, physical)
        if known is not None:
            found.setdefault(known.executable, known)
    return tuple(found.values())


def interpreter(root: Root, host: Host, path: str) -> Interpreter | None:
    """The Python that `path` starts in `root`; for an environment's, its base.

    None: not there, a script, not a Python, or its standard library is missing.
    """
    physical = roots.file(root, path)
    if physical is None:
        return None
    base = _base(root, physical)
    if base is not None:
        physical = base
    read = roots.reader(root, physical)
    try:
        program = None if read is None else elf.read(read)
    except MalformedElf:
        return None
    return None if program is None else _described(root, host, physical, program)


def loader_missing(root: Root, executable: str) -> str | None:
    """The loader that an executable names and that is not there; None when nothing is missing.

    Android's linker is part of every system, and of no app's own root.
    """
    header = libcs.header_of(root, executable)
    loader = None if header is None else header.interpreter
    if loader is None or roots.file(root, loader) is not None or libcs.identify(root, loader) is not None:
        return None
    return loader


def manylinux_module(root: Root, known: Interpreter) -> str | None:
    """Where the `_manylinux` module (PEP 600) of a Python in `root` is, None where it has none."""
    return facts.manylinux_module(root, known.stdlib)


def _candidates(root: Root) -> Iterator[str]:
    for pattern in FOLDERS:
        for folder in _matching(root, "/", pattern.strip("/").split("/")):
            names = [name for name in root.names(roots.real(root, folder) or folder) if _NAME.fullmatch(name)]
            yield from (f"{folder}/{name}" for name in sorted(names, key=_preference)[:_MOST])


def _preference(name: str) -> tuple[bool, bool, list[int]]:
    """`python3` and `python` first, then the newest; PyPy behind CPython."""
    numbers = [-int(number) for number in re.findall(r"\d+", name)]
    return name.startswith("pypy"), len(numbers) > 1, numbers or [0]


def _matching(root: Root, folder: str, parts: list[str]) -> Iterator[str]:
    """The folders that a pattern names, `*` standing for any part of one name."""
    if not parts:
        yield folder
        return
    names: tuple[str, ...] | list[str] = (parts[0],)
    if "*" in parts[0]:
        name = re.compile(".*".join(map(re.escape, parts[0].split("*"))))
        listed = root.names(roots.real(root, folder) or folder)
        names = [one for one in listed if name.fullmatch(one) and not one.startswith(".")][:_MOST]
    for name_ in names:
        path = posixpath.join(folder, name_)
        if roots.real(root, path) is not None:
            yield from _matching(root, path, parts[1:])


def _base(root: Root, physical: str) -> str | None:
    """The base interpreter of an environment whose python is a file of its own; None: it is no environment's."""
    for folder in (posixpath.dirname(physical), posixpath.dirname(posixpath.dirname(physical))):
        text = roots.text(root, f"{folder}/pyvenv.cfg")
        if text is None:
            continue
        values = pyvenvcfg.parse(text)
        short = ".".join((values.get("version") or values.get("version_info") or "").split(".")[:2])
        names = (f"python{short}", posixpath.basename(physical), "python3", "python", "pypy3")
        for path in (values.get("executable", ""), *(f"{values.get('home', '')}/{name}" for name in names)):
            found = roots.file(root, path) if path.startswith("/") else None
            if found is not None and found != physical:
                return found
    return None


def _described(root: Root, host: Host, executable: str, program: elf.Elf) -> Interpreter | None:
    files = _files(root, executable, program)
    if files is None:
        return None
    built = facts.built(files)
    arch = _arch(host, program.header)
    version, markers = facts.markers(files, host, arch, built)
    return Interpreter(
        executable=executable,
        implementation=markers["implementation_name"],
        version=markers["python_full_version"],
        version_info=version,
        free_threaded=built.free_threaded,
        debug=built.debug,
        arch=arch,
        os=host.os,
        os_version=host.os_version,
        libc=libcs.of_program(root, program.header),
        static=program.header.interpreter is None,
        ext_suffix=built.ext_suffix,
        soabi=built.soabi,
        prefix=files.prefix,
        base_prefix=files.prefix,
        stdlib=files.stdlib,
        markers=markers,
        paths=facts.paths(files, built),
        externally_managed=facts.externally_managed(files),
        manylinux=facts.manylinux(files, host),
    )


def _files(root: Root, executable: str, program: elf.Elf) -> facts.Files | None:
    """Where the rest of an executable's Python is; None: it is no Python, or its standard library is not there."""
    kind = _kind(executable, program)
    home = _home(root, executable, kind)
    if home is None:
        return None
    prefix, folder, name = home
    stdlib = f"{prefix.rstrip('/')}/{folder}/{name}"
    if kind is None and _NAME.fullmatch(posixpath.basename(executable)):  # any program has some Python above it
        kind = _kind_of_stdlib(stdlib)
    if kind is None or kind.major < 3:
        return None
    binary = _libpython(root, executable, f"{prefix.rstrip('/')}/{folder}", program) or executable
    return facts.Files(root, prefix, folder, stdlib, binary, kind)


def _kind(executable: str, program: elf.Elf) -> facts.Kind | None:
    """What the executable's name says, else the name of the library it needs."""
    named = _VERSIONED.fullmatch(posixpath.basename(executable))
    found = named or next(filter(None, map(_LIBRARY.match, program.needed)), None)
    return None if found is None else facts.Kind(found[1], int(found[2]), int(found[3]), found[4])


def _kind_of_stdlib(stdlib: str) -> facts.Kind | None:
    found = re.fullmatch(r"(python|pypy)([0-9])\.([0-9]{1,3})([td]*)", posixpath.basename(stdlib))
    return None if found is None else facts.Kind(found[1], int(found[2]), int(found[3]), found[4])


def _home(root: Root, executable: str, kind: facts.Kind | None) -> tuple[str, str, str] | None:
    """(prefix, "lib" or another, name of the standard library's folder in it), the nearest above the executable."""
    prefix = posixpath.dirname(executable)
    while True:
        for folder in ("lib", "lib64", "lib32", "libx32"):
            path = f"{prefix.rstrip('/')}/{folder}"
            for name in _stdlib_names(root, path, kind):
                if any(roots.file(root, f"{path}/{name}/{landmark}") for landmark in ("os.py", "os.pyc")):
                    return prefix, folder, name
        if prefix == "/":
            return None
        prefix = posixpath.dirname(prefix)


def _stdlib_names(root: Root, folder: str, kind: facts.Kind | None) -> list[str]:
    if kind is not None:
        name = f"{kind.implementation}{kind.major}.{kind.minor}"
        return [name + "t", name] if "t" in kind.flags else [name]
    physical = roots.real(root, folder)
    names = () if physical is None else root.names(physical)
    return [name for name in names if re.fullmatch(r"(python|pypy)3\.\d+t?", name)]


def _libpython(root: Root, executable: str, folder: str, program: elf.Elf) -> str | None:
    """The library with the interpreter in it, None where it is in the executable (or not there)."""
    name = next((name for name in program.needed if _LIBRARY.match(name)), None)
    if name is None:
        return None
    origin = posixpath.dirname(executable)
    written = f"{program.rpath or ''}:{program.runpath or ''}".replace("${ORIGIN}", "$ORIGIN").split(":")
    own = [path.replace("$ORIGIN", origin) for path in written if path]
    usual = [folder, "/usr/local/lib", "/usr/lib64", "/usr/lib", "/lib64", "/lib"]
    for parent in ("/usr/lib", "/lib"):
        names = root.names(roots.real(root, parent) or parent)
        usual += [f"{parent}/{one}" for one in names if "-linux-" in one]
    return next((found for one in (*own, *usual) if (found := roots.file(root, f"{one}/{name}"))), None)


def _arch(host: Host, header: elf.Header) -> Arch:
    """The executable's own; the generation of 32-bit ARM is the place's."""
    own = arches.of(header, host.arch.name if arches.is_arm(host.arch.name) else None)
    if arches.is_arm(own.name) and own.float_abi is None:
        return own._replace(float_abi=arches.float_abi_of_loader(header.interpreter))
    return own
