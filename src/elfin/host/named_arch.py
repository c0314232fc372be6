"""What users call an architecture -> `Arch`, by whose word it is: Debian's armhf is ARMv7, Alpine's ARMv6.

Spellings: `uname -m`, wheel tags, dpkg, apk, OCI (`arm/v7`), Rust, and an x86-64 level behind the name. Refuses a word
that is none of them: None.
"""

from __future__ import annotations

import re

from elfin.host import arch as arches
from elfin.host.model import Arch

# What `arch.canonical` does not know because it is no machine's own name.
_WORDS = {
    "386": "i686", "loong64": "loongarch64", "mips64le": "mips64el", "mipsle": "mipsel", "riscv64gc": "riscv64",
    "arm": "armv7l", "arm/v7": "armv7l", "arm/v6": "armv6l", "arm/v5": "armv5tel", "arm/v8": "armv8l",
    "arm64/v8": "aarch64", "armhf": "armv7l", "armel": "armv5tel", "hppa": "parisc", "arm64/v9": "aarch64",
    "arm64v8": "aarch64", "arm32v7": "armv7l", "arm32v6": "armv6l", "arm32v5": "armv5tel",
}  # fmt: skip
_ALPINE = {"armhf": "armv6l"}
_RASPBIAN = {"armhf": "armv6l", "armv7l": "armv6l", "arm": "armv6l"}
_LEVEL = r"(x86_64|amd64)[_/-]?v([1-4])"


def machine(word: str, distro: str | None = None) -> tuple[Arch, int | None] | None:
    """(architecture, x86-64 level or None) of a word, as a distribution means it; None where no machine has it.

    32-bit ARM is hard-float from ARMv6 on, as its distributions are, and soft-float before.
    """
    level = None
    if match := re.fullmatch(_LEVEL, word):
        word, level = match[1], int(match[2])
    own = {"alpine": _ALPINE, "postmarketos": _ALPINE, "raspbian": _RASPBIAN}.get(distro or "", {})
    name = own.get(word) or _WORDS.get(word) or arches.canonical(word)
    if name == "wasm32":
        return Arch("wasm32", 32, True, None), None
    if name not in arches.TAGGED and name != "x32":  # which is there, and has no tag of its own
        return None
    float_abi = None
    if arches.is_arm(name):
        float_abi = "soft" if name == "armv5tel" else "hard"
    return arches.named(name, float_abi), level


def ambiguous(word: str, found: Arch) -> str | None:
    """What a word was taken for where others mean something else by it; None for a plain one."""
    if word == "armhf":
        return f"armhf is {found.name} here: ARMv6 on Alpine and Raspbian, ARMv7 on Debian and Ubuntu"
    return f"arm is taken for {found.name}, as containers do" if word == "arm" else None


def shown(found: Arch, level: int | None = None) -> str:
    """The machine in words: "armv7l, hard float"."""
    return (
        found.name
        + (f", {found.float_abi} float" if found.float_abi else "")
        + (f", CPU level x86-64-v{level}" if level else "")
    )
