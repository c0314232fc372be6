"""tags.match and tags.explain: the best rank, else the nearest miss and its sentence."""

from __future__ import annotations

import pytest
from packaging.tags import parse_tag

from elfin.formats import wheelname
from elfin.host.model import Interpreter, Libc
from elfin.tags import explain
from elfin.tags.expand import tag_set
from elfin.tags.match import Judge, match, verdict, why_not
from elfin.tags.model import Match, Mismatch, Tag
from kit.places import GLIBC_236, MUSL_125, interpreter, target

CP312 = interpreter("3.12.4")
MUSL = interpreter("3.12.4", libc=MUSL_125)
OLD = interpreter("3.12.4", libc=Libc("glibc", (2, 17), None))
NO_GIL = interpreter("3.13.1", free_threaded=True)
ARM_SOFT = interpreter("3.12.4", libc=Libc("glibc", (2, 31), None), machine="armv7l", float_abi="soft")


def wheel(tags: str) -> wheelname.WheelName:
    return wheelname.parse(f"demo-1.0-{tags}.whl")


SENTENCES: list[tuple[Interpreter, str, str, str]] = [
    (OLD, "cp312-cp312-manylinux_2_28_x86_64", "libc version", "needs glibc 2.28 or newer, this place has glibc 2.17"),
    (
        CP312,
        "cp312-cp312-musllinux_1_2_x86_64",
        "libc family",
        "is for musl (musllinux_1_2), this interpreter runs on glibc 2.36",
    ),
    (
        MUSL,
        "cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64",
        "libc family",
        "is for glibc (manylinux_2_17), this interpreter runs on musl 1.2.5",
    ),
    (
        MUSL,
        "cp312-cp312-manylinux2014_x86_64",
        "libc family",
        "is for glibc (manylinux2014), this interpreter runs on musl 1.2.5",
    ),
    (CP312, "cp311-cp311-manylinux_2_17_x86_64", "python", "is for CPython 3.11, this is CPython 3.12"),
    (CP312, "cp313-abi3-manylinux_2_17_x86_64", "python", "is for CPython 3.13 or newer, this is CPython 3.12"),
    (CP312, "py2-none-any", "python", "is for Python 2, this is CPython 3.12"),
    (CP312, "pp310-pypy310_pp73-manylinux_2_17_x86_64", "implementation", "is for PyPy 3.10, this is CPython 3.12"),
    (CP312, "cp312-cp312-win_amd64", "os", "is for Windows, this is Linux"),
    (CP312, "cp312-cp312-macosx_11_0_arm64", "os", "is for macOS, this is Linux"),
    (CP312, "cp312-cp312-manylinux_2_17_aarch64", "arch", "is for aarch64, this is x86_64"),
    (CP312, "cp312-cp312-linux_i686", "arch", "is for i686, this is x86_64"),
    (
        NO_GIL,
        "cp39-abi3-manylinux_2_17_x86_64",
        "free-threading",
        "is for the stable ABI abi3, this is CPython 3.13 without the GIL",
    ),
    (
        NO_GIL,
        "cp313-cp313-manylinux_2_17_x86_64",
        "free-threading",
        "is for CPython 3.13 with the GIL, this is CPython 3.13 without the GIL",
    ),
    (CP312, "cp312-cp312d-linux_x86_64", "abi", "is for the ABI cp312d, this is the ABI cp312"),
    (
        ARM_SOFT,
        "cp312-cp312-manylinux_2_17_armv7l",
        "float abi",
        "is for hard-float ARM, this interpreter is soft-float",
    ),
    (
        interpreter("3.12.4", static=True),
        "cp312-cp312-musllinux_1_2_x86_64",
        "static interpreter",
        "holds compiled code for a dynamically linked interpreter, this one is static and loads none",
    ),
    (
        interpreter("3.12.4", os="macos", machine="arm64", os_version=(11, 2)),
        "cp312-cp312-macosx_14_0_arm64",
        "os version",
        "needs macOS 14.0 or newer, this is macOS 11.2",
    ),
    (
        interpreter("3.12.4", libc=GLIBC_236._replace(version=None)),
        "cp312-cp312-manylinux_2_28_x86_64",
        "libc version",
        "needs glibc 2.28, and what this place has cannot be told",
    ),
    (
        interpreter("3.12.4", manylinux={"2_28": False}),
        "cp312-cp312-manylinux_2_28_x86_64",
        "distributor",
        "is manylinux_2_28_x86_64, which the distributor of this Python rules out in its _manylinux module",
    ),
    (CP312, "cp312-cp312-solaris_11_4_x86_64", "os", "is for Solaris, this is Linux"),
    (CP312, "cp312-cp312-ios_13_0_arm64_iphonesimulator", "os", "is for the iOS simulator, this is Linux"),
    (CP312, "cp312-cp312-plan9_4_amd64", "unknown", "has the tag plan9_4_amd64, of which nothing is known"),
    (
        CP312,
        "cp312-cp312-manylinux_2_3_x86_64",
        "unknown",
        "has the tag cp312-cp312-manylinux_2_3_x86_64, of which nothing is known",
    ),
]


@pytest.mark.parametrize(("python", "tags", "axis", "sentence"), SENTENCES, ids=[row[1] for row in SENTENCES])
def test_a_wheel_that_does_not_fit_is_told_why(python: Interpreter, tags: str, axis: str, sentence: str) -> None:
    found = verdict(tag_set(target(python)), wheel(tags))
    assert isinstance(found, Mismatch)
    assert (found.axis, explain.sentence(found)) == (axis, sentence)


@pytest.mark.parametrize(
    "tags",
    [
        "cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64",
        "cp312-cp312-linux_x86_64",
        "cp39-abi3-manylinux_2_28_x86_64",
        "py2.py3-none-any",
        "py3-none-manylinux_2_12_x86_64.musllinux_1_1_x86_64",
    ],
)
def test_a_wheel_that_fits_has_the_rank_of_its_best_tag(tags: str) -> None:
    ranked = tag_set(target(CP312))
    found = verdict(ranked, wheel(tags))
    order = [str(tag) for tag in ranked.tags()]
    assert found == Match(min(order.index(str(tag)) for tag in parse_tag(tags) if str(tag) in order))


PLACES = [
    CP312,
    MUSL,
    OLD,
    NO_GIL,
    ARM_SOFT,
    interpreter("3.12.4", static=True),
    interpreter("3.14.0", debug=True, libc=Libc("glibc", (3, 2), None)),
    interpreter("3.12.4", libc=Libc("glibc", (2, 31), None), machine="armv8l", float_abi="hard"),
    interpreter("3.12.4", manylinux={"2_28": False, "manylinux2014": False}),
    interpreter("3.12.4", os="macos", machine="arm64", os_version=(14, 5)),
    interpreter("3.12.4", os="windows", machine="AMD64"),
    interpreter("3.13.4", os="ios", machine="aarch64", os_version=(17, 2)),
    interpreter("3.13.4", os="emscripten", machine="wasm32", os_version=(2025, 0)),
    interpreter("3.11.9", implementation="pypy", ext_suffix=".pypy311-pp73-x86_64-linux-gnu.so"),
]
PAIRS = [
    *("cp312-cp312", "cp312-none", "cp312-abi3", "cp39-abi3", "cp313-cp313t", "cp313-abi3t", "cp314-cp314d"),
    *("py3-none", "py2.py3-none", "cp311.cp312-none", "pp311-pypy311_pp73", "pp3-none", "cp310-cp310", "py312-none"),
    "cp312-cp312.abi3.none",
]
PLATFORMS = [
    *("any", "linux_x86_64", "linux_armv7l", "any.linux_x86_64", "nonsense", "win_amd64"),
    *("manylinux2014_x86_64", "manylinux_2_17_x86_64.manylinux2014_x86_64", "manylinux_2_40_x86_64"),
    *("manylinux_2_28_x86_64.musllinux_1_2_x86_64", "musllinux_1_1_x86_64"),
    *("manylinux_2_31_armv7l", "manylinux_2_31_armv8l", "macosx_11_0_arm64", "macosx_10_9_universal2"),
    *("ios_13_0_arm64_iphoneos", "pyodide_2025_0_wasm32"),
]


@pytest.mark.parametrize(
    "python", PLACES, ids=lambda one: f"{one.os}-{one.implementation}-{one.version}-{one.arch.name}"
)
def test_a_rank_is_the_place_in_the_list_of_all_tags(python: Interpreter) -> None:
    ranked = tag_set(target(python))
    places = {str(tag): place for place, tag in enumerate(ranked.tags())}
    judge = Judge(ranked)
    for pair in PAIRS:
        for platform in PLATFORMS:
            tags = f"{pair}-{platform}"
            listed = [places[str(tag)] for tag in parse_tag(tags) if str(tag) in places]
            found = match(ranked, wheel(tags))
            assert (None if found is None else found.rank) == min(listed, default=None), tags
            assert judge(wheel(tags)) == judge(wheel(tags)) == verdict(ranked, wheel(tags))
            for tag in parse_tag(tags):
                assert ranked.rank(tag.interpreter, tag.abi, tag.platform) == places.get(str(tag))


@pytest.mark.parametrize(
    "python", PLACES, ids=lambda one: f"{one.os}-{one.implementation}-{one.version}-{one.arch.name}"
)
def test_the_nearest_miss_is_the_least_of_all_single_tags(python: Interpreter) -> None:
    for pair in PAIRS:
        for platform in PLATFORMS:
            whole = why_not(target(python), wheel(f"{pair}-{platform}"))
            singles = [why_not(target(python), wheel(str(tag))) for tag in parse_tag(f"{pair}-{platform}")]
            if "unknown" not in {one.axis for one in singles}:
                assert whole.distance == min(one.distance for one in singles) and whole in singles


def test_a_better_wheel_has_a_lower_rank() -> None:
    ranked = tag_set(target(CP312))
    best_first = [
        "cp312-cp312-manylinux_2_28_x86_64",
        "cp312-cp312-manylinux_2_17_x86_64",
        "cp312-abi3-manylinux_2_28_x86_64",
        "cp39-abi3-manylinux_2_28_x86_64",
        "py3-none-manylinux_2_28_x86_64",
        "py3-none-any",
    ]
    found = [match(ranked, wheel(tags)) for tags in best_first]
    assert None not in found and found == sorted(found)  # type: ignore[type-var]


def test_the_nearest_miss_wins_among_tags_and_among_wheels() -> None:
    both = why_not(target(OLD), wheel("cp312-cp312-manylinux_2_28_x86_64.musllinux_1_2_x86_64"))
    assert both.axis == "libc version" and both.tag == Tag("cp312", "cp312", "manylinux_2_28_x86_64")
    far_to_near = [
        "cp312-cp312-win_arm64",
        "cp312-cp312-manylinux_2_17_aarch64",
        "cp311-cp311-musllinux_1_2_x86_64",
        "cp312-cp312-musllinux_1_2_x86_64",
        "cp311-cp311-manylinux_2_17_x86_64",
        "cp312-cp312-manylinux_2_28_x86_64",
    ]
    distances = [why_not(target(OLD), wheel(tags)).distance for tags in far_to_near]
    assert distances == sorted(distances, reverse=True) and len(set(distances)) == len(distances)


def test_two_misses_are_told_by_the_graver() -> None:
    found = why_not(target(CP312), wheel("cp311-cp311-win_amd64"))
    assert found.axis == "os"


def test_a_target_is_named_in_a_few_words() -> None:
    assert explain.machine(target(interpreter("3.13.0", libc=MUSL_125))) == "musl 1.2.5, x86_64, CPython 3.13"
    assert explain.machine(target(NO_GIL)) == "glibc 2.36, x86_64, CPython 3.13t"
    assert explain.machine(target(ARM_SOFT)) == "glibc 2.31, armv7l soft-float, CPython 3.12"
    static = interpreter("3.12.4", static=True)
    assert explain.machine(target(static)) == "a static interpreter, x86_64, CPython 3.12"
    mac = interpreter("3.12.4", os="macos", machine="arm64", os_version=(14, 5))
    assert explain.machine(target(mac)) == "macOS 14.5, aarch64, CPython 3.12"
