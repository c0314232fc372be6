"""release.json: strict both ways, and 500 hostile ones."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from elfin.errors import MalformedRelease
from elfin.installers import manifest
from elfin.installers.model import Layout
from kit import choice_vectors, hostile_manifests

EVERYTHING = choice_vectors.release(choice_vectors.KINDS)


def test_what_is_written_is_read_back() -> None:
    assert manifest.loads(manifest.dumps(EVERYTHING)) == EVERYTHING
    tree = EVERYTHING._replace(layout=Layout("tree", ("bin/hello",)), probe=(), homepage="https://example.org/x?a=b#c")
    assert manifest.loads(manifest.dumps(tree)) == tree


def test_the_hostile_ones_are_refused_or_carry_only_what_the_grammar_lets_through() -> None:
    accepted, total = 0, 0
    for name, text in hostile_manifests.manifests():
        total += 1
        try:
            release = manifest.loads(text)
        except MalformedRelease:
            continue
        accepted += 1
        assert manifest.loads(manifest.dumps(release)) == release, name
        for value in _texts(json.loads(text)):
            assert value.isascii() and value.isprintable(), name
        for one in release.artifacts:
            for path in (one.name, one.top, *(program.member for program in one.programs), *release.layout.links):
                assert ".." not in path.split("/") and not path.startswith(("/", "-")), name
    assert total == 500
    assert accepted > 35  # what scripts have to quote


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for one in inside for text in _texts(one)]


def test_hostile_values_exist_for_whoever_is_handed_unchecked_ones() -> None:
    assert sum(1 for _ in hostile_manifests.releases()) > 450


def test_a_good_manifest_is_good() -> None:
    assert manifest.loads(json.dumps(hostile_manifests.good())).app == "hello"


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("schema",), 2, "no schema 1"),
        (("schema",), None, "no schema 1"),
        (("extra",), 1, "unknown key"),
        (("artifacts",), [], "no artifact"),
        (("artifacts",), {}, "no list"),
        (("base_urls",), ["https://user:secret@example.org/x"], "base URL"),
        (("base_urls",), ["https://example.org/x?token=1"], "base URL"),
        (("base_urls",), ["ftp://example.org/x"], "base URL"),
        (("base_urls",), ["relative/folder"], "base URL"),
        (("layout", "kind"), "tree", "no links"),
        (("install_dirs",), ["bin"], "folder for programs"),
        (("install_dirs",), ["$HOME/../../etc"], "folder for programs"),
        (("base_urls",), ["https://-x/y"], "base URL"),
        (("artifacts", 0, "size"), True, "no number"),
        (("artifacts", 0, "size"), -1, "impossible"),
        (("artifacts", 0, "measured"), 1, "neither true nor false"),
        (("artifacts", 0, "sha256"), "", "sha256"),
        (("artifacts", 0, "needs"), [], "no needs"),
        (("artifacts", 0, "needs", 0, "arch"), "pdp11", "not known"),
        (("artifacts", 0, "needs", 0, "os"), "plan9", "system"),
        (("artifacts", 0, "needs", 0, "cpu_level"), 9, "CPU level"),
        (("artifacts", 0, "needs", 0, "libc"), None, "where there is none"),
        (("artifacts", 0, "programs"), [], "no program"),
        (("artifacts", 0, "format"), "binary", "bare binary"),
    ],
)
def test_each_break_of_the_schema_is_named(path: tuple[Any, ...], value: Any, words: str) -> None:
    text: Any = hostile_manifests.good()
    inner = text
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    with pytest.raises(MalformedRelease, match=words):
        manifest.loads(json.dumps(text))


def test_two_artifacts_programs_or_keys_of_one_name_are_refused() -> None:
    text = hostile_manifests.good()
    text["artifacts"] = text["artifacts"] * 2
    with pytest.raises(MalformedRelease, match="two artifacts"):
        manifest.loads(json.dumps(text))
    with pytest.raises(MalformedRelease, match="twice"):
        manifest.loads('{"schema": 1, "schema": 1}')


def test_an_unknown_schema_says_who_may_have_made_it() -> None:
    with pytest.raises(MalformedRelease) as error:
        manifest.loads('{"schema": 7}')
    assert error.value.hints == ("a newer elfin may have made it",)


@settings(max_examples=40)
@given(some.recursive(some.none() | some.booleans() | some.floats() | some.text(), lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner)))  # fmt: skip  # noqa: E501
def test_any_json_is_a_release_or_malformed(value: object) -> None:
    text = hostile_manifests.good()
    text["artifacts"][0]["needs"] = value
    for one in (value, text):
        with pytest.raises(MalformedRelease):
            manifest.loads(json.dumps(one))


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000, '{"schema": 1e999}', "null", '"x"', "NaN"])
def test_what_is_no_release_is_malformed(text: str) -> None:
    with pytest.raises(MalformedRelease):
        manifest.loads(text)


@pytest.mark.parametrize(
    ("app", "variable"), [("hello", "HELLO"), ("my-app", "MY_APP"), ("7z", "_7Z"), ("a.b_c", "A_B_C")]
)
def test_environment_variables_are_named_for_the_app(app: str, variable: str) -> None:
    assert manifest.variable(app) == variable


def test_a_value_that_breaks_the_grammar_is_not_written() -> None:
    with pytest.raises(MalformedRelease, match="cannot be an app"):
        manifest.dumps(EVERYTHING._replace(app="x; rm -rf"))
