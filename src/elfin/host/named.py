"""A place written as a name -> the `Host` that is meant, in words what was understood, and what had to be assumed.

Names: wheel platform tags (PEP 425, 513, 571, 599, 600, 656, 730, 738, 783), open-ended; Rust's target triples, with a
libc version behind a point; uv's `--python-platform` names; OCI platforms (`linux/arm64/v8`); `distro:release[/arch]`.
Refuses nothing: an unknown name is an `Unknown` with the nearest names there are. `host`, `root:`, `image:` and
`python:` are no names, and their flow's business.
"""

from __future__ import annotations

import re

from elfin.host import named_arch, named_distro, named_tag, named_triple
from elfin.host.model import Evidence, Host
from elfin.host.named_model import Named, Unknown

__all__ = ["Named", "Unknown", "named"]

_UV = {
    "linux": "x86_64-unknown-linux-gnu",
    "macos": "aarch64-apple-darwin",
    "windows": "x86_64-pc-windows-msvc",
}
_OCI = re.compile(r"(linux|darwin|windows|android|ios)/(.+)")
_EXAMPLES = ("alpine:3.20", "debian:12/arm64", "rhel:8", "manylinux_2_28_x86_64", "musllinux_1_2_aarch64",
             "x86_64-unknown-linux-gnu.2.17", "aarch64-unknown-linux-musl", "linux/arm64/v8", "linux", "macos",
             "windows", "macosx_14_0_arm64", "win_amd64", "android_24_arm64_v8a")  # fmt: skip


# A libc or a system alone is half a name, too.
_HALVES = {
    **dict.fromkeys(("glibc", "gnu", "manylinux"), ("manylinux_2_28_x86_64", "x86_64-unknown-linux-gnu", "linux")),
    **dict.fromkeys(("musl", "musllinux"), ("musllinux_1_2_x86_64", "x86_64-unknown-linux-musl", "alpine:3.23")),
    **dict.fromkeys(("wasm32", "wasm", "pyodide", "emscripten", "pyemscripten"), ("pyemscripten_2026_0_wasm32",)),
    "android": ("android_24_arm64_v8a", "aarch64-linux-android"),
    "ios": ("ios_13_0_arm64_iphoneos", "arm64-apple-ios"),
}


def named(text: str) -> Named | Unknown:
    """The place that `text` names, or the nearest names. Upper case is taken for lower case."""
    word = text.strip().lower()
    found: Named | None = None
    if match := _OCI.fullmatch(word):
        found = named_triple.oci(match[1], match[2])
    elif word in _UV:
        found = named_triple.triple(_UV[word])
        if found is not None:
            found = found._replace(assumed=(f"{word} is taken for {_UV[word]}, as uv does", *found.assumed))
    else:
        found = named_tag.tag(word) or named_triple.triple(word) or named_distro.distro(word)
    if found is None:
        return Unknown(text, _nearest(word))
    return found._replace(host=_with_evidence(found.host, text.strip()))


def _with_evidence(host: Host, text: str) -> Host:
    """What a name says, it says: the evidence of every fact is the name itself or the table."""
    source = f"the name {text}"
    facts = [Evidence("os", host.os, source), Evidence("arch", host.arch.name, source)]
    if host.arch.float_abi is not None:
        facts.append(Evidence("float abi", host.arch.float_abi, source))
    table = source if host.distribution is None else "the table of distributions"
    facts += [Evidence("libc", f"{libc.family} {'.'.join(map(str, libc.version or ()))}", table) for libc in host.libcs]
    return host._replace(evidence=(*facts, *host.evidence))


def _nearest(word: str) -> tuple[str, ...]:
    """Up to five known names, the likeliest first: of a known distribution its releases, else what is spelt alike."""
    if word in _HALVES:
        return _HALVES[word]
    found = named_arch.machine(word)
    if found is not None:  # an architecture alone is half a name
        name = found[0].name
        return f"manylinux_2_28_{name}", f"musllinux_1_2_{name}", f"debian:13/{word}", f"alpine:3.23/{word}"
    releases = named_distro.nearest(word)
    if releases:
        return releases
    import difflib

    known = (*_EXAMPLES, *_UV, *named_triple.NAMES, *named_distro.names(), *named_tag.NAMES)
    return tuple(difflib.get_close_matches(word, dict.fromkeys(known), n=5, cutoff=0.6))
