"""Queries that code builds with Tortoise ORM."""

from __future__ import annotations

from typing import Literal

from linter.backend import Backend, Function, Query
from linter.facts.expressions import Ref
from linter.facts.scopes import Call
from linter.facts.sql import Trait
from linter.frameworks.excluded_queries import Root, not_in_traits
from linter.frameworks.lookup_queries import Found, LookupReader
from linter.frameworks.negations import excluding
from linter.frameworks.query_chains import Chain, ScopeCalls
from linter.frameworks.query_traits import cut_traits, either_traits, most_rows, skips_rows
from linter.frameworks.tortoise.lookups import LOOKUPS
from linter.frameworks.tortoise.models import TortoiseModels
from linter.resolve.definitions import Class
from linter.resolve.values import Value, call_index
from linter.schema.model import Model

_Kind = Literal["select", "insert", "update", "delete"]

_FILTERS = frozenset({"filter", "get", "get_or_none", "exists", "get_or_create", "update_or_create"})
_NAMING = _FILTERS - {"filter"}
"""Calls that give conditions and run the query."""
_KINDS: dict[str, _Kind] = {
    "create": "insert",
    "bulk_create": "insert",
    "update": "update",
    "bulk_update": "update",
    "delete": "delete",
}
_BOUNDED = _NAMING | {
    "contains",
    "count",
    "earliest",
    "first",
    "in_bulk",
    "last",
    "latest",
    "limit",
}
_ROOTS = _FILTERS | {
    "all",
    "annotate",
    "bulk_create",
    "bulk_update",
    "create",
    "earliest",
    "exclude",
    "first",
    "in_bulk",
    "last",
    "latest",
    "select_for_update",
}
"""Methods of a model's class that begin a query."""
_METHODS = _ROOTS | {
    "contains",
    "count",
    "delete",
    "distinct",
    "force_index",
    "group_by",
    "limit",
    "offset",
    "only",
    "order_by",
    "prefetch_related",
    "select_related",
    "update",
    "use_index",
    "using_db",
    "values",
    "values_list",
}
_KEEPING = frozenset({"all", "annotate", "delete", "order_by", "select_for_update", "update", "using_db"})
"""Methods that leave the rows of a query as they are."""
_ORDERING = frozenset(
    {"order_by", "latest", "earliest", "first", "last", "select_for_update", "get", "get_or_none", "count"}
)
"""Methods that give an order, or whose rows need none."""
_SPARED = frozenset({"defaults", "using_db"})


def queries(backend: Backend, models: TortoiseModels) -> list[Query]:
    """One query for each complete chain, and one for each table that its lookups reach."""
    reader = _Reader(backend, models)
    for name in sorted(_ROOTS):
        for site in backend.methods_called(name):
            assert site.call is not None
            reader.root(site.function, site.call, name)
    return reader.found


class _Reader:
    def __init__(self, backend: Backend, models: TortoiseModels) -> None:
        self.project = backend.project
        self.models = models
        self.reader = LookupReader(backend, models.models, models.tables, LOOKUPS)
        self.found: list[Query] = []
        self._scopes: dict[int, tuple[ScopeCalls, set[int]]] = {}

    def root(self, function: Function, call: Call, name: str) -> None:
        """`Model.filter(…)` and the like; other calls of these names are passed over."""
        model = self._model(function, call, name)
        if model is None:
            return
        key = id(function)
        if key not in self._scopes:
            self._scopes[key] = (ScopeCalls(function, frozenset()), set())
        calls, used = self._scopes[key]
        index = call_index(function, call)
        if index not in used:
            self._query(function, calls.chain(index, name, used), model)

    def _model(self, function: Function, call: Call, name: str) -> Model | None:
        """The model whose class a call of Tortoise's own method is made on."""
        callee = call.callee
        if not isinstance(callee, Ref) or not isinstance(function, Function):
            return None
        receiver = callee.name.rpartition(".")[0]
        cls = self._class_named(function, receiver) if receiver.strip("$:.") else None
        if cls is None or cls.id not in self.models.models:
            return None
        member = self.project.member(cls, name)
        return None if member is not None and member.target is not None else self.models.models[cls.id]

    def _class_named(self, function: Function, name: str) -> Class | None:
        if name == "$cls" and function.owner is not None and function.head.parameters[:1]:
            return function.owner if function.head.parameters[0].name == "cls" else None
        found = self.models.values.named(Value(function, Ref(name)))
        return found.target if found is not None and isinstance(found.target, Class) else None

    def _root(self, function: Function, call: Call) -> Root | None:
        """The model that a call begins a query on."""
        model = self._model(function, call, call.last_name)
        return None if model is None else Root(model, self._begins_with_all(model))

    def _begins_with_all(self, model: Model) -> bool:
        return self.models.meta(model.cls, "manager") is None

    def _query(self, function: Function, chain: Chain, model: Model) -> None:
        found = Found(model)
        kind: _Kind = "select"
        bounded = chain.sliced
        excluded: list[Trait] = []
        for link in chain.links:
            if link.name in _FILTERS:
                self.reader.conditions(function, link.call, found, _SPARED)
            if link.name in ("filter", "exclude"):
                excluded += not_in_traits(self.reader, function, link.call, model, self._root)
            if link.name == "order_by":
                self.reader.order(link.call, found)
            kind = _KINDS.get(link.name, kind)
            bounded = bounded or link.name in _BOUNDED
        found.traits = (*self._traits(chain, model, kind), *excluded)
        if kind == "select" and self._is_told(chain, model) and not chain.has(*_NAMING):
            found.traits += tuple(excluding(self.reader, function, chain, model))
        if len(found.by_table) == 1:
            found.traits += tuple(either_traits(model.table, found.either))
        found.calls = tuple(link.index for link in chain.links)
        is_bounded = bounded or kind != "select"
        self.found += self.reader.told(function, chain.first, found, kind, bounded=is_bounded)

    def _is_told(self, chain: Chain, model: Model) -> bool:
        """Whether nothing is asked of the rows but what the calls of a chain say."""
        names = {link.name for link in chain.links}
        return self._begins_with_all(model) and chain.closed and names <= _METHODS

    def _traits(self, chain: Chain, model: Model, kind: _Kind) -> tuple[Trait, ...]:
        names = {link.name for link in chain.links}
        if kind in ("update", "delete") and names <= _KEEPING and not chain.names:
            return (Trait("unfiltered", model.table),) if self._begins_with_all(model) else ()
        if kind != "select":
            return ()
        told = self._is_told(chain, model) and names.isdisjoint(_ORDERING)
        is_free = told and not self._is_ordered(model.cls)
        traits = list(cut_traits(chain.cuts, unordered=is_free))
        if skips_rows(chain):
            traits.append(Trait("offset"))
        most = most_rows(chain)
        if is_free and most is not None:
            traits.append(Trait("unordered-limit", detail=most))
        return tuple(dict.fromkeys(traits))

    def _is_ordered(self, cls: Class) -> bool:
        """Whether a model has an order of its own, or takes that of a base."""
        return any(
            isinstance(base.target, Class) and self.models.meta(base.target, "ordering") is not None
            for base in self.project.ancestors(cls)
        )
