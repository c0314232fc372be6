"""host.live: the running machine, by its files alone."""

from __future__ import annotations

import os
import sys

import pytest

from elfin.errors import UsageError
from elfin.host import libc, live
from elfin.host.detect import Facts, detect
from elfin.host.disk import FolderRoot
from elfin.host.model import Evidence
from kit.places import interpreter

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads a Linux")


@linux
def test_the_running_machine_is_what_its_libc_says() -> None:
    host = live.host()
    assert host.os == "linux" and host.libc is not None and host.arch.name == os.uname().machine
    told = os.confstr("CS_GNU_LIBC_VERSION") if host.libc.family == "glibc" else None
    if told:
        assert libc.spell(host.libc) == told
    assert {fact.fact for fact in host.evidence} >= {"os", "arch", "native libc"}


@linux
def test_no_child_is_started_to_find_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("fork", "posix_spawn", "execve", "system"):
        monkeypatch.setattr(os, name, lambda *_: pytest.fail("a child was started"))
    assert live.host().evidence


def test_an_empty_folder_is_a_place_without_libc(tmp_path: object) -> None:
    host = detect(FolderRoot(str(tmp_path)), Facts("Linux", "riscv64", executable="/none"))
    assert host.libcs == () and host.arch.name == "riscv64"
    assert Evidence("libc", "no libc found", "no program and no known loader names one") in host.evidence


def test_the_override_is_the_user_s_word() -> None:
    if live.facts().system == "Linux":
        assert live.host(native="none").libcs == ()
    with pytest.raises(UsageError):
        live.host(native="gnux32")
    assert live.target(interpreter()).interpreter == interpreter()
