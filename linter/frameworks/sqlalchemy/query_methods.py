"""Names of the calls that build and run queries of SQLAlchemy."""

from __future__ import annotations

EXECUTES = frozenset(
    {"execute", "scalars", "scalar", "exec", "stream", "stream_scalars", "select_from", "one", "all"}
)
BOUNDED = (
    "limit",
    "first",
    "one",
    "one_or_none",
    "scalar",
    "scalar_one",
    "scalar_one_or_none",
    "get",
    "get_or_404",
    "first_or_404",
    "one_or_404",
    "exists",
    "count",
    "paginate",
    "fetchone",
    "fetchmany",
    "slice",
    "get_one",
)
JOINS = frozenset({"join", "outerjoin", "join_from", "outerjoin_from"})
METHODS = frozenset({"in_", "between", "startswith", "like", "__eq__", "any_"})
AGGREGATES = frozenset({"count", "sum", "max", "min", "avg", "exists"})
CHANGES = {"update": "update", "delete": "delete", "insert": "insert"}
WRITING = frozenset({"delete", "update", "values", "execute", "exec", "execution_options", "returning"})
"""Calls that build and run a write to all rows; what its result is asked for does not matter."""
RUNS = frozenset({"execute", "exec", "scalars", "stream", "stream_scalars", "all", "fetchall", "mappings"})
ORDERED = frozenset(
    {"order_by", "with_for_update", "first", "one", "scalar", "one_or_none", "scalar_one_or_none", "subquery"}
)
"""Calls that give an order, or after which none is needed."""
QUERY_METHODS = frozenset(
    {
        "filter_by",
        "filter",
        "get",
        "get_or_404",
        "first",
        "all",
        "order_by",
        "join",
        "outerjoin",
        "options",
        "count",
        "paginate",
        "limit",
        "delete",
        "update",
        "with_entities",
        "distinct",
        "group_by",
        "offset",
        "first_or_404",
        "one",
        "one_or_none",
    }
)
