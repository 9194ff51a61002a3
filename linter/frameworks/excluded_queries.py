"""`NOT IN (SELECT …)` by keyword lookups: `exclude(id__in=Other.objects.values("x"))`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

from linter.backend import Function
from linter.facts.expressions import Attr, Expr, Operation, Result, text_of
from linter.facts.scopes import Call
from linter.facts.sql import Trait
from linter.frameworks.lookup_queries import LookupReader
from linter.frameworks.query_chains import last_name
from linter.resolve.definitions import Definition
from linter.resolve.values import Value, Values
from linter.schema.model import Model

_LONGEST = 50
_FILTERS = frozenset({"filter", "exclude"})
_VALUES = frozenset({"values", "values_list"})
_PLAIN = _FILTERS | _VALUES | {"all", "distinct", "order_by", "select_related", "using", "using_db"}
"""Methods of an inner query that tell which of its rows and columns remain."""


class Root(NamedTuple):
    """The model that a call begins a query on; `plain` says that the query begins with all rows."""

    model: Model
    plain: bool


RootOf: TypeAlias = Callable[[Function, Call], "Root | None"]
"""The beginning of a query that a call may be."""


def not_in_traits(
    reader: LookupReader, function: Function, call: Call, model: Model, root_of: RootOf
) -> Iterator[Trait]:
    """A `not-in-query` for each condition of `filter(…)` or `exclude(…)` that nothing else softens.

    `exclude(a__in=…, b=1)` still gives the rows whose `b` is another, so it is left aside.
    """
    for name, value, lookup in _negated(function, call):
        path = name.split("__")
        if path[-1] == lookup and _is_to_one(reader, model, path[:-1]):
            looked_through = _column(reader, function, value, root_of)
            if looked_through is not None:
                yield Trait("not-in-query", *looked_through)


def _negated(function: Function, call: Call) -> Iterator[tuple[str, Expr, str]]:
    """Keywords that stand for a negated condition: name, value and the lookup that it would end in."""
    if last_name(call.callee) == "exclude":
        if len(call.args) + len(call.keywords) == 1:
            sole = call.keywords or _sole_keyword(function, call.args[0])
            yield from ((name, value, "in") for name, value in sole)
        return
    yield from ((name, value, "not_in") for name, value in call.keywords)
    waiting = list(call.args)
    while waiting:
        each = waiting.pop()
        if isinstance(each, Operation) and each.operator == "&":
            waiting += each.operands
        elif isinstance(each, Operation) and each.operator == "~":
            yield from ((name, value, "in") for name, value in _sole_keyword(function, each.operands[0]))


def _sole_keyword(function: Definition, expr: Expr) -> tuple[tuple[str, Expr], ...]:
    """What `Q(name=value)` compares; nothing for a `Q` of more or of less."""
    call = function.scope.calls[expr.call] if isinstance(expr, Result) else None
    is_sole = call is not None and last_name(call.callee) == "Q" and not call.args and len(call.keywords) == 1
    return call.keywords if call is not None and is_sole else ()


def _is_to_one(reader: LookupReader, model: Model, path: list[str]) -> bool:
    """Whether a path leads over foreign keys only; what has many rows is asked for by EXISTS."""
    current: Model | None = model
    for position, part in enumerate(path):
        owner = None if current is None else reader.owner(current, part)
        if owner is None:
            return False
        relation = owner.relations.get(part)
        if relation is None:
            return position == len(path) - 1
        if not relation.forward or not relation.column:
            return False
        current = reader.models.get(relation.model)
    return bool(path)


def _column(reader: LookupReader, function: Function, value: Expr, root_of: RootOf) -> tuple[str, str] | None:
    """Table and column that an inner query gives, where nothing in the query speaks of the column."""
    holder, calls = _calls(reader, function, value)
    if (
        not calls
        or not isinstance(holder, Function)
        or any(last_name(each.callee) not in _PLAIN for each in calls)
    ):
        return None
    root = root_of(holder, calls[-1])
    given = [each for each in calls if last_name(each.callee) in _VALUES]
    if root is None or not root.plain or len(given) != 1 or len(given[0].args) != 1:
        return None
    name = text_of(given[0].args[0])
    column = root.model.columns.get(name or "")
    if column is None or any(key != "flat" for key, _ in given[0].keywords):
        return None
    for each in calls:
        if last_name(each.callee) in _FILTERS and _speaks_of(holder, each, root.model, column):
            return None
    return root.model.table, column


def _calls(reader: LookupReader, function: Function, value: Expr) -> tuple[Definition, list[Call]]:
    """The calls that make a query, the last first, behind a name that is assigned once and `Subquery(…)`."""
    found = Values(reader.backend.project).follow(Value(function, value))
    holder, expr = found.holder, found.expr
    calls: list[Call] = []
    while isinstance(expr, Result) and len(calls) < _LONGEST:
        call = holder.scope.calls[expr.call]
        if not calls and last_name(call.callee) == "Subquery" and call.args:
            expr = call.args[0]
            continue
        calls.append(call)
        expr = call.callee.base if isinstance(call.callee, Attr) else call.callee
    return holder, calls


def _speaks_of(holder: Definition, call: Call, model: Model, column: str) -> bool:
    """Whether a condition names a column, or may do so where it cannot be read."""
    waiting: list[Expr] = list(call.args)
    names = [name for name, _ in call.keywords]
    while waiting:
        each = waiting.pop()
        inner = holder.scope.calls[each.call] if isinstance(each, Result) else None
        if isinstance(each, Operation) and each.operator in ("&", "|", "~"):
            waiting += each.operands
        elif inner is not None and last_name(inner.callee) == "Q":
            waiting += inner.args
            names += [name for name, _ in inner.keywords]
        else:
            return True
    for name in names:
        first = name.partition("__")[0]
        relation = model.relations.get(first)
        if model.columns.get(first) == column or (relation is not None and relation.column == column):
            return True
        if name == "**":
            return True
    return False
