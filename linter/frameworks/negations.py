"""Queries that say of their rows only what they are not: `exclude(state="done")`, `state != "done"`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from linter.backend import Function
from linter.facts.expressions import Constant, Expr, Operation, Ref, Result
from linter.facts.scopes import Call
from linter.facts.sql import Trait
from linter.frameworks.lookup_queries import Found, LookupReader
from linter.frameworks.query_chains import Chain
from linter.resolve.definitions import Definition
from linter.schema.model import Model

ColumnOf: TypeAlias = Callable[[Expr], tuple[str, str] | None]
"""The table and column that an expression names."""

_EQUAL = frozenset({"=", "in"})
_NOT_IN = frozenset({"not_in", "notin_"})


def excluding(reader: LookupReader, function: Function, chain: Chain, model: Model) -> Iterator[Trait]:
    """A `negated` for a query whose only conditions are `exclude(column=value)`."""
    columns: list[str] = []
    for link in chain.links:
        call = link.call
        if link.name != "exclude":
            if link.name in ("filter", "get") and (call.args or call.keywords):
                return
            continue
        found = Found(model)
        reader.conditions(function, call, found, frozenset())
        known = [each for each in found.predicates if each.operator in _EQUAL and each.table == model.table]
        if call.args or not known or len(known) != len(call.keywords) or len(found.by_table) != 1:
            return
        columns += [each.column for each in known]
    if columns:
        yield Trait("negated", model.table, columns[0], "exclude()")


def differing(holder: Definition, conditions: Iterable[Expr], column_of: ColumnOf) -> Iterator[Trait]:
    """A `negated` for conditions of SQLAlchemy that all are `column != value` or `column.not_in([…])`."""
    found = [_negated(holder, each, column_of) for each in conditions]
    if found and found[0] is not None and None not in found:
        yield found[0]


def _negated(holder: Definition, condition: Expr, column_of: ColumnOf) -> Trait | None:
    match condition:
        case Operation(operator="!=", operands=(left, right)):
            compared, value, operator = left, right, "!="
        case Operation(operator="~", operands=(Result(call=index),)):
            call = holder.scope.calls[index]
            if call.last_name != "in_" or len(call.args) != 1:
                return None
            compared, value, operator = _receiver(call), call.args[0], "~in_()"
        case Result(call=index):
            call = holder.scope.calls[index]
            if call.last_name not in _NOT_IN or len(call.args) != 1:
                return None
            compared, value, operator = _receiver(call), call.args[0], f"{call.last_name}()"
        case _:
            return None
    column = column_of(compared)
    # What a call gives may be a query, and NULL is compared by IS.
    is_value = not isinstance(value, Result) and value != Constant(None) and column_of(value) is None
    return Trait("negated", *column, operator) if column is not None and is_value else None


def _receiver(call: Call) -> Expr:
    return Ref(call.callee.name.rpartition(".")[0]) if isinstance(call.callee, Ref) else Constant(None)
