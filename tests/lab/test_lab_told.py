"""What tools said, in a few words."""

from __future__ import annotations

import json

from lab.enter import Done
from lab.told import audited, host_told, last_line, listing_told, pip_tags_told, tags_told, without


def said(text: str) -> list[Done]:
    return [Done(0, 1.0, text, "")]


def test_a_host_is_told_by_its_libcs_and_its_architecture() -> None:
    libcs = [{"family": "musl", "version": "1.2.5"}, {"family": "glibc", "version": None}]
    assert host_told(said(json.dumps({"libcs": libcs, "arch": {"name": "x86_64"}}))) == (
        "musl 1.2.5, glibc (version unknown); x86_64"
    )
    assert host_told(said('{"libcs": [], "arch": {"name": "s390x"}}')) == "no libc; s390x"


def test_tags_are_told_alike_of_elfin_and_of_pip() -> None:
    listed = (
        "pip version: 1\nCompatible tags: 3\n  cp313-cp313-linux_x86_64\n  cp313-abi3-linux_x86_64\n  py3-none-any\n"
    )
    tags = ["cp313-cp313-linux_x86_64", "cp313-abi3-linux_x86_64", "py3-none-any"]
    assert pip_tags_told(said(listed)) == tags_told(said(json.dumps({"tags": tags})))
    assert pip_tags_told(said("")) == "no tags"


def test_an_audit_is_told_by_its_need() -> None:
    text = "env\n  on host  runs (Alpine)\n  needs    Linux on x86_64, musl 1.1.24\n           libc.so\n"
    assert audited(said(text)) == "runs here; needs Linux on x86_64, musl 1.1.24"
    assert audited(said("env\n  on host  runs\n")) == "runs here"


def test_the_last_command_tells_what_runs() -> None:
    assert last_line([Done(0, 1, "installed", ""), Done(0, 1, "noise\n3.13.15\n", "")]) == "3.13.15"
    assert last_line(said("")) == ""
    assert listing_told(said("cpython-3.13.18-linux-x86_64-musl  <download>")) == "linux-x86_64-musl"


def test_a_refusal_names_the_projects_without_a_wheel() -> None:
    message = (
        "Because cryptography>=3.1,<37.0.3 or >=37.0.4 has no wheel for this target: its wheels are for x86_64, this "
        "is armv7l (a, b), cryptography 0.1 to 38.0.2 (28 of the versions) cannot be used for other reasons, "
        "cryptography<44 cannot be used. Because it depends on cffi>=1.12.0, cffi>=1.14.5 has no wheel for this "
        "target: wheels are, and zope.a has no wheel for this target"
    )
    assert without(message, "cryptography") == ["cryptography", "cffi", "zope.a"]
    assert without("no version of numpy", "numpy") == ["numpy"]
