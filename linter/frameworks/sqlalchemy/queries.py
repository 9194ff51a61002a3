"""Queries that code builds with SQLAlchemy."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

from msgspec.structs import replace

from linter.backend import Backend, Function, Query
from linter.facts.expressions import Attr, Expr, Item, Ref, Result, Sequence
from linter.facts.scopes import Call
from linter.facts.sql import Predicate, Trait
from linter.frameworks.negations import differing
from linter.frameworks.query_chains import Chain, Link, ScopeCalls, branches, comparisons, last_name
from linter.frameworks.query_traits import either_traits, most_rows, skips_rows
from linter.frameworks.sqlalchemy.loading import alone
from linter.frameworks.sqlalchemy.numbers import compared_number, sends_as_given
from linter.frameworks.sqlalchemy.pairing import unjoined
from linter.frameworks.sqlalchemy.predicates import (
    excluded_column,
    predicate,
    sorts_by_chance,
)
from linter.frameworks.sqlalchemy.query_methods import (
    AGGREGATES,
    BOUNDED,
    CHANGES,
    EXECUTES,
    JOINS,
    METHODS,
    ORDERED,
    QUERY_METHODS,
    RUNS,
    WRITING,
)
from linter.frameworks.sqlalchemy.tables import SqlalchemyModels
from linter.resolve.definitions import Class
from linter.resolve.values import Value, call_index
from linter.schema.model import Model

_Kind = Literal["select", "insert", "update", "delete"]


def queries(backend: Backend, models: SqlalchemyModels) -> list[Query]:
    """One query for each complete chain, and one for each joined table that it filters."""
    reader = _Reader(backend, models)
    for name in ("select", "query", "update", "delete", "insert"):
        for site in backend.methods_called(name):
            assert site.call is not None
            reader.root(site.function, site.call, name)
    reader.flask_roots()
    for name in ("get", "get_one"):
        for site in backend.methods_called(name):
            assert site.call is not None
            reader.by_key(site.function, site.call)
    return reader.found


class _Filters:
    """What one query compares, by table."""

    def __init__(self, model: Model, table: str) -> None:
        self.model = model
        self.table = table
        self.latest = model
        """The model that was joined last: `filter_by` speaks of it."""
        self.by_table: dict[str, list[str]] = {table: []}
        self.order: list[str] = []
        self.predicates: list[Predicate] = []
        self.either: list[list[list[Predicate]]] = []
        self.excluded: list[Trait] = []

    def add(self, found: tuple[str, str] | None) -> None:
        if found is not None:
            self.by_table.setdefault(found[0], []).append(found[1])


class _Reader:
    def __init__(self, backend: Backend, models: SqlalchemyModels) -> None:
        self.backend = backend
        self.project = backend.project
        self.models = models
        self.found: list[Query] = []
        self._scopes: dict[int, tuple[ScopeCalls, set[int]]] = {}
        self._aliases: dict[tuple[int, str], Model | None] = {}

    def _scope(self, function: Function) -> tuple[ScopeCalls, set[int]]:
        key = id(function)
        if key not in self._scopes:
            self._scopes[key] = (ScopeCalls(function, EXECUTES), set())
        return self._scopes[key]

    # Roots

    def root(self, function: Function, call: Call, name: str) -> None:
        """A call that may begin a query: `select(M)`, `session.query(M)`, `update(M)`."""
        if isinstance(call.callee, Attr) and name != "query":
            return
        if name != "query" and not self._is_library(function, call, name):
            return
        model = next((model for model in (self._entity(function, arg) for arg in call.args) if model), None)
        if model is not None:
            self._query(function, call_index(function, call), name, model)

    def _is_library(self, function: Function, call: Call, name: str) -> bool:
        callee = self.project.callee(function, call).name
        return callee.startswith(("sqlalchemy", "sqlmodel", "flask_sqlalchemy")) or callee == f"?.{name}"

    def flask_roots(self) -> None:
        """`Model.query.filter_by(…)` of Flask-SQLAlchemy."""
        for name in sorted(QUERY_METHODS):
            for site in self.backend.methods_called(name):
                callee = site.call.callee if site.call is not None else None
                if not isinstance(callee, Ref) or not callee.name.endswith(f".query.{name}"):
                    continue
                model = self._model_named(site.function, callee.name.removesuffix(f".query.{name}"))
                if model is not None and site.call is not None:
                    self._query(site.function, call_index(site.function, site.call), name, model)

    def by_key(self, function: Function, call: Call) -> None:
        """`session.get(Model, key)`: a read by primary key."""
        model = self._model_of(function, call.args[0]) if len(call.args) >= 2 else None
        if model is not None:
            table = self.models.tables.get(model.table)
            filters = table.primary_key if table is not None else ()
            own = (call_index(function, call),)
            self._emit(function, call, call, model.table, "select", filters, (), bounded=True, calls=own)

    def _entity(self, function: Function, expr: Expr) -> Model | None:
        """The model that an argument of `select` or `query` selects from."""
        model = self._model_of(function, expr)
        if model is not None:
            return model
        if isinstance(expr, Ref):
            owner = self._owner(function, expr)
            return owner[0] if owner is not None else None
        if isinstance(expr, Result):
            call = function.scope.calls[expr.call]
            if last_name(call.callee) in (*AGGREGATES, "distinct", "label", "coalesce"):
                return next(
                    (found for found in (self._entity(function, arg) for arg in call.args) if found), None
                )
        return None

    def _model_of(self, function: Function, expr: Expr) -> Model | None:
        return self._model_named(function, expr.name) if isinstance(expr, Ref) else None

    def _model_named(self, function: Function, name: str) -> Model | None:
        """The model that a name means, through `aliased(Model)` and `cls` of a model's own method."""
        if name[0] == "$":
            return self._alias(function, name[1:])
        target = self.project.reference(function, name).target
        if isinstance(target, Class):
            return self.models.models.get(target.id)
        return None

    def _alias(self, function: Function, name: str) -> Model | None:
        key = (id(function), name)
        if key not in self._aliases:
            self._aliases[key] = None
            self._aliases[key] = self._find_alias(function, name)
        return self._aliases[key]

    def _find_alias(self, function: Function, name: str) -> Model | None:
        made = self.models.values.made(Value(function, Ref("$" + name)))
        if made is not None:
            if last_name(made.call.callee) == "aliased" and made.args:
                return self._model_of(function, made.args[0].expr)
            return None
        named = self.models.values.named(Value(function, Ref("$" + name)))
        if named is not None and isinstance(named.target, Class):
            return self.models.models.get(named.target.id)
        owner = function.owner
        if (
            owner is not None
            and function.head.parameters
            and function.head.parameters[0].name == name == "cls"
        ):
            return self.models.models.get(owner.id)
        return None

    def _owner(self, function: Function, expr: Ref) -> tuple[Model, str] | None:
        """The model and the attribute of `Model.attribute`, or of an alias."""
        prefix, _, attribute = expr.name.rpartition(".")
        if not prefix.strip("$:."):
            return None
        model = self._model_named(function, prefix)
        return None if model is None else (model, attribute)

    # Queries

    def _query(self, function: Function, index: int, name: str, model: Model) -> None:
        calls, used = self._scope(function)
        if index in used:
            return
        chain = calls.chain(index, name, used)
        kind: _Kind = "select"
        if name in CHANGES:
            kind = CHANGES[name]  # type: ignore[assignment]
        elif name not in ("select",) and chain.has("delete", "update"):
            kind = "delete" if chain.has("delete") else "update"
        filters = self._filters(function, chain, model)
        runs = self._executed(chain)
        bounded = self._is_bounded(function, chain) or kind != "select"
        indexes = tuple(link.index for link in chain.links)
        traits = self._traits(function, chain, name, kind, model) + tuple(filters.excluded)
        if len(filters.by_table) == 1 and not chain.has(*JOINS):
            traits += tuple(either_traits(model.table, filters.either))
        if kind == "select" and chain.closed and not chain.has(*JOINS, "filter_by", "get"):
            conditions = [each for link in chain.named("where", "filter") for each in link.call.args]
            traits += tuple(differing(function, conditions, lambda each: self._plain(function, each)))
        if kind == "select" and name in ("select", "query"):
            single = {each.table for each in filters.predicates if self._is_key(each)}
            traits += tuple(unjoined(function, chain, lambda each: self._named_model(function, each), single))
        for table, columns in filters.by_table.items():
            is_main = table == filters.table
            if is_main or columns:
                self._emit(
                    function,
                    chain.first,
                    runs,
                    table,
                    kind if is_main else "select",
                    tuple(dict.fromkeys(columns)),
                    tuple(dict.fromkeys(filters.order)) if is_main else (),
                    bounded=bounded,
                    predicates=tuple(each for each in filters.predicates if each.table == table),
                    traits=traits if is_main else (),
                    calls=indexes,
                )

    def _traits(
        self, function: Function, chain: Chain, name: str, kind: _Kind, model: Model
    ) -> tuple[Trait, ...]:
        traits: list[Trait] = []
        if kind in ("update", "delete") and not chain.names and self._is_of_all(chain, name, model):
            traits.append(Trait("unfiltered", model.table))
        if sorts_by_chance(function, chain):
            traits.append(Trait("random-order"))
        if kind == "select" and skips_rows(chain):
            traits.append(Trait("offset"))
        most = most_rows(chain)
        is_told = kind == "select" and chain.closed and chain.has(*RUNS) and not chain.has(*ORDERED)
        if most is not None and is_told and not self._has_aggregates(function, chain):
            traits.append(Trait("unordered-limit", detail=most))
        if kind == "select" and self._is_of_rows(function, chain, name, model):
            traits += alone(function, chain, model.table)
        return tuple(traits)

    def _is_key(self, predicate: Predicate) -> bool:
        """Whether a comparison holds for one row at most."""
        table = self.models.tables.get(predicate.table)
        column = None if table is None else table.columns.get(predicate.column)
        if table is None or column is None or predicate.operator != "=" or predicate.wrapped:
            return False
        return column.unique or table.primary_key == (column.name,)

    def _named_model(self, function: Function, expr: Ref) -> Model | None:
        """The model of `Model` or `Model.attribute`; aliases stand for tables of their own."""
        if expr.name[0] == "$":
            return None
        owner = self._owner(function, expr)
        return self._model_named(function, expr.name) if owner is None else owner[0]

    def _is_of_rows(self, function: Function, chain: Chain, name: str, model: Model) -> bool:
        """Whether a query asks for whole rows of one model."""
        asked = chain.first.args
        if name not in ("select", "query"):
            return True
        return len(asked) == 1 and self._model_of(function, asked[0]) is model

    def _is_of_all(self, chain: Chain, name: str, model: Model) -> bool:
        """Whether a write that is run names no rows; one to a part of a shared table has a condition."""
        if model.parent in self.models.models:
            return False
        names = {link.name for link in chain.links}
        callee = chain.first.callee
        if name in ("update", "delete") and not (isinstance(callee, Ref) and ".query." in callee.name):
            return chain.has("execute", "exec") and names <= WRITING
        return names <= {"query", "update", "delete"}

    def _executed(self, chain: Chain) -> Call:
        """The call whose place tells how often the query runs."""
        return next((link.call for link in chain.named("execute", "scalars", "scalar", "exec")), chain.first)

    def _is_bounded(self, function: Function, chain: Chain) -> bool:
        if chain.sliced or chain.has(*BOUNDED):
            return True
        return self._has_aggregates(function, chain) and not chain.has("group_by")

    def _has_aggregates(self, function: Function, chain: Chain) -> bool:
        return any(
            isinstance(arg, Result) and last_name(function.scope.calls[arg.call].callee) in AGGREGATES
            for arg in chain.first.args
        )

    def _filters(self, function: Function, chain: Chain, model: Model) -> _Filters:
        found = _Filters(model, model.table)
        for link in chain.links:
            if link.name in ("where", "filter"):
                for condition in link.call.args:
                    self._condition(function, condition, found)
            elif link.name == "filter_by":
                self._filter_by(function, link, found)
            elif link.name in JOINS:
                self._join(function, link, found)
            elif link.name == "order_by":
                self._order(function, link, found)
            elif link.name in ("get", "get_or_404") and link.call.args:
                table = self.models.tables.get(model.table)
                for column in table.primary_key if table is not None else ():
                    found.add((model.table, column))
        return found

    def _filter_by(self, function: Function, link: Link, found: _Filters) -> None:
        for keyword, value in link.call.keywords:
            column = self.models.column_of(found.latest, keyword)
            found.add(column)
            if column is not None and not _is_none(value):
                against = self._number(function, found.latest, keyword, value)
                found.predicates.append(Predicate(*column, "=", against=against))

    def _join(self, function: Function, link: Link, found: _Filters) -> None:
        for argument in link.call.args[:1]:
            joined = self._model_of(function, argument)
            if joined is None and isinstance(argument, Ref):
                owner = self._owner(function, argument)
                relation = owner[0].relations.get(owner[1]) if owner is not None else None
                joined = self.models.models.get(relation.model) if relation is not None else None
            if joined is not None:
                found.latest = joined
            else:
                found.latest = Model(found.model.cls, "")

    def _order(self, function: Function, link: Link, found: _Filters) -> None:
        for argument in link.call.args:
            expr = argument
            if isinstance(expr, Result):
                call = function.scope.calls[expr.call]
                if last_name(call.callee) in ("desc", "asc", "nulls_last", "nulls_first"):
                    expr = call.args[0] if call.args else _receiver(call)
            column = self._column(function, expr)
            if column is not None and column[0] == found.table:
                found.order.append(column[1])

    def _condition(self, function: Function, condition: Expr, found: _Filters) -> None:
        excluded = excluded_column(function, condition, lambda each: self._plain(function, each))
        if excluded is not None:
            found.excluded.append(Trait("not-in-query", *excluded))
        parts = branches(function, condition)
        if parts:
            counts = [len(found.predicates)]
            for part in parts:
                self._condition(function, part, found)
                counts.append(len(found.predicates))
            found.either.append([found.predicates[a:b] for a, b in pairwise(counts)])
            return

        def seen(operator: str, left: Expr, right: Expr | None) -> None:
            compared = predicate(function, operator, left, right, lambda each: self._plain(function, each))
            if compared is not None and not _is_none(right):
                owner = self._owner(function, left) if isinstance(left, Ref) else None
                if owner is not None:
                    compared = replace(compared, against=self._number(function, *owner, right))
                found.predicates.append(compared)
            if not operator[0].isalpha():
                ours, theirs = self._column(function, left), self._column(function, right)
                if ours is not None and theirs is not None:
                    return
                if not _is_none(right):
                    found.add(ours or theirs)
            elif operator in METHODS and not (operator == "like" and _leading_wildcard(right)):
                found.add(self._column(function, left))

        comparisons(function, condition, seen)

    def _number(self, function: Function, model: Model, attribute: str, value: Expr | None) -> str:
        """The kind of number that a column is compared with; see `Predicate.against`."""
        is_sent = sends_as_given(self.project, model.cls, attribute)
        return compared_number(self.project, function, value) if is_sent else ""

    def _plain(self, function: Function, expr: Expr) -> tuple[str, str] | None:
        """Table and column of `Model.attribute`, relationships left aside."""
        owner = self._owner(function, expr) if isinstance(expr, Ref) and ".c." not in expr.name else None
        if owner is not None and owner[1] in owner[0].relations:
            return None
        return self._column(function, expr)

    def _column(self, function: Function, expr: Expr | None) -> tuple[str, str] | None:
        """Table and column of `Model.attribute` or `table.c.column`."""
        if isinstance(expr, Item) or not isinstance(expr, Ref) or "." not in expr.name:
            return None
        if ".c." in expr.name:
            prefix, _, column = expr.name.rpartition(".c.")
            table = self.models.table_of_variable(self.project.reference(function, prefix).name)
            return (table, column) if table else None
        owner = self._owner(function, expr)
        return None if owner is None else self.models.column_of(*owner)

    def _emit(
        self,
        function: Function,
        call: Call,
        runs: Call,
        table: str,
        kind: _Kind,
        filters: tuple[str, ...],
        order: tuple[str, ...],
        *,
        bounded: bool,
        predicates: tuple[Predicate, ...] = (),
        traits: tuple[Trait, ...] = (),
        calls: tuple[int, ...] = (),
    ) -> None:
        if not isinstance(function, Function):
            return
        in_loop = self.backend.site(function, call_index(function, runs)).in_loop
        location = function.module.locate(call.span)
        found = Query(table, kind, filters, order, bounded, in_loop, location, function)
        found.predicates, found.traits, found.calls, found.spelling = predicates, traits, calls, "orm"
        self.found.append(found)


def _receiver(call: Call) -> Expr:
    callee = call.callee
    if isinstance(callee, Ref):
        return Ref(callee.name.rpartition(".")[0])
    return callee.base if isinstance(callee, Attr) else Sequence("tuple", ())


def _is_none(expr: Expr | None) -> bool:
    return getattr(expr, "value", ...) is None


def _leading_wildcard(expr: Expr | None) -> bool:
    from linter.facts.expressions import Template, text_of

    if isinstance(expr, Template) and expr.parts:
        expr = expr.parts[0]
    text = text_of(expr)
    return text is None or text[:1] in ("%", "_")
