"""Target -> `TagSet`: every tag it takes, ranked, in the order of `packaging` 26.3's `sys_tags()`."""

from __future__ import annotations

from elfin.host.model import Target
from elfin.tags import platform, python
from elfin.tags.model import TagSet


def tag_set(target: Target, *, linux_last: bool = False) -> TagSet:
    """The tags of `target`, best first.

    `linux_last` ranks `linux_*` behind manylinux and musllinux, as uv and pips before `packaging` 26.3 do.
    """
    platforms = platform.supported(target.interpreter, linux_last=linux_last)
    ranks: dict[tuple[str, str, str], int] = {}
    for parts in python.rows(target.interpreter, platforms):
        ranks.setdefault(parts, len(ranks))
    return TagSet(target, ranks)
