"""The "no" of the room: a proof that requirements cannot be met together, and what it speaks about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from elfin.record import NamedTuple
from elfin.resolve.clause import Clause, Derived
from elfin.resolve.model import Problem
from elfin.resolve.package import Package


class Conflict(NamedTuple):
    """There is no solution. `report.sentences` tells why, `report.hints` what might help."""

    clause: Clause
    """Says of the user's requirements alone that they are impossible; its causes are the proof."""
    problem: Problem
    packages: Mapping[str, Package]
    """The projects that were looked at."""
    urls: Mapping[str, str]

    def clauses(self) -> Iterator[Clause]:
        """Give every clause of the proof once, causes before conclusions."""
        seen: set[int] = set()
        stack = [(self.clause, False)]
        while stack:
            clause, causes_done = stack.pop()
            if causes_done:
                yield clause
            elif id(clause) not in seen:
                seen.add(id(clause))
                stack.append((clause, True))
                if isinstance(clause.cause, Derived):
                    stack += [(clause.cause.right, False), (clause.cause.left, False)]
