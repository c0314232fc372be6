"""tools/release.py: what it takes out of a Python's archive, and which archives it makes a release of."""

from __future__ import annotations

import io
import sys
import tarfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from kit import selfrelease


def test_a_hard_link_in_the_archive_of_a_python_is_the_file_and_not_an_empty_one(tmp_path: Path) -> None:
    path = tmp_path / "python.tar"
    with tarfile.open(path, "w") as made:
        entry = tarfile.TarInfo("python/bin/python3.13")
        entry.size = 4
        made.addfile(entry, io.BytesIO(b"code"))
        entry = tarfile.TarInfo("python/lib/same")
        entry.type, entry.linkname = tarfile.LNKTYPE, "python/bin/python3.13"
        made.addfile(entry)
        entry = tarfile.TarInfo("python/lib/link")
        entry.type, entry.linkname = tarfile.SYMTYPE, "same"
        made.addfile(entry)
        made.addfile(tarfile.TarInfo("python/include/left.h"))
    found = {name: data for name, _, data in selfrelease.tool().of_python(path)}
    assert found == {"python/bin/python3.13": b"code", "python/lib/same": b"code", "python/lib/link": b""}


def test_a_folder_of_pythons_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="there is no folder"):
        selfrelease.tool().pythons(tmp_path / "none", [])


@pytest.mark.parametrize("code", [0, 3])
def test_archives_of_an_older_version_beside_are_no_part_of_the_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    tool = selfrelease.tool()
    old = tmp_path / "elfin-aarch64-unknown-linux-musl.tar.gz"
    old.write_bytes(b"older")
    seen: list[str] = []

    def run(words: list[Path], **_: object) -> SimpleNamespace:
        seen.extend(path.name for path in Path(words[3]).iterdir())
        return SimpleNamespace(returncode=code)

    monkeypatch.setattr(tool, "pythons", lambda *_: {selfrelease.TARGET: tmp_path})
    monkeypatch.setattr(tool, "make", lambda out, target, *_: (out / f"elfin-{target}.tar.gz").write_bytes(b"new"))
    monkeypatch.setattr(tool, "subprocess", SimpleNamespace(run=run))
    monkeypatch.setattr(sys, "argv", ["release.py", str(tmp_path)])
    assert tool.main() == code
    new = f"elfin-{selfrelease.TARGET}.tar.gz"
    assert seen == [new]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([old.name, new] if code == 0 else [old.name])
