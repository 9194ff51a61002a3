"""Expressions as facts: what remains of a Python expression once its names are resolved.

References are strings with one leading mark that says where the root of the name is bound:

    `requests.get`      absolute: the root was imported, or is a builtin
    `.models.User`      relative import, as many dots as in the source
    `:router.get`       bound at the top level of this module
    `$session.execute`  bound in the enclosing function: parameter or local variable
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias, Union

import msgspec


class Constant(msgspec.Struct, tag=1, array_like=True, gc=False):
    """A literal. Integers beyond 64 bits are kept as hexadecimal text, bytes as `Binary`."""

    value: str | int | float | bool | None


class Binary(msgspec.Struct, tag=13, array_like=True, gc=False):
    """A bytes literal."""

    value: bytes


class Ref(msgspec.Struct, tag=2, array_like=True, gc=False):
    """A dotted name with its binding mark; see the module docstring."""

    name: str


class Attr(msgspec.Struct, tag=3, array_like=True):
    """An attribute of something that is not a plain name, such as a call's result."""

    base: Expr
    name: str


class Item(msgspec.Struct, tag=4, array_like=True):
    """A subscript: `base[key]`."""

    base: Expr
    key: Expr


class Result(msgspec.Struct, tag=5, array_like=True, gc=False):
    """The value of a call: an index into `Scope.calls` of the same scope."""

    call: int


class Template(msgspec.Struct, tag=6, array_like=True):
    """An f-string or t-string: constant pieces and holes in order.

    `quoted` are the positions of holes that are written as `repr` does (`!r`, `!a`).
    """

    parts: tuple[Expr, ...]
    quoted: tuple[int, ...] = ()


class Operation(msgspec.Struct, tag=7, array_like=True):
    """An operator applied to operands.

    `operator` is the Python spelling (`+`, `and`, `not`, `==`, `not in`, `await`, `yield`,
    `lambda`, `:` for a slice, `:=`), and `<` to `==` chains are one `and` of pairs. A lambda's operands
    are its body and a tuple of its parameters; `yield from x` yields a `Starred`.
    """

    operator: str
    operands: tuple[Expr, ...]


class Sequence(msgspec.Struct, tag=8, array_like=True):
    """A list, tuple or set display. `kind` is `list`, `tuple` or `set`."""

    kind: str
    items: tuple[Expr, ...]


class Mapping(msgspec.Struct, tag=9, array_like=True):
    """A dict display. A `None` key stands for `**value`."""

    keys: tuple[Expr | None, ...]
    values: tuple[Expr, ...]


class Choice(msgspec.Struct, tag=10, array_like=True):
    """A conditional expression: `then if test else otherwise`."""

    test: Expr
    then: Expr
    otherwise: Expr


class Starred(msgspec.Struct, tag=11, array_like=True):
    """`*value` in a call, display or target."""

    value: Expr


class Comprehension(msgspec.Struct, tag=12, array_like=True):
    """A comprehension or generator expression.

    `kind` is `list`, `set`, `dict` or `generator`. A dict comprehension's element is a pair.
    """

    kind: str
    element: Expr
    targets: tuple[Expr, ...]
    sources: tuple[Expr, ...]
    conditions: tuple[Expr, ...]


Expr: TypeAlias = Union[
    Constant,
    Binary,
    Ref,
    Attr,
    Item,
    Result,
    Template,
    Operation,
    Sequence,
    Mapping,
    Choice,
    Starred,
    Comprehension,
]


def _mapped(expr: Mapping) -> tuple[Expr, ...]:
    return (*[key for key in expr.keys if key is not None], *expr.values)


# A tree is walked more often than anything else is done: its kinds are told apart by one look-up.
_CHILDREN: dict[type[object], Callable[[Any], tuple[Expr, ...]]] = {
    Attr: lambda expr: (expr.base,),
    Item: lambda expr: (expr.base, expr.key),
    Template: lambda expr: expr.parts,
    Operation: lambda expr: expr.operands,
    Sequence: lambda expr: expr.items,
    Mapping: _mapped,
    Choice: lambda expr: (expr.test, expr.then, expr.otherwise),
    Starred: lambda expr: (expr.value,),
    Comprehension: lambda expr: (expr.element, *expr.targets, *expr.sources, *expr.conditions),
}


def children(expr: Expr) -> tuple[Expr, ...]:
    """The direct sub-expressions of `expr`, in source order. Calls are not entered."""
    inside = _CHILDREN.get(type(expr))
    return () if inside is None else inside(expr)


def walk(expr: Expr) -> Iterator[Expr]:
    """`expr` and everything inside it, outermost first. Calls are not entered."""
    stack = [expr]
    while stack:
        expr = stack.pop()
        yield expr
        inside = _CHILDREN.get(type(expr))
        if inside is not None:
            stack.extend(reversed(inside(expr)))


def text_of(expr: Expr | None) -> str | None:
    """The string that `expr` is known to be, or None. Adjacent constants and `+` are folded."""
    match expr:
        case Constant(value=str(value)):
            return value
        case Operation(operator="+", operands=operands):
            parts = [text_of(operand) for operand in operands]
            return None if None in parts else "".join(part for part in parts if part is not None)
        case Template(parts=parts):
            texts = [text_of(part) for part in parts]
            return None if None in texts else "".join(text for text in texts if text is not None)
        case _:
            return None
