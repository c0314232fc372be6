"""One file for a version, or the reason there is none."""

from __future__ import annotations

from packaging.version import Version

from elfin.index.model import File, Offer, offer_of
from elfin.resolve.choose import FileChoices, chosen_file
from elfin.resolve.model import Unusable

RANKS = {"best": 0, "good": 5}


def file(filename: str, requires_python: str | None = None, yanked: str | None = None) -> File:
    return File(filename, f"https://index.invalid/{filename}", {}, requires_python, yanked, None, None, None)


def choose(*files: File, build: bool = False, misfit: str = "its wheels are for Windows") -> str | Unusable:
    found = chosen_file(
        files,
        rank=lambda name: RANKS.get(name.removesuffix(".whl").split("-")[-1]),
        misfit=lambda names: misfit,
        python_version=Version("3.11.2"),
        build=build,
    )
    return found.filename if isinstance(found, File) else found


def test_the_lowest_rank_wins_then_the_highest_build() -> None:
    good, best = file("a-1-py3-none-good.whl"), file("a-1-py3-none-best.whl")
    builds = [file(f"a-1-{build}-py3-none-best.whl") for build in ("2", "9x", "1")]
    assert choose(good, best) == best.filename
    assert choose(good, best, *builds) == "a-1-9x-py3-none-best.whl"


def test_a_file_for_another_python_is_passed_over() -> None:
    assert choose(file("a-1-py3-none-best.whl", ">=3.11.5"), file("a-1-py3-none-good.whl", ">=3.8")) == (
        "a-1-py3-none-good.whl"
    )
    assert choose(file("a-1-py3-none-best.whl", ">=3.11.5")) == Unusable("python", "needs Python >=3.11.5")
    assert choose(file("a-1-py3-none-best.whl", ">=nonsense")) == "a-1-py3-none-best.whl"


def test_a_yanked_file_is_taken_only_where_all_are() -> None:
    assert choose(file("a-1-py3-none-best.whl", yanked=""), file("a-1-py3-none-good.whl")) == "a-1-py3-none-good.whl"
    assert choose(file("a-1-py3-none-best.whl", yanked="")) == "a-1-py3-none-best.whl"


def test_wheels_for_other_places_are_named() -> None:
    wheel, source = file("a-1-cp311-cp311-win32.whl"), file("a-1.tar.gz")
    assert choose(wheel) == Unusable("wheel", "has no wheel for this target: its wheels are for Windows")
    assert choose(wheel, misfit="") == Unusable("wheel", "has no wheel for this target")
    found = choose(wheel, source)
    assert isinstance(found, Unusable)
    assert found.reason.endswith("(elfin cannot build its source distribution yet)")


def test_a_source_distribution_will_do_where_building_is_allowed() -> None:
    source = file("a-1.tar.gz")
    assert choose(source) == Unusable("sdist", "is only there as a source distribution, which elfin cannot build yet")
    assert choose(file("a-1.zip"), source, build=True) == "a-1.tar.gz"
    assert choose(file("a-1-py3-none-good.whl"), source, build=True) == "a-1-py3-none-good.whl"


def test_no_file_of_use_is_said() -> None:
    assert choose(file("a-1.exe")) == Unusable("files", "has neither a wheel nor a source distribution")
    assert choose() == Unusable("files", "has neither a wheel nor a source distribution")


def test_files_are_looked_at_for_the_version_asked_about_only() -> None:
    asked: list[int] = []
    shelf = [
        [file("a-1-py3-none-best.whl")],
        [file("a-2-py3-none-best.whl", yanked="oops"), file("a-2.tar.gz", yanked="")],
    ]

    def offered(index: int) -> Offer:
        asked.append(index)
        return offer_of(shelf[index])

    choices = FileChoices(
        [Version("1"), Version("2")],
        offered,
        rank=lambda name: 0,
        misfit=lambda names: "",
        python_version=Version("3.12"),
    )
    assert asked == []
    assert choices.yanked(1) == "oops"
    assert choices.usable(0) is None
    assert choices.file(0) == shelf[0][0]
    assert choices.yanked(0) is None
    assert asked == [1, 1, 0]
