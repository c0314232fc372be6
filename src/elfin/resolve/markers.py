"""Does an environment marker hold for the target? (PEP 508, dependency specifiers)

Each marker text is answered once for an environment and an extra. Conjunctions of plain comparisons, which is what
metadata is made of, are answered here; the rest is asked of `packaging`, and a property test keeps both alike.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from elfin.errors import Bug, Malformed
from elfin.formats.projectname import canonical

_ATOM = re.compile(
    r"\s*(?P<name>[a-z_]+)\s*(?P<operator>===?|!=|<=|>=|<|>)\s*(?P<quote>[\"'])(?P<value>[^\"']*)(?P=quote)\s*"
)
_TEXTS = frozenset(
    {
        "sys_platform",
        "os_name",
        "platform_system",
        "platform_machine",
        "platform_python_implementation",
        "implementation_name",
    }
)
VARIABLES = _TEXTS | {
    "implementation_version",
    "platform_release",
    "platform_version",
    "python_full_version",
    "python_version",
}
"""All variables of PEP 508 but `extra`."""
_RELEASE = re.compile(r"[0-9]+(?:\.[0-9]+)*")
_EXTRA_LAST = re.compile(r"(?P<rest>.*\S)\s+and\s+extra\s*==\s*(?P<quote>[\"'])(?P<extra>[^\"']*)(?P=quote)\s*")


class Markers:
    """The markers of one target."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Take the PEP 508 variables of the target, all of them but `extra`.

        Raises Bug where one is missing: `packaging` would fill it in from the machine elfin runs on.
        """
        if missing := sorted(VARIABLES - environment.keys()):
            raise Bug(f"the marker environment lacks {', '.join(missing)}")
        self._environment = dict(environment)
        self._known: dict[tuple[str, str], bool] = {}

    def hold(self, marker: str | None, extra: str = "") -> bool:
        """Say whether a marker holds while `extra` is asked ("": none is).

        Raises Malformed for a marker that cannot be read, or that asks what the environment does not say.
        """
        if marker is None:
            return True
        known = self._known.get((marker, extra))
        if known is None:
            known = self._conjunction(marker, extra)
            if known is None:
                known = self._by_packaging(marker, extra)
            self._known[marker, extra] = known
        return known

    def _conjunction(self, marker: str, extra: str) -> bool | None:
        """Answer `a and b and c` of plain comparisons; None where the marker is more than that."""
        if "(" not in marker and " or " not in marker:
            answers = [self._atom(part, extra) for part in marker.split(" and ")]
            return None if None in answers else all(answers)
        # `(anything) and extra == "x"`: for another extra the rest need not be read.
        last = _EXTRA_LAST.fullmatch(marker)
        if last is None or not _is_one_operand(last["rest"]):
            return None
        return canonical(last["extra"]) == extra and self.hold(last["rest"], extra)

    def _atom(self, part: str, extra: str) -> bool | None:
        atom = _ATOM.fullmatch(part)
        if atom is None:
            return None
        name, operator, value = atom["name"], atom["operator"], atom["value"]
        if name == "extra":
            mine, value = extra, canonical(value)
        elif name == "python_version":
            return self._python_version(operator, value)
        elif name in _TEXTS and name in self._environment:
            mine = self._environment[name]
        else:
            return None
        if operator == "==":
            return mine == value
        return mine != value if operator == "!=" else None

    def _python_version(self, operator: str, value: str) -> bool | None:
        mine = self._environment.get("python_version", "")
        if not _RELEASE.fullmatch(mine) or not _RELEASE.fullmatch(value):
            return None
        has, asked = _release(mine), _release(value)
        match operator:
            case "==":
                return has == asked
            case "!=":
                return has != asked
            case "<":
                return has < asked
            case "<=":
                return has <= asked
            case ">":
                return has > asked
            case ">=":
                return has >= asked
        return None

    def _by_packaging(self, marker: str, extra: str) -> bool:
        from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName

        try:
            return Marker(marker).evaluate({**self._environment, "extra": extra})
        except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName) as bad:
            raise Malformed(f'"{marker}" is not an environment marker that can be answered') from bad


def _release(text: str) -> tuple[int, ...]:
    """Drop trailing zeros: 3.10 stays (3, 10), 3.0 is (3,)."""
    parts = [int(part) for part in text.split(".")]
    while parts and not parts[-1]:
        parts.pop()
    return tuple(parts)


def _is_one_operand(text: str) -> bool:
    """Say whether no `or` outside of parentheses could take a following `and` away from a part of the text."""
    depth = 0
    quote = ""
    for index, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter == "(":
            depth += 1
        elif letter == ")":
            depth -= 1
        elif depth == 0 and text.startswith("or", index) and not text[index - 1].isalnum() and text[index - 1] != "_":
            return False
    return depth == 0 and not quote
