"""Floats in registers: the list and the comparator say the same of every userland of riscv64 and loongarch64."""

from __future__ import annotations

import pytest

from elfin.formats import wheelname
from elfin.host.model import Arch, Libc
from elfin.tags import expand, explain, match, platform
from elfin.tags.model import Match, Mismatch
from kit.places import interpreter, target


@pytest.mark.parametrize("machine", ["riscv64", "loongarch64"])
@pytest.mark.parametrize("libc", [Libc("glibc", (2, 39), None), Libc("musl", (1, 2), None)])
@pytest.mark.parametrize("floats", ["soft", "single", "double", None])
def test_wheels_for_double_floats_are_listed_only_where_they_fit(machine: str, libc: Libc, floats: str | None) -> None:
    python = interpreter("3.13.1", libc=libc, machine=machine)._replace(arch=Arch(machine, 64, True, floats))
    kind = "manylinux_2_39" if libc.family == "glibc" else "musllinux_1_2"
    fits = floats in (None, "double")
    assert (f"{kind}_{machine}" in platform.supported(python)) == fits
    assert f"linux_{machine}" in platform.supported(python)
    wheel = wheelname.parse(f"a-1-cp313-cp313-{kind}_{machine}.whl")
    found = match.verdict(expand.tag_set(target(python)), wheel)
    if fits:
        assert isinstance(found, Match)
    else:
        assert isinstance(found, Mismatch) and found.axis == "float abi"
        assert explain.sentence(found) == f"is for double-float {machine}, this interpreter is {floats}-float"
