from collections.abc import Iterable, Iterator

from linter.backend import Backend, Query, Statement
from linter.rule import Confidence, Outcome, Rule, Severity

_KINDS = frozenset({"select", "insert", "update", "delete", "merge"})
_TELLING = ("0", "1", "2")
"""Limits that ask whether there is a row, or more than one."""


class LimitWithoutOrder(Rule[Statement | Query]):
    """A query is cut off at a number of rows and has no order.

    ## Why
    Without ORDER BY the server may return any rows, and others the next time. Pages overlap and leave rows
    out; "the latest ten" are not.

    ## Bad
        SELECT id, total FROM orders LIMIT 50
        Order.objects.filter(paid=True)[:50]
        session.scalars(select(Order).limit(50))

    ## Good
        SELECT id, total FROM orders ORDER BY id LIMIT 50
        Order.objects.filter(paid=True).order_by("id")[:50]

    ## Limits
    Only the outermost query; a batch that a DELETE or UPDATE picks does not need an order, nor does one that
    is locked, or read in a `while` loop until none is left. `LIMIT 1` asks for any row, `LIMIT 2` whether
    there are several, and a result of aggregates has one. Of Django's models, only those without `ordering`
    whose manager is Django's own.

    ## References
    - https://www.postgresql.org/docs/current/queries-limit.html
    """

    severity = Severity.NOTE
    confidence = Confidence.MEDIUM
    noun = "queries"

    def subjects(self, backend: Backend) -> Iterable[Statement | Query]:
        """Queries in SQL that were read, and those of an ORM outside scripts."""
        yield from (
            each for each in backend.statements if each.facts.kind in _KINDS and each.facts.understood
        )
        for query in backend.orm_queries:
            if not backend.is_run_by_hand(query.function):
                yield query

    def check(self, subject: Statement | Query, backend: Backend) -> Iterator[Outcome]:
        """A piece of a result in no order."""
        if isinstance(subject, Query) and _is_repeated(subject):
            return
        for trait in subject.traits:
            if trait.kind == "unordered-limit" and trait.detail not in _TELLING:
                yield self.finding(
                    subject,
                    "`LIMIT` without ORDER BY returns any rows, and others the next time",
                    help="add `ORDER BY` a unique column",
                )


def _is_repeated(query: Query) -> bool:
    """Whether a query stands in a `while` loop, which takes one batch after the other."""
    blocks = query.function.scope.blocks
    index = query.function.scope.calls[query.calls[0]].block if query.calls else 0
    while index:
        if blocks[index].kind == "while":
            return True
        index = blocks[index].parent
    return False
