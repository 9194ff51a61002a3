"""Queries that code builds with Django's ORM."""

from __future__ import annotations

from typing import Literal

from linter.backend import Backend, Function, Query
from linter.facts.expressions import Ref, text_of
from linter.facts.scopes import Call
from linter.facts.sql import Trait
from linter.frameworks.django.annotations import computed
from linter.frameworks.django.lookups import predicate
from linter.frameworks.django.managers import begins_with_all, is_ordered
from linter.frameworks.django.models import DjangoModels
from linter.frameworks.excluded_queries import Root, not_in_traits
from linter.frameworks.lookup_queries import Found, LookupReader, Lookups
from linter.frameworks.negations import excluding
from linter.frameworks.query_chains import Chain, ScopeCalls
from linter.frameworks.query_traits import cut_traits, either_traits
from linter.resolve.definitions import Class
from linter.resolve.project import Variable
from linter.resolve.values import call_index
from linter.schema.model import Model

_LOOKUPS = Lookups(
    indexed=frozenset({"exact", "in", "gt", "gte", "lt", "lte", "range", "startswith"}),
    others=frozenset({"isnull"}),
    predicate=predicate,
)
_SPARED = frozenset({"defaults"})
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
        self.reader = LookupReader(backend, models.models, models.tables, _LOOKUPS)
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
            found = Found(model)
            self.reader.conditions(function, call, found, _SPARED)
            self.found += self.reader.told(function, call, found, "select", bounded="list" not in name)

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
        parameters = function.head.parameters
        if owner is not None and parameters and name in ("$cls", "$" + parameters[0].name) and name == "$cls":
            return owner
        return None

    def _root(self, function: Function, call: Call) -> Root | None:
        """The model of a call on a manager."""
        receiver = call.callee.name.rpartition(".")[0] if isinstance(call.callee, Ref) else ""
        model = self._model(function, receiver) if "." in receiver else None
        if model is None:
            return None
        return Root(model, begins_with_all(self.project, model.cls, receiver.rpartition(".")[2]))

    # Queries

    def _query(self, function: Function, chain: Chain, model: Model, manager: str) -> None:
        found = Found(model)
        kind: Literal["select", "insert", "update", "delete"] = "select"
        bounded = chain.sliced
        excluded: list[Trait] = []
        for link in chain.links:
            name = link.name[1:] if link.name in _ASYNC else link.name
            if name in _FILTERS:
                self.reader.conditions(function, link.call, found, _SPARED)
            if name in ("filter", "exclude"):
                excluded += not_in_traits(self.reader, function, link.call, model, self._root)
            elif name == "order_by":
                self.reader.order(link.call, found)
            elif name in _SHORTCUTS:
                self.reader.conditions(function, link.call, found, _SPARED)
                bounded = bounded or "list" not in name
            elif name in _KINDS:
                kind = _KINDS[name]
            bounded = bounded or name in _BOUNDED
        found.traits = (*self._traits(chain, model, manager, kind), *excluded)
        if kind == "select" and self._is_told(chain, model, manager):
            found.traits += tuple(excluding(self.reader, function, chain, model))
        if len(found.by_table) == 1:
            found.traits += tuple(either_traits(model.table, found.either))
        found.predicates += computed(self.project, self.reader, function, chain, model)
        found.calls = tuple(link.index for link in chain.links)
        is_bounded = bounded or kind != "select"
        self.found += self.reader.told(function, chain.first, found, kind, bounded=is_bounded)

    def _is_told(self, chain: Chain, model: Model, manager: str) -> bool:
        """Whether nothing is asked of the rows but what the calls of a chain say."""
        names = {link.name[1:] if link.name in _ASYNC else link.name for link in chain.links}
        return begins_with_all(self.project, model.cls, manager) and chain.closed and names <= _METHODS

    def _traits(self, chain: Chain, model: Model, manager: str, kind: str) -> tuple[Trait, ...]:
        names = {link.name[1:] if link.name in _ASYNC else link.name for link in chain.links}
        is_plain = begins_with_all(self.project, model.cls, manager)
        traits: list[Trait] = []
        if kind in ("update", "delete") and names <= _KEEPING and not chain.names and is_plain:
            traits.append(Trait("unfiltered", model.table))
        if any(text_of(argument) == "?" for link in chain.named("order_by") for argument in link.call.args):
            traits.append(Trait("random-order"))
        if kind == "select":
            told = self._is_told(chain, model, manager)
            is_free = told and names.isdisjoint(_ORDERING) and not is_ordered(self.models.reader, model.cls)
            traits += cut_traits(chain.cuts, unordered=is_free)
            if told and names <= _ROWS:
                traits.append(Trait("alone", model.table))
        return tuple(traits)
