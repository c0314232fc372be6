"""cli.show.host: the machine as text and JSON."""

from __future__ import annotations

import json

from elfin.cli.show import host as show
from elfin.flows.host import About, Python
from elfin.host.detect import Facts, detect
from elfin.host.model import Evidence, Host, Interpreter
from kit import elfsmith
from kit.places import GLIBC_236, MUSL_125, host, interpreter
from kit.roots import DictRoot


def about(where: Host, python: Interpreter | None = None, **more: object) -> About:
    loader = None if python is None or python.libc is None else python.libc.loader
    found = () if python is None else (Python(python, loader, False),)
    return About(None, where, found)._replace(**more)


def test_the_report_names_every_libc_and_what_the_python_takes() -> None:
    place = host(GLIBC_236, MUSL_125, cpu_level=3)._replace(distribution="Debian GNU/Linux 12")
    assert show.report(about(place, interpreter("3.12.4")), False).splitlines() == [
        "system        Linux, Debian GNU/Linux 12",
        "architecture  x86_64, CPU level x86-64-v3",
        "libc          glibc 2.36 (/lib64/ld-linux-x86-64.so.2)",
        "              musl 1.2.5 (/lib/ld-musl-x86_64.so.1)",
        "python        CPython 3.12.4 on glibc 2.36 (/usr/bin/python3)",
        "wheels        linux_x86_64, manylinux_2_36_x86_64",
    ]


def test_a_place_without_libc_or_python_is_still_described() -> None:
    assert show.report(about(host(machine="armv7l", float_abi="hard"), None), False).splitlines() == [
        "system        Linux",
        "architecture  armv7l, hard float",
        "libc          no libc found: only static programs run here",
    ]
    static = show.report(about(host(), interpreter(static=True)), False)
    assert "CPython 3.12.4, static" in static and static.endswith("pure Python only")


def test_the_evidence_is_a_table_and_text_from_outside_is_made_safe() -> None:
    place = host(GLIBC_236)._replace(distribution="x\x1b[31m", evidence=(Evidence("libc", "glibc", "/bin/sh: INTERP"),))
    text = show.report(about(place, None), True)
    assert text.splitlines()[-2:] == ["FACT  VALUE  READ FROM", "libc  glibc  /bin/sh: INTERP"]
    assert "\x1b" not in text


def test_json_has_a_schema_and_survives_a_round_trip() -> None:
    files = {"/bin/sh": elfsmith.program(), elfsmith.GLIBC_LOADER: elfsmith.glibc_loader()}
    place = detect(DictRoot({**files, "/lib64/libc.so.6": elfsmith.glibc("2.36")}), Facts("Linux", "x86_64"))
    shown = show.as_json(about(place, interpreter("3.13.0", libc=MUSL_125)))
    assert json.loads(json.dumps(shown)) == shown
    assert shown["schema"] == 1 and shown["libcs"][0]["version"] == "2.36" and shown["arch"]["name"] == "x86_64"
    assert shown["python"]["libc"]["family"] == "musl" and "musllinux_1_2_x86_64" in shown["python"]["platform_tags"]
    assert {fact["fact"] for fact in shown["evidence"]} >= {"os", "arch", "native libc"}
    assert show.as_json(about(host()))["python"] is None


def test_another_place_is_named_with_what_was_understood_and_assumed() -> None:
    text = show.report(
        about(host(GLIBC_236), place="debian:12", notes=("Debian 12", "Python 3.11 is taken"), imagined=interpreter()),
        False,
    )
    assert text.splitlines()[:3] == [
        "place         debian:12",
        "understood    Debian 12",
        "              Python 3.11 is taken",
    ]
    assert text.endswith("manylinux_2_36_x86_64 (for CPython 3.12)")
    assert show.report(about(host(), place="root:/x"), False).endswith("python        none found")


def test_an_interpreter_that_was_asked_about_is_told_in_full() -> None:
    known = interpreter("3.13.1", libc=None, free_threaded=True)._replace(externally_managed="")
    missing = about(host(MUSL_125), place="python:/x", detailed=True, pythons=(Python(known, "/lib/gone.so", True),))
    text = show.report(missing, True)
    for words in (
        "3.13.1 free-threaded (/usr/bin/python3): cannot start, its loader /lib/gone.so is not there",
        "loader        /lib/gone.so, which is missing",
        "without the GIL (free-threaded), no debug build",
        "managed       by the system",
        "PT_INTERP /lib/gone.so, which is not there",
    ):
        assert words in text
    assert "wheels" not in text
    told = show.as_json(missing)
    assert told["python"]["loader_missing"] is True and told["place"] == "python:/x" and len(told["pythons"]) == 1


def test_what_only_looks_like_a_libc_is_told_as_not_counted() -> None:
    gcompat = elfsmith.elf(interpreter=elfsmith.MUSL_LOADER, rodata=b"/lib/libgcompat.so.0")
    place = detect(DictRoot({elfsmith.GLIBC_LOADER: gcompat, elfsmith.MUSL_LOADER: elfsmith.musl("1.2.5")}), None)
    assert f"not counted   {elfsmith.GLIBC_LOADER}: gcompat" in show.report(about(place), False)
