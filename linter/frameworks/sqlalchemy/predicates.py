"""What SQLAlchemy's comparisons are in SQL: which operator compares a column, and what is put around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from linter.facts.expressions import Attr, Expr, Operation, Ref, Result, Template, text_of, walk
from linter.facts.scopes import Call
from linter.facts.sql import Predicate
from linter.frameworks.query_chains import Chain, last_name
from linter.resolve.definitions import Definition

ColumnOf: TypeAlias = Callable[[Expr], tuple[str, str] | None]
"""The table and column that an expression names."""

_METHODS = {
    "__eq__": "=",
    "in_": "in",
    "between": "between",
    "like": "like",
    "ilike": "ilike",
    "startswith": "like",
    "endswith": "like",
    "contains": "like",
    "istartswith": "ilike",
    "iendswith": "ilike",
    "icontains": "ilike",
    "is_": "is",
}
_BEGIN_OPEN = frozenset({"endswith", "contains", "iendswith", "icontains"})
_OPERATORS = {"==": "="}
_FLIPPED = {">": "<", ">=": "<=", "<": ">", "<=": ">="}
_WRAPPERS = frozenset({"cast", "collate", "extract"})
_RANDOM = frozenset({"random", "rand", "newid", "gen_random_uuid"})
_MOST = 40
_LONGEST = 50


def predicate(
    holder: Definition, operator: str, left: Expr, right: Expr | None, column_of: ColumnOf
) -> Predicate | None:
    """The comparison of a column, whichever side it stands on; None when neither side is one."""
    spelled = _METHODS.get(operator) or _OPERATORS.get(operator) or operator
    if spelled[0].isalpha() and operator not in _METHODS:
        return None
    wrapped = ""
    column = column_of(left)
    if column is None:
        column, wrapped = _wrapped(holder, left, column_of)
    if column is None and right is not None and not operator[0].isalpha():
        column, right = column_of(right), left
        spelled = _FLIPPED.get(spelled, spelled)
    if column is None or (right is not None and column_of(right) is not None):
        return None
    pattern = _pattern(operator, right) if spelled in ("like", "ilike") else None
    return Predicate(*column, spelled, wrapped, pattern)


def _wrapped(holder: Definition, expr: Expr, column_of: ColumnOf) -> tuple[tuple[str, str] | None, str]:
    """The column inside `func.lower(column)`, `cast(column, …)`, `column.collate(…)` and the like."""
    if not isinstance(expr, Result):
        return None, ""
    call = holder.scope.calls[expr.call]
    name = last_name(call.callee)
    if name in ("cast", "collate") and isinstance(call.callee, Ref):
        column = column_of(Ref(call.callee.name.rpartition(".")[0]))
        if column is not None:
            return column, name
    if not _is_function(call, name):
        return None, ""
    found = [column for column in map(column_of, call.args) if column is not None]
    return (found[0], name) if len(found) == 1 else (None, "")


def _is_function(call: Call, name: str) -> bool:
    """Whether a call is one of SQL: `func.name(…)`, `cast(…)` or `extract(…)`."""
    callee = call.callee
    if isinstance(callee, Attr) or not isinstance(callee, Ref):
        return False
    receiver = callee.name.rpartition(".")[0].rpartition(".")[2].lstrip(":$")
    return receiver == "func" or (name in _WRAPPERS and not callee.name.startswith(("$", ":")))


def _pattern(operator: str, right: Expr | None) -> str | None:
    """The pattern as far as it is known, `…` for the rest; None when its beginning is not."""
    if right is None:
        return None
    if operator in _BEGIN_OPEN:
        return f"%{_shown(right)}" + ("%" if "contains" in operator else "")
    if operator in ("startswith", "istartswith"):
        return f"{_shown(right)}%"
    if isinstance(right, Operation) and right.operator == "+" and right.operands:
        first = text_of(right.operands[0])
        return None if not first else f"{first}…"
    if isinstance(right, Template) and right.parts:
        parts = [text_of(part) or "…" for part in right.parts]
        return "".join(parts)[:_MOST]
    return text_of(right)


def _shown(expr: Expr) -> str:
    text = text_of(expr)
    return "…" if text is None or len(text) > _MOST else text


def sorts_by_chance(holder: Definition, chain: Chain) -> bool:
    """Whether a query sorts by a random number of the server."""
    for link in chain.named("order_by"):
        for argument in link.call.args:
            if isinstance(argument, Result):
                call = holder.scope.calls[argument.call]
                name = last_name(call.callee)
                if name.lower() in _RANDOM and _is_function(call, name):
                    return True
    return False


def excluded_column(holder: Definition, condition: Expr, column_of: ColumnOf) -> tuple[str, str] | None:
    """The column inside `column.not_in(select(other))`, where nothing in the inner query speaks of it."""
    if (
        isinstance(condition, Operation)
        and condition.operator == "~"
        and isinstance(condition.operands[0], Result)
    ):
        call, names = holder.scope.calls[condition.operands[0].call], frozenset({"in_"})
    elif isinstance(condition, Result):
        call, names = holder.scope.calls[condition.call], frozenset({"not_in", "notin_"})
    else:
        return None
    if call.last_name not in names or len(call.args) != 1:
        return None
    inner: Expr = call.args[0]
    links: list[Call] = []
    while isinstance(inner, Result) and len(links) < _LONGEST:
        links.append(holder.scope.calls[inner.call])
        inner = getattr(links[-1].callee, "base", inner) if isinstance(links[-1].callee, Attr) else Ref("")
    if not links or links[-1].last_name != "select" or len(links[-1].args) != 1:
        return None
    column = links[-1].args[0]
    is_plain = all(link.last_name in ("where", "filter", "distinct") for link in links[:-1])
    if not isinstance(column, Ref) or not is_plain or _speaks_of(holder, links[:-1], column.name):
        return None
    return column_of(column)


def _speaks_of(holder: Definition, links: list[Call], name: str) -> bool:
    """Whether an argument of some calls names a column, or calls something on it."""
    pending = [argument for link in links for argument in link.args]
    while pending:
        for each in walk(pending.pop()):
            if isinstance(each, Ref) and (each.name == name or each.name.startswith(name + ".")):
                return True
            if isinstance(each, Result):
                call = holder.scope.calls[each.call]
                pending += [call.callee, *call.args]
    return False
