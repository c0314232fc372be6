# /// script
# requires-python = ">=3.11"
# dependencies = ["ziglang==0.17.0"]
# ///
"""Build the archives of the example release: one C program for every kind of place, on one machine.

    elfin run examples/hello/build.py dist                                  all of them
    elfin run examples/hello/build.py dist x86_64-unknown-linux-musl ...    these

`ziglang` from the package index brings a compiler with the C libraries of all targets (100 MB; `elfin run` fetches it
by the lines above). The first build of a target compiles its start-up files, a static one its whole C library; all is
kept in zig's cache, and a second build takes a fraction of a second. The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import gzip
import io
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

SOURCE = Path(__file__).resolve().parent / "hello.c"


class Build(NamedTuple):
    """One archive: what it is called for, and what zig calls that."""

    zig: str
    flags: tuple[str, ...] = ()
    linkage: str = "dynamic"


# Behind a point: the lowest glibc, as cargo-zigbuild writes it. A name that begins with "dynamic-" is a build against
# musl's shared library; musl builds are static otherwise, as is the custom.
TARGETS = {
    "x86_64-unknown-linux-gnu": Build("x86_64-linux-gnu.2.17"),
    "x86_64-unknown-linux-gnu.2.28": Build("x86_64-linux-gnu.2.28"),
    "x86_64-unknown-linux-gnu.2.34": Build("x86_64-linux-gnu.2.34"),
    "x86_64-unknown-linux-musl": Build("x86_64-linux-musl", (), "static"),
    "dynamic-x86_64-unknown-linux-musl": Build("x86_64-linux-musl", ("-dynamic",)),
    "aarch64-unknown-linux-gnu": Build("aarch64-linux-gnu.2.17"),
    "aarch64-unknown-linux-gnu.2.28": Build("aarch64-linux-gnu.2.28"),
    "aarch64-unknown-linux-musl": Build("aarch64-linux-musl", (), "static"),
    "dynamic-aarch64-unknown-linux-musl": Build("aarch64-linux-musl", ("-dynamic",)),
    "armv7-unknown-linux-gnueabihf": Build("arm-linux-gnueabihf.2.28", ("-mcpu=cortex_a7",)),
    "armv7-unknown-linux-musleabihf": Build("arm-linux-musleabihf", ("-mcpu=cortex_a7",), "static"),
    "i686-unknown-linux-gnu": Build("x86-linux-gnu.2.17"),
    "i686-unknown-linux-musl": Build("x86-linux-musl", (), "static"),
    "riscv64gc-unknown-linux-gnu": Build("riscv64-linux-gnu.2.31"),
    "s390x-unknown-linux-gnu": Build("s390x-linux-gnu.2.28"),
    "powerpc64le-unknown-linux-gnu": Build("powerpc64le-linux-gnu.2.28"),
    "x86_64-apple-darwin": Build("x86_64-macos.11.0"),
    "aarch64-apple-darwin": Build("aarch64-macos.11.0"),
    "x86_64-pc-windows-gnu": Build("x86_64-windows-gnu"),
}


def compiler() -> str:
    """The path of zig. Exits with what to type when there is none."""
    try:
        import ziglang  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        again = " ".join([os.path.relpath(__file__), *sys.argv[1:]])
        sys.exit(f"error: there is no ziglang here\n\nhint: elfin run {again}")
    return os.path.join(os.path.dirname(ziglang.__file__), "zig")


def program(zig: str, target: str, version: str) -> bytes:
    """The bytes of the program for a target."""
    build = TARGETS[target]
    with tempfile.TemporaryDirectory(prefix="hello-") as folder:
        made = os.path.join(folder, "hello.exe" if "windows" in target else "hello")
        subprocess.run(
            [zig, "cc", "-target", build.zig, *build.flags, "-Os", "-s", f'-DVERSION="{version}"',
             f'-DLINKAGE="{build.linkage}"', "-o", made, SOURCE.name],
            cwd=SOURCE.parent, check=True,
        )  # fmt: skip
        return Path(made).read_bytes()


def archive(target: str, version: str, data: bytes) -> tuple[str, bytes]:
    """(file name, bytes): a zip for Windows, tar.gz for the rest, with one folder at the top."""
    top, held = f"hello-{version}", io.BytesIO()
    if "windows" in target:
        with zipfile.ZipFile(held, "w") as made:
            member = zipfile.ZipInfo(f"{top}/hello.exe")
            member.external_attr, member.compress_type, member.create_system = 0o100755 << 16, zipfile.ZIP_DEFLATED, 3
            made.writestr(member, data)
        return f"hello-{target}.zip", held.getvalue()
    with (
        gzip.GzipFile(fileobj=held, mode="wb", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as made_tar,
    ):
        entry = tarfile.TarInfo(f"{top}/hello")
        entry.size, entry.mode = len(data), 0o755
        made_tar.addfile(entry, io.BytesIO(data))
    return f"hello-{target}.tar.gz", held.getvalue()


def build(folder: Path, targets: list[str], version: str) -> list[Path]:
    """Make the archives of these targets in `folder`, two at a time; their paths. Raises CalledProcessError."""
    zig = compiler()

    def one(target: str) -> Path:
        name, data = archive(target, version, program(zig, target, version))
        path = folder / name
        path.write_bytes(data)
        return path

    folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(2) as workers:
        return list(workers.map(one, targets))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where the archives go")
    parser.add_argument("target", nargs="*", help="default: all of " + ", ".join(TARGETS))
    parser.add_argument("--version", default="1.0", help="what the program says of itself (default: 1.0)")
    options = parser.parse_args()
    unknown = [name for name in options.target if name not in TARGETS]
    if unknown:
        parser.error(f"{unknown[0]} is no target of this build")
    try:
        made = build(options.folder, options.target or list(TARGETS), options.version)
    except subprocess.CalledProcessError as error:
        sys.exit(f"error: zig failed for {error.cmd[3]} (its words are above)")
    for path in made:
        sys.stdout.write(f"{path.stat().st_size:7} {path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
