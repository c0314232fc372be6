"""What would help, of files that no index is asked for."""

from __future__ import annotations

from elfin.flows.explain import Subject
from elfin.flows.explain_help import Help, what_helps
from elfin.flows.place import Aim, Place
from elfin.formats import wheelname
from elfin.host.model import Libc, Target
from elfin.index.model import File
from elfin.tags import match
from kit import places
from kit.elfsmith import MUSL_LOADER

WHEEL = "a-1.0-cp313-cp313-manylinux_2_17_x86_64.whl"


def helps(target: Target, *files: File) -> Help:
    where = Aim(target, Place("", target.host, None, None, "", ()), (), False)
    nearest = match.every_miss(target, wheelname.parse(WHEEL))
    return what_helps(None, Subject("a", None, files, None, ()), where, nearest)  # type: ignore[arg-type]


def file(name: str, python: str | None = None) -> File:
    return File(name, "", {}, python, None, None, None, None)


def test_a_musl_python_on_a_glibc_machine_needs_no_other_system() -> None:
    own = places.interpreter("3.13.1", libc=Libc("musl", None, MUSL_LOADER, "x86_64"))
    found = helps(Target(places.host(places.GLIBC_236), own), file(WHEEL))
    assert found.pythons == ("CPython 3.13 on glibc 2.36",) and found.systems == ()


def test_a_source_that_is_for_other_pythons_is_named_with_them() -> None:
    target = places.target(places.interpreter("3.8.10"))
    source = "a-1.0.tar.gz"
    found = helps(target, file(source, ">=3.11"))
    assert (found.source, found.source_python) == (source, ">=3.11")
    assert helps(target, file(source, ">=3.8"))[-2:] == (source, None)
    assert helps(target, file(source, "<3"))[-2:] == (None, None)


def test_a_source_is_no_help_to_a_static_python_where_there_are_wheels() -> None:
    target = places.target(places.interpreter("3.13.1", static=True))
    assert helps(target, file(WHEEL), file("a-1.0.tar.gz")).source is None
    assert helps(target, file("a-1.0.tar.gz")).source == "a-1.0.tar.gz"


def test_another_python_is_named_by_what_sets_it_apart() -> None:
    musl = Libc("musl", None, MUSL_LOADER, "x86_64")
    host = places.host(places.GLIBC_236)
    for own, names in (
        (places.interpreter("3.12.1", libc=musl), ("CPython 3.13 on glibc 2.36",)),
        (places.interpreter("3.13.1", free_threaded=True), ("CPython 3.13 with the GIL",)),
        (places.interpreter("3.13.1"), ("a later release of CPython 3.13",)),
        (places.interpreter("3.12.1"), ("CPython 3.13",)),
    ):
        python = ">=3.13.2" if names[0].startswith("a later") else None
        found = helps(Target(host, own), file(WHEEL, python))
        assert found.pythons == names
