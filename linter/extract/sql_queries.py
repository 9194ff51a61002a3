"""What a query reads and writes, from its tree.

Imports sqlglot, which is slow to load: import this module only when there is a query to read.
Trees of hostile text can be very deep, so nothing here recurses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sqlglot import exp

from linter.extract.sql_predicates import column_name, label, predicates_in
from linter.extract.sql_traits import query_traits
from linter.facts.sql import Predicate, Trait
from linter.parse.sql_clean import is_hole

_KINDS: tuple[tuple[type[exp.Expr], str], ...] = (
    (exp.Select, "select"),
    (exp.SetOperation, "select"),
    (exp.Values, "values"),
    (exp.Insert, "insert"),
    (exp.Update, "update"),
    (exp.Delete, "delete"),
    (exp.Merge, "merge"),
)
_SCOPES = (exp.Select, exp.SetOperation, exp.Insert, exp.Update, exp.Delete)


class Query(NamedTuple):
    """The fields of a `SqlStatement` that only a tree can fill."""

    kind: str
    tables: tuple[str, ...]
    predicates: tuple[Predicate, ...]
    order: tuple[str, ...]
    columns: tuple[str, ...]
    bounded: bool
    filtered: bool
    traits: tuple[Trait, ...]


def query_facts(root: exp.Expr, text: str) -> Query | None:
    """The facts of a tree, or None for a tree that is not one of a query: `text` parsed to it.

    `order`, `columns`, `bounded` and `filtered` are those of the outermost query, or the first of a
    UNION. `columns` are those read to make the result, or those written.
    """
    main = _unwrapped(root)
    kind = next((kind for type_, kind in _KINDS if isinstance(main, type_)), "")
    if not kind:
        return None
    first = _first(main)
    tables, predicates = _scopes(root, text)
    return Query(
        kind=kind,
        tables=tables,
        predicates=predicates,
        order=_order(main, text),
        columns=_columns(first),
        bounded=_is_bounded(main) or _is_bounded(root),
        filtered=first.args.get("where") is not None,
        traits=query_traits(root),
    )


def _unwrapped(node: exp.Expr) -> exp.Expr:
    while isinstance(node, (exp.Subquery, exp.Paren)):
        node = node.this
    return node


def _first(node: exp.Expr) -> exp.Expr:
    """The first member of a UNION; the node itself otherwise."""
    while isinstance(node, exp.SetOperation):
        node = _unwrapped(node.this)
    return node


def _is_bounded(node: exp.Expr) -> bool:
    """Whether a query has a limit, or answers with one row: `SELECT count(*) FROM orders`."""
    limit = node.args.get("limit")
    if limit is None:
        results = [each.unalias() for each in node.expressions] if isinstance(node, exp.Select) else []
        grouped = node.args.get("group") is not None
        return bool(results) and not grouped and all(isinstance(each, exp.AggFunc) for each in results)
    most = limit.args.get("expression")
    return not isinstance(most, exp.Null) and (most is None or most.name.upper() != "ALL")


def _order(node: exp.Expr, text: str) -> tuple[str, ...]:
    order = node.args.get("order")
    if order is None:
        return ()
    return tuple(label(_unwrapped_order(each), text) for each in order.expressions)


def _unwrapped_order(node: exp.Expr) -> exp.Expr:
    return _unwrapped(node.this) if isinstance(node, exp.Ordered) else node


def _columns(node: exp.Expr) -> tuple[str, ...]:
    if isinstance(node, exp.Insert):
        target = node.this
        listed = target.expressions if isinstance(target, exp.Schema) else []
        return tuple(column_name(each) for each in listed if isinstance(each, (exp.Identifier, exp.Column)))
    if isinstance(node, exp.Update):
        targets = [each.this for each in node.expressions if isinstance(each, exp.EQ)]
        return tuple(column_name(each) for each in targets if isinstance(each, exp.Column))
    if isinstance(node, exp.Select):
        return tuple(dict.fromkeys(_selected(node)))
    return ()


def _selected(select: exp.Select) -> Iterator[str]:
    """The columns that the result is made of; `*` for all, but not for the one in `count(*)`."""
    stack = list(reversed(select.expressions))
    while stack:
        node = stack.pop()
        if isinstance(node, exp.Star):
            yield "*"
        elif isinstance(node, exp.Column):
            name = "*" if isinstance(node.this, exp.Star) else column_name(node)
            if not is_hole(name):
                yield name
        elif not isinstance(node, (exp.Query, exp.Count)):
            stack += reversed(list(node.iter_expressions()))


class _Scope:
    """One SELECT, UPDATE, DELETE or INSERT without the queries inside it."""

    def __init__(self, node: exp.Expr, outer: Mapping[str, str], shadows: frozenset[str]) -> None:
        self.node = node
        self.outer = outer
        self.shadows = shadows | _with_names(node)
        self.tables: list[exp.Table] = []
        self.derived: list[str] = []
        self.joins: list[exp.Join] = []
        self.inner: list[exp.Expr] = []
        self._walk()
        self.own = {alias: name for alias, name in map(self._named, self.tables) if alias}
        self.own.update((alias, "") for alias in self.derived)
        self.visible = {**outer, **self.own}

    def _walk(self) -> None:
        stack = list(reversed(list(self.node.iter_expressions())))
        while stack:
            node = stack.pop()
            if isinstance(node, _SCOPES):
                self.inner.append(node)
                continue
            if isinstance(node, exp.Table):
                self.tables.append(node)
            elif isinstance(node, (exp.Subquery, exp.Lateral, exp.Unnest)) and node.alias:
                self.derived.append(node.alias.lower())
            elif isinstance(node, exp.Join):
                self.joins.append(node)
            stack += reversed(list(node.iter_expressions()))

    def _named(self, table: exp.Table) -> tuple[str, str]:
        """What a table is called in this scope, and its name; '' for one that is not of the schema."""
        name = table_name(table)
        alias = table.args.get("alias")
        called = column_name(alias.this) if alias is not None and alias.this is not None else ""
        if name in self.shadows or is_hole(name.rpartition(".")[2]):
            return called or name, ""
        return called or name.rpartition(".")[2], name

    @property
    def names(self) -> list[str]:
        """The tables of the schema that this scope names, in order."""
        ordered = sorted(self.tables, key=lambda table: table.arg_key in ("joins", "expression"))
        return [name for _, name in map(self._named, ordered) if name]

    def table_of(self, column: exp.Column) -> str:
        """The table that a column belongs to, or '' when the statement does not say."""
        if qualifier := column.args.get("table"):
            return self.visible.get(column_name(qualifier), "")
        if len(self.own) == 1:
            return next(iter(self.own.values()))
        return ""

    def predicates(self, text: str) -> Iterator[Predicate]:
        """The comparisons of WHERE, HAVING and every ON and USING of this scope."""
        for join in self.joins:
            if condition := join.args.get("on"):
                yield from predicates_in(condition, self.table_of, text)
            for name in join.args.get("using") or ():
                yield from self._using(join, column_name(name))
        for clause in ("on", "where", "having"):
            condition = self.node.args.get(clause)
            if isinstance(condition, exp.Expr):
                inner = condition.this if isinstance(condition, (exp.Where, exp.Having)) else condition
                yield from predicates_in(inner, self.table_of, text)

    def _using(self, join: exp.Join, column: str) -> Iterator[Predicate]:
        first = next(iter(self.own.values()), "")
        joined = self._named(join.this)[1] if isinstance(join.this, exp.Table) else ""
        return (Predicate(table, column, "=") for table in (first, joined) if table)


def _with_names(node: exp.Expr) -> frozenset[str]:
    with_ = node.args.get("with_")
    return frozenset(each.alias.lower() for each in with_.expressions) if with_ is not None else frozenset()


def table_name(table: exp.Table) -> str:
    """A table's name with its schema; '' for a function or a parameter in its place."""
    if not isinstance(table.this, exp.Identifier):
        return ""
    parts = [
        column_name(part) for part in (table.args.get("catalog"), table.args.get("db"), table.this) if part
    ]
    return ".".join(parts).removeprefix("public.")


def _scopes(root: exp.Expr, text: str) -> tuple[tuple[str, ...], tuple[Predicate, ...]]:
    """The tables and predicates of a tree, those of outer queries first."""
    tables: list[str] = []
    predicates: list[Predicate] = []
    waiting = [_Scope(root, {}, frozenset())]
    for scope in waiting:
        tables += scope.names
        predicates += scope.predicates(text)
        waiting += [_Scope(inner, scope.visible, scope.shadows) for inner in scope.inner]
    return tuple(dict.fromkeys(tables)), tuple(dict.fromkeys(predicates))
