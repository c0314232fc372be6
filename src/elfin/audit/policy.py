"""What the manylinux promises allow: libraries, levels of libstdc++ and its kin by glibc, floors of architectures.

Sources: PEP 513, 571, 599, 600 and 656; the auditwheel project's policies (MIT) for what has been added since; the
pep600_compliance project (MIT), whose table of distributions gives the level that every one of them has from a glibc
on. Not in these tables means not allowed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Final

LIBRARIES: Final = {
    "libgcc_s.so.1": (2, 5), "libstdc++.so.6": (2, 5), "libX11.so.6": (2, 5), "libXext.so.6": (2, 5),
    "libXrender.so.1": (2, 5), "libICE.so.6": (2, 5), "libSM.so.6": (2, 5), "libGL.so.1": (2, 5),
    "libgobject-2.0.so.0": (2, 5), "libgthread-2.0.so.0": (2, 5), "libglib-2.0.so.0": (2, 5),
    "libz.so.1": (2, 5), "libexpat.so.1": (2, 12), "libatomic.so.1": (2, 5),
}  # fmt: skip
"""Libraries a manylinux wheel may leave to the system, and from which glibc on."""
MUSL_LIBRARIES: Final = frozenset({"libz.so.1"})
"""The same for musllinux; libstdc++ and libgcc_s have to come along."""

_LIBC = re.compile(
    r"lib(?:c|m|dl|pthread|rt|util|resolv|nsl|anl|mvec|xnet)\.so(?:\.[0-9])?|lib(?:c|m|pthread)\.so\.6\.1"
    r"|ld-linux[\w.-]*\.so\.\d|ld64\.so\.[12]|ld\.so\.1|ld-musl-\w+\.so\.1|libc\.musl-\w+\.so\.1"
)

# From this glibc on, every known distribution has at least these. (glibc; GLIBCXX, CXXABI, GCC, ZLIB)
_LEVELS: Final = (
    ((2, 5), (3, 4, 9), (1, 3, 1), (4, 2, 0), (1, 2, 2, 4)),
    ((2, 12), (3, 4, 13), (1, 3, 3), (4, 3, 0), (1, 2, 2, 4)),
    ((2, 17), (3, 4, 19), (1, 3, 7), (4, 8, 0), (1, 2, 5, 2)),
    ((2, 19), (3, 4, 20), (1, 3, 8), (4, 8, 0), (1, 2, 5, 2)),
    ((2, 23), (3, 4, 21), (1, 3, 9), (4, 8, 0), (1, 2, 5, 2)),
    ((2, 24), (3, 4, 22), (1, 3, 10), (4, 8, 0), (1, 2, 5, 2)),
    ((2, 26), (3, 4, 24), (1, 3, 11), (7, 0, 0), (1, 2, 5, 2)),
    ((2, 27), (3, 4, 25), (1, 3, 11), (7, 0, 0), (1, 2, 9)),
    ((2, 31), (3, 4, 28), (1, 3, 12), (7, 0, 0), (1, 2, 9)),
    ((2, 33), (3, 4, 29), (1, 3, 13), (7, 0, 0), (1, 2, 9)),
    ((2, 35), (3, 4, 30), (1, 3, 13), (12, 0, 0), (1, 2, 9)),
    ((2, 36), (3, 4, 30), (1, 3, 13), (12, 0, 0), (1, 2, 12)),
    ((2, 39), (3, 4, 33), (1, 3, 15), (14, 0, 0), (1, 2, 12)),
    ((2, 42), (3, 4, 34), (1, 3, 15), (14, 0, 0), (1, 2, 12)),
    ((2, 44), (3, 4, 35), (1, 3, 17), (14, 0, 0), (1, 2, 12)),
)
_COLUMNS = {"GLIBCXX": 1, "CXXABI": 2, "GCC": 3, "ZLIB": 4}

ARCH_FLOORS: Final[Mapping[str, tuple[int, int]]] = {
    "x86_64": (2, 5), "i686": (2, 5), "aarch64": (2, 17), "armv7l": (2, 17), "ppc64": (2, 17), "ppc64le": (2, 17),
    "s390x": (2, 17), "riscv64": (2, 31), "loongarch64": (2, 36),
}  # fmt: skip
"""Oldest manylinux tag of each architecture; one that is missing here has none."""
MUSL_FLOOR: Final = (1, 1)
"""Oldest musllinux tag in use."""
MUSL_ARCH_FLOORS: Final[Mapping[str, tuple[int, int]]] = {"loongarch64": (1, 2), "riscv64": (1, 1)}

# AArch64's first enterprise release had glibc 2.17 with this version put back into it.
_BACKPORTS: Final = {("aarch64", (2, 18)): (2, 17)}

SPECIAL_GLIBC: Final = {"GLIBC_ABI_DT_RELR": (2, 36), "GLIBC_ABI_GNU2_TLS": (2, 43), "GLIBC_ABI_GNU_TLS": (2, 43)}
"""Versions that name a feature of the loader, and the glibc that brought it."""

ZLIB_PRIVATE: Final = frozenset(
    (
        *("inflate_table", "inflate_fast", "zcalloc", "zcfree", "z_errmsg", "deflate_copyright", "inflate_copyright"),
        *("_dist_code", "_length_code", "gz_error", "gz_intmax", "gz_strwinerror", "x86_check_features"),
        *("x86_cpu_has_sse2", "x86_cpu_has_sse42", "x86_cpu_has_pclmulqdq", "x86_cpu_has_tzcnt", "uncompress2"),
    )
)
"""Names of zlib that are its own business, or newer than what every system has."""

_NUMBERED = re.compile(r"([A-Z][A-Z0-9]*(?:_[A-Z]+)*)_(\d{1,6}(?:\.\d{1,6}){0,4})", re.ASCII)


def is_libc(soname: str) -> bool:
    """Whether a library belongs to the libc (any libc: both loaders take these names for their own)."""
    return _LIBC.fullmatch(soname) is not None


def numbered(version: str) -> tuple[str, tuple[int, ...]] | None:
    """ "GLIBCXX_3.4.29" -> ("GLIBCXX", (3, 4, 29)); None for a version without number."""
    match = _NUMBERED.fullmatch(version)
    return (match[1], tuple(map(int, match[2].split(".")))) if match else None


def glibc_of(version: str) -> tuple[int, ...] | None:
    """The glibc that a version of its libraries asks for, None for one that no glibc promises (GLIBC_PRIVATE)."""
    if version in SPECIAL_GLIBC:
        return SPECIAL_GLIBC[version]
    known = numbered(version)
    return known[1][:2] if known is not None and known[0] == "GLIBC" else None


def glibc_with(arch: str, version: tuple[int, ...]) -> tuple[int, ...]:
    """The lowest glibc that has a symbol version, on that machine."""
    return _BACKPORTS.get((arch, (version[0], version[1])), version) if len(version) > 1 else version


def glibc_for(prefix: str, level: tuple[int, ...]) -> tuple[int, int] | None:
    """The glibc from which on every known distribution has that level; None: none of them has it.

    A prefix that nothing is known of asks for nothing: the library itself is what has to be there.
    """
    column = _COLUMNS.get(prefix)
    if column is None:
        return (2, 5)
    for row in _LEVELS:
        has = row[column]
        if level <= has:
            return row[0]
    return None


def is_level(prefix: str) -> bool:
    """Whether the table has that prefix."""
    return prefix in _COLUMNS
