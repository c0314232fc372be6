"""The solver: right against brute force and another solver, and the rules of choice one by one."""

from __future__ import annotations

import pytest
from packaging.version import Version

from elfin.errors import Malformed
from elfin.resolve.conflict import Conflict
from elfin.resolve.model import Resolution, Unusable, Wanted
from elfin.resolve.requirement import requirement
from elfin.resolve.solver import Solver
from elfin.resolve.source import Dependencies
from kit.resolveworld import Packages, Release, World, asks, faults, problem, random_problem, run, solutions_exist


@pytest.mark.parametrize("start", range(0, 600, 100))
def test_random_problems_as_by_brute_force(start: int) -> None:
    satisfiable = 0
    for seed in range(start, start + 100):
        packages, wanted = random_problem(seed)
        world = World(packages)
        outcome = run(world, problem(*wanted)).outcome
        assert isinstance(outcome, Resolution) == solutions_exist(packages, wanted), seed
        if isinstance(outcome, Resolution):
            satisfiable += 1
            assert not faults(outcome, world, wanted), seed
            assert outcome == run(world, problem(*wanted), likely=False).outcome
    assert 20 < satisfiable < 90  # both answers are well tested


def test_random_problems_as_by_another_solver() -> None:
    resolver = pytest.importorskip("nab_resolver.resolver", reason="nab-resolver is not installed")
    errors = pytest.importorskip("nab_resolver.errors")
    ranges = pytest.importorskip("nab_resolver.ranges")
    from packaging.specifiers import SpecifierSet

    for seed in range(1000, 1120):
        packages, wanted = random_problem(seed)
        span = ranges.Range

        def accepted(text: str, packages: Packages = packages, span: type = span) -> tuple[str, object]:
            one = requirement(text)
            specifier = SpecifierSet(",".join(o + v for o, v in one.clauses))
            return one.name, span.from_versions([int(v) for v in packages.get(one.name, {}) if specifier.contains(v)])

        class Provider(resolver.BaseProvider):  # type: ignore[misc,name-defined]
            def choose_version(self, package: str, allowed: object, packages: Packages = packages) -> int | None:
                return max((int(v) for v in packages.get(package, {}) if int(v) in allowed), default=None)  # type: ignore[operator]

            def has_satisfying_version(self, package: str, allowed: object) -> bool:
                return self.choose_version(package, allowed) is not None

            def get_dependencies(self, package: str, version: int, packages: Packages = packages) -> dict[str, object]:
                return dict(accepted(text) for text in packages[package][str(version)])

            def prioritize(self, package: str, *_: object) -> str:
                return package

            def widen_decision(self, package: str, version: int) -> None:
                return None

        try:
            resolver.Resolver(Provider()).resolve(dict(accepted(text) for text in wanted))
            theirs = True
        except errors.ResolutionError:
            theirs = False
        ours = run(World(packages), problem(*wanted)).outcome
        assert isinstance(ours, Resolution) == theirs, seed


def test_the_highest_version_is_taken_and_the_graph_told() -> None:
    world = World({"a": {"1": [], "2": ["b>=1"]}, "b": {"1": [], "1.5": [], "2a1": []}})
    outcome = run(world, problem("a")).outcome
    assert isinstance(outcome, Resolution)
    assert [(pin.name, str(pin.version), pin.position) for pin in outcome.pins] == [("a", "2", 1), ("b", "1.5", 1)]
    assert [(edge.parent, edge.child, edge.origin) for edge in outcome.edges] == [
        (None, "a", "argument"),
        ("a", "b", "a 2"),
    ]


def test_lowest_and_lowest_direct() -> None:
    world = World({"a": {"1": ["b"], "2": ["b"]}, "b": {"1": [], "2": []}})
    assert run(world, problem("a", resolution="lowest")).pins == {"a": "1", "b": "1"}
    assert run(world, problem("a", resolution="lowest-direct")).pins == {"a": "1", "b": "2"}


def test_a_preference_is_kept_while_it_is_allowed() -> None:
    world = World({"a": {"1": [], "2": [], "3": Release(yanked="")}})
    assert run(world, problem("a", preferences={"a": Version("1")})).pins == {"a": "1"}
    assert run(world, problem("a>1", preferences={"a": Version("1")})).pins == {"a": "2"}
    assert run(world, problem("a", preferences={"a": Version("3")})).pins == {"a": "3"}
    assert run(world, problem("a", preferences={"a": Version("9")})).pins == {"a": "2"}


def test_constraints_narrow_but_do_not_ask() -> None:
    world = World({"a": {"1": ["b"]}, "b": {"1": [], "2": []}, "c": {"1": []}})
    assert run(world, problem("a", constraints=asks("b<2", "c==1"))).pins == {"a": "1", "b": "1"}
    assert isinstance(run(world, problem("a", constraints=asks("b>2"))).outcome, Conflict)
    given_up = World({"a": {"1": [], "2": ["b", "c"]}, "b": {"1": []}, "c": {"1": ["gone"]}})
    assert run(given_up, problem("a", constraints=asks("b<2"))).pins == {"a": "1"}
    skipped = asks("b<2; os_name == 'nt'")
    assert run(world, problem("a", constraints=skipped)).pins == {"a": "1", "b": "2"}


def test_overrides_stand_in_for_every_requirement() -> None:
    world = World({"a": {"1": ["b[x]<2", "c"]}, "b": {"1": [], "2": Release(("d; extra == 'x'",))}, "d": {"1": []}})
    overrides = asks("b==2", "c; os_name == 'nt'")
    assert run(world, problem("a", overrides=overrides)).pins == {"a": "1", "b": "2", "d": "1"}


def test_no_deps_takes_what_is_asked_for_only() -> None:
    world = World({"a": {"1": ["b"]}, "b": {"1": []}})
    assert run(world, problem("a", no_deps=True)).pins == {"a": "1"}


def test_markers_are_those_of_the_target() -> None:
    world = World({"a": {"1": ["b; sys_platform == 'win32'", "c; python_full_version >= '3.11.5'"]}, "c": {"1": []}})
    assert run(world, problem("a", "b; os_name == 'nt'")).pins == {"a": "1", "c": "1"}
    assert run(world, problem("a", python="3.11.2")).pins == {"a": "1"}


def test_requires_python_is_compared_to_the_patch() -> None:
    world = World({"soupsieve": {"2.10": [], "4.1.1": Release(requires_python=">=3.11.5")}})
    assert run(world, problem("soupsieve", python="3.11.7")).pins == {"soupsieve": "4.1.1"}
    assert run(world, problem("soupsieve", python="3.11.2")).pins == {"soupsieve": "2.10"}


def test_prerelease_modes() -> None:
    world = World({"a": {"1": ["b>1"], "2a1": []}, "b": {"1": [], "2b1": []}})
    assert run(world, problem("a")).pins == {"a": "1", "b": "2b1"}
    assert run(world, problem("a", prereleases="allow")).pins == {"a": "2a1"}
    assert isinstance(run(world, problem("a", prereleases="disallow")).outcome, Conflict)
    assert isinstance(run(world, problem("a", prereleases="explicit")).outcome, Conflict)
    assert run(world, problem("a", "b>=0.1a0", prereleases="explicit")).pins == {"a": "1", "b": "2b1"}


def test_a_yanked_version_needs_a_pin_of_the_users_own() -> None:
    world = World({"a": {"1": ["b==2"]}, "b": {"1": [], "2": Release(yanked="broken")}})
    assert run(world, problem("b")).pins == {"b": "1"}
    assert isinstance(run(world, problem("a")).outcome, Conflict)
    assert run(world, problem("a", "b==2")).pins == {"a": "1", "b": "2"}
    assert run(world, problem("a", constraints=asks("b==2"))).pins == {"a": "1", "b": "2"}


def test_extras_bring_their_requirements_and_one_that_is_missing_is_a_warning() -> None:
    release = Release(("b; extra == 'X'", "a[y]; extra == 'all'", "c; extra == 'y'"), extras=("X", "y", "all"))
    world = World({"a": {"1": release}, "b": {"1": []}, "c": {"1": []}, "d": {"1": ["a[x]"]}})
    assert run(world, problem("a")).pins == {"a": "1"}
    assert run(world, problem("a", "d")).pins == {"a": "1", "b": "1", "d": "1"}
    outcome = run(world, problem("a[all,nonsense]")).outcome
    assert isinstance(outcome, Resolution)
    assert [(pin.name, pin.extras) for pin in outcome.pins] == [("a", ("all", "nonsense", "y")), ("c", ())]
    assert outcome.warnings == ("a 1 has no extra nonsense",)


def test_what_an_extra_does_not_change_is_not_put_down_to_it() -> None:
    world = World({"a": {"1": Release(("b; extra != 'y'", "b; extra == 'x'"), extras=("x",))}, "b": {"1": []}})
    outcome = run(world, problem("a[x]")).outcome
    assert isinstance(outcome, Resolution)
    assert [(edge.parent, edge.extra) for edge in outcome.edges] == [(None, None), ("a", None), ("a", "x")]


def test_an_extra_asked_after_its_package_was_chosen_is_followed() -> None:
    world = World({"a": {"1": [], "2": ["z; extra == 'x'"]}, "b": {"1": ["a[x]"]}, "c": {"1": ["b"]}, "z": {"1": []}})
    assert run(world, problem("a", "c")).pins == {"a": "2", "b": "1", "c": "1", "z": "1"}


def test_an_extra_rules_out_versions_of_its_own_package() -> None:
    world = World({"a": {"1": [], "2": ["b<2; extra == 'x'"]}, "b": {"1": [], "2": []}})
    assert run(world, problem("a[x]", "b==2")).pins == {"a": "1", "b": "2"}


def test_a_direct_reference_is_the_only_candidate() -> None:
    url = "https://index.invalid/b-1.0-py3-none-any.whl"
    world = World({"a": {"1": ["b>=1"]}, "b": {"1.0": []}})
    asked = problem("a", f"b @ {url}")
    assert dict(Solver(asked).urls) == {"b": url}
    outcome = run(world, asked).outcome
    assert isinstance(outcome, Resolution)
    assert [pin.url for pin in outcome.pins] == [None, url]


def test_two_direct_references_of_one_project_conflict() -> None:
    world = World({"b": {"1.0": []}})
    outcome = run(world, problem("b @ https://one.invalid/b.whl", "b @ https://two.invalid/b.whl")).outcome
    assert isinstance(outcome, Conflict)


def test_a_reference_the_user_did_not_write_is_not_followed() -> None:
    world = World({"a": {"1": ["b"], "2": ["b @ https://two.invalid/b.whl"]}, "b": {"1.0": []}})
    assert run(world, problem("a")).pins == {"a": "1", "b": "1.0"}


def test_a_version_is_judged_only_when_it_is_about_to_be_taken() -> None:
    world = World({"a": {str(n): [] for n in range(100)}})
    run(world, problem("a<50"))
    assert world.shelves["a"].asked == [49]


def test_unusable_versions_are_passed_over() -> None:
    why = Unusable("wheel", "has no wheel for this target")
    world = World({"a": {"1": [], "2": Release(unusable=why), "3": Release(("b >=",))}, "b": {"1": []}})
    assert run(world, problem("a")).pins == {"a": "1"}


def test_metadata_that_cannot_be_had_is_a_reason_like_another() -> None:
    world = World({"a": {"1": [], "2": []}})
    solver = Solver(problem("a"))
    solver.give_listing("a", world.listing("a"))
    assert isinstance(solver.step(), Wanted)
    solver.give_metadata("a", 1, Unusable("metadata", "has metadata that cannot be read"))
    solver.give_metadata("a", 0, Dependencies((), None, ()))
    outcome = solver.step()
    assert isinstance(outcome, Resolution)
    assert str(outcome.pins[0].version) == "1"


def test_a_marker_of_the_users_that_cannot_be_answered_is_refused() -> None:
    with pytest.raises(Malformed):
        Solver(problem("a; nonsense == 'x'"))


def test_what_others_keep_failing_on_is_chosen_after_them() -> None:
    world = World(
        {
            "a": {"1": [], "2": []},
            "b": {"1.0": ["old"], **{f"2.{n}": ["a==1"] for n in range(10)}},
            "old": {"1": []},
        }
    )
    assert run(world, problem("a", "b")).pins == {"a": "1", "b": "2.9"}


def deep(size: int, working: int) -> World:
    return World(
        {
            "xboto": {f"1.{n}": [f"xcore==1.{n}"] for n in range(size)},
            "xcore": {f"1.{n}": [] for n in range(size)},
            "app": {"1": [f"xcore<1.{working}"]},
        }
    )


def test_failing_versions_are_prefetched_more_and_more() -> None:
    fetched = run(deep(300, 20), problem("xboto", "app"))
    assert fetched.pins == {"app": "1", "xboto": "1.19", "xcore": "1.19"}
    assert fetched.rounds < 20
    assert max(len(likely.metadata) for likely in fetched.likely) == 64
    assert len(fetched.likely[1].metadata) < 4
    assert run(deep(300, 20), problem("xboto", "app"), likely=False).rounds > 250


def test_what_is_likely_is_found_breadth_first() -> None:
    world = World(
        {
            "a": {"1": ["b", "c", "d"]},
            "b": {"1": ["e"]},
            "c": {"1": ["e", "f"]},
            "d": {"1": []},
            "e": {"1": []},
            "f": {"1": []},
        }
    )
    assert run(world, problem("a")).rounds == 6  # a listing and its metadata for each of three levels


def test_wants_are_not_repeated_once_given_and_a_step_without_an_answer_repeats_them() -> None:
    world = World({"a": {"1": ["b"]}, "b": {"1": []}})
    solver = Solver(problem("a"))
    first = solver.step()
    assert first == solver.step()
    seen: set[object] = set()
    while isinstance(wanted := solver.step(), Wanted):
        likely = solver.likely(wanted)
        for each in (*wanted.listings, *wanted.metadata, *likely.listings, *likely.metadata):
            assert each not in seen
            seen.add(each)
        for name in (*wanted.listings, *likely.listings):
            solver.give_listing(name, world.listing(name))
        for name, index in (*wanted.metadata, *likely.metadata):
            solver.give_metadata(name, index, world.metadata(name, index))
    assert isinstance(wanted, Resolution)
