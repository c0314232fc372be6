"""Pieces of flows that are functions of values: commas, names of tools, versions of Python, lines, the cache's size."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elfin.errors import UsageError
from elfin.flows import cache, lines, run
from elfin.flows.asked import Requests
from elfin.flows.context import Context
from elfin.flows.foreign import version_asked, with_version
from kit.places import interpreter


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Context:
    for name in list(os.environ):
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return Context.open({})


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        (["a,b"], ("a", "b")),
        (["a>=1,<2,b[x,y]==1,!=3", " c "], ("a>=1,<2", "b[x,y]==1,!=3", "c")),
        (["./x.whl,/y.whl,z"], ("./x.whl", "/y.whl", "z")),
        (["a==1.*,!=1.2,~=1.1"], ("a==1.*,!=1.2,~=1.1",)),
        (["", ",", "a,"], (",", "a,")),
    ],
)
def test_commas_part_requirements_where_a_name_follows(typed: list[str], parts: tuple[str, ...]) -> None:
    assert run._split(typed) == parts


NAMES = st.from_regex(r"[a-z][a-z0-9]{0,5}(\[[a-z]{1,3}(,[a-z]{1,3})?\])?((==|>=|<)[0-9](,<[0-9])?)?", fullmatch=True)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.lists(NAMES, min_size=1, max_size=5))
def test_what_was_joined_by_commas_is_parted_again(names: list[str]) -> None:
    assert run._split([",".join(names)]) == tuple(names) == run._split(names)


@pytest.mark.parametrize(
    ("text", "short", "full", "info"),
    [
        ("3.11", "3.11", "3.11.0", (3, 11, 0)),
        ("3.11.2", "3.11", "3.11.2", (3, 11, 2)),
        ("3.15.0a1", "3.15", "3.15.0a1", (3, 15, 0)),
    ],
)
def test_an_interpreter_of_another_version(text: str, short: str, full: str, info: tuple[int, int, int]) -> None:
    made = with_version(interpreter("3.12.4"), text)
    assert (made.version, made.version_info) == (full, info)
    assert (made.markers["python_version"], made.markers["python_full_version"]) == (short, full)
    assert made.markers["implementation_version"] == full
    assert made.markers["sys_platform"] == "linux" and made.libc == interpreter().libc


@pytest.mark.parametrize("text", ["x", "3.11.4.5", "3.11; rm", "python3.12", "/usr/bin/python3"])
def test_what_is_no_version_of_python(text: str) -> None:
    with pytest.raises(UsageError, match="is not a Python version"):
        version_asked(text)


def read(context: Context, *files: str, **more: object) -> lines.Lines:
    return lines.read(context, Requests(files=files, **more))  # type: ignore[arg-type]


def test_nested_files_are_relative_to_the_file_that_names_them(context: Context, tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "top.txt").write_text("one\n-r b/more.txt\n./w.whl\n")
    (tmp_path / "a" / "b" / "more.txt").write_text("two\n-c ../bounds.txt\n./v.whl\n")
    (tmp_path / "a" / "bounds.txt").write_text("three<3\n-r b/within.txt\n")
    (tmp_path / "a" / "b" / "within.txt").write_text("four<4\n")
    found = read(context, "a/top.txt")
    assert [(one.origin, one.folder) for one in found.requirements] == [
        ("-r a/top.txt (line 1)", str(tmp_path / "a")),
        ("-r b/more.txt (line 1)", str(tmp_path / "a" / "b")),
        ("-r b/more.txt (line 3)", str(tmp_path / "a" / "b")),
        ("-r a/top.txt (line 3)", str(tmp_path / "a")),
    ]
    assert [one.origin for one in found.constraints] == ["-c ../bounds.txt (line 1)", "-c b/within.txt (line 1)"]


def test_a_file_may_be_named_twice_but_not_within_itself(context: Context, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("-r c.txt\n-r c.txt\n")
    (tmp_path / "c.txt").write_text("x\n")
    assert len(read(context, "a.txt", "a.txt").requirements) == 4
    (tmp_path / "c.txt").write_text("-r sub/../a.txt\n")
    (tmp_path / "sub").mkdir()
    with pytest.raises(UsageError, match="leads back to itself"):
        read(context, "a.txt")


def test_options_of_files_reach_the_settings(context: Context, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("-i https://one/simple\n--extra-index-url https://two/simple\n-f links\n--pre\n")
    found = read(context, "a.txt")
    assert found.prereleases and not found.require_hashes
    said = context.settings
    assert said.index_url.value == "https://one/simple" and said.index_url.origin == "a.txt"
    assert said.extra_index_urls.value == ("https://two/simple",) and said.find_links.value == ("links",)


def test_what_elfin_cannot_do_is_refused_at_its_line(context: Context, tmp_path: Path) -> None:
    for text in ("-e .", "--no-binary :all:"):
        (tmp_path / "a.txt").write_text(f"x\n{text}\n")
        with pytest.raises(UsageError, match=r"^a\.txt:2: expected "):
            read(context, "a.txt")
    with pytest.raises(UsageError, match="editable"):
        lines.read(context, Requests(editables=(".",)))


def test_files_that_are_linked_count_once_in_the_cache(tmp_path: Path) -> None:
    (tmp_path / "wheels-v1").mkdir()
    (tmp_path / "wheels-v1" / "a").write_bytes(b"12345")
    os.link(tmp_path / "wheels-v1" / "a", tmp_path / "wheels-v1" / "b")
    (tmp_path / "wheels-v1" / "c").symlink_to("gone")
    size, files = cache.size(str(tmp_path))
    assert (size, files) == (5 + len("gone"), 2)
    (tmp_path / "mine").write_text("x")
    assert cache.clean(str(tmp_path)) == (size, files)
    assert os.listdir(tmp_path) == ["mine"] and cache.clean(str(tmp_path / "gone")) == (0, 0)


def test_every_folder_of_the_cache_is_one_that_clean_empties(context: Context) -> None:
    folders = [
        value
        for name, value in vars(context).items()
        if isinstance(value, str) and value.startswith(context.cache + "/")
    ]
    assert len(folders) >= 3
    assert all(os.path.basename(folder).startswith(cache.BUCKETS) for folder in folders)


def test_pypy_counts_its_own_releases() -> None:
    pypy = interpreter("3.10.4", implementation="pypy")
    assert with_version(pypy, "3.11").markers["implementation_version"] == "7.3.20"
    assert with_version(interpreter("3.10.4"), "3.11").markers["implementation_version"] == "3.11.0"
