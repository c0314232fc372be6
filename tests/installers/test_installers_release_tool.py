"""tools/release.py: what it takes out of a Python's archive."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

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
