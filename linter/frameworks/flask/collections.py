"""The items of collections in the code that sets a Flask application up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from linter.facts.expressions import (
    Attr,
    Comprehension,
    Constant,
    Expr,
    Mapping,
    Operation,
    Ref,
    Result,
    Sequence,
    Starred,
)
from linter.facts.scopes import Call
from linter.frameworks.flask.scenes import Value, receiver

if TYPE_CHECKING:
    from linter.frameworks.flask.setup import Setup

_DEPTH = 12
_NESTED = 30
"""Collections that are read while another one is."""


class Collections:
    """Reads lists, tuples, sets, dicts and comprehensions for a `Setup`."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._open: set[int] = set()
        """Comprehensions that are being read."""
        self._nested = 0

    def is_open(self, expr: Expr | None) -> bool:
        """Whether an expression is a comprehension whose items are being read."""
        return id(expr) in self._open

    def items(self, value: Value, depth: int = 0) -> list[Value] | None:
        """The items of a list, tuple, set, comprehension or dict; None when they are not known."""
        if value.parts is not None:
            return list(value.parts)
        if depth > _DEPTH or self._nested >= _NESTED:
            return None
        self._nested += 1
        try:
            read = [self._items_of(leaf, depth) for leaf in self._setup.leaves(value)]
        finally:
            self._nested -= 1
        known = [items for items in read if items is not None]
        return [item for items in known for item in items] if known else None

    def _items_of(self, leaf: Value, depth: int) -> list[Value] | None:
        if leaf.parts is not None:
            return list(leaf.parts)
        match leaf.expr:
            case Sequence(items=items):
                return self.expanded(leaf, items, depth)
            case Mapping(keys=keys):
                return [leaf.beside(key) for key in keys if key is not None]
            case Operation(operator="+", operands=operands):
                sums = [self.items(leaf.beside(each), depth + 1) for each in operands]
                return [item for each in sums for item in each or ()]
            case Comprehension(kind="list" | "set" | "generator"):
                return self._comprehended(leaf, leaf.expr)
            case Result(call=index):
                return self._items_of_call(leaf, leaf.holder.scope.calls[index], depth)
            case _:
                return None

    def expanded(self, value: Value, items: Iterable[Expr], depth: int = 0) -> list[Value]:
        """Expressions as values, `*more` spread out where its items are known."""
        found: list[Value] = []
        for item in items:
            if isinstance(item, Starred):
                found.extend(self.items(value.beside(item.value), depth + 1) or ())
            else:
                found.append(value.beside(item))
        return found

    def _comprehended(self, leaf: Value, expr: Comprehension) -> list[Value] | None:
        """The items of a comprehension; None for `rows = [row for row in rows]` while it is read itself."""
        if id(expr) in self._open:
            return None
        self._open.add(id(expr))
        try:
            scenes = [leaf.scene]
            for target, source in zip(expr.targets, expr.sources, strict=False):
                scenes = self._setup.turned(leaf.holder, target, source, scenes, -1)
        finally:
            self._open.discard(id(expr))
        return [Value(leaf.holder, expr.element, scene) for scene in scenes]

    def _items_of_call(self, leaf: Value, call: Call, depth: int) -> list[Value] | None:
        base = receiver(leaf, call)
        method = call.callee.name.rpartition(".")[2] if isinstance(call.callee, (Ref, Attr)) else ""
        if base is not None and method in ("items", "values", "keys"):
            return [
                pair
                for mapping in self._setup.leaves(base)
                if isinstance(mapping.expr, Mapping)
                for pair in _pairs(mapping, mapping.expr, method)
            ] or None
        if not call.args:
            return None
        first = self.items(leaf.beside(call.args[0]), depth + 1)
        if method in ("list", "tuple", "set", "sorted", "reversed", "frozenset", "iter"):
            return first
        if method == "enumerate" and first is not None:
            numbered = enumerate(first)
            return [_pair(item, (item.beside(Constant(number)), item)) for number, item in numbered]
        if method == "zip":
            columns = [self.items(leaf.beside(each), depth + 1) or [] for each in call.args]
            return [_pair(leaf, row) for row in zip(*columns, strict=False)]
        return None


def _pairs(value: Value, mapping: Mapping, method: str) -> Iterator[Value]:
    for key, item in zip(mapping.keys, mapping.values, strict=True):
        if key is None:
            continue
        if method == "items":
            yield _pair(value, (value.beside(key), value.beside(item)))
        else:
            yield value.beside(item if method == "values" else key)


def _pair(value: Value, parts: tuple[Value, ...]) -> Value:
    return Value(value.holder, Sequence("tuple", ()), value.scene, parts)
