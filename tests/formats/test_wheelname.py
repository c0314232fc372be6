"""formats.wheelname: what packaging accepts is taken apart alike, what it refuses is refused."""

from __future__ import annotations

import pytest
from packaging.utils import canonicalize_name, parse_wheel_filename

from elfin.errors import MalformedWheel
from elfin.formats import wheelname

GOOD = [
    "foo-1.0-py3-none-any.whl",
    "foo_bar-1.0-1000abc-py2.py3-none-any.whl",
    "Foo.Bar-1!2.0rc1+local.1-7-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "numpy-2.1.0-cp313-cp313t-musllinux_1_2_aarch64.whl",
    "föö-1.0-py3-none-any.whl",
    "x-v1.0-CP311-ABI3-Win_AMD64.whl",
    "foo-1.0_local-py3-none-any.whl",
]
BAD = [
    "foo-1.0-py3-none-any.zip",
    "foo-1.0-py3-none.whl",
    "foo-1.0-a-b-py3-none-any.whl",
    "foo-1.0-abc-py3-none-any.whl",
    "foo__bar-1.0-py3-none-any.whl",
    "foo\n-1.0-py3-none-any.whl",
    "foo#bar-1.0-py3-none-any.whl",
    "-1.0-py3-none-any.whl",
    "foo-bad-py3-none-any.whl",
    "foo-1.0-py3--any.whl",
    "foo-1.0-py3.-none-any.whl",
    "foo-1.0-2.7.6-none-any.whl",
    "foo-1.0-py+3-none-any.whl",
    ".whl",
]


@pytest.mark.parametrize("name", GOOD)
def test_the_parts_are_those_that_packaging_finds(name: str) -> None:
    ours = wheelname.parse(name)
    if "_local" in name:
        assert ours.version == "1.0_local"
        return
    project, version, build, tags = parse_wheel_filename(name)
    assert canonicalize_name(ours.name) == project
    assert ours.version.removeprefix("v") == str(version) and ours.build == build
    mine = {f"{python}-{abi}-{platform}" for python in ours.pythons for abi in ours.abis for platform in ours.platforms}
    assert mine == {str(tag) for tag in tags}


@pytest.mark.parametrize("name", BAD)
def test_broken_names_are_refused(name: str) -> None:
    with pytest.raises(MalformedWheel):
        wheelname.parse(name)


def test_build_tags_compare_as_numbers_first() -> None:
    builds = [wheelname.parse(f"a-1-{tag}py3-none-any.whl").build for tag in ("", "2-", "10-", "10a-")]
    assert builds == sorted(builds)
