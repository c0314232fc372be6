"""Wheels that hold a few ELF files: (file name, bytes), as an audit finds them on a disk."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kit import wheelsmith
from kit.symbolsmith import binary, imports


def dynamic(version: str, machine: str = "x86_64", *, symbol: str = "statx") -> bytes:
    """A program that needs that glibc, for one symbol."""
    loader = {"x86_64": "/lib64/ld-linux-x86-64.so.2", "aarch64": "/lib/ld-linux-aarch64.so.1"}[machine]
    symbols = imports(f"open@GLIBC_2.17 {symbol}@GLIBC_{version}")
    return binary(machine, symbols, interpreter=loader, needed=["libc.so.6"])


def static(machine: str = "x86_64") -> bytes:
    """A static program."""
    return binary(machine, kind=2)


def put(folder: Path, tag: str, files: Mapping[str, bytes], *, name: str = "tool", **options: object) -> Path:
    """A wheel in that folder; WHEEL lists every tag its name means."""
    pythons, abis, platforms = (part.split(".") for part in tag.split("-"))
    tags = "".join(f"Tag: {py}-{abi}-{plat}\n" for py in pythons for abi in abis for plat in platforms)
    wheel_file = f"Wheel-Version: 1.0\nGenerator: smith\nRoot-Is-Purelib: false\n{tags}"
    arguments: dict[str, object] = {"wheel_file": wheel_file, "purelib": False, **options}
    path = folder / wheelsmith.filename(name, "1.0", tag)
    path.write_bytes(wheelsmith.wheel(name, "1.0", files, **arguments))  # type: ignore[arg-type]
    return path
