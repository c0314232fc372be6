"""cli.show.pythons: every table reads well in a terminal of 80 columns, whatever the keys; paths stay whole."""

from __future__ import annotations

import pytest

from elfin.cli.show import pythons as show
from elfin.flows.python_catalogue import Built
from elfin.flows.python_install import Outcome
from elfin.flows.python_list import Row
from elfin.flows.python_remove import Check, Upgrade
from elfin.pythons.catalogue import PythonBuild
from elfin.pythons.catalogue_build import made
from elfin.pythons.catalogue_source import Row as SourceRow
from elfin.pythons.manifest import Installed
from kit.places import interpreter

HOME = "/home/somebody"
PLATFORMS = (
    "x86_64_v3-unknown-linux-musl",
    "armv7-unknown-linux-gnueabihf",
    "aarch64-apple-darwin",
    "i686-pc-windows-msvc",
)
"""Those with long names, and each system."""


def build(platform: str) -> PythonBuild:
    name = f"cpython-3.15.0rc12+20261101-{platform}-freethreaded+debug-full.tar.zst"
    url = f"https://releases.example.org/github/python-build-standalone/releases/download/20261101/{name}"
    (one,) = made([SourceRow(url, None)]).builds
    return one


BUILDS = [build(platform) for platform in PLATFORMS]
INSTALLED = [
    Installed(one.key, one, f"{HOME}/.local/share/elfin/pythons/{one.key}", "bin/python3.15td", False,
              "not run: it is for another place") for one in BUILDS
]  # fmt: skip


def rows() -> list[Row]:
    found = []
    for one in INSTALLED:
        told = (one.key, one.build.version, "cpython")
        path = f"{one.prefix}/{one.executable}"
        found += [
            Row("installed", *told, path, one.build, None, "broken: its executable is missing"),
            Row("system", *told, "/usr/local/bin/python3.15", None, interpreter(), ""),
            Row("system", "python3", "", "", f"{HOME}/.pyenv/versions/3.7.16/bin/python3", None, None,
                "is Python 3.7.16, and the oldest that will do is 3.8"),
            Row("available", *told, None, one.build, None, "pre-release"),
        ]  # fmt: skip
    return found


TABLES = {
    "list": lambda: show.listing(rows(), HOME, urls=False),
    "install": lambda: show.installed(
        [Outcome(one, how, f"{HOME}/.local/bin/python3.15td", ("~/.local/bin is not on PATH",))
         for one in INSTALLED for how in ("installed", "reinstalled", "there")]
    ),
    "uninstall": lambda: show.removed([one.key for one in INSTALLED]),
    "upgrade": lambda: show.upgraded(
        [Upgrade(INSTALLED[0], None), Upgrade(INSTALLED[1], Outcome(INSTALLED[2], "installed", None, ()))]
    ),
    "verify": lambda: show.checked([Check(one.key, (), ran=True) for one in INSTALLED] + [
        Check(one.key, tuple(f"lib/python3.15t/site-packages/module{number}.py was changed" for number in range(14)),
              ran=True) for one in INSTALLED]),
    "catalogue build": lambda: show.built(
        Built("", 5530, 5101, {"names its modules for glibc on musl": 16},
              {"a newer build of the same Python is there": 40, "an unknown platform": 389}, "20261101"),
        "pythons-v1.txt"),
    "nothing": lambda: "\n".join((show.removed(()), show.upgraded(()), show.checked(()))),
}  # fmt: skip


@pytest.mark.parametrize("table", TABLES)
def test_a_table_fits_eighty_columns(table: str) -> None:
    text = TABLES[table]()
    wide = [line for line in text.splitlines() if len(line) > 80]
    # A path or what was made of it is never cut or broken: it is to be copied. It then has a line of its own.
    assert all(line.strip().startswith(("~/.local/share", HOME, f"in {HOME}")) for line in wide), wide
    assert text and len(wide) < len(text.splitlines())


def test_words_of_others_are_shown_without_control_characters() -> None:
    evil = "\x1b]0;x\x07"
    odd = INSTALLED[0]._replace(key=evil, said=evil, prefix=evil)
    told = [Row(kind, evil, evil, evil, None if kind == "available" else evil, odd.build._replace(url=evil), None, evil)
            for kind in ("installed", "system", "available")]  # fmt: skip
    outcomes = [Outcome(odd, how, evil, (evil,)) for how in ("installed", "reinstalled", "there")]
    shown = [
        *(show.listing(told, HOME, urls=urls) for urls in (True, False)),
        show.installed(outcomes),
        show.removed([evil]),
        show.upgraded([Upgrade(odd, None), Upgrade(odd, outcomes[0])]),
        show.checked([Check(evil, (), ran=True), Check(evil, (evil,), ran=True)]),
        show.built(Built("", 1, 1, {evil: 1}, {evil: 1}, evil), evil),
    ]
    assert all(line.isprintable() for text in shown for line in text.split("\n"))


def test_an_address_has_a_line_of_its_own() -> None:
    lines = show.listing(rows(), HOME, urls=True).splitlines()
    addresses = [line for line in lines if "https://" in line]
    assert len(addresses) == len(PLATFORMS)
    assert all(line.startswith("  https://") and not line.split("https://")[0].strip() for line in addresses)


def test_a_list_is_one_column_of_keys_and_one_of_places() -> None:
    text = show.listing([row for row in rows() if row.kind != "installed"], HOME, urls=False)
    assert "<pre-release>" in text and "/usr/local/bin/python3.15" in text
    assert "\n    (is Python 3.7.16, and the oldest that will do is 3.8)" in text
