"""Queries that Python code spells in SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, cast

from linter.backend import Function, Query, Statement, Table

_KINDS = frozenset({"select", "insert", "update", "delete"})
_USING_AN_INDEX = frozenset({"=", "<", "<=", ">", ">=", "in", "between", "like"})
_LOOPS = frozenset({"for", "while", "comprehension"})


def queries(statements: Iterable[Statement], tables: Mapping[str, Table]) -> list[Query]:
    """One query for the main table of each statement, and one for each other table that it filters."""
    found: list[Query] = []
    for statement in statements:
        facts, function = statement.facts, statement.function
        if facts.kind not in _KINDS or function is None or not facts.understood:
            continue
        filters: dict[str, list[str]] = {facts.tables[0]: []} if facts.tables else {}
        for each in facts.predicates:
            leading = each.pattern is not None and each.pattern[:1] in ("%", "_")
            if each.table and each.operator in _USING_AN_INDEX and not each.wrapped and not leading:
                filters.setdefault(each.table, []).append(each.column)
        kind = cast(Literal["select", "insert", "update", "delete"], facts.kind)
        for position, (table, columns) in enumerate(filters.items()):
            known = tables.get(table)
            order = facts.order if position == 0 else ()
            found.append(
                Query(
                    table=table,
                    kind=kind if position == 0 else "select",
                    filters=tuple(dict.fromkeys(columns)),
                    order=tuple(name for name in order if known is None or name in known.columns),
                    bounded=facts.bounded or kind != "select",
                    in_loop=_in_loop(function, facts.scope, facts.call),
                    location=statement.location,
                    function=function,
                    calls=(facts.call,) if function.index == facts.scope and facts.call >= 0 else (),
                    predicates=tuple(each for each in facts.predicates if each.table == table),
                )
            )
    return found


def _in_loop(function: Function, scope: int, call: int) -> bool:
    if function.index != scope or call < 0:
        return False
    block = function.scope.calls[call].block
    while block:
        if function.scope.blocks[block].kind in _LOOPS:
            return True
        block = function.scope.blocks[block].parent
    return False
