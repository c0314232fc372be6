"""The problem of the field notes, with the pages and metadata of real projects."""

from __future__ import annotations

from typing import Any

import pytest
from packaging.version import InvalidVersion, Version

from elfin.formats.metadata import metadata
from elfin.index.model import File, offer_of
from elfin.resolve.choose import FileChoices
from elfin.resolve.model import Resolution, Wanted
from elfin.resolve.requirement import requirement
from elfin.resolve.solver import Solver
from elfin.resolve.source import Dependencies, Missing
from kit import loopback
from kit.resolveworld import problem

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not loopback.available(), reason="the shared loopback index is not beside the checkout"),
]


def rank(filename: str) -> int | None:
    python, _, platforms = filename.removesuffix(".whl").split("-")[-3:]
    if "py3" not in python and not python.startswith(("cp311", "cp3")):
        return None
    return 0 if platforms == "any" or ("linux" in platforms and "x86_64" in platforms) else None


class Page:
    def __init__(self, page: dict[str, Any], python: Version) -> None:
        self.releases: dict[Version, list[File]] = {}
        for each in page["files"]:
            name: str = each["filename"]
            if not name.endswith((".whl", ".tar.gz")):
                continue
            text = name.split("-")[1] if name.endswith(".whl") else name.removesuffix(".tar.gz").rpartition("-")[2]
            try:
                version = Version(text)
            except InvalidVersion:
                continue
            yanked = each["yanked"]
            reason = None if yanked is False else str(yanked)
            self.releases.setdefault(version, []).append(
                File(name, each["url"], each["hashes"], each["requires-python"], reason, None, None, None)
            )
        self.versions = sorted(self.releases)
        self.choices = FileChoices(
            self.versions,
            lambda index: offer_of(self.releases[self.versions[index]]),
            rank=rank,
            misfit=lambda names: "",
            python_version=python,
        )


def resolved(python: str) -> dict[str, str]:
    stored = loopback.loopback()
    asked = problem(*loopback.JUPYTER, python=python)
    solver = Solver(asked)
    pages = {name: Page(page, asked.python_version) for name, page in stored.pages.items()}
    rounds = 0
    while isinstance(outcome := solver.step(), Wanted):
        rounds += 1
        likely = solver.likely(outcome)
        for name in (*outcome.listings, *likely.listings):
            solver.give_listing(name, pages[name].choices if name in pages else Missing())
        for name, index in (*outcome.metadata, *likely.metadata):
            read = metadata(stored.metadata[name, str(pages[name].versions[index])])
            # The index names the Python every file needs, so what METADATA says of it was judged already.
            solver.give_metadata(name, index, Dependencies(read.requires_dist, None, read.provides_extra))
    assert isinstance(outcome, Resolution)
    assert not outcome.warnings
    assert rounds < 25
    return {pin.name: str(pin.version) for pin in outcome.pins}


def test_115_projects_as_other_installers_pin_them() -> None:
    pins = resolved("3.11.7")
    assert len(pins) == 115
    assert pins["soupsieve"] == "4.1.1"
    older = resolved("3.11.2")
    assert older["soupsieve"] == "2.10"
    assert {name for name in pins if pins[name] != older[name]} <= {"soupsieve", "beautifulsoup4"}


def test_every_real_requirement_is_read_as_packaging_reads_it() -> None:
    from packaging.requirements import Requirement as Full
    from packaging.utils import canonicalize_name

    texts = {
        text for data in list(loopback.loopback().metadata.values())[::40] for text in metadata(data).requires_dist
    }
    assert len(texts) > 500
    for text in sorted(texts):
        ours, oracle = requirement(text), Full(text)
        assert (ours.name, ours.url) == (canonicalize_name(oracle.name), oracle.url)
        assert set(ours.extras) == {canonicalize_name(extra) for extra in oracle.extras}
        assert sorted(ours.clauses) == sorted((one.operator, one.version) for one in oracle.specifier)
        assert (ours.marker is None) == (oracle.marker is None)
