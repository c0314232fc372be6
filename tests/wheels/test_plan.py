from __future__ import annotations

import pytest

from elfin.envs.model import Environment, Scheme
from elfin.errors import Refused, UnsafeArchive
from elfin.formats import record
from elfin.wheels.model import DirectUrl, Install, StoredFile, StoredWheel
from elfin.wheels.plan import plan
from kit.installworld import INTERPRETER

SITE = "/env/lib/python3.13/site-packages"
ENVIRONMENT = Environment(
    "/env", "/env/bin/python", INTERPRETER, Scheme(SITE, "/env/lib64/x", "/env/bin", "/env", "/env/include"), "venv"
)


def stored(*paths, purelib=True, console=(), gui=()):
    info = ("spam-1.0.dist-info/METADATA", "spam-1.0.dist-info/RECORD", "spam-1.0.dist-info/INSTALLER")
    files = tuple(StoredFile(path, f"sha256={number}", number, False) for number, path in enumerate((*paths, *info)))
    return StoredWheel("/store", "ab", "Spam", "1.0", "spam-1.0.dist-info", purelib, files, console, gui)


def made(wheel, scripts=None, **options):
    return plan(Install(wheel, **{"requested": False, **options}), ENVIRONMENT, scripts or {})


def places(found):
    result = {}
    for part in found.parts:
        result.update({f"{part.root}/{target}": source for source, target in part.links})
        result.update({f"{part.root}/{item.path}": item.data for item in part.written})
    return result


def rows(found):
    return {row.path: row for row in record.parse({item.path: item.data for item in found.dist_info_written}["RECORD"])}


def test_every_scheme_key_has_its_place():
    found = made(
        stored(
            "spam/a.py",
            "spam-1.0.data/purelib/pure.py",
            "spam-1.0.data/platlib/plat.so",
            "spam-1.0.data/scripts/tool",
            "spam-1.0.data/headers/spam.h",
            "spam-1.0.data/data/share/doc/x",
        )
    )
    assert places(found) == {
        f"{SITE}/spam/a.py": "spam/a.py",
        f"{SITE}/pure.py": "spam-1.0.data/purelib/pure.py",
        "/env/lib64/x/plat.so": "spam-1.0.data/platlib/plat.so",
        "/env/bin/tool": "spam-1.0.data/scripts/tool",
        "/env/include/Spam/spam.h": "spam-1.0.data/headers/spam.h",
        "/env/share/doc/x": "spam-1.0.data/data/share/doc/x",
    }
    assert list(rows(found)) == [
        "spam/a.py",
        "pure.py",
        "../../../lib64/x/plat.so",
        "../../../bin/tool",
        "../../../include/Spam/spam.h",
        "../../../share/doc/x",
        "spam-1.0.dist-info/METADATA",
        "spam-1.0.dist-info/INSTALLER",
        "spam-1.0.dist-info/RECORD",
    ]


def test_a_wheel_of_platlib_lands_there_with_its_dist_info():
    found = made(stored("spam/a.so", purelib=False))
    assert places(found) == {"/env/lib64/x/spam/a.so": "spam/a.so"}
    assert found.dist_info == "/env/lib64/x/spam-1.0.dist-info"


def test_the_dist_info_folder_tells_who_and_why_and_takes_nothing_on_trust():
    found = made(stored(), requested=True, direct_url=DirectUrl("https://u:p@host/a.whl", (("sha256", "ab"),)))
    assert found.dist_info_links == [("spam-1.0.dist-info/METADATA", "METADATA")]
    written = {item.path: item.data for item in found.dist_info_written}
    assert written["INSTALLER"] == b"elfin\n"
    assert written["REQUESTED"] == b""
    assert b"u:p" not in written["direct_url.json"]
    listed = rows(found)
    assert listed["spam-1.0.dist-info/INSTALLER"] == ("spam-1.0.dist-info/INSTALLER", record.digest_of(b"elfin\n"), 6)
    assert listed["spam-1.0.dist-info/RECORD"][1:] == ("", None)
    assert {item.path for item in made(stored()).dist_info_written} == {"INSTALLER", "RECORD"}


def test_scripts_name_the_interpreter_and_record_their_true_hash():
    wheel = stored(
        "spam-1.0.data/scripts/hand",
        "spam-1.0.data/scripts/shell",
        console=(("tool", "spam:main"),),
        gui=(("w", "a:b"),),
    )
    found = made(wheel, {"spam-1.0.data/scripts/hand": b"#!python\nprint()\n"})
    where = places(found)
    assert where["/env/bin/hand"] == b"#!/env/bin/python\nprint()\n"
    assert where["/env/bin/shell"] == "spam-1.0.data/scripts/shell"
    assert where["/env/bin/tool"].startswith(b"#!/env/bin/python\n")
    assert "/env/bin/w" in where
    for name in ("hand", "tool"):
        data = where[f"/env/bin/{name}"]
        assert rows(found)[f"../../../bin/{name}"][1:] == (record.digest_of(data), len(data))


def test_a_script_written_by_hand_wins_over_an_entry_point():
    found = made(stored("spam-1.0.data/scripts/tool", console=(("tool", "spam:main"),)))
    assert places(found) == {"/env/bin/tool": "spam-1.0.data/scripts/tool"}


@pytest.mark.parametrize(
    "paths",
    [
        ("spam-1.0.data/data/pyvenv.cfg",),
        ("spam-1.0.data/data/bin/python",),
        ("spam-1.0.data/data/bin/activate.csh",),
        ("spam-1.0.data/scripts/python3",),
        ("spam-1.0.data/scripts/activate",),
        ("spam-1.0.data/purelib/other-1.0.dist-info/RECORD",),
        ("spam-1.0.data/data/lib/python3.13/site-packages/other-1.0.dist-info/RECORD",),
        ("spam-1.0.data/platlib/other-1.0.dist-info/RECORD",),
        ("other.egg-info/PKG-INFO",),
        (".elfin-transaction/journal",),
        ("a.py", "spam-1.0.data/purelib/a.py"),
        ("a.py", "spam-1.0.data/data/lib/python3.13/site-packages/a.py"),
        ("spam-1.0.data/data/bin/x", "spam-1.0.data/scripts/x"),
    ],
)
def test_files_that_are_not_the_wheels_to_bring_are_refused(paths):
    with pytest.raises(UnsafeArchive):
        made(stored(*paths))


@pytest.mark.parametrize("name", ["python", "python3.13", "activate"])
def test_commands_that_would_replace_the_interpreter_are_refused(name):
    with pytest.raises(UnsafeArchive, match="part of the environment"):
        made(stored(console=((name, "spam:main"),)))


def test_an_interpreter_that_cannot_be_named_is_refused_only_if_it_must_be():
    strange = ENVIRONMENT._replace(python='/e"nv/bin/python')
    plan(Install(stored("a.py"), False), strange, {})
    with pytest.raises(Refused):
        plan(Install(stored(console=(("x", "a:b"),)), False), strange, {})
