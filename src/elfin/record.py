"""What elfin takes of `typing` at run time, without importing it: records, and generics that are only for the checker.

A command makes a hundred records, and `typing.NamedTuple` compiles every annotation of each: a seventh of a warm
command's time went there. A type checker sees `typing`'s own; at run time a record is a tuple with the interface of
`collections.namedtuple` (`_fields`, `_make`, `_replace`, `_asdict`, matching, pickling), and its class costs a tenth.
Refuses what a named tuple refuses: a field that begins with an underscore, a default before a field without one.
"""

from __future__ import annotations

__all__ = ["TYPE_CHECKING", "Generic", "NamedTuple", "TypeVar"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Generic, NamedTuple, TypeVar
else:
    from _collections import _tuplegetter

    _written = (
        # ruff: noqa: F821 - `_new` is what `_constructor` gives them
        lambda _cls, _0, _1: _new(_cls, (_0, _1)),
        lambda _cls, _0, _1, _2: _new(_cls, (_0, _1, _2)),
        lambda _cls, _0, _1, _2, _3: _new(_cls, (_0, _1, _2, _3)),
        lambda _cls, _0, _1, _2, _3, _4: _new(_cls, (_0, _1, _2, _3, _4)),
        lambda _cls, _0, _1, _2, _3, _4, _5: _new(_cls, (_0, _1, _2, _3, _4, _5)),
        lambda _cls, _0, _1, _2, _3, _4, _5, _6: _new(_cls, (_0, _1, _2, _3, _4, _5, _6)),
        lambda _cls, _0, _1, _2, _3, _4, _5, _6, _7: _new(_cls, (_0, _1, _2, _3, _4, _5, _6, _7)),
        lambda _cls, _0, _1, _2, _3, _4, _5, _6, _7, _8: _new(_cls, (_0, _1, _2, _3, _4, _5, _6, _7, _8)),
        lambda _cls, _0, _1, _2, _3, _4, _5, _6, _7, _8, _9: _new(_cls, (_0, _1, _2, _3, _4, _5, _6, _7, _8, _9)),
        lambda _cls, _0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, _14, _15, _16, _17, _18, _19: _new(
            _cls, (_0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, _14, _15, _16, _17, _18, _19)
        ),  # an interpreter's
    )
    _codes = {function.__code__.co_argcount - 1: function.__code__ for function in _written}
    """The code of a constructor by its number of fields: the same for all, but for the names. To compile one takes
    0.1 ms, so those of the usual sizes are written out."""

    def _constructor(fields, defaults):
        code = _codes.get(len(fields))
        if code is None:
            names = "".join(f" _{place}," for place in range(len(fields)))
            code = _codes[len(fields)] = eval(f"lambda _cls,{names}: _new(_cls, ({names}))").__code__  # noqa: S307 numbers alone are in it
        named = code.replace(co_varnames=("_cls", *fields), co_name="__new__")
        function = type(_constructor)(named, {"_new": tuple.__new__, "__builtins__": {}}, "__new__", defaults)
        function.__qualname__ = "__new__"
        return function

    class _RecordType(type):
        """Turns the annotations of a class whose base is `NamedTuple` into fields."""

        def __new__(cls, name, bases, namespace):
            namespace["__slots__"] = ()
            fields = tuple(namespace.get("__annotations__", ()))
            if not bases or NamedTuple not in bases:  # the first of all, or a record that only gets more methods
                return type.__new__(cls, name, bases or (tuple,), namespace)
            defaults = {field: namespace[field] for field in fields if field in namespace}
            if tuple(defaults) != fields[len(fields) - len(defaults) :]:
                raise TypeError(f"a field of {name} without a default follows one with a default")
            for place, field in enumerate(fields):
                if field[0] == "_":
                    raise ValueError(f"a field of {name} begins with an underscore: {field}")
                namespace[field] = _tuplegetter(place, "")
            namespace["_fields"] = namespace["__match_args__"] = fields
            namespace["_field_defaults"] = defaults
            namespace["__new__"] = _constructor(fields, tuple(defaults.values()))
            return type.__new__(cls, name, (NamedTuple,), namespace)

    class NamedTuple(metaclass=_RecordType):
        """A tuple whose elements have names."""

        @classmethod
        def _make(cls, iterable):
            made = tuple.__new__(cls, iterable)
            if len(made) != len(cls._fields):
                raise TypeError(f"{cls.__name__} has {len(cls._fields)} fields, not {len(made)}")
            return made

        def _replace(self, /, **changes):
            made = tuple.__new__(type(self), map(changes.pop, self._fields, self))
            if changes:
                raise ValueError(f"{type(self).__name__} has no field {', '.join(map(repr, changes))}")
            return made

        __replace__ = _replace  # for copy.replace, from Python 3.13 on

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self):
            inside = ", ".join(f"{field}={value!r}" for field, value in zip(self._fields, self, strict=True))
            return f"{type(self).__name__}({inside})"

        def __getnewargs__(self):
            return tuple(self)

    class Generic:
        """Only for the checker: `Generic[T]` and `Record[T]` are what they would be without the brackets."""

        __slots__ = ()

        def __class_getitem__(cls, _):
            return cls

    def TypeVar(name, **_):  # noqa: N802 it stands for the class of that name
        """Only for the checker."""
        return name
