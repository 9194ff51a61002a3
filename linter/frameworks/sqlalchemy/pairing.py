"""Tables that a query reads side by side with no condition that ties them together."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from typing import TypeAlias

from linter.facts.expressions import Attr, Expr, Ref, Result, Starred, walk
from linter.facts.scopes import Call
from linter.facts.sql import Trait
from linter.frameworks.query_chains import Chain
from linter.resolve.definitions import Definition
from linter.schema.model import Model

ModelOf: TypeAlias = Callable[[Ref], "Model | None"]
"""The model that a name, or the name before its attribute, stands for."""

_READS = frozenset(
    {"all", "cte", "execute", "exec", "first", "one", "scalars", "stream", "stream_scalars", "subquery"}
)
_PLAIN = _READS | frozenset(
    {
        "distinct",
        "fetchall",
        "filter",
        "filter_by",
        "group_by",
        "having",
        "limit",
        "mappings",
        "offset",
        "one_or_none",
        "order_by",
        "query",
        "select",
        "tuples",
        "unique",
        "where",
    }
)
"""Methods that bring no other table in, and tie none to another but by the conditions that they name."""
_OPERATORS = frozenset({"and_", "or_", "not_", "cast", "case", "func", "literal"})
_MOST = 200


def unjoined(holder: Definition, chain: Chain, model_of: ModelOf, single: Container[str]) -> Iterator[Trait]:
    """A trait for each table of `select(A, B)` that nothing ties to the first, in order.

    Of the tables in `single` the query reads one row, which makes no product. Nothing is said of a query
    whose tables or conditions are not all understood.
    """
    names = {link.name for link in chain.links}
    if not chain.closed or not names <= _PLAIN or names.isdisjoint(_READS):
        return
    entities = _mentioned(holder, chain.first.args, model_of)
    if entities is None or len(entities) < 2 or any(each.parent for each in entities.values()):
        return
    heads = {table: table for table in entities}
    for link in chain.named("where", "filter", "having"):
        for condition in link.call.args:
            tied = _mentioned(holder, [condition], model_of)
            if tied is None:
                return
            joined = {heads.setdefault(table, table) for table in tied}
            first = next((head for head in heads.values() if head in joined), "")
            heads = {table: first if head in joined else head for table, head in heads.items()}
    alone = {head for table, head in heads.items() if table in single}
    many = dict.fromkeys(heads[table] for table in entities if heads[table] not in alone)
    for table in list(many)[1:]:
        yield Trait("unjoined", table, table)


def _mentioned(holder: Definition, exprs: Iterable[Expr], model_of: ModelOf) -> dict[str, Model] | None:
    """The models that expressions speak of, by table; None when some may bring in others."""
    found: dict[str, Model] = {}
    waiting = list(exprs)
    if any(isinstance(each, (Starred, Ref)) and _model(each, model_of) is None for each in waiting):
        return None
    for _ in range(_MOST):
        if not waiting:
            return found
        for each in walk(waiting.pop(0)):
            model = _model(each, model_of)
            if model is not None:
                found.setdefault(model.table, model)
            elif isinstance(each, Result):
                call = holder.scope.calls[each.call]
                receiver = _receiver(call, model_of)
                if receiver is None:
                    return None
                # An EXISTS of a relationship reads the other table for itself.
                inner = () if call.last_name in ("any", "has") else call.args
                waiting = [*receiver, *inner, *(value for _, value in call.keywords), *waiting]
    return None


def _model(expr: Expr, model_of: ModelOf) -> Model | None:
    return model_of(expr) if isinstance(expr, Ref) else None


def _receiver(call: Call, model_of: ModelOf) -> list[Expr] | None:
    """What a call of a condition is made on; None for a function that may be anything."""
    callee = call.callee
    if isinstance(callee, Attr):
        return [callee.base]
    if not isinstance(callee, Ref):
        return None
    prefix, _, name = callee.name.rpartition(".")
    if prefix and model_of(Ref(prefix)) is not None:
        return [Ref(prefix)]
    is_operator = name in _OPERATORS or prefix.rpartition(".")[2].lstrip(":$") == "func"
    return [] if is_operator else None
