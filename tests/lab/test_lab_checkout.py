"""The frozen checkout is what git would have, and does not change any more."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from lab import checkout, make


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of a few files, with one that git does not know yet and one that it is not to know."""
    made = tmp_path / "checkout"
    for name, text in {
        "elfin": "#!/bin/sh\n", "src/elfin/a.py": "A = 1\n", "src/elfin/a/b.py": "", "src/elfin/ab.txt": "text",
        "docs/page.md": "not elfin", "src/elfin/__pycache__/a.pyc": "old",
    }.items():  # fmt: skip
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text(text)
    (made / "elfin").chmod(0o755)
    (made / "src/elfin/link").symlink_to("a.py")
    (made / ".gitignore").write_text("__pycache__/\n")
    monkeypatch.setattr(make, "CHECKOUT", str(made))
    monkeypatch.setattr(make, "PYTHONS", "/nowhere")
    monkeypatch.setenv("ELFIN_LAB", str(tmp_path / "lab"))
    return made


def git(folder: Path, *words: str) -> str:
    command = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@example.org", *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_the_sources_are_named_as_git_names_their_tree(tree: Path) -> None:
    without_git = checkout.frozen()
    git(tree, "init", "--quiet")
    before = checkout.frozen()
    git(tree, "add", ".")
    git(tree, "commit", "--quiet", "-m", "all")
    after = checkout.frozen()
    assert after.sources == before.sources == without_git.sources == git(tree, "rev-parse", "HEAD:src")


def test_a_frozen_checkout_does_not_follow_changes(tree: Path) -> None:
    first = checkout.frozen()
    (tree / "src/elfin/a.py").write_text("A = 2\n")
    second = checkout.frozen()
    assert first.state != second.state and first.sources != second.sources
    assert Path(first.folder, "src/elfin/a.py").read_text() == "A = 1\n"
    assert os.readlink(os.path.join(second.folder, "src/elfin/link")) == "a.py"
    assert os.access(os.path.join(second.folder, "elfin"), os.X_OK)
    assert not os.path.exists(os.path.join(first.folder, "docs"))


def test_the_launcher_changes_the_state_and_not_the_sources(tree: Path) -> None:
    first = checkout.frozen()
    (tree / "elfin").write_text("#!/bin/sh\n:\n")
    second = checkout.frozen()
    assert first.state != second.state and first.sources == second.sources


def test_its_modules_are_compiled_and_named_as_places_see_them(tree: Path) -> None:
    folder = checkout.frozen().folder
    (compiled,) = Path(folder, "src/elfin/__pycache__").glob("a.*.pyc")
    assert b"/elfin/src/elfin/a.py" in compiled.read_bytes()


def test_few_frozen_checkouts_are_kept(tree: Path) -> None:
    for number in range(6):
        (tree / "src/elfin/a.py").write_text(f"A = {number}\n")
        last = checkout.frozen()
    assert len(os.listdir(os.path.dirname(last.folder))) <= 4 and os.path.isdir(last.folder)
