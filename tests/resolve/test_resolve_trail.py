"""Clauses and the partial solution, without any versions: laws over small worlds."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from elfin.resolve.clause import PRESENCE, PRESENT, ROOT, Asked, Clause, Derived, resolvent
from elfin.resolve.model import Ask
from elfin.resolve.requirement import requirement
from elfin.resolve.trail import Trail

FULL = 0b111
NAMES = ("a", "b", "c", "d")
FACT = Asked(Ask(requirement("a"), "test"))
terms = st.dictionaries(st.sampled_from(NAMES), st.integers(1, FULL - 1), min_size=1, max_size=4)


def violated(clause_terms: dict[str, int], choice: dict[str, int]) -> bool:
    return all(choice[name] & mask for name, mask in clause_terms.items())


def choices() -> list[dict[str, int]]:
    bits = [1 << index for index in range(3)]
    return [dict(zip(NAMES, each, strict=True)) for each in product(bits, repeat=4)]


@settings(max_examples=200, derandomize=True)
@given(left=terms, right=terms)
def test_a_resolvent_follows_from_both_clauses(left: dict[str, int], right: dict[str, int]) -> None:
    for package in left.keys() & right.keys():
        made = resolvent(Clause(left, FACT), Clause(right, FACT), package, FULL)
        if any(mask == 0 for mask in made.terms.values()):
            continue  # says nothing
        for choice in choices():
            if violated(made.terms, choice):
                assert violated(left, choice) or violated(right, choice)


@settings(max_examples=400, derandomize=True, deadline=None)
@given(clauses=st.lists(terms, min_size=8, max_size=40), order=st.permutations(range(3)))
def test_a_search_ends_with_a_choice_that_violates_nothing_or_a_proof(
    clauses: list[dict[str, int]], order: list[int]
) -> None:
    trail = Trail()
    for name in NAMES:
        trail.add_package(name, FULL)
    facts = [Clause(each, FACT) for each in clauses]
    for fact in facts:
        trail.add(fact)
    possible = [choice for choice in choices() if not any(violated(each, choice) for each in clauses)]
    while (proof := trail.settle()) is None:
        undecided = [name for name in NAMES if name not in trail.decided]
        if not undecided:
            break
        bits = [1 << bit for bit in order if trail.state[undecided[0]] >> bit & 1]
        trail.decide(undecided[0], bits[0])
    if proof is None:
        assert dict(trail.decided) in possible
    else:
        assert not possible
        assert not proof.terms
        check(proof, facts)


def check(proof: Clause, facts: list[Clause]) -> None:
    """Every step of a proof is what resolution gives, and every leaf a fact."""
    stack = [proof]
    while stack:
        clause = stack.pop()
        if isinstance(clause.cause, Derived):
            left, right, package = clause.cause
            assert clause.terms == resolvent(left, right, package, FULL).terms
            stack += [left, right]
        else:
            assert any(clause is fact for fact in facts)


def test_going_back_restores_everything() -> None:
    trail = Trail()
    for name in NAMES:
        trail.add_package(name, FULL)
    trail.add(Clause({ROOT: PRESENT, "a": 1}, FACT))
    assert trail.settle() is None
    before = dict(trail.state), dict(trail.required)
    trail.add(Clause({"a": 0b100, "b": 0b001}, FACT))
    trail.decide("a", 0b100)
    assert trail.settle() is None
    assert trail.state["b"] == 0b110
    assert list(trail.required) == ["a", "b"]
    trail.back_to(0)
    assert (trail.state, trail.required) == before
    assert trail.universe[ROOT] == PRESENCE
