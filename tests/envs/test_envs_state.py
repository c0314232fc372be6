"""Names tell what is installed; what is odd in a folder is a problem, not a crash."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from elfin.envs import disk, state
from elfin.envs.model import InstalledDistribution, Scheme
from elfin.envs.state import Entry
from elfin.errors import PlaceError


def put(folder: Path, name: str, **files: str) -> Path:
    path = folder / name
    path.mkdir(parents=True)
    for file, text in files.items():
        (path / file.replace("__", ".")).write_text(text)
    return path


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("numpy-1.26.4.dist-info", ("numpy", "numpy", "1.26.4")),
        ("Zope.Interface-5.0+x.1.dist-info", ("Zope.Interface", "zope-interface", "5.0+x.1")),
        ("ruamel_yaml__x-1!2.dist-info", ("ruamel_yaml__x", "ruamel-yaml-x", "1!2")),
        ("old-tool-1.0.dist-info", ("old-tool", "old-tool", "1.0")),
        ("nothing.dist-info", None),
        ("-1.0.dist-info", None),
        ("x-.dist-info", None),
        ("_x-1.dist-info", None),
    ],
)
def test_a_folder_name_is_a_name_and_a_version(name: str, expected: tuple[str, ...] | None) -> None:
    found = state.distribution(name, f"/s/{name}")
    assert found == (None if expected is None else InstalledDistribution(*expected, f"/s/{name}"))


def test_a_folder_is_sorted_into_parts() -> None:
    entries = [
        Entry("b-2.dist-info", True),
        Entry("A-1.dist-info", True),
        Entry("half-1.dist-info", False),
        Entry("A-0.9.dist-info", True),
        Entry("~umpy-1.dist-info", True),
        Entry("odd.dist-info", True),
        Entry("legacy-1.0-py3.9.egg-info", False),
        Entry("dev.egg-link", False),
        Entry("packed-2.0-py3.9-linux-x86_64.egg", False),
        Entry("module.py", False),
    ]
    found = state.state([("/s/", entries)])
    assert [(one.name, one.version) for one in found.distributions] == [("A", "0.9"), ("b", "2")]
    assert [(old.name, old.version, old.form) for old in found.legacy] == [
        ("dev", None, "egg-link"),
        ("legacy", "1.0", "egg-info"),
        ("packed", "2.0", "egg"),
    ]
    assert [(problem.path, problem.distribution is not None) for problem in found.problems] == [
        ("/s/A-1.dist-info", True),
        ("/s/half-1.dist-info", True),
        ("/s/odd.dist-info", False),
        ("/s/~umpy-1.dist-info", False),
    ]


def test_the_first_folder_wins_a_name() -> None:
    found = state.state(
        [("/a", [Entry("x-1.dist-info", True)]), ("/b", [Entry("X-2.dist-info", True), Entry("y-1.dist-info", True)])]
    )
    assert [one.dist_info for one in found.distributions] == ["/a/x-1.dist-info", "/b/y-1.dist-info"]
    assert found.problems == ()


def test_folders_are_read_by_name_and_once(tmp_path: Path) -> None:
    packages = tmp_path / "lib"
    put(packages, "a-1.dist-info", METADATA="Name: other\nVersion: 9\n")
    put(packages, "b-1.dist-info")
    put(packages, "a")
    (tmp_path / "lib64").symlink_to("lib")
    found = disk.installed([str(packages), str(tmp_path / "lib64"), str(tmp_path / "gone")])
    assert [(one.name, one.version) for one in found.distributions] == [("a", "1")]
    assert [problem.reason for problem in found.problems] == ["half installed: METADATA is missing"]


def test_a_folder_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(PlaceError, match="too many symbolic links"):
        disk.installed([str(tmp_path / "loop")])


def test_details_are_the_files(tmp_path: Path) -> None:
    path = put(
        tmp_path,
        "a-1.dist-info",
        METADATA="m",
        RECORD="r",
        INSTALLER="elfin\n",
        REQUESTED="",
        direct_url__json="{}",
        WHEEL="w",
    )
    whole = disk.details(InstalledDistribution("a", "a", "1", str(path)))
    assert whole == (b"m", b"r", b"{}", b"w", None, "elfin", True)
    gone = disk.details(InstalledDistribution("a", "a", "1", str(tmp_path / "gone")))
    assert gone == (None, None, None, None, None, None, False)
    assert disk.metadata(InstalledDistribution("a", "a", "1", str(path))) == b"m"


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    path = put(tmp_path, "a-1.dist-info")
    (path / "METADATA").mkdir()
    with pytest.raises(PlaceError):
        disk.details(InstalledDistribution("a", "a", "1", str(path)))


@pytest.mark.parametrize(
    ("data", "editable"),
    [
        (b'{"url": "file:///x", "dir_info": {"editable": true}}', True),
        (b'{"url": "file:///x", "dir_info": {}}', False),
        (b'{"dir_info": 1}', False),
        (b"[1]", False),
        (b"{", False),
        (b"\xff", False),
        (b"[" * 100_000, False),
        (None, False),
    ],
)
def test_an_editable_install_is_told_by_its_direct_url(data: bytes | None, editable: bool) -> None:
    assert state.is_editable(data) is editable


def test_the_folders_of_a_scheme_are_named_once() -> None:
    assert disk.scheme_folders(Scheme("/a", "/a", "/b", "/", "/i")) == ("/a",)
    assert disk.scheme_folders(Scheme("/a", "/c", "/b", "/", "/i")) == ("/a", "/c")


def test_reading_names_opens_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "a-1.dist-info", METADATA="x")
    (tmp_path / "a-1.dist-info/METADATA").chmod(0)
    monkeypatch.setattr("builtins.open", lambda *given: pytest.fail(f"opened {given}"))
    assert len(disk.installed([os.fspath(tmp_path)]).distributions) == 1
