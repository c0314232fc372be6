"""What is fetched is what was expected, or nothing."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from lab.failure import LabError

from lab import fetch


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ELFIN_LAB", str(tmp_path / "lab"))
    monkeypatch.setattr(fetch, "UBUNTU", (tmp_path / "mirror").as_uri())
    (tmp_path / "mirror").mkdir()
    return tmp_path / "mirror"


def test_other_keys_than_expected_are_refused(mirror: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (mirror / "keys.deb").write_bytes(b"somebody else's")
    monkeypatch.setattr(fetch, "_KEYS", ("keys.deb", "00" * 32))
    with pytest.raises(LabError, match="not those that were expected"):
        fetch.ubuntu_keyring("/nowhere/dpkg-deb")
    assert not (tmp_path / "lab").exists()


def test_a_mirror_that_is_not_there_is_an_error_of_the_labs(mirror: Path) -> None:
    with pytest.raises(LabError, match="cannot be fetched"):
        fetch.ubuntu_keyring("/nowhere/dpkg-deb")


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="needs dpkg-deb")
def test_the_keyring_of_the_package_is_kept(mirror: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = tmp_path / "package"
    (made / "usr/share/keyrings").mkdir(parents=True)
    (made / "usr/share/keyrings/ubuntu-archive-keyring.gpg").write_bytes(b"keys")
    (made / "DEBIAN").mkdir()
    (made / "DEBIAN/control").write_text(
        "Package: keys\nVersion: 1\nArchitecture: all\nMaintainer: a <a@example.org>\nDescription: keys\n"
    )
    dpkg_deb = str(shutil.which("dpkg-deb"))
    subprocess.run([dpkg_deb, "--root-owner-group", "-b", made, mirror / "keys.deb"], check=True, capture_output=True)
    monkeypatch.setattr(fetch, "_KEYS", ("keys.deb", hashlib.sha256((mirror / "keys.deb").read_bytes()).hexdigest()))
    path = fetch.ubuntu_keyring(dpkg_deb)
    assert Path(path).read_bytes() == b"keys"
    os.unlink(mirror / "keys.deb")
    assert fetch.ubuntu_keyring("/nowhere/dpkg-deb") == path, "fetched once"
