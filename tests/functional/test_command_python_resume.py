"""A download of a Python that was cut off, by a kill too, goes on where it stopped; what is doubtful is not."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

from elfin.edges.net import Client
from elfin.pythons import disk_managed
from kit import indexserver as kit
from kit.indexserver import Exchange
from kit.pythonmirror import KEY, Environ, Mirror


def part(mirror: Mirror) -> Path:
    return mirror.folder / ".downloads" / f"{KEY}.{hashlib.sha256(mirror.data).hexdigest()}.part"


def held(mirror: Mirror, data: bytes) -> None:
    """What an earlier process left."""
    part(mirror).parent.mkdir(parents=True)
    part(mirror).write_bytes(data)


def ranges(mirror: Mirror) -> list[str | None]:
    return [one.headers.get("range") for one in mirror.server.requests if one.path == mirror.path]


def whole(mirror: Mirror) -> None:
    """It is installed, and nothing is left of the download."""
    (one,) = disk_managed.installed(str(mirror.folder))
    assert disk_managed.faults(one) == []
    assert sorted(path.name for path in mirror.folder.iterdir()) == [KEY]


def test_a_process_that_was_killed_is_gone_on_from(mirror: Mirror) -> None:
    half, ended = len(mirror.data) // 2, threading.Event()

    def stall(exchange: Exchange) -> None:
        exchange.head(200, {"content-length": len(mirror.data)})
        exchange.write(mirror.data[:half])
        ended.wait(30)

    mirror.server.fault(mirror.path, stall, times=1)
    process = subprocess.Popen(mirror.elfin.command(*mirror.arguments()), stderr=subprocess.DEVNULL)
    while process.poll() is None and not (part(mirror).is_file() and part(mirror).stat().st_size == half):
        time.sleep(0.01)  # until the half that was sent is on the disk
    process.send_signal(signal.SIGKILL)
    process.wait()
    ended.set()
    assert disk_managed.installed(str(mirror.folder)) == []
    mirror.elfin.good(*mirror.arguments())
    assert ranges(mirror) == [None, f"bytes={half}-"]
    whole(mirror)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between attempts nobody waits."""
    monkeypatch.setitem(Client.__init__.__kwdefaults__, "sleep", lambda _: None)


@pytest.mark.usefixtures("impatient")
def test_what_breaks_off_for_good_is_kept_for_the_next_one(mirror: Mirror) -> None:
    for path in (mirror.path, mirror.path.replace("%2B", "+")):
        mirror.server.fault(path, kit.truncated(mirror.data, 1000), times=4)
    answer = mirror.elfin(*mirror.arguments())
    assert answer.code == 3 and part(mirror).read_bytes() == mirror.data[:1000]
    mirror.elfin.good(*mirror.arguments())
    assert ranges(mirror)[-1] == "bytes=1000-"
    whole(mirror)


@pytest.mark.usefixtures("impatient")
def test_another_mirror_goes_on_where_the_first_broke(mirror: Mirror, environ: Environ) -> None:
    environ("ELFIN_PYTHON_MIRROR", f"{mirror.server.root}/broken {mirror.server.root}/files/pythons")
    name = mirror.path.rpartition("/")[2]
    mirror.server.fault(f"/broken/{name}", kit.truncated(mirror.data, 1000))
    mirror.elfin.good(*mirror.arguments())
    assert ranges(mirror)[-1] == "bytes=1000-"
    whole(mirror)


def test_a_whole_archive_is_not_asked_for_again(mirror: Mirror) -> None:
    held(mirror, mirror.data)
    mirror.elfin.good(*mirror.arguments())
    assert mirror.server.requests == []
    whole(mirror)


@pytest.mark.parametrize("kind", ["another beginning", "too much", "zeros"])
def test_what_is_no_beginning_of_it_is_fetched_anew(kind: str, mirror: Mirror) -> None:
    left = {"another beginning": b"<html>", "too much": mirror.data + b"more", "zeros": bytes(2000)}[kind]
    held(mirror, left)
    mirror.elfin.good(*mirror.arguments())
    assert ranges(mirror) == [f"bytes={len(left)}-", None]
    whole(mirror)


def test_a_server_without_ranges_sends_all_of_it(mirror: Mirror) -> None:
    mirror.server.ranges = False
    held(mirror, mirror.data[:1000])
    mirror.elfin.good(*mirror.arguments())
    assert ranges(mirror) == ["bytes=1000-"]
    whole(mirror)


def test_what_was_promised_otherwise_is_refused_and_not_kept(mirror: Mirror) -> None:
    held(mirror, mirror.data[:1000])
    mirror.server.projects["pythons"][mirror.name] = mirror.data[:1000] + bytes(3000)
    assert "is not the file that the catalogue promises" in mirror.refused()


def test_no_link_is_followed(mirror: Mirror) -> None:
    victim = mirror.elfin.file("victim", "mine")
    part(mirror).parent.mkdir(parents=True)
    part(mirror).symlink_to(victim)
    assert mirror.elfin(*mirror.arguments()).code == 3
    assert victim.read_text() == "mine"


def test_what_nobody_came_back_for_is_removed(mirror: Mirror) -> None:
    held(mirror, b"x")
    other = part(mirror).with_name(f"cpython-3.12.1-linux-aarch64-musl.{'0' * 64}.part")
    for path, age in ((other, 8), (other.with_name("cpython-3.12.2-x.0.part"), 1)):
        path.write_bytes(b"x")
        os.utime(path, (time.time() - age * 24 * 3600,) * 2)
    mirror.elfin.good(*mirror.arguments())
    assert [path.name for path in part(mirror).parent.iterdir()] == ["cpython-3.12.2-x.0.part"]
    mirror.elfin.good("python", "uninstall", "--all", "--install-dir", mirror.folder)
    assert list(mirror.folder.iterdir()) == []


def test_another_build_of_the_same_name_takes_its_place(mirror: Mirror) -> None:
    held(mirror, b"x")
    older = part(mirror).with_name(f"{KEY}.{'0' * 64}.part")
    older.write_bytes(b"x")
    mirror.elfin.good(*mirror.arguments())
    whole(mirror)
