"""The option lines of a requirements file: `-r`, `-c`, `-e`, indexes, and what pip knows besides.

Answers: the values of one such line. Imported only for files that have one. Refuses an option nobody knows, a missing
value, and a value where none belongs; every error points at the word.
"""

from __future__ import annotations

import re

from elfin.formats.requirementsfile import Editable, Ignored, Line, Nested, Option, Place, bad

_SHORT = {"-r": "--requirement", "-c": "--constraint", "-e": "--editable", "-i": "--index-url", "-f": "--find-links"}
_OTHER_NAMES = {"--pypi-url": "--index-url", "--requirements": "--requirement", "--constraints": "--constraint"}
_WITH_VALUE = frozenset({
    "--requirement", "--constraint", "--editable", "--index-url", "--extra-index-url", "--find-links", "--no-binary",
    "--only-binary",
})  # fmt: skip
_WITHOUT_VALUE = frozenset({"--no-index", "--pre", "--require-hashes"})
_IGNORED = {
    "--trusted-host": (True, "elfin checks certificates of every host"),
    "--use-feature": (True, "it switches on experiments of pip"),
    "--prefer-binary": (False, "elfin installs wheels only"),
}
_WORD = re.compile(r"(?:[^\s\"']|\"[^\"]*\"|'[^']*')+")


def options(line: str, place: Place) -> list[Line]:
    """The values of a line that starts with `-`. Raises UsageError."""
    words = [(match.start(), match[0]) for match in _WORD.finditer(line)]
    if _WORD.sub("", line).strip():
        raise bad(place, "a quotation mark to be closed", len(line) - 1)
    found: list[Line] = []
    position = 0
    while position < len(words):
        column, word = words[position]
        position += 1
        name, value = _split(word, column, place)
        if _wants_value(name) and value is None:
            if position == len(words):
                raise bad(place, f"a value behind {name}", column + len(word))
            value = words[position][1]
            position += 1
        elif not _wants_value(name) and value is not None:
            raise bad(place, f"{name} without a value", column)
        found.append(_value(name, _unquoted(value), place))
    return found


def _split(word: str, column: int, place: Place) -> tuple[str, str | None]:
    """(long name, value written in the same word or None)."""
    if word.startswith("--"):
        name, equals, value = word.partition("=")
        name = _OTHER_NAMES.get(name, name)
        if name in _WITH_VALUE or name in _WITHOUT_VALUE or name in _IGNORED:
            return name, value if equals else None
    elif word[:2] in _SHORT:
        return _SHORT[word[:2]], word[2:].removeprefix("=") or None
    if not word.startswith("-"):
        raise bad(place, "an option", column)
    # A word that a variable was put into may be a secret as a whole.
    named = f", and `{word.partition('=')[0]}` is none" if place.exact else ""
    raise bad(place, f"an option of requirements files{named}", column)


def _wants_value(name: str) -> bool:
    return name in _WITH_VALUE or (name in _IGNORED and _IGNORED[name][0])


def _unquoted(value: str | None) -> str | None:
    return None if value is None else re.sub(r"\"([^\"]*)\"|'([^']*)'", lambda match: match[1] or match[2] or "", value)


def _value(name: str, value: str | None, place: Place) -> Line:
    if name in _IGNORED:
        return Ignored(name, _IGNORED[name][1], place)
    if name == "--editable":
        return Editable(value or "", place)
    if name in ("--requirement", "--constraint"):
        return Nested(value or "", name == "--constraint", place)
    return Option(name, value, place)
