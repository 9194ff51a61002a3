from collections.abc import Iterable, Iterator

from linter.backend import Backend, Statement
from linter.rule import Confidence, Outcome, Severity, SqlRule

_KINDS = frozenset({"select", "insert", "update", "delete", "merge"})


class ForgottenJoin(SqlRule):
    """A query names a table that no condition ties to the others.

    ## Why
    Every row of it is paired with every row of the rest: a thousand customers and a thousand orders make
    a million rows. Sums come out too large, and the query slows down with the product of both tables.

    ## Bad
        SELECT o.id, c.name FROM orders o, customers c WHERE o.total > 100

    ## Good
        SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.total > 100

    ## Limits
    Silent for CROSS JOIN, `ON true` and functions, which say that they mean it, for a table that a WITH of
    the statement makes, and when any column of the conditions does not say its table.

    ## References
    - https://www.postgresql.org/docs/current/queries-table-expressions.html
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "queries in SQL"

    def subjects(self, backend: Backend) -> Iterable[Statement]:
        """Queries that were read."""
        return (each for each in backend.statements if each.facts.kind in _KINDS and each.facts.understood)

    def check(self, subject: Statement, backend: Backend) -> Iterator[Outcome]:
        """A table that stands by itself."""
        for trait in subject.facts.traits:
            if trait.kind == "unjoined":
                yield self.finding(
                    subject,
                    f"no condition speaks of `{trait.column}`, so each of its rows meets all of the others",
                    help="add the condition that joins it, or write `CROSS JOIN` if every pair is meant",
                )
