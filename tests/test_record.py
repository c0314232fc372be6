"""Records: named tuples without the cost of `typing`."""

from __future__ import annotations

import pickle
from collections import namedtuple
from typing import Any, TypeVar

import pytest

from elfin import record
from elfin.record import Generic, NamedTuple

Value = TypeVar("Value")


class Point(NamedTuple):
    """A place."""

    x: int
    y: int = 0
    """Upwards."""

    @property
    def both(self) -> int:
        return self.x + self.y


class Box(NamedTuple, Generic[Value]):
    inside: Value


class Longer(Point):
    def far(self) -> bool:
        return self.x > 9


def test_a_record_is_what_namedtuple_makes() -> None:
    other = namedtuple("other", ["x", "y"], defaults=(0,))
    assert tuple(Point(1)) == tuple(other(1)) == (1, 0) and hash(Point(1)) == hash((1, 0))
    assert Point(x=1, y=2) == Point(1, 2) and Point(1, 2).both == 3
    assert (Point._fields, Point._field_defaults) == (other._fields, other._field_defaults)
    assert Point.__match_args__ == ("x", "y")
    assert repr(Point(1)) == "Point(x=1, y=0)" and Point.__doc__ == "A place."
    assert Point(1)._replace(y=5) == (1, 5) and Point._make([3, 4]) == (3, 4) and Point(1)._asdict() == {"x": 1, "y": 0}
    assert pickle.loads(pickle.dumps(Point(1, 2))) == Point(1, 2)
    match Point(7, 8):
        case Point(seven, eight):
            assert (seven, eight) == (7, 8)
    assert not hasattr(Point(1), "__dict__")


def test_a_record_of_a_kind_of_value_and_one_with_more_methods() -> None:
    assert Box(3).inside == 3 and Box._fields == ("inside",)
    assert Longer(10, 1).far() and Longer(10)._replace(x=1) == (1, 0) and isinstance(Longer(1), Point)


def test_wrong_uses_are_refused_by_name() -> None:
    with pytest.raises(TypeError, match="'x'"):
        Point()  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Point(1, 2, 3)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="z"):
        Point(1, z=3)  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="z"):
        Point(1)._replace(z=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="2 fields, not 3"):
        Point._make([1, 2, 3])
    with pytest.raises(AttributeError):
        Point(1).x = 2  # type: ignore[misc]
    make: Any = type(record.NamedTuple)
    with pytest.raises(TypeError, match="without a default"):
        make("Bad", (record.NamedTuple,), {"__annotations__": {"a": "int", "b": "int"}, "a": 1})
    with pytest.raises(ValueError, match="underscore"):
        make("Bad", (record.NamedTuple,), {"__annotations__": {"_a": "int"}})


@pytest.mark.parametrize("size", range(1, 31))
def test_a_record_may_have_any_number_of_fields(size: int) -> None:
    """Constructors of the usual sizes are written out, the others made when they are first wanted."""
    names = [f"f{number}" for number in range(size)]
    made = type(NamedTuple)("Made", (NamedTuple,), {"__annotations__": dict.fromkeys(names, "int"), "__module__": "x"})
    values = tuple(range(size))
    assert made(*values) == made(**dict(zip(names, values, strict=True))) == values
    assert made(*values)._asdict() == dict(zip(names, values, strict=True))
    with pytest.raises(TypeError):
        made(*values, size)
    with pytest.raises(TypeError):
        made(*values[1:])
