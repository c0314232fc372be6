"""The scenarios shared between installers: small indexes with what a resolver should make of them."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from typing import Any

import pytest
from packaging.version import Version

from elfin.formats.projectname import canonical
from elfin.index.model import File, Offer, offer_of
from elfin.resolve.choose import FileChoices
from elfin.resolve.conflict import Conflict
from elfin.resolve.hints import hints
from elfin.resolve.model import Problem, Resolution, Wanted
from elfin.resolve.report import sentences
from elfin.resolve.solver import Solver
from elfin.resolve.source import Choices, Dependencies, Missing
from kit.resolveworld import LINUX, asks

FOLDER = os.path.join(os.path.dirname(__file__), "..", "..", "..", "shared", "data", "scenarios")
PATHS = sorted(
    os.path.relpath(os.path.join(folder, name), FOLDER)
    for folder, _, names in os.walk(FOLDER)
    for name in names
    if name.endswith(".toml")
)
pytestmark = pytest.mark.skipif(not PATHS, reason="the shared scenarios are not beside the checkout")


class Place:
    """What a scenario says of the target."""

    def __init__(self, scenario: Mapping[str, Any]) -> None:
        options = scenario.get("resolver_options", {})
        # A Python asked for without a patch means its first one, as the scenarios explain.
        python = options.get("python") or scenario.get("environment", {}).get("python") or "3.12.0"
        self.python = Version(python if python.count(".") == 2 else f"{python}.0")
        self.minor = f"{self.python.major}.{self.python.minor}"
        self.no_build = options.get("no_build", [])
        self.environment = {**LINUX, "python_version": self.minor, "python_full_version": str(self.python)}

    def rank(self, filename: str) -> int | None:
        python, abi, platforms = filename.removesuffix(".whl").split("-")[-3:]
        nodot = self.minor.replace(".", "")
        if python not in ("py3", f"cp{nodot}") or abi not in ("none", f"cp{nodot}"):
            return None
        if platforms == "any":
            return 1
        return 0 if any("linux" in p and p.endswith("x86_64") for p in platforms.split(".")) else None


def files(name: str, version: str, release: Mapping[str, Any]) -> list[File]:
    tags = release.get("wheel_tags", ["py3-none-any"]) if release.get("wheel", True) else []
    names = [f"{name}-{version}-{tag}.whl" for tag in tags]
    names += [f"{name}-{version}.tar.gz"] if release.get("sdist", True) else []
    yanked = "" if release.get("yanked") else None
    python = release.get("requires_python")
    return [File(each, f"https://index.invalid/{each}", {}, python, yanked, None, None, None) for each in names]


class Index:
    def __init__(self, packages: Mapping[str, Any], place: Place) -> None:
        self.place = place
        self.releases = {
            canonical(name): sorted(package.get("versions", {}).items(), key=lambda item: Version(item[0]))
            for name, package in packages.items()
        }

    def listing(self, name: str) -> Choices | Missing:
        if name not in self.releases:
            return Missing()
        releases = self.releases[name]

        def offered(index: int) -> Offer:
            return offer_of(files(name, *releases[index]))

        return FileChoices(
            [Version(text) for text, _ in releases],
            offered,
            rank=self.place.rank,
            misfit=lambda names: "its wheels are for other platforms",
            python_version=self.place.python,
            build=name not in self.place.no_build,
        )

    def metadata(self, name: str, index: int) -> Dependencies:
        release = self.releases[name][index][1]
        requires = list(release.get("requires", []))
        extras = release.get("extras", {})
        requires += [f"{one} ; extra == '{extra}'" for extra, ones in extras.items() for one in ones]
        return Dependencies(tuple(requires), None, tuple(extras))


def outcome(scenario: Mapping[str, Any]) -> Resolution | Conflict:
    place = Place(scenario)
    index = Index(scenario.get("packages", {}), place)
    solver = Solver(
        Problem(
            asks(*scenario["root"]["requires"]),
            place.environment,
            place.python,
            prereleases="allow" if scenario.get("resolver_options", {}).get("prereleases") else "if-necessary",
        )
    )
    while isinstance(answer := solver.step(), Wanted):
        likely = solver.likely(answer)
        for name in (*answer.listings, *likely.listings):
            solver.give_listing(name, index.listing(name))
        for name, position in (*answer.metadata, *likely.metadata):
            solver.give_metadata(name, position, index.metadata(name, position))
    return answer


@pytest.mark.parametrize("path", PATHS)
def test_scenario(path: str) -> None:
    with open(os.path.join(FOLDER, path), "rb") as file:
        scenario = tomllib.load(file)
    if scenario.get("resolver_options", {}).get("universal"):
        pytest.skip("asks for one lock for all platforms; elfin resolves for one target")
    expected = scenario["expected"]
    answer = outcome(scenario)
    if not expected["satisfiable"]:
        assert isinstance(answer, Conflict)
        told = sentences(answer)
        assert told[-1].endswith("your requirements cannot be met")
        assert all("\n" not in line for line in (*told, *hints(answer)))
        return
    assert isinstance(answer, Resolution), sentences(answer)
    assert not answer.warnings
    if "packages" in expected:
        pins = {pin.name: str(pin.version) for pin in answer.pins}
        assert pins == {canonical(name): version for name, version in expected["packages"].items()}
