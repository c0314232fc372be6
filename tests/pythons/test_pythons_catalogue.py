"""pythons.catalogue*: every historical archive name, four kinds of lists, and nothing that is lost without a count."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from elfin.errors import MalformedPage
from elfin.host import arch as arches
from elfin.pythons import catalogue, catalogue_build, catalogue_name, catalogue_source
from elfin.pythons.catalogue import EXT_SUFFIX, PythonBuild, order
from elfin.pythons.catalogue_source import Row
from kit import pythonarchives as kit

BASE = "https://example.org/list/all.ndjson"


@pytest.mark.parametrize(
    ("name", "version", "tag", "triple", "options", "flavour"),
    [
        ("cpython-3.7.4-linux64-20191025T0506.tar.zst", "3.7.4", "20191025", "x86_64-unknown-linux-gnu", "", "full"),
        ("cpython-3.7.6-linux64-musl-20200216T2303.tar.zst", "3.7.6", "20200216", "x86_64-unknown-linux-musl", "",
         "full"),
        ("cpython-3.7.4-macos-20191025T0506.tar.zst", "3.7.4", "20191025", "x86_64-apple-darwin", "", "full"),
        ("cpython-3.7.6-windows-amd64-shared-pgo-20200216T2239.tar.zst", "3.7.6", "20200216", "x86_64-pc-windows-msvc",
         "shared pgo", "full"),
        ("cpython-3.8.2-x86_64-unknown-linux-gnu-pgo+lto-20200418T2243.tar.zst", "3.8.2", "20200418",
         "x86_64-unknown-linux-gnu", "pgo lto", "full"),
        ("cpython-3.9.6-i686-pc-windows-msvc-shared-install_only-20210724T1424.tar.gz", "3.9.6", "20210724",
         "i686-pc-windows-msvc", "shared", "install_only"),
        ("cpython-3.10.2+20220227-aarch64-apple-darwin-pgo+lto-full.tar.zst", "3.10.2", "20220227",
         "aarch64-apple-darwin", "pgo lto", "full"),
        ("cpython-3.10.2%2B20220227-x86_64_v3-unknown-linux-gnu-install_only.tar.gz", "3.10.2", "20220227",
         "x86_64_v3-unknown-linux-gnu", "", "install_only"),
        ("cpython-3.13.0rc3+20241002-x86_64-unknown-linux-gnu-freethreaded+pgo+lto-full.tar.zst", "3.13.0rc3",
         "20241002", "x86_64-unknown-linux-gnu", "freethreaded pgo lto", "full"),
        ("cpython-3.14.3+20260325-armv7-unknown-linux-gnueabihf-freethreaded-install_only_stripped.tar.gz", "3.14.3",
         "20260325", "armv7-unknown-linux-gnueabihf", "freethreaded", "install_only_stripped"),
        ("cpython-3.12.9+20250311-x86_64-unknown-linux-musl-noopt+static-full.tar.zst", "3.12.9", "20250311",
         "x86_64-unknown-linux-musl", "noopt static", "full"),
    ],
)  # fmt: skip
def test_names_of_every_era(name: str, version: str, tag: str, triple: str, options: str, flavour: str) -> None:
    found = catalogue_name.parse(name)
    assert not isinstance(found, str)
    assert (found.version, found.tag, found.options, found.flavour) == (version, tag, tuple(options.split()), flavour)
    assert found.triple == catalogue_name.triple(triple) is not None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("SHA256SUMS", "not the name"),
        ("cpython-3.13-x86_64-unknown-linux-gnu.tar.gz", "not the name"),
        ("cpython-3.13.1+20250106-vax-dec-ultrix-full.tar.zst", "unknown platform, vax-dec-ultrix"),
        ("cpython-3.13.1+20250106-x86_64-unknown-linux-uclibc-full.tar.zst", "unknown platform"),
    ],
)
def test_other_names_are_told_why(name: str, words: str) -> None:
    found = catalogue_name.parse(name)
    assert isinstance(found, str) and words in found


def only(name: str, **more: Any) -> PythonBuild:
    (build,) = catalogue_build.made([Row(f"https://example.org/{name}", "0" * 64, **more)]).builds
    return build


@pytest.mark.parametrize(
    ("name", "linkage", "faults", "floor"),
    [
        ("cpython-3.13.1+20250106-x86_64-unknown-linux-musl-install_only.tar.gz", "static", (), None),
        ("cpython-3.13.2+20250311-x86_64-unknown-linux-musl-install_only.tar.gz", "dynamic", (), (1, 2, 2)),
        ("cpython-3.12.9+20250311-x86_64-unknown-linux-musl-install_only.tar.gz", "dynamic", (EXT_SUFFIX,), (1, 2, 2)),
        ("cpython-3.12.12+20251028-x86_64-unknown-linux-musl-install_only.tar.gz", "dynamic", (), (1, 2, 2)),
        ("cpython-3.12.9+20260814-aarch64-unknown-linux-musl-lto+static-full.tar.zst", "static", (), None),
        ("cpython-3.12.9+20250311-x86_64-unknown-linux-gnu-install_only.tar.gz", "dynamic", (), (2, 17)),
        ("cpython-3.13.2+20250311-riscv64-unknown-linux-gnu-install_only.tar.gz", "dynamic", (), (2, 28)),
        ("cpython-3.13.2+20250311-aarch64-apple-darwin-install_only.tar.gz", "dynamic", (), None),
    ],
)
def test_what_no_source_says_is_a_rule(name: str, linkage: str, faults: tuple[str, ...], floor: object) -> None:
    build = only(name)
    assert (build.linkage, build.faults, build.floor) == (linkage, faults, floor)
    assert (build.needs.libc is None) == (linkage == "static" or build.os != "linux")


def test_of_one_build_the_best_archive_is_kept_and_of_one_version_the_newest() -> None:
    names = [
        "cpython-3.13.1+20250106-x86_64-unknown-linux-gnu-install_only.tar.gz",
        "cpython-3.13.1+20250106-x86_64-unknown-linux-gnu-install_only_stripped.tar.gz",
        "cpython-3.13.1+20250106-x86_64-unknown-linux-gnu-pgo+lto-full.tar.zst",
        "cpython-3.13.1+20241205-x86_64-unknown-linux-gnu-install_only_stripped.tar.gz",
        "cpython-3.13.1+20250106-x86_64-unknown-linux-gnu-debug-full.tar.zst",
        "cpython-3.7.9+20220227-x86_64-unknown-linux-gnu-install_only.tar.gz",
        "README.tar.gz",
    ]
    rows = [Row(f"https://example.org/{name}", None) for name in names]
    made = catalogue_build.made(rows)
    assert sorted((build.tag, build.flavour, build.debug) for build in made.builds) == [
        ("20250106", "full", True),
        ("20250106", "install_only_stripped", False),
    ]
    assert made.dropped == {
        "a better archive of the same build is there": 2,
        "a newer build of the same Python is there": 1,
        "not the name of a Python's archive": 1,
        "older than Python 3.8": 1,
    }
    assert len(rows) == len(made.builds) + sum(made.dropped.values())
    kept = catalogue_build.made(rows, every_tag=True).builds
    assert sorted(build.tag for build in kept if not build.debug) == ["20241205", "20250106"]


def test_the_official_list_is_read_with_names_relative_to_it() -> None:
    text = kit.ndjson({kit.name_of(): b"x", kit.name_of("3.12.12"): b"y"})
    found = catalogue_source.read(text, BASE)
    assert [row.url for row in found.rows] == [
        f"https://example.org/list/{kit.name_of(version).replace('+', '%2B')}" for version in ("3.13.9", "3.12.12")
    ]
    assert {row.tag for row in found.rows} == {"20251101"}


def test_releases_of_github_with_digests_or_with_sums_beside_them() -> None:
    name = kit.name_of()
    asset = {"name": name, "browser_download_url": f"https://example.org/r/{name}", "size": 7}
    sums = {"name": "SHA256SUMS", "browser_download_url": "https://example.org/r/SHA256SUMS"}
    release = {"tag_name": "20251101", "assets": [asset, sums]}
    found = catalogue_source.read(json.dumps([release]), BASE)
    assert found.sums == ("https://example.org/r/SHA256SUMS",) and found.rows[0].sha256 is None
    rows = [*found.rows, *catalogue_source.read(f"{'a' * 64}  {name}\n", found.sums[0]).rows]
    (build,) = catalogue_build.made(rows).builds
    assert (build.sha256, build.size, build.url) == ("a" * 64, 7, asset["browser_download_url"])
    digested = {"tag_name": "20251101", "assets": [{**asset, "digest": f"sha256:{'b' * 64}"}, sums]}
    assert catalogue_source.read(json.dumps(digested), BASE).sums == ()
    assert catalogue_build.made(catalogue_source.read(json.dumps(digested), BASE).rows).builds[0].sha256 == "b" * 64


@pytest.mark.parametrize("text", ["", "<html>", "[1]", '{"version": 2}', '{"a": {"url": 1}}', '{"x": 1}', "[", "null"])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(MalformedPage):
        catalogue_source.read(text, BASE)


PYPY = {"name": "pypy", "url": "https://x/p.tar.gz", "os": "linux", "arch": {"family": "x86_64"}, "major": 3,
        "minor": 11, "patch": 1, "build": "7.3"}  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({}, None),
        ({"arch": "x86_64"}, None),
        ({"major": None}, "a version, tag or machine that is none"),
        ({"prerelease": "\x1b[31m"}, "a version, tag or machine that is none"),
        ({"prerelease": "/../x"}, "a version, tag or machine that is none"),
        ({"build": "a\tb"}, "a version, tag or machine that is none"),
        ({"arch": [1]}, "a version, tag or machine that is none"),
        ({"name": "py\npy"}, "a version, tag or machine that is none"),
        ({"url": "https://x/\x1b[31m.tar.gz"}, "an address that is none"),
        ({"os": ["linux"]}, "an unknown platform"),
    ],
)
def test_a_row_that_makes_no_sense_is_dropped_and_counted(wrong: dict[str, Any], reason: str | None) -> None:
    made = catalogue_build.made(catalogue_source.read(json.dumps({"a": {**PYPY, **wrong}}), BASE).rows)
    assert made.dropped == ({} if reason is None else {reason: 1})
    assert len(catalogue.read(catalogue.write(made.builds, {})).builds()) == (reason is None)


@pytest.mark.parametrize("size", ["big", -1, 1.5, True, [1]])
def test_a_size_that_is_no_number_is_counted(size: object) -> None:
    row = {"url": kit.name_of(), "sha256": "0" * 64, "size": size}
    read = catalogue_source.read(json.dumps({"version": "3.13.9+20251101", "artifacts": [row]}), BASE)
    assert catalogue_build.made(read.rows).dropped == {"a size that is no number": 1}


def test_a_list_nested_without_end_is_refused() -> None:
    with pytest.raises(MalformedPage):
        catalogue_source.read("[" * 200_000, BASE)


@pytest.mark.parametrize(
    ("old", "new"), [("3.13.9\t", "3.13.9\x1b[31m\t"), ("\tmusl\t", "\t\x1b]0;x\x07\t"), ("3.13.9\t", "latest\t")]
)
def test_a_catalogue_with_words_that_are_none_is_refused(old: str, new: str) -> None:
    text = catalogue.write([only(kit.name_of())], {})
    assert old in text
    with pytest.raises(MalformedPage):
        catalogue.read(text.replace(old, new)).builds()


def test_what_is_written_is_read_back() -> None:
    names = [
        "cpython-3.8.2-x86_64-unknown-linux-gnu-pgo+lto-20200418T2243.tar.zst",
        "cpython-3.13.1%2B20250106-x86_64_v3-unknown-linux-gnu-install_only.tar.gz",
        "cpython-3.14.3%2B20260325-armv7-unknown-linux-gnueabihf-freethreaded-install_only_stripped.tar.gz",
        "cpython-3.12.9+20250311-x86_64-unknown-linux-musl-install_only.tar.gz",
    ]
    rows = [Row(f"https://example.org/20200418/{name}", "1f" * 32, 12 if "v3" in name else None) for name in names]
    builds = catalogue_build.made(rows).builds
    text = catalogue.write(builds, {"flagged": {"x": 1}})
    read = catalogue.read(text)
    assert sorted(read.builds()) == sorted(builds) and read.newest == "20260325"
    assert read.about["rows"] == 4 and read.about["flagged"] == {"x": 1}
    assert catalogue.write(reversed(builds), {"flagged": {"x": 1}}) == text


@pytest.mark.parametrize("text", ["", "elfin-pythons 99\n{}", "elfin-pythons x", "elfin-pythons 1\n{}\n@a\tb\n", "{}"])
def test_a_broken_catalogue_is_refused(text: str) -> None:
    with pytest.raises(MalformedPage):
        catalogue.read(text)


def test_a_broken_row_is_refused_when_it_is_read() -> None:
    text = catalogue.write([only(kit.name_of())], {})
    broken = text.replace("\t20251101\t", "\t20251101\t?!")
    with pytest.raises(MalformedPage):
        catalogue.read(broken).builds()


def test_versions_are_in_order() -> None:
    versions = ["3.100.0", "3.13.10", "3.13.0", "3.13.0rc1", "3.13.0b1", "3.13.0a2", "3.9.1"]
    assert sorted(versions, key=order, reverse=True) == versions and sorted(versions, key=order) == versions[::-1]


shipped = pytest.mark.skipif(not kit.UV_METADATA.is_file(), reason="no metadata of uv beside the checkout")


@shipped
def test_every_row_of_uvs_metadata_is_kept_flagged_or_dropped_and_nothing_else_changed() -> None:
    text = gzip.decompress(kit.UV_METADATA.read_bytes()).decode()
    entries: dict[str, dict[str, Any]] = json.loads(text)
    made = catalogue_build.made(catalogue_source.read(text, BASE).rows)
    assert len(entries) == 5530 == len(made.builds) + sum(made.dropped.values())
    assert made.dropped == {"runs in a browser": 5}
    assert made.flagged == {"names its modules for glibc on musl": 104}
    by_url = {build.url: build for build in made.builds}
    assert len(by_url) == len(made.builds)
    for entry in entries.values():
        if entry["os"] != "emscripten":
            assert_same(by_url[entry["url"]], entry)


def assert_same(build: PythonBuild, entry: dict[str, Any]) -> None:
    """What uv says of a row is what the catalogue says."""
    libc = {"none": None, "musl": "musl"}.get(entry["libc"], "glibc")
    float_abi = {"gnueabi": "soft", "gnueabihf": "hard"}.get(entry["libc"])
    variant = (entry["variant"] or "").split("+")
    level = entry["arch"]["variant"]
    expected_level = (int(level[1:]) if level else 1) if entry["arch"]["family"] == "x86_64" else None
    assert build.implementation == entry["name"]
    assert build.version == f"{entry['major']}.{entry['minor']}.{entry['patch']}{entry['prerelease']}"
    assert build.os == {"darwin": "macos"}.get(entry["os"], entry["os"])
    assert build.arch == arches.canonical(entry["arch"]["family"])
    assert (build.libc, build.float_abi, build.level) == (libc, float_abi, expected_level)
    assert (build.free_threaded, build.debug) == ("freethreaded" in variant, "debug" in variant)
    assert (build.sha256, build.tag) == (entry["sha256"], entry["build"])
    assert build.linkage == "dynamic"
    suspicious = libc == "musl" and entry["minor"] <= 12 and entry["build"] < "20251028"
    assert build.faults == ((EXT_SUFFIX,) if suspicious else ())


@shipped
def test_the_catalogue_that_elfin_ships_is_the_one_these_rules_make() -> None:
    from pathlib import Path

    text = gzip.decompress(kit.UV_METADATA.read_bytes()).decode()
    made = catalogue_build.made(catalogue_source.read(text, BASE).rows)
    path = Path(catalogue.__file__).with_name("pythons.txt")
    assert path.read_text() == catalogue.write(made.builds, {"flagged": made.flagged, "dropped": made.dropped})
    assert len(gzip.compress(path.read_bytes())) < 400_000
