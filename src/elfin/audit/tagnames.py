"""Names of wheels: compressed sets of tags as PEP 425 wants them, changed as `wheel tags` changes them.

Follows PEP 425 (sets sorted), PEP 427 (name, build number) and the upload rules of the public index (which platform
tags it takes). Refuses, with UsageError, an empty set and a build number without a digit.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from elfin.errors import UsageError
from elfin.record import NamedTuple

_ARCHES = "x86_64|i686|aarch64|armv7l|ppc64le|s390x|riscv64"
_TAKEN = re.compile(
    r"any|win32|win_amd64|win_arm64|win_ia64|linux_armv[67]l"
    rf"|manylinux(?:1_(?:x86_64|i686)|2010_(?:x86_64|i686)|2014_(?:{_ARCHES}|ppc64))"
    rf"|manylinux_\d+_\d+_(?:{_ARCHES}|ppc64)|musllinux_\d+_\d+_(?:{_ARCHES})"
    r"|macosx_10_\d+_\w+|macosx_(?:1[1-5]|26)_0_\w+|ios_\d+_\d+_(?:arm64|x86_64)_(?:iphoneos|iphonesimulator)"
    r"|android_\d+_(?:arm64_v8a|armeabi_v7a|x86_64|x86)|pyemscripten_\d+_\d+_wasm32",
    re.ASCII,
)
_TAG = re.compile(r"[a-z0-9_]+")


class Parts(NamedTuple):
    """A wheel's name as it is written."""

    stem: str
    """Name and version: "uv-0.13.8"."""
    build: str
    pythons: tuple[str, ...]
    abis: tuple[str, ...]
    platforms: tuple[str, ...]


def split(filename: str) -> Parts:
    """The parts of a name that `formats.wheelname` has found good."""
    parts = filename.removesuffix(".whl").split("-")
    pythons, abis, platforms = (tuple(part.lower().split(".")) for part in parts[-3:])
    return Parts("-".join(parts[:2]), parts[2] if len(parts) == 6 else "", pythons, abis, platforms)


def joined(parts: Parts) -> str:
    """The file name, each set sorted and without repetition."""
    sets = [".".join(sorted(set(tags))) for tags in (parts.pythons, parts.abis, parts.platforms)]
    return "-".join([parts.stem, *([parts.build] if parts.build else []), *sets]) + ".whl"


def expanded(parts: Parts) -> tuple[str, ...]:
    """Every tag that the sets mean, sorted: the Tag lines of WHEEL."""
    return tuple(
        sorted({f"{py}-{abi}-{plat}" for py in parts.pythons for abi in parts.abis for plat in parts.platforms})
    )


def is_sorted(parts: Parts) -> bool:
    """Whether the sets are written as PEP 425 asks."""
    return all(list(tags) == sorted(set(tags)) for tags in (parts.pythons, parts.abis, parts.platforms))


def changed(tags: Sequence[str], order: str) -> tuple[str, ...]:
    """A set after an order: "X.Y" replaces it, "+X.Y" adds, "-X.Y" takes away. Raises UsageError."""
    sign, named = (order[:1], order[1:]) if order[:1] in ("+", "-") else ("", order)
    asked = tuple(named.lower().split("."))
    if not all(_TAG.fullmatch(tag) for tag in asked):
        raise UsageError(
            f"{order!r} is no set of tags", hints=("write X.Y to replace, +X.Y to add, -X.Y to take away",)
        )
    if sign == "+":
        return tuple(dict.fromkeys((*tags, *asked)))
    if sign == "":
        return asked
    absent = [tag for tag in asked if tag not in tags]
    if absent:
        raise UsageError(f"the wheel has no tag {absent[0]}", hints=(f"it has {'.'.join(tags)}",))
    left = tuple(tag for tag in tags if tag not in asked)
    if not left:
        raise UsageError("no tag would be left", hints=(f"it has {'.'.join(tags)}",))
    return left


def check_build(build: str) -> str:
    """A build number as it may be written. Raises UsageError."""
    if build and re.fullmatch(r"\d[A-Za-z0-9_.]*", build, re.ASCII) is None:
        raise UsageError(f"{build!r} is no build number", hints=("it begins with a digit and has no dash",))
    return build


def index_takes(platform: str) -> bool:
    """Whether the public index accepts an upload with that platform tag."""
    return _TAKEN.fullmatch(platform) is not None


def of_wheel_file(text: bytes) -> tuple[tuple[str, ...], str]:
    """(the Tag lines, the build number or "") of a WHEEL file, as they stand."""
    lines = [line.partition(b":") for line in text.splitlines()]
    tags = [value.strip().decode("utf-8", "replace") for key, _, value in lines if key.strip().lower() == b"tag"]
    build = [value.strip().decode("utf-8", "replace") for key, _, value in lines if key.strip().lower() == b"build"]
    return tuple(tags), build[0] if build else ""
