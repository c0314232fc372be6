"""host.osrelease: the names distributions give themselves."""

from __future__ import annotations

from elfin.host import osrelease
from kit.roots import DictRoot, Link


def test_quotes_comments_and_bad_lines() -> None:
    text = '# x\nNAME=\'Alpine Linux\'\nVERSION_ID=3.20.1\nbad line\nPRETTY_NAME="A \\"b\\" \\$c"\nlower=no\n'
    assert osrelease.parse(text) == {
        "NAME": "Alpine Linux",
        "VERSION_ID": "3.20.1",
        "PRETTY_NAME": 'A "b" $c',
    }


def test_the_usual_link_is_followed_and_absence_is_none() -> None:
    files = {"/etc/os-release": Link("../usr/lib/os-release"), "/usr/lib/os-release": b"NAME=Void\n"}
    values, path = osrelease.read(DictRoot(files))
    assert (osrelease.pretty(values), path) == ("Void", "/etc/os-release")
    assert osrelease.read(DictRoot()) == ({}, None) and osrelease.pretty({}) is None


def test_roots_without_os_release_are_named_by_the_file_they_have() -> None:
    for path, text, name in (
        ("/etc/redhat-release", "CentOS release 6.10 (Final)\n", "CentOS release 6.10 (Final)"),
        ("/etc/alpine-release", "3.2.3\n", "Alpine Linux 3.2.3"),
        ("/etc/debian_version", "6.0.10\n", "Debian GNU/Linux 6.0.10"),
        ("/system/build.prop", "ro.build.version.release=9\n", "Android 9"),
    ):
        values, source = osrelease.read(DictRoot({path: text}))
        assert (osrelease.pretty(values), source) == (name, path)
    assert osrelease.read(DictRoot({"/etc/redhat-release": "\n"})) == ({}, None)
