"""RPATH and RUNPATH: which folders a loader looks into, and what is known of them."""

from __future__ import annotations

import pytest

from elfin.audit import facts, places, reports, search
from elfin.audit.model import FileFacts
from elfin.audit.places import Sought
from elfin.host.named import Named, named
from kit.symbolsmith import binary

LOADER = "/lib64/ld-linux-x86-64.so.2"


def file(path: str, rpath: str | None = None, runpath: str | None = None) -> FileFacts:
    data = binary(needed=["libc.so.6", "libodd.so.1"], interpreter=LOADER, rpath=rpath, runpath=runpath)
    return facts.read(path, data)


@pytest.mark.parametrize(
    ("rpath", "runpath", "origin", "wanted"),
    [
        (None, None, "/app/bin", ((), "")),
        ("/old", "/opt/lib:/more", "/app/bin", (("/opt/lib", "/more"), "")),
        ("/old", None, None, (("/old",), "")),
        (None, "$ORIGIN/../lib", "/app/bin", (("/app/lib",), "")),
        (None, "${ORIGIN}", "/app/bin", (("/app/bin",), "")),
        (None, "$ORIGIN/../lib", None, ((), "$ORIGIN/../lib")),
        (None, "$ORIGIN/../x.libs", None, ((), "")),  # a folder of what is audited: what is in it is known
        (None, "/opt/$LIB", "/app/bin", ((), "/opt/$LIB")),
        (None, "lib:", "/app/bin", ((), "")),
    ],
)
def test_folders_that_a_file_names(
    rpath: str | None, runpath: str | None, origin: str | None, wanted: tuple[tuple[str, ...], str]
) -> None:
    own = file("bin/tool", rpath, runpath)
    assert search.folders(own, [own, file("x.libs/libother.so")], origin) == wanted


def test_what_may_lie_in_an_unknown_folder_is_a_doubt() -> None:
    found = named("debian:12")
    assert isinstance(found, Named)
    data = binary(needed=["libc.so.6", "libodd.so.1"])
    report = reports.of("x", "file", [("x", data)])
    for sought, runs in ((Sought(None), False), (Sought(None, "$ORIGIN/lib"), None), (Sought(frozenset()), True)):
        verdict = places.judge(report, found.host, lambda _name, _file, sought=sought: sought)  # type: ignore[misc]
        assert verdict.runs is runs
        assert "$ORIGIN/lib" not in sought.perhaps or "it may lie in $ORIGIN/lib" in verdict.reasons[0].has


@pytest.mark.parametrize(
    ("runpath", "bundled", "finds"),
    [
        (None, "libodd.so.1", False),
        ("$ORIGIN/../x.libs", "libodd.so.1.2", False),  # its soname is right: nothing has loaded it before
        ("$ORIGIN/../x.libs", "libodd.so.1", True),
    ],
)
def test_a_wheel_s_program_finds_what_is_bundled_only_where_it_looks(
    runpath: str | None, bundled: str, finds: bool
) -> None:
    found = named("debian:12")
    assert isinstance(found, Named)
    program = binary(needed=["libc.so.6", "libodd.so.1"], interpreter=LOADER, runpath=runpath)
    files = [("x-1.0.data/scripts/x", program), (f"x.libs/{bundled}", binary(soname="libodd.so.1"))]
    report = reports.of("x", "wheel", files)
    verdict = places.judge(report, found.host)
    if finds:
        assert verdict.runs is True and "manylinux1_x86_64" in report.earned.tags
    else:
        assert verdict.runs is None and "it comes along where the program does not look" in verdict.reasons[0].has
        assert report.earned.tags == ("linux_x86_64",)


def test_a_module_may_need_what_is_loaded_already() -> None:
    files = [("x/m.so", binary(needed=["libodd.so.1"])), ("x.libs/libodd.so.1.2", binary(soname="libodd.so.1"))]
    assert reports.of("x", "wheel", files).total.external == ()
