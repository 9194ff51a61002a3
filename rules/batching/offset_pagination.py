from collections.abc import Iterable, Iterator

from linter.backend import Backend, Statement
from linter.rule import Confidence, Outcome, Severity, SqlRule

_KINDS = frozenset({"select", "insert", "update", "delete", "merge"})


class OffsetPagination(SqlRule):
    """Pages are cut with OFFSET.

    ## Why
    The server reads and throws away all rows before the page, so page 1000 costs a thousand times page
    one. Rows that are written meanwhile move others over the border: some are seen twice, some never.

    ## Bad
        SELECT id, total FROM orders ORDER BY id LIMIT 50 OFFSET 5000

    ## Good
        SELECT id, total FROM orders WHERE id > 5000 ORDER BY id LIMIT 50

    ## Limits
    A habit rather than a mistake: short lists stay cheap. Paginators of Django and of other libraries
    are not judged.

    ## References
    - https://use-the-index-luke.com/no-offset
    """

    severity = Severity.NOTE
    confidence = Confidence.MEDIUM
    noun = "queries in SQL"

    def subjects(self, backend: Backend) -> Iterable[Statement]:
        """Queries that were read."""
        return (each for each in backend.statements if each.facts.kind in _KINDS and each.facts.understood)

    def check(self, subject: Statement, backend: Backend) -> Iterator[Outcome]:
        """Rows are skipped by their number."""
        for trait in subject.facts.traits:
            if trait.kind == "offset":
                yield self.finding(
                    subject,
                    "`OFFSET` reads all rows before the page to throw them away, so late pages are slow",
                    help="go on from the last row of the page: `WHERE id > :last ORDER BY id LIMIT 50`",
                )
