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


def as_uv_has_it(folder: Path = PYTHONS) -> dict[str, object]:
    """The list beside the real archives in a folder in uv's words, which leave out what is static."""
    found: dict[str, object] = {}
    for line in (folder / LIST.name).read_text().splitlines():
        release = json.loads(line)
        version, tag = release["version"].split("+")
        major, minor, patch = map(int, version.split("."))
        for one in release["artifacts"]:
            machine, libc = one["platform"].split("-")[0], one["platform"].split("-")[-1]
            if libc == "musl" and tag < "20250311":
                continue
            variant = "freethreaded" if "freethreaded" in one["variant"] else None
            found[f"cpython-{version}{'+' + variant if variant else ''}-linux-{machine}-{libc}"] = {
                "name": "cpython", "arch": {"family": machine, "variant": None}, "os": "linux", "libc": libc,
                "major": major, "minor": minor, "patch": patch, "prerelease": "", "sha256": one["sha256"],
                "url": f"file://{folder}/{one['url']}", "variant": variant, "build": tag,
            }  # fmt: skip
    return found


_ANOTHER_VERSION = """import sys


class Version(tuple):
    major, minor, micro, releaselevel, serial = (property(lambda self, at=at: self[at]) for at in range(5))


sys.version_info = sys.implementation.version = Version({version!r} + ("final", 0))
"""


def as_version(archive: Path, version: tuple[int, int, int]) -> bytes:
    """A real archive whose Python says that it is another patch version, for there is but one of each kind."""
    plain = io.BytesIO(gzip.decompress(archive.read_bytes()))
    data = _ANOTHER_VERSION.format(version=version).encode()
    with tarfile.open(fileobj=plain, mode="a") as whole:
        info, _ = member(f"python/lib/python{version[0]}.{version[1]}/site-packages/sitecustomize.py", data)
        whole.addfile(info, io.BytesIO(data))
    return gzip.compress(plain.getvalue(), 1, mtime=0)
