from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change
from linter.rule import Confidence, Outcome, Rule, Severity


class DropNotNull(Rule[Change]):
    """A column may be NULL from now on, and readers do not expect it.

    ## Why
    The version that still runs, and every report or job that reads the table, was written for a value
    that is always there.

    ## Bad
        ALTER TABLE orders ALTER COLUMN total DROP NOT NULL;

    ## Good
    Readers that handle NULL are deployed first, then the column is opened, then the first NULL is
    written.

    ## Limits
    Silent for tables that the same migration creates, for columns that are known to be nullable before, and
    for operations of Alembic on columns that are not known: `nullable=True` may only say again what they are.

    ## References
    - https://www.postgresql.org/docs/current/sql-altertable.html
    """

    severity = Severity.NOTE
    confidence = Confidence.MEDIUM
    noun = "columns that may be NULL from now on"
    spares_new_tables = True

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Columns that lose NOT NULL."""
        return (each for each in backend.changes_of("drop-not-null") if each.name)

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """It was NOT NULL before."""
        before = subject.column_before
        # Alembic's `nullable=True` beside another change says only what the column is.
        is_open = subject.statement.derived if before is None else before.nullable
        if is_open:
            return
        yield self.finding(
            subject,
            f"`{subject.name}.{subject.column}` may be NULL from now on, which code that still runs does not"
            " expect",
            help="deploy readers that handle NULL first",
        )
