from collections.abc import Iterable, Iterator

from linter.backend import Backend, Statement
from linter.rule import Confidence, Outcome, Severity, SqlRule


class InsertWithoutColumns(SqlRule):
    """An INSERT does not name the columns that it fills.

    ## Why
    The values go into the columns in the order in which they were made. When a migration adds one, MySQL and
    SQLite refuse the statement; when a table was made anew in another order, values end up in wrong columns.

    ## Bad
        INSERT INTO orders VALUES (%s, %s, %s)

    ## Good
        INSERT INTO orders (id, state, total) VALUES (%s, %s, %s)

    ## Limits
    Only SQL in application code, with VALUES: dumps and seeds belong to the schema that they were made of.

    ## References
    - https://www.postgresql.org/docs/current/sql-insert.html
    """

    severity = Severity.NOTE
    confidence = Confidence.MEDIUM
    noun = "INSERTs in application code"

    def subjects(self, backend: Backend) -> Iterable[Statement]:
        """INSERTs of application code that were read."""
        return (
            each
            for each in backend.statements
            if each.origin == "string" and each.facts.kind == "insert" and each.facts.understood
        )

    def check(self, subject: Statement, backend: Backend) -> Iterator[Outcome]:
        """VALUES behind the name of the table."""
        for trait in subject.traits:
            if trait.kind == "unnamed-columns":
                yield self.finding(
                    subject,
                    f"this INSERT counts on which columns `{trait.table}` has, and in which order, so a "
                    "migration breaks it",
                    help="name the columns that it fills",
                )
