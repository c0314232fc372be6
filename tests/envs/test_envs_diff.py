"""Only what differs changes; applying the changes leaves no difference."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elfin.envs import diff
from elfin.envs.diff import Add, Change, Remove, Replace, Wanted
from elfin.envs.state import Entry, State, state


def have(*pins: str, half: tuple[str, ...] = ()) -> State:
    entries = [Entry(f"{pin.replace('==', '-')}.dist-info", pin not in half) for pin in (*pins, *half)]
    return state([("/s", entries)])


def shown(changes: tuple[Change, ...]) -> list[str]:
    lines = []
    for change in changes:
        if isinstance(change, Remove):
            lines.append(f"- {change.installed.name} {change.installed.version}")
        elif isinstance(change, Add):
            lines.append(f"+ {change.wanted.name} {change.wanted.version}")
        else:
            before = ",".join(one.version for one in change.installed)
            lines.append(f"~ {change.wanted.name} {before}>{change.wanted.version}")
    return lines


def test_an_install_changes_what_differs_and_nothing_else() -> None:
    there = have("a==1", "b==1", "c==1", "Zope.I==1.0")
    found = diff.for_install(there, [Wanted("b", "2"), Wanted("new", "1"), Wanted("zope_i", "1.0.0")])
    assert shown(found.changes) == ["~ b 1>2", "+ new 1"]
    assert [one.name for one in found.unchanged] == ["Zope.I"]


def test_a_sync_removes_the_rest_but_for_what_is_kept() -> None:
    there = have("a==1", "b==1", "pip==23", "Setup.Tools==1")
    found = diff.for_sync(there, [Wanted("b", "1")], keep={"PIP", "setup-tools"})
    assert shown(found.changes) == ["- a 1"]
    assert shown(diff.for_sync(there, []).changes) == ["- a 1", "- b 1", "- pip 23", "- Setup.Tools 1"]


def test_reinstalling_replaces_the_same_version() -> None:
    assert shown(diff.for_install(have("a==1"), [Wanted("a", "1", reinstall=True)]).changes) == ["~ a 1>1"]


def test_damaged_and_double_remains_are_replaced() -> None:
    assert shown(diff.for_install(have(half=("a==1",)), [Wanted("a", "1")]).changes) == ["~ a 1>1"]
    assert shown(diff.for_install(have("a==1", "a==2"), [Wanted("a", "1")]).changes) == ["~ a 1,2>1"]
    assert shown(diff.for_install(have("a==1", half=("a==0",)), [Wanted("a", "1")]).changes) == ["~ a 1,0>1"]
    assert shown(diff.for_sync(have("a==1", half=("b==1",)), [Wanted("a", "1")]).changes) == ["- b 1"]


def test_a_removal_tells_which_names_are_not_there() -> None:
    removals, missing = diff.for_removal(have("a==1", "B.x==1", "c==1"), ["b-X", "a", "A", "gone", "gone"])
    assert shown(removals) == ["- a 1", "- B.x 1"]
    assert missing == ("gone",)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("1.0", "1.0", True),
        ("1.0", "1", True),
        ("1.0", "1.0.0.0", True),
        ("1.0", "1.0.1", False),
        ("01.0", "1", True),
        ("0", "0.0", True),
        ("1.0rc1", "1.0.0c1", True),
        ("1.0+local", "1.0", False),
        ("1!1", "1", False),
        ("not a version", "1", False),
        ("not a version", "not a version", True),
    ],
)
def test_versions_are_equal_as_pep_440_has_it(one: str, other: str, same: bool) -> None:
    assert diff.same_version(one, other) is same
    assert diff.same_version(other, one) is same


NAMES = st.sampled_from("abcde")
PINS = st.dictionaries(NAMES, st.sampled_from(["1", "2", "1.0"]))


@settings(max_examples=100, derandomize=True, deadline=None)
@given(PINS, PINS)
def test_after_the_changes_there_is_no_difference(there: dict[str, str], wanted: dict[str, str]) -> None:
    pins = [Wanted(name, version) for name, version in wanted.items()]
    after = dict(there)
    for change in diff.for_sync(have(*(f"{name}=={version}" for name, version in there.items())), pins).changes:
        if isinstance(change, Remove):
            del after[change.installed.name]
        else:
            after[change.wanted.name] = change.wanted.version
    assert set(after) == set(wanted)
    assert diff.for_sync(have(*(f"{name}=={version}" for name, version in after.items())), pins).changes == ()


def test_plain_versions_are_compared_without_packaging() -> None:
    code = (
        "import sys; sys.path.insert(0, 'src')\n"
        "from elfin.envs import diff, disk\n"
        "assert diff.same_version('1.0', '1') and not diff.same_version('1.0', '2')\n"
        "print(sorted({'packaging', 'dataclasses', 'pathlib', 'subprocess', 'email'} & set(sys.modules)))"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_replace_names_what_goes() -> None:
    (change,) = diff.for_install(have("a==1"), [Wanted("A", "2")]).changes
    assert isinstance(change, Replace)
    assert change.installed[0].dist_info == "/s/a-1.dist-info"
    assert diff.change_name(change) == "a"
