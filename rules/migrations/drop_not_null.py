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
    for unknown ones where Alembic also changes the type or name: `nullable=True` may only say what they are.

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
        if _is_restated(subject) if before is None else before.nullable:
            return
        yield self.finding(
            subject,
            f"`{subject.name}.{subject.column}` may be NULL from now on, which code that still runs does not"
            " expect",
            help="deploy readers that handle NULL first",
        )


def _is_restated(change: Change) -> bool:
    """Whether `nullable=True` may only say again what the column is: Alembic writes it beside a new type."""
    others = ("alter-column-type", "rename-column")
    return any(
        each.kind in others and each.location == change.location and each.name == change.name
        for each in change.revision.changes
    )
