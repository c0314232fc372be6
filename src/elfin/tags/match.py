"""Does a wheel fit a target: the quick answer by rank, and on request the reason of the nearest miss.

The quick answer is dictionary look-ups over the tags a target takes. The reason is found without any list: each tag of
the wheel is taken apart, python and ABI compared here, the platform by `host.fit`. Refuses to guess: a tag that no
specification knows is said to be unknown.
"""

from __future__ import annotations

import re

from elfin.formats.wheelname import WheelName
from elfin.host import fit
from elfin.host.model import CannotTell, Interpreter, Misfit, Target
from elfin.record import TYPE_CHECKING, NamedTuple
from elfin.tags import platform as platforms
from elfin.tags import python as pythons
from elfin.tags.model import Match, Mismatch, Tag, TagSet

if TYPE_CHECKING:
    from typing import Final


# What it takes to get from the target to the wheel: a newer libc is near, another operating system is far. A wheel
# that misses on two axes is as far away as both together.
DISTANCES: Final = {
    "cpu level": 1,
    "libc version": 1,
    "os version": 1,
    "free-threading": 2,
    "abi": 2,
    "distributor": 2,
    "float abi": 4,
    "python": 4,
    "libc family": 8,
    "static interpreter": 16,
    "implementation": 32,
    "arch": 64,
    "unknown": 96,
    "os": 128,
}

_IMPLEMENTATIONS = {"cp": "CPython", "pp": "PyPy", "py": "Python", "ip": "IronPython", "jy": "Jython"}
_PYTHON_TAG = re.compile(r"([a-z_]+?)(\d)(\d{0,3})")
_CPYTHON_ABI = re.compile(r"cp(\d)(\d{1,3})(t?)(d?)m?u?")


class _Miss(NamedTuple):
    axis: str
    needs: str
    has: str


def match(tags: TagSet, wheel: WheelName) -> Match | None:
    """The wheel's best rank, None when the target cannot use it. Cheap: nothing is made but sums of two look-ups."""
    best: int | None = None
    for platform in wheel.platforms:
        if platform == "any":
            ranks = [tags.pure.get(python) for python in wheel.pythons] if "none" in wheel.abis else []
            place = 0
        else:
            found = tags.platforms.get(platform)
            if found is None:
                continue
            place = found
            ranks = [tags.rows.get((python, abi)) for python in wheel.pythons for abi in wheel.abis]
        for rank in ranks:
            if rank is not None and (best is None or rank + place < best):
                best = rank + place
    return None if best is None else Match(best)


def verdict(tags: TagSet, wheel: WheelName) -> Match | Mismatch:
    """`match`, with the reason when there is none. For many wheels: `Judge`."""
    return match(tags, wheel) or why_not(tags.target, wheel)


def why_not(target: Target, wheel: WheelName) -> Mismatch:
    """Why `target` cannot use `wheel`, by the tag that comes nearest. Meant for wheels that do not match."""
    return every_miss(target, wheel)[0]


def every_miss(target: Target, wheel: WheelName) -> tuple[Mismatch, ...]:
    """`why_not`, and behind it the other thing that the same tag misses on, if there is one: Python or the platform."""
    own = target.interpreter
    platforms = [(tag, _platform(target, tag)) for tag in wheel.platforms]
    pairs = [((python, abi), _interpreter(own, python, abi)) for python in wheel.pythons for abi in wheel.abis]
    return _nearest(platforms, pairs)


class Judge:
    """`verdict` on many wheels for one target: the thousands of wheels of an index have a thousand kinds of tags."""

    def __init__(self, tags: TagSet) -> None:
        self.tags = tags
        self._known: dict[tuple[tuple[str, ...], ...], Match | Mismatch] = {}

    def __call__(self, wheel: WheelName) -> Match | Mismatch:
        """The rank of the wheel, or why it does not fit."""
        kind = wheel[3:]  # its tags
        found = self._known.get(kind)
        if found is None:
            found = self._known[kind] = verdict(self.tags, wheel)
        return found


def _nearest(
    platforms: list[tuple[str, _Miss | None]], pairs: list[tuple[tuple[str, str], _Miss | None]]
) -> tuple[Mismatch, ...]:
    """The tag that comes nearest, the graver miss first: distances add up, so it is the nearest platform with the
    nearest pair."""
    platform, platform_miss = min(platforms, key=_second)
    pair, pair_miss = min(pairs, key=_second)
    tag = Tag(*pair, platform)
    far, off = _distance(platform_miss), _distance(pair_miss)
    misses = (pair_miss, platform_miss) if off >= far else (platform_miss, pair_miss)
    found = tuple(Mismatch(*miss, tag, far + off) for miss in misses if miss is not None)
    # Every part would do, yet no list has it: a floor below all floors, a Python of the future.
    return found or (Mismatch("unknown", str(tag), "no rule for that tag", tag, DISTANCES["unknown"]),)


def _second(found: tuple[object, _Miss | None]) -> int:
    return _distance(found[1])


def _distance(miss: _Miss | None) -> int:
    return 0 if miss is None else DISTANCES[miss.axis]


def _platform(target: Target, tag: str) -> _Miss | None:
    wanted = platforms.needs(tag)
    if not wanted:
        return _Miss("unknown", tag, "no known platform")
    found = fit.any_verdict(wanted, target)
    if isinstance(found, Misfit):
        return _Miss(found.reason, found.needs, found.has)
    if isinstance(found, CannotTell):
        return _Miss(found.reason, found.needs, "unknown")
    if target.interpreter.manylinux and tag.startswith("manylinux") and _refused(target.interpreter, tag):
        return _Miss("distributor", tag, "its _manylinux module refuses it")
    return None


def _refused(interpreter: Interpreter, tag: str) -> bool:
    return tag not in platforms.supported(interpreter)


def _interpreter(interpreter: Interpreter, python: str, abi: str) -> _Miss | None:
    """What is wrong with the python and ABI tags, None when they would do."""
    parts = _PYTHON_TAG.fullmatch(python)
    if parts is None:
        return _Miss("unknown", python, "no known Python")
    name, major = parts[1], int(parts[2])
    minor = int(parts[3]) if parts[3] else None
    own = pythons.short_name(interpreter.implementation)
    has = f"{_IMPLEMENTATIONS.get(own, own)} {_short(interpreter)}"
    wanted = f"{_IMPLEMENTATIONS.get(name, name)} {major}" + ("" if minor is None else f".{minor}")
    if name not in (own, "py"):
        return _Miss("implementation", wanted, has)
    # Newer is never allowed; older only where the tag promises the future: generic Python and the stable ABI.
    open_ended = name == "py" or abi in ("abi3", "abi3t")
    ours = interpreter.version_info[:2]
    if (major, minor or 0) > ours or major != ours[0]:
        return _Miss("python", wanted + (" or newer" if open_ended and major == ours[0] else ""), has)
    if name != "py" and not open_ended and minor is not None and minor != ours[1]:
        return _Miss("python", wanted, has)
    return None if abi == "none" else _abi(interpreter, abi, has)


def _short(interpreter: Interpreter) -> str:
    return "{}.{}".format(*interpreter.version_info)


def _abi(interpreter: Interpreter, abi: str, has: str) -> _Miss | None:
    if abi in pythons.abis(interpreter):
        return None
    threads = "without the GIL" if interpreter.free_threaded else "with the GIL"
    stable = {"abi3": False, "abi3t": True}.get(abi)
    if interpreter.implementation == "cpython" and stable is not None:
        if stable == interpreter.free_threaded:
            return None
        return _Miss("free-threading", f"the stable ABI {abi}", f"{has} {threads}")
    parts = _CPYTHON_ABI.fullmatch(abi)
    if parts is None or interpreter.implementation != "cpython":
        return _Miss("abi", f"the ABI {abi}", _own_abi(interpreter))
    version = int(parts[1]), int(parts[2])
    if version != interpreter.version_info[:2]:
        return _Miss("python", f"CPython {version[0]}.{version[1]}", has)
    if bool(parts[3]) != interpreter.free_threaded:
        wanted = "without the GIL" if parts[3] else "with the GIL"
        return _Miss("free-threading", f"CPython {version[0]}.{version[1]} {wanted}", f"{has} {threads}")
    return _Miss("abi", f"the ABI {abi}", _own_abi(interpreter))


def _own_abi(interpreter: Interpreter) -> str:
    return "the ABI " + (" or ".join(pythons.abis(interpreter)) or "none")
