"""Loops over the rows of a query, and the queries that run in them once for each row."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from linter.analyses.row_reads import reads_in_loop
from linter.facts.expressions import Constant, Expr, Item, Operation, Ref, Result, walk
from linter.facts.scopes import Block, Call
from linter.facts.spans import Span
from linter.resolve.definitions import Function

if TYPE_CHECKING:
    from linter.backend import Backend, Query

_PASSES_ON = frozenset({"enumerate", "iter", "list", "reversed", "sorted", "tuple"})
_FETCHES = frozenset({"fetchall", "fetch", "fetch_all", "iterate"})
_RUNS = frozenset(
    {
        "aexists",
        "afirst",
        "aget",
        "aggregate",
        "all",
        "count",
        "earliest",
        "exec",
        "execute",
        "exists",
        "fetchone",
        "fetchrow",
        "fetchval",
        "first",
        "get",
        "get_or_none",
        "in_bulk",
        "last",
        "latest",
        "one",
        "one_or_none",
        "scalar",
        "scalars",
        *_FETCHES,
    }
)
_ONE_ROW = frozenset({"count", "exists", "fetchone", "first", "get", "one", "one_or_none", "scalar"})
_DEEP = 6


@lru_cache(maxsize=1)
def _queries(backend: Backend) -> dict[str, list[Query]]:
    """Reading queries by the id of their function."""
    found: dict[str, list[Query]] = {}
    for each in backend.queries:
        if each.kind == "select" and each.calls:
            found.setdefault(each.function.id, []).append(each)
    return found


@lru_cache(maxsize=1)
def repeated_queries(backend: Backend) -> dict[str, dict[int, list[Query]]]:
    """The queries that a loop over rows runs, by the id of their function and the place of the loop."""
    found: dict[str, dict[int, list[Query]]] = {}
    for name, queries in _queries(backend).items():
        seen: set[tuple[int, ...]] = set()
        for query in queries:
            loop = None if query.calls in seen else _loop_around(backend, query, queries)
            seen.add(query.calls)
            if loop is not None:
                found.setdefault(name, {}).setdefault(loop.span, []).append(query)
    return found


def _loop_around(backend: Backend, query: Query, queries: list[Query]) -> Block | None:
    """The loop over rows that runs a query with a value of the row."""
    function = query.function
    calls = [function.scope.calls[index] for index in query.calls]
    run = next((at for at, call in enumerate(calls) if call.last_name in _RUNS), None)
    if run is None:
        return None
    # What is called on the result afterwards runs no query: `promotions.get(…)` of a mapping.
    calls = calls[: run + 1]
    for block in _loops_around(function, calls[-1].block):
        source = _rows_of(function, block.subject, queries, 0)
        names = {each.name for each in block.targets if isinstance(each, Ref)}
        is_other = source is not None and not set(source) & set(query.calls)
        if is_other and any(_reads_any(backend, function, call, names) for call in calls):
            return block
    return None


def _loops_around(function: Function, index: int) -> Iterator[Block]:
    """The loops around a block, innermost first, up to one that looks a value up in what it keeps."""
    blocks = function.scope.blocks
    while index:
        block = blocks[index]
        if block.kind in ("for", "comprehension"):
            yield block
        elif block.kind in ("if", "try", "except", "while") and (block.kind != "if" or _is_of_cache(block)):
            return
        index = block.parent


def _is_of_cache(block: Block) -> bool:
    """Whether a condition asks for what is not known yet."""
    return block.subject is not None and any(
        isinstance(each, Operation) and each.operator in ("not in", "not", "is")
        for each in walk(block.subject)
    )


def _rows_of(
    function: Function, expr: Expr | None, queries: list[Query], depth: int
) -> tuple[int, ...] | None:
    """The calls of the query whose rows an expression holds; None when it is not known to hold any."""
    if depth > _DEEP or expr is None:
        return None
    match expr:
        case Operation(operator="await", operands=(inner,)) | Item(base=inner, key=Operation(operator=":")):
            return _rows_of(function, inner, queries, depth + 1)
        case Result(call=index):
            call = function.scope.calls[index]
            name = call.last_name
            if name in _PASSES_ON and call.args:
                return _rows_of(function, call.args[0], queries, depth + 1)
            if name in _FETCHES and not call.args:
                return (index,)
            return next((each.calls for each in queries if index in each.calls and _is_many(each)), None)
        case Ref(name=name) if name[0] == "$" and "." not in name:
            assigned = function.assignments.get(name[1:], [])
            if len(assigned) == 1 and len(assigned[0].targets) == 1 and assigned[0].operator is None:
                return _rows_of(function, assigned[0].value, queries, depth + 1)
    return None


def _is_many(query: Query) -> bool:
    """Whether a query gives many rows: all that it finds, or a page of them."""
    return query.spelling == "orm" and (not query.bounded or _is_page(query))


def _is_page(query: Query) -> bool:
    calls = [query.function.scope.calls[index] for index in query.calls]
    limits = [call.args[:1] for call in calls if call.last_name in ("limit", "slice")]
    return (
        bool(limits)
        and (Constant(1),) not in limits
        and not any(call.last_name in _ONE_ROW for call in calls)
    )


def _reads_any(backend: Backend, function: Function, call: Call, names: set[str]) -> bool:
    """Whether an argument of a call reads one of the names, or something of one."""
    given = (*call.args, *(value for _, value in call.keywords))
    return any(
        read.name.partition(".")[0] in names for expr in given for read in backend.reads(expr, function)
    )


def loops_over(backend: Backend, query: Query) -> Iterator[tuple[str, list[Ref], Span]]:
    """Each loop over the rows of a query: the name of the row, what the loop reads, and its place."""
    function = query.function
    queries = _queries(backend)[function.id]
    for index, block in enumerate(function.scope.blocks):
        target = block.targets[0] if block.targets else None
        if block.kind not in ("for", "comprehension") or not isinstance(target, Ref):
            continue
        if _rows_of(function, block.subject, queries, 0) == query.calls:
            yield target.name, list(reads_in_loop(backend, function, index)), block.span


def selects_beside(backend: Backend, query: Query) -> Iterator[Query]:
    """The other reading queries of a query's function."""
    return (each for each in _queries(backend)[query.function.id] if each.calls != query.calls)


def is_set(function: Function, name: str) -> bool:
    """Whether a function assigns to an attribute of a row."""
    return any(
        target == Ref(name)
        for statement in function.scope.statements
        for target in getattr(statement, "targets", ())
    )
