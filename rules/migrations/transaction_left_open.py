from collections.abc import Iterable, Iterator

from linter.backend import Backend, Revision, Statement
from linter.rule import Confidence, Outcome, Rule, Severity


class TransactionLeftOpen(Rule[Revision]):
    """A SQL file begins a transaction that it never commits.

    ## Why
    At the end of the file the connection closes, the server rolls back, and nothing has happened, often
    without an error.

    ## Bad
        BEGIN;
        ALTER TABLE orders ADD COLUMN note text;

    ## Good
        BEGIN;
        ALTER TABLE orders ADD COLUMN note text;
        COMMIT;

    ## Limits
    SQL files only.

    ## References
    - https://www.postgresql.org/docs/current/sql-begin.html
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "SQL files with a transaction of their own"

    def subjects(self, backend: Backend) -> Iterable[Revision]:
        """Files that begin a transaction."""
        for each in backend.revisions:
            if each.tool == "sql" and any(_is(statement, "begin") for statement in each.statements):
                yield each

    def check(self, subject: Revision, backend: Backend) -> Iterator[Outcome]:
        """The last BEGIN has no end."""
        opened: Statement | None = None
        for statement in subject.statements:
            if _is(statement, "begin"):
                opened = statement
            elif statement.facts.transaction:
                opened = None
        if opened is not None:
            yield self.finding(
                subject,
                f"{subject} begins a transaction and never commits it, so nothing in it happens",
                help="end the file with `COMMIT;`",
                location=opened.location,
            )


def _is(statement: Statement, transaction: str) -> bool:
    return statement.facts.transaction == transaction
