"""What is installed by a script is made once for what it is made of, and made anew when that changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from lab.checkout import Checkout
from lab.failure import LabError

from lab import cache, make, release


@pytest.fixture
def elfin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    """A frozen checkout whose elfin writes its words into the folder that is named last, and counts its runs."""
    monkeypatch.setenv("ELFIN_LAB", str(tmp_path / "lab"))
    monkeypatch.setattr(make, "CHECKOUT", str(tmp_path / "checkout"))
    monkeypatch.setattr(make, "PYTHONS", str(tmp_path / "pythons"))
    (tmp_path / "pythons").mkdir()
    (tmp_path / "pythons" / "cpython-3.13.tar.gz").touch()
    (tmp_path / "checkout" / "examples" / "hello").mkdir(parents=True)
    (tmp_path / "checkout" / "examples" / "hello" / "build.py").write_text("1")
    for name in ("src/elfin/launch.py", "tools/release.py"):
        (tmp_path / "frozen" / name).parent.mkdir(parents=True)
        (tmp_path / "frozen" / name).write_text(
            "import os, sys\n"
            "folder = next(word for word in reversed(sys.argv) if word.endswith('.staging'))\n"
            f"open({str(tmp_path / 'runs')!r}, 'a').write(sys.argv[1] + '\\n')\n"
            "name = sys.argv[1] if 'launch' in sys.argv[0] else 'made'\n"
            "open(folder + '/' + name, 'w').write(' '.join(sys.argv[1:]))\n"
        )
    return Checkout(str(tmp_path / "frozen"), "tree", "one")


def runs(folder: Path) -> list[str]:
    return (folder / "runs").read_text().split()


def test_archives_are_made_once_and_scripts_once_for_each_elfin(elfin: Checkout, tmp_path: Path) -> None:
    first = release.hello(elfin, quick=False)
    assert release.hello(elfin, quick=False) == first and runs(tmp_path) == ["run", "installer"]
    other = release.hello(elfin._replace(state="two"), quick=False)
    assert other.folder != first.folder and other.state == first.state
    assert runs(tmp_path) == ["run", "installer", "installer"]


def test_another_source_or_other_targets_make_other_archives(elfin: Checkout, tmp_path: Path) -> None:
    states = {release.hello(elfin, quick=quick).state for quick in (False, True)}
    (tmp_path / "checkout" / "examples" / "hello" / "README.md").write_text("words")
    assert release.hello(elfin, quick=False).state in states, "what is not built from does not matter"
    (tmp_path / "checkout" / "examples" / "hello" / "build.py").write_text("2")
    assert len(states | {release.hello(elfin, quick=False).state}) == 3


def test_no_address_is_asked_that_exists(elfin: Checkout) -> None:
    made = release.own(elfin, quick=True)
    assert made is not None
    words = Path(made.folder, "made").read_text()
    assert "example.invalid" in words and words.count("--target") == 3


def test_elfins_own_release_needs_builds_of_python(elfin: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make, "PYTHONS", "/nowhere")
    assert release.own(elfin, quick=False) is None


def test_a_failure_says_what_failed_and_leaves_nothing(elfin: Checkout, tmp_path: Path) -> None:
    Path(elfin.folder, "tools", "release.py").write_text("raise SystemExit('error: no wheels\\nmore')")
    with pytest.raises(LabError, match=r"tools/release\.py failed with 1: error: no wheels$"):
        release.own(elfin, quick=False)
    assert list((tmp_path / "lab" / "releases").iterdir()) == []
    assert set((tmp_path / "lab").iterdir()) <= {tmp_path / "lab" / name for name in cache.KEPT}
