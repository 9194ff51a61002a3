from collections.abc import Iterable, Iterator

from linter.backend import Backend, Statement
from linter.rule import Confidence, Outcome, Severity, SqlRule

_KINDS = frozenset({"select", "insert", "update", "delete", "merge"})


class LimitWithoutOrder(SqlRule):
    """A query is cut off at a number of rows and has no order.

    ## Why
    Without ORDER BY the server may return any rows, and others the next time. Pages overlap and leave rows
    out; "the latest ten" are not.

    ## Bad
        SELECT id, total FROM orders LIMIT 50

    ## Good
        SELECT id, total FROM orders ORDER BY id LIMIT 50

    ## Limits
    Only the outermost query; a batch that a DELETE or UPDATE picks does not need an order. `LIMIT 1` asks
    for any row, and a result of aggregates has one.

    ## References
    - https://www.postgresql.org/docs/current/queries-limit.html
    """

    severity = Severity.NOTE
    confidence = Confidence.MEDIUM
    noun = "queries in SQL"

    def subjects(self, backend: Backend) -> Iterable[Statement]:
        """Queries that were read."""
        return (each for each in backend.statements if each.facts.kind in _KINDS and each.facts.understood)

    def check(self, subject: Statement, backend: Backend) -> Iterator[Outcome]:
        """A piece of a result in no order."""
        for trait in subject.facts.traits:
            if trait.kind == "unordered-limit" and trait.detail not in ("0", "1"):
                yield self.finding(
                    subject,
                    "`LIMIT` without ORDER BY returns any rows, and others the next time",
                    help="add `ORDER BY` a unique column",
                )
