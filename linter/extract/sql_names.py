"""Names that a query gives to tables and columns: those that it does not have, has twice, or never uses.

Imports sqlglot, as `sql_queries` does. Nothing here recurses. What a template may fill in could be any
name, so a query with a hole has none of these traits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sqlglot import exp

from linter.extract.sql_predicates import column_name
from linter.facts.sql import Trait
from linter.parse.sql_clean import is_hole

_SCOPES = (exp.Select, exp.Update, exp.Delete, exp.Insert, exp.Merge)
_WRITES = (exp.Insert, exp.Update, exp.Delete, exp.Merge)
_ALWAYS_THERE = frozenset({"excluded", "old", "new"})
"""Rows that ON CONFLICT, triggers and RETURNING name."""
_OF_SEQUENCES = frozenset({"nextval", "currval", "lastval"})


class Names:
    """The names of one statement. `columns` are its columns, `selects` and `withs` the nodes of that type."""

    def __init__(self, root: exp.Expr) -> None:
        self.root = root
        self.columns: list[exp.Column] = []
        self.selects: list[exp.Select] = []
        self.withs: list[exp.With] = []
        self._sources: dict[int, Sources] = {}
        self._chains: dict[int, tuple[Sources, ...] | None] = {}

    def traits(self) -> list[Trait]:
        """What is wrong with the names; nothing where a template fills some in."""
        found = [*self._unknown(), *self._repeated(), *self._unused()]
        return [] if found and has_hole(self.root) else found

    def sources(self, scope: exp.Expr) -> Sources:
        """What the FROM of one SELECT, or what an UPDATE, DELETE, INSERT or MERGE, names."""
        known = self._sources.get(id(scope))
        if known is None:
            known = self._sources[id(scope)] = Sources(scope)
        return known

    def _unknown(self) -> Iterator[Trait]:
        """Columns of tables that no FROM around them names."""
        for column in self.columns:
            qualifier = column.args.get("table")
            if qualifier is None or column.args.get("db") is not None:
                continue
            name, own = column_name(qualifier).lower(), column_name(column)
            if name in _ALWAYS_THERE or own in _OF_SEQUENCES or isinstance(column.parent, exp.Collate):
                continue
            around = self._around(column)
            if not around or any(name in each.names for each in around):
                continue
            tables = [table for each in around for table in each.tables]
            hidden = next((called for real, called in tables if _last(real).lower() == name), "")
            if hidden:
                yield Trait("hidden-table", name, hidden, own)
            elif tables:
                real = ",".join(dict.fromkeys(real for real, _ in tables))
                yield Trait("unnamed-table", real, name, own)

    def _around(self, column: exp.Expr) -> tuple[Sources, ...] | None:
        """The sources that a column may be of, the nearest first; None when some are not known."""
        path: list[exp.Expr] = []
        node = column
        while node.parent is not None and id(node) not in self._chains:
            path.append(node)
            node = node.parent
        chain = self._chains.get(id(node), ())
        for node in reversed(path):
            parent = node.parent
            if isinstance(parent, exp.SetOperation) and node.arg_key not in ("this", "expression", "with_"):
                chain = None
            elif chain is not None and isinstance(parent, _SCOPES):
                sources = self.sources(parent)
                chain = (sources, *chain) if sources.complete else None
            self._chains[id(node)] = chain
        return chain

    def _repeated(self) -> Iterator[Trait]:
        for select in self.selects:
            if select.args.get("joins"):
                counted = Counter(self.sources(select).keys)
                twice = [name for (name, _), count in counted.items() if count > 1]
                yield from (Trait("repeated-name", "", name, "table") for name in twice if not is_hole(name))
            if len(select.expressions) > 1 and any(
                isinstance(each, exp.Alias) for each in select.expressions
            ):
                if _is_read_by_name(select):
                    yield from _repeated_columns(select)

    def _unused(self) -> Iterator[Trait]:
        if self.withs:
            named = _counted(self.root)
            for each in (each for with_ in self.withs for each in with_.expressions):
                name = each.alias.lower()
                # Its alias, and what it says of itself when it is recursive, is no use.
                if not isinstance(each.this, _WRITES) and named[name] == _counted(each)[name]:
                    yield Trait("unused-with", "", each.alias)
        for select in self.selects:
            joins = [join for join in select.args.get("joins") or () if join.side == "LEFT"]
            if joins and not select.args.get("laterals") and not select.args.get("locks"):
                yield from _unused_joins(select, joins)


def _counted(node: exp.Expr) -> Counter[str]:
    """How often each name occurs, in lower case."""
    return Counter(each.name.lower() for each in node.find_all(exp.Identifier))


def _unused_joins(select: exp.Select, joins: list[exp.Join]) -> Iterator[Trait]:
    """The LEFT JOINs of tables that nothing but their own ON speaks of, with the columns that ON equates."""
    if any(star.parent is select for star in select.find_all(exp.Star)):
        return
    spoken = Counter(column.table.lower() for column in select.find_all(exp.Column))
    for join in joins:
        table, on = join.this, join.args.get("on")
        if not isinstance(table, exp.Table) or not isinstance(table.this, exp.Identifier):
            continue
        if not isinstance(on, exp.Expr) or join.args.get("method"):
            continue
        called = table.alias_or_name.lower()
        inside = Counter(column.table.lower() for column in on.find_all(exp.Column))
        # A column that does not say its table may be one of this.
        if spoken[called] > inside[called] or spoken[""] > inside[""]:
            continue
        equated = list(_equated(on, called))
        if equated:
            yield Trait("unused-join", ".".join(part.name for part in table.parts), called, ",".join(equated))


class Sources:
    """What one scope reads from. `names` are what columns may be qualified with, in lower case.

    `tables` pairs the real tables with what they are called, `keys` tells what stands in FROM apart.
    `complete` is False when something stands there whose name is not known.
    """

    def __init__(self, scope: exp.Expr) -> None:
        self.names: set[str] = set()
        self.tables: list[tuple[str, str]] = []
        self.keys: list[tuple[str, str]] = []
        self.complete = True
        waiting = list(_starting_points(scope))
        while waiting:
            node = waiting.pop()
            waiting += node.args.get("joins") or ()
            self._add(node, waiting)

    def _add(self, node: exp.Expr, waiting: list[exp.Expr]) -> None:
        if isinstance(node, (exp.From, exp.Join, exp.Schema)):
            waiting.append(node.this)
        elif isinstance(node, exp.Table):
            self._add_table(node)
        elif isinstance(node, (exp.Subquery, exp.Lateral, exp.Unnest, exp.Values)):
            if node.alias:
                self._name(node.alias, node.alias)
            elif isinstance(node.this, exp.Table):
                waiting.append(node.this)
            elif not isinstance(node, exp.Subquery):
                self.complete = False
        else:
            self.complete = False

    def _add_table(self, table: exp.Table) -> None:
        if table.args.get("pivots"):
            self.complete = False
        if isinstance(table.this, exp.Identifier):
            real = ".".join(column_name(part) for part in table.parts).removeprefix("public.")
            self.tables.append((real, table.alias_or_name.lower()))
            self._name(table.alias_or_name, table.alias or real)
        elif table.alias or isinstance(table.this, exp.Anonymous):
            name = table.alias or table.this.name
            self._name(name, name)
        else:
            self.complete = False

    def _name(self, name: str, key: str) -> None:
        self.names.add(name.lower())
        self.keys.append((name.lower(), key.lower()))


def _starting_points(scope: exp.Expr) -> Iterator[exp.Expr]:
    if isinstance(scope, _WRITES) and isinstance(scope.this, exp.Expr):
        yield scope.this
    for part in ("from_", "using", "joins", "laterals"):
        value = scope.args.get(part)
        yield from value if isinstance(value, list) else [value] if isinstance(value, exp.Expr) else ()
    if isinstance(scope, exp.Insert):
        source = scope.expression
        # ON DUPLICATE KEY UPDATE sees what the query reads from, and the name given to VALUES.
        if isinstance(source, exp.Select):
            yield from _starting_points(source)
        elif isinstance(source, exp.Values) and source.alias:
            yield source


def has_hole(root: exp.Expr) -> bool:
    """Whether a template fills in a name somewhere."""
    return any(is_hole(each.name) or "{" in each.name for each in root.find_all(exp.Identifier))


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _is_read_by_name(select: exp.Select) -> bool:
    """Whether somebody uses the names of the columns, and not only their order or that there is a row."""
    parent = select.parent
    while isinstance(parent, exp.Subquery) and not parent.alias:
        parent = parent.parent
    if isinstance(parent, (exp.CTE, exp.Subquery)):
        alias = parent.args.get("alias")
        return not (isinstance(alias, exp.TableAlias) and alias.columns)
    return parent is None


def _repeated_columns(select: exp.Select) -> Iterator[Trait]:
    by_name: dict[str, list[exp.Expr]] = {}
    for each in select.expressions:
        if isinstance(each, exp.Alias) or (
            isinstance(each, exp.Column) and not isinstance(each.this, exp.Star)
        ):
            identifier = each.args["alias"] if isinstance(each, exp.Alias) else each.this
            if isinstance(identifier, exp.Identifier):
                by_name.setdefault(column_name(identifier), []).append(each)
    for name, named in by_name.items():
        if len(named) > 1 and any(isinstance(each, exp.Alias) for each in named):
            if len({each.unalias() for each in named}) > 1:
                yield Trait("repeated-name", "", name, "column")


def _equated(on: exp.Expr, called: str) -> Iterator[str]:
    """The columns of a table that a condition asks to equal something of the other tables."""
    waiting = [on]
    while waiting:
        node = waiting.pop().unnest()
        if isinstance(node, exp.And):
            waiting += [node.right, node.left]
        elif isinstance(node, exp.EQ):
            for one, other in ((node.left, node.right), (node.right, node.left)):
                if isinstance(one, exp.Column) and one.table.lower() == called:
                    if all(_is_other(column, called) for column in other.find_all(exp.Column)):
                        yield column_name(one)


def _is_other(column: exp.Column, called: str) -> bool:
    return bool(column.table) and column.table.lower() != called
