from collections.abc import Iterable, Iterator

from linter.backend import Backend, Statement
from linter.rule import Confidence, Outcome, Severity, SqlRule

_KINDS = frozenset({"select", "insert", "update", "delete", "merge"})


class RandomOrder(SqlRule):
    """A query sorts by a random number.

    ## Why
    The server makes a number for every row that matches and sorts them all, to return a few. No index can
    help. It gets slower with each row.

    ## Bad
        SELECT id FROM products ORDER BY random() LIMIT 3

    ## Good
        SELECT id FROM products TABLESAMPLE SYSTEM_ROWS (3)

    ## Limits
    Small tables do not mind: it is a warning for what answers a request, wherever a table grows.

    ## References
    - https://www.postgresql.org/docs/current/tsm-system-rows.html
    - https://docs.djangoproject.com/en/stable/ref/models/querysets/#order-by
    """

    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    noun = "queries in SQL"

    def subjects(self, backend: Backend) -> Iterable[Statement]:
        """Queries that were read."""
        return (each for each in backend.statements if each.facts.kind in _KINDS and each.facts.understood)

    def check(self, subject: Statement, backend: Backend) -> Iterator[Outcome]:
        """Sorted by chance."""
        for trait in subject.facts.traits:
            if trait.kind == "random-order":
                yield self.finding(
                    subject,
                    "`ORDER BY` a random number makes the server sort every row that matches",
                    help="draw keys in the application, or use `TABLESAMPLE`",
                )
