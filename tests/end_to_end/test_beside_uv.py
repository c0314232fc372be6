"""Beside uv, from the same lists: the same build is chosen wherever uv's choice works, and the same files arrive."""

from __future__ import annotations

import functools
import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from elfin.cli import entry
from elfin.host.model import Host
from elfin.host.named import Unknown, named
from elfin.pythons import catalogue, catalogue_build, catalogue_source, choose
from elfin.pythons.catalogue import Catalogue, PythonBuild
from elfin.pythons.request import parse
from kit import pythonarchives

UV = shutil.which("uv", path=os.pathsep.join((os.path.dirname(sys.executable), os.environ.get("PATH", ""))))
pytestmark = [
    pytest.mark.slow,
    pytest.mark.pythons,
    pytest.mark.skipif(UV is None, reason="uv is not installed"),
    pytest.mark.skipif(not pythonarchives.UV_METADATA.is_file(), reason="no list of uv's beside the checkout"),
]
here = pytest.mark.skipif(
    not pythonarchives.LIST.is_file() or os.uname().machine != "x86_64", reason="no CPython builds for this machine"
)
PLACES = {
    "debian:12": "linux-x86_64-gnu",
    "alpine:3.22": "linux-x86_64-musl",
    "debian:12/arm64": "linux-aarch64-gnu",
    "alpine:3.22/arm64": "linux-aarch64-musl",
    "debian:12/armhf": "linux-armv7-gnueabihf",
    "debian:12/i386": "linux-x86-gnu",
    "debian:12/ppc64el": "linux-powerpc64le-gnu",
    "debian:12/s390x": "linux-s390x-gnu",
    "debian:13/riscv64": "linux-riscv64gc-gnu",
    "macosx_14_0_arm64": "macos-aarch64-none",
    "macosx_14_0_x86_64": "macos-x86_64-none",
    "win_amd64": "windows-x86_64-none",
    "win_arm64": "windows-aarch64-none",
}
"""A place, and how uv writes its platform."""
REQUESTS = [f"3.{minor}{threads}" for minor in range(8, 17) for threads in ("", "t")]


def uv(*words: str, json_url: str, folder: Path) -> str:
    """What uv prints; it has to succeed."""
    assert UV is not None
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "UV_NO_CONFIG": "1", "UV_CACHE_DIR": str(folder / "c")}
    command = [UV, "python", *words, "--python-downloads-json-url", json_url]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment, cwd=folder).stdout


@pytest.fixture(scope="module")
def all_of_uv(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Every download that uv knows, the newest first."""
    folder = tmp_path_factory.mktemp("uv")
    (folder / "all.json").write_bytes(gzip.decompress(pythonarchives.UV_METADATA.read_bytes()))
    words = ("list", "--only-downloads", "--all-platforms", "--all-arches", "--all-versions", "--output-format", "json")
    found: list[dict[str, Any]] = json.loads(uv(*words, json_url=str(folder / "all.json"), folder=folder))
    return found


@functools.cache
def same_list() -> Catalogue:
    text = gzip.decompress(pythonarchives.UV_METADATA.read_bytes()).decode()
    rows = catalogue_source.read(text, "file:///list").rows
    return catalogue.read(catalogue.write(catalogue_build.made(rows).builds, {}))


def host(name: str) -> Host:
    found = named(name)
    assert not isinstance(found, Unknown)
    return found.host


def choice_of_uv(every: list[dict[str, Any]], platform: str, request: str) -> dict[str, Any] | None:
    """The newest that is no pre-release, else the newest, as uv's installation takes it; its URL tells the build."""
    minor, variant = re.escape(request.removesuffix("t")), r"\+freethreaded" if request.endswith("t") else ""
    wanted = re.compile(rf"cpython-{minor}\.\d+((?:a|b|rc)\d+)?{variant}-{platform}")
    found = [(match[1], one) for one in every if (match := wanted.fullmatch(one["key"]))]
    return next((one for early, one in found if not early), found[0][1] if found else None)


@pytest.mark.parametrize("place", PLACES)
def test_the_same_build_is_chosen_of_five_thousand(place: str, all_of_uv: list[dict[str, Any]]) -> None:
    compared = 0
    for request in REQUESTS:
        theirs = choice_of_uv(all_of_uv, PLACES[place], request)
        ours = choose.choose(parse(request), host(place), same_list())
        if theirs is None:
            assert isinstance(ours, choose.NoBuild), (request, ours)
            continue
        assert isinstance(ours, PythonBuild), (request, ours)
        assert ours.url.rpartition("/")[2] == theirs["url"].rpartition("/")[2], request
        compared += 1
    assert compared >= 4


def test_where_uvs_choice_does_not_work_elfin_says_so(all_of_uv: list[dict[str, Any]]) -> None:
    offered = {one["key"] for one in all_of_uv}
    for version in ("3.9.21", "3.10.16", "3.11.11", "3.12.9", "3.12.11"):
        assert f"cpython-{version}-linux-x86_64-musl" in offered
        answer = choose.choose(parse(version), host("alpine:3.22"), same_list())
        assert isinstance(answer, choose.NoBuild) and "do not import" in answer.reason


@here
@pytest.mark.parametrize(
    "request_", ["3.13", "3.13t", "3", ">=3.12,<3.14", "cpython@3.13", "cp313", "3.13.15", "3.13+freethreaded",
                 "cpython-3.13-linux-x86_64-gnu"],
)  # fmt: skip
def test_the_same_request_gives_the_same_files(request_: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "list.json").write_text(json.dumps(pythonarchives.as_uv_has_it()))
    monkeypatch.setenv("ELFIN_PYTHON_CATALOGUE", str(pythonarchives.LIST))
    monkeypatch.setenv("HOME", str(tmp_path))
    uv("install", "-q", "--no-bin", "-i", str(tmp_path / "uv"), request_, json_url="list.json", folder=tmp_path)
    assert entry.main(["python", "install", "-q", "-i", str(tmp_path / "elfin"), request_]) == 0
    (theirs,) = (tmp_path / "uv").glob("cpython-3.13.15*")
    (ours,) = (tmp_path / "elfin").glob("cpython-*")
    assert ours.name == theirs.name
    assert digests(ours) == digests(theirs)


def digests(prefix: Path) -> dict[str, str]:
    """Of every file that neither tool writes or rewrites."""
    found = {}
    for path in prefix.rglob("*"):
        name = str(path.relative_to(prefix))
        rewritten = path.name in ("EXTERNALLY-MANAGED", "Makefile", "python-config.py")
        own = name.startswith(("bin/", "elfin-", "BUILD")) or rewritten
        if path.is_file() and not own and "_sysconfigdata" not in name and not name.endswith((".pc", ".pyc")):
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    assert len(found) > 1000
    return found
