"""Queries of mappers whose conditions are keyword arguments: `relation__column__lookup=value`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from linter.backend import Backend, Function, Query, Table
from linter.facts.expressions import Constant, Expr, Operation, Result, text_of
from linter.facts.scopes import Call
from linter.facts.sql import Predicate, Trait
from linter.frameworks.query_chains import branches, last_name
from linter.resolve.values import call_index
from linter.schema.model import Model

_DEEP = 8


class Lookups(NamedTuple):
    """What a mapper makes of the last parts of a keyword.

    `indexed` are the lookups that an index on the column serves, `others` further ones that may follow the
    name of a relation. `predicate` gives the comparison for a table, a column, its type, the lookups and the
    value; None for one that is not known.
    """

    indexed: frozenset[str]
    others: frozenset[str]
    predicate: Callable[[str, str, str, Sequence[str], Expr], Predicate | None]


class Found:
    """What one query compares, by table; its own table first."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.by_table: dict[str, list[str]] = {model.table: []}
        self.order: list[str] = []
        self.predicates: list[Predicate] = []
        self.either: list[list[list[Predicate]]] = []
        self.traits: tuple[Trait, ...] = ()
        self.calls: tuple[int, ...] = ()

    def add(self, table: str, column: str) -> None:
        """A column of a table that is compared so that an index could serve it."""
        self.by_table.setdefault(table, []).append(column)


class LookupReader:
    """Follows keyword arguments to columns. `models` are by the id of their class."""

    def __init__(
        self,
        backend: Backend,
        models: Mapping[str, Model],
        tables: Mapping[str, Table],
        lookups: Lookups,
    ) -> None:
        self.backend = backend
        self.models = models
        self.tables = tables
        self.lookups = lookups

    def conditions(self, function: Function, call: Call, found: Found, spared: frozenset[str]) -> None:
        """The conditions that a call takes, but for the keywords in `spared`."""
        for name, value in call.keywords:
            if name not in spared:
                self._lookup(name, value, found)
        for argument in call.args:
            self._q(function, argument, found, 0)

    def _q(self, function: Function, expr: Expr, found: Found, depth: int) -> None:
        """`Q(…) & Q(…)`; what is negated is left out."""
        if depth > _DEEP:
            return
        parts = branches(function, expr)
        if parts:
            counts = [len(found.predicates)]
            for part in parts:
                self._q(function, part, found, depth + 1)
                counts.append(len(found.predicates))
            found.either.append([found.predicates[a:b] for a, b in pairwise(counts)])
        elif isinstance(expr, Operation) and expr.operator == "&":
            for operand in expr.operands:
                self._q(function, operand, found, depth + 1)
        elif isinstance(expr, Result):
            call = function.scope.calls[expr.call]
            if last_name(call.callee) == "Q":
                for name, value in call.keywords:
                    self._lookup(name, value, found)
                for argument in call.args:
                    self._q(function, argument, found, depth + 1)

    def _lookup(self, name: str, value: Expr, found: Found) -> None:
        """Follow `relation__field__lookup` to a column."""
        model: Model = found.model
        parts = name.split("__")
        for position, part in enumerate(parts[:_DEEP]):
            rest = [each for each in parts[position + 1 :] if each]
            owner = self.owner(model, part)
            if owner is None:
                return
            relation = owner.relations.get(part)
            column = owner.columns.get(part)
            if relation is not None and rest and not self._ends(rest[0]):
                other = self.models.get(relation.model)
                if other is None:
                    return
                key = other.columns.get("pk")
                is_key = rest[0] in ("pk", "id") and key == other.columns.get(rest[0])
                if relation.forward and relation.column and is_key:
                    self._compare(owner, relation.column, rest[1:], value, found)
                    return
                if not relation.forward and relation.column:
                    found.add(other.table, relation.column)
                model = other
                continue
            if column is None:
                if relation is not None and not relation.forward and relation.column:
                    other = self.models.get(relation.model)
                    if other is not None and (not rest or rest[0] != "isnull"):
                        found.add(other.table, other.columns.get("pk", "id"))
                return
            self._compare(owner, column, rest, value, found)
            return

    def _ends(self, part: str) -> bool:
        """Whether a part behind a relation's name is a lookup, and no attribute of the other model."""
        return part in self.lookups.indexed or part in self.lookups.others

    def _compare(self, owner: Model, column: str, rest: list[str], value: Expr, found: Found) -> None:
        if isinstance(value, Constant) and value.value is None:
            return
        table = self.tables.get(owner.table)
        kind = table.columns[column].type if table is not None and column in table.columns else ""
        compared = self.lookups.predicate(owner.table, column, kind, rest, value)
        if compared is not None:
            found.predicates.append(compared)
        if not rest or (len(rest) == 1 and rest[0] in self.lookups.indexed):
            found.add(owner.table, column)

    def owner(self, model: Model, name: str) -> Model | None:
        """The model, or the one that it extends, that has an attribute."""
        for _ in range(_DEEP):
            if name in model.columns or name in model.relations:
                return model
            parent = self.models.get(model.parent)
            if parent is None:
                return None
            model = parent
        return None

    def order(self, call: Call, found: Found) -> None:
        """The columns of the query's own table that `order_by("-name")` sorts by."""
        for argument in call.args:
            name = (text_of(argument) or "").lstrip("-+")
            owner = self.owner(found.model, name)
            if owner is not None and owner.table == found.model.table and name in owner.columns:
                found.order.append(owner.columns[name])

    def told(
        self,
        function: Function,
        call: Call,
        found: Found,
        kind: Literal["select", "insert", "update", "delete"],
        *,
        bounded: bool,
    ) -> Iterator[Query]:
        """The query, and one for each table that its lookups reach."""
        site = self.backend.site(function, call_index(function, call))
        for table, columns in found.by_table.items():
            main = table == found.model.table
            yield Query(
                table=table,
                kind=kind if main else "select",
                filters=tuple(dict.fromkeys(columns)),
                order=tuple(dict.fromkeys(found.order)) if main else (),
                bounded=bounded,
                in_loop=site.in_loop,
                location=site.location,
                function=function,
                predicates=tuple(each for each in found.predicates if each.table == table),
                traits=found.traits if main else (),
                calls=found.calls,
                spelling="orm",
            )
