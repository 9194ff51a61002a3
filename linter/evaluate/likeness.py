"""Which values are alike: made of the same parts, so that what holds for one holds for the other."""

from __future__ import annotations

from linter.evaluate.values import Closure, Instance, Value
from linter.resolve.definitions import Class

_DEPTH = 4


def likeness(value: Value, depth: int = 0) -> object:
    """A key that values have in common when they are alike; of what cannot be told, each is its own.

    A key holds identities: keep the value alive as long as the key is used.
    """
    if value is None or isinstance(value, (str, int, float, bytes)):
        return type(value), value
    if isinstance(value, Class):
        return id(value)
    if isinstance(value, Closure):
        return id(value.function), id(value.frame), id(value.receiver)
    if depth < _DEPTH:
        if isinstance(value, (list, tuple)):
            return type(value), tuple([likeness(each, depth + 1) for each in value])
        if isinstance(value, Instance):
            fields = [(name, likeness(each, depth + 1)) for name, each in value.fields.items()]
            return id(value.cls), id(value.frame), tuple(sorted(fields, key=lambda field: field[0]))
    return id(value)
