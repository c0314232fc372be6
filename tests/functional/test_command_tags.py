"""`elfin tags`: one tag a line on stdout, what was understood on stderr, one object with --json."""

from __future__ import annotations

import json
import sys

import pytest
from packaging import tags as theirs

from kit.commandline import Commandline


@pytest.fixture
def elfin(tmp_path, monkeypatch, capsys) -> Commandline:  # type: ignore[no-untyped-def]
    return Commandline(tmp_path, monkeypatch, capsys)


def test_tags_of_this_machine_are_packaging_s(elfin: Commandline) -> None:
    answer = elfin.good("tags", "--python", sys.executable)
    assert answer.out.split() == list(dict.fromkeys(map(str, theirs.sys_tags())))


def test_the_place_and_what_was_assumed_are_told_apart_from_the_list(elfin: Commandline) -> None:
    answer = elfin.good("tags", "--platform", "alpine:3.18/armhf", "--python", "3.13t")
    lines = answer.out.splitlines()
    assert lines[:2] == ["cp313-cp313t-linux_armv6l", "cp313-cp313t-musllinux_1_2_armv6l"]
    assert answer.err.splitlines() == [
        "Alpine 3.18 on armv6l, hard float: musl 1.2.4; CPython 3.13t",
        "  armhf is armv6l here: ARMv6 on Alpine and Raspbian, ARMv7 on Debian and Ubuntu",
    ]
    quiet = elfin.good("tags", "-q", "--platform", "alpine:3.18/armhf", "--python", "3.13t")
    assert quiet.out == answer.out and quiet.err == ""


def test_json_is_one_object(elfin: Commandline) -> None:
    answer = elfin.good("tags", "--platform", "debian:12/arm64", "--json")
    told = json.loads(answer.out)
    assert list(told) == ["schema", "platform", "understood", "notes", "python", "tags"] and answer.err == ""
    assert told["schema"] == 1 and told["platform"] == "debian:12/arm64"
    assert told["understood"] == "Debian 12 on aarch64: glibc 2.36"
    assert told["notes"] == ["no Python was said: 3.11.2 is taken, which Debian 12 ships"]
    assert told["python"]["version"] == "3.11.2" and told["python"]["executable"] is None
    assert told["tags"] == elfin.good("tags", "--platform", "debian:12/arm64").out.split()


def test_several_places_are_answered_in_order(elfin: Commandline) -> None:
    names = ("win_amd64", "musllinux_1_2_x86_64")
    flags = [word for name in names for word in ("--platform", name)]
    text = elfin.good("tags", *flags, "--python", "3.12").out
    blocks = text.strip().split("\n\n")
    assert [block.splitlines()[0] for block in blocks] == [f"# {name}" for name in names]
    told = json.loads(elfin.good("tags", *flags, "--python", "3.12", "--json").out)
    assert [place["platform"] for place in told["places"]] == list(names) and told["schema"] == 1
    assert [place["tags"] for place in told["places"]] == [block.splitlines()[1:] for block in blocks]


def test_both_orders_of_linux(elfin: Commandline) -> None:
    words = ("tags", "--python-platform", "manylinux_2_17_s390x", "--python", "3.12")
    first, last = (elfin.good(*words, *more).out.split() for more in ((), ("--linux-last",)))
    assert first[0] == "cp312-cp312-linux_s390x" and last[0] == "cp312-cp312-manylinux_2_17_s390x"
    assert sorted(first) == sorted(last)


def test_an_unknown_place_is_a_mistake_with_the_nearest(elfin: Commandline) -> None:
    answer = elfin("tags", "--platform", "debain:12")
    assert answer.code == 2 and answer.out == ""
    assert "no place is known as 'debain:12'" in answer.err and "debian:12" in answer.err
