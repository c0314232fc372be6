"""Do the distributions of an environment fit together? The question of `pip check`.

Answers: which requirement of which distribution is missing or met in a wrong version, and which wants another Python.
Follows extras, which pip does not: where one distribution asks for `other[fast]`, the requirements of that extra count
too. PEP 508 markers are evaluated with the environment that is given, never this process's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from elfin.formats.projectname import canonical
from elfin.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from packaging.requirements import Requirement


class Described(NamedTuple):
    """What METADATA says of an installed distribution."""

    name: str
    version: str
    requires: tuple[str, ...]
    """Requires-Dist, as written."""
    requires_python: str | None


class Trouble(NamedTuple):
    """One requirement that is not met."""

    name: str
    version: str
    """Of the distribution that has the requirement."""
    kind: str
    """"missing", "version", "python" or "malformed" (the requirement cannot be read)."""
    requirement: str
    """As written; for "python" the Requires-Python."""
    found: str | None
    """The version that is there; None where there is none."""

    def sentence(self) -> str:
        """The trouble in words, without full stop."""
        who = f"{self.name} {self.version}"
        if self.kind == "missing":
            return f"{who} requires {self.requirement}, which is not installed"
        if self.kind == "python":
            return f"{who} requires Python {self.requirement}, and this is Python {self.found}"
        if self.kind == "malformed":
            return f"{who} has a requirement that cannot be read: {self.requirement}"
        return f"{who} requires {self.requirement}, and {self.found} is installed"


def troubles(distributions: Iterable[Described], markers: Mapping[str, str]) -> tuple[Trouble, ...]:
    """Every unmet requirement, sorted by distribution and requirement.

    `markers` is the interpreter's PEP 508 environment without `extra` (`Interpreter.markers`).
    """
    there = {canonical(one.name): one for one in distributions}
    found: dict[tuple[str, str, str], Trouble] = {}
    waiting: list[tuple[str, str]] = [(name, "") for name in there]
    done = set(waiting)
    while waiting:
        name, extra = waiting.pop()
        one = there[name]
        if not extra:
            _check_python(one, markers, found)
        for text in one.requires:
            requirement = _requirement(one, text, found)
            if requirement is None or not _applies(requirement, markers, extra):
                continue
            _check(one, text, requirement, there, found)
            wanted = canonical(requirement.name)
            for pair in ((wanted, canonical(asked)) for asked in requirement.extras):
                if wanted in there and pair not in done:
                    done.add(pair)
                    waiting.append(pair)
    return tuple(sorted(found.values()))


def _requirement(one: Described, text: str, found: dict[tuple[str, str, str], Trouble]) -> Requirement | None:
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        return Requirement(text)
    except (InvalidRequirement, RecursionError):
        _add(found, Trouble(one.name, one.version, "malformed", text, None))
        return None


def _applies(requirement: Requirement, markers: Mapping[str, str], extra: str) -> bool:
    if requirement.marker is None:
        return not extra  # already looked at without the extra
    if extra:
        return requirement.marker.evaluate({**markers, "extra": extra}) and not requirement.marker.evaluate(
            {**markers, "extra": ""}
        )
    return requirement.marker.evaluate({**markers, "extra": ""})


def _check(
    one: Described,
    text: str,
    requirement: Requirement,
    there: Mapping[str, Described],
    found: dict[tuple[str, str, str], Trouble],
) -> None:
    other = there.get(canonical(requirement.name))
    wanted = text.partition(";")[0].strip() if requirement.url is None else text
    if other is None:
        _add(found, Trouble(one.name, one.version, "missing", wanted, None))
    elif not _contains(str(requirement.specifier), other.version):
        _add(found, Trouble(one.name, one.version, "version", wanted, other.version))


def _check_python(one: Described, markers: Mapping[str, str], found: dict[tuple[str, str, str], Trouble]) -> None:
    python = markers.get("python_full_version", "")
    if one.requires_python and python and not _contains(one.requires_python, python):
        _add(found, Trouble(one.name, one.version, "python", one.requires_python, python))


def _contains(specifier: str, version: str) -> bool:
    """Whether the version meets the specifier; what cannot be read is met, since nobody could fix it here."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import InvalidVersion, Version

    try:
        return SpecifierSet(specifier).contains(Version(version), prereleases=True)
    except (InvalidSpecifier, InvalidVersion):
        return True


def _add(found: dict[tuple[str, str, str], Trouble], trouble: Trouble) -> None:
    found.setdefault((canonical(trouble.name), trouble.kind, trouble.requirement), trouble)
