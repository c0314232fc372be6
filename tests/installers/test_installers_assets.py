"""Lists of files and cargo-dist's manifest."""

from __future__ import annotations

import json

import pytest

from elfin.errors import MalformedRelease
from elfin.installers import assets, dist_manifest
from elfin.installers.assets import Asset

HEX = "ab" * 32


@pytest.mark.parametrize(
    ("line", "asset"),
    [
        (f"{HEX}  hello.tar.gz", Asset("hello.tar.gz", HEX)),
        (f"{HEX} *hello.tar.gz", Asset("hello.tar.gz", HEX)),
        (f"{HEX}  ./hello.tar.gz", Asset("hello.tar.gz", HEX)),
        (f"{HEX.upper()}  hello.tar.gz", Asset("hello.tar.gz", HEX)),
        (f"SHA256 (hello.tar.gz) = {HEX}", Asset("hello.tar.gz", HEX)),
        (f"SHA256(hello.tar.gz)= {HEX}", Asset("hello.tar.gz", HEX)),
        (f"SHA2-256(hello.tar.gz)= {HEX}", Asset("hello.tar.gz", HEX)),
        (f"{HEX}  hello.tar.gz\n{HEX.upper()} *hello.tar.gz", Asset("hello.tar.gz", HEX)),
        ("hello.tar.gz", Asset("hello.tar.gz", None)),
    ],
)
def test_lines_of_every_tool_are_read(line: str, asset: Asset) -> None:
    assert assets.parse(f"# files\n\n{line}\r\n") == (asset,)


def test_a_byte_order_mark_is_no_part_of_a_name() -> None:
    assert assets.parse(f"\ufeff{HEX}  hello.tar.gz\r\n") == (Asset("hello.tar.gz", HEX),)


@pytest.mark.parametrize("line", ["../x", "a b", f"{HEX}  a/b", f"{HEX[:60]}  x", "https://x.org/y", "a\\b"])
def test_a_line_that_is_neither_is_refused_with_its_number(line: str) -> None:
    with pytest.raises(MalformedRelease, match="line 2"):
        assets.parse(f"ok\n{line}\n")


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("hello-linux-x64.tar.gz", True), ("hello-linux-x64", True), ("hello.exe", True), ("hello.zip", True),
        ("hello.tar.gz.sha256", False), ("hello_1.0_amd64.deb", False), ("hello-1.0.src.tar.gz", False),
        ("source.tar.gz", False), ("SHA256SUMS", False), ("install.sh", False), ("hello.pdb", False),
        ("hello.tar.bz2", False), ("hello-1.0-py3-none-any.whl", False), ("LICENSE", False), (".gitignore", False),
    ],
)  # fmt: skip
def test_release_files_are_told_from_what_lies_beside_them(name: str, is_one: bool) -> None:
    assert assets.is_artifact(name) is is_one


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("hello-x86_64-unknown-linux-gnu.tar.gz", "hello-aarch64-apple-darwin.tar.gz"), ("hello", None)),
        (("gh_2.40.1_linux_amd64.tar.gz", "gh_2.40.1_macOS_arm64.zip"), ("gh", "2.40.1")),
        (("bat-v0.24.0-x86_64-unknown-linux-musl.tar.gz",), ("bat", "0.24.0")),
        (("a-1.0-linux-x64.zip", "b-1.0-linux-x64.zip"), (None, "1.0")),
        (("my-tool2-linux-x64.zip",), ("my-tool2", None)),
    ],
)
def test_name_and_version_are_what_all_names_begin_with(names: tuple[str, ...], told: object) -> None:
    assert assets.name_and_version(names) == told


@pytest.mark.parametrize(
    ("app", "others"),
    [
        ("hello", ("other_1.0_linux_amd64.zip", "hello-cli-linux-x64.zip")),
        ("Hello_CLI", ("hello-1.0-linux-x64.zip", "other_1.0_linux_amd64.zip")),
        ("own", ()),
    ],
)
def test_names_of_other_apps_are_told_where_the_app_has_names(app: str, others: tuple[str, ...]) -> None:
    names = ("hello-1.0-linux-x64.zip", "other_1.0_linux_amd64.zip", "hello-cli-linux-x64.zip")
    assert assets.of_other_apps(names, app) == others


def test_without_a_pattern_programs_lie_where_cargo_dist_puts_them() -> None:
    assert assets.member("", "hello-x.tar.gz", "hello") == "hello-x/hello"
    assert assets.member("", "hello-x.zip", "hello.exe") == "hello.exe"
    assert assets.member("{stem}/bin/{program}", "hello-x.tar.xz", "hello") == "hello-x/bin/hello"


def _manifest(*apps: str) -> str:
    artifact = {
        "name": "a.zip",
        "kind": "executable-zip",
        "target_triples": ["x86_64-pc-windows-msvc"],
        "assets": [{"name": "a", "path": "a.exe", "kind": "executable"}],
        "checksums": {"sha256": HEX.upper()},
    }
    releases = [{"app_name": app, "app_version": "1.0", "artifacts": ["a.zip", "gone"],
                 "hosting": {"order": ["github"], "simple": {"download_url": "https://s.org/1"},
                             "github": {"artifact_base_url": "https://g.org", "artifact_download_path": "/x"}}}
                for app in apps]  # fmt: skip
    return json.dumps({"releases": releases, "artifacts": {"a.zip": artifact}})


def test_cargo_dists_manifest_tells_files_checksums_and_hosts_in_their_order() -> None:
    told = dist_manifest.parse(_manifest("a"), None)
    assert told.files == (dist_manifest.DistFile("a.zip", "x86_64-pc-windows-msvc", HEX, ("a.exe",)),)
    assert told.base_urls == ("https://g.org/x", "https://s.org/1")


def test_of_several_apps_one_has_to_be_named() -> None:
    with pytest.raises(MalformedRelease, match="several apps: a, b"):
        dist_manifest.parse(_manifest("a", "b"), None)
    assert dist_manifest.parse(_manifest("a", "b"), "b").app == "b"
    with pytest.raises(MalformedRelease, match="no release of c"):
        dist_manifest.parse(_manifest("a", "b"), "c")


@pytest.mark.parametrize(
    "text",
    ['{"releases": 1, "artifacts": {}}', '{"releases": [1], "artifacts": {}}', '{"releases": [{}], "artifacts": []}',
     '{"releases": [{"app_name": "a", "app_version": "1", "artifacts": ["x"]}], "artifacts": {"x": 3}}'],
)  # fmt: skip
def test_another_shape_is_malformed(text: str) -> None:
    assert dist_manifest.is_dist_manifest(text)
    with pytest.raises(MalformedRelease):
        dist_manifest.parse(text, None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.0", "1"), ("v1.0.0", "1"), ("1.10", "1.10"), ("1.0-portable", "1"), ("1.0-ubuntu22.04", "1"),
        ("1.0-rc.1", "1-rc1"), ("2.1.0-rc1-x", "2.1-rc1"), ("1.0-alpine", "1"), ("1.0alpine", "1"), ("nightly", None),
    ],
)  # fmt: skip
def test_what_tells_a_version_from_another_one(text: str, expected: str | None) -> None:
    assert assets.numbers(text) == expected
