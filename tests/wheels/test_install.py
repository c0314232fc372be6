from __future__ import annotations

import errno
import os
import stat
import threading

import pytest

from elfin.edges import disk, disk_link
from elfin.errors import PlaceError, Refused, UnsafeArchive
from elfin.wheels import disk_store, disk_verify
from elfin.wheels.disk_install import apply
from kit.installworld import COMMAND, NAMESPACE, SPAM_1, SPAM_2, World, proper


@pytest.fixture
def world(tmp_path):
    return World(str(tmp_path))


@pytest.mark.parametrize("mode", [None, "hardlink", "copy", "symlink"])
def test_a_fresh_install_is_complete_and_correct(world, mode):
    install = world.install(files=SPAM_1, entry_points=COMMAND)
    applied = apply(world.environment, [], [install], link_mode=mode)
    assert (applied.installed, applied.removed) == (1, 0)
    assert applied.link_mode == (mode or "hardlink")
    assert proper(world)
    picture = world.picture()
    assert picture["lib/python3.13/site-packages/spam/old.py"] == "old\n"
    assert picture["bin/run"] == f"#!{world.environment.python}\nprint(1)\n"
    assert picture["etc/x"] == "1"
    assert os.access(f"{world.environment.prefix}/bin/command", os.X_OK)
    assert stat.S_IMODE(os.stat(f"{world.site}/spam/old.py").st_mode) == (
        0o644 if applied.link_mode == "copy" else 0o444
    )


def test_an_upgrade_replaces_and_a_removal_leaves_the_environment_as_it_was(world):
    before = world.picture()
    apply(world.environment, [], [world.install(files=SPAM_1, entry_points=COMMAND)])
    apply(world.environment, [world.installed("spam")], [world.install(version="2.0", files=SPAM_2)])
    assert proper(world)
    picture = world.picture()
    assert not any("old.py" in path or path.startswith(("etc", "bin/run", "bin/command")) for path in picture)
    assert picture["lib/python3.13/site-packages/spam/__init__.py"] == "v = 2\n"
    applied = apply(world.environment, [world.installed("spam", "2.0")], [])
    assert (applied.removed, applied.link_mode) == (1, "")
    assert world.picture() == before


def test_stages_are_told_in_order(world):
    stages = []
    apply(world.environment, [], [world.install()], progress=stages.append)
    assert stages == [
        "recover", "plan", "journal", "remove", "folders", "link", "records", "sync", "publish", "clean",
    ]  # fmt: skip


def test_compiled_modules_go_with_their_sources_and_strangers_stay(world):
    apply(world.environment, [], [world.install()])
    cache = f"{world.site}/spam/__pycache__"
    os.makedirs(cache)
    for name in ("__init__.cpython-313.pyc", "__init__.cpython-313.opt-1.pyc", "other.cpython-313.pyc"):
        open(f"{cache}/{name}", "w").close()
    apply(world.environment, [world.installed("spam")], [])
    assert os.listdir(world.site) == ["spam"]
    assert os.listdir(cache) == ["other.cpython-313.pyc"]


# Collisions


def test_the_same_content_may_belong_to_two(world):
    one = world.install("one", files={**NAMESPACE, "ns/one.py": "1"})
    two = world.install("two", files={**NAMESPACE, "ns/two.py": "2"})
    three = world.install("three", files={**NAMESPACE, "ns/three.py": "3"})
    apply(world.environment, [], [one, two])
    apply(world.environment, [], [three])
    assert proper(world)
    apply(world.environment, [world.installed("one"), world.installed("three")], [])
    assert proper(world)
    assert "lib/python3.13/site-packages/ns/__init__.py" in world.picture()
    apply(world.environment, [world.installed("two")], [])
    assert os.listdir(world.site) == []


def test_another_distributions_file_is_not_replaced(world):
    apply(world.environment, [], [world.install("one", files=NAMESPACE)])
    before = world.picture()
    with pytest.raises(Refused, match=r"two 1\.0 and one both have .*ns/__init__\.py") as caught:
        apply(world.environment, [], [world.install("two", files={"ns/__init__.py": "mine\n"})])
    assert caught.value.state == "nothing was changed"
    assert world.picture() == before


def test_two_wheels_that_differ_about_a_file_are_refused(world):
    before = world.picture()
    installs = [world.install("one", files=NAMESPACE), world.install("two", files={"ns/__init__.py": "mine\n"})]
    with pytest.raises(Refused, match=r"two 1\.0 and one both have"):
        apply(world.environment, [], installs)
    assert world.picture() == before


def test_a_file_may_move_from_one_distribution_to_another_in_one_change(world):
    apply(world.environment, [], [world.install("one", files={"shared.py": "1", "one.py": "1"})])
    installs = [world.install("one", "2.0", {"one.py": "2"}), world.install("two", files={"shared.py": "2"})]
    apply(world.environment, [world.installed("one")], installs)
    assert proper(world)


@pytest.mark.parametrize("path", ["DATA/data/pyvenv.cfg", "DATA/scripts/python", "DATA/data/bin/activate"])
def test_the_environment_itself_is_not_replaced(world, path):
    before = world.picture()
    with pytest.raises(UnsafeArchive):
        apply(world.environment, [], [world.install(files={path: "evil"})])
    assert world.picture() == before


def test_unlisted_files_are_replaced_in_an_environment_but_not_outside_one(world, tmp_path):
    other = World(f"{tmp_path}/other", "system")
    for place in (world, other):
        with open(f"{place.environment.prefix}/bin/run", "w", encoding="utf-8") as stream:
            stream.write("mine")
    apply(world.environment, [], [world.install(files={"DATA/scripts/run": "theirs"})])
    assert world.picture()["bin/run"] == "theirs"
    with pytest.raises(Refused, match="which no distribution lists"):
        apply(other.environment, [], [other.install(files={"DATA/scripts/run": "theirs"})])
    assert other.picture()["bin/run"] == "mine"


def test_a_link_that_leads_out_is_not_followed(world, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    os.symlink(outside, f"{world.site}/spam")
    with pytest.raises(Refused, match="leads out"):
        apply(world.environment, [], [world.install()])
    assert os.listdir(outside) == []
    os.unlink(f"{world.site}/spam")
    os.mkdir(f"{world.site}/inside")
    os.symlink("inside", f"{world.site}/spam")
    apply(world.environment, [], [world.install()])
    assert os.listdir(f"{world.site}/inside") == ["__init__.py"]


def test_a_file_where_a_folder_must_be_and_the_other_way_round(world):
    open(f"{world.site}/spam", "w").close()
    with pytest.raises(PlaceError, match="a file stands where a folder"):
        apply(world.environment, [], [world.install()])
    os.mkdir(f"{world.site}/egg.py")
    with pytest.raises(PlaceError, match="a folder stands where a file"):
        apply(world.environment, [], [world.install("egg", files={"egg.py": ""})])


# Removal


@pytest.mark.parametrize(
    "row",
    ["../../../pyvenv.cfg", "../../../bin/python", "../../../bin/activate", "../../../../outside", "/etc/hostname",
     "other.py", "x/../../../../../../outside", "../../../../../../../etc/hostname"],
)  # fmt: skip
def test_rows_that_are_not_its_own_are_not_followed(world, row):
    open(f"{world.folder}/outside", "w").close()
    apply(world.environment, [], [world.install("other", files={"other.py": "1"})])
    before = world.picture()
    apply(world.environment, [], [world.install()])
    with open(f"{world.site}/spam-1.0.dist-info/RECORD", "a", encoding="utf-8") as stream:
        stream.write(f"{row},,\n")
    apply(world.environment, [world.installed("spam")], [])
    assert world.picture() == before
    assert os.path.exists(f"{world.folder}/outside")


def test_the_standard_library_is_not_followed_even_inside_the_prefix(world):
    stdlib = f"{world.environment.prefix}/lib/python3.13"
    environment = world.environment._replace(interpreter=world.environment.interpreter._replace(stdlib=stdlib))
    open(f"{stdlib}/os.py", "w").close()
    apply(environment, [], [world.install()])
    with open(f"{world.site}/spam-1.0.dist-info/RECORD", "a", encoding="utf-8") as stream:
        stream.write("../os.py,,\n")
    apply(environment, [world.installed("spam")], [])
    assert sorted(os.listdir(stdlib)) == ["os.py", "site-packages"]


@pytest.mark.parametrize("damage", ["missing", "binary"])
def test_without_record_a_removal_is_refused_and_a_reinstall_repairs(world, damage):
    apply(world.environment, [], [world.install()])
    path = f"{world.site}/spam-1.0.dist-info/RECORD"
    os.unlink(path)
    if damage == "binary":
        with open(path, "wb") as stream:
            stream.write(b"\xff\xff")
    os.unlink(f"{world.site}/spam/__init__.py")
    open(f"{world.site}/spam/__init__.py", "w").close()  # half written
    with pytest.raises(PlaceError, match=r"spam-1\.0\.dist-info has no usable RECORD"):
        apply(world.environment, [world.installed("spam")], [])
    apply(world.environment, [world.installed("spam")], [world.install()])
    assert proper(world)


def test_a_dist_info_that_nobody_mentioned_is_replaced(world):
    apply(world.environment, [], [world.install()])
    os.unlink(f"{world.site}/spam/__init__.py")
    apply(world.environment, [], [world.install()])
    assert proper(world)


def test_folders_that_were_made_for_it_go_with_it(world):
    before = world.picture()
    apply(world.environment, [], [world.install(files={"DATA/headers/a/b.h": "", "DATA/data/share/man/x": ""})])
    assert proper(world)
    apply(world.environment, [world.installed("spam")], [])
    assert world.picture() == before


def test_removing_what_is_gone_is_fine(world):
    before = world.picture()
    apply(world.environment, [world.installed("spam")], [])
    assert world.picture() == before


# Sharing


def test_two_at_once_wait_for_each_other(world):
    versions = [world.install(version=f"{number}.0", files={"spam/__init__.py": str(number)}) for number in (1, 2)]
    failures = []

    def work(install):
        try:
            for _ in range(5):
                others = [world.installed("spam", version) for version in ("1.0", "2.0")]
                apply(world.environment, others, [install])
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(install,)) for install in versions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert proper(world)
    assert len(os.listdir(world.site)) == 2


def test_a_lock_that_is_held_is_told(world):
    with (
        disk.locked(f"{world.environment.prefix}/.elfin-lock"),
        pytest.raises(PlaceError, match="is locked by process"),
    ):
        apply(world.environment, [], [world.install()], lock_timeout=0)


def test_a_target_folder_keeps_no_files_of_ours(tmp_path):
    world = World(str(tmp_path), "target")
    apply(world.environment, [], [world.install()])
    assert sorted(os.listdir(world.site)) == ["spam", "spam-1.0.dist-info"]


def test_an_edit_in_one_environment_reaches_no_other_unless_links_are_shared(world, tmp_path):
    install = world.install()
    apply(world.environment, [], [install], link_mode="copy")
    with open(f"{world.site}/spam/__init__.py", "a", encoding="utf-8") as stream:
        stream.write("edited")
    assert disk_store.verify(install.wheel) == ()
    reasons = [problem.reason for problem in disk_verify.check(world.installed("spam"))]
    assert reasons == ["size"]


def test_a_store_on_another_file_system_is_copied(world, monkeypatch):
    monkeypatch.setattr(disk_link, "_ways", {})

    def far(*_: object, **__: object) -> None:
        raise OSError(errno.EXDEV, "far")

    install = world.install()
    monkeypatch.setattr(os, "link", far)
    assert apply(world.environment, [], [install]).link_mode == "copy"
    assert proper(world)


# Verification


def test_verification_finds_each_kind_of_damage(world):
    files = {f"spam/{name}.py": name * 3 for name in "abcd"}
    apply(world.environment, [], [world.install(files=files)], link_mode="copy")
    with open(f"{world.site}/spam/a.py", "w", encoding="utf-8") as stream:
        stream.write("xyz")
    with open(f"{world.site}/spam/b.py", "w", encoding="utf-8") as stream:
        stream.write("longer")
    os.unlink(f"{world.site}/spam/c.py")
    os.unlink(f"{world.site}/spam/d.py")
    os.mkdir(f"{world.site}/spam/d.py")
    found = {os.path.basename(problem.path): problem.reason for problem in disk_verify.check(world.installed("spam"))}
    assert found == {"a.py": "hash", "b.py": "size", "c.py": "missing", "d.py": "size"}
    found = {os.path.basename(problem.path) for problem in disk_verify.check(world.installed("spam"), content=False)}
    assert "a.py" not in found
    os.unlink(f"{world.site}/spam-1.0.dist-info/RECORD")
    assert [problem.reason for problem in disk_verify.check(world.installed("spam"))] == ["no RECORD"]
