"""Requirements and markers are read as `packaging` reads them, faster."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.markers import Marker
from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Full
from packaging.utils import canonicalize_name

from elfin.errors import Bug, Malformed
from elfin.formats.projectname import canonical
from elfin.resolve.markers import Markers
from elfin.resolve.requirement import Requirement, requirement
from kit.resolveworld import LINUX

SHAPES = [
    "name",
    "Name.Under_score",
    "name>=1",
    "name >= 1, < 2",
    "name (>=1,<2)",
    "name ( >=1 )",
    "name[b,A_x]",
    "name [a] >=1.0.post1",
    "name==1.*",
    "name~=1.4.2",
    "name===weird+thing",
    "name==1.0+local",
    "name>=1!2.0",
    "name>=1.0RC1",
    'name; python_version < "3.8"',
    "name>=1 ; (python_version < '3.8' or os_name == 'nt') and extra == 'x'",
    "name @ https://example.invalid/name-1.0-py3-none-any.whl",
    "name[a] @ https://example.invalid/name.tar.gz ; os_name == 'posix'",
    "name>=1,",
    "name>=1.0,!=1.5.*,!=1.7",
    "name ()",
    "name[]",
    "na--me",
]
BAD = ["", "  ", "-name", "name>", "name>=1 <2", "name(>=1", "name>=1)", "name[a", "name;", "name >=1.*", "name==1.*.1"]


@pytest.mark.parametrize("text", SHAPES)
def test_a_requirement_is_what_packaging_reads(text: str) -> None:
    read, oracle = requirement(text), Full(text)
    assert read.name == canonicalize_name(oracle.name)
    assert set(read.extras) == {canonicalize_name(extra) for extra in oracle.extras}
    assert sorted(read.clauses) == sorted((one.operator, one.version) for one in oracle.specifier)
    assert read.url == oracle.url
    assert (read.marker is None) == (oracle.marker is None)
    if read.marker is not None:
        assert Marker(read.marker) == oracle.marker


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_requirement_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequirement):
        Full(text)
    with pytest.raises(Malformed):
        requirement(text)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.text(alphabet="aZ9._-[](),<>=!~ *;'", max_size=14))
def test_nothing_is_read_that_packaging_refuses(text: str) -> None:
    try:
        read = requirement(text)
    except Malformed:
        with pytest.raises(InvalidRequirement):
            Full(text)
        return
    if read.marker is None:  # a marker is read when it is asked
        assert canonicalize_name(Full(text).name) == read.name


def test_a_requirement_is_said_without_its_marker() -> None:
    assert requirement("Na_me[B,a] >=1 , <2; os_name=='nt'").text() == "na-me[a,b]>=1,<2"
    assert Requirement("a", (), (), "https://x.invalid/a.whl").text() == "a @ https://x.invalid/a.whl"
    assert canonical("A__b.-c") == "a-b-c"


names = st.sampled_from(
    ["python_version", "sys_platform", "os_name", "platform_machine", "implementation_name", "python_full_version"]
)
values = st.sampled_from(
    [
        "3",
        "3.0",
        "3.8",
        "3.11",
        "3.11.0",
        "3.11.7",
        "3.12",
        "3.*",
        "linux",
        "Linux",
        "win32",
        "x86_64",
        "posix",
        "cpython",
    ]
)
atoms = st.one_of(
    st.builds(
        lambda n, o, q, v: f"{n} {o} {q}{v}{q}", names, st.sampled_from(["==", "!="]), st.sampled_from("'\""), values
    ),
    st.builds(
        lambda o, v: f'python_version{o}"{v}"',
        st.sampled_from(["<", "<=", ">", ">=", "==", "!=", "~="]),
        st.sampled_from(["3.8", "3.11", "3.11.0", "4.0", "3.12"]),
    ),
    st.sampled_from(
        ["extra == 'x'", 'extra == "X_y"', "extra != 'x'", "'linux' in sys_platform", "'3.8' <= python_version"]
    ),
)
markers = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.builds(lambda a, b: f"{a} and {b}", inner, inner),
        st.builds(lambda a, b: f"{a} or {b}", inner, inner),
        st.builds(lambda a: f"({a})", inner),
        st.builds(lambda a: f"{a} and extra == 'x'", inner),
    ),
    max_leaves=5,
)


@settings(max_examples=500, derandomize=True, deadline=None)
@given(text=markers, extra=st.sampled_from(["", "x", "x-y"]))
def test_a_marker_holds_as_packaging_says(text: str, extra: str) -> None:
    assert Markers(LINUX).hold(text, extra) == Marker(text).evaluate({**LINUX, "extra": extra})


def test_a_marker_is_never_answered_from_this_machine() -> None:
    with pytest.raises(Bug, match="platform_version"):
        Markers({name: value for name, value in LINUX.items() if name != "platform_version"})


@pytest.mark.parametrize("text", ["os_name ==", "nonsense == 'x'", "os_name == 'a' and"])
def test_a_marker_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        Markers(LINUX).hold(text)
