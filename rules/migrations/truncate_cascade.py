from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change
from linter.rule import Confidence, Outcome, Rule, Severity


class TruncateCascade(Rule[Change]):
    """TRUNCATE … CASCADE empties tables that the statement does not name.

    ## Why
    CASCADE empties every table with a foreign key to the one named, and those that reference them in
    turn, whatever ON DELETE says. Nobody who reads the statement sees which.

    ## Bad
        TRUNCATE customers CASCADE;

    ## Good
        TRUNCATE customers, orders;

    ## Limits
    PostgreSQL only. Silent for tables that the same migration creates.

    ## References
    - https://www.postgresql.org/docs/current/sql-truncate.html
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "truncated tables"
    spares_new_tables = True

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Tables that are emptied."""
        return backend.changes_of("truncate", engine="postgres")

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """Others go with it."""
        if not subject.has("cascade"):
            return
        tables = {
            table.name
            for table in subject.statement.schema.values()
            for column in table.columns.values()
            if (column.references or "").rpartition(".")[0] == subject.name
        }
        others = ", ".join(f"`{name}`" for name in sorted(tables)[:5]) or "every table that references it"
        yield self.finding(
            subject,
            f"truncating {subject} with `CASCADE` empties {others} as well",
            help="name each table that is to be emptied, and leave `CASCADE` out",
        )
