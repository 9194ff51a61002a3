from collections.abc import Iterable, Iterator

from linter.backend import Backend, Query, Statement
from linter.rule import Confidence, Outcome, Rule, Severity

_KINDS = frozenset({"select", "insert", "update", "delete", "merge"})


class OffsetPagination(Rule[Statement | Query]):
    """Pages are cut with OFFSET.

    ## Why
    The server reads and throws away all rows before the page, so page 1000 costs a thousand times page
    one. Rows that are written meanwhile move others over the border: some are seen twice, some never.

    ## Bad
        SELECT id, total FROM orders ORDER BY id LIMIT 50 OFFSET 5000
        Order.objects.order_by("id")[offset : offset + 50]
        select(Order).order_by(Order.id).limit(50).offset(offset)

    ## Good
        SELECT id, total FROM orders WHERE id > 5000 ORDER BY id LIMIT 50
        Order.objects.filter(id__gt=last_seen).order_by("id")[:50]

    ## Limits
    A habit rather than a mistake: short lists stay cheap. Paginators of Django and of other libraries
    are not judged.

    ## References
    - https://use-the-index-luke.com/no-offset
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
        """Rows are skipped by their number."""
        for trait in subject.traits:
            if trait.kind == "offset":
                yield self.finding(
                    subject,
                    "`OFFSET` reads all rows before the page to throw them away, so late pages are slow",
                    help="go on from the last row of the page: `WHERE id > :last ORDER BY id LIMIT 50`",
                )
