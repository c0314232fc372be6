"""Make elfin's own release: an archive per target with a Python of its own, and the scripts that install them.

    python tools/release.py OUT [--pythons DIR] [--target TRIPLE ...] [--base-url URL]

DIR holds python-build-standalone archives (`cpython-3.13.*-TRIPLE-install_only_stripped.tar.gz`), of which the newest
of each target is taken. Into the archive go what elfin needs of that Python, elfin, and the wheels of own.lock that fit
the target, which elfin itself picks and installs; an accelerator without a wheel for it is left out. Then
`elfin installer build` measures the archives and writes install.sh, install.ps1, release.json and SHA256SUMS beside
them. The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import gzip
import io
import os
import posixpath
import re
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
ELFIN = CHECKOUT / "elfin"
PACKAGE = CHECKOUT / "src" / "elfin"
PYTHONS = CHECKOUT.parent / "shared" / "pythons"
ARCHIVE = re.compile(r"cpython-(3\.13\.\d+)\+(\d{8})-([a-z0-9_]+-unknown-linux-\w+)-install_only_stripped\.tar\.gz")
LINKS = ("bin/elfin", "bin/elfinx")
# Of a Python elfin needs no headers, no manuals, no library to link with, and of its standard library none of these
# (msgspec wants decimal). The tests import all that is left.
LEFT_OUT = re.compile(
    r"include/|share/|lib/pkgconfig/|lib/libpython|bin/(?!python3\.\d+$)|lib/python3\.\d+/(?:"
    r"test|idlelib|tkinter|turtledemo|lib2to3|ensurepip|pydoc_data|site-packages|config-|sqlite3|_pyrepl|unittest|wsgiref"
    r"|xmlrpc|dbm|curses|venv|__pycache__|turtle\.py|doctest\.py|pydoc\.py|_pydecimal\.py"
    r"|lib-dynload/(?:_sqlite3|_tkinter|_curses|_dbm|_gdbm|readline|_codecs_|_multibytecodec|_test|xx|audioop"
    r"|_lsprof|_elementtree|nis|ossaudiodev|_crypt|spwd)"
    r")|.*/__pycache__/"
)
LAUNCHER = """\
#!/bin/sh
# elfin with a Python of its own, wherever this folder lies and whatever links lead here.
self=$0
while [ -h "$self" ]; do
    link=$(readlink "$self" 2>&-) || { link=$(ls -ld "$self") && link=${link#*" $self -> "}; }
    case $link in
        (/*) self=$link ;;
        (*) self=${self%/*}/$link ;;
    esac
done
case $self in
    (*/*) top=${self%/*}/.. ;;
    (*) top=.. ;;
esac
[ "${0##*/}" != elfinx ] || set -- tool run "$@"
exec "$top/python/bin/@PYTHON@" -I -S "$top/lib/start.py" "$@"
"""
START = '''\
"""elfin, run by the Python beside it (bin/elfin), which looks at nothing else on the machine (-I -S)."""

import sys

sys.path.insert(0, __file__.rpartition("/")[0])

from elfin.cli.entry import main
from elfin.launch import leave

leave(main(sys.argv[1:]))
'''
# Without compiled modules: they make the archive half as large again (15.7 MB), and Python keeps them by itself.
# Of the day this layout was first made: what an archive holds is told by its version, not by its clock.
MOMENT = 1_767_225_600


def pythons(folder: Path, targets: list[str]) -> dict[str, Path]:
    """The newest archive of each target. Exits when one is missing."""
    found: dict[str, tuple[str, Path]] = {}
    if not folder.is_dir():
        sys.exit(f"error: there is no folder {folder}")
    for path in sorted(folder.iterdir()):
        match = ARCHIVE.fullmatch(path.name.replace("%2B", "+"))
        if match and match[2] >= "20250311":  # older musl ones are static, and load no extension module
            found[match[3]] = max(found.get(match[3], ("", path)), (match[2], path))
    missing = [target for target in targets if target not in found]
    if missing or not found:
        sys.exit(f"error: there is no CPython for {missing[0] if missing else 'any target'} in {folder}")
    return {target: found[target][1] for target in (targets or sorted(found))}


def elfin(*words: str | Path) -> int:
    """The exit code of an elfin command; what it says is shown only when it fails."""
    done = subprocess.run([ELFIN, *words], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"error: elfin {' '.join(map(str, words))} failed\n{done.stderr}")
    return done.returncode


def dependencies(folder: Path, target: str, python: str) -> list[str]:
    """Install the wheels of own.lock that fit the target into `folder`; the names of accelerators left out."""
    required: dict[str, list[str]] = {}
    optional: dict[str, list[str]] = {}
    for line in (PACKAGE / "own.lock").read_text().splitlines():
        if line and not line.startswith("#"):
            requirement, _, digest, *mark = line.split()
            (optional if mark else required).setdefault(requirement, []).append(digest)
    left_out: list[str] = []
    for group in (required, *({name: sums} for name, sums in optional.items())):
        listed = folder.with_suffix(".txt")
        listed.write_text(
            "".join(f"{name} {' '.join(f'--hash={one}' for one in sums)}\n" for name, sums in group.items())
        )
        code = elfin(
            "pip", "install", "--quiet", "--target", folder, "--platform", target, "--python-version", python,
            "--no-deps", "--require-hashes", "-r", listed,
        )  # fmt: skip
        if code != 0 and group is required:
            sys.exit(f"error: elfin's dependencies have no wheels for {target}")
        if code != 0:
            left_out += group
    return left_out


def of_python(path: Path) -> Iterator[tuple[str, tarfile.TarInfo, bytes]]:
    """(path, entry, bytes) of what elfin needs of a Python."""
    with tarfile.open(path) as archive:
        for entry in archive:
            name = entry.name.removeprefix("./").removeprefix("python/")
            if entry.isdir() or LEFT_OUT.match(name):
                continue
            held = None if entry.issym() else archive.extractfile(entry)  # of a hard link: what it is a name of
            yield f"python/{name}", entry, held.read() if held else b""


def of_folder(folder: Path, below: str) -> Iterator[tuple[str, bytes, int]]:
    """(path, bytes, mode) of the files in a folder, without caches and what only an installer reads."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and "__pycache__" not in name and not re.search(r"dist-info/(?:RECORD|INSTALLER|REQ)", name):
            yield posixpath.join(below, name), path.read_bytes(), 0o755 if os.access(path, os.X_OK) else 0o644


def contents(python: Path, libraries: Path) -> list[tuple[tarfile.TarInfo, bytes]]:
    """Everything an archive holds, below its top folder, by path."""
    found: dict[str, tuple[tarfile.TarInfo, bytes]] = {}

    def add(name: str, data: bytes, mode: int = 0o644, link: str = "") -> None:
        entry = tarfile.TarInfo(name)
        entry.mode, entry.mtime, entry.size = mode, MOMENT, len(data)
        if link:
            entry.type, entry.linkname = tarfile.SYMTYPE, link
        found[name] = (entry, data)

    program = ""
    for name, entry, data in of_python(python):
        add(name, data, entry.mode & 0o755, entry.linkname if entry.issym() else "")
        program = name.rpartition("/")[2] if name.startswith("python/bin/") else program
    for folder, below in ((libraries, "lib"), (PACKAGE, "lib/elfin")):
        for name, data, mode in of_folder(folder, below):
            add(name, data, mode)
    add("lib/start.py", START.encode())
    add("LICENSE", (CHECKOUT / "LICENSE").read_bytes())
    for link in LINKS:
        add(link, LAUNCHER.replace("@PYTHON@", program).encode(), 0o755)
    return [found[name] for name in sorted(found)]


def archive(top: str, members: list[tuple[tarfile.TarInfo, bytes]]) -> bytes:
    """A tar.gz of these members in one folder."""
    held = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=held, mode="wb", mtime=0, compresslevel=9) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as made,
    ):
        for entry, data in members:
            entry.name = f"{top}/{entry.name}"
            made.addfile(entry, io.BytesIO(data))
    return held.getvalue()


def make(out: Path, target: str, python: Path, version: str) -> None:
    """Write the archive of one target, and say what is in it."""
    started = time.monotonic()
    number = ARCHIVE.fullmatch(python.name.replace("%2B", "+"))
    assert number is not None
    with tempfile.TemporaryDirectory(prefix="elfin-release-") as folder:
        libraries = Path(folder, "lib")
        left_out = dependencies(libraries, target, ".".join(number[1].split(".")[:2]))
        members = contents(python, libraries)
    data = archive(f"elfin-{version}", members)
    path = out / f"elfin-{target}.tar.gz"
    path.write_bytes(data)
    unpacked = sum(len(held) for _, held in members)
    without = f", without {', '.join(left_out)}" if left_out else ""
    print(
        f"{path.name}: {len(data) / 1e6:.1f} MB, {unpacked / 1e6:.1f} MB unpacked, {len(members)} files, "
        f"CPython {number[1]}{without} ({time.monotonic() - started:.0f} s)"
    )


def own_version() -> str:
    match = re.search(r'^__version__ = "(.+)"$', (PACKAGE / "__init__.py").read_text(), re.MULTILINE)
    assert match is not None
    return match[1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="where archives and scripts go")
    parser.add_argument("--pythons", type=Path, default=PYTHONS, help="folder of CPython archives")
    parser.add_argument("--target", action="append", default=[], metavar="TRIPLE", help="default: all there are")
    parser.add_argument("--base-url", action="append", default=[], metavar="URL", help="where OUT will be hosted")
    options = parser.parse_args()
    version = own_version()
    options.out.mkdir(parents=True, exist_ok=True)
    bases = [word for url in options.base_url for word in ("--base-url", url)]
    links = [word for link in LINKS for word in ("--link", link)]
    with tempfile.TemporaryDirectory(prefix=".release-", dir=options.out) as made:
        # In a folder of their own: OUT may hold the archives of an older version.
        for target, python in pythons(options.pythons, options.target).items():
            make(Path(made), target, python, version)
        done = subprocess.run(
            [ELFIN, "installer", "build", made, "-o", options.out, "--name", "elfin", "--version", version,
             "--layout", "tree", *links, *bases],
            check=False,
        )  # fmt: skip
        if done.returncode == 0:
            for path in Path(made).iterdir():
                path.replace(options.out / path.name)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
