"""How long a page is used without asking again."""

from __future__ import annotations

import pytest

from elfin.index.freshness import Validators, conditions, fresh, renewed, validators


@pytest.mark.parametrize(
    ("headers", "lifetime"),
    [
        ({}, 600),
        ({"etag": '"x"'}, 600),
        ({"cache-control": "max-age=30, public"}, 30),
        ({"cache-control": "public,Max-Age=30"}, 30),
        ({"cache-control": 'max-age="30"'}, 30),
        ({"cache-control": "s-maxage=30"}, 600),
        ({"cache-control": "max-age=soon"}, 600),
        ({"cache-control": "max-age=30", "age": "10"}, 20),
        ({"cache-control": "max-age=30", "age": "100"}, 0),
        ({"cache-control": "max-age=30", "age": "x"}, 30),
        ({"cache-control": "no-cache"}, 0),
        ({"cache-control": "max-age=30, no-store"}, 0),
    ],
)
def test_the_lifetime_of_an_answer(headers: dict[str, str], lifetime: float) -> None:
    known = validators(headers, 1000.0)
    assert known.lifetime == lifetime
    assert fresh(known, 1000.0) is (lifetime > 0)
    assert not fresh(known, 1000.0 + lifetime)


def test_a_page_from_the_future_is_not_fresh() -> None:
    assert not fresh(validators({}, 1000.0), 999.0)


def test_what_is_asked_conditionally() -> None:
    known = validators({"etag": 'W/"x"', "last-modified": "yesterday"}, 0.0)
    assert conditions(known) == {"if-none-match": 'W/"x"', "if-modified-since": "yesterday"}
    assert conditions(validators({}, 0.0)) == {}


def test_a_renewal_keeps_what_the_server_does_not_repeat() -> None:
    old = Validators(0.0, 30.0, '"x"', "yesterday")
    assert renewed(old, {}, 50.0) == Validators(50.0, 30.0, '"x"', "yesterday")
    assert renewed(old, {"cache-control": "max-age=5", "etag": '"y"'}, 50.0) == Validators(
        50.0, 5.0, '"y"', "yesterday"
    )
