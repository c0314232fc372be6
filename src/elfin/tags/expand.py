"""Target -> `TagSet`: every tag it takes, ranked, in the order of `packaging` 26.3's `sys_tags()`."""

from __future__ import annotations

from elfin.host.model import Target
from elfin.tags import platform, python
from elfin.tags.model import TagSet


def tag_set(target: Target, *, linux_last: bool = False) -> TagSet:
    """The tags of `target`, best first.

    `linux_last` ranks `linux_*` behind manylinux and musllinux, as uv and pips before `packaging` 26.3 do.
    """
    interpreter = target.interpreter
    platforms = dict.fromkeys(platform.supported(interpreter, linux_last=linux_last), 0)
    for place, name in enumerate(platforms):
        platforms[name] = place
    width = len(platforms)
    pairs = dict.fromkeys(python.rows(interpreter))
    rows = {pair: number * width for number, pair in enumerate(pairs)}
    pure = {name: len(rows) * width + number for number, name in enumerate(python.pure(interpreter))}
    return TagSet(target, platforms, rows, pure)
