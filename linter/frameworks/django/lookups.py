"""What Django's lookups are in SQL: which operator compares a column, and what is put around it."""

from __future__ import annotations

from collections.abc import Sequence

from linter.facts.expressions import Expr, text_of
from linter.facts.sql import Predicate

_OPERATORS = {
    "exact": "=",
    "in": "in",
    "gt": ">",
    "gte": ">=",
    "lt": "<",
    "lte": "<=",
    "range": "between",
    "isnull": "is",
}
_PATTERNS = {
    "contains": ("like", "%{}%"),
    "icontains": ("ilike", "%{}%"),
    "startswith": ("like", "{}%"),
    "istartswith": ("ilike", "{}%"),
    "endswith": ("like", "%{}"),
    "iendswith": ("ilike", "%{}"),
    "iexact": ("ilike", "{}"),
}
_PARTS = frozenset(
    {
        "date",
        "time",
        "month",
        "day",
        "week",
        "week_day",
        "iso_week_day",
        "quarter",
        "hour",
        "minute",
        "second",
    }
)
"""Transforms of a time that call a function on the column. `year` is turned into a range."""
_MOST = 40


def predicate(table: str, column: str, kind: str, lookups: Sequence[str], value: Expr) -> Predicate | None:
    """The comparison that `column__lookup=value` makes; None for one that is not known here.

    `kind` is the column's type. What lookups do to arrays, ranges and JSON is not told.
    """
    is_text = kind.startswith(("varchar", "text", "char")) and not kind.endswith("]")
    is_time = kind.startswith("timestamp")
    if not lookups:
        return Predicate(table, column, "=")
    if len(lookups) == 1 and lookups[0] in _OPERATORS:
        return Predicate(table, column, _OPERATORS[lookups[0]])
    if len(lookups) == 1 and lookups[0] in _PATTERNS and is_text:
        operator, shape = _PATTERNS[lookups[0]]
        text = text_of(value)
        shown = "…" if text is None or len(text) > _MOST else text
        return Predicate(table, column, operator, "", shape.format(shown))
    if is_time and lookups[0] in _PARTS and (len(lookups) == 1 or lookups[1] in _OPERATORS):
        operator = "=" if len(lookups) == 1 else _OPERATORS[lookups[1]]
        return Predicate(table, column, operator, lookups[0])
    return None
