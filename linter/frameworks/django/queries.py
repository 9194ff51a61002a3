"""Queries that code builds with Django's ORM."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

from linter.backend import Backend, Function, Query
from linter.facts.expressions import Constant, Expr, Operation, Ref, Result, text_of
from linter.facts.scopes import Call
from linter.facts.sql import Predicate, Trait
from linter.frameworks.django.lookups import predicate
from linter.frameworks.django.managers import begins_with_all, is_ordered
from linter.frameworks.django.models import DjangoModels
from linter.frameworks.query_chains import Chain, ScopeCalls, branches, last_name
from linter.frameworks.query_traits import cut_traits, either_traits
from linter.resolve.definitions import Class
from linter.resolve.project import Variable
from linter.resolve.values import call_index
from linter.schema.model import Model

_INDEXED_LOOKUPS = frozenset({"exact", "in", "gt", "gte", "lt", "lte", "range", "startswith"})
_BOUNDED = frozenset(
    {
        "first",
        "last",
        "get",
        "earliest",
        "latest",
        "exists",
        "count",
        "aggregate",
        "get_or_create",
        "update_or_create",
        "contains",
        "in_bulk",
    }
)
_FILTERS = frozenset({"filter", "get", "get_or_create", "update_or_create"})
_KINDS: dict[str, Literal["insert", "update", "delete"]] = {
    "create": "insert",
    "bulk_create": "insert",
    "update": "update",
    "bulk_update": "update",
    "delete": "delete",
}
_METHODS = frozenset(
    {
        "all",
        "filter",
        "exclude",
        "get",
        "first",
        "last",
        "exists",
        "count",
        "order_by",
        "create",
        "bulk_create",
        "bulk_update",
        "update",
        "delete",
        "get_or_create",
        "update_or_create",
        "aggregate",
        "annotate",
        "alias",
        "values",
        "values_list",
        "select_related",
        "prefetch_related",
        "only",
        "defer",
        "distinct",
        "latest",
        "earliest",
        "in_bulk",
        "iterator",
        "using",
        "select_for_update",
        "none",
        "union",
        "reverse",
    }
)
_KEEPING = frozenset(
    {
        "all",
        "delete",
        "iterator",
        "order_by",
        "select_for_update",
        "select_related",
        "update",
        "using",
        "values",
        "values_list",
    }
)
"""Methods that leave the rows of a query as they are."""
_ASYNC = frozenset("a" + name for name in _BOUNDED | _KINDS.keys() | {"iterator"})
_SHORTCUTS = frozenset({"get_object_or_404", "get_list_or_404", "aget_object_or_404", "aget_list_or_404"})
_ROWS = frozenset(
    {"all", "distinct", "exclude", "filter", "iterator", "order_by", "reverse", "select_for_update", "using"}
)
"""Methods that give rows of the model without the rows that they refer to."""
_ORDERING = frozenset(
    {"order_by", "reverse", "latest", "earliest", "first", "last", "select_for_update", "none"}
)
"""Methods that give an order, or whose rows need none."""
_DEEP = 8


def queries(backend: Backend, models: DjangoModels) -> list[Query]:
    """One query for each complete chain, and one for each table that its lookups reach."""
    reader = _Reader(backend, models)
    for name in sorted(_METHODS | _ASYNC):
        for site in backend.methods_called(name):
            assert site.call is not None
            reader.root(site.function, site.call, name)
    for name in sorted(_SHORTCUTS):
        for site in backend.methods_called(name):
            assert site.call is not None
            reader.shortcut(site.function, site.call, name)
    return reader.found


class _Reader:
    def __init__(self, backend: Backend, models: DjangoModels) -> None:
        self.backend = backend
        self.project = backend.project
        self.models = models
        self.found: list[Query] = []
        self._scopes: dict[int, tuple[ScopeCalls, set[int]]] = {}

    def root(self, function: Function, call: Call, name: str) -> None:
        """`Model.objects.filter(…)` and the like; other calls of these names are passed over."""
        callee = call.callee
        if not isinstance(function, Function) or not isinstance(callee, Ref) or callee.name.count(".") < 2:
            return
        receiver = callee.name.rpartition(".")[0]
        model = self._model(function, receiver)
        if model is None:
            return
        calls, used = self._scope(function)
        index = call_index(function, call)
        if index not in used:
            self._query(function, calls.chain(index, name, used), model, receiver.rpartition(".")[2])

    def shortcut(self, function: Function, call: Call, name: str) -> None:
        """`get_object_or_404(Model, pk=…)`, for a model, a manager or a chain."""
        if not isinstance(function, Function) or not call.args or not isinstance(call.args[0], Ref):
            return
        target = self.project.reference(function, call.args[0].name).target
        model = self.models.models.get(target.id) if isinstance(target, Class) else None
        if model is None:
            model = self._model(function, call.args[0].name)
        if model is not None:
            found = _Found(model)
            self._lookups(function, call, found)
            self._emit(function, call, found, "select", bounded="list" not in name)

    def _scope(self, function: Function) -> tuple[ScopeCalls, set[int]]:
        key = id(function)
        if key not in self._scopes:
            self._scopes[key] = (ScopeCalls(function, _SHORTCUTS), set())
        return self._scopes[key]

    def _model(self, function: Function, name: str) -> Model | None:
        """The model whose manager `Model.objects` is."""
        prefix, _, manager = name.rpartition(".")
        if not prefix.strip("$:."):
            return None
        target = self._class_named(function, prefix)
        model = self.models.models.get(target.id) if target is not None else None
        if model is None or target is None:
            return None
        if manager in ("objects", "_default_manager", "_base_manager", "all_objects"):
            return model
        member = self.project.member(target, manager)
        is_field = manager in model.columns or manager in model.relations
        return model if member is not None and isinstance(member.target, Variable) and not is_field else None

    def _class_named(self, function: Function, name: str) -> Class | None:
        if name[0] != "$":
            target = self.project.reference(function, name).target
            return target if isinstance(target, Class) else None
        owner = function.owner
        parameters = function.scope.parameters
        if owner is not None and parameters and name in ("$cls", "$" + parameters[0].name) and name == "$cls":
            return owner
        return None

    # Queries

    def _query(self, function: Function, chain: Chain, model: Model, manager: str) -> None:
        found = _Found(model)
        kind: Literal["select", "insert", "update", "delete"] = "select"
        bounded = chain.sliced
        for link in chain.links:
            name = link.name[1:] if link.name in _ASYNC else link.name
            if name in _FILTERS:
                self._lookups(function, link.call, found)
            elif name == "order_by":
                self._order(link.call, found)
            elif name in _SHORTCUTS:
                self._lookups(function, link.call, found)
                bounded = bounded or "list" not in name
            elif name in _KINDS:
                kind = _KINDS[name]
            bounded = bounded or name in _BOUNDED
        found.traits = self._traits(chain, model, manager, kind)
        if len(found.by_table) == 1:
            found.traits += tuple(either_traits(model.table, found.either))
        found.calls = tuple(link.index for link in chain.links)
        self._emit(function, chain.first, found, kind, bounded=bounded or kind != "select")

    def _traits(self, chain: Chain, model: Model, manager: str, kind: str) -> tuple[Trait, ...]:
        names = {link.name[1:] if link.name in _ASYNC else link.name for link in chain.links}
        is_plain = begins_with_all(self.project, model.cls, manager)
        traits: list[Trait] = []
        if kind in ("update", "delete") and names <= _KEEPING and not chain.names and is_plain:
            traits.append(Trait("unfiltered", model.table))
        if any(text_of(argument) == "?" for link in chain.named("order_by") for argument in link.call.args):
            traits.append(Trait("random-order"))
        if kind == "select":
            told = is_plain and chain.closed and names <= _METHODS
            is_free = told and names.isdisjoint(_ORDERING) and not is_ordered(self.models.reader, model.cls)
            traits += cut_traits(chain.cuts, unordered=is_free)
            if told and names <= _ROWS:
                traits.append(Trait("alone", model.table))
        return tuple(traits)

    def _lookups(self, function: Function, call: Call, found: _Found) -> None:
        for name, value in call.keywords:
            if name != "defaults":
                self._lookup(name, value, found)
        for argument in call.args:
            self._q(function, argument, found, 0)

    def _q(self, function: Function, expr: Expr, found: _Found, depth: int) -> None:
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

    def _lookup(self, name: str, value: Expr, found: _Found) -> None:
        """Follow `relation__field__lookup` to a column."""
        model: Model = found.model
        parts = name.split("__")
        column: str | None = None
        for position, part in enumerate(parts[:_DEEP]):
            last = parts[position + 1 :]
            owner = self._owner(model, part)
            if owner is None:
                return
            relation = owner.relations.get(part)
            column = owner.columns.get(part)
            rest = [each for each in last if each]
            if relation is not None and rest and rest[0] not in _INDEXED_LOOKUPS and rest[0] != "isnull":
                other = self.models.models.get(relation.model)
                if other is None:
                    return
                key = other.columns.get("pk")
                if (
                    relation.forward
                    and relation.column
                    and rest[0] in ("pk", "id")
                    and key == other.columns.get(rest[0])
                ):
                    self._compare(owner, relation.column, rest[1:], value, found)
                    return
                if not relation.forward and relation.column:
                    found.add(other.table, relation.column)
                model = other
                continue
            if column is None:
                if relation is not None and not relation.forward and relation.column:
                    other = self.models.models.get(relation.model)
                    if other is not None and (not rest or rest[0] != "isnull"):
                        found.add(other.table, other.columns.get("pk", "id"))
                return
            self._compare(owner, column, rest, value, found)
            return

    def _compare(self, owner: Model, column: str, rest: list[str], value: Expr, found: _Found) -> None:
        if isinstance(value, Constant) and value.value is None:
            return
        table = self.models.tables.get(owner.table)
        kind = table.columns[column].type if table is not None and column in table.columns else ""
        compared = predicate(owner.table, column, kind, rest, value)
        if compared is not None:
            found.predicates.append(compared)
        if not rest or (len(rest) == 1 and rest[0] in _INDEXED_LOOKUPS):
            found.add(owner.table, column)

    def _owner(self, model: Model, name: str) -> Model | None:
        """The model, or the one that it extends, that has an attribute."""
        for _ in range(_DEEP):
            if name in model.columns or name in model.relations:
                return model
            parent = self.models.models.get(model.parent)
            if parent is None:
                return None
            model = parent
        return None

    def _order(self, call: Call, found: _Found) -> None:
        for argument in call.args:
            name = (text_of(argument) or "").lstrip("-+")
            owner = self._owner(found.model, name)
            if owner is not None and owner.table == found.model.table and name in owner.columns:
                found.order.append(owner.columns[name])

    def _emit(
        self,
        function: Function,
        call: Call,
        found: _Found,
        kind: Literal["select", "insert", "update", "delete"],
        *,
        bounded: bool,
    ) -> None:
        site = self.backend.site(function, call_index(function, call))
        for table, columns in found.by_table.items():
            main = table == found.model.table
            self.found.append(
                Query(
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
            )


class _Found:
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
        self.by_table.setdefault(table, []).append(column)
