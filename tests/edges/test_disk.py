from __future__ import annotations

import errno
import fcntl
import os
import stat
import threading
from contextlib import suppress

import pytest

from elfin.edges import disk, disk_link, disk_lock
from elfin.errors import PlaceError
from kit.faults import Killed, fault


def names(folder):
    return sorted(os.listdir(folder))


def test_write_replaces_whole_files_and_leaves_nothing_else(tmp_path):
    target = str(tmp_path / "file")
    disk.write(target, b"one")
    disk.write(target, b"two", mode=0o600, durable=True)
    assert (tmp_path / "file").read_bytes() == b"two"
    assert stat.S_IMODE(os.stat(target).st_mode) == 0o600
    assert names(tmp_path) == ["file"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_write_that_fails_keeps_the_old_file(tmp_path, number):
    target = str(tmp_path / "file")
    disk.write(target, b"old")
    at = 0
    while True:
        at += 1
        with fault(at, number) as met, suppress(PlaceError):
            disk.write(target, b"new")
        if not met.struck:
            break
        assert (tmp_path / "file").read_bytes() in (b"old",)
        assert names(tmp_path) == ["file"]
    assert at == 4  # create, write, rename, and none
    assert (tmp_path / "file").read_bytes() == b"new"


def test_errors_say_what_is_wrong_and_where(tmp_path):
    with pytest.raises(PlaceError, match=f"no such file or folder: {tmp_path}/missing/file"):
        disk.write(f"{tmp_path}/missing/file", b"")
    with fault(1), pytest.raises(PlaceError, match="no space left on the disk that holds"):
        disk.make_folder(f"{tmp_path}/new")
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(PlaceError, match="not a folder"):
        disk.make_folder(f"{tmp_path}/file/below")


def test_create_refuses_what_is_there_even_a_dangling_link(tmp_path):
    os.symlink("nowhere", tmp_path / "link")
    with pytest.raises(PlaceError, match="already there"):
        disk.create(f"{tmp_path}/link", b"")
    assert names(tmp_path) == ["link"]


def test_make_folder_makes_parents_and_is_content_with_what_is_there(tmp_path):
    disk.make_folder(f"{tmp_path}/a/b/c")
    disk.make_folder(f"{tmp_path}/a/b/c")
    assert os.path.isdir(tmp_path / "a/b/c")


def test_remove_takes_trees_links_and_read_only_folders(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("")
    tree = tmp_path / "tree"
    (tree / "deep" / "deeper").mkdir(parents=True)
    (tree / "deep" / "file").write_text("")
    os.symlink(outside, tree / "link")
    os.chmod(tree / "deep", 0o555)
    disk.remove(str(tree))
    disk.remove(str(tree))
    os.symlink(outside, tmp_path / "link")
    disk.remove(f"{tmp_path}/link")
    assert names(tmp_path) == ["outside"]
    assert names(outside) == ["kept"]


def test_remove_that_dies_never_leaves_half_a_tree_under_its_name(tmp_path):
    at = 0
    while True:
        at += 1
        tree = tmp_path / f"tree{at}"
        (tree / "deep").mkdir(parents=True)
        (tree / "deep" / "one").write_text("")
        (tree / "two").write_text("")
        with fault(at, None) as met:
            try:
                disk.remove(str(tree))
            except Killed:
                pass
        assert not tree.exists() or (names(tree), names(tree / "deep")) == (["deep", "two"], ["one"])
        if not met.struck:
            break
    assert at > 4


def test_publish_lets_one_win(tmp_path):
    for number in (1, 2):
        (tmp_path / f"staged{number}").mkdir()
        (tmp_path / f"staged{number}" / "file").write_text(str(number))
    assert disk.publish(f"{tmp_path}/staged1", f"{tmp_path}/final")
    assert not disk.publish(f"{tmp_path}/staged2", f"{tmp_path}/final")
    assert (tmp_path / "final" / "file").read_text() == "1"
    assert (tmp_path / "staged2").exists()


def test_publish_of_files_never_replaces(tmp_path):
    (tmp_path / "one").write_text("1")
    (tmp_path / "two").write_text("2")
    assert disk.publish(f"{tmp_path}/one", f"{tmp_path}/final")
    assert not disk.publish(f"{tmp_path}/two", f"{tmp_path}/final")
    assert (tmp_path / "final").read_text() == "1"
    assert names(tmp_path) == ["final", "two"]


def test_staging_is_removed_unless_published(tmp_path):
    with disk.staging(str(tmp_path)) as staged:
        disk.create(f"{staged}/file", b"")
    with disk.staging(str(tmp_path)) as staged:
        disk.publish(staged, f"{tmp_path}/final")
    with pytest.raises(ZeroDivisionError), disk.staging(str(tmp_path)):
        raise ZeroDivisionError
    assert names(tmp_path) == ["final"]


def test_sweep_takes_old_stagings_that_nobody_holds(tmp_path):
    (tmp_path / ".elfin-staging-dead").mkdir()
    (tmp_path / ".elfin-staging-young").mkdir()
    os.utime(tmp_path / ".elfin-staging-dead", (0, 0))
    with disk.staging(str(tmp_path)) as staged:
        os.utime(staged, (0, 0))
        disk.sweep(str(tmp_path))
        assert names(tmp_path) == sorted([".elfin-staging-young", os.path.basename(staged)])
    disk.sweep(f"{tmp_path}/missing")


def test_sync_works_with_and_without_ctypes(tmp_path, monkeypatch):
    disk.sync(str(tmp_path))
    disk.sync_file(str(tmp_path))
    monkeypatch.setitem(__import__("sys").modules, "ctypes", None)
    called = []
    monkeypatch.setattr(os, "sync", lambda: called.append(True))
    disk.sync(str(tmp_path))
    assert called


# Locks


def test_a_lock_excludes_and_names_its_holder(tmp_path):
    path = f"{tmp_path}/lock"
    said = []
    with (
        disk.locked(path),
        pytest.raises(PlaceError, match=f"locked by process {os.getpid()}$"),
        disk.locked(path, timeout=0.01, notice_after=0, on_wait=said.append),
    ):
        pass
    assert said == [f"process {os.getpid()}"]
    with disk.locked(path, timeout=0):
        pass


def test_shared_locks_go_together(tmp_path):
    path = f"{tmp_path}/lock"
    with (
        disk.locked(path, shared=True),
        disk.locked(path, shared=True, timeout=0),
        pytest.raises(PlaceError),
        disk.locked(path, timeout=0),
    ):
        pass
    with disk.locked(path, timeout=0):
        pass


def test_the_lock_file_is_for_the_user_or_for_a_group_that_may_write(tmp_path):
    for mask, mode in ((0o022, 0o600), (0o002, 0o660), (0o077, 0o600)):
        previous = os.umask(mask)
        try:
            with disk.locked(f"{tmp_path}/{mask:o}"):
                pass
        finally:
            os.umask(previous)
        assert stat.S_IMODE(os.stat(f"{tmp_path}/{mask:o}").st_mode) == mode


def test_a_lock_file_that_is_replaced_while_waiting_is_locked_anew(tmp_path):
    path = f"{tmp_path}/lock"
    inside = threading.Event()

    def replace(_: str) -> None:
        os.unlink(path)
        open(path, "w").close()
        leave.set()

    leave = threading.Event()

    def holder() -> None:
        with disk.locked(path):
            inside.set()
            leave.wait(5)

    thread = threading.Thread(target=holder)
    thread.start()
    inside.wait(5)
    with (
        disk.locked(path, notice_after=0, on_wait=replace, timeout=5),
        pytest.raises(PlaceError),
        disk.locked(path, timeout=0),
    ):
        pass
    thread.join()


def test_without_flock_an_exclusive_file_stands_in(tmp_path, monkeypatch):
    def unsupported(*_: object) -> None:
        raise OSError(errno.ENOSYS, "not here")

    monkeypatch.setattr(fcntl, "flock", unsupported)
    path = f"{tmp_path}/lock"
    warnings = []
    with disk.locked(path, on_warning=warnings.append):
        assert "no locks" in warnings[0]
        with pytest.raises(PlaceError, match="locked by process"), disk.locked(path, timeout=0):
            pass
    with disk.locked(path, timeout=0):
        pass
    (tmp_path / "lock.held").write_text(f"999999999 {os.uname().nodename}\n")  # its holder was killed
    with disk.locked(path, timeout=0):
        pass
    assert names(tmp_path) == ["lock"]


# Links


@pytest.fixture
def ways(monkeypatch):
    monkeypatch.setattr(disk_link, "_ways", {})
    return disk_link._ways


def make_source(folder, count=3):
    folder.mkdir()
    pairs = []
    for number in range(count):
        (folder / f"s{number}").write_text(str(number))
        os.chmod(folder / f"s{number}", 0o555 if number % 2 else 0o444)
        pairs.append((f"s{number}", f"t{number}"))
    return pairs


@pytest.mark.parametrize("mode", [None, "hardlink", "copy", "symlink", "reflink"])
def test_every_way_brings_the_content(tmp_path, ways, mode):
    pairs = make_source(tmp_path / "source")
    (tmp_path / "target").mkdir()
    used = disk.link_many([disk.Batch(f"{tmp_path}/source", f"{tmp_path}/target", pairs)], mode)
    assert [(tmp_path / "target" / f"t{n}").read_text() for n in range(3)] == ["0", "1", "2"]
    assert used in ((mode, "copy") if mode else ("reflink", "hardlink"))
    if used in ("copy", "reflink"):
        assert [stat.S_IMODE(os.stat(tmp_path / "target" / f"t{n}").st_mode) for n in range(2)] == [0o644, 0o755]


@pytest.mark.parametrize("number", [errno.EXDEV, errno.EPERM, errno.EOPNOTSUPP])
def test_a_way_that_is_not_offered_is_tried_once(tmp_path, ways, monkeypatch, number):
    tried = []

    def no_link(*args: object, **options: object) -> None:
        tried.append(args)
        raise OSError(number, "no")

    monkeypatch.setattr(os, "link", no_link)
    pairs = make_source(tmp_path / "source")
    (tmp_path / "target").mkdir()
    assert disk.link_many([disk.Batch(f"{tmp_path}/source", f"{tmp_path}/target", pairs)], "hardlink") == "copy"
    assert len(tried) == 1
    assert disk.link(f"{tmp_path}/source/s0", f"{tmp_path}/target/again", "hardlink") == "copy"
    assert len(tried) == 1
    assert names(tmp_path / "target") == ["again", "t0", "t1", "t2"]


def test_a_file_with_too_many_links_is_copied_and_the_rest_linked(tmp_path, ways, monkeypatch):
    real = os.link

    def full(source: str, *args: object, **options: object) -> None:
        if source == "s1":
            raise OSError(errno.EMLINK, "full")
        real(source, *args, **options)

    monkeypatch.setattr(os, "link", full)
    pairs = make_source(tmp_path / "source")
    (tmp_path / "target").mkdir()
    assert disk.link_many([disk.Batch(f"{tmp_path}/source", f"{tmp_path}/target", pairs)], "hardlink") == "hardlink"
    assert [os.stat(tmp_path / "target" / f"t{n}").st_nlink for n in range(3)] == [2, 1, 2]


def test_copies_work_without_copy_file_range(tmp_path, ways, monkeypatch):
    monkeypatch.delattr(os, "copy_file_range", raising=False)
    (tmp_path / "source").write_bytes(b"x" * 3_000_000)
    assert disk.link(f"{tmp_path}/source", f"{tmp_path}/target", "copy") == "copy"
    assert (tmp_path / "target").read_bytes() == b"x" * 3_000_000


def test_link_never_replaces(tmp_path, ways):
    (tmp_path / "source").write_text("new")
    (tmp_path / "target").write_text("old")
    for mode in (None, "reflink", "hardlink", "copy", "symlink"):
        with pytest.raises(PlaceError, match=f"already there: {tmp_path}/target"):
            disk.link(f"{tmp_path}/source", f"{tmp_path}/target", mode)
    assert (tmp_path / "target").read_text() == "old"


def test_many_files_in_two_threads_and_a_failure_among_them(tmp_path, ways):
    pairs = make_source(tmp_path / "source", 1500)
    (tmp_path / "target").mkdir()
    batch = disk.Batch(f"{tmp_path}/source", f"{tmp_path}/target", pairs)
    assert disk.link_many([batch], "hardlink", threads=2) == "hardlink"
    assert len(names(tmp_path / "target")) == 1500
    (tmp_path / "second").mkdir()
    (tmp_path / "second" / "t1400").write_text("in the way")
    with pytest.raises(PlaceError, match="t1400"):
        disk.link_many([batch._replace(target=f"{tmp_path}/second")], "hardlink", threads=2)


def test_make_folders_in_threads_keeps_parents_first(tmp_path):
    folders = sorted(
        f"top{top}" + "".join(f"/d{deep}" for deep in range(depth)) for top in range(40) for depth in range(40)
    )
    disk.make_folders(str(tmp_path), folders, threads=3)
    disk.make_folders(str(tmp_path), folders)
    assert sum(len(found) for _, found, _ in os.walk(tmp_path)) == 1600
    (tmp_path / "file").write_text("")
    with pytest.raises(PlaceError, match="file"):
        disk.make_folders(str(tmp_path), ["file"])


def test_the_fallback_lock_is_not_stolen_from_the_living(tmp_path):
    (tmp_path / "held").write_text(f"{os.getpid()} {os.uname().nodename}\n")
    assert not disk_lock._holder_died(f"{tmp_path}/held")
    (tmp_path / "held").write_text("1 another-machine\n")
    assert not disk_lock._holder_died(f"{tmp_path}/held")
