from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from elfin.edges.disk_output import write_out
from elfin.errors import PlaceError


def test_a_file_is_replaced_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "out.txt"
    write_out(str(file), b"one")
    file.chmod(0o600)
    before = file.stat().st_ino
    write_out(str(file), b"two")
    assert file.read_bytes() == b"two" and stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.stat().st_ino != before and os.listdir(tmp_path) == ["out.txt"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "dangling").symlink_to("later")
    write_out(str(tmp_path / "link"), b"new")
    write_out(str(tmp_path / "dangling"), b"new")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real").read_bytes() == b"new"
    assert (tmp_path / "dangling").is_symlink() and (tmp_path / "later").read_bytes() == b"new"


def test_a_pipe_is_written_into_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    heard: list[bytes] = []
    listener = threading.Thread(target=lambda: heard.append(pipe.read_bytes()))
    listener.start()
    write_out(str(pipe), b"pins")
    listener.join()
    assert heard == [b"pins"] and stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.skipif(os.geteuid() != 0, reason="a device needs root")
def test_a_device_stays_a_device(tmp_path: Path) -> None:
    null = tmp_path / "null"
    os.mknod(null, stat.S_IFCHR | 0o666, os.makedev(1, 3))
    try:
        write_out(str(null), b"pins")
    except PlaceError:
        pytest.skip("devices do nothing on this file system")
    assert stat.S_ISCHR(null.stat().st_mode)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlaceError, match="folder"):
        write_out(str(tmp_path), b"pins")
