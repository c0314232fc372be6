"""A conflict is proved by facts, and told in sentences people can read."""

from __future__ import annotations

import random

from elfin.resolve.clause import Asked, Clause, Constrained, Depends, Derived, Unavailable, resolvent
from elfin.resolve.conflict import Conflict
from elfin.resolve.hints import hints
from elfin.resolve.model import Ask, Problem, Unusable
from elfin.resolve.package import Package
from elfin.resolve.report import sentences
from elfin.resolve.requirement import requirement
from elfin.resolve.specifier import ABSENT
from elfin.resolve.wording import versions_text
from kit.resolveworld import Release, World, asks, problem, random_problem, run


def conflict(world: World, asked: Problem) -> Conflict:
    outcome = run(world, asked).outcome
    assert isinstance(outcome, Conflict)
    return outcome


def test_every_proof_stands_on_facts() -> None:
    proved = 0
    for seed in range(2000, 2300):
        packages, wanted = random_problem(seed)
        chance = random.Random(seed)
        world = World(
            {
                name: {
                    text: Release(
                        tuple(requires),
                        yanked="x" if chance.random() < 0.1 else None,
                        unusable=Unusable("wheel", "has no wheel") if chance.random() < 0.1 else None,
                    )
                    for text, requires in versions.items()
                }
                for name, versions in packages.items()
            }
        )
        asked = problem(*wanted, constraints=asks("a<5"))
        outcome = run(world, asked).outcome
        if isinstance(outcome, Conflict):
            proved += 1
            check(outcome, world, asked)
            told = sentences(outcome)
            assert told == sentences(outcome)
            assert told[-1].endswith("your requirements cannot be met")
            assert len(told) <= 13
    assert proved > 50


def check(found: Conflict, world: World, asked: Problem) -> None:
    assert found.clause.terms.keys() <= {""}
    for clause in found.clauses():
        if isinstance(clause.cause, Derived):
            left, right, package = clause.cause
            universe = 3 if package == "" else found.packages[package].listing.every | ABSENT
            assert clause.terms == resolvent(left, right, package, universe).terms
        else:
            assert is_true(clause, found, world, asked)


def is_true(clause: Clause, found: Conflict, world: World, asked: Problem) -> bool:
    match clause.cause:
        case Asked(ask):
            mask = found.packages[ask.requirement.name].listing.mask(ask.requirement.clauses)
            name = ask.requirement.name
            return ask in asked.asks and (not mask or clause.terms[name] & mask == 0)
        case Constrained(ask):
            return ask in asked.constraints
        case Depends(name, versions, _, needed):
            mask = found.packages[needed.name].listing.mask(needed.clauses)
            releases = [r for i, r in enumerate(world.shelves[name].releases) if versions >> (i + 1) & 1]
            return all(needed in map(requirement, r.requires) for r in releases) and (
                not mask or clause.terms[needed.name] & mask == 0
            )
        case Unavailable(name, versions, why):
            releases = [r for i, r in enumerate(world.shelves[name].releases) if versions >> (i + 1) & 1]
            return all(r.yanked is not None if why.kind == "yanked" else r.unusable == why for r in releases)
    return False


def told(world: World, *wanted: str, **options: object) -> tuple[str, ...]:
    return sentences(conflict(world, problem(*wanted, **options)))  # type: ignore[arg-type]


def test_a_short_chain_is_one_sentence() -> None:
    world = World({"a": {"1.0": ["b>=2"]}, "b": {"1": [], "2": []}})
    assert told(world, "a", "b<2") == (
        "Because a 1.0 (the only version) depends on b>=2 and you require a and b<2, your requirements cannot be met",
    )


def test_versions_are_said_as_ranges() -> None:
    world = World(
        {"a": {"1": ["b>=2"], "2": ["b>=2"], "3": ["b>=2"], "4": ["c"]}, "b": {"1": [], "2": []}, "c": {"1": ["b>1"]}}
    )
    (sentence,) = told(world, "a", "b==1")
    assert "a<4 depends on b>=2" in sentence
    assert "a 4 depends on c" in sentence


def test_versions_that_cannot_be_used_do_not_break_a_range() -> None:
    every = Package(
        World({"a": {str(n): [] for n in range(1, 7)}}).listing("a"), lowest=False, plain_order=True, preference=None
    )
    said = {
        0b0111_1110: "every version of a",
        0b0000_0010: "a 1",
        0b0100_0000: "a 6",
        0b0001_1100: "a>=2,<5",
        0b0100_0110: "a<3 or >=6",
        0b0101_0110: "a<3 or ==4 or >=6",
        0b0000_0000: "no version of a",
    }
    assert {mask: versions_text("a", every, mask) for mask in said} == said
    assert versions_text("a", every, 0b0101_0110, free=0b0010_1000) == "every version of a"
    assert versions_text("a", every, 0b0001_0100, free=0b0000_1010) == "a<5"
    assert versions_text("a", every, 0b0001_0100, free=0b0110_1000) == "a>=2"


def test_a_thousand_versions_are_one_range() -> None:
    world = World(
        {
            "xboto": {f"1.{n}": [f"xcore==1.{n}"] for n in range(20, 1020)},
            "xcore": {f"1.{n}": [] for n in range(1020)},
        }
    )
    assert told(world, "xboto", "xcore<1.20") == (
        (
            "Because every version of xboto depends, each in its own way, on xcore>=1.20 and you require xboto and"
            " xcore<1.20, your requirements cannot be met"
        ),
    )


def test_the_python_a_version_needs_is_said_with_the_targets() -> None:
    world = World({"x": {"1": Release(requires_python="<3"), "2": Release(requires_python=">=3.12")}})
    found = conflict(world, problem("x>=2"))
    assert sentences(found) == (
        "Because x 2 needs Python >=3.12 (the target has 3.11.7) and you require x>=2, your requirements cannot be met",
    )
    assert hints(found) == ("another Python would allow x 2: choose one with --python",)
    asked = " --platform debian:8"
    assert hints(found, asked=asked) == ("another Python would allow x 2: choose one with --python-version",)
    assert hints(found, another_python=lambda name, index: (name, index) != ("x", 1)) == ()


def test_what_does_not_exist_is_said() -> None:
    world = World({"a": {"1": ["gone"]}, "b": {"1": [], "2": []}})
    assert "gone is not in the index" in told(world, "a")[0]
    assert "no version of b is >2 (there is 1 to 2)" in told(world, "b>2")[0]
    assert hints(conflict(world, problem("a"))) == (
        "check the spelling of gone, or name the index that has it with --index",
    )


def test_origins_constraints_and_extras_are_named() -> None:
    world = World({"a": {"1": ["b>=2; extra == 'x'"]}, "b": {"1": [], "2": []}})
    asked = problem(constraints=(Ask(requirement("b<2"), "constraints.txt (line 3)"),))._replace(
        asks=(Ask(requirement("a[x]"), "-r requirements.txt (line 1)"),)
    )
    assert sentences(conflict(world, asked)) == (
        (
            "Because a[x] 1 (the only version) depends on b>=2, you constrain b to <2 (constraints.txt (line 3)),"
            " and you require a[x] (-r requirements.txt (line 1)), your requirements cannot be met"
        ),
    )


def test_a_long_proof_is_cut_where_a_package_is_ruled_out() -> None:
    wheel = Unusable("wheel", "has no wheel for this target: its wheels are for macOS")
    world = World(
        {
            "a": {"1": ["b"], "1.1": ["b"], "2": ["c"]},
            "b": {"1": Release(unusable=wheel), "2": Release(yanked="")},
            "c": {"1": ["d>3"]},
            "d": {"1": [], "2": []},
        }
    )
    found = conflict(world, problem("a", "d"))
    assert sentences(found) == (
        (
            "Because a<2 depends on b, b 2 was yanked, and b 1 has no wheel for this target: its wheels are for macOS,"
            " a<2 cannot be used (1)"
        ),
        (
            "Because a<2 cannot be used (1), a 2 depends on c, c 1 (the only version) depends on d>3, and no version"
            " of d is >3 (there is 1 to 2), no version of a can be used (2)"
        ),
        "Because no version of a can be used (2) and you require a, your requirements cannot be met",
    )
    assert hints(found) == (
        "b 1 has wheels, but none for this target: `elfin explain b==1` says what would help",
        "b 2 was yanked: to take it all the same, pin it exactly, b==2",
    )


def test_of_a_very_long_proof_the_end_is_told() -> None:
    chance = random.Random(0)
    names = [f"p{n}" for n in range(20)]
    world = World(
        {
            name: {
                str(version): [
                    f"{other}{chance.choice(['>=', '<=', '=='])}{chance.randint(1, 12)}"
                    for other in chance.sample(names, 3)
                    if other != name
                ]
                for version in range(1, 13)
            }
            for name in names
        }
    )
    found = conflict(world, problem("p0", "p1", "p2"))
    everything = sentences(found, most=10_000)
    assert len(everything) > 4
    shortened = sentences(found, most=4)
    assert shortened == (f"The proof has {len(everything)} steps, of which these are the last", *everything[-4:])


def test_no_secret_of_a_url_is_told() -> None:
    world = World({"a": {"1": []}})
    asked = problem("a @ https://user:secret@one.invalid/a.whl", "a @ https://user:secret@two.invalid/a.whl")
    text = " ".join(sentences(conflict(world, asked)))
    assert "secret" not in text
    assert "https://***@two.invalid/a.whl" in text
