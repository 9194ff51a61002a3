"""Shapes that say something else than their author believes, or that cost for nothing.

Parts of a UNION that do not fit, DISTINCT that does nothing, conditions that hold always or never,
positions among names, and texts that a NULL swallows. Imports sqlglot. Nothing here recurses.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import exp

from linter.extract.sql_names import Names, Sources
from linter.extract.sql_predicates import column_name
from linter.facts.sql import Trait
from linter.parse.sql_clean import is_hole

_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)
_GUARDS = (exp.Coalesce, exp.Case, exp.If)
_TEMPLATE = frozenset("{%$:")


def set_operation(node: exp.SetOperation) -> Iterator[Trait]:
    """How wide the parts of a UNION, INTERSECT or EXCEPT are, and whether they can share rows.

    The widths are told where they differ, or where `*` stands for the columns of tables.
    """
    if isinstance(node.parent, exp.SetOperation) or node.args.get("by_name"):
        return
    parts = _parts(node)
    widths = [_width(part) for part in parts]
    if all(widths) and (len(set(widths)) > 1 or "+" in "".join(widths)):
        yield Trait("set-widths", "", type(node).__name__.upper(), " | ".join(widths))
    if _removes_repeats(node) and any(part.args.get("from_") for part in parts) and _are_apart(parts):
        yield Trait("apart-union")


def _parts(node: exp.Expr) -> list[exp.Expr]:
    """The queries that a set operation joins, in order."""
    found: list[exp.Expr] = []
    waiting = [node]
    while waiting:
        each = waiting.pop()
        while isinstance(each, (exp.Subquery, exp.Paren)):
            each = each.this
        if isinstance(each, exp.SetOperation):
            waiting += [each.expression, each.this]
        else:
            found.append(each)
    return found


def _width(part: exp.Expr) -> str:
    """How many columns a part has, behind `+` the tables whose columns come on top; empty if not known."""
    source = part.args.get("from_")
    if isinstance(source, exp.From) and isinstance(source.this, exp.Values) and len(part.expressions) == 1:
        # sqlglot reads `UNION VALUES (1, 2)` as `UNION SELECT * FROM (VALUES (1, 2))`.
        part = source.this if isinstance(part.expressions[0], exp.Star) else part
    if isinstance(part, exp.Values):
        rows = {len(row.expressions) for row in part.expressions if isinstance(row, exp.Tuple)}
        return str(rows.pop()) if len(rows) == 1 else ""
    if not isinstance(part, exp.Select) or any(_may_be_many(each) for each in part.expressions):
        return ""
    stars = [each for each in part.expressions if each.is_star]
    tables: list[str] = []
    if stars:
        sources = Sources(part)
        made = {each.alias.lower() for with_ in _withs(part) for each in with_.expressions}
        joined = part.args.get("joins") or ()
        if not sources.complete or any(join.args.get("using") or join.args.get("method") for join in joined):
            return ""
        for star in stars:
            called = star.table.lower() if isinstance(star, exp.Column) else ""
            found = [real for real, name in sources.tables if not called or name == called]
            is_all = called or len(sources.names) == len(sources.tables)
            if not found or not is_all or any(real.lower() in made or is_hole(real) for real in found):
                return ""
            tables += found
    return "+".join([str(len(part.expressions) - len(stars)), *tables])


def _may_be_many(column: exp.Expr) -> bool:
    """Whether a result may be several columns: what a template fills in, or a star that leaves some out."""
    inner = column.unalias()
    if isinstance(inner, exp.Star) or (isinstance(inner, exp.Column) and isinstance(inner.this, exp.Star)):
        star = inner if isinstance(inner, exp.Star) else inner.this
        return any(star.args.values())
    return isinstance(inner, exp.Column) and is_hole(inner.name)


def _withs(part: exp.Expr) -> Iterator[exp.With]:
    node: exp.Expr | None = part
    while node is not None:
        with_ = node.args.get("with_")
        if isinstance(with_, exp.With):
            yield with_
        node = node.parent


def _removes_repeats(node: exp.SetOperation) -> bool:
    """Whether it is made of UNION without ALL only, outside of a recursion, which ends by it."""
    waiting: list[exp.Expr] = [node]
    while waiting:
        each = waiting.pop().unnest()
        if isinstance(each, exp.SetOperation):
            if not isinstance(each, exp.Union) or not each.args.get("distinct"):
                return False
            waiting += [each.this, each.expression]
    with_ = node.find_ancestor(exp.With)
    return with_ is None or not with_.args.get("recursive")


def _are_apart(parts: Sequence[exp.Expr]) -> bool:
    """Whether all parts have constants in the same place, each another one."""
    if any(each.is_star for part in parts for each in part.expressions):
        return False
    for column in zip(*(part.expressions for part in parts), strict=False):
        constants = [each.unalias() for each in column]
        if all(isinstance(each, exp.Literal) and not _is_filled(each) for each in constants):
            kinds = {each.is_string for each in constants}
            if len(kinds) == 1 and len({_value(each) for each in constants}) == len(parts):
                return True
    return False


def _value(literal: exp.Literal) -> object:
    """What is compared: MySQL's texts know no case and no blanks at their end."""
    if literal.is_string:
        return literal.name.casefold().rstrip()
    try:
        return float(literal.name)
    except ValueError:
        return literal.name


def _is_filled(literal: exp.Literal) -> bool:
    """Whether a template or a driver may put something into a text."""
    return literal.is_string and (not _TEMPLATE.isdisjoint(literal.name) or "hole_" in literal.name)


def useless_distinct(select: exp.Select) -> Iterator[Trait]:
    """`DISTINCT (a), b`, which looks like a function, and DISTINCT beside a GROUP BY that does it."""
    distinct = select.args.get("distinct")
    if not isinstance(distinct, exp.Distinct) or distinct.args.get("on"):
        return
    results = [each.unalias() for each in select.expressions]
    first = results[0] if results else None
    if len(results) > 1 and isinstance(first, exp.Paren) and isinstance(first.this, exp.Column):
        if not any(isinstance(each, exp.Paren) for each in results[1:]):
            yield Trait("distinct-function", "", column_name(first.this))
    group = select.args.get("group")
    if isinstance(group, exp.Group) and group.expressions and not _is_rolled_up(group):
        names = {each.alias.lower() for each in select.expressions if each.alias}
        if all(_is_selected(key, results, names) for key in group.expressions):
            yield Trait("distinct-groups")


def _is_rolled_up(group: exp.Group) -> bool:
    return any(value for name, value in group.args.items() if name != "expressions") or any(
        isinstance(each, (exp.Rollup, exp.Cube, exp.GroupingSets)) for each in group.expressions
    )


def _is_selected(key: exp.Expr, results: Sequence[exp.Expr], names: set[str]) -> bool:
    if isinstance(key, exp.Literal) and not key.is_string:
        return True
    return key in results or (isinstance(key, exp.Column) and not key.table and key.name.lower() in names)


def constant_conditions(condition: exp.Expr, *, is_join: bool) -> Iterator[Trait]:
    """Conditions that hold for all rows or for none, but for those by which queries are put together."""
    if not is_join and _truth(condition.unnest()) is False:
        yield Trait("never", "", condition.sql())
    waiting = [condition]
    while waiting:
        node = waiting.pop().unnest()
        if isinstance(node, (exp.And, exp.Or)):
            waiting += [node.right, node.left]
            kind = "always" if isinstance(node, exp.Or) else "never"
            for part in (node.left.unnest(), node.right.unnest()):
                if _truth(part) is (kind == "always"):
                    yield Trait(kind, "", part.sql(), "part")
        elif isinstance(node, exp.Not):
            waiting.append(node.this)
        elif isinstance(node, _COMPARISONS) and isinstance(node.left, exp.Column) and node.left == node.right:
            if not is_hole(node.left.name) and not is_hole(node.left.table or "x"):
                yield Trait("itself", "", node.sql(), column_name(node.left))


def _truth(node: exp.Expr) -> bool | None:
    """What a condition of constants comes to; None for any other."""
    if isinstance(node, exp.Boolean):
        return bool(node.this)
    if not isinstance(node, (exp.EQ, exp.NEQ)):
        return None
    left, right = node.left, node.right
    if not isinstance(left, exp.Literal) or not isinstance(right, exp.Literal):
        return None
    if left.is_string != right.is_string or _is_filled(left) or _is_filled(right):
        return None
    return (_value(left) == _value(right)) is isinstance(node, exp.EQ)


def mixed_positions(node: exp.Order | exp.Group) -> Iterator[Trait]:
    """Positions and names side by side: `ORDER BY 2, name`."""
    keys = [each.this if isinstance(each, exp.Ordered) else each for each in node.expressions]
    by_position = [isinstance(each, exp.Literal) and not each.is_string for each in keys]
    if any(by_position) and not all(by_position):
        yield Trait("mixed-positions", detail="ORDER BY" if isinstance(node, exp.Order) else "GROUP BY")


def concatenations(pipe: exp.DPipe, names: Names) -> Iterator[Trait]:
    """The columns that `||` puts together, unless something around it cares for NULL."""
    scope = None if isinstance(pipe.parent, exp.DPipe) else pipe.find_ancestor(exp.Select, exp.Update)
    if scope is None:
        return
    node: exp.Expr | None = pipe.parent
    while node is not None and node is not scope:
        if isinstance(node, _GUARDS):
            return
        node = node.parent
    where = scope.args.get("where")
    asked = (
        {column_name(each) for each in where.find_all(exp.Column)} if isinstance(where, exp.Where) else set()
    )
    tables = names.sources(scope).tables
    for operand in pipe.flatten():
        column = operand.unnest()
        if not isinstance(column, exp.Column) or column_name(column) in asked:
            continue
        called = column.table.lower()
        found = [real for real, name in tables if name == called or (not called and len(tables) == 1)]
        if found and not is_hole(found[0]):
            yield Trait("concatenated", found[0], column_name(column))
