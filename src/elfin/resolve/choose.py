"""Which file of a version is taken for the target, or why is there none?

Spec: wheel files (PEP 427: rank of tags, then the higher build number), Requires-Python of files (PEP 503), yanked
files (PEP 592). Tags are judged elsewhere: `rank` and `misfit` are handed in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from packaging.version import Version

from elfin.errors import Malformed
from elfin.index.model import File, Offer
from elfin.resolve.model import Unusable
from elfin.resolve.specifier import admits, clauses_of

Rank = Callable[[str], int | None]
"""File name of a wheel to its place in the target's order of tags, 0 the best; None: it does not fit."""
Misfit = Callable[[Sequence[str]], str]
"""File names of wheels that do not fit to one clause about the nearest: "its wheels are for Windows"; or ""."""

_BUILD = re.compile(r"[0-9]+")
_SDISTS = (".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz")


def chosen_file(
    files: Sequence[File], *, rank: Rank, misfit: Misfit, python_version: Version, build: bool = False
) -> File | Unusable:
    """Choose among the files of one version. `build`: a source distribution will do where no wheel fits.

    A yanked file is passed over while the version has others.
    """
    files = [file for file in files if file.yanked is None] or list(files)
    wheels = [file for file in files if file.filename.endswith(".whl")]
    sdists = [file for file in files if file.filename.endswith(_SDISTS)]
    if not wheels and not sdists:
        return Unusable("files", "has neither a wheel nor a source distribution")
    for_python = [file for file in (*wheels, *sdists) if _admitted(file.requires_python, python_version)]
    if not for_python:
        return Unusable("python", f"needs Python {(wheels or sdists)[-1].requires_python}")
    best = _best([file.filename for file in for_python], rank)
    if best is not None:
        return for_python[best]
    sources = [file for file in for_python if not file.filename.endswith(".whl")]
    if sources and build:
        return min(sources, key=lambda file: (not file.filename.endswith(".tar.gz"), file.filename))
    return _no_wheel([file.filename for file in wheels], misfit, has_source=bool(sources))


def _best(names: Sequence[str], rank: Rank) -> int | None:
    """Give the place of the wheel to prefer, None: none fits."""
    best: tuple[int, int, str] | None = None
    found = None
    for position, name in enumerate(names):
        place = rank(name) if name.endswith(".whl") else None
        if place is not None and (best is None or place <= best[0]):
            order = (place, -_build_number(name), name)
            if best is None or order < best:
                best, found = order, position
    return found


def _no_wheel(wheels: list[str], misfit: Misfit, *, has_source: bool) -> Unusable:
    if not wheels:
        return Unusable("sdist", "is only there as a source distribution, which elfin cannot build yet")
    nearest = misfit(wheels)
    reason = f"has no wheel for this target: {nearest}" if nearest else "has no wheel for this target"
    return Unusable("wheel", f"{reason} (elfin cannot build its source distribution yet)" if has_source else reason)


def _build_number(filename: str) -> int:
    """Give the leading digits of the build tag, the third of six parts; -1 without one, which sorts lowest."""
    parts = filename.split("-")
    number = _BUILD.match(parts[2]) if len(parts) == 6 else None
    return int(number[0]) if number else -1


@lru_cache(maxsize=16384)
def _admitted(requires_python: str | None, python_version: Version) -> bool:
    """Say whether a Requires-Python admits a Python. One that cannot be read asks nothing, as installers agree."""
    if not requires_python:
        return True
    try:
        return admits(clauses_of(requires_python), python_version)
    except Malformed:
        return True


class FileChoices:
    """The `Choices` of a project whose files an index lists. Files of a version are looked at when it is asked for."""

    def __init__(
        self,
        versions: Sequence[Version],
        offer_of: Callable[[int], Offer],
        *,
        rank: Rank,
        misfit: Misfit,
        python_version: Version,
        build: bool = False,
    ) -> None:
        """Take ascending versions, and what there is of the i-th of them."""
        self._versions = versions
        self._offer_of = offer_of
        self._rank = rank
        self._misfit = misfit
        self._python_version = python_version
        self._build = build
        self._answers: dict[int, File | Unusable] = {}

    @property
    def versions(self) -> Sequence[Version]:
        """All versions, ascending."""
        return self._versions

    def usable(self, index: int) -> Unusable | None:
        """Say why no file of a version can be taken, None: one can."""
        answer = self.file(index)
        return answer if isinstance(answer, Unusable) else None

    def yanked(self, index: int) -> str | None:
        """Give the reason all files of a version were yanked for, None: not all were."""
        answer = self.file(index)
        if isinstance(answer, File) and answer.yanked is None:
            return None
        reason = None
        for file in self._offer_of(index).files():
            if file.yanked is None:
                return None
            reason = reason or file.yanked
        return reason

    def file(self, index: int) -> File | Unusable:
        """Give the file to install for a version, or why there is none."""
        answer = self._answers.get(index)
        if answer is None:
            offer = self._offer_of(index)
            answer = self._answers[index] = self._first(offer) or chosen_file(
                offer.files(),
                rank=self._rank,
                misfit=self._misfit,
                python_version=self._python_version,
                build=self._build,
            )
        return answer

    def _first(self, offer: Offer) -> File | None:
        """Give the wheel whose name is preferred, where nothing but its name has to be known of the others."""
        best = _best(offer.names, self._rank)
        file = offer.read(best) if best is not None else None
        if file is None or file.yanked is not None or not _admitted(file.requires_python, self._python_version):
            return None
        return file
