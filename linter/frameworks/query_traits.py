"""What taking a part of a query's result says of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from linter.facts.expressions import Constant, Expr, Operation
from linter.facts.sql import Predicate, Trait
from linter.frameworks.query_chains import Chain


def cut_traits(cuts: Iterable[Expr], *, unordered: bool) -> Iterator[Trait]:
    """The traits of `query[first:last]`; `unordered` says that the query has no order. Each is said once.

    A fixed number of rows that is left out is no page.
    """
    found: dict[Trait, None] = {}
    for cut in cuts:
        if not isinstance(cut, Operation) or cut.operator != ":" or not cut.operands:
            continue
        first, last = (constant_or_unknown(each) for each in (*cut.operands, Constant(None))[:2])
        if first is ...:
            found[Trait("offset")] = None
        if unordered and (first, last) not in ((None, None), (None, 1), (0, 1)):
            found[Trait("unordered-limit", detail="" if last is ... else str(last))] = None
    yield from found


def skips_rows(chain: Chain) -> bool:
    """Whether a query skips rows by a number that changes: a fixed one is no page."""
    return any(
        constant_or_unknown(link.call.args[0]) is ...
        for link in chain.named("offset", "slice")
        if link.call.args
    )


def most_rows(chain: Chain) -> str | None:
    """The number of rows that a query is cut off at; empty when it is not known, None without a limit."""
    for link in chain.named("limit"):
        if link.call.args:
            value = constant_or_unknown(link.call.args[0])
            return None if value is None else "" if value is ... else str(value)
    return None


def either_traits(table: str, groups: Iterable[Sequence[Sequence[Predicate]]]) -> Iterator[Trait]:
    """The columns of conditions of which one is enough, where each compares one column of the table."""
    for group in groups:
        if all(len(branch) == 1 and branch[0].table == table for branch in group):
            columns = dict.fromkeys(branch[0].column for branch in group)
            if len(columns) > 1:
                yield Trait("either", table, detail=", ".join(columns))


def constant_or_unknown(expr: Expr | None) -> object:
    """The value of a literal, `...` for anything else."""
    return expr.value if isinstance(expr, Constant) else ...
