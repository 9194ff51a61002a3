"""Which related rows are loaded along with a query's own, and which only when they are read."""

from __future__ import annotations

from collections.abc import Iterator

from linter.facts.expressions import Attr, Constant, Expr, Mapping, Ref, Result, text_of
from linter.facts.sql import Trait
from linter.frameworks.query_chains import Chain
from linter.resolve.definitions import Definition
from linter.resolve.values import Value, Values

_LAZY = ("select", True)
_LOADERS = frozenset(
    {
        "contains_eager",
        "defaultload",
        "immediateload",
        "joinedload",
        "lazyload",
        "noload",
        "raiseload",
        "selectinload",
        "subqueryload",
    }
)
_OF_COLUMNS = frozenset({"defer", "load_only", "undefer", "undefer_group", "with_expression"})
_PLAIN = frozenset(
    {
        "all",
        "distinct",
        "exec",
        "execute",
        "execution_options",
        "fetchall",
        "filter",
        "filter_by",
        "join",
        "limit",
        "offset",
        "options",
        "order_by",
        "outerjoin",
        "partitions",
        "query",
        "scalars",
        "select",
        "slice",
        "stream",
        "stream_scalars",
        "unique",
        "where",
        "with_for_update",
        "yield_per",
    }
)
"""Methods that leave the rows of a model as they are."""
_LONGEST = 20


def is_lazy(values: Values, value: Value) -> bool:
    """Whether a relationship is loaded by a query of its own when it is read, for all that it says."""
    made = values.made(value)
    if made is None or made.call.is_open:
        return False
    name = made.name.rpartition(".")[2]
    if name not in ("relationship", "Relationship", "relation"):
        return False
    if name != "Relationship":
        return _says_lazy(values, made.keyword("lazy"))
    if made.keyword("sa_relationship") is not None:
        return False
    options = made.keyword("sa_relationship_kwargs")
    if options is None:
        return True
    options = values.follow(options)
    if not isinstance(options.expr, Mapping) or None in options.expr.keys:
        return False
    pairs = zip(options.expr.keys, options.expr.values, strict=True)
    given = next((each for key, each in pairs if key == Constant("lazy")), None)
    return _says_lazy(values, None if given is None else options.beside(given))


def _says_lazy(values: Values, given: Value | None) -> bool:
    return given is None or values.constant(given) in _LAZY


def alone(holder: Definition, chain: Chain, table: str) -> Iterator[Trait]:
    """The trait of a query for rows of one model, with the relationships that its options name."""
    if not chain.closed or not {link.name for link in chain.links} <= _PLAIN:
        return
    asked: dict[str, None] = {}
    for link in chain.links:
        if link.name == "options":
            for option in link.call.args:
                found = _relations(holder, option)
                if found is None:
                    return
                asked.update(dict.fromkeys(found))
    yield Trait("alone", table, detail=", ".join(asked))


def _relations(holder: Definition, option: Expr) -> list[str] | None:
    """The relationships that an option of a query loads, or tells how to; None when that is not known."""
    found: list[str] = []
    for _ in range(_LONGEST):
        if not isinstance(option, Result):
            return None
        call = holder.scope.calls[option.call]
        name = call.last_name
        if name in _LOADERS:
            for argument in call.args:
                named = _relation(argument)
                if named is None:
                    return None
                found.append(named)
        elif name not in _OF_COLUMNS and name != "Load":
            return None
        if not isinstance(call.callee, Attr):
            return found
        option = call.callee.base
    return None


def _relation(argument: Expr) -> str | None:
    """The attribute that `Model.attribute` or a text names."""
    if isinstance(argument, Ref) and "." in argument.name:
        return argument.name.rpartition(".")[2]
    text = text_of(argument)
    return text if text and text != "*" else None
