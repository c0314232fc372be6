"""Members of archives as sources: small ones at once, large ones piece by piece, the same answers from both."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from elfin.audit import disk_files, facts
from elfin.errors import MalformedWheel, PlaceError
from kit import wheelsmith
from kit.symbolsmith import binary, imports


def archive(folder: Path, data: bytes, **lies: object) -> Path:
    path = folder / "thing.zip"
    path.write_bytes(wheelsmith.archive([wheelsmith.Member("bin/tool", data)._replace(**lies)]))
    return path


def test_a_large_member_is_read_piece_by_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = binary(symbols=imports("statx@GLIBC_2.28"), needed=["libc.so.6"]) + random.Random(1).randbytes(9 << 20)
    path = archive(tmp_path, data)
    with disk_files.mapped(str(path)) as view:
        ((_, whole),) = disk_files.in_zip(disk_files.opened(view))
        assert isinstance(whole, bytes)
        monkeypatch.setattr(disk_files, "_WHOLE", 100)
        monkeypatch.setattr(disk_files.Inflated, "_HEAD", 1 << 20)
        ((_, source),) = disk_files.in_zip(disk_files.opened(view))
        assert isinstance(source, disk_files.Inflated)
        rng = random.Random(2)
        for _ in range(60):  # forwards, backwards, across pieces, over the end
            offset, size = rng.randrange(len(data) + 99), rng.choice((1, 5000, 5 << 20))
            assert source(offset, size) == data[offset : offset + size], (offset, size)
        assert facts.read("x", source) == facts.read("x", whole)


def test_a_member_with_a_wrong_checksum_is_malformed(tmp_path: Path) -> None:
    path = archive(tmp_path, binary(kind=2), local={"crc": 1}, central={"crc": 1})
    with disk_files.mapped(str(path)) as view, pytest.raises(MalformedWheel):
        list(disk_files.in_zip(disk_files.opened(view)))


def test_an_empty_file_is_no_archive_and_a_folder_is_no_file(tmp_path: Path) -> None:
    empty = tmp_path / "empty.whl"
    empty.write_bytes(b"")
    with disk_files.mapped(str(empty)) as view, pytest.raises(MalformedWheel):
        disk_files.opened(view)
    with pytest.raises(PlaceError), disk_files.mapped(str(tmp_path)):
        pass


def test_files_that_cannot_be_opened_and_links_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(binary(kind=2))
    (tmp_path / "link").symlink_to("a")
    (tmp_path / "circle").symlink_to(".")
    (tmp_path / "words").write_text("words")
    assert [name for name, _ in disk_files.in_folder(str(tmp_path))] == ["a"]
