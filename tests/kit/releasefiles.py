"""Release archives made of small real binaries: what `elfin installer build` reads."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from kit.symbolsmith import Symbol, binary, imports

LOADERS = {
    ("glibc", "x86_64"): "/lib64/ld-linux-x86-64.so.2",
    ("glibc", "aarch64"): "/lib/ld-linux-aarch64.so.1",
    ("glibc", "armhf"): "/lib/ld-linux-armhf.so.3",
    ("glibc", "i686"): "/lib/ld-linux.so.2",
    ("musl", "x86_64"): "/lib/ld-musl-x86_64.so.1",
    ("musl", "aarch64"): "/lib/ld-musl-aarch64.so.1",
}


def gnu(
    machine: str = "x86_64", version: str = "2.17", more: str = "", libraries: tuple[str, ...] = (), notes: bytes = b""
) -> bytes:
    """A program for glibc that needs that version for `statx`; `more` as `symbolsmith.imports` reads it."""
    symbols = imports(f"open@GLIBC_2.2.5 statx@GLIBC_{version} {more}")
    needed = ["libc.so.6", *libraries]
    return binary(machine, symbols, interpreter=LOADERS["glibc", machine], needed=needed, notes=notes)


def stdcxx(level: str) -> bytes:
    """A program for glibc 2.17 that needs that GLIBCXX."""
    symbols = [*imports("open@GLIBC_2.17"), Symbol("_ZSt4cout", "libstdc++.so.6", f"GLIBCXX_{level}")]
    needed = ["libc.so.6", "libstdc++.so.6"]
    return binary("x86_64", symbols, interpreter=LOADERS["glibc", "x86_64"], needed=needed)


def musl(machine: str = "x86_64", symbols: str = "open") -> bytes:
    """A dynamic program for musl."""
    library = f"libc.musl-{machine}.so.1"
    return binary(machine, imports(symbols), interpreter=LOADERS["musl", machine], needed=[library])


def static(machine: str = "x86_64", notes: bytes = b"") -> bytes:
    """A static program."""
    return binary(machine, kind=2, notes=notes)


def library(soname: str, machine: str = "x86_64") -> bytes:
    """A shared library for glibc."""
    return binary(machine, imports("open@GLIBC_2.2.5"), needed=["libc.so.6"], soname=soname)


def put(folder: Path, name: str, files: Mapping[str, bytes] | bytes, top: str = "hello-1.0") -> Path:
    """An archive, or a bare binary, of the kind that its name ends with; "" for no top folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    if isinstance(files, bytes):
        path.write_bytes(files)
        return path
    prefix = f"{top}/" if top else ""
    held = io.BytesIO()
    if name.endswith(".zip"):
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
            for member, data in files.items():
                made.writestr(prefix + member, data)
    else:
        with tarfile.open(fileobj=held, mode="w") as made_tar:
            for member, data in files.items():
                entry = tarfile.TarInfo(prefix + member)
                if data.startswith(b"link:"):
                    entry.type, entry.linkname, data = tarfile.SYMTYPE, data[5:].decode(), b""  # noqa: PLW2901
                if data.startswith(b"name:"):
                    entry.type, entry.linkname, data = tarfile.LNKTYPE, prefix + data[5:].decode(), b""  # noqa: PLW2901
                entry.size, entry.mode = len(data), 0o755
                made_tar.addfile(entry, io.BytesIO(data))
    path.write_bytes(_compressed(name, held.getvalue()))
    return path


def _compressed(name: str, data: bytes) -> bytes:
    if name.endswith((".tar.gz", ".tgz")):
        import gzip

        return gzip.compress(data, mtime=0)
    if name.endswith(".tar.xz"):
        import lzma

        return lzma.compress(data)
    if name.endswith(".tar.zst"):
        from backports import zstd

        compressed: bytes = zstd.compress(data)
        return compressed
    return data
