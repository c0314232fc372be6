"""Places made out of others: the odd machines users have, and the set-ups a study of uv was made with (`SETUPS`).

Pure data. The words of the steps are those of `make_variant.py`.
"""

from __future__ import annotations

from typing import NamedTuple

from lab.places import Place

_STATIC = {"python": "/opt/python/bin/python3", "build": "x86_64-static", "jobs": "detect"}
_GLIBC = (
    ("take", "debian-bookworm", "lib64/ld-linux-x86-64.so.2", "lib64/ld-linux-x86-64.so.2"),
    *(
        ("take", "debian-bookworm", f"lib/x86_64-linux-gnu/{name}", f"lib/x86_64-linux-gnu/{name}")
        for name in ("libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "libutil.so.1")
    ),
)
_GLIBC_ENV = (("take", "debian-bookworm", "usr/bin/env", "usr/bin/env"), *_GLIBC)
_MUSL = (("take", "alpine", "lib/ld-musl-x86_64.so.1", "lib/ld-musl-x86_64.so.1"),)
_STATIC_SHELL = (("take", "debian-both-libcs", "usr/bin/busybox", "bin/sh"),)
_DANGLING_SHELL = (("elf", "bin/sh", "interpreter=/lib/ld-gone.so.1"),)


def _small(name: str, note: str, *steps: tuple[str, ...], shell: bool = False, **more: object) -> Place:
    """A root of a few files, in which elfin runs on a static Python from outside."""
    return Place(name, note, "x86_64", "variant", "", steps=steps, shell=shell, **(_STATIC | more))  # type: ignore[arg-type]


def _out_of(source: str, name: str, note: str, *steps: tuple[str, ...], **more: object) -> Place:
    place = Place(name, note, "x86_64", "variant", source, steps=steps)
    if source == "alpine":
        place = place._replace(python="/opt/python/bin/python3", build="x86_64-musl")
    return place._replace(**more)  # type: ignore[arg-type]


def _old_glibc(version: str) -> tuple[tuple[str, ...], ...]:
    """A loader and a library that say an old version; nothing can run with them."""
    return (
        ("elf", f"lib64/ld-{version}.so", "soname=ld-linux-x86-64.so.2", "offers=GLIBC_2.2.5,GLIBC_2.3,GLIBC_PRIVATE"),
        ("elf", f"lib64/libc-{version}.so", "soname=libc.so.6", f"offers=GLIBC_2.2.5,GLIBC_{version}",
         f"rodata=GNU C Library (faked) stable release version {version}."),
        ("link", "lib64/libc.so.6", f"libc-{version}.so"),
        ("elf", "bin/sh", "interpreter=/lib64/ld-linux-x86-64.so.2", "needed=libc.so.6"),
    )  # fmt: skip


VARIANTS = (
    Place(
        "debian-both-libcs", "Debian 12 with the package `musl` installed", "x86_64", "debian", "bookworm",
        include=("python3", "ca-certificates", "musl", "busybox-static"),
    ),
    _out_of("debian-bookworm", "debian-no-shell", "no shell, as in distroless images",
            *(("remove", f"usr/bin/{name}") for name in ("sh", "dash", "bash", "rbash")), shell=False),
    _out_of("debian-bookworm", "debian-no-dev", "no /dev/null and no /proc", ("empty", "dev"), mounts=(), quick=True),
    _out_of("debian-bookworm", "debian-no-ldd", "no ldd, no getconf",
            ("remove", "usr/bin/ldd"), ("remove", "usr/bin/getconf")),
    _out_of("debian-bookworm", "debian-no-python", "no Python at all",
            ("remove", "usr/bin/python3"), ("remove", "usr/bin/python3.11"), python=None, jobs="detect"),
    _out_of("debian-bookworm", "debian-foreign-python", "the first `python3` on PATH is for another architecture",
            ("build", "aarch64-gnu", "bin/python3.13", "usr/local/bin/python3"), request="3"),
    _out_of("alpine", "alpine-both-libcs", "Alpine with glibc's loader and library beside musl", *_GLIBC),
    _out_of("alpine", "alpine-gcompat", "Alpine with glibc's loader imitated by a link to musl's",
            ("link", "lib64/ld-linux-x86-64.so.2", "../lib/ld-musl-x86_64.so.1")),
    _out_of("alpine", "alpine-glibc-python", "Alpine with a Python on PATH that was built for glibc",
            ("take", "debian-bookworm", "usr/bin/python3.11", "usr/local/bin/python3.11"), request="3.11",
            jobs="detect"),
    _small("static-only", "static programs only: busybox and a Python without a loader",
           ("take", "debian-both-libcs", "usr/bin/busybox", "bin/busybox"), ("link", "bin/sh", "busybox"), shell=True),
    _small("empty", "nothing"),
    _small("empty-libc-asked", "nothing, and a request that names the libc", request="cpython-3.13-linux-x86_64-musl"),
    _small("empty-libc-said", "nothing, and a variable that names the libc",
           environment=(("UV_LIBC", "musl"), ("ELFIN_LIBC", "musl"))),
    _small("both-static-shell", "both loaders, a static shell", *_GLIBC, *_MUSL, *_STATIC_SHELL, shell=True),
    _small("musl-static-shell", "musl's loader only, a static shell", *_MUSL, *_STATIC_SHELL, shell=True),
    _small("gcompat-static-shell", "glibc's loader is a link to musl's, a static shell", *_MUSL, *_STATIC_SHELL,
           ("link", "lib64/ld-linux-x86-64.so.2", "../lib/ld-musl-x86_64.so.1"), shell=True),
    _small("script-shell", "/bin/sh is a script, /usr/bin/env is for glibc", *_GLIBC_ENV,
           ("file", "bin/sh", "#!/usr/bin/env busybox\n")),
    _small("dangling-loader", "/bin/sh names a loader that is not there, /usr/bin/env is for glibc",
           *_DANGLING_SHELL, *_GLIBC_ENV),
    _small("dangling-loader-musl", "/bin/sh names a loader that is not there, musl's loader is",
           *_DANGLING_SHELL, *_MUSL),
    _small("glibc-2.17", "faked: glibc 2.17 behind two links", *_old_glibc("2.17"),
           ("link", "lib64/ld-linux-x86-64.so.2", "ld-old.so"), ("link", "lib64/ld-old.so", "ld-2.17.so")),
    _small("glibc-2.12", "faked: glibc 2.12", *_old_glibc("2.12"),
           ("link", "lib64/ld-linux-x86-64.so.2", "ld-2.12.so")),
    _small("musl-1.1.16", "faked: musl 1.1.16",
           ("says", "lib/ld-musl-x86_64.so.1", "musl libc (x86_64)\nVersion 1.1.16\nDynamic Program Loader\n",
            "1.1.16"),
           ("elf", "bin/sh", "interpreter=/lib/ld-musl-x86_64.so.1")),
)  # fmt: skip


class Setup(NamedTuple):
    """One of the set-ups that uv was studied in."""

    contains: str
    place: str
    then: str
    """What uv 0.12.5 and 0.13.8 did there, by the study."""
    jobs: tuple[str, ...] = ("host", "python")
    """The jobs that show it: what a tool says the machine is, and whether a Python it installs runs there."""


SETUPS = (
    Setup("nothing", "empty", "error"),
    Setup("nothing, and the request names the libc", "empty-libc-asked", "error"),
    Setup("nothing, and UV_LIBC=musl", "empty-libc-said", "musl"),
    Setup("no /dev/null, but loaders", "debian-no-dev", "error"),
    Setup("glibc's shell and loader", "debian-bookworm", "gnu"),
    Setup("musl's shell and loader", "alpine", "musl"),
    Setup("both loaders, glibc's shell", "debian-both-libcs", "gnu"),
    Setup("both loaders, musl's shell", "alpine-both-libcs", "musl"),
    Setup("both loaders, a static shell", "both-static-shell", "gnu"),
    Setup("musl's loader, a static shell", "musl-static-shell", "musl"),
    Setup("glibc's loader is a link to musl's, a static shell", "gcompat-static-shell", "musl"),
    Setup("/bin/sh is a script, /usr/bin/env glibc's", "script-shell", "gnu"),
    Setup("/bin/sh names a loader that is not there", "dangling-loader", "error"),
    Setup("the same, and musl's loader is there", "dangling-loader-musl", "error"),
    Setup("glibc 2.17 behind two links", "glibc-2.17", "error"),
    Setup("glibc 2.12", "glibc-2.12", "gnu: a build that cannot start"),
    Setup("musl 1.1.16", "musl-1.1.16", "musl: a build that cannot start"),
    Setup(
        "a Python on PATH whose loader is not there",
        "alpine-glibc-python",
        "error: not found, though it is there",
        ("venv",),
    ),
    Setup("the first python3 on PATH is for another architecture", "debian-foreign-python", "error", ("venv",)),
)
