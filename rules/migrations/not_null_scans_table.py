from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change, Work
from linter.rule import Confidence, Outcome, Rule, Severity
from linter.schema.advice import checked_not_null

_OVER_NULLABLE = "add primary key using index over nullable columns"


class NotNullScansTable(Rule[Change]):
    """A column becomes NOT NULL, and the server reads the whole table under its lock to make sure.

    ## Why
    SET NOT NULL holds an ACCESS EXCLUSIVE lock while it reads every row, and fails if one is NULL. Since
    PostgreSQL 12 it trusts a valid CHECK that says the same, and that can be validated beside the
    traffic. A primary key over columns that may be NULL does the same scan without saying so. SQLite
    copies the table and fails on the first NULL.

    ## Bad
        ALTER TABLE orders ALTER COLUMN total SET NOT NULL;

    ## Good
        ALTER TABLE orders ADD CONSTRAINT orders_total_not_null CHECK (total IS NOT NULL) NOT VALID;
        -- in the next migration
        ALTER TABLE orders VALIDATE CONSTRAINT orders_total_not_null;
        ALTER TABLE orders ALTER COLUMN total SET NOT NULL;

    ## Limits
    Silent for tables that the same migration creates, and for columns that are known to be NOT NULL. On
    SQLite silent when an earlier step writes the column. MySQL rebuilds the table beside the traffic.

    ## References
    - https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-SET-DROP-NOT-NULL
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "columns made NOT NULL"
    spares_new_tables = True

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Columns of tables in use that become NOT NULL, by themselves or as a primary key."""
        for each in backend.changes_of("set-not-null", "add-primary-key"):
            if each.name and (each.kind == "set-not-null" or each.effect.form == _OVER_NULLABLE):
                yield each

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """All rows are read under the lock, or the first NULL fails the migration."""
        if subject.engine == "sqlite":
            yield from self._sqlite(subject)
        elif subject.engine == "postgres" and subject.effect.work is Work.SCAN:
            is_key = subject.kind == "add-primary-key"
            what = (
                "this primary key over nullable columns" if is_key else f"making `{subject.column}` NOT NULL"
            )
            yield self.finding(
                subject,
                f"{what} reads all of {subject} under {subject.effect.lock.named}, so all reads and writes of"
                " it wait",
                help=_KEY if is_key else checked_not_null(subject),
                severity=Severity.WARNING if is_key else None,
            )

    def _sqlite(self, subject: Change) -> Iterator[Outcome]:
        before = subject.column_before
        filled = subject.has("filled") or any(
            each.kind in ("update", "python", "opaque") for each in subject.earlier
        )
        if subject.kind == "set-not-null" and before is not None and before.nullable and not filled:
            yield self.finding(
                subject,
                f"making `{subject.column}` NOT NULL copies {subject} and fails if one row has no value",
                help=(
                    f"fill it first: `UPDATE {subject.name} SET {subject.column} = … WHERE {subject.column}"
                    " IS NULL`"
                ),
                severity=Severity.WARNING,
                confidence=Confidence.MEDIUM,
            )


_KEY = (
    "make the columns NOT NULL first, each by way of a `CHECK (… IS NOT NULL) NOT VALID` that is validated"
    " later"
)
