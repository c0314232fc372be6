"""What a root does not tell is unknown, and nothing else: neither old, nor static, nor another family."""

from __future__ import annotations

import pytest

from elfin.formats import elf
from elfin.host import fit
from elfin.host import libc as libcs
from elfin.host.detect import detect
from elfin.host.model import CannotTell, Libc, Misfit, Needs
from elfin.pythons.imagined import imagined
from kit import elfsmith
from kit.elfsmith import GLIBC_LOADER, MUSL_LOADER, glibc_loader, program
from kit.roots import DictRoot

MANYLINUX = Needs("linux", "x86_64", None, "glibc", (2, 17))


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({}, id="empty"),
        pytest.param({"/home/me/notes": "text"}, id="no root at all"),
        pytest.param({"/bin/sh": program(GLIBC_LOADER), "/lib64": b""}, id="a loader that cannot be looked at"),
        pytest.param({"/opt/python/bin/python3.13": program(MUSL_LOADER)}, id="a lone Python"),
    ],
)
def test_a_root_that_shows_no_libc_and_no_static_program_is_not_taken_for_static(files: dict[str, bytes | str]) -> None:
    host = detect(DictRoot(files), None)
    assert host.libcs == () and host.libc_unknown and not imagined(host, "3.13").static
    assert isinstance(fit.verdict(MANYLINUX, host), CannotTell)


def test_a_root_of_static_programs_has_no_libc_and_that_is_known() -> None:
    host = detect(DictRoot({"/bin/sh": program(None)}), None)
    assert host.libcs == () and not host.libc_unknown and imagined(host, "3.13").static
    assert isinstance(fit.verdict(MANYLINUX, host), Misfit)
    assert not detect(DictRoot({}), None, native="none").libc_unknown


def test_a_lone_python_in_opt_tells_the_machine() -> None:
    assert detect(DictRoot({"/opt/python/bin/python3.13": program(MUSL_LOADER)}), None).arch.name == "x86_64"


@pytest.mark.parametrize("version", ["99999.99999", "2.99999", "100.1"])
def test_a_version_beyond_all_reason_is_unknown(version: str) -> None:
    text = f"GNU C Library (Test 1) stable release version {version}.\n".encode()
    files = {
        "/bin/sh": program(GLIBC_LOADER),
        GLIBC_LOADER: glibc_loader(),
        "/lib64/libc.so.6": elfsmith.elf(soname="libc.so.6", offers=(f"GLIBC_{version}",), rodata=text),
    }
    (libc,) = detect(DictRoot(files), None).libcs
    assert (libc.family, libc.version) == ("glibc", None)


@pytest.mark.parametrize(
    ("loader", "family"),
    [
        (MUSL_LOADER, "musl"),
        (GLIBC_LOADER, "glibc"),
        ("/lib/ld-uClibc.so.0", "uclibc"),
        ("/gone/of-nobody", None),
        (None, None),
    ],
)
def test_a_missing_loader_leaves_the_family_that_its_name_says(loader: str | None, family: str | None) -> None:
    found = libcs.of_program(DictRoot({}), elf.read_header(lambda at, size: program(loader)[at : at + size]))
    assert found == (None if family is None else Libc(family, None, loader, "x86_64"))
