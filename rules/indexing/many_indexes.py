from collections.abc import Iterable, Iterator

from linter.backend import Backend, Table
from linter.rule import Confidence, Outcome, Rule, Severity

_MANY = 8


class ManyIndexes(Rule[Table]):
    """A table has more than eight indexes.

    ## Why
    Each INSERT writes to all of them, and in PostgreSQL so does each UPDATE that changes an indexed column.

    ## Bad
        CREATE INDEX orders_nine ON orders (nine);  -- beside eight others

    ## Good
        CREATE INDEX orders_state_made ON orders (state, made);  -- serves the queries of two

    ## Limits
    Runs only when it is selected by its full name: how many are too many depends on how often the table is
    written. Keys and unique constraints count, as they are indexes too.

    ## References
    - https://use-the-index-luke.com/sql/dml/insert
    """

    severity = Severity.NOTE
    confidence = Confidence.LOW
    noun = "tables"
    opt_in = True

    def subjects(self, backend: Backend) -> Iterable[Table]:
        """Tables of the project's own database."""
        return backend.own_tables

    def check(self, subject: Table, backend: Backend) -> Iterator[Outcome]:
        """More than a table usually needs."""
        count = len(subject.indexes)
        if count > _MANY:
            yield self.finding(
                subject,
                f"{subject} has {count} indexes, and every INSERT writes to all of them",
                help="drop those that no query uses, and join those that begin alike",
            )
