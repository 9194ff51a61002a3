"""What a log record writes: the values in its message, arguments and extra fields, one by one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from linter.backend import LogCall
from linter.facts.expressions import (
    Attr,
    Choice,
    Constant,
    Expr,
    Item,
    Mapping,
    Operation,
    Ref,
    Result,
    Sequence,
    Starred,
    Template,
)
from linter.facts.scopes import Call

_CONTROLS = frozenset({"exc_info", "stack_info", "stacklevel", "level", "lvl"})
"""Keywords of a log call that steer the record and are not written."""

_SAME_TEXT = frozenset(
    {"str", "repr", "ascii", "format", "bytes", "dict", "list", "tuple", "dumps", "pformat"}
)
"""Callables that write their arguments out."""

_SAME_VALUE = frozenset(
    {"strip", "lstrip", "rstrip", "lower", "upper", "title", "decode", "encode", "copy", "items", "values"}
    | {"as_string", "to_dict"}
)
"""Methods whose result shows all of their receiver."""


class Written(NamedTuple):
    """A value that a record writes, under the `key` of its field, if it has one."""

    expr: Expr
    key: str = ""


def written(log: LogCall) -> Iterator[Written]:
    """Every value that a log call writes; texts that stand in the source are left out."""
    assert log.call is not None
    calls = log.function.scope.calls
    stack = [Written(value, key) for key, value in reversed(log.call.keywords) if key not in _CONTROLS]
    stack = [Written(each.expr) if each.key in ("extra", "**") else each for each in stack]
    stack.extend(Written(value) for value in reversed(log.call.args))
    while stack:
        current = stack.pop()
        inner = _inside(current, calls)
        if inner is None:
            yield current
        else:
            stack.extend(reversed(inner))


def _inside(current: Written, calls: tuple[Call, ...]) -> list[Written] | None:
    """What a value is put together from; None when it is written as it is."""
    key = current.key
    match current.expr:
        case Template(parts=parts):
            return [Written(part, key) for part in parts]
        case Operation(operator="%" | "+" | "or" | "and" | "await", operands=operands):
            return [Written(each, key) for each in operands]
        case Operation() | Constant():
            return []
        case Choice(then=then, otherwise=otherwise):
            return [Written(then, key), Written(otherwise, key)]
        case Starred(value=value):
            return [Written(value, key)]
        case Sequence(items=items):
            return [Written(item, key) for item in items]
        case Mapping(keys=keys, values=values):
            return [
                Written(
                    value, name.value if isinstance(name, Constant) and isinstance(name.value, str) else ""
                )
                for name, value in zip(keys, values, strict=True)
            ]
        case Result(call=index):
            return _through(calls[index], key)
        case _:
            return None


def _through(call: Call, key: str) -> list[Written] | None:
    """What a call writes out again; None when its result is a value of its own."""
    callee = call.callee
    if isinstance(callee, Attr):
        name, receiver = callee.name, callee.base
    elif isinstance(callee, Ref):
        head, _, last = callee.name.rpartition(".")
        name, receiver = last or callee.name, Ref(head) if len(head) > 1 else Constant("")
    else:
        return None
    if name in _SAME_VALUE:
        return [Written(receiver, key)]
    if name.lstrip(":$") in _SAME_TEXT:
        own = [Written(receiver, key)] if isinstance(receiver, (Operation, Template)) else []
        return own + [Written(value, key) for value in (*call.args, *(each for _, each in call.keywords))]
    return None


def item_key(expr: Expr, calls: tuple[Call, ...]) -> str | None:
    """The constant key of `x["key"]`, `x.get("key")` or `os.getenv("key")`; None for anything else."""
    if isinstance(expr, Item):
        return expr.key.value if isinstance(expr.key, Constant) and isinstance(expr.key.value, str) else None
    if isinstance(expr, Result):
        call = calls[expr.call]
        callee = call.callee
        name = callee.name if isinstance(callee, (Attr, Ref)) else ""
        first = call.args[0] if call.args else None
        if name.rpartition(".")[2] in ("get", "getenv", "pop", "getlist") and isinstance(first, Constant):
            return first.value if isinstance(first.value, str) else None
    return None
