"""What tools said -> what is worth telling of it, in a few words. Pure."""

from __future__ import annotations

import json
import re

from lab.enter import Done

_LACKING = re.compile(
    r"(?:Because |, (?:and )?)([a-z0-9][a-z0-9._-]*)(?=[<>=!~ ])(?:(?!, )[^:()])*? has no wheel for this target"
)


def host_told(ended: list[Done]) -> str:
    """What `elfin host --json` found: "musl 1.2.5, glibc 2.36; x86_64"."""
    told = json.loads(ended[0].out)
    libcs = [f"{libc['family']} {libc['version'] or '(version unknown)'}" for libc in told["libcs"]]
    return f"{', '.join(libcs) or 'no libc'}; {told['arch']['name']}"


def tags_told(ended: list[Done]) -> str:
    """The best tag of `elfin tags --json`, and how many follow: "cp313-cp313-musllinux_1_2_x86_64 and 99 more"."""
    tags = json.loads(ended[0].out)["tags"]
    return f"{tags[0]} and {len(tags) - 1} more"


def pip_tags_told(ended: list[Done]) -> str:
    """The same of `pip debug --verbose`."""
    _, _, listed = ended[0].out.partition("Compatible tags: ")
    tags = re.findall(r"^  (\S+-\S+-\S+)$", listed, re.MULTILINE)
    return f"{tags[0]} and {len(tags) - 1} more" if tags else "no tags"


def first_line(ended: list[Done]) -> str:
    """What the first command said first."""
    return ended[0].out.partition("\n")[0]


def last_line(ended: list[Done]) -> str:
    """What the last command said last."""
    return (ended[-1].out.strip().splitlines() or [""])[-1]


def audited(ended: list[Done]) -> str:
    """The need that `elfin audit` found: "runs here; needs Linux on x86_64, musl 1.1.24"."""
    needs = re.search(r"^  needs +(.*)$", ended[0].out, re.MULTILINE)
    return f"runs here; needs {needs[1]}" if needs else "runs here"


def no_wheel(done: Done) -> str:
    """The paragraph of `elfin explain` about the nearest wheel; "" where that is not what it says."""
    lines = done.out.splitlines()
    first = next((number for number, line in enumerate(lines) if line.startswith("  No wheel fits")), None)
    if done.code != 1 or first is None:
        return ""
    last = next((number for number in range(first + 1, len(lines)) if not lines[number].startswith("    ")), len(lines))
    return " ".join(line.strip() for line in lines[first:last])


def without(message: str, asked: str) -> list[str]:
    """The projects that a refusal says have no wheel, the asked one first."""
    return list(dict.fromkeys([asked, *_LACKING.findall(message)]))


def listing_told(ended: list[Done]) -> str:
    """The kind of build that uv would choose: "linux-x86_64-musl"."""
    first = (ended[0].out.split() or ["nothing"])[0]
    return "-".join(first.split("-")[2:]) or first
