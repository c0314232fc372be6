"""`elfin explain`: which wheel fits, why the others do not, what would help; as text and as one object."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from kit import foreign, images
from kit.commandline import Commandline, release
from kit.indexserver import IndexServer

NEW = "native-2.0-cp312-cp312-manylinux_2_38_aarch64.whl"


@pytest.fixture
def server() -> Iterator[IndexServer]:
    projects = foreign.projects()
    projects["pure"] = {**release("pure", "1.0", python=">=3.7"), **release("pure", "2.0", python=">=3.10")}
    projects["gone"] = {"gone-1.0.tar.gz": b"source"}
    projects["ended"] = {
        **release("ended", "1.0", tag="cp311-cp311-manylinux_2_17_x86_64"),
        **release("ended", "2.0", tag="cp312-cp312-manylinux_2_35_x86_64"),
    }
    with IndexServer(projects) as running:
        yield running


def text(elfin: Commandline, *words: str, code: int) -> list[str]:
    answer = elfin("explain", *words)
    assert answer.code == code, answer.said
    return answer.out.splitlines()


def test_a_place_that_is_too_old_is_told_by_how_much_and_what_would_do(elfin: Commandline) -> None:
    shown = text(elfin, "native", "--platform", "debian:12/arm64", "--python", "3.12", "-q", code=1)
    assert shown == [
        "native 2.0 comes as 3 wheels (ready to install) and its source (to be built first)",
        "",
        "debian:12/arm64: Debian 12 on aarch64: glibc 2.36; CPython 3.12",
        "  No wheel fits. The nearest one is",
        f"    {NEW}",
        "    It needs glibc 2.38 or newer, this place has glibc 2.36 (the table of distributions).",
        "  The other 2:",
        "    2 are for Windows, this is Linux",
        "  What would help:",
        "    - another release: native 1.0 has a wheel that fits",
        "    - a newer system: glibc 2.38 or newer is in Debian 13, Ubuntu 23.10 and Red Hat Enterprise",
        "      Linux 10, and in what came later",
        "    - building the source, native-2.0.tar.gz, with a compiler (elfin cannot do that yet, pip can)",
    ]


def test_a_wheel_that_fits_is_named_and_the_others_are_told_of_by_reason(elfin: Commandline) -> None:
    shown = text(elfin, "native==1.0", "--platform", "alpine:3.20/arm64", "--python", "3.12", "-q", code=0)
    assert shown[2:] == [
        "alpine:3.20/arm64: Alpine 3.20 on aarch64: musl 1.2.5; CPython 3.12",
        "  This wheel fits: native-1.0-cp312-cp312-musllinux_1_2_aarch64.whl",
        "  The other 4:",
        "    1 is for glibc (manylinux_2_17), this interpreter runs on musl 1.2.5",
        "    2 are for x86_64, this is aarch64",
        "    1 is for Windows, this is Linux",
    ]


def test_words_are_explained_once(elfin: Commandline) -> None:
    places = ("--platform", "debian:12/arm64", "--platform", "alpine:3.20/arm64")
    shown = "\n".join(text(elfin, "native", *places, "--python", "3.12", code=1))
    assert shown.count("What the words mean:") == 1 and "manylinux_2_28 says glibc 2.28 or newer" in shown
    assert "What the words mean" not in "\n".join(text(elfin, "pure", "--python", "3.12", code=0))


def test_several_places_are_answered_in_order_and_all_have_to_fit(elfin: Commandline) -> None:
    places = ("--platform", "win_amd64", "--platform", "linux/s390x")
    shown = text(elfin, "native", *places, "--python", "3.12", code=1)
    heads = [line.partition(":")[0] for line in shown if line.startswith(("win", "linux"))]
    assert heads == ["win_amd64", "linux/s390x"]
    assert "  No wheel fits: its wheels are for aarch64, this is s390x." in shown
    assert text(elfin, "native", *places[:2], "--python", "3.12", code=0)


def test_another_python_is_named_where_one_would_do(elfin: Commandline) -> None:
    shown = text(elfin, "native==2.0", "--platform", "win_amd64", "--python", "3.14", code=1)
    assert "    It is for CPython 3.12, this is CPython 3.14." in shown
    assert "    - another Python in the same place: there is a wheel for CPython 3.11 and 3.12" in [
        line.replace(" or ", " and ") for line in shown
    ]


def test_another_release_with_another_python_is_named_where_only_both_would_do(elfin: Commandline) -> None:
    shown = text(elfin, "ended", "--platform", "manylinux_2_17_x86_64", "--python", "3.13", code=1)
    assert "    - another release and another Python: ended 1.0 has a wheel for CPython 3.11 here" in shown
    assert "    It is for CPython 3.12, this is CPython 3.13; and it needs glibc 2.35 or newer, this place has" in shown


def test_what_an_author_asks_of_python_counts(elfin: Commandline) -> None:
    shown = text(elfin, "pure", "--platform", "win_amd64", "--python", "3.9", code=1)
    assert "    It needs Python >=3.10, this is Python 3.9.0." in shown
    assert "    - another Python in the same place: there is a wheel for CPython 3.10 to 3.15" in shown
    assert "    - another release: pure 1.0 has a wheel that fits" in shown


def test_a_project_that_comes_as_source_only(elfin: Commandline) -> None:
    shown = text(elfin, "gone", "--platform", "win_amd64", code=1)
    assert "  It has no wheel at all, only its source." in shown
    assert any(line.startswith("    - building the source, gone-1.0.tar.gz") for line in shown)


def test_a_wheel_by_its_name_alone_needs_no_index(elfin: Commandline, server: IndexServer) -> None:
    shown = text(elfin, NEW, "--platform", "debian:12/arm64", "--python", "3.12", "-q", code=1)
    assert shown[:2] == [NEW, "  there is no such file here, so it is judged by its name alone"]
    assert "  It does not fit: it needs glibc 2.38 or newer, this place has glibc 2.36 (the table of" in shown
    assert text(elfin, NEW, "--platform", "debian:13/arm64", "--python", "3.12", code=0)[-1] == "  It fits."
    assert server.requests == []


def test_a_wheel_s_own_file_says_which_pythons_it_is_for(elfin: Commandline, server: IndexServer) -> None:
    name = "pure-2.0-py3-none-any.whl"
    (elfin.work / name).write_bytes(server.projects["pure"][name])
    shown = text(elfin, f"./{name}", "--platform", "win_amd64", "--python", "3.9", code=1)
    assert "  It does not fit: it needs Python >=3.10, this is Python 3.9.0." in shown


def test_every_wheel_has_a_line_with_all(elfin: Commandline) -> None:
    words = ("native==1.0", "--platform", "win_amd64", "--all", "-q", "--python")
    listed = [line.strip() for line in text(elfin, *words, "3.11", code=1)[5:]]
    assert len([line for line in listed if line.endswith(".whl")]) == 5
    nearest = listed.index("native-1.0-cp312-cp312-win_amd64.whl")
    assert listed[nearest + 1] == "is for CPython 3.12, this is CPython 3.11"
    fitting = [line.strip() for line in text(elfin, *words, "3.12", code=0)]
    assert fitting[4:6] == ["native-1.0-cp312-cp312-win_amd64.whl", "fits"]


def test_json_is_one_object(elfin: Commandline) -> None:
    words = ("native", "--platform", "debian:12/arm64", "--platform", "win_amd64", "--python", "3.12", "--json")
    told = json.loads("\n".join(text(elfin, *words, code=1)))
    assert list(told) == ["schema", "project", "version", "wheel", "wheels", "sources", "notes", "places"]
    assert (told["schema"], told["project"], told["version"], told["wheel"]) == (1, "native", "2.0", None)
    arm, windows = told["places"]
    assert (arm["fits"], arm["best"], windows["fits"]) == (False, None, True)
    assert windows["best"] == windows["wheels"][0]["filename"] == "native-2.0-cp312-cp312-win_amd64.whl"
    nearest = arm["wheels"][0]
    assert (nearest["filename"], nearest["distance"], nearest["rank"]) == (NEW, 1, None)
    assert nearest["misses"] == [{"axis": "libc version", "needs": "glibc 2.38", "has": "glibc 2.36"}]
    assert nearest["evidence"] == "the table of distributions"
    assert arm["help"]["releases"] == ["1.0"] and arm["help"]["source"] == "native-2.0.tar.gz"
    assert arm["help"]["systems"][0] == "Debian 13" and arm["python"]["version"] == "3.12.0"
    distances = [one["distance"] for one in arm["wheels"]]
    assert distances == sorted(distances)


def test_a_root_and_an_image_tell_the_file_that_says_so(elfin: Commandline) -> None:
    foreign.root(str(elfin.work / "root"))
    (elfin.work / "image.tar").write_bytes(images.layer(dict(images.layout({"linux/arm64": [foreign.ROOT]}))))
    for place in ("root:root", "image:image.tar"):
        told = json.loads("\n".join(text(elfin, "native", "--platform", place, "--json", code=1)))
        nearest = told["places"][0]["wheels"][0]
        assert nearest["filename"] == NEW and "libc.so.6" in nearest["evidence"]
        assert told["places"][0]["python"]["version"] == "3.12.4"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("nothere",), 1, "no index knows a project nothere"),
        (("native==9",), 1, "there is no native==9"),
        (("native-2.0.whl",), 2, "is not the name of a wheel"),
        (("./native",), 2, "is neither a project nor a wheel"),
        (("native", "--platform", "debain:12"), 2, "no place is known as 'debain:12'"),
        (("native", "--python", "root:/x"), 2, "`--platform root:/x` asks about it"),
    ],
)
def test_what_cannot_be_answered(elfin: Commandline, words: tuple[str, ...], code: int, said: str) -> None:
    answer = elfin("explain", *words)
    assert answer.code == code and said in answer.err and answer.out == ""


def test_a_pure_wheel_fits_here(elfin: Commandline) -> None:
    shown = text(elfin, "armonly", code=0)
    assert shown[2].startswith("here: ") and shown[3] == "  This wheel fits: armonly-1.0-py3-none-any.whl"


def test_a_marker_that_does_not_hold_somewhere_is_said_there(elfin: Commandline) -> None:
    where = ("--platform", "win_amd64", "--platform", "alpine:3.20", "--python", "3.12", "-q")
    shown = text(elfin, "pure; sys_platform == 'win32'", *where, code=0)
    note = "    an installer would pass pure by here: sys_platform == 'win32' does not hold"
    assert shown.count(note) == 1 and shown.index(note) > shown.index(next(row for row in shown if "alpine" in row))
    (windows, alpine) = json.loads(elfin("explain", "pure; sys_platform == 'win32'", *where, "--json").out)["places"]
    assert windows["notes"] == [] and any("does not hold" in note for note in alpine["notes"])
    wrong = elfin("explain", "pure; sys_platform ~~ 'win32'")
    assert wrong.code == 2 and wrong.out == ""


def test_an_extra_is_said_to_change_nothing_about_the_wheels(elfin: Commandline) -> None:
    shown = text(elfin, "pure[More_Of,it]", "--platform", "win_amd64", "--python", "3.12", "-q", code=0)
    assert shown[1] == "  [it,more-of] asks for more projects beside it; its own wheels are the same"


def test_a_path_that_leads_nowhere_or_to_a_folder_is_no_wheel(elfin: Commandline, server: IndexServer) -> None:
    (elfin.work / NEW).mkdir()
    for path, code, words in (
        (f"./no/{NEW}", 3, f"there is no file ./no/{NEW}"),
        (f"/no/{NEW}", 3, f"there is no file /no/{NEW}"),
        (NEW, 2, f"{NEW} is a folder, not a wheel"),
        (f"./{NEW}", 2, f"./{NEW} is a folder, not a wheel"),
    ):
        answer = elfin("explain", path)
        assert (answer.code, answer.out) == (code, "") and f"error: {words}\n" in answer.err
    assert server.requests == []
