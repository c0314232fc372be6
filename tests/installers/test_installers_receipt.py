"""The receipt: what is read, what may be removed, which lines of a shell's file go."""

from __future__ import annotations

import json

import pytest

from elfin.errors import MalformedRelease
from elfin.installers import receipt, shell

TOLD = {
    "schema": 1, "app": "hello", "version": "1.0", "artifact": "hello.tar.gz", "target": "x", "sha256": "0" * 64,
    "install_dir": "/home/a/.local/bin", "files": ["/home/a/.local/bin/hello"],
    "folders": ["/home/a/.local/share/hello/1.0"], "path_files": ["/home/a/.profile"], "base_url": "https://example.org",
}  # fmt: skip


def test_a_receipt_is_read() -> None:
    found = receipt.loads(json.dumps(TOLD))
    assert found.version == "1.0" and found.path_files == ("/home/a/.profile",)
    assert receipt.programs(found) == found.files and receipt.trees(found) == found.folders


@pytest.mark.parametrize(
    "change",
    [{"schema": 2}, {"app": None}, {"files": "x"}, {"files": [1]}, {"folders": ["relative"]}, {"install_dir": "x"}],
)
def test_what_install_sh_does_not_write_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(MalformedRelease):
        receipt.loads(json.dumps({**TOLD, **change}))


@pytest.mark.parametrize("base", ["dist", ".", "", "file://localhost/x", "file://x", "ftp://x.org/y", "/a\0"])
def test_an_origin_that_is_neither_path_nor_url_is_refused(base: str) -> None:
    with pytest.raises(MalformedRelease, match="neither path nor URL"):
        receipt.loads(json.dumps({**TOLD, "base_url": base}))


@pytest.mark.parametrize("base", ["/srv/my releases", "file:///srv/x", "http://127.0.0.1:8000/x"])
def test_an_origin_is_a_path_or_a_url(base: str) -> None:
    assert receipt.loads(json.dumps({**TOLD, "base_url": base})).base_url == base


@pytest.mark.parametrize("text", ["", "nonsense", "[" * 100_000, "null"])
def test_no_receipt_at_all_is_refused(text: str) -> None:
    with pytest.raises(MalformedRelease):
        receipt.loads(text)


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "/home/a/.local/bin", "/home/a/.local/bin/../x", "/home/a/.local/bin/a/b"]
)
def test_only_files_in_the_folder_for_programs_may_go(path: str) -> None:
    assert receipt.programs(receipt.loads(json.dumps({**TOLD, "files": [path]}))) == ()


@pytest.mark.parametrize(
    ("path", "may"),
    [
        ("/home/a/.local/share/hello/1.0", True), ("/opt/bin/.hello/1.0", True), ("/", False), ("/hello", False),
        ("/home/a", False), ("/home/a/hello/", False), ("/home/hello/../..", False), ("/x/hello/.", False),
    ],
)  # fmt: skip
def test_only_folders_in_one_named_for_the_program_may_go(path: str, may: bool) -> None:
    assert bool(receipt.trees(receipt.loads(json.dumps({**TOLD, "folders": [path]})))) is may


def test_lines_with_the_mark_go_and_others_stay_as_they_are() -> None:
    mark = shell.path_mark("hello")
    text = f"# mine\r\nexport A=1 {mark} or so\nexport PATH=x {mark}\n{mark}\nlast"
    assert receipt.without_lines(text, mark) == f"# mine\r\nexport A=1 {mark} or so\n{mark}\nlast"
    assert receipt.without_lines(f"x {mark}\r\n", mark) == ""
