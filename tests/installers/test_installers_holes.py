"""Host classes, and the ones that a release leaves without an artifact."""

from __future__ import annotations

from elfin.host import arch as arches
from elfin.host.model import Needs
from elfin.installers import classes, holes
from elfin.installers.choose import choose
from elfin.installers.model import Artifact
from kit import choice_vectors as vectors
from kit.choice_vectors import artifact, release

MACHINES = {
    "x86_64": "x86_64-unknown-linux-musl",
    "aarch64": "aarch64-unknown-linux-musl",
    "armv7l": "armv7-unknown-linux-musleabihf",
    "armv6l": "arm-unknown-linux-musleabihf",
    "i686": "i686-unknown-linux-musl",
    "riscv64": "riscv64gc-unknown-linux-musl",
    "ppc64le": "powerpc64le-unknown-linux-musl",
    "s390x": "s390x-unknown-linux-musl",
    "loongarch64": "loongarch64-unknown-linux-musl",
}
EVERYTHING = (
    *(artifact(name, Needs("linux", name), target=target) for name, target in MACHINES.items()),
    artifact("mac", Needs("macos", "aarch64"), Needs("macos", "x86_64"), target="universal2-apple-darwin"),
    *(artifact(f"win-{one}", Needs("windows", one), target=f"{one}-pc-windows-msvc") for one in classes.WINDOWS),
)


def _places(*artifacts: Artifact) -> list[str]:
    return [hole.place for hole in holes.holes(release(artifacts))]


def test_static_builds_for_all_machines_leave_no_hole() -> None:
    assert holes.holes(release(EVERYTHING)) == ()


def test_each_missing_machine_is_a_hole_that_names_what_to_add() -> None:
    for name, target in MACHINES.items():
        without = tuple(
            one
            for one in EVERYTHING
            if one.needs[0].os != "linux" or arches.runs(name, one.needs[0].arch or "") is False
        )
        mine = [hole for hole in holes.holes(release(without)) if hole.place == f"{name} Linux"]
        assert mine, name
        assert target in mine[0].remedy


def test_a_floor_is_a_hole_below_it_with_the_newest_examples() -> None:
    gnu = artifact("gnu", Needs("linux", "x86_64", None, "glibc", (2, 28)), target="x86_64-unknown-linux-gnu")
    others = tuple(one for one in EVERYTHING if one.name != "hello-x86_64.tar.gz" and one.needs[0].arch != "i686")
    old, musl = [hole for hole in holes.holes(release((gnu, *others))) if hole.place.startswith("x86_64")]
    assert old.place == "x86_64 Linux with glibc < 2.28"
    assert "Ubuntu 18.04" in old.examples
    assert old.why == "hello-gnu.tar.gz needs glibc 2.28; this place has glibc 2.27"
    assert holes.spell(old).endswith(
        "add a static musl build (x86_64-unknown-linux-musl), or build against an older glibc"
    )
    assert musl.place == "x86_64 Linux with musl"


def test_only_what_is_static_serves_a_place_without_a_loader() -> None:
    gnu = artifact("gnu", Needs("linux", "x86_64", None, "glibc", (2, 5)), target="x86_64-unknown-linux-gnu")
    musl = artifact("musl", Needs("linux", "x86_64", None, "musl", (1, 0)), target="x86_64-unknown-linux-musl")
    others = tuple(one for one in EVERYTHING if one.name != "hello-x86_64.tar.gz" and one.needs[0].arch != "i686")
    left = [hole for hole in holes.holes(release((gnu, musl, *others))) if hole.place.startswith("x86_64")]
    assert [hole.place for hole in left] == ["x86_64 Linux without a loader in the usual place"]
    assert left[0].examples[0] == "NixOS"
    assert left[0].remedy == "add a static musl build (x86_64-unknown-linux-musl)"


def test_a_build_for_new_cpus_alone_is_a_hole_for_the_others() -> None:
    others = tuple(one for one in EVERYTHING if one.name != "hello-x86_64.tar.gz" and one.needs[0].arch != "i686")
    fast = artifact("fast", Needs("linux", "x86_64", None, None, None, 3), target="x86_64-unknown-linux-musl")
    places = [place for place in _places(fast, *others) if place.startswith("x86_64")]
    assert places == [
        "x86_64 Linux with glibc and a CPU below x86-64-v3",
        "x86_64 Linux with musl and a CPU below x86-64-v3",
    ]


def test_what_is_only_a_maybe_is_a_hole_that_says_so() -> None:
    others = tuple(one for one in EVERYTHING if one.needs[0].os != "macos")
    intel = artifact("intel", Needs("macos", "x86_64", os_floor=(10, 13)), target="x86_64-apple-darwin")
    mac = {hole.place: hole for hole in holes.holes(release((intel, *others)))}
    assert mac["macOS on arm64"].maybe == "hello-intel.tar.gz"
    assert "Rosetta" in holes.spell(mac["macOS on arm64"])
    assert mac["macOS < 10.13 on x86_64"].maybe == ""


def test_a_mac_too_old_for_the_translated_program_gets_nothing_and_a_newer_one_a_maybe() -> None:
    others = tuple(one for one in EVERYTHING if one.needs[0].os != "macos")
    intel = artifact("intel", Needs("macos", "x86_64", os_floor=(13, 0)), target="x86_64-apple-darwin")
    mac = {hole.place: hole.maybe for hole in holes.holes(release((intel, *others)))}
    assert mac == {
        "macOS < 13.0 on arm64": "",
        "macOS 13.0 and newer on arm64": "hello-intel.tar.gz",
        "macOS < 13.0 on x86_64": "",
    }


def test_a_file_known_by_its_name_alone_fills_no_hole_for_sure() -> None:
    guess = artifact("guess", Needs("linux", "x86_64"), target="x86_64-unknown-linux-musl", measured=False)
    others = tuple(one for one in EVERYTHING if one.name != "hello-x86_64.tar.gz" and one.needs[0].arch != "i686")
    left = [hole for hole in holes.holes(release((guess, *others))) if hole.place.startswith("x86_64")]
    assert {hole.maybe for hole in left} == {"hello-guess.tar.gz"}
    assert {hole.why for hole in left} == {holes.UNMEASURED}
    assert not any("static musl" in hole.remedy for hole in left)


def test_of_files_known_by_name_nothing_is_said_that_nobody_knows() -> None:
    """Neither that an arm64 file needs Rosetta on arm64, nor that the very file which is there is to be added."""
    kinds = (("macos", "aarch64", "aarch64-apple-darwin"), ("windows", "x86_64", "x86_64-pc-windows-msvc"))
    guesses = [artifact(os, Needs(os, arch), target=name, measured=False) for os, arch, name in kinds]
    left = {hole.place: holes.spell(hole) for hole in holes.holes(release(tuple(guesses)))}
    for place in ("macOS on arm64", "Windows on x86_64"):
        assert "nobody has measured it" in left[place]
        assert "Rosetta" not in left[place] and "; add " not in left[place]


def test_whatever_surely_runs_nowhere_in_a_class_is_told_and_nothing_else_is() -> None:
    """The report against the choice: as many places with a hole as the words tell, for every single kind."""
    linux = classes.linux()
    for kind in vectors.KINDS:
        one = release((kind,))
        told = {hole.place.split()[0] for hole in holes.holes(one)}
        for machine in classes.MACHINES:
            mine = [each.host for each in linux if each.host.arch.name == machine]
            served = [any(found.verdict is None for found in choose(one, host).tried) for host in mine]
            assert (machine in told) is not all(served), (kind.name, machine)


def test_every_row_of_the_tables_is_a_class() -> None:
    linux = classes.linux()
    assert len({one.host for one in linux}) == len(linux) > 300
    assert {one.host.cpu_level for one in linux if one.host.arch.name == "x86_64"} == {1, 2, 3, 4}
    alpine = next(one for one in linux if "Alpine 3.20" in one.examples and one.host.arch.name == "riscv64")
    assert alpine.host.libcs[0].version == (1, 2, 5)
