"""The table of places holds together."""

from __future__ import annotations

import pytest
from lab.variants import SETUPS, VARIANTS

from lab import jobs, places

EVERY = places.every()


def test_no_name_is_used_twice() -> None:
    assert len(EVERY) == len(places._BASIC) + len(VARIANTS)


@pytest.mark.parametrize("place", EVERY.values(), ids=str)
def test_what_a_place_is_made_of_comes_before_it(place: places.Place) -> None:
    names = list(EVERY)
    for source in places.sources(place):
        assert names.index(source) < names.index(place.name)


def test_a_recipe_hangs_on_what_is_made_and_on_nothing_else() -> None:
    place = EVERY["debian-no-ldd"]
    recipe = places.recipe(place)
    assert places.recipe(place._replace(note="another", quick=True, environment=(("A", "b"),))) == recipe
    assert places.recipe(place._replace(steps=place.steps[1:])) != recipe


def test_a_recipe_changes_with_the_place_it_starts_from(monkeypatch: pytest.MonkeyPatch) -> None:
    variant, taker = EVERY["debian-no-ldd"], EVERY["script-shell"]
    before = places.recipe(variant), places.recipe(taker)
    changed = {**EVERY, "debian-bookworm": EVERY["debian-bookworm"]._replace(include=("python3",))}
    monkeypatch.setattr(places, "every", lambda: changed)
    assert places.recipe(variant) != before[0] and places.recipe(taker) != before[1]


def test_every_setup_of_the_study_is_a_place() -> None:
    assert len(SETUPS) == 19  # 18 rows of two columns, one of them for two roots
    assert {one.place for one in SETUPS} <= set(EVERY)
    assert len({one.place for one in SETUPS}) == len(SETUPS)
    for one in SETUPS:
        asked = {(job.tool, job.name) for job in jobs.jobs(EVERY[one.place], emulated=False)}
        assert {(tool, job) for tool in ("elfin", "uv") for job in one.jobs} <= asked


def test_the_quick_subset_has_alpine_two_debians_and_a_foreign_architecture() -> None:
    quick = {place.name: place for place in EVERY.values() if place.quick}
    assert {"alpine", "debian-bookworm", "debian-trixie"} <= set(quick)
    assert any(places.emulated(place, "x86_64") for place in quick.values())


def test_a_kernel_needs_no_emulation_for_its_own_and_its_smaller_brother() -> None:
    assert not places.emulated(EVERY["debian-bookworm"], "x86_64")
    assert not places.emulated(EVERY["debian-i386"], "x86_64")
    assert places.emulated(EVERY["debian-arm64"], "x86_64")
    assert not places.emulated(EVERY["debian-arm64"], "aarch64")


@pytest.mark.parametrize("place", EVERY.values(), ids=str)
def test_jobs_come_after_those_they_need(place: places.Place) -> None:
    for quick in (False, True):
        seen = set()
        for job in jobs.jobs(place, emulated=False, quick=quick):
            assert (job.tool, job.name) not in seen
            assert not job.needs or (job.tool, job.needs) in seen
            assert quick or all((job.tool, other) in seen for other in job.after)
            assert job.name in jobs.ORDER
            seen.add((job.tool, job.name))
        assert ("elfin", "host") in seen


def test_a_place_without_a_shell_starts_elfin_with_its_python() -> None:
    assert jobs.elfin(EVERY["debian-no-shell"])[0] == "/usr/bin/python3"
    assert jobs.elfin(EVERY["debian-bookworm"]) == ("/elfin/elfin",)
