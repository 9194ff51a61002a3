from collections.abc import Iterable, Iterator

from linter.backend import Backend, Query, Statement
from linter.rule import Confidence, Outcome, Rule, Severity

_KINDS = frozenset({"select", "insert", "update", "delete", "merge"})


class ForgottenJoin(Rule[Statement | Query]):
    """A query names a table that no condition ties to the others.

    ## Why
    Every row of it is paired with every row of the rest: a thousand customers and a thousand orders make
    a million rows. Sums come out too large, and the query slows down with the product of both tables.

    ## Bad
        SELECT o.id, c.name FROM orders o, customers c WHERE o.total > 100
        session.execute(select(Order, Customer.name).where(Order.total > 100))

    ## Good
        SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.total > 100
        session.execute(select(Order, Customer.name).join(Order.customer).where(Order.total > 100))

    ## Limits
    Silent for CROSS JOIN, `ON true` and functions, which say that they mean it, for a table that a WITH of
    the statement makes, and when any column of the conditions does not say its table. Queries of SQLAlchemy
    count where the same function builds and runs them, with models and conditions that are all known; one row
    of each table, found by its key, is no product.

    ## References
    - https://www.postgresql.org/docs/current/queries-table-expressions.html
    - https://docs.sqlalchemy.org/en/20/changelog/migration_14.html#change-4737
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "queries"

    def subjects(self, backend: Backend) -> Iterable[Statement | Query]:
        """Queries that were read."""
        yield from (
            each for each in backend.statements if each.facts.kind in _KINDS and each.facts.understood
        )
        yield from (each for each in backend.orm_queries if each.kind == "select")

    def check(self, subject: Statement | Query, backend: Backend) -> Iterator[Outcome]:
        """A table that stands by itself."""
        is_sql = isinstance(subject, Statement)
        for trait in subject.traits:
            if trait.kind == "unjoined":
                says = "speaks of" if is_sql else "or join ties another table to"
                pair = "`CROSS JOIN`" if is_sql else "`.join(…, true())`"
                yield self.finding(
                    subject,
                    f"no condition {says} `{trait.column}`, so each of its rows meets all of the others",
                    help=f"add the condition that joins it, or write {pair} if every pair is meant",
                )
