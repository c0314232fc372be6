"""Cases that another resolver's tests hold, with the right answer in each: platforms, tags, ABIs, misspelt names, and
the roots in which its detection went wrong, as far as a verdict depends on them.
"""

from __future__ import annotations

import pytest

from elfin.formats import wheelname
from elfin.host import fit
from elfin.host.model import CannotTell, Host, Interpreter, Libc, Misfit, Needs
from elfin.tags import platform
from elfin.tags.expand import tag_set
from elfin.tags.match import match, verdict
from elfin.tags.model import Match, Mismatch
from kit.places import GLIBC_236, MUSL_125, host, interpreter, target


def listed(python: Interpreter, *, linux_last: bool = True) -> list[str]:
    return [str(tag) for tag in tag_set(target(python), linux_last=linux_last).tags()]


def fits(python: Interpreter, tags: str) -> bool:
    return match(tag_set(target(python)), wheelname.parse(f"demo-1.0-{tags}.whl")) is not None


def test_glibc_2_20_in_the_order_with_linux_last() -> None:
    found = platform.supported(interpreter(libc=Libc("glibc", (2, 20), None)), linux_last=True)
    names = ["manylinux_2_20", "manylinux_2_19", "manylinux_2_18", "manylinux_2_17", "manylinux2014", "manylinux_2_16",
             "manylinux_2_15", "manylinux_2_14", "manylinux_2_13", "manylinux_2_12", "manylinux2010", "manylinux_2_11",
             "manylinux_2_10", "manylinux_2_9", "manylinux_2_8", "manylinux_2_7", "manylinux_2_6", "manylinux_2_5",
             "manylinux1", "linux"]  # fmt: skip
    assert found == [f"{name}_x86_64" for name in names]


def test_musl_1_2_in_the_order_with_linux_last() -> None:
    found = platform.supported(interpreter(libc=Libc("musl", (1, 2), None)), linux_last=True)
    assert found == [f"{name}_x86_64" for name in ("musllinux_1_2", "musllinux_1_1", "musllinux_1_0", "linux")]


def test_android_below_its_floor_has_none() -> None:
    def found(level: int) -> list[str]:
        return platform.supported(interpreter(os="android", machine="aarch64", os_version=(level,)))

    assert found(14) == [] and found(20) == [f"android_{level}_arm64_v8a" for level in range(20, 15, -1)]


def test_ios_from_12_on_with_every_minor_of_older_majors() -> None:
    def found(version: tuple[int, int]) -> list[str]:
        return platform.supported(interpreter(os="ios", machine="aarch64", os_version=version))

    def names(*versions: str) -> list[str]:
        return [f"ios_{version}_arm64_iphoneos" for version in versions]

    assert found((11, 0)) == []
    assert found((12, 3)) == names("12_3", "12_2", "12_1", "12_0")
    newest = found((15, 1))
    assert newest[:3] == names("15_1", "15_0", "14_9") and newest[-1:] == names("12_0") and len(newest) == 2 + 30


def test_pyodide_2025_0() -> None:
    python = interpreter(os="emscripten", machine="wasm32", os_version=(2025, 0))
    assert platform.supported(python) == ["pyemscripten_2025_0_wasm32", "pyodide_2025_0_wasm32"]
    assert fits(python, "cp312-cp312-pyodide_2025_0_wasm32")
    for other in ("pyodide_2024_0_wasm32", "pyemscripten_2026_0_wasm32", "emscripten_3_1_58_wasm32"):
        found = verdict(tag_set(target(python)), wheelname.parse(f"demo-1.0-cp312-cp312-{other}.whl"))
        assert isinstance(found, Mismatch) and found.axis == "os version"


def test_a_manylinux_module_that_refuses_all_leaves_linux_and_pure_wheels() -> None:
    refused = {f"2_{minor}": False for minor in range(61)}
    found = listed(interpreter("3.9.1", libc=Libc("glibc", (2, 28), None), manylinux=refused))
    natives = ["cp39-cp39", "cp39-abi3", "cp39-none", *(f"cp3{minor}-abi3" for minor in range(8, 1, -1))]
    generic = ["py39-none", "py3-none", *(f"py3{minor}-none" for minor in range(8, -1, -1))]
    pure = ["cp39-none-any", *(f"{python}-any" for python in generic)]
    assert found == [f"{row}-linux_x86_64" for row in (*natives, *generic)] + pure and len(found) == 33
    whole = listed(interpreter("3.9.1", libc=Libc("glibc", (2, 28), None)))
    assert [tag for tag in whole if "manylinux" not in tag] == found
    assert whole[0] == "cp39-cp39-manylinux_2_28_x86_64" and len(whole) == (len(found) - 12) * 28 + 12


def test_a_free_threaded_3_15_takes_abi3t_and_no_abi3() -> None:
    found = listed(interpreter("3.15.0", free_threaded=True, libc=MUSL_125))
    rows = list(dict.fromkeys(tag.rsplit("-", 1)[0] for tag in found))
    stable = [f"cp3{minor}-abi3t" for minor in range(14, 1, -1)]
    assert rows[: 3 + len(stable)] == ["cp315-cp315t", "cp315-abi3t", "cp315-none", *stable]
    assert not [row for row in rows if row.endswith("-abi3")]


def test_a_debug_build_prefers_debug_wheels_and_a_release_build_takes_none() -> None:
    release, debug = interpreter("3.14.0"), interpreter("3.14.0", debug=True)
    assert not fits(release, "cp314-cp314d-linux_x86_64") and fits(release, "cp314-cp314-linux_x86_64")
    tags = tag_set(target(debug))
    ranks = [tags.rank("cp314", abi, "linux_x86_64") for abi in ("cp314d", "cp314")]
    assert None not in ranks and ranks == sorted(ranks)  # type: ignore[type-var]


KNOWN = {
    "any": None, "manylinux_2_24_x86_64": "linux", "manylinux1_x86_64": "linux", "manylinux2010_x86_64": "linux",
    "manylinux2014_x86_64": "linux", "linux_x86_64": "linux", "musllinux_1_2_x86_64": "linux",
    "macosx_11_0_universal2": "macos", "win32": "windows", "win_amd64": "windows", "win_arm64": "windows",
    "freebsd_13_14_x86_64": "freebsd", "illumos_5_11_x86_64": "illumos", "solaris_11_4_x86_64_64bit": "solaris",
    "pyodide_2024_0_wasm32": "emscripten", "pyemscripten_2026_0_wasm32": "emscripten",
    "android_21_arm64_v8a": "android", "ios_13_0_arm64_iphoneos": "ios",
}  # fmt: skip


@pytest.mark.parametrize("tag", KNOWN)
def test_a_platform_is_known_for_its_system(tag: str) -> None:
    found = platform.needs(tag)
    assert found and {wanted.os for wanted in found} == {KNOWN[tag]}


@pytest.mark.parametrize("tag", [
    "manylinux_x_24_x86_64", "manylinux_2_x_x86_64", "manylinux_2_24_invalid", "manylinux1_invalid",
    "manylinux2010_invalid", "manylinux2014_invalid", "linux_invalid", "musllinux_x_2_", "musllinux_1_x_",
    "musllinux_1_2_invalid", "macosx_x_0_", "macosx_11_x_", "macosx_11_0_invalid", "pyodide_2024_0_wasm64",
    "android_X_arm64_v8a", "android_21_aarch64", "ios_x_0_", "freebsd_13_x86/64", "netbsd_9_x86\\64",
    "freebsd_13.14_x86_64", "linux x86_64", " ", "linux_x86_64\u00e9", "unknown", "", "win_foo", "manylinux_2_24",
    "manylinux__24_x86_64", "pyodide_x_0_wasm32", "freebsd", "any_x86_64", "linux", "android", "win",
])  # fmt: skip
def test_a_misspelt_platform_is_none(tag: str) -> None:
    assert platform.needs(tag) == ()


OWNERS = {
    "none": interpreter("3.9.1"),
    "abi3": interpreter("3.9.1"),
    "abi3t": interpreter("3.15.0", free_threaded=True),
    "cp39": interpreter("3.9.1"),
    "cp313t": interpreter("3.13.0", free_threaded=True),
    "pypy39_pp73": interpreter("3.9.1", implementation="pypy", ext_suffix=".pypy39-pp73-x86_64-linux-gnu.so"),
    "graalpy240_310_native": interpreter(
        "3.10.1", implementation="graalpy", ext_suffix=".graalpy240-310-native-x86_64-linux.so"
    ),
    "pyston_23_x86_64_linux_gnu": interpreter(
        "3.8.1", implementation="pyston", ext_suffix=".pyston-23-x86_64-linux-gnu.so"
    ),
}
SHORT = {"cpython": "cp", "pypy": "pp"}
ALL = [*OWNERS.values(), interpreter("3.9.1", debug=True), interpreter("3.13.0"), interpreter("3.9.1", libc=MUSL_125)]


@pytest.mark.parametrize("abi", OWNERS)
def test_an_abi_is_taken_by_its_own_python(abi: str) -> None:
    python = OWNERS[abi]
    major, minor = python.version_info[:2]
    own = f"{SHORT.get(python.implementation, python.implementation)}{major}{minor}"
    assert fits(python, f"{own}-{abi}-linux_x86_64")


@pytest.mark.parametrize("abi", [
    "cp37m", "pypy_73", "cpXY", "cp39y", "cp39dd", "pypy39", "graalpy310", "graalpy310_240", "pyston23_x86_64",
    "unknown", "cp", "abi4", "abi3d", "abi3tt",
])  # fmt: skip
def test_a_misspelt_or_foreign_abi_is_taken_by_nobody_and_named(abi: str) -> None:
    for python in ALL:
        major, minor = python.version_info[:2]
        own = f"{SHORT.get(python.implementation, python.implementation)}{major}{minor}"
        found = verdict(tag_set(target(python)), wheelname.parse(f"demo-1.0-{own}-{abi}-linux_x86_64.whl"))
        assert isinstance(found, Mismatch) and found.axis in ("abi", "python", "free-threading")


@pytest.mark.parametrize("python", ["py3", "py39", "cp39"])
def test_a_python_tag_of_its_own_is_taken(python: str) -> None:
    assert fits(interpreter("3.9.1"), f"{python}-none-any")


@pytest.mark.parametrize("python", [
    "cp3", "pp39", "graalpy310", "pyston38", "py", "cp", "cpX", "pp", "ppX", "graalpy", "graalpyX", "pyston", "unknown",
])  # fmt: skip
def test_a_foreign_or_misspelt_python_tag_is_not_taken(python: str) -> None:
    found = verdict(tag_set(target(interpreter("3.9.1"))), wheelname.parse(f"demo-1.0-{python}-none-any.whl"))
    assert isinstance(found, Mismatch) and found.axis in ("implementation", "unknown")


def build(arch: str = "x86_64", libc: str | None = "glibc", floor: tuple[int, ...] | None = (2, 17)) -> Needs:
    """What a build of CPython asks of a machine."""
    return Needs("linux", arch, None, libc, floor)


MUSL_BUILD = build(libc="musl", floor=(1, 2, 2))
STATIC = build(libc=None, floor=None)
OLD_GLIBC, OLD_MUSL = Libc("glibc", (2, 12), None, "x86_64"), Libc("musl", (1, 1, 16), None, "x86_64")
# A machine -> what becomes of a build for glibc 2.17, one for musl 1.2.2, a static one.
ROOTS: dict[str, tuple[Host, tuple[str, str, str]]] = {
    "nothing in it": (host(), ("libc family", "libc family", "fits")),
    "glibc": (host(GLIBC_236), ("fits", "libc family", "fits")),
    "musl": (host(MUSL_125), ("libc family", "fits", "fits")),
    "both, glibc native": (host(GLIBC_236, MUSL_125), ("fits", "fits", "fits")),
    "both, musl native": (host(MUSL_125, GLIBC_236), ("fits", "fits", "fits")),
    "glibc 2.12": (host(OLD_GLIBC), ("libc version", "libc family", "fits")),
    "musl 1.1.16": (host(OLD_MUSL), ("libc family", "libc version", "fits")),
    "glibc 2.12 with musl beside it": (host(OLD_GLIBC, MUSL_125), ("libc version", "fits", "fits")),
    "glibc of unknown version": (host(GLIBC_236._replace(version=None)), ("cannot tell", "libc family", "fits")),
    "musl 1.2, patch unsaid": (host(MUSL_125._replace(version=(1, 2))), ("libc family", "cannot tell", "fits")),
    "aarch64": (host(GLIBC_236._replace(arch="aarch64"), machine="aarch64"), ("arch", "arch", "arch")),
}


@pytest.mark.parametrize("name", ROOTS)
def test_builds_are_judged_by_family_and_version_of_what_is_there(name: str) -> None:
    place, expected = ROOTS[name]
    found = [fit.verdict(needs, place) for needs in (build(), MUSL_BUILD, STATIC)]
    told = ["fits" if one is None else "cannot tell" if isinstance(one, CannotTell) else one.reason for one in found]
    assert tuple(told) == expected


def test_glibc_is_not_musl_and_a_64_bit_arm_no_x86() -> None:
    assert isinstance(fit.verdict(build(libc="musl", floor=None), host(GLIBC_236)), Misfit)
    assert isinstance(fit.verdict(build(arch="aarch64", libc=None, floor=None), host(GLIBC_236)), Misfit)


def test_a_windows_on_arm_runs_programs_for_x86_64_but_loads_no_such_wheel() -> None:
    arm, intel = host(os="windows", machine="aarch64"), host(os="windows", machine="x86_64")
    assert fit.verdict(Needs("windows", "x86_64"), arm) is None
    assert isinstance(fit.verdict(Needs("windows", "aarch64"), intel), Misfit)
    assert isinstance(
        fit.verdict(Needs("windows", "x86_64"), target(interpreter(os="windows", machine="arm64"))), Misfit
    )
    assert isinstance(fit.verdict(Needs("macos", "x86_64"), host(os="macos", machine="arm64")), CannotTell)


def test_a_wheel_is_judged_by_the_interpreter_s_libc_not_by_the_machine_s_native_one() -> None:
    both = host(GLIBC_236, MUSL_125)
    on_musl = target(interpreter(libc=MUSL_125))._replace(host=both)
    wheel = wheelname.parse("demo-1.0-cp312-cp312-musllinux_1_2_x86_64.whl")
    other = wheelname.parse("demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl")
    assert isinstance(verdict(tag_set(on_musl), wheel), Match)
    refused = verdict(tag_set(on_musl), other)
    assert isinstance(refused, Mismatch) and (refused.axis, refused.has) == ("libc family", "musl 1.2.5")


def test_a_platform_tag_says_architecture_family_and_floor() -> None:
    assert platform.needs("manylinux_2_17_aarch64") == (Needs("linux", "aarch64", None, "glibc", (2, 17)),)
    assert platform.needs("win_amd64") == (Needs("windows", "x86_64"),)
