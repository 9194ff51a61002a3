"""Comparisons of columns, from the tree of a condition.

Imports sqlglot; see `sql_queries`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from sqlglot import exp

from linter.facts.sql import Predicate
from linter.parse.sql_clean import is_hole

TableOf: TypeAlias = Callable[[exp.Column], str]

_OPERATORS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.NullSafeEQ: "is not distinct from",
    exp.NullSafeNEQ: "is distinct from",
    exp.SimilarTo: "similar to",
    exp.RegexpLike: "~",
    exp.RegexpILike: "~*",
    exp.ArrayContainsAll: "@>",
    exp.ArrayContainedBy: "<@",
    exp.ArrayOverlaps: "&&",
    exp.JSONBContainsTopKey: "?",
}
_FLIPPED = {">": "<", ">=": "<=", "<": ">", "<=": ">=", "@>": "<@", "<@": "@>"}
_NEGATED = {
    "=": "<>",
    "<>": "=",
    ">": "<=",
    ">=": "<",
    "<": ">=",
    "<=": ">",
    "is": "is not",
    "~": "!~",
    "~*": "!~*",
}
_ARROWS: dict[type[exp.Expr], str] = {
    exp.JSONExtract: "->",
    exp.JSONExtractScalar: "->>",
    exp.JSONBExtract: "#>",
    exp.JSONBExtractScalar: "#>>",
    exp.Bracket: "[]",
    exp.DPipe: "||",
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
    exp.Mod: "%",
    exp.Neg: "-",
}
_PATTERNS = (exp.Like, exp.ILike, exp.SimilarTo, exp.RegexpLike, exp.RegexpILike, exp.Glob)
_CONNECTORS = (exp.And, exp.Or, exp.Xor, exp.Paren)


def column_name(node: exp.Expr) -> str:
    """The name of a column or identifier, in lower case unless it is quoted."""
    identifier = node.this if isinstance(node, exp.Column) else node
    name: str = identifier.name
    quoted = isinstance(identifier, exp.Identifier) and identifier.args.get("quoted")
    return name if quoted else name.lower()


def label(node: exp.Expr, text: str) -> str:
    """What is ordered by: a column, a position, or `function(column)`."""
    if isinstance(node, (exp.Column, exp.Identifier)):
        return column_name(node)
    if isinstance(node, exp.Literal):
        return str(node.name)
    return f"{_function(node, text)}({', '.join(column_name(column) for column in _columns_in(node))})"


def predicates_in(condition: exp.Expr, table_of: TableOf, text: str) -> Iterator[Predicate]:
    """The comparisons in `condition`, in source order. Queries inside it are not entered."""
    stack = [(condition, False)]
    while stack:
        node, negated = stack.pop()
        if isinstance(node, exp.Not):
            stack.append((node.this, not negated))
        elif isinstance(node, _CONNECTORS):
            stack += [(each, negated) for each in reversed(list(node.iter_expressions()))]
        elif isinstance(node, exp.Column):
            yield from _predicates(node, "is not" if negated else "is", table_of, text)
        elif isinstance(node, (exp.Predicate, exp.Binary)):
            yield from _comparison(node, negated, table_of, text)


def _comparison(node: exp.Expr, negated: bool, table_of: TableOf, text: str) -> Iterator[Predicate]:
    left, right = node.this, node.args.get("expression")
    operator = _operator(node, right, negated != bool(node.args.get("negate")))
    pattern = None
    if isinstance(node, _PATTERNS) and isinstance(right, exp.Literal) and right.is_string:
        pattern = str(right.name)
    if isinstance(left, exp.Expr):
        yield from _predicates(left, operator, table_of, text, pattern, _against(node))
    if isinstance(right, exp.Expr) and not isinstance(node, _PATTERNS):
        against = _numbers([left])
        yield from _predicates(right, _FLIPPED.get(operator, operator), table_of, text, against=against)


def _against(node: exp.Expr) -> str:
    """The kind of numbers on the right side of a comparison; empty when anything else stands there."""
    if isinstance(node, exp.In):
        return _numbers(node.expressions)
    if isinstance(node, exp.Between):
        return _numbers([node.args.get("low"), node.args.get("high")])
    return _numbers([node.args.get("expression")]) if type(node) in _OPERATORS else ""


def _numbers(values: list[object]) -> str:
    kinds = set()
    for value in values:
        literal = value.this if isinstance(value, exp.Neg) else value
        if not isinstance(literal, exp.Literal) or literal.is_string:
            return ""
        kinds.add("integer" if literal.name.isdigit() else "fraction")
    return min(kinds, default="")


def _operator(node: exp.Expr, right: exp.Expr | None, negated: bool) -> str:
    """The spelling of a comparison. `= NULL` is kept apart, `= ANY` is `in`."""
    if isinstance(node, exp.EQ) and isinstance(right, exp.Any):
        return "not in" if negated else "in"
    if isinstance(node, exp.NEQ) and _is_all(right):
        return "in" if negated else "not in"
    operator = _OPERATORS.get(type(node), node.key)
    if negated:
        operator = _NEGATED.get(operator) or f"not {operator}"
    if operator in ("=", "<>") and isinstance(right, exp.Null):
        operator += " null"
    return operator


def _is_all(node: exp.Expr | None) -> bool:
    """Whether `node` is `ALL (…)`, which sqlglot takes for a function unless a query stands in it."""
    return isinstance(node, exp.All) or (isinstance(node, exp.Anonymous) and node.name.upper() == "ALL")


def _predicates(
    operand: exp.Expr,
    operator: str,
    table_of: TableOf,
    text: str,
    pattern: str | None = None,
    against: str = "",
) -> Iterator[Predicate]:
    """One predicate for each column of an operand."""
    while isinstance(operand, exp.Paren):
        operand = operand.this
    if isinstance(operand, exp.Tuple):
        plain = [each for each in operand.expressions if isinstance(each, exp.Column)]
        found, wrapped = plain, ""
    else:
        found = _columns_in(operand)
        wrapped = "" if isinstance(operand, exp.Column) else _function(operand, text)
    for column in found:
        name = column_name(column)
        if not is_hole(name):
            yield Predicate(table_of(column), name, operator, wrapped, pattern, "" if wrapped else against)


def _columns_in(node: exp.Expr) -> list[exp.Column]:
    """The columns of an expression, in source order, without those of queries inside it."""
    found = []
    stack = [node]
    while stack:
        node = stack.pop()
        if isinstance(node, exp.Column):
            found.append(node)
        elif not isinstance(node, (exp.Query, exp.Any)) and not _is_all(node):
            stack += reversed(list(node.iter_expressions()))
    return found


def _function(node: exp.Expr, text: str) -> str:
    """The name of a function as the source spells it, in lower case, or the operator's symbol."""
    while isinstance(node, (exp.Paren, exp.Dot)):
        node = node.expression if isinstance(node, exp.Dot) else node.this
    if isinstance(node, exp.Anonymous):
        return str(node.name).lower()
    if symbol := _ARROWS.get(type(node)):
        return symbol
    start, end = node.meta.get("start"), node.meta.get("end")
    if isinstance(node, exp.Func) and start is not None and end is not None:
        return text[start : end + 1].lower()
    return node.key
