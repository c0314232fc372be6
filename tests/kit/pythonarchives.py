"""Archives of Pythons: the real ones beside the checkout, and small ones with a program's head and a few files."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Sequence
from pathlib import Path

from kit import elfsmith

SHARED = Path(__file__).resolve().parent.parent.parent.parent / "shared"
PYTHONS = SHARED / "pythons"
LIST = PYTHONS / "python-build-standalone.ndjson"
UV_METADATA = SHARED / "data" / "python-downloads.json.gz"
LAUNCHER = """#!/bin/sh
'''exec' "$(dirname -- "$(realpath -- "$0")")/python{short}" "$0" "$@"
' '''
print(1)
"""
MUSL_LOADER = "/lib/ld-musl-aarch64.so.1"
Member = tuple[tarfile.TarInfo, bytes]


def member(name: str, data: bytes = b"", **fields: object) -> Member:
    """One file; `fields` are TarInfo's."""
    info = tarfile.TarInfo(name)
    info.size = len(data)
    info.mode = 0o644
    for field, value in fields.items():
        setattr(info, field, value)
    return info, data


def link(name: str, target: str, *, hard: bool = False) -> Member:
    """A link."""
    return member(name, type=tarfile.LNKTYPE if hard else tarfile.SYMTYPE, linkname=target)


def archive(members: Sequence[Member], *, dialect: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar.gz of these members in this order."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=dialect) as made:
        for info, data in members:
            made.addfile(info, io.BytesIO(data))
    return gzip.compress(out.getvalue(), 1, mtime=0)


def small(short: str = "3.13", more: int = 12) -> list[Member]:
    """About twenty members: a program for aarch64 musl, that nobody can run here, and what relocation is about."""
    program = elfsmith.program(MUSL_LOADER, "aarch64")
    variables = {"prefix": "/install", "CC": "clang -pthread", "AR": "/tools/llvm/bin/llvm-ar", "N": 1}
    return [
        member(f"python/bin/python{short}", program, mode=0o755),
        link("python/bin/python3", f"python{short}"),
        member("python/bin/pip", LAUNCHER.format(short=short).encode(), mode=0o755),
        member(f"python/lib/python{short}/os.py", b"# os\n"),
        member(f"python/lib/python{short}/_sysconfigdata__x.py", b"build_time_vars = " + repr(variables).encode()),
        member("python/lib/pkgconfig/python3.pc", b"prefix=/install\nlibdir=${prefix}/lib\n"),
        link("python/lib/liba.so", f"python{short}/os.py", hard=False),
        *(member(f"python/lib/python{short}/module{number}.py", b"x" * number * 100) for number in range(more)),
    ]  # fmt: skip


def name_of(version: str = "3.13.9", tag: str = "20251101", platform: str = "aarch64-unknown-linux-musl") -> str:
    """A name as python-build-standalone gives it."""
    return f"cpython-{version}+{tag}-{platform}-install_only_stripped.tar.gz"


def ndjson(files: dict[str, bytes], **wrong: str) -> str:
    """The official list of these archives by name; `wrong` hashes by name's version."""
    lines = []
    for name, data in files.items():
        version = name.split("-")[1]
        sha256 = wrong.get("sha256") or hashlib.sha256(data).hexdigest()
        row = {"platform": "", "variant": "", "url": name.replace("+", "%2B"), "sha256": sha256}
        lines.append(json.dumps({"version": version, "artifacts": [row]}))
    return "\n".join(lines) + "\n"
