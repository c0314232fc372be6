"""Wheels of one release together, and uv #3439: who takes which wheel where."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from elfin.audit import places, releases, reports
from elfin.audit.model import Claim, Report
from elfin.formats import wheelname
from elfin.host.model import Target
from elfin.host.named import Named, named
from elfin.pythons.imagined import imagined
from elfin.tags import match
from elfin.tags.expand import tag_set
from kit.wheelsofelf import dynamic, static

DYNAMIC = "uv-0.13.8-py3-none-manylinux_2_28_aarch64.whl"
STATIC = "uv-0.13.8-py3-none-musllinux_1_1_aarch64.whl"
BOTH = "uv-0.13.8-py3-none-manylinux2014_aarch64.manylinux_2_17_aarch64.musllinux_1_1_aarch64.whl"


def report(filename: str, files: Mapping[str, bytes]) -> Report:
    name = wheelname.parse(filename)
    claim = Claim(filename, name.pythons, name.abis, name.platforms, (), "", "", False, (), ())
    return reports.of(filename, "wheel", files.items(), claim)


def test_a_static_wheel_may_take_the_range_below_the_dynamic_one() -> None:
    found = releases.advise(
        [report(DYNAMIC, {"uv": dynamic("2.28", "aarch64")}), report(STATIC, {"uv": static("aarch64")})]
    )
    assert [(one.path, one.tags) for one in found] == [
        (STATIC, ("manylinux2014_aarch64", "manylinux_2_17_aarch64")),
        (STATIC, ()),
    ]
    assert "glibc 2.17 to 2.27" in found[0].text and "fewer wheels" in found[1].text


def test_nothing_is_advised_where_the_dynamic_wheel_reaches_all() -> None:
    low = DYNAMIC.replace("2_28", "2_17")
    found = releases.advise(
        [report(low, {"uv": dynamic("2.17", "aarch64")}), report(STATIC, {"uv": static("aarch64")})]
    )
    assert found[0].tags == ("manylinux2014_aarch64", "manylinux_2_17_aarch64")
    assert "runs with any libc" in found[0].text


def test_a_name_that_promises_too_much_is_not_built_upon() -> None:
    lying = DYNAMIC.replace("2_28", "2_17").replace("aarch64", "x86_64")
    static_one = STATIC.replace("aarch64", "x86_64")
    group = [report(lying, {"uv": dynamic("2.34")}), report(static_one, {"uv": static()})]
    text = releases.advise(group)[0].text
    assert "also serves glibc 2.5 to 2.16, where installers do not take the wheel for 2.17" in text
    assert f"{lying} does not run below glibc 2.34, and installers take it from 2.17 up" in text
    assert [one.hosts for one in releases.reach(group)] == [
        ("glibc 2.34 and up on x86_64",),
        ("musl 1.1 and up on x86_64",),
    ]


def test_hosts_are_shared_out_by_the_names() -> None:
    """Installers go by names: below the dynamic wheel's own the static one is taken, though both would run."""
    group = [report(DYNAMIC, {"uv": dynamic("2.17", "aarch64")}), report(BOTH, {"uv": static("aarch64")})]
    assert [one.hosts for one in releases.reach(group)] == [
        ("glibc 2.28 and up on aarch64",),
        ("glibc 2.17 to 2.27 on aarch64", "musl 1.1 and up on aarch64"),
    ]
    assert releases.reach(group[:1]) == ()


def groups(*names: str, by_python: bool) -> dict[str, int]:
    found = releases.groups([report(name, {}) for name in names], by_python=by_python)
    return {one.name: len(one.paths) for one in found}


def test_wheels_are_weighed_by_release_and_python() -> None:
    tags = ("A_b-1-cp312-cp312", "a.b-1-cp313-cp313t", "a.b-1-cp39-abi3", "a.b-1-py3-none", "c-1-cp312-cp312")
    names = [f"{tag}-linux_x86_64.whl" for tag in tags]
    assert groups(*names, by_python=False) == {"a-b 1": 4, "c 1": 1}
    assert groups(*names, by_python=True) == {
        "a-b 1 for cp312-cp312": 3, "a-b 1 for cp313-cp313t": 2, "a-b 1 for cp39-abi3": 2, "a-b 1 for py3-none": 1,
        "c 1 for cp312-cp312": 1,
    }  # fmt: skip


def test_wheels_for_other_machines_and_pythons_are_no_siblings() -> None:
    other = DYNAMIC.replace("aarch64", "x86_64")
    assert len(releases.advise([report(other, {"uv": dynamic("2.28")}), report(BOTH, {"uv": static("aarch64")})])) == 0


def test_one_tag_on_two_wheels_is_told() -> None:
    twice = BOTH.replace("0.13.8-py3", "0.13.8-1-py3")
    found = releases.advise([report(BOTH, {"uv": static("aarch64")}), report(twice, {"uv": static("aarch64")})])
    assert any("claimed by" in one.text for one in found)


@pytest.mark.parametrize(
    ("place", "taken"),
    [
        ("manylinux_2_17_aarch64", BOTH),
        ("manylinux_2_27_aarch64", BOTH),
        ("manylinux_2_28_aarch64", DYNAMIC),
        ("manylinux_2_39_aarch64", DYNAMIC),
        ("alpine:3.20/arm64", BOTH),
        ("manylinux_2_28_x86_64", None),
    ],
)
def test_after_retagging_installers_take_the_dynamic_wheel_where_it_runs(place: str, taken: str | None) -> None:
    found = named(place)
    assert isinstance(found, Named)
    tags = tag_set(Target(found.host, imagined(found.host, "3.13")))
    ranks = {name: rank for name in (BOTH, DYNAMIC) if (rank := match.match(tags, wheelname.parse(name))) is not None}
    assert min(ranks, key=lambda name: ranks[name], default=None) == taken
    assert match.match(tags, wheelname.parse(STATIC)) is None or "alpine" in place  # before: nothing below 2.28


@pytest.mark.parametrize(("release", "runs"), [("debian:9", False), ("debian:10", True), ("alpine:3.20", False)])
def test_the_verdict_at_a_place_is_the_comparator_s(release: str, runs: bool) -> None:
    found = named(f"{release}/arm64")
    assert isinstance(found, Named)
    verdict = places.judge(report(DYNAMIC, {"uv": dynamic("2.28", "aarch64")}), found.host)
    assert verdict.runs is runs
    assert (verdict.installers == "") is runs
    assert places.judge(report(STATIC, {"uv": static("aarch64")}), found.host).runs is True
