"""Why do the requirements not fit together? A proof, told in few sentences.

The proof of a conflict is a graph of two-step conclusions, one for each version that failed. Told like that nobody
reads it, so: facts that differ by the version alone are said once, over a range; steps that are used once are folded
into the sentence that uses them; what remains long is cut where a package is shown to have no usable version.
Wording depends on the conflict alone.
"""

from __future__ import annotations

from elfin.formats.urltext import redacted
from elfin.record import NamedTuple
from elfin.resolve.clause import ROOT, Asked, Clause, Constrained, Depends, Derived, Unavailable
from elfin.resolve.conflict import Conflict
from elfin.resolve.model import Ask, Unusable
from elfin.resolve.requirement import Requirement
from elfin.resolve.specifier import text_of
from elfin.resolve.wording import conclusion, joined, lack_text, requirement_text, versions_text

ONE_SENTENCE = 4
"""Up to so many premises are said in one sentence."""
MANY_TARGETS = 2
"""More requirements than this of one package on another are said as one range."""


class _Node(NamedTuple):
    """A conclusion with its premises: facts, and other conclusions that have a sentence of their own."""

    clause: Clause
    facts: list[Clause]
    lemmas: list[Clause]


MOST_SENTENCES = 12


def sentences(conflict: Conflict, most: int = MOST_SENTENCES) -> tuple[str, ...]:
    """Tell the proof, each sentence without a full stop; the last concludes that the requirements cannot be met.

    Of a proof with more than `most` sentences the last ones are told, after one that says so.
    """
    nodes = _nodes(conflict)
    numbers = {id(node.clause): number for number, node in enumerate(nodes[:-1], 1)} if len(nodes) > 2 else {}
    told = []
    for node in nodes:
        premises = [_conclusion(lemma, conflict, numbers) for lemma in node.lemmas] + _facts(node.facts, conflict)
        told.append(f"because {joined(premises)}, {_conclusion(node.clause, conflict, numbers)}")
    if len(told) > most:
        told[:-most] = [f"the proof has {len(told)} steps, of which these are the last"]
    return tuple(sentence[0].upper() + sentence[1:] for sentence in told)


def _conclusion(clause: Clause, conflict: Conflict, numbers: dict[int, int]) -> str:
    number = numbers.get(id(clause))
    said = conclusion(clause.terms, conflict.packages)
    return said if number is None else f"{said} ({number})"


def _nodes(conflict: Conflict) -> list[_Node]:
    """Cut the proof into sentences, each after those it builds on."""
    order = list(conflict.clauses())
    whole = _folded(conflict.clause, set())
    premises = len(_facts(whole.facts, conflict))
    if premises <= ONE_SENTENCE:
        return [whole]
    users: dict[int, list[Clause]] = {}
    for clause in order:
        if isinstance(clause.cause, Derived):
            for cause in (clause.cause.left, clause.cause.right):
                users.setdefault(id(cause), []).append(clause)
    lemmas: set[int] = set()
    nodes = []
    for clause in order:
        if not isinstance(clause.cause, Derived):
            continue
        if clause is conflict.clause:
            nodes.append(_folded(clause, lemmas))
        elif len(users[id(clause)]) > 1 or _is_verdict(clause, users[id(clause)]):
            node = _folded(clause, lemmas)
            if len(_facts(node.facts, conflict)) + len(node.lemmas) > 1:
                lemmas.add(id(clause))
                nodes.append(node)
    nodes = _used(nodes)
    return nodes if len(nodes) < premises else [whole]


def _is_verdict(clause: Clause, users: list[Clause]) -> bool:
    """Say whether a clause is the last word on one package: it speaks of no other, and its user of more."""
    about = clause.terms.keys() - {ROOT}
    return len(about) == 1 and all(user.terms.keys() - {ROOT} != about for user in users)


def _used(nodes: list[_Node]) -> list[_Node]:
    """Drop sentences nothing builds on any more."""
    kept: list[_Node] = []
    needed = {id(nodes[-1].clause)}
    for node in reversed(nodes):
        if id(node.clause) in needed:
            kept.append(node)
            needed.update(id(lemma) for lemma in node.lemmas)
    return kept[::-1]


def _folded(clause: Clause, lemmas: set[int]) -> _Node:
    """Collect the premises of a conclusion, going through conclusions that have no sentence of their own."""
    node = _Node(clause, [], [])
    seen = {id(clause)}
    stack = [clause]
    while stack:
        one = stack.pop()
        if not isinstance(one.cause, Derived):
            node.facts.append(one)
            continue
        for cause in (one.cause.right, one.cause.left):
            if id(cause) in seen:
                continue
            seen.add(id(cause))
            if id(cause) in lemmas:
                node.lemmas.append(cause)
            else:
                stack.append(cause)
    return node


MOST_REASONS = 4
"""So many reasons are given against versions of one project; what is behind them is summed up."""


def _weightiest(unusable: dict[tuple[str, Unusable], int]) -> list[tuple[tuple[str, Unusable], int]]:
    """The reasons against versions, those that concern most versions first.

    Every yanked version has its own story; together they are one reason. Of many reasons the last are one as well.
    """
    yanked: dict[str, int] = {}
    for (name, why), mask in unusable.items():
        if why.kind == "yanked":
            yanked[name] = yanked.get(name, 0) | mask
    stories = {name: sum(why.kind == "yanked" for other, why in unusable if other == name) for name in yanked}
    told = {key: mask for key, mask in unusable.items() if stories.get(key[0], 0) < 2 or key[1].kind != "yanked"}
    told |= {(name, Unusable("yanked", "was yanked")): mask for name, mask in yanked.items() if stories[name] > 1}
    ordered = sorted(told.items(), key=lambda item: -item[1].bit_count())
    found: dict[tuple[str, Unusable], int] = {}
    counts: dict[str, int] = {}
    for (name, why), mask in ordered:
        counts[name] = counts.get(name, 0) + 1
        many = sum(other == name for other, _ in told) > MOST_REASONS
        if many and counts[name] >= MOST_REASONS:
            why = Unusable("other", "cannot be used for other reasons")  # noqa: PLW2901
        found[name, why] = found.get((name, why), 0) | mask
    return list(found.items())


def _facts(clauses: list[Clause], conflict: Conflict) -> list[str]:
    """Say facts, alike ones together: what is wrong with versions, who depends on whom, what the user wrote."""
    unusable: dict[tuple[str, Unusable], int] = {}
    needs: dict[tuple[str, str | None, str], dict[Requirement, int]] = {}
    asked: dict[Ask, None] = {}
    constrained: dict[Ask, None] = {}
    for clause in clauses:
        match clause.cause:
            case Unavailable(name, versions, why):
                unusable[name, why] = unusable.get((name, why), 0) | versions
            case Depends(name, versions, extra, requirement):
                targets = needs.setdefault((name, extra, requirement.name), {})
                targets[requirement] = targets.get(requirement, 0) | versions
            case Asked(ask):
                asked[ask] = None
            case Constrained(ask):
                constrained[ask] = None
    lacks: dict[str, None] = {}
    depending: dict[str, list[str]] = {}
    for (name, extra, target), targets in needs.items():
        shown = name if extra is None else f"{name}[{extra}]"
        for subject, needed in _needs((name, shown, target), targets, conflict, lacks):
            depending.setdefault(subject, []).append(needed)
    said = [f"{subject} depends{_listed(needed)}" for subject, needed in depending.items()]
    for (name, why), mask in _weightiest(unusable):
        has = f" (the target has {conflict.problem.python_version})" if why.kind == "python" else ""
        said.append(f"{versions_text(name, conflict.packages[name], mask)} {why.reason}{has}")
    for ask in asked:
        _lack(ask.requirement, conflict, lacks)
    said += lacks
    for ask in constrained:
        bound = text_of(ask.requirement.clauses) or redacted(ask.requirement.url or "")
        said.append(f"you constrain {ask.requirement.name} to {bound}{_origin(ask)}")
    if asked:
        in_order = (
            sorted(asked, key=conflict.problem.asks.index) if asked.keys() <= set(conflict.problem.asks) else asked
        )
        said.append(f"you require {joined([requirement_text(ask.requirement) + _origin(ask) for ask in in_order])}")
    return said


def _listed(needed: list[str]) -> str:
    """Join " on a", " on b" as " on a and b"."""
    plain = [each.removeprefix(" on ") for each in needed if each.startswith(" on ")]
    own = [each for each in needed if not each.startswith(" on ")]
    return " and".join(([f" on {joined(plain)}"] if plain else []) + own)


def _origin(ask: Ask) -> str:
    return "" if ask.origin in ("", "argument") else f" ({ask.origin})"


def _needs(
    names: tuple[str, str, str],
    targets: dict[Requirement, int],
    conflict: Conflict,
    lacks: dict[str, None],
) -> list[tuple[str, str]]:
    """Say what versions of one package require of another: pairs of who depends, and on what.

    `names`: the package, how it is shown, the other package.
    """
    name, shown, target = names
    package = conflict.packages[name]
    free = sum(package.reasons)
    wanted = {one: _mask(one, conflict) for one in targets}
    if len(targets) > MANY_TARGETS and all(wanted.values()):
        versions = allowed = 0
        for one, mask in targets.items():
            versions |= mask
            allowed |= wanted[one]
        every = allowed == conflict.packages[target].listing.every
        within = f"versions of {target}" if every else versions_text(target, conflict.packages[target], allowed)
        return [(versions_text(shown, package, versions, free), f", each in its own way, on {within}")]
    for one in targets:
        _lack(one, conflict, lacks)
    return [
        (versions_text(shown, package, versions, free), f" on {requirement_text(one)}")
        for one, versions in targets.items()
    ]


def _mask(requirement: Requirement, conflict: Conflict) -> int:
    if requirement.url is not None and requirement.url != conflict.urls.get(requirement.name):
        return 0
    return conflict.packages[requirement.name].listing.mask(requirement.clauses)


def _lack(requirement: Requirement, conflict: Conflict, lacks: dict[str, None]) -> None:
    """Note why a requirement is met by nothing at all, once."""
    package = conflict.packages[requirement.name]
    if not _mask(requirement, conflict):
        lacks[lack_text(requirement, package, conflict.urls)] = None
