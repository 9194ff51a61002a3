"""What Tortoise's lookups are in SQL: which operator compares a column, and what is put around it."""

from __future__ import annotations

from collections.abc import Sequence

from linter.facts.expressions import Expr, text_of
from linter.facts.sql import Predicate
from linter.frameworks.lookup_queries import Lookups

_OPERATORS = {
    "in": "in",
    "gt": ">",
    "gte": ">=",
    "lt": "<",
    "lte": "<=",
    "range": "between",
    "isnull": "is",
}
_PATTERNS = {"contains": "%{}%", "startswith": "{}%", "endswith": "%{}"}
"""With an `i` before the name, Tortoise compares `UPPER(column)`."""
_PARTS = frozenset(
    {"year", "quarter", "month", "week", "day", "hour", "minute", "second", "microsecond", "date"}
)
_MOST = 40


def predicate(table: str, column: str, kind: str, lookups: Sequence[str], value: Expr) -> Predicate | None:
    """The comparison that `column__lookup=value` makes; None for one that is not known here.

    `kind` is the column's type. What lookups do to arrays and JSON is not told.
    """
    if not lookups:
        return Predicate(table, column, "=")
    lookup = lookups[0]
    is_text = kind.startswith(("varchar", "text"))
    if len(lookups) == 1 and lookup in _OPERATORS:
        return Predicate(table, column, _OPERATORS[lookup])
    if len(lookups) == 1 and lookup == "iexact" and is_text:
        return Predicate(table, column, "=", "upper")
    if len(lookups) == 1 and lookup.removeprefix("i") in _PATTERNS and is_text:
        text = text_of(value)
        shown = "…" if text is None or len(text) > _MOST else text
        pattern = _PATTERNS[lookup.removeprefix("i")].format(shown)
        return Predicate(table, column, "like", "upper" if lookup.startswith("i") else "", pattern)
    if lookup in _PARTS and kind.startswith(("timestamp", "date", "time")):
        operator = "=" if len(lookups) == 1 else _OPERATORS.get(lookups[1])
        return Predicate(table, column, operator, lookup) if operator else None
    return None


LOOKUPS = Lookups(
    indexed=frozenset({"in", "gt", "gte", "lt", "lte", "range", "startswith"}),
    others=frozenset({"isnull", "not", "not_in", "not_isnull"}),
    predicate=predicate,
)
