"""Shapes of queries and of rights that rules speak of: what a statement does beside its tables.

Imports sqlglot, as `sql_queries` does. Nothing here recurses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlglot import exp

from linter.extract.sql_names import Names
from linter.extract.sql_predicates import column_name
from linter.extract.sql_shapes import (
    concatenations,
    constant_conditions,
    mixed_positions,
    set_operation,
    useless_distinct,
)
from linter.facts.sql import Trait
from linter.parse.sql_clean import is_hole

_COMPARED = (exp.EQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In, exp.Between)
_RANDOM = frozenset({"NEWID", "RANDOM", "RAND", "GEN_RANDOM_UUID"})


def query_traits(root: exp.Expr) -> tuple[Trait, ...]:
    """The traits of a query, the same one once; `root` is its whole tree."""
    found: list[Trait] = []
    names = Names(root)
    for node in root.walk():
        reader = _READERS.get(type(node))
        if reader is not None:
            found += reader(node, names)
    return tuple(dict.fromkeys([*found, *names.traits()]))


def _of_column(node: exp.Column, names: Names) -> tuple[Trait, ...]:
    names.columns.append(node)
    return ()


def _of_with(node: exp.With, names: Names) -> tuple[Trait, ...]:
    names.withs.append(node)
    return ()


def _of_select(node: exp.Select, names: Names) -> Iterator[Trait]:
    names.selects.append(node)
    is_outermost = node is names.root
    yield from _unordered(node, is_outermost=is_outermost)
    yield from _only_negated(node, is_outermost=is_outermost)
    yield from _unjoined(node)
    yield from useless_distinct(node)


def _of_clause(node: exp.Expr, names: Names) -> Iterator[Trait]:
    yield from _conditions(node.this)
    yield from _alternatives(node.this)
    yield from constant_conditions(node.this, is_join=False)


def _of_join(node: exp.Join, names: Names) -> Iterator[Trait]:
    on = node.args.get("on")
    if isinstance(on, exp.Expr):
        yield from _conditions(on)
        yield from constant_conditions(on, is_join=True)


def _of_order(node: exp.Order, names: Names) -> Iterator[Trait]:
    yield from _random(node)
    yield from mixed_positions(node)


def _of_offset(node: exp.Offset, names: Names) -> Iterator[Trait]:
    if not _is_zero(node.expression):
        yield Trait("offset")


def _conditions(condition: exp.Expr) -> Iterator[Trait]:
    """Comparisons that hold for no row, among those that AND, OR and NOT join."""
    waiting = [condition]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (exp.And, exp.Or)):
            waiting += [node.right, node.left]
        elif isinstance(node, exp.Paren):
            waiting.append(node.this)
        elif isinstance(node, exp.Not):
            yield from _negated(node.this)
            waiting.append(node.this)
        elif isinstance(node, (exp.EQ, exp.NEQ)) and isinstance(node.left, exp.Column):
            if isinstance(node.right, exp.Null):
                operator = "=" if isinstance(node, exp.EQ) else "<>"
                yield Trait("null-comparison", "", column_name(node.left), operator)


def _alternatives(condition: exp.Expr) -> Iterator[Trait]:
    """Each OR that rows must satisfy whose parts compare one column each with something that has none."""
    waiting = [condition]
    while waiting:
        node = waiting.pop()
        if isinstance(node, exp.Paren):
            waiting.append(node.this)
        elif isinstance(node, exp.And):
            waiting += [node.right, node.left]
        elif isinstance(node, exp.Or):
            parts = [part.unnest() for part in node.flatten()]
            columns = [list(part.find_all(exp.Column)) for part in parts]
            if all(isinstance(part, _COMPARED) for part in parts) and all(len(each) == 1 for each in columns):
                names = dict.fromkeys(column_name(each[0]) for each in columns)
                if len(names) > 1:
                    yield Trait("either", detail=", ".join(names))


def _only_negated(select: exp.Select, *, is_outermost: bool) -> Iterator[Trait]:
    """A query of one table that says only what its rows are not: `WHERE state <> 'done'`."""
    where = select.args.get("where")
    if not is_outermost or not isinstance(where, exp.Where) or select.args.get("joins"):
        return
    waiting, columns = [where.this], []
    while waiting:
        node = waiting.pop().unnest()
        if isinstance(node, exp.And):
            waiting += [node.right, node.left]
            continue
        is_not = isinstance(node, exp.Not)
        inner = node.this.unnest() if is_not else node
        is_list = isinstance(inner, exp.In) and inner.args.get("query") is None
        compares = isinstance(inner, exp.EQ) or is_list if is_not else isinstance(inner, exp.NEQ)
        column = inner.this if compares else None
        rest = [each for each in inner.find_all(exp.Column) if each is not column]
        if not isinstance(column, exp.Column) or rest or inner.find(exp.Null, exp.Query):
            return
        columns.append((column_name(column), "NOT IN" if is_list else "<>"))
    if columns:
        yield Trait("negated", "", *columns[0])


def _negated(node: exp.Expr) -> Iterator[Trait]:
    """`NOT IN (SELECT column FROM table …)`, when nothing in the query leaves NULL out."""
    query = node.args.get("query") if isinstance(node, exp.In) else None
    select = query.unnest() if isinstance(query, exp.Subquery) else query
    if not isinstance(select, exp.Select) or select.args.get("joins") or len(select.expressions) != 1:
        return
    source = select.args.get("from_")
    table = source.this if isinstance(source, exp.From) else None
    column = select.expressions[0].unalias()
    if not isinstance(table, exp.Table) or not isinstance(column, exp.Column):
        return
    where = select.args.get("where")
    mentioned = where.find_all(exp.Column) if isinstance(where, exp.Where) else ()
    # Any condition on the column leaves NULL out, but for IS NULL, which nobody writes here.
    if all(column_name(each) != column_name(column) for each in mentioned):
        yield Trait("not-in-query", ".".join(part.name for part in table.parts), column_name(column))


def _random(order: exp.Order) -> Iterator[Trait]:
    for each in order.expressions:
        by = each.this if isinstance(each, exp.Ordered) else each
        if isinstance(by, (exp.Rand, exp.Uuid)) or (
            isinstance(by, exp.Anonymous) and by.name.upper() in _RANDOM
        ):
            yield Trait("random-order")


def _unnamed_columns(insert: exp.Insert) -> Iterator[Trait]:
    """`INSERT INTO orders VALUES (…)`: what goes where is the order in which the columns were made."""
    target, source = insert.this, insert.expression
    values = source if isinstance(source, exp.Values) else None
    if isinstance(target, exp.Table) and values is not None and not is_hole(target.name):
        if not any(is_hole(each.name) for each in values.find_all(exp.Column)):
            yield Trait("unnamed-columns", ".".join(part.name for part in target.parts))


def _is_zero(value: exp.Expr | None) -> bool:
    return isinstance(value, exp.Literal) and value.name == "0"


def _unordered(select: exp.Select, *, is_outermost: bool) -> Iterator[Trait]:
    """A result that is cut off at a number of rows without an order."""
    limit = select.args.get("limit")
    if not is_outermost or limit is None or select.args.get("order") or not select.args.get("from_"):
        return
    # One row of aggregates has no order; constants say only whether there is a row.
    if all(each.find(exp.AggFunc) or not each.find(exp.Column, exp.Star) for each in select.expressions):
        return
    most = limit.args.get("expression") or limit.args.get("count")
    detail = most.name if isinstance(most, exp.Literal) else ""
    yield Trait("unordered-limit", detail=detail)


def _unjoined(select: exp.Select) -> Iterator[Trait]:
    """A table whose rows are paired with all rows of the others, for no condition speaks of it.

    Only when every column of the conditions says which table it is of.
    """
    source, joins = select.args.get("from_"), select.args.get("joins") or []
    if not isinstance(source, exp.From) or not joins or select.args.get("laterals"):
        return
    sources = [source.this, *(join.this for join in joins)]
    if not all(isinstance(each, exp.Table) and isinstance(each.this, exp.Identifier) for each in sources):
        return
    names = [each.alias_or_name.lower() for each in sources]
    if any(is_hole(name) for name in names) or any(_is_meant(join) for join in joins):
        return
    conditions = [join.args["on"] for join in joins if isinstance(join.args.get("on"), exp.Expr)]
    where = select.args.get("where")
    conditions += [where.this] if isinstance(where, exp.Where) else []
    columns = [column for condition in conditions for column in condition.find_all(exp.Column)]
    if any(not column.table or is_hole(column.name) for column in columns):
        return
    spoken = {column.table.lower() for column in columns}
    for name, table in zip(names, sources, strict=True):
        if name not in spoken:
            yield Trait("unjoined", table.name, name)


def _is_meant(join: exp.Join) -> bool:
    """Whether a join says itself that it pairs all rows, or how it pairs them."""
    if join.args.get("using") or join.args.get("method") or join.kind.upper() == "CROSS":
        return True
    return isinstance(join.args.get("on"), (exp.Boolean, exp.Literal))


_READERS: dict[type[exp.Expr], Callable[[Any, Names], Iterable[Trait]]] = {
    exp.Column: _of_column,
    exp.Select: _of_select,
    exp.Where: _of_clause,
    exp.Having: _of_clause,
    exp.Qualify: _of_clause,
    exp.Join: _of_join,
    exp.Order: _of_order,
    exp.Group: lambda node, _: mixed_positions(node),
    exp.Offset: _of_offset,
    exp.Insert: lambda node, _: _unnamed_columns(node),
    exp.Union: lambda node, _: set_operation(node),
    exp.Except: lambda node, _: set_operation(node),
    exp.Intersect: lambda node, _: set_operation(node),
    exp.With: _of_with,
    exp.DPipe: concatenations,
}
"""What reads a part of a query, by its exact type: most nodes of a tree are none of these."""
