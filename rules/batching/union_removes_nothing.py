from collections.abc import Iterable, Iterator

from linter.analyses.whole_statements import whole_statements
from linter.backend import Backend, Statement
from linter.rule import Confidence, Outcome, Severity, SqlRule


class UnionRemovesNothing(SqlRule):
    """A UNION compares rows of parts that cannot have one in common.

    ## Why
    UNION without ALL sorts or hashes all rows of all parts to drop those that come twice. Where each part
    has another constant in the same column, a row of one never equals a row of another.

    ## Bad
        SELECT 'order' AS kind, id FROM orders UNION SELECT 'invoice', id FROM invoices

    ## Good
        SELECT 'order' AS kind, id FROM orders UNION ALL SELECT 'invoice', id FROM invoices

    ## Limits
    UNION also drops rows that come twice in one part, so `UNION ALL` is the same only where none does:
    hence the low confidence. Silent in recursive queries, which end by it.

    ## References
    - https://www.postgresql.org/docs/current/queries-union.html
    """

    severity = Severity.NOTE
    confidence = Confidence.LOW
    noun = "statements that were read"

    def subjects(self, backend: Backend) -> Iterable[Statement]:
        """Statements that no code completes."""
        return whole_statements(backend)

    def check(self, subject: Statement, backend: Backend) -> Iterator[Outcome]:
        """Constants that tell the parts apart."""
        if any(trait.kind == "apart-union" for trait in subject.traits):
            yield self.finding(
                subject,
                "no row of one part of this `UNION` can equal one of another, and yet all are compared",
                help="write `UNION ALL`, with `DISTINCT` in a part that has rows twice",
            )
